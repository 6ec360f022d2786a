#include "library/replay.h"

#include "base/limits.h"
#include "base/lock.h"

#include <sodium.h>
#include <string.h>

#define DAY_MS (24LL * 3600 * 1000)
/* Between two looks at what another node is answering; this process' own wake those who wait. */
#define LOOK_EVERY_US (200 * G_TIME_SPAN_MILLISECOND)

struct Replay {
    Library *library;
    GMutex lock;
    GCond ended; /* one of the requests that this process answers */
    guint64 ends;
};

Replay *replay_new(Library *library)
{
    Replay *replay = g_new0(Replay, 1);
    replay->library = library;
    g_mutex_init(&replay->lock);
    g_cond_init(&replay->ended);
    return replay;
}

void replay_free(Replay *replay)
{
    if (!replay) {
        return;
    }
    g_mutex_clear(&replay->lock);
    g_cond_clear(&replay->ended);
    g_free(replay);
}

void replay_answer_clear(ReplayAnswer *answer)
{
    g_clear_pointer(&answer->mime, g_free);
    g_clear_pointer(&answer->body, g_bytes_unref);
}

void replay_request(const ReplayAsked *asked, ReplayRequest *ret_request)
{
    ContentHash hash;
    g_autofree char *name =
        g_strconcat(asked->method, " ", asked->address, "\n", asked->client_key, NULL);
    hash_data(name, strlen(name), &hash);
    hash_to_hex(&hash, ret_request->name);
    g_autofree char *seal = g_strconcat(ret_request->name, asked->secret, NULL);
    hash_data(seal, strlen(seal), &ret_request->seal);
    hash_data(asked->body, asked->body_bytes, &ret_request->hash);
    ret_request->credential_id = asked->credential_id;
}

/* --- answers as they are kept: a nonce and the encrypted body --- */

G_STATIC_ASSERT(crypto_secretbox_KEYBYTES == HASH_BYTES);

static GBytes *seal_body(const ReplayRequest *request, GBytes *body)
{
    gsize length = g_bytes_get_size(body);
    gsize sealed_bytes = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length;
    guint8 *sealed = g_malloc(sealed_bytes);
    randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, g_bytes_get_data(body, NULL),
                          length, sealed, request->seal.bytes);
    return g_bytes_new_take(sealed, sealed_bytes);
}

/* NULL with INTERNAL. */
static GBytes *unseal_body(const ReplayRequest *request, const guint8 *sealed, gsize sealed_bytes,
                           GError **error)
{
    const gsize extra = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    gsize length = sealed_bytes >= extra ? sealed_bytes - extra : 0;
    g_autofree guint8 *body = g_malloc(length + 1);
    if (sealed_bytes < extra ||
        crypto_secretbox_open_easy(body, sealed + crypto_secretbox_NONCEBYTES,
                                   sealed_bytes - crypto_secretbox_NONCEBYTES, sealed,
                                   request->seal.bytes) != 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL,
                            "a kept answer cannot be read");
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&body), length);
}

static StoreStatement *prepare(StoreTx *tx, const StoreQuery *query, const ReplayRequest *request,
                               GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (statement) {
        store_bind_int(statement, 1, request->credential_id);
        store_bind_text(statement, 2, request->name);
    }
    return statement;
}

/* --- beginning --- */

/* Takes the place, if nobody has it, or whoever had it came to nothing. */
static gboolean claim(StoreTx *tx, const ReplayRequest *request, gboolean *ret_claimed,
                      GError **error)
{
    static const StoreQuery query = {
        .name = "replay_claim",
        .sql = "INSERT INTO replay (credential_id, request, request_hash, created_ms) "
               "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (credential_id, request) DO UPDATE SET "
               "request_hash = excluded.request_hash, created_ms = excluded.created_ms, "
               "status = NULL, mime = NULL, body = NULL "
               "WHERE (replay.status IS NULL AND replay.created_ms < ?5) "
               "OR replay.created_ms < ?6",
    };
    gint64 changed = 0, now_ms = library_now_ms();
    StoreStatement *statement = prepare(tx, &query, request, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_blob(statement, 3, request->hash.bytes, sizeof request->hash.bytes);
    store_bind_int(statement, 4, now_ms);
    store_bind_int(statement, 5, now_ms - LIMIT_REPLAY_RUN_SECONDS * 1000LL);
    store_bind_int(statement, 6, now_ms - DAY_MS);
    gboolean good = store_run(statement, &changed, error);
    *ret_claimed = changed > 0;
    return good;
}

/* REPLAY_FIRST stands for one that is still being answered. */
static ReplayStep look(StoreTx *tx, const ReplayRequest *request, ReplayAnswer *ret_answer,
                       GError **error)
{
    static const StoreQuery query = {
        .name = "replay_look",
        .sql = "SELECT request_hash, status, mime, body FROM replay "
               "WHERE credential_id = ?1 AND request = ?2",
    };
    StoreStatement *row = prepare(tx, &query, request, error);
    StoreStep step = row ? store_step(row, error) : STORE_ERROR;
    if (step != STORE_ROW) {
        return step == STORE_DONE ? REPLAY_FIRST : REPLAY_ERROR;
    }
    gsize length = 0;
    gconstpointer hash = store_column_blob(row, 0, &length);
    if (length != HASH_BYTES || memcmp(hash, request->hash.bytes, HASH_BYTES) != 0) {
        return REPLAY_OTHER;
    }
    if (store_column_is_null(row, 1)) {
        return REPLAY_FIRST;
    }
    ret_answer->status = (int)store_column_int(row, 1);
    ret_answer->mime = g_strdup(store_column_text(row, 2));
    if (!store_column_is_null(row, 3)) {
        gconstpointer sealed = store_column_blob(row, 3, &length);
        ret_answer->body = unseal_body(request, sealed, length, error);
        return ret_answer->body ? REPLAY_KNOWN : REPLAY_ERROR;
    }
    return REPLAY_KNOWN;
}

/* One look: what is known, or whether the place is ours now. */
static ReplayStep attempt(Replay *replay, const ReplayRequest *request, gboolean *ret_waits,
                          ReplayAnswer *ret_answer, GError **error)
{
    gboolean claimed = FALSE;
    g_autoptr(StoreTx) tx = store_write(library_store(replay->library), error);
    if (!tx || !claim(tx, request, &claimed, error)) {
        return REPLAY_ERROR;
    }
    if (claimed) {
        return store_commit(tx, error) ? REPLAY_FIRST : REPLAY_ERROR;
    }
    ReplayStep step = look(tx, request, ret_answer, error);
    *ret_waits = step == REPLAY_FIRST;
    return step;
}

static guint64 ends_so_far(Replay *replay)
{
    LOCK_UNTIL_END(&replay->lock);
    return replay->ends;
}

/* Until another request of this process has ended, or it is time to look again. */
static void wait_a_while(Replay *replay, guint64 ends)
{
    LOCK_UNTIL_END(&replay->lock);
    gint64 until_us = g_get_monotonic_time() + LOOK_EVERY_US;
    while (replay->ends == ends && g_cond_wait_until(&replay->ended, &replay->lock, until_us)) {
    }
}

ReplayStep replay_begin(Replay *replay, const ReplayRequest *request, GCancellable *cancellable,
                        ReplayAnswer *ret_answer, GError **error)
{
    gint64 until_us = g_get_monotonic_time() + LIMIT_REPLAY_WAIT_SECONDS * G_TIME_SPAN_SECOND;
    while (TRUE) {
        gboolean waits = FALSE;
        guint64 ends = ends_so_far(replay);
        ReplayStep step = attempt(replay, request, &waits, ret_answer, error);
        if (!waits) {
            return step;
        }
        if (g_get_monotonic_time() >= until_us) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY,
                                "The same request is still being answered");
            return REPLAY_ERROR;
        }
        if (g_cancellable_is_cancelled(cancellable)) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                                "The server stops");
            return REPLAY_ERROR;
        }
        wait_a_while(replay, ends);
    }
}

/* --- ending --- */

static gboolean keep(StoreTx *tx, const ReplayRequest *request, const ReplayAnswer *answer,
                     GError **error)
{
    static const StoreQuery query = {
        .name = "replay_keep",
        .sql = "UPDATE replay SET status = ?3, mime = ?4, body = ?5 "
               "WHERE credential_id = ?1 AND request = ?2 AND request_hash = ?6",
    };
    StoreStatement *statement = prepare(tx, &query, request, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 3, answer->status);
    store_bind_text(statement, 4, answer->mime);
    g_autoptr(GBytes) sealed = answer->body ? seal_body(request, answer->body) : NULL;
    if (sealed) {
        store_bind_blob(statement, 5, g_bytes_get_data(sealed, NULL), g_bytes_get_size(sealed));
    }
    store_bind_blob(statement, 6, request->hash.bytes, sizeof request->hash.bytes);
    return store_run(statement, NULL, error);
}

static gboolean drop(StoreTx *tx, const ReplayRequest *request, GError **error)
{
    static const StoreQuery query = {
        .name = "replay_forget",
        .sql = "DELETE FROM replay WHERE credential_id = ?1 AND request = ?2 AND status IS NULL",
    };
    StoreStatement *statement = prepare(tx, &query, request, error);
    return statement && store_run(statement, NULL, error);
}

static void tell_ended(Replay *replay)
{
    LOCK_UNTIL_END(&replay->lock);
    replay->ends++;
    g_cond_broadcast(&replay->ended);
}

static gboolean keep_or_not(Replay *replay, const ReplayRequest *request,
                            const ReplayAnswer *answer)
{
    gsize bytes = answer->body ? g_bytes_get_size(answer->body) : 0;
    g_autoptr(StoreTx) tx =
        bytes <= LIMIT_REPLAY_BODY_BYTES ? store_write(library_store(replay->library), NULL) : NULL;
    return tx && keep(tx, request, answer, NULL) && store_commit(tx, NULL);
}

/* A database that cannot take it leaves the row as it is; in a while somebody takes that over. */
static void forget(Replay *replay, const ReplayRequest *request)
{
    g_autoptr(StoreTx) tx = store_write(library_store(replay->library), NULL);
    if (tx && drop(tx, request, NULL)) {
        store_commit(tx, NULL);
    }
}

void replay_keep(Replay *replay, const ReplayRequest *request, const ReplayAnswer *answer)
{
    if (!keep_or_not(replay, request, answer)) {
        forget(replay, request);
    }
    tell_ended(replay);
}

void replay_forget(Replay *replay, const ReplayRequest *request)
{
    forget(replay, request);
    tell_ended(replay);
}

gboolean replay_sweep(Library *library, GError **error)
{
    static const StoreQuery query = {
        .name = "replay_sweep",
        .sql = "DELETE FROM replay WHERE created_ms < ?1",
    };
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    StoreStatement *statement = tx ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, library_now_ms() - DAY_MS);
    return store_run(statement, NULL, error) && store_commit(tx, error);
}
