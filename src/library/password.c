#include "library/password.h"

#include "base/limits.h"

#include <sodium.h>
#include <string.h>

#define FOREIGN_ROUNDS    100000
#define FOREIGN_KEY_BYTES crypto_auth_hmacsha256_BYTES /* one block of PBKDF2 */

gboolean password_check(const char *password, GError **error)
{
    const char *wrong = NULL;
    if (!*password) {
        wrong = "A password must not be empty";
    } else if (strlen(password) > LIMIT_PASSWORD_BYTES) {
        wrong = "The password is too long: at most 1,024 bytes";
    } else if (!g_utf8_validate(password, -1, NULL)) {
        wrong = "The password is not UTF-8 text";
    }
    if (wrong) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, wrong);
    }
    return !wrong;
}

char *password_hash(const char *password, GError **error)
{
    char *kept = g_malloc(crypto_pwhash_STRBYTES);
    if (crypto_pwhash_str(kept, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
        g_free(kept);
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                            "There is too little memory to hash the password");
        return NULL;
    }
    return kept;
}

/* PBKDF2 of RFC 8018, its first block. */
static void derive(const char *password, const guint8 *salt, gsize salt_bytes,
                   guint8 ret_key[FOREIGN_KEY_BYTES])
{
    static const guint8 first_block[] = {0, 0, 0, 1};
    crypto_auth_hmacsha256_state keyed;
    crypto_auth_hmacsha256_init(&keyed, (const guint8 *)password, strlen(password));
    crypto_auth_hmacsha256_state state = keyed;
    guint8 round[FOREIGN_KEY_BYTES];
    crypto_auth_hmacsha256_update(&state, salt, salt_bytes);
    crypto_auth_hmacsha256_update(&state, first_block, sizeof first_block);
    crypto_auth_hmacsha256_final(&state, round);
    memcpy(ret_key, round, sizeof round);
    for (int i = 1; i < FOREIGN_ROUNDS; i++) {
        state = keyed;
        crypto_auth_hmacsha256_update(&state, round, sizeof round);
        crypto_auth_hmacsha256_final(&state, round);
        for (gsize b = 0; b < sizeof round; b++) {
            ret_key[b] ^= round[b];
        }
    }
    sodium_memzero(&keyed, sizeof keyed);
    sodium_memzero(&state, sizeof state);
}

/* The bytes of all of `hex`; NULL when it is none. */
static guint8 *from_hex(const char *hex, gsize length, gsize *ret_bytes)
{
    g_autofree guint8 *bytes = g_malloc(length / 2 + 1);
    const char *end = NULL;
    if (length % 2 != 0 ||
        sodium_hex2bin(bytes, length / 2 + 1, hex, length, NULL, ret_bytes, &end) != 0 ||
        end != hex + length) {
        return NULL;
    }
    return g_steal_pointer(&bytes);
}

static gboolean verify_foreign(const char *kept, const char *password)
{
    const char *colon = strchr(kept, ':');
    gsize salt_bytes = 0, key_bytes = 0;
    g_autofree guint8 *salt = from_hex(kept, (gsize)(colon - kept), &salt_bytes);
    g_autofree guint8 *key = from_hex(colon + 1, strlen(colon + 1), &key_bytes);
    if (!salt || !key || key_bytes != FOREIGN_KEY_BYTES) {
        return FALSE;
    }
    guint8 derived[FOREIGN_KEY_BYTES];
    derive(password, salt, salt_bytes, derived);
    return sodium_memcmp(derived, key, sizeof derived) == 0;
}

gboolean password_is_foreign(const char *kept)
{
    return strchr(kept, ':') != NULL;
}

gboolean password_verify(const char *kept, const char *password)
{
    if (strlen(password) > LIMIT_PASSWORD_BYTES) {
        return FALSE;
    }
    return password_is_foreign(kept)
               ? verify_foreign(kept, password)
               : crypto_pwhash_str_verify(kept, password, strlen(password)) == 0;
}

gboolean password_equal(const char *a, const char *b)
{
    guint8 key[crypto_generichash_KEYBYTES], hash_a[crypto_generichash_BYTES],
        hash_b[sizeof hash_a];
    randombytes_buf(key, sizeof key);
    crypto_generichash(hash_a, sizeof hash_a, (const guint8 *)a, strlen(a), key, sizeof key);
    crypto_generichash(hash_b, sizeof hash_b, (const guint8 *)b, strlen(b), key, sizeof key);
    return sodium_memcmp(hash_a, hash_b, sizeof hash_a) == 0;
}
