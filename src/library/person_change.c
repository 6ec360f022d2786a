#include "library/person_change.h"

#include "base/json_writer.h"
#include "base/limits.h"
#include "library/photo_found.h"

#include <string.h>

struct PersonChange {
    const char *kind;
    GArray *persons, *faces;
    PersonSnapshot *before;
};

void person_change_free(PersonChange *change)
{
    g_clear_pointer(&change->before, person_snapshot_free);
    g_array_unref(change->persons);
    g_array_unref(change->faces);
    g_free(change);
}

PersonChange *person_change_begin(StoreTx *tx, const char *kind, const GArray *persons,
                                  const GArray *faces, GError **error)
{
    g_autoptr(PersonChange) change = g_new0(PersonChange, 1);
    change->kind = kind;
    change->persons = ids_of((const gint64 *)(void *)persons->data, persons->len);
    change->faces = ids_of((const gint64 *)(void *)faces->data, faces->len);
    change->before = person_snapshot_take(tx, persons, faces, error);
    return change->before ? g_steal_pointer(&change) : NULL;
}

void person_change_add_person(PersonChange *change, gint64 id)
{
    g_array_append_val(change->persons, id);
}

GArray *person_photos(StoreTx *tx, const GArray *faces, GError **error)
{
    static const StoreQuery query = {
        .name = "person_photos",
        WITH_IDS("SELECT DISTINCT photo_id FROM face WHERE id IN ", " ORDER BY photo_id"),
    };
    return ids_select(tx, &query, faces, error);
}

gboolean person_stamp(StoreTx *tx, const GArray *persons, const GArray *photos, GError **error)
{
    static const StoreQuery query = {
        .name = "person_stamp",
        WITH_IDS("UPDATE person SET version = " LIBRARY_VERSION_SQL " WHERE id IN ", ""),
    };
    return photo_found_refresh_all(tx, photos, error) && ids_run(tx, &query, persons, error);
}

/* What is kept: JSON of
 *   {"persons":[{"id","before":PERSON|null,"after":PERSON|null}],
 *    "faces":[{"before":STATE,"after":STATE,"ids":[..]}],
 *    "refused":{"added":[[face,person]],"removed":[..]}, "apart":{"added","removed"}}
 * with PERSON {"name","hidden","user","avatar","created_ms"} and STATE [person,by,ignored]. */

static void write_person(JsonWriter *writer, const char *key, const PersonState *person)
{
    json_key(writer, key);
    if (!person) {
        json_none(writer);
        return;
    }
    json_object_begin(writer);
    json_member_string(writer, "name", person->name);
    json_member_bool(writer, "hidden", person->is_hidden);
    json_member_bool(writer, "user", person->is_users);
    json_member_int(writer, "avatar", person->avatar);
    json_member_int(writer, "created_ms", person->created_ms);
    json_object_end(writer);
}

static gboolean person_equal(const PersonState *a, const PersonState *b)
{
    return (!a && !b) ||
           (a && b && g_strcmp0(a->name, b->name) == 0 && a->is_hidden == b->is_hidden &&
            a->is_users == b->is_users && a->avatar == b->avatar);
}

static gboolean write_persons(JsonWriter *writer, const PersonChange *change,
                              const PersonSnapshot *after)
{
    gboolean changed = FALSE;
    json_key(writer, "persons");
    json_array_begin(writer);
    for (guint i = 0; i < change->persons->len; i++) {
        gint64 id = g_array_index(change->persons, gint64, i);
        const PersonState *was = person_snapshot_person(change->before, id);
        const PersonState *is = person_snapshot_person(after, id);
        changed = changed || !person_equal(was, is);
        json_object_begin(writer);
        json_member_int(writer, "id", id);
        write_person(writer, "before", was);
        write_person(writer, "after", is);
        json_object_end(writer);
    }
    json_array_end(writer);
    return changed;
}

static void write_state(JsonWriter *writer, const char *key, const FaceState *face)
{
    json_key(writer, key);
    json_array_begin(writer);
    json_int(writer, face->person);
    json_text(writer, assigned_by_name(face->by));
    json_bool(writer, face->is_ignored);
    json_array_end(writer);
}

static gboolean is_moved(const FaceState *was, const FaceState *is)
{
    return is && !face_state_equal(was, is);
}

/* Faces that went the same way, from this one on; those are marked as told. */
static void write_way(JsonWriter *writer, const PersonSnapshot *before, const PersonSnapshot *after,
                      guint first, gboolean *told)
{
    const FaceState *was = &g_array_index(before->faces, FaceState, first);
    const FaceState *is = person_snapshot_face(after, was->id);
    json_object_begin(writer);
    write_state(writer, "before", was);
    write_state(writer, "after", is);
    json_key(writer, "ids");
    json_array_begin(writer);
    for (guint i = first; i < before->faces->len; i++) {
        const FaceState *other = &g_array_index(before->faces, FaceState, i);
        const FaceState *now = person_snapshot_face(after, other->id);
        if (!told[i] && now && face_state_equal(was, other) && face_state_equal(is, now)) {
            told[i] = TRUE;
            json_int(writer, other->id);
        }
    }
    json_array_end(writer);
    json_object_end(writer);
}

static gboolean write_faces(JsonWriter *writer, const PersonSnapshot *before,
                            const PersonSnapshot *after)
{
    gboolean changed = FALSE;
    g_autofree gboolean *told = g_new0(gboolean, MAX(before->faces->len, 1));
    json_key(writer, "faces");
    json_array_begin(writer);
    for (guint i = 0; i < before->faces->len; i++) {
        const FaceState *was = &g_array_index(before->faces, FaceState, i);
        if (!told[i] && is_moved(was, person_snapshot_face(after, was->id))) {
            write_way(writer, before, after, i, told);
            changed = TRUE;
        }
    }
    json_array_end(writer);
    return changed;
}

static gboolean holds(const GArray *pairs, const IdPair *pair)
{
    for (guint i = 0; i < pairs->len; i++) {
        const IdPair *other = &g_array_index(pairs, IdPair, i);
        if (other->a == pair->a && other->b == pair->b) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean write_missing(JsonWriter *writer, const char *key, const GArray *pairs,
                              const GArray *from)
{
    gboolean any = FALSE;
    json_key(writer, key);
    json_array_begin(writer);
    for (guint i = 0; i < pairs->len; i++) {
        const IdPair *pair = &g_array_index(pairs, IdPair, i);
        if (!holds(from, pair)) {
            any = TRUE;
            json_array_begin(writer);
            json_int(writer, pair->a);
            json_int(writer, pair->b);
            json_array_end(writer);
        }
    }
    json_array_end(writer);
    return any;
}

static gboolean write_pairs(JsonWriter *writer, const char *key, const GArray *before,
                            const GArray *after)
{
    json_key(writer, key);
    json_object_begin(writer);
    gboolean added = write_missing(writer, "added", after, before);
    gboolean removed = write_missing(writer, "removed", before, after);
    json_object_end(writer);
    return added || removed;
}

/* NULL without an error when nothing changed. */
static char *payload_of(const PersonChange *change, const PersonSnapshot *after, GError **error)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    gboolean changed = write_persons(writer, change, after);
    changed = write_faces(writer, change->before, after) || changed;
    changed = write_pairs(writer, "refused", change->before->refused, after->refused) || changed;
    changed = write_pairs(writer, "apart", change->before->apart, after->apart) || changed;
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, error);
    return bytes && changed ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes))
                            : NULL;
}

static gboolean insert(StoreTx *tx, const PersonChange *change, gint64 account, const char *payload,
                       gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "person_change_add",
        .sql = "INSERT INTO person_change (account_id, kind, payload, created_ms) "
               "VALUES (?1, ?2, ?3, ?4) RETURNING id",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, account);
    store_bind_text(statement, 2, change->kind);
    store_bind_text(statement, 3, payload);
    store_bind_int(statement, 4, library_now_ms());
    return store_step_int(statement, ret_id, error);
}

gboolean person_change_end(StoreTx *tx, PersonChange *change, gint64 account, gint64 *ret_id,
                           GError **error)
{
    g_autoptr(GError) failure = NULL;
    *ret_id = 0;
    g_autoptr(GArray) photos = person_photos(tx, change->faces, error);
    g_autoptr(PersonSnapshot) after =
        photos ? person_snapshot_take(tx, change->persons, change->faces, error) : NULL;
    if (!after || !person_stamp(tx, change->persons, photos, error)) {
        return FALSE;
    }
    g_autofree char *payload = payload_of(change, after, &failure);
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return !payload || insert(tx, change, account, payload, ret_id, error);
}
