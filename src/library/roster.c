#include "library/roster.h"

#include "base/ids.h"
#include "base/limits.h"
#include "library/account_import.h"
#include "library/password.h"
#include "library/principal.h"
#include "library/token.h"

#include <sodium.h>
#include <string.h>

#define LOOK_EVERY_US     (500 * G_TIME_SPAN_MILLISECOND)
#define NOTE_USE_EVERY_MS 60000
#define SECRET_BYTES      32

/* An account as requests need it. */
typedef struct {
    Principal *principal;
    char *password_hash;
} Member;

/* A key's principal and until when. */
typedef struct {
    ContentHash hash;
    Principal *principal;
    gint64 expires_ms; /* 0: never */
    gint64 used_ms;    /* as the database had it */
} Holder;

/* Never changes once it is made. */
typedef struct {
    char *version;
    AccessMode mode;
    gboolean has_foreign;
    GHashTable *members; /* Member by user name */
    GHashTable *holders; /* Holder by hash */
} Snapshot;

struct Roster {
    Library *library;
    const Settings *settings;
    char *secret;
    gint64 single_epoch; /* of sessions by the passwords of scoring.json */
    gboolean has_password;

    GMutex lock; /* of what follows */
    GCond wake;
    Snapshot *snapshot;
    GHashTable *used; /* when each key was last used and not noted yet: ms by id */
    GHashTable *noted;
    gboolean stopping;
    GThread *follower;
};

/* --- snapshots --- */

static void member_free(gpointer data)
{
    Member *member = data;
    principal_unref(member->principal);
    g_free(member->password_hash);
    g_free(member);
}

static void holder_free(gpointer data)
{
    Holder *holder = data;
    principal_unref(holder->principal);
    g_free(holder);
}

static guint hash_of_hash(gconstpointer data)
{
    const ContentHash *hash = data;
    guint value = 0;
    memcpy(&value, hash->bytes, sizeof value);
    return value;
}

static gboolean hash_equal(gconstpointer a, gconstpointer b)
{
    return sodium_memcmp(a, b, HASH_BYTES) == 0;
}

static void snapshot_clear(gpointer data)
{
    Snapshot *snapshot = data;
    g_free(snapshot->version);
    g_hash_table_unref(snapshot->members);
    g_hash_table_unref(snapshot->holders);
}

static void snapshot_unref(Snapshot *snapshot)
{
    if (snapshot) {
        g_atomic_rc_box_release_full(snapshot, snapshot_clear);
    }
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Snapshot, snapshot_unref)

static Snapshot *take_snapshot(Roster *roster)
{
    g_mutex_lock(&roster->lock);
    Snapshot *snapshot = g_atomic_rc_box_acquire(roster->snapshot);
    g_mutex_unlock(&roster->lock);
    return snapshot;
}

/* The folders an account sees: its own and the shared ones. A superadmin who was made here without
 * any sees all; one of scoring.json obeys, as in Facet. */
static char **directories_of(const Account *account, char **shared)
{
    if (account->role == ROLE_SUPERADMIN && !account->from_settings && !account->directories[0]) {
        return NULL;
    }
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (char **own = account->directories; *own; own++) {
        g_ptr_array_add(all, g_strdup(*own));
    }
    for (char **other = shared; *other; other++) {
        g_ptr_array_add(all, g_strdup(*other));
    }
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_steal(all, NULL);
}

static void add_member(Snapshot *snapshot, const Account *account, char **shared)
{
    if (account->disabled) {
        return;
    }
    g_auto(GStrv) directories = directories_of(account, shared);
    Member *member = g_new0(Member, 1);
    member->principal = principal_new(&(Principal){
        .kind = PRINCIPAL_ACCOUNT,
        .account_id = account->id,
        .epoch = account->epoch,
        .role = account->role,
        .organization_id = account->organization_id,
        .member_role = account->member_role,
        .user_id = account->username,
        .display_name = account->display_name,
        .directories = directories,
    });
    member->password_hash = g_strdup(account->password_hash);
    snapshot->has_foreign |= member->password_hash && password_is_foreign(member->password_hash);
    g_hash_table_insert(snapshot->members, member->principal->user_id, member);
}

/* A key of the implicit owner is good as long as there is one. */
static void add_holder(Snapshot *snapshot, const Key *key)
{
    Principal values = {.kind = PRINCIPAL_OWNER, .edition = TRUE, .role = ROLE_SUPERADMIN};
    const Member *owner = g_hash_table_lookup(snapshot->members, key->username);
    if (!key->is_active || (key->account_id > 0 ? !owner : snapshot->mode == ACCESS_ACCOUNTS)) {
        return;
    }
    if (owner) {
        values = *owner->principal;
    }
    values.scope = key->scope;
    values.key_id = key->id;
    values.member_role = key->role;
    values.rate_limit = key->rate_limit;
    values.expires_ms = key->expires_ms;
    Holder *holder = g_new0(Holder, 1);
    holder->hash = key->hash;
    holder->principal = principal_new(&values);
    holder->expires_ms = key->expires_ms;
    holder->used_ms = key->used_ms;
    g_hash_table_insert(snapshot->holders, &holder->hash, holder);
}

static Snapshot *snapshot_read(const Roster *roster, StoreTx *tx, GError **error)
{
    g_autofree char *version = account_version(tx, error);
    g_autoptr(GPtrArray) accounts = version ? account_list(tx, error) : NULL;
    g_auto(GStrv) shared = accounts ? shared_directories(tx, error) : NULL;
    g_autoptr(GPtrArray) keys = shared ? key_list(tx, -1, error) : NULL;
    if (!keys) {
        return NULL;
    }
    Snapshot *snapshot = g_atomic_rc_box_new0(Snapshot);
    snapshot->version = g_steal_pointer(&version);
    snapshot->members = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, member_free);
    snapshot->holders = g_hash_table_new_full(hash_of_hash, hash_equal, NULL, holder_free);
    for (guint i = 0; i < accounts->len; i++) {
        add_member(snapshot, g_ptr_array_index(accounts, i), shared);
    }
    snapshot->mode = g_hash_table_size(snapshot->members) > 0 ? ACCESS_ACCOUNTS
                     : roster->has_password                   ? ACCESS_PASSWORD
                                                              : ACCESS_OPEN;
    for (guint i = 0; i < keys->len; i++) {
        add_holder(snapshot, g_ptr_array_index(keys, i));
    }
    return snapshot;
}

static void install(Roster *roster, Snapshot *snapshot)
{
    g_mutex_lock(&roster->lock);
    g_autoptr(Snapshot) old = roster->snapshot;
    roster->snapshot = snapshot;
    g_mutex_unlock(&roster->lock);
}

gboolean roster_refresh(Roster *roster, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(roster->library), error);
    Snapshot *snapshot = tx ? snapshot_read(roster, tx, error) : NULL;
    if (!snapshot) {
        return FALSE;
    }
    install(roster, snapshot);
    return TRUE;
}

/* --- following --- */

static gboolean is_current(Roster *roster, const char *version)
{
    g_autoptr(Snapshot) snapshot = take_snapshot(roster);
    return strcmp(snapshot->version, version) == 0;
}

/* A database that is away keeps nobody in who was not: the roster stays as it was, and nothing else
 * works either. */
static void look(Roster *roster)
{
    g_autoptr(StoreTx) tx = store_read(library_store(roster->library), NULL);
    g_autofree char *version = tx ? account_version(tx, NULL) : NULL;
    if (version && !is_current(roster, version)) {
        Snapshot *snapshot = snapshot_read(roster, tx, NULL);
        if (snapshot) {
            install(roster, snapshot);
        }
    }
}

/* What is worth noting now; of a key at most once a minute. */
static GHashTable *take_used(Roster *roster)
{
    GHashTable *due = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    g_mutex_lock(&roster->lock);
    GHashTableIter iter;
    gpointer id, used;
    g_hash_table_iter_init(&iter, roster->used);
    while (g_hash_table_iter_next(&iter, &id, &used)) {
        const gint64 *noted = g_hash_table_lookup(roster->noted, id);
        if (!noted || *(gint64 *)used - *noted >= NOTE_USE_EVERY_MS) {
            g_hash_table_insert(roster->noted, g_memdup2(id, sizeof(gint64)),
                                g_memdup2(used, sizeof(gint64)));
            g_hash_table_iter_steal(&iter);
            g_hash_table_insert(due, id, used);
        }
    }
    g_mutex_unlock(&roster->lock);
    return due;
}

/* Telling when a key was used is a help, and worth no error. */
static void note_used(Roster *roster)
{
    g_autoptr(GHashTable) due = take_used(roster);
    if (g_hash_table_size(due) == 0) {
        return;
    }
    g_autoptr(StoreTx) tx = store_write(library_store(roster->library), NULL);
    GHashTableIter iter;
    gpointer id, used;
    g_hash_table_iter_init(&iter, due);
    gboolean good = tx != NULL;
    while (good && g_hash_table_iter_next(&iter, &id, &used)) {
        good = key_mark_used(tx, *(gint64 *)id, *(gint64 *)used, NULL);
    }
    if (good) {
        store_commit(tx, NULL);
    }
}

static gpointer follow(gpointer data)
{
    Roster *roster = data;
    g_mutex_lock(&roster->lock);
    while (!roster->stopping) {
        gint64 until = g_get_monotonic_time() + LOOK_EVERY_US;
        while (!roster->stopping && g_cond_wait_until(&roster->wake, &roster->lock, until)) {
        }
        g_mutex_unlock(&roster->lock);
        look(roster);
        note_used(roster);
        g_mutex_lock(&roster->lock);
    }
    g_mutex_unlock(&roster->lock);
    return NULL;
}

static void remember_use(Roster *roster, gint64 key_id)
{
    gint64 now_ms = library_now_ms();
    g_mutex_lock(&roster->lock);
    gint64 *used = g_hash_table_lookup(roster->used, &key_id);
    if (used) {
        *used = now_ms;
    } else {
        g_hash_table_insert(roster->used, g_memdup2(&key_id, sizeof key_id),
                            g_memdup2(&now_ms, sizeof now_ms));
    }
    g_mutex_unlock(&roster->lock);
}

/* --- beginning and end --- */

/* The library's own secret, made once. */
static char *ensure_secret(StoreTx *tx, gboolean *ret_changed, GError **error)
{
    static const StoreQuery find = {
        .name = "share_secret_find",
        .sql = "SELECT value FROM setting WHERE name = 'share_secret'",
    };
    static const StoreQuery keep = {
        .name = "share_secret_keep",
        .sql = "INSERT INTO setting (name, value) VALUES ('share_secret', ?1)",
    };
    StoreStatement *statement = store_prepare(tx, &find, error);
    StoreStep step = statement ? store_step(statement, error) : STORE_ERROR;
    if (step != STORE_DONE) {
        return step == STORE_ROW ? g_strdup(store_column_text(statement, 0)) : NULL;
    }
    g_autofree char *secret = random_hex(SECRET_BYTES);
    statement = store_prepare(tx, &keep, error);
    if (!statement) {
        return NULL;
    }
    store_bind_text(statement, 1, secret);
    *ret_changed = TRUE;
    return store_run(statement, NULL, error) ? g_steal_pointer(&secret) : NULL;
}

static gboolean prepare(Roster *roster, GError **error)
{
    gboolean imported = FALSE, made = FALSE;
    const char *told = settings_share_secret(roster->settings);
    g_autoptr(StoreTx) tx = store_write(library_store(roster->library), error);
    if (!tx || !account_import(tx, settings_users(roster->settings), &imported, error)) {
        return FALSE;
    }
    roster->secret = *told ? g_strdup(told) : ensure_secret(tx, &made, error);
    return roster->secret && key_fill_uuids(tx, &made, error) &&
           account_fill_uuids(tx, &made, error) &&
           (!(imported || made) || library_commit(roster->library, tx, error));
}

/* A number that another password of scoring.json makes another, and that tells nothing of it to
 * whoever has not the secret. */
static gint64 epoch_of_passwords(const Roster *roster)
{
    guint8 key[crypto_generichash_KEYBYTES], hash[crypto_generichash_BYTES];
    crypto_generichash(key, sizeof key, (const guint8 *)roster->secret, strlen(roster->secret),
                       NULL, 0);
    const char *passwords[] = {settings_password(roster->settings),
                               settings_edition_password(roster->settings)};
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, sizeof key, sizeof hash);
    for (gsize i = 0; i < G_N_ELEMENTS(passwords); i++) { /* each with its NUL, which parts them */
        crypto_generichash_update(&state, (const guint8 *)passwords[i], strlen(passwords[i]) + 1);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    gint64 epoch = 0;
    memcpy(&epoch, hash, 6); /* fits what JSON readers take for an integer */
    return epoch;
}

Roster *roster_new(Library *library, const Settings *settings, GError **error)
{
    g_autoptr(Roster) roster = g_new0(Roster, 1);
    g_mutex_init(&roster->lock);
    g_cond_init(&roster->wake);
    roster->library = library;
    roster->settings = settings;
    roster->has_password = *settings_password(settings) != '\0';
    roster->used = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    roster->noted = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    if (!prepare(roster, error) || !roster_refresh(roster, error)) {
        return NULL;
    }
    roster->single_epoch = epoch_of_passwords(roster);
    roster->follower = g_thread_new("roster", follow, roster);
    return g_steal_pointer(&roster);
}

void roster_free(Roster *roster)
{
    if (!roster) {
        return;
    }
    if (roster->follower) {
        g_mutex_lock(&roster->lock);
        roster->stopping = TRUE;
        g_cond_signal(&roster->wake);
        g_mutex_unlock(&roster->lock);
        g_thread_join(roster->follower);
    }
    snapshot_unref(roster->snapshot);
    g_hash_table_unref(roster->used);
    g_hash_table_unref(roster->noted);
    g_mutex_clear(&roster->lock);
    g_cond_clear(&roster->wake);
    g_free(roster->secret);
    g_free(roster);
}

/* --- asking --- */

AccessMode roster_mode(Roster *roster)
{
    g_autoptr(Snapshot) snapshot = take_snapshot(roster);
    return snapshot->mode;
}

const char *roster_secret(const Roster *roster)
{
    return roster->secret;
}

const Settings *roster_settings(const Roster *roster)
{
    return roster->settings;
}

Library *roster_library(const Roster *roster)
{
    return roster->library;
}

Principal *roster_single(Roster *roster, const char *single_user_id, gboolean edition)
{
    return principal_new(&(Principal){
        .kind = PRINCIPAL_OWNER,
        .edition = edition || !*settings_edition_password(roster->settings),
        .epoch = roster->single_epoch,
        .role = ROLE_SUPERADMIN,
        .user_id = (char *)single_user_id,
    });
}

char *roster_password_hash(Roster *roster, const char *username, Principal **ret_principal)
{
    g_autoptr(Snapshot) snapshot = take_snapshot(roster);
    const Member *member = g_hash_table_lookup(snapshot->members, username);
    if (!member || !member->password_hash) {
        return NULL;
    }
    *ret_principal = principal_ref(member->principal);
    return g_strdup(member->password_hash);
}

gboolean roster_has_foreign(Roster *roster)
{
    g_autoptr(Snapshot) snapshot = take_snapshot(roster);
    return snapshot->has_foreign;
}

/* --- tokens --- */

/* A token of ours tells the epoch it began in. One of Facet's own does not: it counts by when it
 * was issued. */
static gboolean is_of_epoch(const json_t *claims, gint64 epoch, gint64 since_seconds)
{
    const json_t *told = json_object_get(claims, "epoch");
    return told ? json_is_integer(told) && json_integer_value(told) == epoch
                : json_integer_value(json_object_get(claims, "iat")) >= since_seconds;
}

static Principal *member_of(const Snapshot *snapshot, const json_t *claims, const char *user_id)
{
    const Member *member = g_hash_table_lookup(snapshot->members, user_id);
    return member && is_of_epoch(claims, member->principal->epoch, member->principal->epoch / 1000)
               ? principal_ref(member->principal)
               : NULL;
}

static Principal *single_of(Roster *roster, const json_t *claims, const char *user_id)
{
    if ((strcmp(user_id, "_legacy") != 0 && strcmp(user_id, "_anonymous") != 0) ||
        !is_of_epoch(claims, roster->single_epoch, settings_written_seconds(roster->settings))) {
        return NULL;
    }
    return roster_single(roster, user_id, json_is_true(json_object_get(claims, "edition")));
}

static Principal *of_token(Roster *roster, const Snapshot *snapshot, const char *token)
{
    json_t *claims = token_open(token, roster->secret, g_get_real_time() / G_USEC_PER_SEC);
    const char *user_id = json_string_value(json_object_get(claims, "sub"));
    Principal *principal = NULL;
    if (user_id) {
        principal = snapshot->mode == ACCESS_ACCOUNTS ? member_of(snapshot, claims, user_id)
                                                      : single_of(roster, claims, user_id);
    }
    json_decref(claims);
    return principal;
}

static Principal *of_key(Roster *roster, const Snapshot *snapshot, const char *secret)
{
    ContentHash hash;
    const Holder *holder =
        key_hash(secret, &hash) ? g_hash_table_lookup(snapshot->holders, &hash) : NULL;
    if (!holder || (holder->expires_ms && holder->expires_ms <= library_now_ms())) {
        return NULL;
    }
    remember_use(roster, holder->principal->key_id);
    return principal_ref(holder->principal);
}

Principal *roster_identify(Roster *roster, const char *shown, gboolean is_here)
{
    g_autoptr(Snapshot) snapshot = take_snapshot(roster);
    g_autoptr(Principal) principal = NULL;
    if (shown && key_is_one(shown)) {
        principal = of_key(roster, snapshot, shown);
    } else if (shown && (snapshot->mode != ACCESS_OPEN || is_here)) {
        principal = of_token(roster, snapshot, shown);
    }
    if (!principal && snapshot->mode == ACCESS_OPEN && is_here) {
        principal = roster_single(roster, NULL, FALSE);
    }
    return principal ? g_steal_pointer(&principal) : principal_new_anonymous();
}

char *roster_token(Roster *roster, const Principal *principal)
{
    gint64 now_seconds = g_get_real_time() / G_USEC_PER_SEC;
    gint64 expires_seconds = now_seconds + LIMIT_SESSION_SECONDS;
    gboolean has_account = principal->kind == PRINCIPAL_ACCOUNT;
    json_t *claims = json_pack("{s:s, s:s, s:I, s:I, s:I}", "sub",
                               principal->user_id ? principal->user_id : "_legacy", "role",
                               has_account ? role_name(principal->role) : "user", "epoch",
                               (json_int_t)principal->epoch, "iat", (json_int_t)now_seconds, "exp",
                               (json_int_t)expires_seconds);
    if (has_account) {
        json_object_set_new(claims, "display_name", json_string(principal_display_name(principal)));
        json_object_set_new(claims, "edition", json_boolean(principal->role >= ROLE_ADMIN));
    } else if (principal->edition && *settings_edition_password(roster->settings)) {
        json_object_set_new(claims, "edition", json_true());
    }
    char *token = token_sign(claims, roster->secret);
    json_decref(claims);
    return token;
}
