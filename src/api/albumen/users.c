/* Accounts, the folders that all see, and one's own password. */
#include "api/albumen/albumen.h"

#include "api/photo_values.h"
#include "api/session.h"
#include "base/limits.h"
#include "library/account_import.h"
#include "library/organization.h"

#include <string.h>

/* --- writing --- */

static void write_directories(JsonWriter *writer, char **directories)
{
    json_key(writer, "directories");
    json_array_begin(writer);
    for (; *directories; directories++) {
        json_text(writer, **directories ? *directories : "/");
    }
    json_array_end(writer);
}

static void write_user(JsonWriter *writer, const Account *account)
{
    g_autofree char *created = time_iso(account->created_ms);
    json_object_begin(writer);
    json_member_int(writer, "id", account->id);
    json_member_string(writer, "username", account->username);
    json_member_string(writer, "display_name", account->display_name);
    json_member_string(writer, "role", role_name(account->role));
    json_member_string(writer, "organization", account->organization_uuid);
    json_member_string(writer, "member_role", member_role_name(account_member_role(account)));
    write_directories(writer, account->directories);
    json_member_bool(writer, "disabled", account->disabled);
    json_member_bool(writer, "from_settings", account->from_settings);
    json_member_string(writer, "created_at", created);
    json_object_end(writer);
}

static gboolean respond_user(HttpRequest *request, gint64 id, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Account) account = tx ? account_get(tx, id, error) : NULL;
    if (!account) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    write_user(writer, account);
    return http_respond_json(request, writer, error);
}

/* --- what a body tells --- */

/* An account as a body tells it; what is absent is NULL or 0. */
typedef struct {
    const char *username, *display_name, *password;
    Role role;
    char **directories;
} Told;

static void told_clear(Told *told)
{
    g_strfreev(told->directories);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

/* NULL for an absent list. */
static gboolean read_directories(const json_t *list, char ***ret_directories, GError **error)
{
    if (!json_is_array(list)) {
        return TRUE;
    }
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < json_array_size(list); i++) {
        char *path = account_directory(json_string_value(json_array_get(list, i)), error);
        if (!path) {
            return FALSE;
        }
        g_ptr_array_add(paths, path);
    }
    g_ptr_array_add(paths, NULL);
    *ret_directories = (char **)g_ptr_array_steal(paths, NULL);
    return TRUE;
}

static gboolean read_told(const HttpRequest *request, Told *ret_told, GError **error)
{
    const json_t *body = http_body(request);
    const char *role = json_string_value(json_object_get(body, "role"));
    *ret_told = (Told){
        .username = json_string_value(json_object_get(body, "username")),
        .display_name = json_string_value(json_object_get(body, "display_name")),
        .password = json_string_value(json_object_get(body, "password")),
        .role = role ? role_from_name(role) : 0,
    };
    if (role && !ret_told->role) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "A role is user, admin or superadmin");
        return FALSE;
    }
    return read_directories(json_object_get(body, "directories"), &ret_told->directories, error);
}

/* --- routes --- */

gboolean albumen_users(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) accounts = tx ? account_list(tx, error) : NULL;
    if (!accounts) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "users");
    json_array_begin(writer);
    for (guint i = 0; i < accounts->len; i++) {
        write_user(writer, g_ptr_array_index(accounts, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Who makes the first account must be able to go on with it. */
static gboolean check_first(const HttpRequest *request, Role role, GError **error)
{
    if (!principal_has_account(api_principal(request)) && role && role != ROLE_SUPERADMIN) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "The first account must be a superadmin: it manages the others");
        return FALSE;
    }
    return TRUE;
}

/* Into the organization, and its part there, that the body tells; what it does not tell stays. */
static gboolean put(const HttpRequest *request, StoreTx *tx, gint64 id, GError **error)
{
    const char *uuid = json_string_value(json_object_get(http_body(request), "organization"));
    const char *role = json_string_value(json_object_get(http_body(request), "member_role"));
    if (!uuid && !role) {
        return TRUE;
    }
    g_autoptr(Account) account = account_get(tx, id, error);
    g_autoptr(Organization) organization =
        account && uuid ? organization_find(tx, uuid, error) : NULL;
    return account && (!uuid || organization) &&
           member_put(tx, id, organization ? organization->id : account->organization_id,
                      role ? member_role_from_name(role) : account->member_role, error);
}

gboolean albumen_user_add(HttpRequest *request, GError **error)
{
    g_auto(Told) told = {0};
    if (!read_told(request, &told, error) || !check_first(request, told.role, error)) {
        return FALSE;
    }
    g_autofree char *hash = sign_in_hash(api_of(request)->sign_in, told.password, error);
    g_autoptr(StoreTx) tx = hash ? api_write(request, error) : NULL;
    const AccountNew account = {
        .username = told.username,
        .display_name = told.display_name,
        .password_hash = hash,
        .role = told.role,
        .directories = (const char *const *)told.directories,
    };
    gint64 id = 0;
    return tx && account_add(tx, &account, &id, error) && put(request, tx, id, error) &&
           api_commit_accounts(request, tx, error) && respond_user(request, id, error);
}

gboolean albumen_user_change(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    const json_t *disabled = json_object_get(http_body(request), "disabled");
    g_auto(Told) told = {0};
    if (!read_told(request, &told, error)) {
        return FALSE;
    }
    const AccountChange change = {
        .display_name = told.display_name,
        .role = told.role,
        .directories = (const char *const *)told.directories,
        .set_disabled = json_is_boolean(disabled),
        .disabled = json_is_true(disabled),
    };
    gboolean changes =
        change.display_name || change.role || change.directories || change.set_disabled;
    g_autofree char *hash =
        told.password ? sign_in_hash(api_of(request)->sign_in, told.password, error) : NULL;
    if (told.password && !hash) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_write(request, error);
    return tx && (!changes || account_change(tx, id, &change, error)) &&
           put(request, tx, id, error) && (!hash || account_set_password(tx, id, hash, error)) &&
           api_commit_accounts(request, tx, error) && respond_user(request, id, error);
}

static gboolean respond_nothing(HttpRequest *request)
{
    http_set_status(request, 204);
    return http_respond_bytes(request, NULL, NULL);
}

gboolean albumen_user_remove(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_write(request, error);
    return tx && account_remove(tx, http_int(request, "id", 0), FALSE, error) &&
           api_commit_accounts(request, tx, error) && respond_nothing(request);
}

static gboolean respond_shared(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_auto(GStrv) shared = tx ? shared_directories(tx, error) : NULL;
    if (!shared) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    write_directories(writer, shared);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_shared_directories(HttpRequest *request, GError **error)
{
    return respond_shared(request, error);
}

gboolean albumen_share_directories(HttpRequest *request, GError **error)
{
    g_auto(GStrv) directories = NULL;
    if (!read_directories(json_object_get(http_body(request), "directories"), &directories,
                          error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_write(request, error);
    if (!tx || !shared_directories_set(tx, (const char *const *)directories, error) ||
        !api_commit_accounts(request, tx, error)) {
        return FALSE;
    }
    return respond_shared(request, error);
}

/* Ends every session of the account; who asked goes on with a new one. */
gboolean albumen_change_password(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    g_auto(SessionPlace) place = {0};
    session_place(request, &place);
    g_autoptr(Principal) renewed = sign_in_change_password(
        api_of(request)->sign_in, api_principal(request),
        json_string_value(json_object_get(body, "current")),
        json_string_value(json_object_get(body, "new")), &place.place, error);
    return renewed && session_answer(request, renewed, error);
}

gboolean albumen_sign_out_everywhere(HttpRequest *request, GError **error)
{
    const Principal *principal = api_principal(request);
    if (!principal_has_account(principal)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "This library has no accounts: another password in scoring.json ends "
                            "every session");
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_write(request, error);
    if (!tx || !account_end_sessions(tx, principal_account(principal), error) ||
        !api_commit_accounts(request, tx, error)) {
        return FALSE;
    }
    session_set_cookie(request, NULL);
    return respond_nothing(request);
}
