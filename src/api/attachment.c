#include "api/attachment.h"

#include "base/safe_name.h"

/* For who knows only ASCII. */
static char *ascii_form(const char *name)
{
    GString *ascii = g_string_new(NULL);
    for (const char *at = name; *at; at = g_utf8_next_char(at)) {
        g_string_append_c(ascii, (guchar)*at < 0x80 ? *at : '_');
    }
    return g_string_free(ascii, FALSE);
}

/* No quote, backslash or control character is left in a safe name. */
char *attachment_value(const char *name)
{
    g_autofree char *safe = safe_name(name);
    if (g_str_is_ascii(safe)) {
        return g_strdup_printf("attachment; filename=\"%s\"", safe);
    }
    g_autofree char *ascii = ascii_form(safe);
    /* Beyond letters, digits and -._~, which are always allowed; attr-char of RFC 8187. */
    g_autofree char *encoded = g_uri_escape_string(safe, "!#$&+^`|", FALSE);
    return g_strdup_printf("attachment; filename=\"%s\"; filename*=UTF-8''%s", ascii, encoded);
}

void attachment_set(HttpRequest *request, const char *name)
{
    g_autofree char *value = attachment_value(name);
    http_set_header(request, "Content-Disposition", value);
}
