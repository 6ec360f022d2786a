/* API keys: one's own, and for who manages the accounts, everybody's. */
#include "api/albumen/albumen.h"

#include "api/photo_values.h"
#include "base/limits.h"
#include "library/credential.h"

/* Whose keys the principal manages: -1 for everybody's. */
static gint64 managed_account(const Principal *principal)
{
    return access_check(principal, CAPABILITY_ACCOUNTS, NULL) ? -1 : principal_account(principal);
}

/* The keys of a library without accounts are its owner's, who may edit. */
static gboolean check_owner(const Principal *principal, GError **error)
{
    return principal_has_account(principal) || access_check(principal, CAPABILITY_EDIT, error);
}

static void write_key(JsonWriter *writer, const Key *key, const char *secret)
{
    g_autofree char *created = time_iso(key->created_ms);
    g_autofree char *expires = key->expires_ms ? time_iso(key->expires_ms) : NULL;
    g_autofree char *used = key->used_ms ? time_iso(key->used_ms) : NULL;
    json_object_begin(writer);
    json_member_int(writer, "id", key->id);
    json_member_string(writer, "name", key->name);
    json_member_string(writer, "scope", key_scope_name(key->scope));
    json_member_string(writer, "username", key->username);
    json_member_string(writer, "prefix", key->prefix);
    json_member_string(writer, "role", member_role_name(key->role));
    json_member_bool(writer, "is_active", key->is_active);
    if (key->rate_limit) {
        json_member_int(writer, "rate_limit", key->rate_limit);
    } else {
        json_member_null(writer, "rate_limit");
    }
    json_member_string(writer, "created_at", created);
    json_member_string(writer, "expires_at", expires);
    json_member_string(writer, "used_at", used);
    if (secret) {
        json_member_string(writer, "secret", secret);
    }
    json_object_end(writer);
}

/* The keys that the principal manages. */
static GPtrArray *managed_keys(HttpRequest *request, StoreTx *tx, GError **error)
{
    return key_list(tx, managed_account(api_principal(request)), error);
}

static const Key *find(const GPtrArray *keys, gint64 id)
{
    for (guint i = 0; i < keys->len; i++) {
        const Key *key = g_ptr_array_index(keys, i);
        if (key->id == id) {
            return key;
        }
    }
    return NULL;
}

gboolean albumen_keys(HttpRequest *request, GError **error)
{
    if (!check_owner(api_principal(request), error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) keys = tx ? managed_keys(request, tx, error) : NULL;
    if (!keys) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "keys");
    json_array_begin(writer);
    for (guint i = 0; i < keys->len; i++) {
        write_key(writer, g_ptr_array_index(keys, i), NULL);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_key_add(HttpRequest *request, GError **error)
{
    const Principal *principal = api_principal(request);
    const json_t *body = http_body(request);
    const char *scope_text = json_string_value(json_object_get(body, "scope"));
    KeyScope scope = scope_text ? key_scope_from_name(scope_text) : KEY_SCOPE_READ;
    gint64 expires_ms = 0, id = 0;
    const char *expires = json_string_value(json_object_get(body, "expires_at"));
    if (!check_owner(principal, error) || !time_to_come(expires, &expires_ms, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_write(request, error);
    const char *name = json_string_value(json_object_get(body, "name"));
    g_autofree char *secret = tx ? key_create(tx,
                                              &(KeyNew){.account_id = principal_account(principal),
                                                        .name = name,
                                                        .scope = scope,
                                                        .expires_ms = expires_ms},
                                              &id, error)
                                 : NULL;
    g_autoptr(GPtrArray) keys = secret ? key_list(tx, principal_account(principal), error) : NULL;
    if (!keys || !api_commit_accounts(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    write_key(writer, find(keys, id), secret);
    http_set_header(request, "Cache-Control", "no-store");
    return http_respond_json(request, writer, error);
}

gboolean albumen_key_remove(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    if (!check_owner(api_principal(request), error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_write(request, error);
    g_autoptr(GPtrArray) keys = tx ? managed_keys(request, tx, error) : NULL;
    if (!keys) {
        return FALSE;
    }
    /* Somebody else's key is not known to exist. */
    if (!key_revoke(tx, find(keys, id) ? id : 0, error) ||
        !api_commit_accounts(request, tx, error)) {
        return FALSE;
    }
    http_set_status(request, 204);
    return http_respond_bytes(request, NULL, NULL);
}
