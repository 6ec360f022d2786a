/* Envelopes, errors and streams, and what the names in a request mean. */
#include "api/pictopy/pictopy.h"
#include "base/limits.h"
#include "jobs/vision_pool.h"
#include "library/catalog.h"
#include "library/seen_objects.h"
#include "library/source.h"

#include <string.h>

gboolean pictopy_is_bare(const HttpRequest *request)
{
    return api_of(request)->pictopy_bare;
}

JsonWriter *pictopy_writer(void)
{
    return json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
}

/* --- answers --- */

static void write_value(JsonWriter *writer, GBytes *json)
{
    gsize length = 0;
    const char *text = g_bytes_get_data(json, &length);
    json_raw(writer, text, length);
}

/* The members of an object, without its brackets. */
static void write_members(JsonWriter *writer, GBytes *json)
{
    gsize length = 0;
    const char *text = g_bytes_get_data(json, &length);
    if (length > 2) {
        json_raw(writer, text + 1, length - 2);
    }
}

static gboolean respond_bare(HttpRequest *request, GBytes *twins, const char *message,
                             GError **error)
{
    http_set_status(request, 200);
    if (twins) {
        return http_respond_bytes(request, "application/json", twins);
    }
    JsonWriter *writer = pictopy_writer();
    json_object_begin(writer);
    json_member_string(writer, "message", message);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static gboolean respond(HttpRequest *request, GBytes *data, GBytes *twins, const char *message,
                        GError **error)
{
    JsonWriter *writer = pictopy_writer();
    json_object_begin(writer);
    json_key(writer, "data");
    write_value(writer, data);
    json_member_string(writer, "message", message);
    json_member_bool(writer, "success", TRUE);
    if (twins) {
        write_members(writer, twins);
    }
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean pictopy_answer(HttpRequest *request, JsonWriter *data, JsonWriter *twins, GError **error,
                        const char *message, ...)
{
    va_list arguments;
    va_start(arguments, message);
    g_autofree char *text = g_strdup_vprintf(message, arguments);
    va_end(arguments);
    g_autoptr(JsonWriter) data_writer = data;
    g_autoptr(JsonWriter) twins_writer = twins;
    g_autoptr(GBytes) value = json_writer_finish(data, error);
    g_autoptr(GBytes) more = value && twins ? json_writer_finish(twins, error) : NULL;
    if (!value || (twins && !more)) {
        return FALSE;
    }
    return pictopy_is_bare(request) ? respond_bare(request, more, text, error)
                                    : respond(request, value, more, text, error);
}

static void write_refusal(JsonWriter *writer, const char *text, const char *message)
{
    json_member_bool(writer, "success", FALSE);
    json_member_string(writer, "error", text);
    json_member_string(writer, "message", message);
}

static gboolean refuse(HttpRequest *request, int status, const char *message, const char *text)
{
    JsonWriter *writer = pictopy_writer();
    json_object_begin(writer);
    if (!pictopy_is_bare(request)) {
        json_member_int(writer, "status_code", status);
        json_member_int(writer, "statusCode", status);
        write_refusal(writer, text, message);
        json_key(writer, "content");
        json_object_begin(writer);
        write_refusal(writer, text, message);
        json_object_end(writer);
    }
    json_member_string(writer, "detail", text);
    json_object_end(writer);
    http_set_status(request, status);
    return http_respond_json(request, writer, NULL);
}

gboolean pictopy_refuse(HttpRequest *request, int status, const char *message, const char *text,
                        ...)
{
    va_list arguments;
    va_start(arguments, text);
    g_autofree char *told = g_strdup_vprintf(text, arguments);
    va_end(arguments);
    return refuse(request, status, message ? message : told, told);
}

gboolean pictopy_refuse_as(HttpRequest *request, int status, int bare_status, const char *message,
                           const char *text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    g_autofree char *told = g_strdup_vprintf(text, arguments);
    va_end(arguments);
    return refuse(request, pictopy_is_bare(request) ? bare_status : status,
                  message ? message : told, told);
}

/* --- streams --- */

typedef struct {
    PictopyNext next;
    gpointer data;
    GDestroyNotify free_data;
    JsonWriter *writer;
    GBytes *piece; /* NULL: the next is to be written */
    gsize sent;    /* of it */
    gboolean ended;
} Stream;

#define STREAM_CAP_BYTES (G_MAXSIZE / 2) /* never all in memory */
#define TEXTS_AT_ONCE    1000

static void stream_free(gpointer data)
{
    Stream *stream = data;
    stream->free_data(stream->data);
    json_writer_free(stream->writer);
    g_clear_pointer(&stream->piece, g_bytes_unref);
    g_free(stream);
}

static gssize stream_pull(gpointer data, guint8 *buffer, gsize most, GCancellable *cancellable,
                          GError **error)
{
    Stream *stream = data;
    while (!stream->ended && (!stream->piece || g_bytes_get_size(stream->piece) == stream->sent)) {
        g_clear_pointer(&stream->piece, g_bytes_unref);
        stream->ended = !stream->next(stream->writer, stream->data);
        stream->piece = json_writer_take(stream->writer);
        stream->sent = 0;
    }
    gsize length = 0;
    const guint8 *bytes = g_bytes_get_data(stream->piece, &length);
    gsize count = MIN(most, length - stream->sent);
    if (count > 0) {
        memcpy(buffer, bytes + stream->sent, count);
        stream->sent += count;
    }
    return (gssize)count;
}

gboolean pictopy_stream(HttpRequest *request, PictopyNext next, gpointer data,
                        GDestroyNotify free_data, GError **error)
{
    Stream *stream = g_new0(Stream, 1);
    stream->next = next;
    stream->data = data;
    stream->free_data = free_data;
    stream->writer = json_writer_new(STREAM_CAP_BYTES);
    return http_respond_stream(request, "application/json", -1, stream_pull, stream, stream_free,
                               error);
}

gboolean pictopy_write_some(JsonWriter *writer, const GPtrArray *texts, guint *at)
{
    guint end = MIN(texts->len, *at + TEXTS_AT_ONCE);
    for (; *at < end; (*at)++) {
        json_text(writer, g_ptr_array_index(texts, *at));
    }
    if (*at < texts->len) {
        return TRUE;
    }
    *at = 0;
    return FALSE;
}

/* --- what requests name --- */

const char *pictopy_text(const HttpRequest *request, const char *name)
{
    return json_string_value(json_object_get(http_body(request), name));
}

/* What people added comes before what we made for them. */
static int rank(const Source *source)
{
    return source->is_uploads ? 2 : source->named_only ? 1 : 0;
}

static gboolean is_before(const Source *a, const Source *b)
{
    return rank(a) != rank(b) ? rank(a) < rank(b) : a->id < b->id;
}

char *pictopy_folder(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) sources = tx ? source_list(tx, error) : NULL;
    const Source *first = NULL;
    for (guint i = 0; sources && i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (principal_sees_into(api_principal(request), source->path) &&
            (!first || is_before(source, first))) {
            first = source;
        }
    }
    return sources ? g_strdup(first ? first->path : "") : NULL;
}

char *pictopy_absolute(const char *folder, const char *path)
{
    return *path == '/' ? g_strdup(path) : g_strconcat(folder, "/", path, NULL);
}

gint64 pictopy_photo_id(const CatalogView *view, const char *folder, const char *path)
{
    g_autofree char *absolute = pictopy_absolute(folder, path);
    guint32 row = catalog_row_of_path(view, absolute);
    return row == CATALOG_NO_ROW ? 0 : (gint64)catalog_columns(view)->id[row];
}

gboolean pictopy_has_model(HttpRequest *request, VisionTask task)
{
    VisionPool *vision = api_of(request)->vision;
    g_autoptr(ModelSet) models = vision ? vision_pool_models(vision) : NULL;
    gboolean any = models && model_set_tasks(models) & task;
    g_autoptr(StoreTx) tx = any ? NULL : api_read(request, NULL);
    return any || (tx && seen_any(tx, vision_task_name(task), &any, NULL) && any);
}
