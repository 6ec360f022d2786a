/* Session tokens: the text as it comes; and, so that what lies behind the signature is reached, the
 * two lines of the text as a token's header and claims, well signed. */
#include "fuzz.h"
#include "library/token.h"

#include <sodium.h>
#include <string.h>

#define SECRET "0123456789abcdef"
#define NOW    1700000000

static void check(const char *token)
{
    json_t *claims = token_open(token, SECRET, NOW);
    if (claims) {
        g_assert_true(json_is_object(claims));
        g_assert_cmpint(json_integer_value(json_object_get(claims, "exp")), >, NOW);
    }
    json_decref(claims);
}

static char *base64(const guint8 *bytes, gsize length)
{
    gsize room = sodium_base64_encoded_len(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = g_malloc(room);
    return sodium_bin2base64(text, room, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static void check_signed(const guint8 *data, gsize length)
{
    const guint8 *line_end = memchr(data, '\n', length);
    if (!line_end) {
        return;
    }
    gsize first = (gsize)(line_end - data);
    g_autofree char *header = base64(data, first);
    g_autofree char *claims = base64(line_end + 1, length - first - 1);
    g_autofree char *text = g_strconcat(header, ".", claims, NULL);
    crypto_auth_hmacsha256_state state;
    guint8 mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_init(&state, (const guint8 *)SECRET, strlen(SECRET));
    crypto_auth_hmacsha256_update(&state, (const guint8 *)text, strlen(text));
    crypto_auth_hmacsha256_final(&state, mac);
    g_autofree char *signature = base64(mac, sizeof mac);
    g_autofree char *token = g_strconcat(text, ".", signature, NULL);
    check(token);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
    g_autofree char *token = g_strndup((const char *)data, length);
    check(token);
    check_signed(data, length);
    return 0;
}
