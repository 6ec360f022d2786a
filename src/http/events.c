/* Server-sent events (WHATWG HTML, section 9.2).
 *
 * A stream without news is a suspended connection and nothing else: no thread, no queue. What is
 * published is a state, formatted once and shared by all streams; one that is slow to read finds
 * the latest state of each name when it comes round, and nothing in between. */
#include "http/events.h"

#include "base/limits.h"
#include "base/lock.h"
#include "http/request.h"

typedef struct {
    char *name;
    GBytes *event;
    guint64 number; /* grows with every publishing */
} State;

struct HttpEvents {
    GMutex lock; /* taken before a stream's own, never after it */
    GCond ending;
    gboolean ended; /* the hub is being freed */
    gboolean closed;
    GPtrArray *streams; /* Stream */
    GArray *states;     /* State */
    guint64 published;
    GThread *heart;
};

typedef struct {
    HttpEvents *events;
    struct MHD_Connection *connection;
    HttpNextEvent next;
    gpointer data;
    GDestroyNotify free_data;
    gint64 *sent;

    GMutex lock;
    gboolean waiting; /* the connection is suspended */
    gboolean woken;   /* there may be news */
    gboolean beat;    /* a comment is due */
    gboolean closed;

    /* The connection's thread alone */
    GBytes *event; /* being sent; NULL: none */
    gsize taken;   /* of it */
    gboolean last; /* nothing comes after it */
} Stream;

/* --- events --- */

GBytes *http_event_new(const char *name, const char *data)
{
    g_assert(!strpbrk(name, "\r\n"));
    gsize length = strlen(data);
    if (length > LIMIT_HTTP_EVENT_BYTES) {
        return NULL;
    }
    GString *text = g_string_sized_new(length + 64);
    if (*name) {
        g_string_append_printf(text, "event: %s\n", name);
    }
    for (const char *line = data; line;) {
        gsize line_length = strcspn(line, "\r\n");
        g_string_append(text, "data: ");
        g_string_append_len(text, line, (gssize)line_length);
        g_string_append_c(text, '\n');
        const char *end = line + line_length;
        line = *end ? end + (end[0] == '\r' && end[1] == '\n' ? 2 : 1) : NULL;
    }
    g_string_append_c(text, '\n');
    return g_string_free_to_bytes(text);
}

/* --- waking --- */

static void wake(Stream *stream, gboolean beat, gboolean close)
{
    LOCK_UNTIL_END(&stream->lock);
    stream->woken = TRUE;
    stream->beat |= beat;
    stream->closed |= close;
    if (stream->waiting) {
        stream->waiting = FALSE;
        MHD_resume_connection(stream->connection);
    }
}

static void wake_all(HttpEvents *events, gboolean beat)
{
    for (guint i = 0; i < events->streams->len; i++) {
        wake(events->streams->pdata[i], beat, events->closed);
    }
}

void http_events_wake(HttpEvents *events)
{
    LOCK_UNTIL_END(&events->lock);
    wake_all(events, FALSE);
}

void events_beat(HttpEvents *events)
{
    LOCK_UNTIL_END(&events->lock);
    wake_all(events, TRUE);
}

void events_close(HttpEvents *events)
{
    LOCK_UNTIL_END(&events->lock);
    events->closed = TRUE;
    wake_all(events, FALSE);
}

/* So that proxies keep a quiet stream open, and a client that has left is noticed. */
static gpointer beat_on(gpointer data)
{
    HttpEvents *events = data;
    g_mutex_lock(&events->lock);
    while (!events->ended) {
        gint64 until = g_get_monotonic_time() + LIMIT_HTTP_HEARTBEAT_SECONDS * G_TIME_SPAN_SECOND;
        if (!g_cond_wait_until(&events->ending, &events->lock, until)) {
            wake_all(events, TRUE);
        }
    }
    g_mutex_unlock(&events->lock);
    return NULL;
}

/* --- the hub --- */

static void clear_state(gpointer data)
{
    State *state = data;
    g_free(state->name);
    g_bytes_unref(state->event);
}

HttpEvents *http_events_new(void)
{
    HttpEvents *events = g_new0(HttpEvents, 1);
    g_mutex_init(&events->lock);
    g_cond_init(&events->ending);
    events->streams = g_ptr_array_new();
    events->states = g_array_new(FALSE, FALSE, sizeof(State));
    g_array_set_clear_func(events->states, clear_state);
    events->heart = g_thread_new("heartbeat", beat_on, events);
    return events;
}

void http_events_free(HttpEvents *events)
{
    if (!events) {
        return;
    }
    g_mutex_lock(&events->lock);
    events->ended = TRUE;
    g_cond_signal(&events->ending);
    g_mutex_unlock(&events->lock);
    g_thread_join(events->heart);
    g_assert(events->streams->len == 0); /* the server stops first */
    g_ptr_array_unref(events->streams);
    g_array_unref(events->states);
    g_cond_clear(&events->ending);
    g_mutex_clear(&events->lock);
    g_free(events);
}

static State *find_state(HttpEvents *events, const char *name)
{
    for (guint i = 0; i < events->states->len; i++) {
        State *state = &g_array_index(events->states, State, i);
        if (g_str_equal(state->name, name)) {
            return state;
        }
    }
    State fresh = {.name = g_strdup(name)};
    g_array_append_val(events->states, fresh);
    return &g_array_index(events->states, State, events->states->len - 1);
}

gboolean http_events_publish(HttpEvents *events, const char *name, const char *data)
{
    GBytes *event = http_event_new(name, data);
    if (!event) {
        return FALSE;
    }
    LOCK_UNTIL_END(&events->lock);
    State *state = find_state(events, name);
    g_clear_pointer(&state->event, g_bytes_unref);
    state->event = event;
    state->number = ++events->published;
    wake_all(events, FALSE);
    return TRUE;
}

/* --- the states, for one stream --- */

typedef struct {
    HttpEvents *events;
    char **names;
    guint64 seen; /* the number of the state sent last */
    gint64 until_us;
} Watch;

static void watch_free(gpointer data)
{
    Watch *watch = data;
    g_strfreev(watch->names);
    g_free(watch);
}

/* The state that has waited longest. */
static GBytes *next_state(gpointer data, gboolean *ret_last)
{
    Watch *watch = data;
    HttpEvents *events = watch->events;
    if (g_get_monotonic_time() > watch->until_us) {
        *ret_last = TRUE;
        return NULL;
    }
    LOCK_UNTIL_END(&events->lock);
    const State *next = NULL;
    for (guint i = 0; i < events->states->len; i++) {
        const State *state = &g_array_index(events->states, State, i);
        if (state->number > watch->seen && (!next || state->number < next->number) &&
            g_strv_contains((const char *const *)watch->names, state->name)) {
            next = state;
        }
    }
    if (!next) {
        return NULL;
    }
    watch->seen = next->number;
    return g_bytes_ref(next->event);
}

/* --- a stream --- */

static ssize_t send_text(Stream *stream, char *buffer, const char *text, gsize count)
{
    memcpy(buffer, text, count);
    *stream->sent += (gint64)count;
    return (ssize_t)count;
}

static ssize_t send_event(Stream *stream, char *buffer, gsize most)
{
    gsize length;
    const char *text = g_bytes_get_data(stream->event, &length);
    gsize count = MIN(most, length - stream->taken);
    text += stream->taken;
    stream->taken += count;
    ssize_t sent = send_text(stream, buffer, text, count);
    if (stream->taken == length) {
        g_clear_pointer(&stream->event, g_bytes_unref);
    }
    return sent;
}

typedef struct {
    gboolean beat, closed;
} News;

static News take_news(Stream *stream)
{
    LOCK_UNTIL_END(&stream->lock);
    News news = {stream->beat, stream->closed};
    stream->beat = FALSE;
    stream->woken = FALSE;
    return news;
}

/* FALSE when there may be news by now. */
static gboolean wait_for_news(Stream *stream)
{
    LOCK_UNTIL_END(&stream->lock);
    if (stream->woken) {
        return FALSE;
    }
    stream->waiting = TRUE;
    MHD_suspend_connection(stream->connection);
    return TRUE;
}

static ssize_t on_read(void *cls, uint64_t position, char *buffer, size_t most)
{
    static const char comment[] = ":\n\n";
    Stream *stream = cls;
    g_assert(most >= sizeof comment);
    do {
        News news = take_news(stream);
        if (!stream->event && (stream->last || news.closed)) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        if (!stream->event) {
            stream->taken = 0;
            stream->event = stream->next(stream->data, &stream->last);
        }
        if (stream->event) {
            return send_event(stream, buffer, most);
        }
        if (stream->last) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        if (news.beat) {
            return send_text(stream, buffer, comment, strlen(comment));
        }
    } while (!wait_for_news(stream));
    return 0;
}

static void on_free(void *cls)
{
    Stream *stream = cls;
    g_mutex_lock(&stream->events->lock);
    g_ptr_array_remove_fast(stream->events->streams, stream);
    g_mutex_unlock(&stream->events->lock);
    if (stream->free_data) {
        stream->free_data(stream->data);
    }
    g_clear_pointer(&stream->event, g_bytes_unref);
    g_mutex_clear(&stream->lock);
    g_rc_box_release(stream->sent);
    g_free(stream);
}

static gboolean enlist(HttpEvents *events, Stream *stream, GError **error)
{
    LOCK_UNTIL_END(&events->lock);
    if (events->closed || events->streams->len >= LIMIT_HTTP_EVENT_STREAMS) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY,
                            events->closed ? "the server is stopping"
                                           : "too many clients follow what happens here");
        return FALSE;
    }
    g_ptr_array_add(events->streams, stream);
    return TRUE;
}

gboolean http_respond_events(HttpRequest *request, HttpNextEvent next, gpointer data,
                             GDestroyNotify free_data, GError **error)
{
    HttpEvents *events = request->options->events;
    g_assert(events);
    Stream *stream = g_new0(Stream, 1);
    stream->events = events;
    stream->connection = request->connection;
    stream->next = next;
    stream->data = data;
    stream->free_data = free_data;
    stream->sent = g_rc_box_new0(gint64);
    g_mutex_init(&stream->lock);
    if (!enlist(events, stream, error)) {
        on_free(stream);
        return FALSE;
    }
    struct MHD_Response *live = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, LIMIT_HTTP_STREAM_PIECE_BYTES, on_read, stream, on_free);
    g_assert(live);
    http_set_header(request, "Cache-Control", "no-cache");
    http_set_header(request, "X-Accel-Buffering", "no"); /* nginx would hold events back */
    request->response.endless = TRUE;
    return response_take_live(request, "text/event-stream", live, stream->sent);
}

gboolean http_respond_states(HttpRequest *request, const char *const *names, GError **error)
{
    Watch *watch = g_new0(Watch, 1);
    watch->events = request->options->events;
    watch->names = g_strdupv((char **)names);
    watch->until_us = g_get_monotonic_time() + LIMIT_HTTP_EVENT_STREAM_SECONDS * G_TIME_SPAN_SECOND;
    return http_respond_events(request, next_state, watch, watch_free, error);
}
