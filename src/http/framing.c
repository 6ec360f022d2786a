#include "http/framing.h"

#include "http/request.h"

#include <string.h>

void framing_add(HttpFraming *framing, const char *name, const char *value)
{
    if (!http_is_token(name)) {
        framing->problem = "the name of a header is malformed";
    } else if (g_ascii_strcasecmp(name, "Content-Length") == 0) {
        framing->lengths++;
        if (!*value || value[strspn(value, "0123456789")]) {
            framing->problem = "Content-Length should be a number";
        }
    } else if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0) {
        framing->encodings++;
        framing->is_chunked = g_ascii_strcasecmp(value, "chunked") == 0;
    } else if (g_ascii_strcasecmp(name, "Host") == 0) {
        framing->hosts++;
    }
}

const char *framing_problem(const HttpFraming *framing, const char *version)
{
    if (framing->problem) {
        return framing->problem;
    }
    if (framing->hosts > 1) {
        return "the request names its host twice";
    }
    if (framing->lengths + framing->encodings > 1) {
        return "the request says more than once where its body ends";
    }
    if (framing->encodings > 0 && !framing->is_chunked) {
        return "the body may be chunked, and encoded in no other way";
    }
    if (framing->encodings > 0 && strcmp(version, "HTTP/1.1") != 0) {
        return "a chunked body needs HTTP/1.1";
    }
    return NULL;
}
