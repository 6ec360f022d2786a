#include "library/organization.h"

#include "library/account.h"
#include "library/principal.h"
#include "library_fixture.h"

#include <string.h>

static gint64 add_account(StoreTx *tx, const char *name, Role role)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    account_add(tx, &(AccountNew){.username = name, .role = role}, &id, &error);
    g_assert_no_error(error);
    return id;
}

static Principal *principal_of(gint64 account, Role role, MemberRole member_role)
{
    return principal_new(&(Principal){
        .kind = PRINCIPAL_ACCOUNT,
        .account_id = account,
        .role = role,
        .member_role = member_role,
        .organization_id = ORGANIZATION_FIRST,
    });
}

static Member *member_named(StoreTx *tx, const char *name)
{
    g_autoptr(GPtrArray) members = member_list(tx, ORGANIZATION_FIRST, NULL);
    for (guint i = 0; i < members->len; i++) {
        Member *member = members->pdata[i];
        if (strcmp(member->username, name) == 0) {
            return member_find(tx, ORGANIZATION_FIRST, member->uuid, NULL);
        }
    }
    return NULL;
}

static void assert_refused(gboolean done, GError **error, AlbumenError code)
{
    g_assert_false(done);
    g_assert_error(*error, ALBUMEN_ERROR, (gint)code);
    g_clear_error(error);
}

static void test_names_and_slugs(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    static const char *const names[] = {"Field Work", "Field, work!", "\xC3\xA4\xC3\xB6"};
    static const char *const slugs[] = {"field-work", "field-work-2", "organization"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        gint64 id = 0;
        g_assert_true(organization_create(tx, names[i], i == 0 ? "Nests" : NULL, &id, &error));
        g_autoptr(Organization) made = organization_get(tx, id, &error);
        g_assert_cmpstr(made->name, ==, names[i]);
        g_assert_cmpstr(made->slug, ==, slugs[i]);
        g_assert_cmpstr(made->description, ==, i == 0 ? "Nests" : NULL);
        g_assert_cmpint(made->members, ==, 0);
        g_autoptr(Organization) found = organization_find(tx, made->uuid, &error);
        g_assert_cmpint(found->id, ==, id);
    }
    gint64 id = 0;
    assert_refused(organization_create(tx, "  ", NULL, &id, &error), &error, ALBUMEN_ERROR_INVALID);
    g_assert_true(organization_change(tx, ORGANIZATION_FIRST, "Us", "", &error));
    g_autoptr(Organization) first = organization_get(tx, ORGANIZATION_FIRST, &error);
    g_assert_cmpstr(first->name, ==, "Us");
    g_assert_cmpint(first->members, ==, 1); /* the implicit owner */
    g_autoptr(GPtrArray) all = organization_list(tx, &error);
    g_assert_cmpuint(all->len, ==, 4);
    g_assert_null(organization_find(tx, "nothing", &error));
}

static void test_nobody_reaches_above_itself(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 root = add_account(tx, "root", ROLE_SUPERADMIN);
    gint64 admin = add_account(tx, "admin", ROLE_ADMIN);
    add_account(tx, "user", ROLE_USER);
    g_autoptr(Principal) as_root = principal_of(root, ROLE_SUPERADMIN, 0);
    g_autoptr(Principal) as_admin = principal_of(admin, ROLE_ADMIN, 0);
    g_autoptr(Member) owner = member_named(tx, "root");
    g_autoptr(Member) user = member_named(tx, "user");
    g_assert_cmpint(owner->role, ==, MEMBER_OWNER);
    g_assert_cmpint(user->role, ==, MEMBER_MEMBER);
    assert_refused(member_set_role(tx, as_admin, user, MEMBER_OWNER, &error), &error,
                   ALBUMEN_ERROR_FORBIDDEN);
    assert_refused(member_set_role(tx, as_admin, owner, MEMBER_VIEWER, &error), &error,
                   ALBUMEN_ERROR_FORBIDDEN);
    assert_refused(member_remove(tx, as_admin, owner, &error), &error, ALBUMEN_ERROR_FORBIDDEN);
    assert_refused(member_set_role(tx, as_root, owner, MEMBER_ADMIN, &error), &error,
                   ALBUMEN_ERROR_INVALID); /* the last one */
    assert_refused(member_remove(tx, as_root, owner, &error), &error, ALBUMEN_ERROR_INVALID);
    g_assert_true(member_set_role(tx, as_admin, user, MEMBER_ANNOTATOR, &error));
    g_autoptr(Member) changed = member_named(tx, "user");
    g_assert_cmpint(changed->role, ==, MEMBER_ANNOTATOR);
    g_assert_true(member_set_role(tx, as_root, changed, MEMBER_OWNER, &error));
    g_assert_true(member_set_role(tx, as_root, owner, MEMBER_ADMIN, &error)); /* there is another */
    g_autoptr(Member) other = member_named(tx, "admin");
    g_assert_true(member_remove(tx, as_admin, other, &error));
    g_assert_null(member_named(tx, "admin"));
    g_assert_null(member_find(tx, ORGANIZATION_FIRST, other->uuid, &error));
}

static void test_an_account_moves(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 root = add_account(tx, "root", ROLE_SUPERADMIN), other = 0;
    gint64 user = add_account(tx, "user", ROLE_USER);
    g_assert_true(organization_create(tx, "Other", NULL, &other, &error));
    g_assert_true(member_put(tx, user, other, MEMBER_VIEWER, &error));
    g_assert_null(member_named(tx, "user"));
    g_autoptr(Account) account = account_get(tx, user, &error);
    g_assert_cmpint(account->organization_id, ==, other);
    g_assert_cmpint(account_member_role(account), ==, MEMBER_VIEWER);
    assert_refused(member_put(tx, root, other, 0, &error), &error, ALBUMEN_ERROR_INVALID);
}

static void test_invitations(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 root = add_account(tx, "root@example.org", ROLE_SUPERADMIN);
    g_autoptr(Principal) as_root = principal_of(root, ROLE_SUPERADMIN, 0);
    g_autoptr(Principal) as_admin = principal_of(root, ROLE_ADMIN, 0);
    assert_refused(invite_create(tx, as_admin, "a@example.org", MEMBER_OWNER, &error) != NULL,
                   &error, ALBUMEN_ERROR_FORBIDDEN);
    assert_refused(invite_create(tx, as_root, "nobody", MEMBER_VIEWER, &error) != NULL, &error,
                   ALBUMEN_ERROR_INVALID);
    assert_refused(invite_create(tx, as_root, "Root@example.org", MEMBER_VIEWER, &error) != NULL,
                   &error, ALBUMEN_ERROR_CONFLICT);
    g_autoptr(Invite) first = invite_create(tx, as_root, "Ann@Example.org", MEMBER_VIEWER, &error);
    g_assert_cmpstr(first->email, ==, "ann@example.org");
    g_autoptr(Invite) second =
        invite_create(tx, as_root, "ann@example.org", MEMBER_ANNOTATOR, &error);
    g_autoptr(Invite) bob = invite_create(tx, as_root, "bob@example.org", MEMBER_ADMIN, &error);
    g_autoptr(GPtrArray) invites = invite_list(tx, ORGANIZATION_FIRST, &error);
    g_assert_cmpuint(invites->len, ==, 2);
    g_assert_true(invite_revoke(tx, ORGANIZATION_FIRST, bob->uuid, &error));
    assert_refused(invite_revoke(tx, ORGANIZATION_FIRST, bob->uuid, &error), &error,
                   ALBUMEN_ERROR_NOT_FOUND);
    add_account(tx, "ann@example.org", ROLE_USER);
    g_autoptr(Member) ann = member_named(tx, "ann@example.org");
    g_assert_cmpint(ann->role, ==, MEMBER_ANNOTATOR);
    g_autoptr(GPtrArray) left = invite_list(tx, ORGANIZATION_FIRST, &error);
    g_assert_cmpuint(left->len, ==, 0);
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/organization/names", test_names_and_slugs);
    store_fixture_add("/organization/rank", test_nobody_reaches_above_itself);
    store_fixture_add("/organization/moves", test_an_account_moves);
    store_fixture_add("/organization/invitations", test_invitations);
    return g_test_run();
}
