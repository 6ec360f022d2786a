/* The library as a whole: what is in it, and what could not be read. */
#include "api/albumen/albumen.h"

#include "api/albumen/scan_state.h"
#include "api/photo_values.h"
#include "base/limits.h"
#include "library/failures.h"
#include "library/photo_query.h"
#include "library/source.h"

static void write_sources(JsonWriter *writer, const GPtrArray *sources, const Principal *viewer)
{
    json_key(writer, "sources");
    json_array_begin(writer);
    for (guint i = 0; i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (!principal_sees_into(viewer, source->path)) {
            continue;
        }
        g_autofree char *scanned = time_iso(source->scanned_ms);
        json_object_begin(writer);
        json_member_string(writer, "path", source->path);
        json_member_string(writer, "scanned_at", scanned);
        json_object_end(writer);
    }
    json_array_end(writer);
}

gboolean albumen_library(HttpRequest *request, GError **error)
{
    const Principal *viewer = api_principal(request);
    PhotoFilter everything;
    photo_filter_init(&everything);
    gint64 photos = photo_count(api_of(request)->library, viewer, &everything, error);
    g_autoptr(StoreTx) tx = photos >= 0 ? api_read(request, error) : NULL;
    gint64 failures = tx ? failure_count(tx, viewer, error) : -1;
    g_autoptr(GPtrArray) sources = failures >= 0 ? source_list(tx, error) : NULL;
    if (!sources) {
        return FALSE;
    }
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "version", api_of(request)->version);
    json_member_int(writer, "photos", photos);
    json_member_int(writer, "failures", failures);
    write_sources(writer, sources, viewer);
    json_key(writer, "scan");
    if (!scan_state_write(writer, tx, error)) {
        return FALSE;
    }
    json_object_end(writer);
    return http_respond_json(request, g_steal_pointer(&writer), error);
}

static void write_failure(JsonWriter *writer, const Failure *failure)
{
    g_autofree char *folder = g_path_get_dirname(failure->path);
    g_autofree char *failed = time_iso(failure->failed_ms);
    json_object_begin(writer);
    json_member_string(writer, "path", failure->path);
    json_member_string(writer, "filename", failure->name);
    json_member_string(writer, "folder", folder);
    json_member_string(writer, "code", failure->code);
    json_member_string(writer, "reason", failure->reason);
    json_member_int(writer, "file_bytes", failure->file_bytes);
    json_member_string(writer, "failed_at", failed);
    json_object_end(writer);
}

/* The cursor is the last path of the page before. */
gboolean albumen_failures(HttpRequest *request, GError **error)
{
    const Principal *viewer = api_principal(request);
    gint64 limit = http_int(request, "limit", 100);
    g_autoptr(StoreTx) tx = api_read(request, error);
    gint64 total = tx ? failure_count(tx, viewer, error) : -1;
    if (total < 0) {
        return FALSE;
    }
    g_autoptr(GPtrArray) failures =
        failure_list(tx, viewer, http_text(request, "cursor", NULL), limit, error);
    if (!failures) {
        return FALSE;
    }
    const Failure *last =
        failures->len == limit ? g_ptr_array_index(failures, failures->len - 1) : NULL;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "failures");
    json_array_begin(writer);
    for (guint i = 0; i < failures->len; i++) {
        write_failure(writer, g_ptr_array_index(failures, i));
    }
    json_array_end(writer);
    json_member_int(writer, "total", total);
    json_member_string(writer, "next_cursor", last ? last->path : NULL);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
