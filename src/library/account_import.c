#include "library/account_import.h"

#include "base/limits.h"

#include <string.h>

#define SHARED_KEY "shared_directories"

/* What the section says of one account. */
typedef struct {
    const char *username, *display_name, *password_hash;
    Role role;
    char **directories;
} Told;

static void told_clear(Told *told)
{
    g_strfreev(told->directories);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

static gboolean invalid(GError **error, const char *where, const char *what)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "scoring.json, \"users\", \"%s\": %s",
                where, what);
    return FALSE;
}

/* Facet takes any text for a folder, those of other systems among them. */
static char *directory_of(const char *path)
{
    gsize length = strlen(path);
    while (length > 0 && strchr("/\\", path[length - 1])) {
        length--;
    }
    return g_strndup(path, length);
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the database's order, each once. NULL: not a list of texts. */
static char **read_directories(const json_t *list)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    if (list && !json_is_array(list)) {
        return NULL;
    }
    for (gsize i = 0; i < json_array_size(list); i++) {
        const char *path = json_string_value(json_array_get(list, i));
        if (!path || !*path || strlen(path) > LIMIT_DIRECTORY_BYTES) {
            return NULL;
        }
        g_ptr_array_add(paths, directory_of(path));
    }
    g_ptr_array_sort(paths, compare_texts);
    for (guint i = paths->len; i > 1; i--) {
        if (strcmp(paths->pdata[i - 1], paths->pdata[i - 2]) == 0) {
            g_ptr_array_remove_index(paths, i - 1);
        }
    }
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_steal(paths, NULL);
}

static gboolean read_text(const json_t *user, const char *name, const char *absent,
                          const char **ret_text)
{
    const json_t *value = json_object_get(user, name);
    *ret_text = value ? json_string_value(value) : absent;
    return *ret_text != NULL;
}

static gboolean read_user(const char *username, const json_t *user, Told *ret_told, GError **error)
{
    const char *role = NULL;
    *ret_told = (Told){.username = username};
    if (!json_is_object(user)) {
        return invalid(error, username, "must be an object");
    }
    if (!read_text(user, "password_hash", "", &ret_told->password_hash) ||
        !read_text(user, "display_name", username, &ret_told->display_name)) {
        return invalid(error, username, "\"password_hash\" and \"display_name\" must be texts");
    }
    if (!read_text(user, "role", "user", &role) || !(ret_told->role = role_from_name(role))) {
        return invalid(error, username, "\"role\" must be user, admin or superadmin");
    }
    ret_told->directories = read_directories(json_object_get(user, "directories"));
    return ret_told->directories ||
           invalid(error, username, "\"directories\" must be a list of paths");
}

/* NULL without an error when there is none. */
static Account *find(const GPtrArray *accounts, const char *username)
{
    for (guint i = 0; i < accounts->len; i++) {
        Account *account = g_ptr_array_index(accounts, i);
        if (strcmp(account->username, username) == 0) {
            return account;
        }
    }
    return NULL;
}

static gboolean set_imported_hash(StoreTx *tx, gint64 id, const char *hash, GError **error)
{
    static const StoreQuery query = {
        .name = "account_set_imported_hash",
        .sql = "UPDATE account SET imported_hash = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, hash);
    return store_run(statement, NULL, error) && account_set_password(tx, id, hash, error);
}

static gboolean is_as_told(const Account *account, const Told *told)
{
    return !account->disabled && account->role == told->role &&
           strcmp(account->display_name, told->display_name) == 0 &&
           g_strv_equal((const char *const *)account->directories,
                        (const char *const *)told->directories);
}

static gboolean follow(StoreTx *tx, Account *account, const Told *told, gboolean *ret_changed,
                       GError **error)
{
    gboolean other_password = g_strcmp0(account->imported_hash, told->password_hash) != 0;
    gboolean differs = !is_as_told(account, told);
    const AccountChange change = {
        .display_name = told->display_name,
        .role = told->role,
        .directories = (const char *const *)told->directories,
        .set_disabled = TRUE,
    };
    *ret_changed |= differs || other_password;
    return (!differs || (account_touch(tx, error) && account_apply(tx, account, &change, error))) &&
           (!other_password || set_imported_hash(tx, account->id, told->password_hash, error));
}

static gboolean import_user(StoreTx *tx, const GPtrArray *accounts, const Told *told,
                            gboolean *ret_changed, GError **error)
{
    Account *account = find(accounts, told->username);
    if (account) {
        return follow(tx, account, told, ret_changed, error);
    }
    const AccountNew made = {
        .username = told->username,
        .display_name = told->display_name,
        .password_hash = told->password_hash,
        .imported_hash = told->password_hash,
        .role = told->role,
        .directories = (const char *const *)told->directories,
    };
    gint64 id = 0;
    *ret_changed = TRUE;
    return account_add(tx, &made, &id, error);
}

static gboolean import_users(StoreTx *tx, const GPtrArray *accounts, const json_t *users,
                             gboolean *ret_changed, GError **error)
{
    const char *username = NULL;
    json_t *user = NULL;
    json_object_foreach((json_t *)users, username, user)
    {
        g_auto(Told) told = {0};
        if (strcmp(username, SHARED_KEY) != 0 &&
            (!read_user(username, user, &told, error) ||
             !import_user(tx, accounts, &told, ret_changed, error))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean disable_gone(StoreTx *tx, const GPtrArray *accounts, const json_t *users,
                             gboolean *ret_changed, GError **error)
{
    const AccountChange change = {.set_disabled = TRUE, .disabled = TRUE};
    for (guint i = 0; i < accounts->len; i++) {
        Account *account = g_ptr_array_index(accounts, i);
        if (!account->from_settings || account->disabled ||
            json_object_get(users, account->username)) {
            continue;
        }
        *ret_changed = TRUE;
        if (!account_touch(tx, error) || !account_apply(tx, account, &change, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* --- shared folders --- */

char **shared_directories(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "shared_directories",
        .sql = "SELECT path FROM shared_directory ORDER BY path",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(paths, g_strdup(store_column_text(row, 0)));
    }
    g_ptr_array_add(paths, NULL);
    return step == STORE_DONE ? (char **)g_ptr_array_steal(paths, NULL) : NULL;
}

static gboolean write_shared(StoreTx *tx, const char *const *directories, GError **error)
{
    static const StoreQuery clear = {
        .name = "shared_directories_clear",
        .sql = "DELETE FROM shared_directory",
    };
    static const StoreQuery insert = {
        .name = "shared_directory_add",
        .sql = "INSERT INTO shared_directory (path) VALUES (?1) ON CONFLICT DO NOTHING",
    };
    StoreStatement *statement = account_touch(tx, error) ? store_prepare(tx, &clear, error) : NULL;
    gboolean good = statement && store_run(statement, NULL, error);
    for (; good && *directories; directories++) {
        statement = store_prepare(tx, &insert, error);
        good = statement != NULL;
        if (good) {
            store_bind_text(statement, 1, *directories);
            good = store_run(statement, NULL, error);
        }
    }
    return good;
}

/* Whether the folders in the table are those of scoring.json. */
static gboolean read_told(StoreTx *tx, gboolean *ret_told, GError **error)
{
    static const StoreQuery query = {
        .name = "shared_directories_told",
        .sql = "SELECT value FROM setting WHERE name = 'shared_directories_told'",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = row ? store_step(row, error) : STORE_ERROR;
    *ret_told = step == STORE_ROW && strcmp(store_column_text(row, 0), "1") == 0;
    return step != STORE_ERROR;
}

static gboolean write_told(StoreTx *tx, gboolean told, GError **error)
{
    static const StoreQuery query = {
        .name = "shared_directories_tell",
        .sql = "INSERT INTO setting (name, value) VALUES ('shared_directories_told', ?1) "
               "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, told ? "1" : "0");
    return store_run(statement, NULL, error);
}

static gboolean import_shared(StoreTx *tx, const json_t *users, gboolean *ret_changed,
                              GError **error)
{
    const json_t *list = json_object_get(users, SHARED_KEY);
    gboolean was_told = FALSE;
    if (!read_told(tx, &was_told, error)) {
        return FALSE;
    }
    if (!list && !was_told) {
        return TRUE; /* they are chosen here */
    }
    g_auto(GStrv) told = read_directories(list);
    if (!told) {
        return invalid(error, SHARED_KEY, "must be a list of paths");
    }
    g_auto(GStrv) current = shared_directories(tx, error);
    if (!current) {
        return FALSE;
    }
    gboolean is_told = list != NULL;
    if (is_told == was_told &&
        g_strv_equal((const char *const *)told, (const char *const *)current)) {
        return TRUE;
    }
    *ret_changed = TRUE;
    return write_told(tx, is_told, error) && write_shared(tx, (const char *const *)told, error);
}

gboolean shared_directories_set(StoreTx *tx, const char *const *directories, GError **error)
{
    gboolean told = FALSE;
    if (!account_touch(tx, error) || !read_told(tx, &told, error)) {
        return FALSE;
    }
    if (told) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "The shared folders are told by scoring.json: change them there");
        return FALSE;
    }
    if (g_strv_length((char **)directories) > LIMIT_DIRECTORIES) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "At most 1,000 folders can be shared");
        return FALSE;
    }
    return write_shared(tx, directories, error);
}

gboolean account_import(StoreTx *tx, const json_t *users, gboolean *ret_changed, GError **error)
{
    *ret_changed = FALSE;
    g_autoptr(GPtrArray) accounts = account_list(tx, error);
    return accounts && import_users(tx, accounts, users, ret_changed, error) &&
           disable_gone(tx, accounts, users, ret_changed, error) &&
           import_shared(tx, users, ret_changed, error);
}
