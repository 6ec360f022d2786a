#include "library/token.h"

#include "base/limits.h"

#include <sodium.h>
#include <string.h>

#define MAC_BYTES crypto_auth_hmacsha256_BYTES
#define VARIANT   sodium_base64_VARIANT_URLSAFE_NO_PADDING

static void append_base64(GString *text, const void *bytes, gsize length)
{
    gsize room = sodium_base64_encoded_len(length, VARIANT); /* with its NUL */
    gsize before = text->len;
    g_string_set_size(text, before + room);
    sodium_bin2base64(text->str + before, room, bytes, length, VARIANT);
    g_string_truncate(text, before + room - 1);
}

static void sign(const char *text, gsize length, const char *secret, guint8 ret_mac[MAC_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const guint8 *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const guint8 *)text, length);
    crypto_auth_hmacsha256_final(&state, ret_mac);
    sodium_memzero(&state, sizeof state);
}

char *token_sign(const json_t *claims, const char *secret)
{
    static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    char *json = json_dumps(claims, JSON_COMPACT);
    g_assert(json);
    GString *text = g_string_new(NULL);
    append_base64(text, header, strlen(header));
    g_string_append_c(text, '.');
    append_base64(text, json, strlen(json));
    free(json);
    guint8 mac[MAC_BYTES];
    sign(text->str, text->len, secret, mac);
    g_string_append_c(text, '.');
    append_base64(text, mac, sizeof mac);
    return g_string_free(text, FALSE);
}

static gboolean is_signed(const char *token, const char *mac_text, const char *secret)
{
    guint8 told[MAC_BYTES], mac[MAC_BYTES];
    gsize length = 0;
    if (sodium_base642bin(told, sizeof told, mac_text, strlen(mac_text), NULL, &length, NULL,
                          VARIANT) != 0 ||
        length != sizeof told) {
        return FALSE;
    }
    sign(token, (gsize)(mac_text - 1 - token), secret, mac);
    return sodium_memcmp(told, mac, sizeof mac) == 0;
}

/* The object that a part of a token holds; NULL when it holds none. */
static json_t *read_part(const char *part, gsize length)
{
    g_autofree guint8 *bytes = g_malloc(length + 1);
    gsize count = 0;
    if (sodium_base642bin(bytes, length, part, length, NULL, &count, NULL, VARIANT) != 0) {
        return NULL;
    }
    json_t *json = json_loadb((const char *)bytes, count, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static gboolean is_our_header(const char *part, gsize length)
{
    json_t *header = read_part(part, length);
    gboolean ours = g_strcmp0(json_string_value(json_object_get(header, "alg")), "HS256") == 0;
    json_decref(header);
    return ours;
}

json_t *token_open(const char *token, const char *secret, gint64 now_seconds)
{
    if (strlen(token) > LIMIT_TOKEN_BYTES) {
        return NULL;
    }
    const char *claims_part = strchr(token, '.');
    const char *mac_part = claims_part ? strchr(claims_part + 1, '.') : NULL;
    /* Nothing of it is read before it is known to be ours. */
    if (!mac_part || !is_signed(token, mac_part + 1, secret) ||
        !is_our_header(token, (gsize)(claims_part - token))) {
        return NULL;
    }
    json_t *claims = read_part(claims_part + 1, (gsize)(mac_part - claims_part - 1));
    const json_t *expires = json_object_get(claims, "exp");
    if (!json_is_integer(expires) || json_integer_value(expires) <= now_seconds) {
        json_decref(claims);
        return NULL;
    }
    return claims;
}
