#include "library/signed_address.h"

#include <sodium.h>
#include <string.h>

#define MAC_BYTES     crypto_auth_hmacsha256_BYTES
#define MAC_CHARS     (2 * MAC_BYTES)
#define ROUND_SECONDS 3600

/* Sessions are signed with the secret itself: this key signs nothing but addresses. */
static void make_key(const char *secret, guint8 ret_key[crypto_auth_hmacsha256_KEYBYTES])
{
    static const char purpose[] = "Albumen: signed addresses";
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const guint8 *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const guint8 *)purpose, sizeof purpose);
    crypto_auth_hmacsha256_final(&state, ret_key);
    sodium_memzero(&state, sizeof state);
}

/* Lines: no method and no number of seconds has a line's end, so no two say the same. */
static void sign(const char *secret, const char *method, const char *what, gint64 expires_seconds,
                 guint8 ret_mac[MAC_BYTES])
{
    guint8 key[crypto_auth_hmacsha256_KEYBYTES];
    g_autofree char *text =
        g_strdup_printf("%s\n%" G_GINT64_FORMAT "\n%s", method, expires_seconds, what);
    make_key(secret, key);
    crypto_auth_hmacsha256(ret_mac, (const guint8 *)text, strlen(text), key);
    sodium_memzero(key, sizeof key);
}

char *signed_address_query(const char *secret, const char *method, const char *what,
                           gint64 expires_seconds)
{
    guint8 mac[MAC_BYTES];
    char hex[MAC_CHARS + 1];
    sign(secret, method, what, expires_seconds, mac);
    sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    return g_strdup_printf("expires=%" G_GINT64_FORMAT "&signature=%s", expires_seconds, hex);
}

static gboolean is_signature(const char *signature, const guint8 mac[MAC_BYTES])
{
    guint8 told[MAC_BYTES];
    gsize length = 0;
    return strlen(signature) == MAC_CHARS &&
           sodium_hex2bin(told, sizeof told, signature, MAC_CHARS, NULL, &length, NULL) == 0 &&
           length == MAC_BYTES && sodium_memcmp(told, mac, MAC_BYTES) == 0;
}

gboolean signed_address_check(const char *secret, const char *method, const char *what,
                              gint64 expires_seconds, const char *signature, gint64 now_seconds,
                              GError **error)
{
    guint8 mac[MAC_BYTES];
    sign(secret, method, what, expires_seconds, mac);
    if (!is_signature(signature, mac)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                            "This address was not given out by this server");
        return FALSE;
    }
    if (expires_seconds <= now_seconds) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                            "This address has expired: ask for another");
        return FALSE;
    }
    return TRUE;
}

gint64 signed_address_end(gint64 now_seconds)
{
    gint64 end = now_seconds + SIGNED_DOWNLOAD_SECONDS;
    return end + ROUND_SECONDS - end % ROUND_SECONDS;
}
