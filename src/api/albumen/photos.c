#include "api/albumen/people.h"

#include "api/media.h"
#include "api/photo_values.h"
#include "base/limits.h"
#include "library/findings.h"
#include "library/photo_query.h"

#include <string.h>

/* The caller's own, else the file's. */
static void write_marks(JsonWriter *writer, const Photo *photo)
{
    json_member_int(writer, "star_rating", photo->stars);
    json_member_bool(writer, "is_favorite", photo->is_favorite);
    json_member_bool(writer, "is_rejected", photo->is_rejected);
}

/* What a tile of the gallery says of its picture. */
static void write_tile(JsonWriter *writer, const Photo *photo)
{
    g_autofree char *taken = photo_taken_exif(photo->facts);
    json_object_begin(writer);
    json_member_int(writer, "id", photo->id);
    json_member_string(writer, "path", photo->path);
    json_member_string(writer, "filename", photo->name);
    json_member_string(writer, "date_taken", taken);
    json_member_int(writer, "image_width", photo->width);
    json_member_int(writer, "image_height", photo->height);
    json_member_string(writer, "format", photo->format);
    json_member_string(writer, "caption", photo->facts->description);
    json_member_string(writer, "camera_model", photo->facts->camera_model);
    write_marks(writer, photo);
    json_member_bool(writer, "has_stack", photo->has_stack);
    json_object_end(writer);
}

/* "1,2,3" as numbers; what is none is passed over. */
static GArray *read_ids(const char *text)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_auto(GStrv) parts = g_strsplit(text, ",", LIMIT_IDS_PER_REQUEST + 1);
    for (char **part = parts; *part; part++) {
        gint64 id = 0;
        if (g_ascii_string_to_signed(*part, 10, 1, G_MAXINT64, &id, NULL)) {
            g_array_append_val(ids, id);
        }
    }
    return ids;
}

gboolean albumen_photos(HttpRequest *request, GError **error)
{
    g_autoptr(GArray) ids = read_ids(http_text(request, "ids", ""));
    if (ids->len > LIMIT_IDS_PER_REQUEST) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "at most %d ids in one request",
                    LIMIT_IDS_PER_REQUEST);
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) photos =
        tx ? photo_get_many(tx, api_principal(request), (const gint64 *)(gpointer)ids->data,
                            ids->len, error)
           : NULL;
    if (!photos) {
        return FALSE;
    }
    photo_find_relatives(api_of(request)->library, api_principal(request), photos);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "photos");
    json_array_begin(writer);
    for (guint i = 0; i < photos->len; i++) {
        write_tile(writer, g_ptr_array_index(photos, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static void write_file(JsonWriter *writer, const Photo *photo)
{
    char hash[HASH_HEX_CHARS + 1];
    g_autofree char *folder = g_path_get_dirname(photo->path);
    g_autofree char *indexed = time_iso(photo->indexed_ms);
    hash_to_hex(&photo->content_hash, hash);
    json_member_int(writer, "id", photo->id);
    json_member_string(writer, "uuid", photo->uuid);
    json_member_string(writer, "path", photo->path);
    json_member_string(writer, "filename", photo->name);
    json_member_string(writer, "folder", folder);
    json_member_string(writer, "format", photo->format);
    json_member_int(writer, "file_bytes", photo->file_bytes);
    json_member_int(writer, "image_width", photo->width);
    json_member_int(writer, "image_height", photo->height);
    json_member_int(writer, "orientation", photo->facts->orientation);
    json_member_string(writer, "content_hash", hash);
    photo_member_phash(writer, "phash", photo->phash);
    json_member_string(writer, "indexed_at", indexed);
}

static void write_facts(JsonWriter *writer, const MediaFacts *facts)
{
    g_autofree char *taken = photo_taken_exif(facts);
    g_autofree char *shutter = photo_shutter_text(facts);
    json_member_string(writer, "date_taken", taken);
    photo_member_int(writer, "taken_local_ms", facts->taken_local_ms);
    photo_member_int(writer, "taken_offset_minutes", facts->taken_offset_minutes);
    json_member_string(writer, "camera_make", facts->camera_make);
    json_member_string(writer, "camera_model", facts->camera_model);
    json_member_string(writer, "lens_model", facts->lens_model);
    json_member_string(writer, "software", facts->software);
    json_member_string(writer, "artist", facts->artist);
    json_member_string(writer, "copyright", facts->copyright);
    json_member_string(writer, "title", facts->title);
    json_member_string(writer, "caption", facts->description);
    photo_member_int(writer, "iso", facts->iso);
    json_member_double(writer, "f_stop", facts->f_stop);
    json_member_string(writer, "shutter_speed", shutter);
    json_member_double(writer, "focal_length", facts->focal_length_mm);
    json_member_double(writer, "focal_length_35mm", facts->focal_length_35mm);
    json_member_double(writer, "exposure_bias_ev", facts->exposure_bias_ev);
    photo_member_int(writer, "flash", facts->flash);
    json_member_double(writer, "gps_latitude", facts->latitude);
    json_member_double(writer, "gps_longitude", facts->longitude);
    json_member_double(writer, "gps_altitude", facts->altitude);
}

static void write_stack(JsonWriter *writer, const GPtrArray *stack)
{
    json_key(writer, "stack");
    json_array_begin(writer);
    for (guint i = 0; i < stack->len; i++) {
        const Photo *photo = g_ptr_array_index(stack, i);
        json_object_begin(writer);
        json_member_int(writer, "id", photo->id);
        json_member_string(writer, "filename", photo->name);
        json_member_string(writer, "format", photo->format);
        json_object_end(writer);
    }
    json_array_end(writer);
}

/* null: nobody has looked for any. */
static void write_faces(JsonWriter *writer, const GPtrArray *faces, gboolean looked)
{
    json_key(writer, "faces");
    if (!looked) {
        json_none(writer);
        return;
    }
    json_array_begin(writer);
    for (guint i = 0; i < faces->len; i++) {
        json_object_begin(writer);
        albumen_write_face(writer, g_ptr_array_index(faces, i));
        json_object_end(writer);
    }
    json_array_end(writer);
}

/* A box as fractions of the picture: x, y, width, height. */
static void write_box(JsonWriter *writer, const Photo *photo, const VisionBox *box)
{
    double width = (double)photo->width, height = (double)photo->height;
    json_key(writer, "box");
    json_array_begin(writer);
    json_double(writer, (double)box->x1 / width);
    json_double(writer, (double)box->y1 / height);
    json_double(writer, (double)(box->x2 - box->x1) / width);
    json_double(writer, (double)(box->y2 - box->y1) / height);
    json_array_end(writer);
}

/* `objects` NULL: nobody has looked. */
static void write_objects(JsonWriter *writer, const Photo *photo, const GPtrArray *objects)
{
    json_key(writer, "objects");
    if (!objects) {
        json_none(writer);
        return;
    }
    json_array_begin(writer);
    for (guint i = 0; i < objects->len; i++) {
        const VisionObject *object = g_ptr_array_index(objects, i);
        json_object_begin(writer);
        json_member_string(writer, "label", object->label);
        json_member_double(writer, "score", (double)object->score);
        write_box(writer, photo, &object->box);
        json_object_end(writer);
    }
    json_array_end(writer);
}

/* What was found on the photo. */
typedef struct {
    GPtrArray *faces, *objects;
    gboolean faces_looked_for, objects_looked_for;
} Found;

static void found_clear(Found *found)
{
    g_clear_pointer(&found->faces, g_ptr_array_unref);
    g_clear_pointer(&found->objects, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

static gboolean read_found(StoreTx *tx, const Principal *viewer, gint64 photo, Found *found,
                           GError **error)
{
    found->faces = face_of_photo(tx, viewer, photo, FALSE, error);
    if (!found->faces || !face_was_looked_for(tx, photo, &found->faces_looked_for, error)) {
        return FALSE;
    }
    found->objects = findings_objects(tx, photo, &found->objects_looked_for, error);
    return found->objects != NULL;
}

gboolean albumen_photo(HttpRequest *request, GError **error)
{
    const Principal *viewer = api_principal(request);
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Photo) photo = tx ? photo_get(tx, viewer, http_int(request, "id", 0), error) : NULL;
    g_autoptr(GPtrArray) stack = photo ? photo_get_stack(tx, viewer, photo, error) : NULL;
    g_auto(Found) found = {0};
    if (!stack || !read_found(tx, viewer, photo->id, &found, error)) {
        return FALSE;
    }
    g_clear_pointer(&tx, store_tx_free);
    gint64 copies = photo_copies(api_of(request)->library, viewer, photo, error);
    if (copies < 0) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    write_file(writer, photo);
    write_facts(writer, photo->facts);
    write_marks(writer, photo);
    photo_member_tags_list(writer, "tags_list", photo->facts->keywords, -1);
    json_member_int(writer, "copies", copies);
    write_stack(writer, stack);
    write_faces(writer, found.faces, found.faces_looked_for);
    write_objects(writer, photo, found.objects_looked_for ? found.objects : NULL);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static Grant *grant_by_id(HttpRequest *request, GError **error)
{
    return access_grant_photo(api_of(request)->library, api_principal(request),
                              http_int(request, "id", 0), error);
}

gboolean albumen_thumbnail(HttpRequest *request, GError **error)
{
    g_autoptr(Grant) grant = grant_by_id(request, error);
    return grant &&
           api_send_thumbnail(request, grant, http_int(request, "size", 0), CACHE_AND_ASK, error);
}

gboolean albumen_image(HttpRequest *request, GError **error)
{
    g_autoptr(Grant) grant = grant_by_id(request, error);
    return grant && api_send_image(request, grant, CACHE_AND_ASK, error);
}
