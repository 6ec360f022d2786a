/* The Cookie header. */
#include "base/limits.h"
#include "fuzz.h"
#include "http/cookies.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
    g_autofree char *header = g_strndup((const char *)data, length);
    g_autoptr(GArray) cookies = cookies_parse(header);
    g_assert_cmpuint(cookies->len, <=, LIMIT_HTTP_COOKIES);
    for (guint i = 0; i < cookies->len; i++) {
        const HttpCookie *cookie = &g_array_index(cookies, HttpCookie, i);
        g_assert_nonnull(strstr(header, cookie->value));
        g_assert_nonnull(cookies_find(cookies, cookie->name));
        g_assert_null(strpbrk(cookie->value, ";"));
    }
    return 0;
}
