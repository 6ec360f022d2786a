/* Faces, as Facet's client assigns them. */
#include "api/facet/people.h"

#include "api/face_media.h"
#include "base/limits.h"
#include "library/person.h"
#include "library/person_edit.h"
#include "library/photo.h"

#define PERSON_FACES_MOST 36

static void write_box(JsonWriter *writer, const Face *face)
{
    json_member_int(writer, "face_index", face->index);
    json_member_int(writer, "bbox_x1", face->x1);
    json_member_int(writer, "bbox_y1", face->y1);
    json_member_int(writer, "bbox_x2", face->x2);
    json_member_int(writer, "bbox_y2", face->y2);
}

gboolean facet_person_faces(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) faces =
        tx ? face_list(tx, api_principal(request), FACES_OF_PERSON, http_int(request, "id", 0), 0,
                       PERSON_FACES_MOST, NULL, error)
           : NULL;
    if (!faces) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "faces");
    json_array_begin(writer);
    for (guint i = 0; i < faces->len; i++) {
        const Face *face = g_ptr_array_index(faces, i);
        json_object_begin(writer);
        json_member_int(writer, "id", face->id);
        json_member_string(writer, "photo_path", face->photo_path);
        write_box(writer, face);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_person_avatar(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    const PersonUpdate update = {
        .is_hidden = -1,
        .avatar_face = json_integer_value(json_object_get(http_body(request), "face_id")),
    };
    PersonEdit edit;
    if (update.avatar_face < 1 || !facet_sees_person(request, id, NULL)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "Face not found or does not belong to this person");
        return FALSE;
    }
    return person_update(api_of(request)->library, api_principal(request), &id, 1, &update, &edit,
                         error) &&
           facet_respond(request, json_pack("{s:b}", "success", TRUE), error);
}

/* The faces of a photo that the caller sees; none of one that it may not know of. Of Face. */
static GPtrArray *faces_at(HttpRequest *request, const char *path, GError **error)
{
    const Principal *viewer = api_principal(request);
    g_autoptr(GError) failure = NULL;
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx) {
        return NULL;
    }
    g_autoptr(Photo) photo = photo_get_by_path(tx, viewer, path, &failure);
    if (photo) {
        return face_of_photo(tx, viewer, photo->id, FALSE, error);
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        return g_ptr_array_new();
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

gboolean facet_photo_faces(HttpRequest *request, GError **error)
{
    g_autoptr(GPtrArray) faces = faces_at(request, http_text(request, "path", ""), error);
    if (!faces) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "faces");
    json_array_begin(writer);
    for (guint i = 0; i < faces->len; i++) {
        const Face *face = g_ptr_array_index(faces, i);
        json_object_begin(writer);
        json_member_int(writer, "id", face->id);
        write_box(writer, face);
        if (face->person) {
            json_member_int(writer, "person_id", face->person);
        } else {
            json_member_null(writer, "person_id");
        }
        json_member_string(writer, "person_name", face->person_name);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_face_assign(HttpRequest *request, GError **error)
{
    gint64 face = http_int(request, "id", 0);
    gint64 person = json_integer_value(json_object_get(http_body(request), "person_id"));
    PersonEdit edit;
    return facet_sees_person(request, person, error) &&
           face_assign(api_of(request)->library, api_principal(request), &face, 1, person, NULL,
                       &edit, error) &&
           facet_respond(request, json_pack("{s:b}", "success", TRUE), error);
}

/* Those of the body's photo that are `person`'s, 0: nobody's. NOT_FOUND, saying `none`, when there
 * are none. */
static GArray *faces_of(HttpRequest *request, gint64 person, const char *none, GError **error)
{
    const char *path = json_string_value(json_object_get(http_body(request), "photo_path"));
    g_autoptr(GPtrArray) faces = faces_at(request, path, error);
    if (!faces) {
        return NULL;
    }
    g_autoptr(GArray) ids = ids_new();
    for (guint i = 0; i < faces->len; i++) {
        const Face *face = g_ptr_array_index(faces, i);
        if (face->person == person) {
            g_array_append_val(ids, face->id);
        }
    }
    if (ids->len == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, none);
        return NULL;
    }
    return g_steal_pointer(&ids);
}

gboolean facet_assign_all_faces(HttpRequest *request, GError **error)
{
    gint64 person = json_integer_value(json_object_get(http_body(request), "person_id"));
    g_autoptr(GArray) faces = faces_of(request, 0, "No unassigned faces found", error);
    PersonEdit edit;
    return faces && facet_sees_person(request, person, error) &&
           face_assign(api_of(request)->library, api_principal(request),
                       (const gint64 *)(void *)faces->data, faces->len, person, NULL, &edit,
                       error) &&
           facet_respond(
               request,
               json_pack("{s:b, s:I}", "success", TRUE, "assigned_count", (json_int_t)edit.faces),
               error);
}

gboolean facet_unassign_person(HttpRequest *request, GError **error)
{
    gint64 person = json_integer_value(json_object_get(http_body(request), "person_id"));
    if (person < 1) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "No faces found");
        return FALSE;
    }
    g_autoptr(GArray) faces = faces_of(request, person, "No faces found", error);
    PersonEdit edit;
    return faces &&
           face_unassign(api_of(request)->library, api_principal(request),
                         (const gint64 *)(void *)faces->data, faces->len, FALSE, TRUE, &edit,
                         error) &&
           facet_respond(request,
                         json_pack("{s:b, s:I, s:b}", "success", TRUE, "unassigned_count",
                                   (json_int_t)edit.faces, "person_deleted", edit.person_deleted),
                         error);
}

gboolean facet_face_thumbnail(HttpRequest *request, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (api_send_face(request, http_int(request, "id", 0), CACHE_A_YEAR, &failure)) {
        return TRUE;
    }
    http_set_status(request, http_status_of(failure));
    return http_respond_text(request, NULL, "Face not found");
}
