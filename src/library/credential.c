#include "library/credential.h"

#include "base/limits.h"
#include "library/account.h"
#include "library/principal.h"

#include <sodium.h>
#include <string.h>

#define SECRET_BYTES   32
#define SECRET_VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define SECRET_DIGITS  43 /* of base64 */
#define SECRET_CHARS   (sizeof KEY_PREFIX - 1 + SECRET_DIGITS)

void key_free(Key *key)
{
    if (!key) {
        return;
    }
    g_free(key->username);
    g_free(key->name);
    g_free(key->prefix);
    g_free(key);
}

gboolean key_is_one(const char *shown)
{
    return g_str_has_prefix(shown, KEY_PREFIX) || g_str_has_prefix(shown, KEY_PREFIX_OLD);
}

gboolean key_hash(const char *secret, ContentHash *ret_hash)
{
    gsize prefix = strlen(g_str_has_prefix(secret, KEY_PREFIX_OLD) ? KEY_PREFIX_OLD : KEY_PREFIX);
    gsize length = strlen(secret);
    if (!key_is_one(secret) || length != prefix + SECRET_DIGITS) {
        return FALSE;
    }
    hash_data(secret, length, ret_hash);
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

static gboolean refuse(GError **error, AlbumenError code, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, (gint)code, message);
    return FALSE;
}

static gboolean check_name(const char *name, GError **error)
{
    glong characters = g_utf8_validate(name, -1, NULL) ? g_utf8_strlen(name, -1) : 0;
    return (characters > 0 && characters <= LIMIT_KEY_NAME_CHARACTERS) ||
           refuse(error, ALBUMEN_ERROR_INVALID, "A key's name has 1 to 100 characters");
}

static gboolean check_rate_limit(gint64 limit, GError **error)
{
    return (limit >= 0 && limit <= LIMIT_REQUESTS_PER_HOUR) ||
           refuse(error, ALBUMEN_ERROR_INVALID,
                  "A key's rate limit is 1 to 1,000,000,000 requests an hour");
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
        return refuse(error, ALBUMEN_ERROR_TOO_LARGE,
                      "An account has at most 100 keys: revoke one first");
    }
    return TRUE;
}

KeyScope key_scope_of(MemberRole role)
{
    return role >= MEMBER_ADMIN   ? KEY_SCOPE_ADMIN
           : role > MEMBER_VIEWER ? KEY_SCOPE_WRITE
                                  : KEY_SCOPE_READ;
}

static gboolean insert(StoreTx *tx, const KeyNew *key, const char *secret, gint64 *ret_id,
                       GError **error)
{
    static const StoreQuery query = {
        .name = "key_insert",
        .sql = "INSERT INTO credential (account_id, kind, name, secret_hash, scope, created_ms, "
               "expires_ms, uuid, prefix, member_role, rate_limit) "
               "VALUES (?1, 'key', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    ContentHash hash;
    key_hash(secret, &hash);
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    g_autofree char *prefix = g_strndup(secret, KEY_PREFIX_SHOWN);
    store_bind_int(row, 1, key->account_id);
    store_bind_text(row, 2, key->name);
    store_bind_blob(row, 3, hash.bytes, sizeof hash.bytes);
    store_bind_text(row, 4, key_scope_name(key->scope));
    store_bind_int(row, 5, library_now_ms());
    if (key->expires_ms) {
        store_bind_int(row, 6, key->expires_ms);
    }
    store_bind_text(row, 7, uuid);
    store_bind_text(row, 8, prefix);
    store_bind_text(row, 9, key->role ? member_role_name(key->role) : NULL);
    if (key->rate_limit) {
        store_bind_int(row, 10, key->rate_limit);
    }
    return store_step_int(row, ret_id, error);
}

char *key_create(StoreTx *tx, const KeyNew *key, gint64 *ret_id, GError **error)
{
    if (!check_name(key->name, error) || !check_rate_limit(key->rate_limit, error) ||
        !account_touch(tx, error) || !check_room(tx, key->account_id, key->name, error)) {
        return NULL;
    }
    g_autofree char *secret = make_secret();
    return insert(tx, key, secret, ret_id, error) ? g_steal_pointer(&secret) : NULL;
}

/* --- reading --- */

static void copy_uuid(char ret_uuid[UUID_CHARS + 1], const char *text)
{
    g_strlcpy(ret_uuid, text ? text : "", UUID_CHARS + 1);
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
    copy_uuid(key->uuid, store_column_text(row, 9));
    const char *prefix = store_column_text(row, 10);
    key->prefix = g_strdup(prefix ? prefix : KEY_PREFIX_OLD);
    key->given_role = member_role_from_name(store_column_text(row, 11));
    key->rate_limit = store_column_int(row, 12);
    key->is_active = store_column_int(row, 13) != 0;
    key->organization_id = store_column_int(row, 14);
    copy_uuid(key->organization_uuid, store_column_text(row, 15));
    MemberRole owners = member_role_of(role_from_name(store_column_text(row, 16)),
                                       member_role_from_name(store_column_text(row, 17)));
    key->role = member_role_of_key(owners, key->given_role, key->scope);
    return key;
}

static GPtrArray *read_keys(StoreStatement *row, GError **error)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)key_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(keys, from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&keys) : NULL;
}

#define SELECT_KEY                                                                                 \
    "SELECT c.id, c.account_id, a.username, c.name, c.secret_hash, c.scope, c.created_ms, "        \
    "c.expires_ms, c.used_ms, c.uuid, c.prefix, c.member_role, c.rate_limit, c.is_active, "        \
    "a.organization_id, o.uuid, a.role, a.member_role FROM credential c "                          \
    "JOIN account a ON a.id = c.account_id JOIN organization o ON o.id = a.organization_id "       \
    "WHERE c.kind = 'key' "

GPtrArray *key_list(StoreTx *tx, gint64 account_id, GError **error)
{
    static const StoreQuery query = {
        .name = "key_list",
        .sql = SELECT_KEY "AND (c.account_id = ?1 OR ?1 = -1) ORDER BY c.account_id, c.name",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, account_id);
    return read_keys(row, error);
}

GPtrArray *key_list_of(StoreTx *tx, gint64 organization_id, GError **error)
{
    static const StoreQuery query = {
        .name = "key_list_of",
        .sql = SELECT_KEY "AND a.organization_id = ?1 ORDER BY c.id DESC",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, organization_id);
    return read_keys(row, error);
}

static Key *read_one(StoreStatement *row, GError **error)
{
    switch (store_step(row, error)) {
    case STORE_ROW:
        return from_row(row);
    case STORE_DONE:
        refuse(error, ALBUMEN_ERROR_NOT_FOUND, "There is no such key");
        break;
    case STORE_ERROR:
        break;
    }
    return NULL;
}

Key *key_get(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "key_get",
        .sql = SELECT_KEY "AND c.id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, id);
    return read_one(row, error);
}

Key *key_find(StoreTx *tx, gint64 organization_id, const char *uuid, GError **error)
{
    static const StoreQuery query = {
        .name = "key_find",
        .sql = SELECT_KEY "AND a.organization_id = ?1 AND c.uuid = ?2",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, organization_id);
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    store_bind_text(row, 2, lower);
    return read_one(row, error);
}

/* --- changing --- */

static gboolean is_other_name(const Key *key, const KeyChange *change)
{
    return change->name && strcmp(change->name, key->name) != 0;
}

gboolean key_change(StoreTx *tx, const Key *key, const KeyChange *change, GError **error)
{
    static const StoreQuery query = {
        .name = "key_change",
        .sql = "UPDATE credential SET name = ?2, scope = ?3, member_role = ?4, rate_limit = ?5, "
               "expires_ms = ?6, is_active = ?7 WHERE id = ?1",
    };
    if ((change->name && !check_name(change->name, error)) ||
        !check_rate_limit(change->rate_limit, error) || !account_touch(tx, error) ||
        (is_other_name(key, change) && !check_room(tx, key->account_id, change->name, error))) {
        return FALSE;
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    MemberRole role = change->role ? change->role : key->given_role;
    KeyScope scope = change->role ? key_scope_of(change->role) : key->scope;
    gint64 rate_limit = change->set_rate_limit ? change->rate_limit : key->rate_limit;
    gint64 expires_ms = change->set_expires ? change->expires_ms : key->expires_ms;
    store_bind_int(row, 1, key->id);
    store_bind_text(row, 2, change->name ? change->name : key->name);
    store_bind_text(row, 3, key_scope_name(scope));
    store_bind_text(row, 4, role ? member_role_name(role) : NULL);
    if (rate_limit) {
        store_bind_int(row, 5, rate_limit);
    }
    if (expires_ms) {
        store_bind_int(row, 6, expires_ms);
    }
    store_bind_int(row, 7, change->set_active ? change->is_active : key->is_active);
    return store_run(row, NULL, error);
}

/* --- by whoever may not give more than it has --- */

gboolean key_check_rank(const Principal *by, MemberRole role, GError **error)
{
    return principal_member_role(by) >= role ||
           refuse(error, ALBUMEN_ERROR_FORBIDDEN,
                  "This is about a key that is stronger than yours");
}

/* Of two limits or ends of which 0 is none. */
static gint64 least(gint64 a, gint64 b)
{
    return a > 0 && b > 0 ? MIN(a, b) : MAX(a, b);
}

char *key_create_by(StoreTx *tx, const Principal *by, const KeyNew *key, gint64 *ret_id,
                    GError **error)
{
    KeyNew made = *key;
    made.account_id = principal_account(by);
    made.scope = key_scope_of(key->role);
    made.rate_limit = least(key->rate_limit, principal_rate_limit(by));
    made.expires_ms = least(key->expires_ms, principal_expires_ms(by));
    return key_check_rank(by, key->role, error) ? key_create(tx, &made, ret_id, error) : NULL;
}

gboolean key_change_by(StoreTx *tx, const Principal *by, const Key *key, const KeyChange *change,
                       GError **error)
{
    KeyChange made = *change;
    made.rate_limit = least(change->rate_limit, principal_rate_limit(by));
    made.expires_ms = least(change->expires_ms, principal_expires_ms(by));
    return key_check_rank(by, MAX(key->role, change->role), error) &&
           key_change(tx, key, &made, error);
}

static gboolean set_uuid(StoreTx *tx, const Key *key, GError **error)
{
    static const StoreQuery query = {
        .name = "key_set_uuid",
        .sql = "UPDATE credential SET uuid = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    store_bind_int(statement, 1, key->id);
    store_bind_text(statement, 2, uuid);
    return store_run(statement, NULL, error);
}

gboolean key_fill_uuids(StoreTx *tx, gboolean *ret_changed, GError **error)
{
    g_autoptr(GPtrArray) keys = key_list(tx, -1, error);
    gboolean good = keys != NULL;
    for (guint i = 0; good && i < keys->len; i++) {
        const Key *key = g_ptr_array_index(keys, i);
        if (!*key->uuid) {
            good = set_uuid(tx, key, error);
            *ret_changed = TRUE;
        }
    }
    return good;
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
