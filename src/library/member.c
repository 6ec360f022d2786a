#include "base/limits.h"
#include "library/account.h"
#include "library/organization.h"
#include "library/organization_rows.h"
#include "library/principal.h"

#include <string.h>

void member_free(Member *member)
{
    if (!member) {
        return;
    }
    g_free(member->username);
    g_free(member->display_name);
    g_free(member);
}

static gboolean refuse(GError **error, AlbumenError code, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, (gint)code, message);
    return FALSE;
}

/* --- reading --- */

#define SELECT_MEMBER                                                                              \
    "SELECT a.id, a.member_uuid, a.username, a.display_name, a.role, a.member_role, a.created_ms " \
    "FROM account a WHERE a.organization_id = ?1 AND " IS_MEMBER_SQL

static Member *from_row(const StoreStatement *row)
{
    Member *member = g_new0(Member, 1);
    const char *uuid = store_column_text(row, 1);
    member->account_id = store_column_int(row, 0);
    g_strlcpy(member->uuid, uuid ? uuid : "", sizeof member->uuid);
    member->username = g_strdup(store_column_text(row, 2));
    member->display_name = g_strdup(store_column_text(row, 3));
    member->role = member_role_of(role_from_name(store_column_text(row, 4)),
                                  member_role_from_name(store_column_text(row, 5)));
    member->joined_ms = store_column_int(row, 6);
    return member;
}

GPtrArray *member_list(StoreTx *tx, gint64 organization_id, GError **error)
{
    static const StoreQuery query = {
        .name = "member_list",
        .sql = SELECT_MEMBER "ORDER BY a.id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, organization_id);
    g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func((GDestroyNotify)member_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(members, from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&members) : NULL;
}

Member *member_find(StoreTx *tx, gint64 organization_id, const char *uuid, GError **error)
{
    static const StoreQuery query = {
        .name = "member_find",
        .sql = SELECT_MEMBER "AND a.member_uuid = ?2",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    store_bind_int(row, 1, organization_id);
    store_bind_text(row, 2, lower);
    switch (store_step(row, error)) {
    case STORE_ROW:
        return from_row(row);
    case STORE_DONE:
        refuse(error, ALBUMEN_ERROR_NOT_FOUND, "There is no such member");
        break;
    case STORE_ERROR:
        break;
    }
    return NULL;
}

/* --- changing --- */

/* An organization must not be left without an owner. */
static gboolean check_owner_stays(StoreTx *tx, gint64 organization_id, gint64 account_id,
                                  GError **error)
{
    g_autoptr(GPtrArray) members = member_list(tx, organization_id, error);
    gboolean was_owner = FALSE, other_owner = FALSE;
    for (guint i = 0; members && i < members->len; i++) {
        const Member *member = g_ptr_array_index(members, i);
        gboolean is_owner = member->role == MEMBER_OWNER;
        was_owner |= is_owner && member->account_id == account_id;
        other_owner |= is_owner && member->account_id != account_id;
    }
    return members && (!was_owner || other_owner ||
                       refuse(error, ALBUMEN_ERROR_INVALID,
                              "This is the organization's last owner: name another one first"));
}

static gboolean check_rank(const Principal *by, MemberRole role, GError **error)
{
    return principal_member_role(by) >= role ||
           refuse(error, ALBUMEN_ERROR_FORBIDDEN, "This is about a role above your own");
}

static gboolean set_part(StoreTx *tx, gint64 account_id, gint64 organization_id, MemberRole role,
                         GError **error)
{
    static const StoreQuery query = {
        .name = "member_set_part",
        .sql = "UPDATE account SET organization_id = ?2, member_role = ?3 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, account_id);
    store_bind_int(statement, 2, organization_id);
    store_bind_text(statement, 3, role ? member_role_name(role) : NULL);
    return store_run(statement, NULL, error);
}

gboolean member_set_role(StoreTx *tx, const Principal *by, const Member *member, MemberRole role,
                         GError **error)
{
    gint64 organization = principal_organization(by);
    return check_rank(by, MAX(member->role, role), error) && account_touch(tx, error) &&
           (role == MEMBER_OWNER ||
            check_owner_stays(tx, organization, member->account_id, error)) &&
           set_part(tx, member->account_id, organization, role, error);
}

gboolean member_remove(StoreTx *tx, const Principal *by, const Member *member, GError **error)
{
    const AccountChange change = {.set_disabled = TRUE, .disabled = TRUE};
    return check_rank(by, member->role, error) && account_touch(tx, error) &&
           check_owner_stays(tx, principal_organization(by), member->account_id, error) &&
           account_change(tx, member->account_id, &change, error);
}

gboolean member_put(StoreTx *tx, gint64 account_id, gint64 organization_id, MemberRole role,
                    GError **error)
{
    g_autoptr(Account) account =
        account_touch(tx, error) ? account_get(tx, account_id, error) : NULL;
    if (!account) {
        return FALSE;
    }
    gboolean stays_owner = account->organization_id == organization_id &&
                           member_role_of(account->role, role) == MEMBER_OWNER;
    return (stays_owner || check_owner_stays(tx, account->organization_id, account_id, error)) &&
           set_part(tx, account_id, organization_id, role, error);
}
