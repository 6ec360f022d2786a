#include "library/credential.h"

#include "base/limits.h"
#include "library_fixture.h"

#include <string.h>

static char *create(StoreFixture *fixture, const char *name, AlbumenError expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 id = 0;
    char *secret = key_create(tx, &(KeyNew){.name = name, .scope = KEY_SCOPE_WRITE}, &id, &error);
    if (!secret) {
        g_assert_error(error, ALBUMEN_ERROR, (gint)expected);
        return NULL;
    }
    fixture_commit(tx);
    return secret;
}

static GPtrArray *list(StoreFixture *fixture, gint64 account_id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    GPtrArray *keys = key_list(tx, account_id, &error);
    g_assert_no_error(error);
    return keys;
}

static void test_the_secret_is_told_once(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *secret = create(fixture, "phone", 0);
    g_autofree char *other = create(fixture, "laptop", 0);
    g_assert_true(g_str_has_prefix(secret, "pk_live_"));
    g_assert_cmpuint(strlen(secret), ==, 51);
    g_assert_cmpstr(secret, !=, other);
    g_autoptr(GPtrArray) keys = list(fixture, 0);
    g_assert_cmpuint(keys->len, ==, 2);
    const Key *laptop = keys->pdata[0], *phone = keys->pdata[1];
    g_assert_cmpstr(laptop->name, ==, "laptop");
    g_assert_cmpint(phone->scope, ==, KEY_SCOPE_WRITE);
    g_assert_cmpint(phone->expires_ms, ==, 0);
    g_assert_cmpint(phone->used_ms, ==, 0);
    g_assert_cmpstr(phone->username, ==, "");
    ContentHash hash;
    g_assert_true(key_hash(secret, &hash));
    g_assert_cmpmem(&hash, sizeof hash, &phone->hash, sizeof phone->hash);
}

static void test_names(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *first = create(fixture, "phone", 0);
    g_autofree char *longer = g_strnfill(LIMIT_KEY_NAME_CHARACTERS + 1, 'x');
    g_assert_null(create(fixture, "phone", ALBUMEN_ERROR_CONFLICT));
    g_assert_null(create(fixture, "", ALBUMEN_ERROR_INVALID));
    g_assert_null(create(fixture, longer, ALBUMEN_ERROR_INVALID));
}

static void test_there_is_an_end_of_keys(StoreFixture *fixture, gconstpointer unused)
{
    for (int i = 0; i < LIMIT_KEYS_PER_ACCOUNT; i++) {
        g_autofree char *name = g_strdup_printf("key %d", i);
        g_autofree char *secret = create(fixture, name, 0);
        g_assert_nonnull(secret);
    }
    g_assert_null(create(fixture, "one more", ALBUMEN_ERROR_TOO_LARGE));
}

static void test_what_is_revoked_is_gone(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *secret = create(fixture, "phone", 0);
    g_autoptr(GPtrArray) keys = list(fixture, -1);
    gint64 id = ((const Key *)keys->pdata[0])->id;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_assert_true(key_mark_used(tx, id, 1234, NULL));
    fixture_commit(tx);
    g_autoptr(GPtrArray) used = list(fixture, 0);
    g_assert_cmpint(((const Key *)used->pdata[0])->used_ms, ==, 1234);
    g_autoptr(StoreTx) end = fixture_write(fixture);
    g_assert_true(key_revoke(end, id, NULL));
    g_assert_false(key_revoke(end, id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    fixture_commit(end);
    g_autoptr(GPtrArray) left = list(fixture, -1);
    g_assert_cmpuint(left->len, ==, 0);
}

static void test_what_can_be_a_secret(void)
{
    ContentHash hash;
    g_assert_true(key_hash("alb_0123456789012345678901234567890123456789012", &hash));
    g_assert_false(key_hash("alb_012345678901234567890123456789012345678901", &hash));
    g_assert_false(key_hash("alb_01234567890123456789012345678901234567890123", &hash));
    g_assert_false(key_hash("ALB_0123456789012345678901234567890123456789012", &hash));
    g_assert_false(key_hash("", &hash));
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/credential/once", test_the_secret_is_told_once);
    store_fixture_add("/credential/names", test_names);
    store_fixture_add("/credential/end", test_there_is_an_end_of_keys);
    store_fixture_add("/credential/revoked", test_what_is_revoked_is_gone);
    g_test_add_func("/credential/secret", test_what_can_be_a_secret);
    return g_test_run();
}
