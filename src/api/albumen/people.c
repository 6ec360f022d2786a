/* Persons: lists, changes that can be undone, suggestions. */
#include "api/albumen/people.h"

#include "api/face_media.h"
#include "api/photo_values.h"
#include "base/limits.h"
#include "jobs/people_job.h"
#include "library/catalog.h"
#include "library/person_change.h"

#include <string.h>

/* "YYYY-MM-DDTHH:MM:SS" of a camera's clock; NULL when there is no date. */
static char *local_time(gint64 ms)
{
    char *text = ms == CATALOG_NO_DATE ? NULL : time_iso(ms);
    if (text) {
        text[strlen(text) - 1] = '\0'; /* no zone was stated */
    }
    return text;
}

static void member_id(JsonWriter *writer, const char *key, gint64 id)
{
    if (id) {
        json_member_int(writer, key, id);
    } else {
        json_member_null(writer, key);
    }
}

void albumen_write_person(JsonWriter *writer, const Person *person)
{
    g_autofree char *first = local_time(person->first_taken_ms);
    g_autofree char *last = local_time(person->last_taken_ms);
    json_object_begin(writer);
    json_member_int(writer, "id", person->id);
    json_member_string(writer, "name", person->name);
    json_member_int(writer, "faces", person->faces);
    json_member_int(writer, "photos", person->photos);
    json_member_bool(writer, "is_hidden", person->is_hidden);
    member_id(writer, "avatar_face", person->avatar_face);
    json_member_string(writer, "first_taken", first);
    json_member_string(writer, "last_taken", last);
    json_object_end(writer);
}

GArray *albumen_body_ids(HttpRequest *request, const char *member)
{
    const json_t *list = json_object_get(http_body(request), member);
    GArray *ids = ids_new();
    for (gsize i = 0; i < json_array_size(list); i++) {
        gint64 id = json_integer_value(json_array_get(list, i));
        g_array_append_val(ids, id);
    }
    return ids;
}

const char *albumen_body_text(HttpRequest *request, const char *member)
{
    return json_string_value(json_object_get(http_body(request), member));
}

gint64 albumen_body_int(HttpRequest *request, const char *member)
{
    return json_integer_value(json_object_get(http_body(request), member));
}

gboolean albumen_read_cursor(HttpRequest *request, gint64 *ret_cursor, GError **error)
{
    const char *cursor = http_text(request, "cursor", NULL);
    *ret_cursor = 0;
    if (!cursor || g_ascii_string_to_signed(cursor, 10, 1, G_MAXINT64, ret_cursor, NULL)) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "The cursor is none of this list");
    return FALSE;
}

static const gint64 *numbers(const GArray *ids)
{
    return (const gint64 *)(void *)ids->data;
}

/* A person that the caller may not know of is not told. */
gboolean albumen_respond_edit(HttpRequest *request, const PersonEdit *edit, gint64 person,
                              GError **error)
{
    g_autoptr(Person) now =
        person ? person_get(api_of(request)->library, api_principal(request), person, NULL) : NULL;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    member_id(writer, "change", edit->change);
    json_member_int(writer, "faces", edit->faces);
    json_key(writer, "person");
    if (now) {
        albumen_write_person(writer, now);
    } else {
        json_none(writer);
    }
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Lists */

static PersonFilter read_filter(HttpRequest *request)
{
    const char *sort = http_text(request, "sort", "count");
    const char *hidden = http_text(request, "hidden", "false");
    return (PersonFilter){
        .search = http_text(request, "search", NULL),
        .is_hidden = strcmp(hidden, "all") == 0 ? -1 : strcmp(hidden, "true") == 0,
        .sort = strcmp(sort, "name") == 0     ? PERSON_BY_NAME
                : strcmp(sort, "recent") == 0 ? PERSON_BY_RECENT
                                              : PERSON_BY_COUNT,
        .ascending = strcmp(sort, "name") == 0,
    };
}

gboolean albumen_people(HttpRequest *request, GError **error)
{
    const PersonFilter filter = read_filter(request);
    gint64 limit = http_int(request, "limit", 100);
    gint64 offset = 0, total = 0;
    if (!albumen_read_cursor(request, &offset, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) persons = person_list(api_of(request)->library, api_principal(request),
                                               &filter, offset, limit, &total, error);
    if (!persons) {
        return FALSE;
    }
    gint64 next = offset + persons->len;
    g_autofree char *cursor = next < total ? g_strdup_printf("%" G_GINT64_FORMAT, next) : NULL;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "people");
    json_array_begin(writer);
    for (guint i = 0; i < persons->len; i++) {
        albumen_write_person(writer, g_ptr_array_index(persons, i));
    }
    json_array_end(writer);
    json_member_int(writer, "total", total);
    json_member_string(writer, "next_cursor", cursor);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static gboolean respond_person(HttpRequest *request, gint64 id, GError **error)
{
    g_autoptr(Person) person =
        person_get(api_of(request)->library, api_principal(request), id, error);
    if (!person) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    albumen_write_person(writer, person);
    return http_respond_json(request, writer, error);
}

gboolean albumen_person(HttpRequest *request, GError **error)
{
    return respond_person(request, http_int(request, "id", 0), error);
}

gboolean albumen_person_thumbnail(HttpRequest *request, GError **error)
{
    return api_send_person(request, http_int(request, "id", 0), error);
}

/* Changes: of persons whom the caller sees */

static gboolean sees_all(HttpRequest *request, const gint64 *ids, gsize count, GError **error)
{
    for (gsize i = 0; i < count; i++) {
        g_autoptr(Person) person =
            person_get(api_of(request)->library, api_principal(request), ids[i], error);
        if (!person) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean albumen_person_create(HttpRequest *request, GError **error)
{
    g_autoptr(GArray) faces = albumen_body_ids(request, "faces");
    PersonEdit edit;
    return person_create(api_of(request)->library, api_principal(request),
                         albumen_body_text(request, "name"), numbers(faces), faces->len, &edit,
                         error) &&
           albumen_respond_edit(request, &edit, edit.person, error);
}

static PersonUpdate read_update(HttpRequest *request)
{
    const json_t *body = http_body(request);
    const json_t *hidden = json_object_get(body, "is_hidden");
    return (PersonUpdate){
        .sets_name = albumen_body_text(request, "name") != NULL,
        .name = albumen_body_text(request, "name"),
        .is_hidden = json_is_boolean(hidden) ? json_is_true(hidden) : -1,
        .avatar_face = albumen_body_int(request, "avatar_face"),
    };
}

gboolean albumen_person_update(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    const PersonUpdate update = read_update(request);
    PersonEdit edit;
    return sees_all(request, &id, 1, error) &&
           person_update(api_of(request)->library, api_principal(request), &id, 1, &update, &edit,
                         error) &&
           albumen_respond_edit(request, &edit, id, error);
}

gboolean albumen_people_update(HttpRequest *request, GError **error)
{
    g_autoptr(GArray) ids = albumen_body_ids(request, "ids");
    PersonUpdate update = read_update(request);
    update.sets_name = FALSE;
    update.avatar_face = 0;
    PersonEdit edit;
    return sees_all(request, numbers(ids), ids->len, error) &&
           person_update(api_of(request)->library, api_principal(request), numbers(ids), ids->len,
                         &update, &edit, error) &&
           albumen_respond_edit(request, &edit, 0, error);
}

gboolean albumen_person_delete(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    PersonEdit edit;
    return sees_all(request, &id, 1, error) &&
           person_delete(api_of(request)->library, api_principal(request), &id, 1, &edit, error) &&
           albumen_respond_edit(request, &edit, 0, error);
}

gboolean albumen_person_merge(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    g_autoptr(GArray) sources = albumen_body_ids(request, "sources");
    PersonEdit edit;
    return sees_all(request, &id, 1, error) &&
           sees_all(request, numbers(sources), sources->len, error) &&
           person_merge(api_of(request)->library, api_principal(request), id, numbers(sources),
                        sources->len, &edit, error) &&
           albumen_respond_edit(request, &edit, id, error);
}

gboolean albumen_person_split(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    g_autoptr(GArray) faces = albumen_body_ids(request, "faces");
    PersonEdit edit;
    return sees_all(request, &id, 1, error) &&
           person_split(api_of(request)->library, api_principal(request), id,
                        albumen_body_text(request, "name"), numbers(faces), faces->len, &edit,
                        error) &&
           albumen_respond_edit(request, &edit, edit.person, error);
}

gboolean albumen_people_undo(HttpRequest *request, GError **error)
{
    Library *library = api_of(request)->library;
    g_autoptr(GArray) ids = NULL;
    if (!person_change_undo(library, http_int(request, "id", 0), &ids, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "people");
    json_array_begin(writer);
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(Person) person =
            person_get(library, api_principal(request), g_array_index(ids, gint64, i), NULL);
        if (person) {
            albumen_write_person(writer, person);
        }
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Suggestions */

gboolean albumen_people_suggestions(HttpRequest *request, GError **error)
{
    g_autoptr(GPtrArray) pairs =
        person_suggestions(api_of(request)->library, api_principal(request),
                           http_number(request, "threshold", 0.6), error);
    if (!pairs) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "suggestions");
    json_array_begin(writer);
    for (guint i = 0; i < pairs->len && i < LIMIT_IDS_PER_REQUEST; i++) {
        const PersonPair *pair = g_ptr_array_index(pairs, i);
        json_object_begin(writer);
        json_key(writer, "a");
        albumen_write_person(writer, pair->a);
        json_key(writer, "b");
        albumen_write_person(writer, pair->b);
        json_member_double(writer, "similarity", pair->similarity);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_people_refuse(HttpRequest *request, GError **error)
{
    const gint64 pair[] = {albumen_body_int(request, "a"), albumen_body_int(request, "b")};
    PersonEdit edit;
    return sees_all(request, pair, 2, error) &&
           person_set_apart(api_of(request)->library, api_principal(request), pair[0], pair[1],
                            &edit, error) &&
           albumen_respond_edit(request, &edit, 0, error);
}

gboolean albumen_people_cluster(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    gboolean is_full = json_is_true(json_object_get(http_body(request), "full"));
    gint64 id = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    if (!tx || !people_queue(tx, is_full, &id, error) || !store_commit(tx, error)) {
        return FALSE;
    }
    if (api->wake) {
        api->wake(api->wake_data);
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "id", id);
    json_member_string(writer, "state", "queued");
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
