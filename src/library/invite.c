#include "base/limits.h"
#include "library/organization.h"
#include "library/principal.h"

#include <string.h>

#define INVITE_MS (INVITE_DAYS * 24LL * 3600 * 1000)

void invite_free(Invite *invite)
{
    if (!invite) {
        return;
    }
    g_free(invite->email);
    g_free(invite);
}

static gboolean refuse(GError **error, AlbumenError code, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, (gint)code, message);
    return FALSE;
}

static Invite *from_row(const StoreStatement *row)
{
    Invite *invite = g_new0(Invite, 1);
    const char *by = store_column_text(row, 3);
    g_strlcpy(invite->uuid, store_column_text(row, 0), sizeof invite->uuid);
    invite->email = g_strdup(store_column_text(row, 1));
    invite->role = member_role_from_name(store_column_text(row, 2));
    g_strlcpy(invite->invited_by, by ? by : "", sizeof invite->invited_by);
    invite->created_ms = store_column_int(row, 4);
    invite->expires_ms = store_column_int(row, 5);
    return invite;
}

GPtrArray *invite_list(StoreTx *tx, gint64 organization_id, GError **error)
{
    static const StoreQuery query = {
        .name = "invite_list",
        .sql = "SELECT i.uuid, i.email, i.role, a.member_uuid, i.created_ms, i.expires_ms "
               "FROM invite i LEFT JOIN account a ON a.id = i.invited_by "
               "WHERE i.organization_id = ?1 AND i.expires_ms > ?2 ORDER BY i.id DESC",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, organization_id);
    store_bind_int(row, 2, library_now_ms());
    g_autoptr(GPtrArray) invites = g_ptr_array_new_with_free_func((GDestroyNotify)invite_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(invites, from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&invites) : NULL;
}

/* --- inviting --- */

static gboolean check_email(const char *email, GError **error)
{
    const char *at = strchr(email, '@');
    gboolean good = g_utf8_validate(email, -1, NULL) &&
                    g_utf8_strlen(email, -1) <= LIMIT_USERNAME_CHARACTERS && at && at > email &&
                    at[1] && !strchr(at + 1, '@') && !strpbrk(email, " \t\r\n,;<>\"");
    return good || refuse(error, ALBUMEN_ERROR_INVALID,
                          "An invitation goes to one e-mail address of at most 64 characters");
}

static gboolean check_no_member(StoreTx *tx, gint64 organization_id, const char *email,
                                GError **error)
{
    g_autoptr(GPtrArray) members = member_list(tx, organization_id, error);
    for (guint i = 0; members && i < members->len; i++) {
        const Member *member = g_ptr_array_index(members, i);
        if (g_ascii_strcasecmp(member->username, email) == 0) {
            return refuse(error, ALBUMEN_ERROR_CONFLICT, "Somebody of this address is a member");
        }
    }
    return members != NULL;
}

/* Those whose time is over, and the one that this takes the place of. */
static gboolean make_room(StoreTx *tx, gint64 organization_id, const char *email, GError **error)
{
    static const StoreQuery query = {
        .name = "invite_make_room",
        .sql = "DELETE FROM invite WHERE organization_id = ?1 AND (email = ?2 OR expires_ms <= ?3)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, organization_id);
    store_bind_text(statement, 2, email);
    store_bind_int(statement, 3, library_now_ms());
    g_autoptr(GPtrArray) left =
        store_run(statement, NULL, error) ? invite_list(tx, organization_id, error) : NULL;
    return left && (left->len < LIMIT_INVITES || refuse(error, ALBUMEN_ERROR_TOO_LARGE,
                                                        "An organization has at most 1,000 "
                                                        "invitations at a time"));
}

static gboolean insert(StoreTx *tx, const Principal *by, const char *email, MemberRole role,
                       GError **error)
{
    static const StoreQuery query = {
        .name = "invite_insert",
        .sql = "INSERT INTO invite (uuid, organization_id, email, role, invited_by, created_ms, "
               "expires_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    gint64 now_ms = library_now_ms();
    store_bind_text(statement, 1, uuid);
    store_bind_int(statement, 2, principal_organization(by));
    store_bind_text(statement, 3, email);
    store_bind_text(statement, 4, member_role_name(role));
    store_bind_int(statement, 5, principal_account(by));
    store_bind_int(statement, 6, now_ms);
    store_bind_int(statement, 7, now_ms + INVITE_MS);
    return store_run(statement, NULL, error);
}

Invite *invite_create(StoreTx *tx, const Principal *by, const char *email, MemberRole role,
                      GError **error)
{
    gint64 organization = principal_organization(by);
    if (principal_member_role(by) < role) {
        refuse(error, ALBUMEN_ERROR_FORBIDDEN, "This is about a role above your own");
        return NULL;
    }
    g_autofree char *lower = g_utf8_validate(email, -1, NULL) ? g_utf8_strdown(email, -1) : NULL;
    if (!check_email(lower ? lower : email, error) || !library_touch(tx, error) ||
        !check_no_member(tx, organization, lower, error) ||
        !make_room(tx, organization, lower, error) || !insert(tx, by, lower, role, error)) {
        return NULL;
    }
    g_autoptr(GPtrArray) invites = invite_list(tx, organization, error);
    return invites ? g_ptr_array_steal_index(invites, 0) : NULL;
}

gboolean invite_revoke(StoreTx *tx, gint64 organization_id, const char *uuid, GError **error)
{
    static const StoreQuery query = {
        .name = "invite_revoke",
        .sql = "DELETE FROM invite WHERE organization_id = ?1 AND uuid = ?2",
    };
    gint64 gone = 0;
    StoreStatement *statement = library_touch(tx, error) ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    store_bind_int(statement, 1, organization_id);
    store_bind_text(statement, 2, lower);
    return store_run(statement, &gone, error) &&
           (gone > 0 || refuse(error, ALBUMEN_ERROR_NOT_FOUND, "There is no such invitation"));
}

/* --- coming --- */

gboolean invite_take(StoreTx *tx, const char *username, gint64 *ret_organization,
                     MemberRole *ret_role, GError **error)
{
    static const StoreQuery query = {
        .name = "invite_take",
        .sql = "DELETE FROM invite WHERE email = ?1 AND expires_ms > ?2 "
               "RETURNING organization_id, role",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    g_autofree char *lower = g_utf8_strdown(username, -1);
    store_bind_text(row, 1, lower);
    store_bind_int(row, 2, library_now_ms());
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        *ret_organization = store_column_int(row, 0);
        *ret_role = member_role_from_name(store_column_text(row, 1));
    }
    return step == STORE_DONE;
}
