#include "library/job.h"

#include "base/limits.h"
#include "library/library.h"

void job_free(Job *job)
{
    if (!job) {
        return;
    }
    g_free(job->kind);
    g_free(job->state);
    g_free(job->payload);
    g_free(job->progress);
    g_free(job->error);
    g_free(job);
}

#define JOB_COLUMNS "id, kind, state, payload, progress, error, created_ms, started_ms, finished_ms"

static Job *job_from_row(const StoreStatement *row)
{
    Job *job = g_new0(Job, 1);
    job->id = store_column_int(row, 0);
    job->kind = g_strdup(store_column_text(row, 1));
    job->state = g_strdup(store_column_text(row, 2));
    job->payload = g_strdup(store_column_text(row, 3));
    job->progress = g_strdup(store_column_text(row, 4));
    job->error = g_strdup(store_column_text(row, 5));
    job->created_ms = store_column_int(row, 6);
    job->started_ms = store_column_int(row, 7);
    job->finished_ms = store_column_int(row, 8);
    return job;
}

/* The job of a statement that gives one row or none. */
static Job *step_to_job(StoreStatement *row, GError **error)
{
    return store_step(row, error) == STORE_ROW ? job_from_row(row) : NULL;
}

/* The waiting job of the kind with this payload (0: none), and how many wait in all. */
static gboolean find_waiting(StoreTx *tx, const char *kind, const char *payload, gint64 *ret_id,
                             gint64 *ret_waiting, GError **error)
{
    static const StoreQuery query = {
        .name = "job_find_waiting",
        .sql = "SELECT min(CASE WHEN payload = ?2 THEN id END), count(*) FROM job "
               "WHERE kind = ?1 AND state = 'queued'",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, kind);
    store_bind_text(row, 2, payload);
    if (!store_step_one(row, error)) {
        return FALSE;
    }
    *ret_id = store_column_int(row, 0);
    *ret_waiting = store_column_int(row, 1);
    return TRUE;
}

gboolean job_queue(StoreTx *tx, const char *kind, const char *payload, gint64 *ret_id,
                   GError **error)
{
    static const StoreQuery query = {
        .name = "job_queue",
        .sql = "INSERT INTO job (kind, state, payload, created_ms) VALUES (?1, 'queued', ?2, ?3) "
               "RETURNING id",
    };
    gint64 waiting = 0;
    if (!find_waiting(tx, kind, payload, ret_id, &waiting, error)) {
        return FALSE;
    }
    if (*ret_id) {
        return TRUE;
    }
    if (waiting >= LIMIT_WAITING_JOBS) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                            "Too much work is waiting already; try again later");
        return FALSE;
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, kind);
    store_bind_text(row, 2, payload);
    store_bind_int(row, 3, library_now_ms());
    return store_step_int(row, ret_id, error);
}

Job *job_lease(StoreTx *tx, const char *kind, const char *node, GError **error)
{
    /* SQLite has one writer, so nobody else can be looking; PostgreSQL passes over rows that others
     * hold. */
#define LEASE_HEAD                                                                                 \
    "UPDATE job SET state = 'running', node = ?2, started_ms = ?3, lease_until_ms = ?4 "           \
    "WHERE id = (SELECT id FROM job WHERE kind = ?1 AND (state = 'queued' OR "                     \
    "(state = 'running' AND lease_until_ms < ?3)) ORDER BY id LIMIT 1"
    static const StoreQuery query = {
        .name = "job_lease",
        .sql = LEASE_HEAD ") RETURNING " JOB_COLUMNS,
        .postgres = LEASE_HEAD " FOR UPDATE SKIP LOCKED) RETURNING " JOB_COLUMNS,
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    gint64 now_ms = library_now_ms();
    store_bind_text(row, 1, kind);
    store_bind_text(row, 2, node);
    store_bind_int(row, 3, now_ms);
    store_bind_int(row, 4, now_ms + JOB_LEASE_MS);
    return step_to_job(row, error);
}

/* The statement's first two parameters, bound: every one of these is about a job the node has. */
static StoreStatement *prepare_own(StoreTx *tx, const StoreQuery *query, gint64 id,
                                   const char *node, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (statement) {
        store_bind_int(statement, 1, id);
        store_bind_text(statement, 2, node);
    }
    return statement;
}

static gboolean run_own(StoreStatement *statement, GError **error)
{
    gint64 changed = 0;
    if (!store_run(statement, &changed, error)) {
        return FALSE;
    }
    if (changed == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "another node has taken this job over, or it has ended");
        return FALSE;
    }
    return TRUE;
}

#define OWN_JOB " WHERE id = ?1 AND node = ?2 AND state = 'running'"

gboolean job_report(StoreTx *tx, gint64 id, const char *node, const char *progress, GError **error)
{
    static const StoreQuery query = {
        .name = "job_report",
        .sql = "UPDATE job SET progress = ?3, lease_until_ms = ?4" OWN_JOB,
    };
    StoreStatement *statement = prepare_own(tx, &query, id, node, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 3, progress);
    store_bind_int(statement, 4, library_now_ms() + JOB_LEASE_MS);
    return run_own(statement, error);
}

gboolean job_finish(StoreTx *tx, gint64 id, const char *node, const char *state,
                    const char *progress, const char *message, GError **error)
{
    static const StoreQuery query = {
        .name = "job_finish",
        .sql = "UPDATE job SET state = ?3, progress = ?4, error = ?5, finished_ms = ?6, "
               "lease_until_ms = NULL" OWN_JOB,
    };
    StoreStatement *statement = prepare_own(tx, &query, id, node, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 3, state);
    store_bind_text(statement, 4, progress);
    store_bind_text(statement, 5, message);
    store_bind_int(statement, 6, library_now_ms());
    return run_own(statement, error);
}

gboolean job_give_back(StoreTx *tx, gint64 id, const char *node, const char *progress,
                       GError **error)
{
    static const StoreQuery query = {
        .name = "job_give_back",
        .sql = "UPDATE job SET state = 'queued', progress = ?3, node = NULL, "
               "lease_until_ms = NULL" OWN_JOB,
    };
    StoreStatement *statement = prepare_own(tx, &query, id, node, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 3, progress);
    return run_own(statement, error);
}

Job *job_latest(StoreTx *tx, const char *kind, GError **error)
{
    static const StoreQuery query = {
        .name = "job_latest",
        .sql = "SELECT " JOB_COLUMNS " FROM job WHERE kind = ?1 ORDER BY id DESC LIMIT 1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_text(row, 1, kind);
    return step_to_job(row, error);
}

gboolean job_is_pending(StoreTx *tx, const char *kind, gboolean *ret_pending, GError **error)
{
    static const StoreQuery query = {
        .name = "job_pending",
        .sql = "SELECT count(*) FROM job WHERE kind = ?1 AND state IN ('queued', 'running')",
    };
    gint64 count = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, kind);
    if (!store_step_int(row, &count, error)) {
        return FALSE;
    }
    *ret_pending = count > 0;
    return TRUE;
}

gboolean job_cancel(StoreTx *tx, const char *kind, gint64 *ret_count, GError **error)
{
    static const StoreQuery query = {
        .name = "job_cancel",
        .sql = "UPDATE job SET state = 'cancelled', finished_ms = ?2, lease_until_ms = NULL "
               "WHERE kind = ?1 AND state IN ('queued', 'running')",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, kind);
    store_bind_int(statement, 2, library_now_ms());
    return store_run(statement, ret_count, error);
}

gboolean job_forget(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "job_forget",
        .sql = "DELETE FROM job WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    return store_run(statement, NULL, error);
}
