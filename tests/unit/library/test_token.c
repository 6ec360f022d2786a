#include "library/token.h"

#include "base/hash.h"

#include <sodium.h>
#include <string.h>

#define SECRET "000102030405060708090a0b0c0d0e0f"
#define NOW    1700000000

static char *base64(const char *text)
{
    char *encoded = g_malloc(strlen(text) * 2 + 8);
    sodium_bin2base64(encoded, strlen(text) * 2 + 8, (const guint8 *)text, strlen(text),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return encoded;
}

/* A token of any header and claims, well signed. */
static char *make(const char *header, const char *claims, const char *secret)
{
    g_autofree char *one = base64(header);
    g_autofree char *two = base64(claims);
    g_autofree char *text = g_strconcat(one, ".", two, NULL);
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret));
    g_hmac_update(hmac, (const guchar *)text, -1);
    guint8 mac[32];
    gsize length = sizeof mac;
    g_hmac_get_digest(hmac, mac, &length);
    char three[64];
    sodium_bin2base64(three, sizeof three, mac, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return g_strconcat(text, ".", three, NULL);
}

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static gboolean opens(const char *token)
{
    json_t *claims = token_open(token, SECRET, NOW);
    json_decref(claims);
    return claims != NULL;
}

static void test_signed_by_us(void)
{
    json_t *claims =
        json_pack("{s:s, s:s, s:I}", "sub", "älice", "role", "admin", "exp", (json_int_t)NOW + 1);
    g_autofree char *token = token_sign(claims, SECRET);
    json_t *read = token_open(token, SECRET, NOW);
    g_assert_true(json_equal(claims, read));
    json_decref(read);
    g_assert_null(token_open(token, SECRET, NOW + 1)); /* expired */
    g_assert_null(token_open(token, "another secret", NOW));
    json_decref(claims);
}

/* Made by somebody else who has the secret, as Facet is. */
static void test_anothers_tokens(void)
{
    g_autofree char *token = make(HEADER, "{\"sub\":\"alice\",\"exp\":1700000001}", SECRET);
    g_assert_true(opens(token));
    g_autofree char *spaced =
        make("{ \"typ\" : \"JWT\", \"alg\" : \"HS256\" }", "{\"exp\": 1700000001}", SECRET);
    g_assert_true(opens(spaced));
}

static void test_every_bit_counts(void)
{
    g_autofree char *token = make(HEADER, "{\"sub\":\"alice\",\"exp\":1700000001}", SECRET);
    for (gsize i = 0; i < strlen(token); i++) {
        g_autofree char *other = g_strdup(token);
        other[i] = other[i] == 'A' ? 'B' : 'A';
        g_assert_false(opens(other));
        g_autofree char *cut = g_strndup(token, i);
        g_assert_false(opens(cut));
    }
    g_autofree char *longer = g_strconcat(token, "A", NULL);
    g_assert_false(opens(longer));
    g_autofree char *more = g_strconcat(token, ".", NULL);
    g_assert_false(opens(more));
}

static void test_other_headers(void)
{
    static const char *const headers[] = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"HS512\"}",
        "{\"alg\":\"hs256\"}",
        "{\"typ\":\"JWT\"}",
        "{\"alg\":[\"HS256\"]}",
        "[]",
        "\"HS256\"",
        "{\"alg\":\"HS256\"",
        "",
        "{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(headers); i++) {
        g_autofree char *token = make(headers[i], "{\"exp\":1700000001}", SECRET);
        g_test_message("%s", headers[i]);
        g_assert_false(opens(token));
    }
    g_autofree char *unsigned_token = base64("{\"alg\":\"none\"}");
    g_autofree char *claims = base64("{\"exp\":1700000001}");
    g_autofree char *token = g_strconcat(unsigned_token, ".", claims, ".", NULL);
    g_assert_false(opens(token));
}

static void test_other_claims(void)
{
    static const char *const claims[] = {
        "{}",
        "{\"exp\":1700000000}",
        "{\"exp\":\"1700000001\"}",
        "{\"exp\":1700000001.5}",
        "{\"exp\":null}",
        "{\"exp\":-1}",
        "{\"exp\":1700000001,\"exp\":1700000001}",
        "[1700000001]",
        "{\"exp\":1700000001}x",
        "",
        "{\"exp\":99999999999999999999999}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(claims); i++) {
        g_autofree char *token = make(HEADER, claims[i], SECRET);
        g_test_message("%s", claims[i]);
        g_assert_false(opens(token));
    }
}

static void test_what_is_no_token(void)
{
    g_autofree char *many_dots = g_strnfill(3000, '.');
    g_autofree char *filler = g_strnfill(4000, ' ');
    g_autofree char *long_claims = g_strconcat("{\"exp\":1700000001}", filler, NULL);
    g_autofree char *too_long = make(HEADER, long_claims, SECRET);
    const char *texts[] = {"", ".", "..", "...", "a.b.c", many_dots, too_long};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_false(opens(texts[i]));
    }
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token/ours", test_signed_by_us);
    g_test_add_func("/token/others", test_anothers_tokens);
    g_test_add_func("/token/bits", test_every_bit_counts);
    g_test_add_func("/token/header", test_other_headers);
    g_test_add_func("/token/claims", test_other_claims);
    g_test_add_func("/token/none", test_what_is_no_token);
    return g_test_run();
}
