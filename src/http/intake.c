#include "http/intake.h"

#include "base/limits.h"
#include "base/lock.h"

#include <string.h>

#define HALF_BYTES (LIMIT_HTTP_STREAM_BUFFER_BYTES / 2)

typedef struct {
    guint8 *bytes; /* NULL until it is needed */
    gsize filled;
} Half;

struct HttpIntake {
    gint references; /* the request's and that of the task under way; atomic */
    HttpWork *work;
    struct MHD_Connection *connection;
    gint64 most_bytes;
    HttpSink sink;
    gpointer data;
    gpointer principal; /* the request's, when that is gone */
    GDestroyNotify free_principal;

    GMutex lock;
    Half halves[2];
    int filling; /* the half that the connection fills; the other is the task's while `writing` */
    gboolean writing;              /* a task runs, or waits to */
    gboolean waiting;              /* the connection is suspended until there is room */
    void (*finish)(gpointer data); /* the body is complete: called when all is written */
    gpointer finish_data;
    GError *error;  /* nothing is written any more */
    gint64 bytes;   /* that came in all */
    gint64 ignored; /* of them, since the error */
};

static void intake_unref(HttpIntake *intake)
{
    if (!g_atomic_int_dec_and_test(&intake->references)) {
        return;
    }
    intake->sink.free(intake->data);
    if (intake->free_principal) {
        intake->free_principal(intake->principal);
    }
    g_free(intake->halves[0].bytes);
    g_free(intake->halves[1].bytes);
    g_clear_error(&intake->error);
    g_mutex_clear(&intake->lock);
    work_end_stream(intake->work);
    g_free(intake);
}

HttpIntake *intake_new(HttpWork *work, struct MHD_Connection *connection, gint64 most_bytes,
                       const HttpSink *sink, gpointer data, GError **error)
{
    if (!work_begin_stream(work)) {
        sink->free(data);
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY,
                            "the server receives too much at once, try again in a moment");
        return NULL;
    }
    HttpIntake *intake = g_new0(HttpIntake, 1);
    intake->references = 1;
    intake->work = work;
    intake->connection = connection;
    intake->most_bytes = most_bytes;
    intake->sink = *sink;
    intake->data = data;
    g_mutex_init(&intake->lock);
    return intake;
}

void intake_leave(HttpIntake *intake, gpointer principal, GDestroyNotify free_principal)
{
    intake->principal = principal;
    intake->free_principal = free_principal;
    intake_unref(intake);
}

/* --- the task --- */

typedef enum { STEP_WRITE, STEP_FINISH, STEP_REST } Step;

static void let_in(HttpIntake *intake)
{
    if (intake->waiting) {
        intake->waiting = FALSE;
        MHD_resume_connection(intake->connection);
    }
}

/* What comes next; for STEP_WRITE the half that is the task's now. */
static Step next_step(HttpIntake *intake, Half **ret_half, void (**ret_finish)(gpointer data))
{
    LOCK_UNTIL_END(&intake->lock);
    Half *half = &intake->halves[intake->filling];
    if (half->filled > 0) {
        intake->filling = !intake->filling;
        *ret_half = half;
        let_in(intake);
        return STEP_WRITE;
    }
    intake->writing = FALSE;
    *ret_finish = intake->finish;
    return intake->finish ? STEP_FINISH : STEP_REST;
}

static void write_half(HttpIntake *intake, Half *half)
{
    g_autoptr(GError) error = NULL;
    /* Only this task sets the error while it runs, but for a body over its cap. */
    g_mutex_lock(&intake->lock);
    gboolean wanted = !intake->error;
    g_mutex_unlock(&intake->lock);
    gboolean written =
        !wanted || intake->sink.write(intake->data, half->bytes, half->filled, &error);
    LOCK_UNTIL_END(&intake->lock);
    half->filled = 0;
    if (!written && !intake->error) {
        intake->error = g_steal_pointer(&error);
    }
}

static void write_task(gpointer data)
{
    HttpIntake *intake = data;
    Half *half = NULL;
    void (*finish)(gpointer data) = NULL;
    Step step;
    while ((step = next_step(intake, &half, &finish)) == STEP_WRITE) {
        write_half(intake, half);
    }
    if (step == STEP_FINISH) {
        finish(intake->finish_data);
    }
    intake_unref(intake);
}

static gboolean start_writing(HttpIntake *intake)
{
    if (intake->writing) {
        return TRUE;
    }
    if (!work_reserve(intake->work, WORK_BEGUN)) {
        return FALSE;
    }
    intake->writing = TRUE;
    g_atomic_int_inc(&intake->references);
    work_run(intake->work, write_task, intake);
    return TRUE;
}

/* --- the connection --- */

/* TRUE when nothing of it is wanted. */
static gboolean ignore(HttpIntake *intake, gsize length)
{
    intake->bytes += (gint64)length;
    if (intake->bytes > intake->most_bytes && !intake->error) {
        g_set_error_literal(&intake->error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "the body of the request is too large");
    }
    intake->ignored += intake->error ? (gint64)length : 0;
    return intake->error != NULL;
}

gboolean intake_take(HttpIntake *intake, const char *bytes, gsize *length)
{
    LOCK_UNTIL_END(&intake->lock);
    Half *half = &intake->halves[intake->filling];
    gsize count = MIN(*length, HALF_BYTES - half->filled);
    if (ignore(intake, count)) {
        *length = 0;
        return intake->ignored <= LIMIT_HTTP_JSON_BODY_BYTES;
    }
    if (!half->bytes) {
        half->bytes = g_malloc(HALF_BYTES);
    }
    memcpy(half->bytes + half->filled, bytes, count);
    half->filled += count;
    *length -= count;
    if (!start_writing(intake)) {
        return FALSE;
    }
    if (*length > 0) {
        intake->waiting = TRUE;
        MHD_suspend_connection(intake->connection);
    }
    return TRUE;
}

gboolean intake_end(HttpIntake *intake, void (*finish)(gpointer data), gpointer data)
{
    LOCK_UNTIL_END(&intake->lock); /* and with it the task that may have begun */
    intake->finish = finish;
    intake->finish_data = data;
    if (!start_writing(intake)) {
        return FALSE;
    }
    MHD_suspend_connection(intake->connection);
    return TRUE;
}

gboolean intake_answer(HttpIntake *intake, HttpRequest *request, GError **error)
{
    if (intake->error) {
        g_propagate_error(error, g_steal_pointer(&intake->error));
        return FALSE;
    }
    return intake->sink.finish(request, intake->data, error);
}
