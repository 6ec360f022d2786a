#include "library/signed_address.h"

#include <string.h>

#define SECRET "000102030405060708090a0b0c0d0e0f"
#define NOW    1700000000
#define WHAT   "images/0190a6f2-0000-7000-8000-000000000001"

/* The signature of an address; owned by the caller. */
static char *signature_of(const char *secret, const char *method, const char *what, gint64 expires)
{
    g_autofree char *query = signed_address_query(secret, method, what, expires);
    g_autofree char *start = g_strdup_printf("expires=%" G_GINT64_FORMAT "&signature=", expires);
    g_assert_true(g_str_has_prefix(query, start));
    return g_strdup(query + strlen(start));
}

static void assert_check(const char *method, const char *what, gint64 expires,
                         const char *signature, gint64 now, const char *refusal)
{
    g_autoptr(GError) error = NULL;
    gboolean good = signed_address_check(SECRET, method, what, expires, signature, now, &error);
    g_assert_cmpint(good, ==, refusal == NULL);
    if (refusal) {
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN);
        g_assert_nonnull(strstr(error->message, refusal));
    } else {
        g_assert_no_error(error);
    }
}

static void test_opens_one_thing(void)
{
    g_autofree char *signature = signature_of(SECRET, "PUT", WHAT, NOW + 900);
    g_assert_cmpuint(strlen(signature), ==, 64);
    assert_check("PUT", WHAT, NOW + 900, signature, NOW, NULL);
    assert_check("PUT", WHAT, NOW + 900, signature, NOW + 899, NULL);
    assert_check("GET", WHAT, NOW + 900, signature, NOW, "not given out");
    assert_check("PUT", WHAT "2", NOW + 900, signature, NOW, "not given out");
    assert_check("PUT", WHAT, NOW + 901, signature, NOW, "not given out");
    g_autofree char *anothers = signature_of("another secret", "PUT", WHAT, NOW + 900);
    assert_check("PUT", WHAT, NOW + 900, anothers, NOW, "not given out");
}

static void test_ends(void)
{
    g_autofree char *signature = signature_of(SECRET, "PUT", WHAT, NOW + 900);
    assert_check("PUT", WHAT, NOW + 900, signature, NOW + 900, "expired");
    /* Who cannot sign is not told whether it would be too late. */
    assert_check("PUT", WHAT, NOW - 900, signature, NOW, "not given out");
    g_autofree char *old = signature_of(SECRET, "PUT", WHAT, G_MININT64);
    assert_check("PUT", WHAT, G_MININT64, old, NOW, "expired");
}

static void test_no_signature(void)
{
    g_autofree char *signature = signature_of(SECRET, "PUT", WHAT, NOW + 900);
    assert_check("PUT", WHAT, NOW + 900, "", NOW, "not given out");
    assert_check("PUT", WHAT, NOW + 900, "zz", NOW, "not given out");
    for (gsize i = 0; i < 64; i++) {
        g_autofree char *changed = g_strdup(signature);
        changed[i] = changed[i] == '0' ? '1' : '0';
        assert_check("PUT", WHAT, NOW + 900, changed, NOW, "not given out");
        changed[i] = '\0';
        assert_check("PUT", WHAT, NOW + 900, changed, NOW, "not given out");
    }
    g_autofree char *longer = g_strconcat(signature, "00", NULL);
    assert_check("PUT", WHAT, NOW + 900, longer, NOW, "not given out");
    g_autofree char *spaced = g_strdup(signature);
    spaced[5] = ':';
    assert_check("PUT", WHAT, NOW + 900, spaced, NOW, "not given out");
}

/* Worked out by another program's HMAC. A change of the key or of what is signed would end every
 * address that is out. */
static void test_stays_the_same(void)
{
    g_autofree char *signature = signature_of(SECRET, "GET", WHAT, NOW);
    g_assert_cmpstr(signature, ==,
                    "895fe5ca5c56fc0784469c388f85616c"
                    "82e3f6b0780641f0a7449e5ecb822cf1");
}

static void test_end(void)
{
    gint64 end = signed_address_end(NOW);
    g_assert_cmpint(end, >, NOW + SIGNED_DOWNLOAD_SECONDS);
    g_assert_cmpint(end, <=, NOW + SIGNED_DOWNLOAD_SECONDS + 3600);
    gint64 hour = NOW - NOW % 3600;
    g_assert_cmpint(signed_address_end(hour), ==, signed_address_end(hour + 3599));
    g_assert_cmpint(signed_address_end(hour + 3600), ==, signed_address_end(hour) + 3600);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signed_address/opens_one_thing", test_opens_one_thing);
    g_test_add_func("/signed_address/ends", test_ends);
    g_test_add_func("/signed_address/no_signature", test_no_signature);
    g_test_add_func("/signed_address/stays_the_same", test_stays_the_same);
    g_test_add_func("/signed_address/end", test_end);
    return g_test_run();
}
