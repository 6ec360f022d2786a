/* Persons, as Facet's client lists, names, merges and deletes them. */
#include "api/facet/people.h"

#include "api/face_media.h"
#include "base/limits.h"
#include "library/person.h"
#include "library/person_edit.h"

#include <string.h>

gboolean facet_respond(HttpRequest *request, json_t *json, GError **error)
{
    g_assert(json);
    gboolean sent = http_respond_json_t(request, json, error);
    json_decref(json);
    return sent;
}

static Person *get_person(HttpRequest *request, gint64 id, GError **error)
{
    return person_get(api_of(request)->library, api_principal(request), id, error);
}

gboolean facet_sees_person(HttpRequest *request, gint64 id, GError **error)
{
    g_autoptr(Person) person = get_person(request, id, error);
    return person != NULL;
}

/* The list */

/* What Facet calls quality is of two measures that no installed model makes: it is 0 for everybody,
 * and sorting by it is by number. */
static PersonFilter read_filter(HttpRequest *request, const char *sort)
{
    return (PersonFilter){
        .search = http_text(request, "search", NULL),
        .sort = g_str_has_prefix(sort, "name")    ? PERSON_BY_NAME
                : g_str_has_prefix(sort, "count") ? PERSON_BY_COUNT
                                                  : PERSON_BY_ID,
        .ascending = g_str_has_suffix(sort, "_asc"),
    };
}

static void write_person(JsonWriter *writer, const Person *person)
{
    json_object_begin(writer);
    json_member_int(writer, "id", person->id);
    json_member_string(writer, "name", person->name);
    if (person->avatar_face) {
        json_member_int(writer, "representative_face_id", person->avatar_face);
    } else {
        json_member_null(writer, "representative_face_id");
    }
    json_member_int(writer, "face_count", person->faces);
    json_member_int(writer, "face_thumbnail", person->avatar_face != 0);
    json_member_double(writer, "rep_quality", 0);
    json_object_end(writer);
}

gboolean facet_persons(HttpRequest *request, GError **error)
{
    const char *sort = http_text(request, "sort", "count_desc");
    const PersonFilter filter = read_filter(request, sort);
    gint64 per_page = http_int(request, "per_page", 48);
    gint64 offset = (http_int(request, "page", 1) - 1) * per_page;
    gint64 total = 0;
    g_autoptr(GPtrArray) persons = person_list(api_of(request)->library, api_principal(request),
                                               &filter, offset, per_page, &total, error);
    if (!persons) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "persons");
    json_array_begin(writer);
    for (guint i = 0; i < persons->len; i++) {
        write_person(writer, g_ptr_array_index(persons, i));
    }
    json_array_end(writer);
    json_member_int(writer, "total", total);
    json_member_string(writer, "sort", sort);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_person_thumbnail(HttpRequest *request, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (api_send_person(request, http_int(request, "id", 0), &failure)) {
        return TRUE;
    }
    http_set_status(request, http_status_of(failure));
    return http_respond_text(request, NULL, "Person thumbnail not found");
}

/* Names */

/* A name of null is no name that was left out. */
static gboolean refuse_null(HttpRequest *request, GError **error)
{
    http_set_status(request, 422);
    return facet_respond(request,
                         json_pack("{s:[{s:s, s:[s, s], s:s, s:n}]}", "detail", "type",
                                   "string_type", "loc", "body", "name", "msg",
                                   "Input should be a valid string", "input"),
                         error);
}

gboolean facet_person_rename(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    const json_t *given = json_object_get(http_body(request), "name");
    if (json_is_null(given)) {
        return refuse_null(request, error);
    }
    g_autofree char *name = g_strstrip(g_strdup(given ? json_string_value(given) : ""));
    g_autofree char *unnamed = g_strdup_printf("Person %" G_GINT64_FORMAT, id);
    const PersonUpdate update = {.sets_name = TRUE, .name = name, .is_hidden = -1};
    PersonEdit edit;
    if (facet_sees_person(request, id, NULL) && /* whom nobody knows is named without a word */
        !person_update(api_of(request)->library, api_principal(request), &id, 1, &update, &edit,
                       error)) {
        return FALSE;
    }
    return facet_respond(
        request, json_pack("{s:b, s:s}", "success", TRUE, "name", *name ? name : unnamed), error);
}

/* Merging */

static gboolean merge(HttpRequest *request, gint64 source, gint64 target, GError **error)
{
    PersonEdit edit;
    if (source == target) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Cannot merge a person into itself");
        return FALSE;
    }
    return facet_sees_person(request, source, error) && facet_sees_person(request, target, error) &&
           person_merge(api_of(request)->library, api_principal(request), target, &source, 1, &edit,
                        error);
}

static gint64 count_faces(HttpRequest *request, gint64 id)
{
    g_autoptr(Person) person = get_person(request, id, NULL);
    return person ? person->faces : 0;
}

static gboolean merge_and_tell(HttpRequest *request, gint64 source, gint64 target, GError **error)
{
    return merge(request, source, target, error) &&
           facet_respond(request,
                         json_pack("{s:b, s:I}", "success", TRUE, "new_count",
                                   (json_int_t)count_faces(request, target)),
                         error);
}

gboolean facet_persons_merge(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    return merge_and_tell(request, json_integer_value(json_object_get(body, "source_id")),
                          json_integer_value(json_object_get(body, "target_id")), error);
}

gboolean facet_persons_merge_pair(HttpRequest *request, GError **error)
{
    return merge_and_tell(request, http_int(request, "source_id", 0),
                          http_int(request, "target_id", 0), error);
}

/* Whom a person has become part of. */
static gint64 survivor(GHashTable *merged, gint64 id)
{
    const gint64 *next = NULL;
    while ((next = g_hash_table_lookup(merged, &id))) {
        id = *next;
    }
    return id;
}

/* What the page of suggestions sends: pairs in a chain, of which the latter name those who are
 * merged already. */
static gboolean merge_pairs(HttpRequest *request, const json_t *pairs, GError **error)
{
    g_autoptr(GHashTable) merged =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    gint64 count = 0;
    for (gsize i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        gint64 source = survivor(merged, json_integer_value(json_object_get(pair, "source_id")));
        gint64 target = survivor(merged, json_integer_value(json_object_get(pair, "target_id")));
        g_autoptr(GError) failure = NULL;
        if (source == target) {
            continue;
        }
        if (merge(request, source, target, &failure)) {
            g_hash_table_insert(merged, g_memdup2(&source, sizeof source),
                                g_memdup2(&target, sizeof target));
            count++;
        } else if (!g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
    return facet_respond(
        request, json_pack("{s:b, s:I}", "success", TRUE, "merged_count", (json_int_t)count),
        error);
}

static GArray *read_ids(const json_t *list)
{
    GArray *ids = ids_new();
    for (gsize i = 0; i < json_array_size(list); i++) {
        gint64 id = json_integer_value(json_array_get(list, i));
        g_array_append_val(ids, id);
    }
    return ids;
}

static gboolean set_invalid(GError **error, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, message);
    return FALSE;
}

/* Those of the ids that the caller sees, each once. */
static GArray *seen_ids(HttpRequest *request, const GArray *ids)
{
    GArray *seen = ids_new();
    g_autoptr(GHashTable) once = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < ids->len; i++) {
        gint64 *id = &g_array_index(ids, gint64, i);
        if (g_hash_table_add(once, id) && facet_sees_person(request, *id, NULL)) {
            g_array_append_val(seen, *id);
        }
    }
    return seen;
}

gboolean facet_persons_merge_batch(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    const json_t *pairs = json_object_get(body, "merges");
    if (json_is_array(pairs)) {
        return merge_pairs(request, pairs, error);
    }
    g_autoptr(GArray) ids = read_ids(json_object_get(body, "source_ids"));
    gint64 target = json_integer_value(json_object_get(body, "target_id"));
    if (ids->len == 0) {
        return set_invalid(error, "Missing source_ids");
    }
    for (guint i = 0; i < ids->len; i++) {
        if (g_array_index(ids, gint64, i) == target) {
            return set_invalid(error, "Target cannot be in source list");
        }
    }
    g_autoptr(GArray) sources = seen_ids(request, ids);
    PersonEdit edit;
    if (!facet_sees_person(request, target, error) ||
        (sources->len > 0 &&
         !person_merge(api_of(request)->library, api_principal(request), target,
                       (const gint64 *)(void *)sources->data, sources->len, &edit, error))) {
        return FALSE;
    }
    return facet_respond(request,
                         json_pack("{s:b, s:I, s:i, s:I}", "success", TRUE, "target_id",
                                   (json_int_t)target, "merged_count", (int)sources->len,
                                   "new_count", (json_int_t)count_faces(request, target)),
                         error);
}

/* Deleting: whom nobody knows is deleted without a word. */

static gboolean delete_seen(HttpRequest *request, const GArray *ids, GError **error)
{
    g_autoptr(GArray) seen = seen_ids(request, ids);
    PersonEdit edit;
    return seen->len == 0 ||
           person_delete(api_of(request)->library, api_principal(request),
                         (const gint64 *)(void *)seen->data, seen->len, &edit, error);
}

gboolean facet_person_delete(HttpRequest *request, GError **error)
{
    gint64 id = http_int(request, "id", 0);
    g_autoptr(GArray) ids = ids_of(&id, 1);
    return delete_seen(request, ids, error) &&
           facet_respond(request, json_pack("{s:b}", "success", TRUE), error);
}

gboolean facet_persons_delete_batch(HttpRequest *request, GError **error)
{
    g_autoptr(GArray) ids = read_ids(json_object_get(http_body(request), "person_ids"));
    if (ids->len == 0) {
        return set_invalid(error, "No person_ids provided");
    }
    return delete_seen(request, ids, error) &&
           facet_respond(request,
                         json_pack("{s:b, s:i}", "success", TRUE, "deleted_count", (int)ids->len),
                         error);
}
