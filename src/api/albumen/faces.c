/* Faces: lists, and whose they are. */
#include "api/albumen/people.h"
#include "api/face_media.h"
#include "base/limits.h"

#include <string.h>

static void write_person_of(JsonWriter *writer, gint64 id, const char *name)
{
    json_key(writer, "person");
    if (id == 0) {
        json_none(writer);
        return;
    }
    json_object_begin(writer);
    json_member_int(writer, "id", id);
    json_member_string(writer, "name", name);
    json_object_end(writer);
}

void albumen_write_face(JsonWriter *writer, const Face *face)
{
    double width = (double)MAX(face->photo_width, 1);
    double height = (double)MAX(face->photo_height, 1);
    double x = CLAMP((double)face->x1 / width, 0, 1);
    double y = CLAMP((double)face->y1 / height, 0, 1);
    json_member_int(writer, "id", face->id);
    json_member_int(writer, "photo_id", face->photo_id);
    json_key(writer, "box");
    json_array_begin(writer);
    json_double(writer, x);
    json_double(writer, y);
    json_double(writer, CLAMP((double)face->x2 / width, 0, 1) - x);
    json_double(writer, CLAMP((double)face->y2 / height, 0, 1) - y);
    json_array_end(writer);
    json_member_double(writer, "confidence", face->confidence);
    write_person_of(writer, face->person, face->person_name);
    json_member_string(writer, "assigned_by", assigned_by_name(face->by));
}

static gboolean respond_faces(HttpRequest *request, FaceKind kind, gint64 person, GError **error)
{
    gint64 limit = http_int(request, "limit", 100);
    gint64 before = 0, total = 0;
    if (!albumen_read_cursor(request, &before, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) faces =
        tx ? face_list(tx, api_principal(request), kind, person, before, limit, &total, error)
           : NULL;
    if (!faces) {
        return FALSE;
    }
    const Face *last = faces->len == limit ? g_ptr_array_index(faces, faces->len - 1) : NULL;
    g_autofree char *cursor = last ? g_strdup_printf("%" G_GINT64_FORMAT, last->id) : NULL;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "faces");
    json_array_begin(writer);
    for (guint i = 0; i < faces->len; i++) {
        json_object_begin(writer);
        albumen_write_face(writer, g_ptr_array_index(faces, i));
        json_object_end(writer);
    }
    json_array_end(writer);
    json_member_int(writer, "total", total);
    json_member_string(writer, "next_cursor", cursor);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_person_faces(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    g_autoptr(Person) person =
        person_get(api_of(request)->library, api_principal(request), id, error);
    return person && respond_faces(request, FACES_OF_PERSON, id, error);
}

gboolean albumen_faces(HttpRequest *request, GError **error)
{
    gboolean ignored = strcmp(http_text(request, "state", "unknown"), "ignored") == 0;
    return respond_faces(request, ignored ? FACES_IGNORED : FACES_UNKNOWN, 0, error);
}

static void write_review(JsonWriter *writer, const FaceReview *review)
{
    json_object_begin(writer);
    albumen_write_face(writer, review->face);
    json_key(writer, "candidates");
    json_array_begin(writer);
    for (guint i = 0; i < review->candidates->len; i++) {
        const FaceCandidate *candidate = g_ptr_array_index(review->candidates, i);
        json_object_begin(writer);
        write_person_of(writer, candidate->person, candidate->name);
        json_member_double(writer, "distance", candidate->distance);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
}

gboolean albumen_faces_review(HttpRequest *request, GError **error)
{
    gint64 limit = http_int(request, "limit", 100);
    gint64 before = 0, total = 0;
    if (!albumen_read_cursor(request, &before, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) reviews =
        face_review(api_of(request)->library, api_principal(request), before, limit, &total, error);
    if (!reviews) {
        return FALSE;
    }
    const FaceReview *last =
        reviews->len == limit ? g_ptr_array_index(reviews, reviews->len - 1) : NULL;
    g_autofree char *cursor = last ? g_strdup_printf("%" G_GINT64_FORMAT, last->face->id) : NULL;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "faces");
    json_array_begin(writer);
    for (guint i = 0; i < reviews->len; i++) {
        write_review(writer, g_ptr_array_index(reviews, i));
    }
    json_array_end(writer);
    json_member_int(writer, "total", total);
    json_member_string(writer, "next_cursor", cursor);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Changes */

static const gint64 *numbers(const GArray *ids)
{
    return (const gint64 *)(void *)ids->data;
}

/* A person named by a client is one that it sees. */
static gboolean sees_person(HttpRequest *request, gint64 id, GError **error)
{
    g_autoptr(Person) person =
        id ? person_get(api_of(request)->library, api_principal(request), id, error) : NULL;
    return id == 0 || person;
}

gboolean albumen_faces_assign(HttpRequest *request, GError **error)
{
    g_autoptr(GArray) faces = albumen_body_ids(request, "faces");
    gint64 person = albumen_body_int(request, "person");
    PersonEdit edit;
    return sees_person(request, person, error) &&
           face_assign(api_of(request)->library, api_principal(request), numbers(faces), faces->len,
                       person, albumen_body_text(request, "name"), &edit, error) &&
           albumen_respond_edit(request, &edit, edit.person, error);
}

gboolean albumen_faces_unassign(HttpRequest *request, GError **error)
{
    g_autoptr(GArray) faces = albumen_body_ids(request, "faces");
    gboolean is_not = json_is_true(json_object_get(http_body(request), "not_this_person"));
    gint64 person = albumen_body_int(request, "person");
    const Principal *viewer = api_principal(request);
    Library *library = api_of(request)->library;
    PersonEdit edit;
    gboolean done =
        person ? sees_person(request, person, error) &&
                     face_refuse(library, viewer, numbers(faces), faces->len, person, &edit, error)
               : face_unassign(library, viewer, numbers(faces), faces->len, is_not, FALSE, &edit,
                               error);
    return done && albumen_respond_edit(request, &edit, 0, error);
}

gboolean albumen_faces_ignore(HttpRequest *request, GError **error)
{
    g_autoptr(GArray) faces = albumen_body_ids(request, "faces");
    const json_t *ignored = json_object_get(http_body(request), "ignored");
    PersonEdit edit;
    return face_ignore(api_of(request)->library, api_principal(request), numbers(faces), faces->len,
                       !json_is_false(ignored), &edit, error) &&
           albumen_respond_edit(request, &edit, 0, error);
}

static gboolean read_box(HttpRequest *request, FaceBox *ret_box, GError **error)
{
    const json_t *list = json_object_get(http_body(request), "box");
    double parts[4] = {0};
    gboolean fits = json_array_size(list) == G_N_ELEMENTS(parts);
    for (gsize i = 0; fits && i < G_N_ELEMENTS(parts); i++) {
        const json_t *part = json_array_get(list, i);
        fits = json_is_number(part);
        parts[i] = json_number_value(part);
    }
    if (!fits) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "\"box\" must be four numbers: x, y, width, height");
        return FALSE;
    }
    *ret_box = (FaceBox){parts[0], parts[1], parts[2], parts[3]};
    return TRUE;
}

static gboolean respond_face(HttpRequest *request, gint64 id, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Face) face = tx ? face_get(tx, api_principal(request), id, error) : NULL;
    if (!face) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    albumen_write_face(writer, face);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_face_draw(HttpRequest *request, GError **error)
{
    gint64 person = albumen_body_int(request, "person");
    gint64 face = 0;
    FaceBox box;
    return sees_person(request, person, error) && read_box(request, &box, error) &&
           face_draw(api_of(request)->library, api_principal(request), http_int(request, "id", 0),
                     &box, person, albumen_body_text(request, "name"), &face, error) &&
           respond_face(request, face, error);
}

gboolean albumen_face_remove(HttpRequest *request, GError **error)
{
    PersonEdit edit;
    return face_remove(api_of(request)->library, api_principal(request), http_int(request, "id", 0),
                       &edit, error) &&
           albumen_respond_edit(request, &edit, 0, error);
}

gboolean albumen_face_thumbnail(HttpRequest *request, GError **error)
{
    return api_send_face(request, http_int(request, "id", 0), CACHE_AND_ASK, error);
}
