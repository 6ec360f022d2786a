#include "library/account.h"

#include "base/ids.h"
#include "base/limits.h"
#include "library/organization.h"
#include "library/principal.h"

#include <string.h>

/* What Facet calls who signs in without an account; and a key of its section "users". */
static const char *const reserved_names[] = {"_legacy", "_anonymous", "shared_directories", NULL};

void account_free(Account *account)
{
    if (!account) {
        return;
    }
    g_free(account->username);
    g_free(account->display_name);
    g_free(account->password_hash);
    g_free(account->imported_hash);
    g_strfreev(account->directories);
    g_free(account);
}

static gboolean fail(GError **error, AlbumenError code, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, (gint)code, message);
    return FALSE;
}

/* --- the version --- */

gboolean account_touch(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "account_touch",
        .sql = "INSERT INTO setting (name, value) VALUES ('account_version', ?1) "
               "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    };
    g_autofree char *version = random_hex(16);
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, version);
    return store_run(statement, NULL, error);
}

char *account_version(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "account_version",
        .sql = "SELECT value FROM setting WHERE name = 'account_version'",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    switch (row ? store_step(row, error) : STORE_ERROR) {
    case STORE_ROW:
        return g_strdup(store_column_text(row, 0));
    case STORE_DONE:
        return g_strdup("");
    case STORE_ERROR:
        break;
    }
    return NULL;
}

/* --- reading --- */

static Account *from_row(const StoreStatement *row)
{
    Account *account = g_new0(Account, 1);
    account->id = store_column_int(row, 0);
    account->username = g_strdup(store_column_text(row, 1));
    account->display_name = g_strdup(store_column_text(row, 2));
    account->password_hash = g_strdup(store_column_text(row, 3));
    account->imported_hash = g_strdup(store_column_text(row, 4));
    account->from_settings = account->imported_hash != NULL;
    account->epoch = store_column_int(row, 5);
    account->role = role_from_name(store_column_text(row, 6));
    account->disabled = store_column_int(row, 7) != 0;
    account->created_ms = store_column_int(row, 8);
    account->organization_id = store_column_int(row, 9);
    account->member_role = member_role_from_name(store_column_text(row, 10));
    const char *uuid = store_column_text(row, 11);
    g_strlcpy(account->member_uuid, uuid ? uuid : "", sizeof account->member_uuid);
    g_strlcpy(account->organization_uuid, store_column_text(row, 12),
              sizeof account->organization_uuid);
    return account;
}

/* The first column of each row, as a list. */
static char **read_texts(StoreStatement *row, GError **error)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(texts, g_strdup(store_column_text(row, 0)));
    }
    if (step == STORE_ERROR) {
        return NULL;
    }
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_steal(texts, NULL);
}

static gboolean read_directories(StoreTx *tx, Account *account, GError **error)
{
    static const StoreQuery query = {
        .name = "account_directories",
        .sql = "SELECT path FROM account_directory WHERE account_id = ?1 ORDER BY path",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (row) {
        store_bind_int(row, 1, account->id);
        account->directories = read_texts(row, error);
    }
    return account->directories != NULL;
}

#define SELECT_ACCOUNT                                                                             \
    "SELECT id, username, display_name, password_hash, imported_hash, session_epoch, role, "       \
    "disabled, created_ms, organization_id, member_role, member_uuid, "                            \
    "(SELECT o.uuid FROM organization o WHERE o.id = organization_id) "                            \
    "FROM account WHERE id > 0 "

GPtrArray *account_list(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "account_list",
        .sql = SELECT_ACCOUNT "ORDER BY id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) accounts = g_ptr_array_new_with_free_func((GDestroyNotify)account_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(accounts, from_row(row));
    }
    gboolean good = step == STORE_DONE;
    for (guint i = 0; good && i < accounts->len; i++) {
        good = read_directories(tx, g_ptr_array_index(accounts, i), error);
    }
    return good ? g_steal_pointer(&accounts) : NULL;
}

/* NULL without an error when there is none. */
static Account *read_one(StoreTx *tx, StoreStatement *row, GError **error)
{
    if (!row || store_step(row, error) != STORE_ROW) {
        return NULL;
    }
    g_autoptr(Account) account = from_row(row);
    return read_directories(tx, account, error) ? g_steal_pointer(&account) : NULL;
}

static Account *find(StoreTx *tx, const char *username, GError **error)
{
    static const StoreQuery query = {
        .name = "account_by_name",
        .sql = SELECT_ACCOUNT "AND username = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (row) {
        store_bind_text(row, 1, username);
    }
    return read_one(tx, row, error);
}

static Account *or_not_found(Account *account, GError *failure, GError **error)
{
    if (failure) {
        g_propagate_error(error, failure);
    } else if (!account) {
        fail(error, ALBUMEN_ERROR_NOT_FOUND, "There is no such account");
    }
    return account;
}

Account *account_get_by_name(StoreTx *tx, const char *username, GError **error)
{
    GError *failure = NULL;
    Account *account = find(tx, username, &failure);
    return or_not_found(account, failure, error);
}

Account *account_get(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "account_by_id",
        .sql = SELECT_ACCOUNT "AND id = ?1",
    };
    GError *failure = NULL;
    StoreStatement *row = store_prepare(tx, &query, &failure);
    if (row) {
        store_bind_int(row, 1, id);
    }
    Account *account = read_one(tx, row, &failure);
    return or_not_found(account, failure, error);
}

MemberRole account_member_role(const Account *account)
{
    return member_role_of(account->role, account->member_role);
}

/* --- folders --- */

char *account_directory(const char *path, GError **error)
{
    gsize length = strlen(path);
    if (path[0] != '/' || length > LIMIT_DIRECTORY_BYTES || !g_utf8_validate(path, -1, NULL)) {
        fail(error, ALBUMEN_ERROR_INVALID,
             "A folder of an account is an absolute path, of at most 4,096 bytes");
        return NULL;
    }
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    return g_strndup(path, length);
}

static gboolean set_directories(StoreTx *tx, gint64 id, const char *const *directories,
                                GError **error)
{
    static const StoreQuery empty = {
        .name = "account_directories_clear",
        .sql = "DELETE FROM account_directory WHERE account_id = ?1",
    };
    static const StoreQuery insert = {
        .name = "account_directory_add",
        .sql = "INSERT INTO account_directory (account_id, path) VALUES (?1, ?2) "
               "ON CONFLICT DO NOTHING",
    };
    if (g_strv_length((char **)directories) > LIMIT_DIRECTORIES) {
        return fail(error, ALBUMEN_ERROR_TOO_LARGE, "An account has at most 1,000 folders");
    }
    StoreStatement *statement = store_prepare(tx, &empty, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    gboolean good = store_run(statement, NULL, error);
    for (; good && *directories; directories++) {
        statement = store_prepare(tx, &insert, error);
        good = statement != NULL;
        if (good) {
            store_bind_int(statement, 1, id);
            store_bind_text(statement, 2, *directories);
            good = store_run(statement, NULL, error);
        }
    }
    return good;
}

/* --- changing --- */

static gboolean check_name(const char *username, GError **error)
{
    glong characters =
        g_utf8_validate(username, -1, NULL) ? g_utf8_strlen(username, -1) : G_MAXLONG;
    gboolean fine = characters > 0 && characters <= LIMIT_USERNAME_CHARACTERS &&
                    !g_strv_contains(reserved_names, username);
    for (const char *at = username; fine && *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        fine = !g_unichar_iscntrl(c) &&
               !(g_unichar_isspace(c) && (at == username || !*g_utf8_next_char(at)));
    }
    if (!fine) {
        fail(error, ALBUMEN_ERROR_INVALID,
             "A user's name has 1 to 64 characters, none of them a control character, no space at "
             "either end, and is not a word that means something else");
    }
    return fine;
}

static gboolean check_display_name(const char *name, GError **error)
{
    return (g_utf8_validate(name, -1, NULL) &&
            g_utf8_strlen(name, -1) <= LIMIT_DISPLAY_NAME_CHARACTERS) ||
           fail(error, ALBUMEN_ERROR_INVALID, "A display name is a text of at most 200 characters");
}

static gboolean count(StoreTx *tx, const StoreQuery *query, gint64 id, gint64 *ret_count,
                      GError **error)
{
    StoreStatement *row = store_prepare(tx, query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, id);
    return store_step_int(row, ret_count, error);
}

/* Accounts other than this one. */
static gboolean count_others(StoreTx *tx, gint64 id, gint64 *ret_count, GError **error)
{
    static const StoreQuery query = {
        .name = "account_count",
        .sql = "SELECT count(*) FROM account WHERE id > 0 AND id <> ?1",
    };
    return count(tx, &query, id, ret_count, error);
}

static gboolean count_other_superadmins(StoreTx *tx, gint64 id, gint64 *ret_count, GError **error)
{
    static const StoreQuery query = {
        .name = "account_count_superadmins",
        .sql = "SELECT count(*) FROM account WHERE id > 0 AND id <> ?1 AND role = 'superadmin' "
               "AND disabled = 0",
    };
    return count(tx, &query, id, ret_count, error);
}

static gboolean run_for(StoreTx *tx, const StoreQuery *query, gint64 id, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    return store_run(statement, NULL, error);
}

/* What the implicit owner had goes to this account, which has nothing yet. */
static gboolean take_over(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery ratings = {
        .name = "account_take_ratings",
        .sql = "UPDATE rating SET account_id = ?1, version = " LIBRARY_VERSION_SQL
               " WHERE account_id = 0",
    };
    static const StoreQuery keys = {
        .name = "account_take_keys",
        .sql = "UPDATE credential SET account_id = ?1 WHERE account_id = 0",
    };
    static const StoreQuery uploads = {
        .name = "account_take_uploads",
        .sql = "UPDATE upload SET account_id = ?1 WHERE account_id = 0",
    };
    static const StoreQuery albums = {
        .name = "account_take_albums",
        .sql = "UPDATE album SET account_id = ?1 WHERE account_id = 0",
    };
    static const StoreQuery datasets = {
        .name = "account_take_datasets",
        .sql = "UPDATE dataset SET account_id = ?1 WHERE account_id = 0",
    };
    return library_touch(tx, error) && run_for(tx, &ratings, id, error) &&
           run_for(tx, &keys, id, error) && run_for(tx, &uploads, id, error) &&
           run_for(tx, &albums, id, error) && run_for(tx, &datasets, id, error);
}

static gboolean insert(StoreTx *tx, const AccountNew *account, Role role, gint64 *ret_id,
                       GError **error)
{
    static const StoreQuery query = {
        .name = "account_insert",
        .sql = "INSERT INTO account (username, display_name, password_hash, imported_hash, role, "
               "session_epoch, created_ms, organization_id, member_role, member_uuid) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9) RETURNING id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, account->username);
    store_bind_text(row, 2, account->display_name ? account->display_name : account->username);
    store_bind_text(row, 3, account->password_hash);
    store_bind_text(row, 4, account->imported_hash);
    store_bind_text(row, 5, role_name(role));
    store_bind_int(row, 6, library_now_ms());
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    gint64 organization = account->organization_id;
    store_bind_int(row, 7, organization ? organization : ORGANIZATION_FIRST);
    store_bind_text(row, 8, account->member_role ? member_role_name(account->member_role) : NULL);
    store_bind_text(row, 9, uuid);
    return store_step_int(row, ret_id, error);
}

static gboolean check_new(StoreTx *tx, const AccountNew *account, gint64 *ret_others,
                          GError **error)
{
    GError *failure = NULL;
    g_autoptr(Account) same = find(tx, account->username, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (same) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "There is a user %s already",
                    account->username);
        return FALSE;
    }
    if (!count_others(tx, 0, ret_others, error)) {
        return FALSE;
    }
    return *ret_others < LIMIT_ACCOUNTS ||
           fail(error, ALBUMEN_ERROR_TOO_LARGE, "A library has at most 10,000 accounts");
}

gboolean account_add(StoreTx *tx, const AccountNew *account, gint64 *ret_id, GError **error)
{
    gint64 others = 0, superadmins = 0;
    if (!check_name(account->username, error) ||
        (account->display_name && !check_display_name(account->display_name, error)) ||
        !account_touch(tx, error) || !check_new(tx, account, &others, error) ||
        !count_other_superadmins(tx, 0, &superadmins, error)) {
        return FALSE;
    }
    Role role = account->role ? account->role : others == 0 ? ROLE_SUPERADMIN : ROLE_USER;
    AccountNew placed = *account;
    if (!placed.organization_id &&
        !invite_take(tx, account->username, &placed.organization_id, &placed.member_role, error)) {
        return FALSE;
    }
    return insert(tx, &placed, role, ret_id, error) &&
           (!account->directories || set_directories(tx, *ret_id, account->directories, error)) &&
           (role != ROLE_SUPERADMIN || superadmins > 0 || take_over(tx, *ret_id, error));
}

/* The library must not be left without anybody who may change this. */
static gboolean check_not_last(StoreTx *tx, const Account *account, GError **error)
{
    gint64 others = 0;
    if (account->role != ROLE_SUPERADMIN || account->disabled) {
        return TRUE;
    }
    if (!count_other_superadmins(tx, account->id, &others, error)) {
        return FALSE;
    }
    return others > 0 ||
           fail(error, ALBUMEN_ERROR_CONFLICT,
                "This is the last superadmin, without whom nobody could manage the accounts");
}

static gboolean update(StoreTx *tx, const Account *account, GError **error)
{
    static const StoreQuery query = {
        .name = "account_update",
        .sql = "UPDATE account SET display_name = ?2, role = ?3, disabled = ?4 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, account->id);
    store_bind_text(statement, 2, account->display_name);
    store_bind_text(statement, 3, role_name(account->role));
    store_bind_int(statement, 4, account->disabled);
    return store_run(statement, NULL, error);
}

static void apply(Account *account, const AccountChange *change)
{
    if (change->display_name) {
        g_free(account->display_name);
        account->display_name = g_strdup(change->display_name);
    }
    if (change->role) {
        account->role = change->role;
    }
    if (change->set_disabled) {
        account->disabled = change->disabled;
    }
}

gboolean account_apply(StoreTx *tx, Account *account, const AccountChange *change, GError **error)
{
    gboolean was_enabled = !account->disabled;
    apply(account, change);
    return update(tx, account, error) &&
           (!change->directories || set_directories(tx, account->id, change->directories, error)) &&
           (!(was_enabled && account->disabled) || account_end_sessions(tx, account->id, error));
}

gboolean account_change(StoreTx *tx, gint64 id, const AccountChange *change, GError **error)
{
    if ((change->display_name && !check_display_name(change->display_name, error)) ||
        !account_touch(tx, error)) {
        return FALSE;
    }
    g_autoptr(Account) account = account_get(tx, id, error);
    if (!account) {
        return FALSE;
    }
    if (account->from_settings) {
        return fail(error, ALBUMEN_ERROR_CONFLICT,
                    "This account is told by scoring.json: change it there");
    }
    gboolean ceases = (change->role && change->role != ROLE_SUPERADMIN) ||
                      (change->set_disabled && change->disabled);
    return (!ceases || check_not_last(tx, account, error)) &&
           account_apply(tx, account, change, error);
}

gboolean account_set_password(StoreTx *tx, gint64 id, const char *password_hash, GError **error)
{
    static const StoreQuery query = {
        .name = "account_set_password",
        .sql = "UPDATE account SET password_hash = ?2 WHERE id = ?1 AND id > 0",
    };
    gint64 changed = 0;
    StoreStatement *statement = account_touch(tx, error) ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, password_hash);
    if (!store_run(statement, &changed, error)) {
        return FALSE;
    }
    return changed > 0 ? account_end_sessions(tx, id, error)
                       : fail(error, ALBUMEN_ERROR_NOT_FOUND, "There is no such account");
}

gboolean account_renew_hash(StoreTx *tx, gint64 id, const char *old_hash, const char *new_hash,
                            GError **error)
{
    static const StoreQuery query = {
        .name = "account_renew_hash",
        .sql = "UPDATE account SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2",
    };
    StoreStatement *statement = account_touch(tx, error) ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, old_hash);
    store_bind_text(statement, 3, new_hash);
    return store_run(statement, NULL, error);
}

gboolean account_end_sessions(StoreTx *tx, gint64 id, GError **error)
{
    /* Always a greater number, also where the clock was set back. */
    static const StoreQuery query = {
        .name = "account_end_sessions",
        .sql = "UPDATE account SET session_epoch = "
               "CASE WHEN session_epoch < ?2 THEN ?2 ELSE session_epoch + 1 END WHERE id = ?1",
    };
    StoreStatement *statement = account_touch(tx, error) ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_int(statement, 2, library_now_ms());
    return store_run(statement, NULL, error);
}

gboolean account_remove(StoreTx *tx, gint64 id, gboolean even_last, GError **error)
{
    static const StoreQuery query = {
        .name = "account_delete",
        .sql = "DELETE FROM account WHERE id = ?1 AND id > 0",
    };
    gint64 others = 0;
    g_autoptr(Account) account = account_touch(tx, error) ? account_get(tx, id, error) : NULL;
    if (!account || !count_others(tx, id, &others, error)) {
        return FALSE;
    }
    if (account->from_settings && !account->disabled) {
        return fail(error, ALBUMEN_ERROR_CONFLICT,
                    "This account is told by scoring.json: remove it there");
    }
    if (!(even_last && others == 0) && !check_not_last(tx, account, error)) {
        return FALSE;
    }
    return library_touch(tx, error) && run_for(tx, &query, id, error);
}

static gboolean set_uuid(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "account_set_uuid",
        .sql = "UPDATE account SET member_uuid = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, uuid);
    return store_run(statement, NULL, error);
}

gboolean account_fill_uuids(StoreTx *tx, gboolean *ret_changed, GError **error)
{
    static const StoreQuery query = {
        .name = "account_without_uuid",
        .sql = "SELECT id FROM account WHERE member_uuid IS NULL",
    };
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(ids, id);
    }
    gboolean good = step == STORE_DONE;
    for (guint i = 0; good && i < ids->len; i++) {
        good = set_uuid(tx, g_array_index(ids, gint64, i), error);
        *ret_changed = TRUE;
    }
    return good;
}
