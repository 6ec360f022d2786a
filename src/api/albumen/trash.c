/* The trash, and photos that were removed from the library while their files stay. */
#include "library/trash.h"

#include "api/albumen/albumen.h"
#include "api/media.h"
#include "api/photo_values.h"
#include "base/limits.h"

#include <math.h>

static void write_photo(JsonWriter *writer, const KeptOut *photo, const char *when)
{
    g_autofree char *time = time_iso(photo->kept_out_ms);
    double aspect = (double)photo->width / (double)MAX(photo->height, 1);
    json_object_begin(writer);
    json_member_int(writer, "id", photo->id);
    json_member_string(writer, "filename", photo->name);
    json_member_string(writer, "path", photo->path);
    json_member_string(writer, "format", photo->format);
    json_member_int(writer, "image_width", photo->width);
    json_member_int(writer, "image_height", photo->height);
    json_member_double(writer, "aspect", round(aspect * 1000) / 1000);
    json_member_int(writer, "file_bytes", photo->file_bytes);
    json_member_string(writer, when, time);
    json_member_string(writer, "by", photo->by);
    json_object_end(writer);
}

/* "MILLISECONDS-ID" of the last photo of a page. */
static char *cursor_of(const GPtrArray *photos, gint64 limit)
{
    if (photos->len < limit) {
        return NULL;
    }
    const KeptOut *last = g_ptr_array_index(photos, photos->len - 1);
    return g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, last->kept_out_ms, last->id);
}

static gboolean read_cursor(const char *cursor, gint64 *ret_ms, gint64 *ret_id, GError **error)
{
    g_auto(GStrv) parts = cursor ? g_strsplit(cursor, "-", 2) : NULL;
    *ret_ms = *ret_id = G_MAXINT64;
    if (!parts || (g_strv_length(parts) == 2 &&
                   g_ascii_string_to_signed(parts[0], 10, 0, G_MAXINT64, ret_ms, NULL) &&
                   g_ascii_string_to_signed(parts[1], 10, 0, G_MAXINT64, ret_id, NULL))) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "The cursor is none of this list");
    return FALSE;
}

static gboolean respond_list(HttpRequest *request, KeptOutState state, const char *when,
                             GError **error)
{
    const Principal *viewer = api_principal(request);
    gint64 limit = http_int(request, "limit", 100);
    gint64 after_ms = 0;
    gint64 after_id = 0;
    if (!read_cursor(http_text(request, "cursor", NULL), &after_ms, &after_id, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    gint64 total = tx ? kept_out_count(tx, viewer, state, error) : -1;
    g_autoptr(GPtrArray) photos =
        total >= 0 ? kept_out_list(tx, viewer, state, after_ms, after_id, limit, error) : NULL;
    if (!photos) {
        return FALSE;
    }
    g_autofree char *cursor = cursor_of(photos, limit);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "photos");
    json_array_begin(writer);
    for (guint i = 0; i < photos->len; i++) {
        write_photo(writer, g_ptr_array_index(photos, i), when);
    }
    json_array_end(writer);
    json_member_int(writer, "total", total);
    json_member_string(writer, "next_cursor", cursor);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_trash(HttpRequest *request, GError **error)
{
    return respond_list(request, KEPT_OUT_TRASH, "trashed_at", error);
}

gboolean albumen_removed(HttpRequest *request, GError **error)
{
    return respond_list(request, KEPT_OUT_REMOVED, "removed_at", error);
}

typedef gboolean (*ChangeOne)(Library *library, const Principal *viewer, gint64 photo_id,
                              GError **error);

static void write_refused(JsonWriter *writer, gint64 id, const GError *failure)
{
    json_object_begin(writer);
    json_member_int(writer, "id", id);
    json_member_string(writer, "detail",
                       g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL)
                           ? "The server failed; its log says why"
                           : failure->message);
    json_object_end(writer);
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL)) {
        g_warning("a photo's place could not be changed: %s", failure->message);
    }
}

/* Each photo for itself: {"WORD": how many, "refused": the others, and why}. */
static gboolean change_each(HttpRequest *request, const gint64 *ids, gsize count, ChangeOne change,
                            const char *word, GError **error)
{
    Library *library = api_of(request)->library;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    gint64 changed = 0;
    json_object_begin(writer);
    json_key(writer, "refused");
    json_array_begin(writer);
    for (gsize i = 0; i < count; i++) {
        g_autoptr(GError) failure = NULL;
        if (change(library, api_principal(request), ids[i], &failure)) {
            changed++;
        } else {
            write_refused(writer, ids[i], failure);
        }
    }
    json_array_end(writer);
    json_member_int(writer, word, changed);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static gboolean change_named(HttpRequest *request, ChangeOne change, const char *word,
                             GError **error)
{
    const json_t *list = json_object_get(http_body(request), "ids");
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (gsize i = 0; i < json_array_size(list); i++) {
        gint64 id = json_integer_value(json_array_get(list, i));
        g_array_append_val(ids, id);
    }
    return change_each(request, (const gint64 *)(gpointer)ids->data, ids->len, change, word, error);
}

gboolean albumen_trash_put(HttpRequest *request, GError **error)
{
    return change_named(request, trash_put, "trashed", error);
}

gboolean albumen_trash_restore(HttpRequest *request, GError **error)
{
    return change_named(request, trash_restore, "restored", error);
}

gboolean albumen_removed_put(HttpRequest *request, GError **error)
{
    return change_named(request, removed_put, "removed", error);
}

gboolean albumen_removed_restore(HttpRequest *request, GError **error)
{
    return change_named(request, removed_restore, "restored", error);
}

/* What the viewer sees in the trash now; of gint64. */
static GArray *all_ids(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) photos = tx ? kept_out_list(tx, api_principal(request), KEPT_OUT_TRASH,
                                                     G_MAXINT64, G_MAXINT64, G_MAXINT32, error)
                                     : NULL;
    if (!photos) {
        return NULL;
    }
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < photos->len; i++) {
        g_array_append_val(ids, ((KeptOut *)g_ptr_array_index(photos, i))->id);
    }
    return ids;
}

gboolean albumen_trash_delete(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    gboolean all = json_is_true(json_object_get(body, "all"));
    if (all == (json_array_size(json_object_get(body, "ids")) > 0)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Say which photos by \"ids\", or that all are meant by \"all\": true");
        return FALSE;
    }
    if (!all) {
        return change_named(request, trash_delete, "deleted", error);
    }
    g_autoptr(GArray) ids = all_ids(request, error);
    return ids && change_each(request, (const gint64 *)(gpointer)ids->data, ids->len, trash_delete,
                              "deleted", error);
}

gboolean albumen_trash_thumbnail(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Grant) grant =
        tx ? access_grant_kept_out(tx, api_principal(request), http_int(request, "id", 0), error)
           : NULL;
    g_clear_pointer(&tx, store_tx_free);
    return grant &&
           api_send_thumbnail(request, grant, http_int(request, "size", 0), CACHE_AND_ASK, error);
}
