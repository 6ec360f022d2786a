/* Answers that are made while they are sent.
 *
 * Two halves of a buffer go back and forth: one is sent while a task of the work pool fills the
 * other. When the client is slow both are full and nothing runs; when the producer is slow the
 * connection is suspended. So neither holds a thread while it waits for the other. */
#include "base/limits.h"
#include "base/lock.h"
#include "http/request.h"

#define HALF_BYTES (LIMIT_HTTP_STREAM_BUFFER_BYTES / 2)

typedef struct {
    guint8 *bytes; /* NULL until it is needed */
    gsize filled;
} Half;

/* The connection's reference and that of the task under way. */
typedef struct {
    gint references; /* atomic */
    HttpWork *work;
    struct MHD_Connection *connection;
    char *path; /* for the log */
    HttpPull pull;
    gpointer data;
    GDestroyNotify free_data;
    gint64 *sent;

    GMutex lock;
    Half halves[2];
    int front;         /* the half that is sent; the other is the task's while `filling` */
    gsize taken;       /* of the front */
    gboolean filling;  /* a task runs, or waits to */
    gboolean ready;    /* the other half is filled */
    gboolean waiting;  /* the connection is suspended */
    gboolean ended;    /* the producer has no more */
    gboolean failed;   /* and that is not the end */
    gboolean deserted; /* the connection is gone */
} Stream;

static void stream_unref(Stream *stream)
{
    if (!g_atomic_int_dec_and_test(&stream->references)) {
        return;
    }
    if (stream->free_data) {
        stream->free_data(stream->data);
    }
    g_free(stream->halves[0].bytes);
    g_free(stream->halves[1].bytes);
    g_mutex_clear(&stream->lock);
    g_rc_box_release(stream->sent);
    work_end_stream(stream->work);
    g_free(stream->path);
    g_free(stream);
}

static void log_failure(const Stream *stream, const GError *error)
{
    g_autofree char *line = g_strdup_printf("error: GET %s: %s\n", stream->path, error->message);
    g_strdelimit(line, "\r", ' ');
    fputs(line, stderr);
}

/* Fills the half until it is full or the connection waits for what there is. */
static void fill_half(Stream *stream, Half *half, gboolean *ret_ended, gboolean *ret_failed)
{
    GCancellable *cancellable = work_cancellable(stream->work);
    gboolean wanted = FALSE;
    half->filled = 0;
    while (!*ret_ended && !*ret_failed && !wanted && half->filled < HALF_BYTES) {
        g_autoptr(GError) error = NULL;
        gssize got = g_cancellable_is_cancelled(cancellable)
                         ? -1
                         : stream->pull(stream->data, half->bytes + half->filled,
                                        HALF_BYTES - half->filled, cancellable, &error);
        g_assert(got <= (gssize)(HALF_BYTES - half->filled));
        *ret_ended = got == 0;
        *ret_failed = got < 0;
        half->filled += (gsize)MAX(got, 0);
        if (error && !g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED)) {
            log_failure(stream, error);
        }
        LOCK_UNTIL_END(&stream->lock);
        wanted = stream->waiting || stream->deserted;
    }
}

static void fill_task(gpointer data)
{
    Stream *stream = data;
    gboolean ended = FALSE, failed = FALSE;
    Half *half = &stream->halves[!stream->front]; /* `front` rests while `filling` */
    if (!half->bytes) {
        half->bytes = g_malloc(HALF_BYTES);
    }
    fill_half(stream, half, &ended, &failed);
    g_mutex_lock(&stream->lock);
    stream->filling = FALSE;
    stream->ready = half->filled > 0;
    stream->ended = ended;
    stream->failed = failed;
    gboolean waiting = stream->waiting;
    stream->waiting = FALSE;
    if (waiting) {
        MHD_resume_connection(stream->connection);
    }
    g_mutex_unlock(&stream->lock);
    stream_unref(stream);
}

static void start_filling(Stream *stream)
{
    stream->filling = work_reserve(stream->work, WORK_BEGUN);
    stream->failed = !stream->filling; /* the server stops */
    if (stream->filling) {
        g_atomic_int_inc(&stream->references);
        work_run(stream->work, fill_task, stream);
    }
}

static ssize_t on_read(void *cls, uint64_t position, char *buffer, size_t most)
{
    Stream *stream = cls;
    LOCK_UNTIL_END(&stream->lock);
    if (stream->ready && stream->taken == stream->halves[stream->front].filled) {
        stream->front = !stream->front;
        stream->taken = 0;
        stream->ready = FALSE;
    }
    if (!stream->filling && !stream->ready && !stream->ended && !stream->failed) {
        start_filling(stream);
    }
    Half *front = &stream->halves[stream->front];
    gsize count = MIN(most, front->filled - stream->taken);
    if (count > 0) {
        memcpy(buffer, front->bytes + stream->taken, count);
        stream->taken += count;
        *stream->sent += (gint64)count;
        return (ssize_t)count;
    }
    if (!stream->filling) {
        return stream->ended ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
    }
    stream->waiting = TRUE;
    MHD_suspend_connection(stream->connection);
    return 0;
}

static void on_free(void *cls)
{
    Stream *stream = cls;
    g_mutex_lock(&stream->lock);
    stream->deserted = TRUE;
    g_mutex_unlock(&stream->lock);
    stream_unref(stream);
}

gboolean http_respond_stream(HttpRequest *request, const char *mime, gint64 length, HttpPull pull,
                             gpointer data, GDestroyNotify free_data, GError **error)
{
    if (!work_begin_stream(request->work)) {
        if (free_data) {
            free_data(data);
        }
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY,
                            "the server sends too much at once, try again in a moment");
        return FALSE;
    }
    Stream *stream = g_new0(Stream, 1);
    stream->references = 1;
    g_mutex_init(&stream->lock);
    stream->work = request->work;
    stream->connection = request->connection;
    stream->path = g_strdup(http_request_path(request));
    stream->pull = pull;
    stream->data = data;
    stream->free_data = free_data;
    stream->sent = g_rc_box_new0(gint64);
    struct MHD_Response *live =
        MHD_create_response_from_callback(length < 0 ? MHD_SIZE_UNKNOWN : (guint64)length,
                                          LIMIT_HTTP_STREAM_PIECE_BYTES, on_read, stream, on_free);
    g_assert(live);
    return response_take_live(request, mime, live, stream->sent);
}
