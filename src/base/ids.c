#include "base/ids.h"

#include <sodium.h>

void uuid_new(char ret_uuid[UUID_CHARS + 1])
{
    guint8 b[16];
    randombytes_buf(b, sizeof b);
    guint64 ms = (guint64)(g_get_real_time() / 1000);
    for (int i = 0; i < 6; i++) {
        b[i] = (guint8)(ms >> (40 - 8 * i));
    }
    b[6] = (guint8)(0x70 | (b[6] & 0x0F));
    b[8] = (guint8)(0x80 | (b[8] & 0x3F));
    g_snprintf(ret_uuid, UUID_CHARS + 1,
               "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
               b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
               b[15]);
}

gboolean uuid_is_valid(const char *text)
{
    return g_uuid_string_is_valid(text);
}

char *random_hex(gsize bytes)
{
    g_autofree guint8 *data = g_malloc(bytes);
    randombytes_buf(data, bytes);
    char *hex = g_malloc(bytes * 2 + 1);
    sodium_bin2hex(hex, bytes * 2 + 1, data, bytes);
    return hex;
}
