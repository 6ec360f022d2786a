#include "http/cookies.h"

#include "base/limits.h"

#include <string.h>

static void clear_cookie(gpointer data)
{
    HttpCookie *cookie = data;
    g_free(cookie->name);
    g_free(cookie->value);
}

static void add_cookie(GArray *cookies, const char *begin, gsize length)
{
    const char *equals = memchr(begin, '=', length);
    if (!equals) {
        return;
    }
    HttpCookie cookie = {
        .name = g_strstrip(g_strndup(begin, (gsize)(equals - begin))),
        .value = g_strstrip(g_strndup(equals + 1, (gsize)(begin + length - equals - 1))),
    };
    gsize last = strlen(cookie.value);
    if (last >= 2 && cookie.value[0] == '"' && cookie.value[last - 1] == '"') {
        memmove(cookie.value, cookie.value + 1, last - 2);
        cookie.value[last - 2] = '\0';
    }
    g_array_append_val(cookies, cookie);
}

GArray *cookies_parse(const char *header)
{
    GArray *cookies = g_array_new(FALSE, FALSE, sizeof(HttpCookie));
    g_array_set_clear_func(cookies, clear_cookie);
    for (const char *at = header; at && *at && cookies->len < LIMIT_HTTP_COOKIES;) {
        const char *end = strchrnul(at, ';');
        add_cookie(cookies, at, (gsize)(end - at));
        at = *end ? end + 1 : end;
    }
    return cookies;
}

const char *cookies_find(const GArray *cookies, const char *name)
{
    for (guint i = 0; i < cookies->len; i++) {
        const HttpCookie *cookie = &g_array_index(cookies, HttpCookie, i);
        if (g_str_equal(cookie->name, name)) {
            return cookie->value;
        }
    }
    return NULL;
}
