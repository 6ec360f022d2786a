/* Headers of a request, a line each: where it ends, its conditions and ranges. */
#include "fuzz.h"
#include "http/conditions.h"
#include "http/framing.h"
#include "http/request.h"

#include <string.h>

static void check_conditions(const char *value)
{
    gint64 seconds, first = -1, last = -1;
    if (http_date_parse(value, &seconds)) {
        char text[HTTP_DATE_CHARS + 1];
        http_date_format(seconds, text);
        g_assert_cmpstr(text, ==, value);
    }
    http_etag_listed(value, "tag");
    http_accepts_gzip(value);
    for (gint64 length = 0; length <= 1000; length += 500) {
        if (http_range_parse(value, length, &first, &last) == HTTP_RANGE_PART) {
            g_assert_true(first >= 0 && first <= last && last < length);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", 64);
    HttpFraming framing = {0};
    for (gsize i = 0; lines[i]; i++) {
        char *colon = strchr(lines[i], ':');
        if (colon) {
            *colon = '\0';
            framing_add(&framing, lines[i], colon + 1);
            check_conditions(colon + 1);
        }
    }
    if (!framing_problem(&framing, "HTTP/1.1")) {
        g_assert_true(framing.lengths + framing.encodings <= 1 && framing.hosts <= 1);
    }
    return 0;
}
