#include "library/credential.h"

#include "base/limits.h"
#include "library/principal.h"
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

static Principal *principal_with(MemberRole role, gint64 rate_limit, gint64 expires_ms)
{
    return principal_new(&(Principal){
        .kind = PRINCIPAL_OWNER,
        .edition = TRUE,
        .role = ROLE_SUPERADMIN,
        .member_role = role,
        .rate_limit = rate_limit,
        .expires_ms = expires_ms,
    });
}

static void test_nobody_makes_a_stronger_one(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_autoptr(Principal) admin = principal_with(MEMBER_ADMIN, 50, 5000);
    gint64 id = 0;
    KeyNew wanted = {.name = "king", .role = MEMBER_OWNER};
    g_assert_null(key_create_by(tx, admin, &wanted, &id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN);
    g_clear_error(&error);

    wanted = (KeyNew){.name = "robot", .role = MEMBER_VIEWER, .rate_limit = 100};
    g_autofree char *secret = key_create_by(tx, admin, &wanted, &id, &error);
    g_assert_nonnull(secret);
    g_autoptr(Key) robot = key_get(tx, id, &error);
    g_assert_cmpint(robot->scope, ==, KEY_SCOPE_READ);
    g_assert_cmpint(robot->role, ==, MEMBER_VIEWER);
    g_assert_cmpint(robot->rate_limit, ==, 50);
    g_assert_cmpint(robot->expires_ms, ==, 5000);
    g_assert_true(g_str_has_prefix(secret, robot->prefix));
    g_assert_cmpuint(strlen(robot->prefix), ==, KEY_PREFIX_SHOWN);

    KeyChange change = {.role = MEMBER_OWNER};
    g_assert_false(key_change_by(tx, admin, robot, &change, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN);
    g_clear_error(&error);
    g_autoptr(Principal) owner = principal_with(MEMBER_OWNER, 0, 0);
    change = (KeyChange){.name = "king", .role = MEMBER_OWNER, .set_rate_limit = TRUE};
    g_assert_true(key_change_by(tx, owner, robot, &change, &error));
    g_autoptr(Key) king = key_find(tx, ORGANIZATION_FIRST, robot->uuid, &error);
    g_assert_cmpstr(king->name, ==, "king");
    g_assert_cmpint(king->role, ==, MEMBER_OWNER);
    g_assert_cmpint(king->scope, ==, KEY_SCOPE_ADMIN);
    g_assert_cmpint(king->rate_limit, ==, 0);
    g_assert_cmpint(king->expires_ms, ==, 5000);
    g_assert_false(key_check_rank(admin, king->role, NULL));
    g_assert_null(key_find(tx, ORGANIZATION_FIRST + 1, robot->uuid, NULL));
}

/* Keys of before have no uuid, no prefix and no role of their own. */
static void test_old_keys(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery age = {
        .name = "test_age",
        .sql = "UPDATE credential SET uuid = NULL, prefix = NULL",
    };
    g_autofree char *secret = create(fixture, "old", 0);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_assert_true(store_run(store_prepare(tx, &age, NULL), NULL, NULL));
    gboolean changed = FALSE;
    g_assert_true(key_fill_uuids(tx, &changed, NULL));
    g_assert_true(changed);
    g_autoptr(GPtrArray) keys = key_list_of(tx, ORGANIZATION_FIRST, NULL);
    g_assert_cmpuint(keys->len, ==, 1);
    const Key *old = keys->pdata[0];
    g_assert_true(uuid_is_valid(old->uuid));
    g_assert_cmpstr(old->prefix, ==, "alb_");
    g_assert_cmpint(old->role, ==, MEMBER_MEMBER); /* of scope write */
    changed = FALSE;
    g_assert_true(key_fill_uuids(tx, &changed, NULL));
    g_assert_false(changed);
}

static void test_what_can_be_a_secret(void)
{
    ContentHash hash;
    g_assert_true(key_hash("alb_0123456789012345678901234567890123456789012", &hash));
    g_assert_true(key_hash("pk_live_0123456789012345678901234567890123456789012", &hash));
    g_assert_false(key_hash("pk_live_012345678901234567890123456789012345678901", &hash));
    g_assert_false(key_hash("pk_test_0123456789012345678901234567890123456789012", &hash));
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
    store_fixture_add("/credential/rank", test_nobody_makes_a_stronger_one);
    store_fixture_add("/credential/old", test_old_keys);
    g_test_add_func("/credential/secret", test_what_can_be_a_secret);
    return g_test_run();
}
