#include "library/credential.h"

#include "base/limits.h"
#include "library/account.h"

#include <sodium.h>
#include <string.h>

#define SECRET_BYTES   32
#define SECRET_VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define SECRET_CHARS   (sizeof KEY_PREFIX - 1 + 43) /* 32 bytes are 43 digits of base64 */

void key_free(Key *key)
{
    if (!key) {
        return;
    }
    g_free(key->username);
    g_free(key->name);
    g_free(key);
}

gboolean key_hash(const char *secret, ContentHash *ret_hash)
{
    if (strlen(secret) != SECRET_CHARS || !g_str_has_prefix(secret, KEY_PREFIX)) {
        return FALSE;
    }
    hash_data(secret, SECRET_CHARS, ret_hash);
    return TRUE;
}

static char *make_secret(void)
{
    guint8 bytes[SECRET_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    char *secret = g_malloc(SECRET_CHARS + 1);
    memcpy(secret, KEY_PREFIX, sizeof KEY_PREFIX - 1);
    sodium_bin2base64(secret + sizeof KEY_PREFIX - 1, SECRET_CHARS + 1 - (sizeof KEY_PREFIX - 1),
                      bytes, sizeof bytes, SECRET_VARIANT);
    sodium_memzero(bytes, sizeof bytes);
    return secret;
}

static gboolean check_name(const char *name, GError **error)
{
    glong characters = g_utf8_validate(name, -1, NULL) ? g_utf8_strlen(name, -1) : 0;
    if (characters > 0 && characters <= LIMIT_KEY_NAME_CHARACTERS) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "A key's name has 1 to 100 characters");
    return FALSE;
}

static gboolean check_room(StoreTx *tx, gint64 account_id, const char *name, GError **error)
{
    g_autoptr(GPtrArray) keys = key_list(tx, account_id, error);
    if (!keys) {
        return FALSE;
    }
    for (guint i = 0; i < keys->len; i++) {
        const Key *key = g_ptr_array_index(keys, i);
        if (strcmp(key->name, name) == 0) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                        "There is a key %s already: choose another name, or revoke it first", name);
            return FALSE;
        }
    }
    if (keys->len >= LIMIT_KEYS_PER_ACCOUNT) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "An account has at most 100 keys: revoke one first");
        return FALSE;
    }
    return TRUE;
}

char *key_create(StoreTx *tx, gint64 account_id, const char *name, KeyScope scope,
                 gint64 expires_ms, gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "key_insert",
        .sql = "INSERT INTO credential (account_id, kind, name, secret_hash, scope, created_ms, "
               "expires_ms) VALUES (?1, 'key', ?2, ?3, ?4, ?5, ?6) RETURNING id",
    };
    if (!check_name(name, error) || !account_touch(tx, error) ||
        !check_room(tx, account_id, name, error)) {
        return NULL;
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    g_autofree char *secret = make_secret();
    ContentHash hash;
    key_hash(secret, &hash);
    store_bind_int(row, 1, account_id);
    store_bind_text(row, 2, name);
    store_bind_blob(row, 3, hash.bytes, sizeof hash.bytes);
    store_bind_text(row, 4, key_scope_name(scope));
    store_bind_int(row, 5, library_now_ms());
    if (expires_ms) {
        store_bind_int(row, 6, expires_ms);
    }
    return store_step_int(row, ret_id, error) ? g_steal_pointer(&secret) : NULL;
}

static Key *from_row(const StoreStatement *row)
{
    Key *key = g_new0(Key, 1);
    key->id = store_column_int(row, 0);
    key->account_id = store_column_int(row, 1);
    key->username = g_strdup(store_column_text(row, 2));
    key->name = g_strdup(store_column_text(row, 3));
    gsize length = 0;
    gconstpointer hash = store_column_blob(row, 4, &length);
    g_assert(length == HASH_BYTES);
    memcpy(key->hash.bytes, hash, HASH_BYTES);
    key->scope = key_scope_from_name(store_column_text(row, 5));
    key->created_ms = store_column_int(row, 6);
    key->expires_ms = store_column_int(row, 7);
    key->used_ms = store_column_int(row, 8);
    return key;
}

GPtrArray *key_list(StoreTx *tx, gint64 account_id, GError **error)
{
    static const StoreQuery query = {
        .name = "key_list",
        .sql = "SELECT c.id, c.account_id, a.username, c.name, c.secret_hash, c.scope, "
               "c.created_ms, c.expires_ms, c.used_ms FROM credential c "
               "JOIN account a ON a.id = c.account_id WHERE c.kind = 'key' "
               "AND (c.account_id = ?1 OR ?1 = -1) ORDER BY c.account_id, c.name",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, account_id);
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)key_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(keys, from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&keys) : NULL;
}

gboolean key_revoke(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "key_revoke",
        .sql = "DELETE FROM credential WHERE id = ?1 AND kind = 'key'",
    };
    gint64 gone = 0;
    StoreStatement *statement = account_touch(tx, error) ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    if (!store_run(statement, &gone, error)) {
        return FALSE;
    }
    if (gone == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "There is no such key");
    }
    return gone > 0;
}

gboolean key_mark_used(StoreTx *tx, gint64 id, gint64 used_ms, GError **error)
{
    static const StoreQuery query = {
        .name = "key_mark_used",
        .sql = "UPDATE credential SET used_ms = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_int(statement, 2, used_ms);
    return store_run(statement, NULL, error);
}
