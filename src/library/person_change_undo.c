#include "library/person_change.h"

#include <jansson.h>
#include <string.h>

/* A change that is being undone. */
typedef struct {
    StoreTx *tx;
    json_t *payload;
    GArray *persons, *faces; /* ids */
    PersonSnapshot *now;
} Undo;

static void undo_clear(Undo *undo)
{
    json_decref(undo->payload);
    g_clear_pointer(&undo->persons, g_array_unref);
    g_clear_pointer(&undo->faces, g_array_unref);
    g_clear_pointer(&undo->now, person_snapshot_free);
    g_clear_pointer(&undo->tx, store_tx_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Undo, undo_clear)

static gboolean set_conflict(GError **error, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, message);
    return FALSE;
}

static gboolean read_change(Undo *undo, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "person_change_get",
        .sql = "SELECT payload, undone_ms FROM person_change WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(undo->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, id);
    StoreStep step = store_step(row, error);
    if (step == STORE_DONE) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "There is no such change");
    }
    if (step != STORE_ROW) {
        return FALSE;
    }
    if (!store_column_is_null(row, 1)) {
        return set_conflict(error, "This was undone already");
    }
    undo->payload = json_loads(store_column_text(row, 0), 0, NULL);
    if (!undo->payload) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL,
                            "the change's record cannot be read");
    }
    return undo->payload != NULL;
}

static gboolean look_at_now(Undo *undo, GError **error)
{
    undo->persons = ids_new();
    undo->faces = ids_new();
    gsize i, j;
    json_t *item, *face;
    json_array_foreach(json_object_get(undo->payload, "persons"), i, item)
    {
        gint64 id = json_integer_value(json_object_get(item, "id"));
        g_array_append_val(undo->persons, id);
    }
    json_array_foreach(json_object_get(undo->payload, "faces"), i, item)
    {
        json_array_foreach(json_object_get(item, "ids"), j, face)
        {
            gint64 id = json_integer_value(face);
            g_array_append_val(undo->faces, id);
        }
    }
    undo->now = person_snapshot_take(undo->tx, undo->persons, undo->faces, error);
    return undo->now != NULL;
}

static FaceState state_of(const json_t *state)
{
    return (FaceState){
        .person = json_integer_value(json_array_get(state, 0)),
        .by = assigned_by_from_name(json_string_value(json_array_get(state, 1))),
        .is_ignored = json_is_true(json_array_get(state, 2)),
    };
}

/* Faces of photos that are gone stay gone. */
static gboolean check_faces(const Undo *undo, GError **error)
{
    gsize i, j;
    json_t *way, *face;
    json_array_foreach(json_object_get(undo->payload, "faces"), i, way)
    {
        const FaceState after = state_of(json_object_get(way, "after"));
        json_array_foreach(json_object_get(way, "ids"), j, face)
        {
            const FaceState *now = person_snapshot_face(undo->now, json_integer_value(face));
            if (now && !face_state_equal(now, &after)) {
                return set_conflict(error, "Some of these faces were given to somebody else since");
            }
        }
    }
    return TRUE;
}

/* Whether the member is one that the change changed, and not as the change left it. */
static gboolean differs(const json_t *before, const json_t *after, const char *key,
                        const json_t *now)
{
    const json_t *left = json_object_get(after, key);
    return !json_equal(json_object_get(before, key), left) && !json_equal(left, now);
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static gboolean person_differs(const json_t *before, const json_t *after, const PersonState *now)
{
    json_t *as_now =
        json_pack("{s:o, s:b, s:b, s:I}", "name", text_or_null(now->name), "hidden", now->is_hidden,
                  "user", now->is_users, "avatar", (json_int_t)now->avatar);
    gboolean any = FALSE;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(as_now, key, value)
    {
        any = any || differs(before, after, key, value);
    }
    json_decref(as_now);
    return any;
}

/* One that the change made may be unmade while nobody has given it more faces or a name. */
static gboolean check_made(Undo *undo, gint64 id, const json_t *after, const PersonState *now,
                           GError **error)
{
    static const StoreQuery query = {
        .name = "person_change_given",
        .sql = "SELECT id FROM face WHERE person_id = ?1 AND assigned_by = 'user'",
    };
    if (!now) {
        return set_conflict(error, "The person is not there any more");
    }
    if (g_strcmp0(now->name, json_string_value(json_object_get(after, "name"))) != 0) {
        return set_conflict(error, "The person was given another name since");
    }
    StoreStatement *row = store_prepare(undo->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, id);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 face = store_column_int(row, 0);
        if (!person_snapshot_face(undo->now, face)) {
            return set_conflict(error, "The person was given more faces since");
        }
    }
    return step == STORE_DONE;
}

static gboolean check_persons(Undo *undo, GError **error)
{
    gsize i;
    json_t *item;
    json_array_foreach(json_object_get(undo->payload, "persons"), i, item)
    {
        gint64 id = json_integer_value(json_object_get(item, "id"));
        const json_t *before = json_object_get(item, "before");
        const json_t *after = json_object_get(item, "after");
        const PersonState *now = person_snapshot_person(undo->now, id);
        if (json_is_null(before) && !json_is_null(after)) {
            if (!check_made(undo, id, after, now, error)) {
                return FALSE;
            }
        } else if (!json_is_null(before) && !json_is_null(after)) {
            if (!now) {
                return set_conflict(error, "The person is not there any more");
            }
            if (person_differs(before, after, now)) {
                return set_conflict(error, "The person was changed since");
            }
        }
    }
    return TRUE;
}

/* Writing it back */

static gboolean put_person(StoreTx *tx, gint64 id, const json_t *person, GError **error)
{
    static const StoreQuery query = {
        .name = "person_put",
        .sql = "INSERT INTO person (id, name, is_hidden, made_by, avatar_face_id, created_ms, "
               "version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, " LIBRARY_VERSION_SQL ")",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    gint64 avatar = json_integer_value(json_object_get(person, "avatar"));
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, json_string_value(json_object_get(person, "name")));
    store_bind_int(statement, 3, json_is_true(json_object_get(person, "hidden")));
    store_bind_text(statement, 4,
                    json_is_true(json_object_get(person, "user")) ? "user" : "machine");
    if (avatar) {
        store_bind_int(statement, 5, avatar);
    }
    store_bind_int(statement, 6, json_integer_value(json_object_get(person, "created_ms")));
    return store_run(statement, NULL, error);
}

/* What the change left alone stays as it is now. */
static const json_t *pick(const json_t *before, const json_t *after, const char *key,
                          const json_t *now)
{
    const json_t *was = json_object_get(before, key);
    return json_equal(was, json_object_get(after, key)) ? now : was;
}

static gboolean reset_person(StoreTx *tx, const PersonState *now, const json_t *before,
                             const json_t *after, GError **error)
{
    static const StoreQuery query = {
        .name = "person_reset",
        .sql = "UPDATE person SET name = ?2, is_hidden = ?3, made_by = ?4, avatar_face_id = ?5 "
               "WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    json_t *name = text_or_null(now->name);
    json_t *avatar = json_integer(now->avatar);
    store_bind_int(statement, 1, now->id);
    store_bind_text(statement, 2, json_string_value(pick(before, after, "name", name)));
    store_bind_int(statement, 3,
                   json_is_true(pick(before, after, "hidden", json_boolean(now->is_hidden))));
    store_bind_text(statement, 4,
                    json_is_true(pick(before, after, "user", json_boolean(now->is_users)))
                        ? "user"
                        : "machine");
    gint64 face = json_integer_value(pick(before, after, "avatar", avatar));
    if (face) {
        store_bind_int(statement, 5, face);
    } else {
        store_bind_null(statement, 5);
    }
    json_decref(name);
    json_decref(avatar);
    return store_run(statement, NULL, error);
}

static gboolean bring_persons(const Undo *undo, GError **error)
{
    gsize i;
    json_t *item;
    json_array_foreach(json_object_get(undo->payload, "persons"), i, item)
    {
        gint64 id = json_integer_value(json_object_get(item, "id"));
        const json_t *before = json_object_get(item, "before");
        const PersonState *now = person_snapshot_person(undo->now, id);
        if (json_is_null(before)) {
            continue;
        }
        if (!(now ? reset_person(undo->tx, now, before, json_object_get(item, "after"), error)
                  : put_person(undo->tx, id, before, error))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean bring_faces(const Undo *undo, GError **error)
{
    static const StoreQuery query = {
        .name = "person_faces_reset",
        WITH_IDS("UPDATE face SET person_id = ?2, assigned_by = ?3, is_ignored = ?4 WHERE id IN ",
                 ""),
    };
    gsize i;
    json_t *way;
    json_array_foreach(json_object_get(undo->payload, "faces"), i, way)
    {
        const FaceState before = state_of(json_object_get(way, "before"));
        g_autofree char *ids = json_dumps(json_object_get(way, "ids"), JSON_COMPACT);
        StoreStatement *statement = store_prepare(undo->tx, &query, error);
        if (!statement) {
            return FALSE;
        }
        store_bind_text(statement, 1, ids);
        if (before.person) {
            store_bind_int(statement, 2, before.person);
            store_bind_text(statement, 3, assigned_by_name(before.by));
        }
        store_bind_int(statement, 4, before.is_ignored);
        if (!store_run(statement, NULL, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean run_pairs(StoreTx *tx, const StoreQuery *query, const json_t *pairs, GError **error)
{
    gsize i;
    json_t *pair;
    json_array_foreach(pairs, i, pair)
    {
        StoreStatement *statement = store_prepare(tx, query, error);
        if (!statement) {
            return FALSE;
        }
        store_bind_int(statement, 1, json_integer_value(json_array_get(pair, 0)));
        store_bind_int(statement, 2, json_integer_value(json_array_get(pair, 1)));
        if (!store_run(statement, NULL, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Where one of the two is gone there is nothing to bring back. */
static gboolean bring_pairs(const Undo *undo, GError **error)
{
    static const StoreQuery not_refused = {
        .name = "person_refused_remove",
        .sql = "DELETE FROM face_not_person WHERE face_id = ?1 AND person_id = ?2",
    };
    static const StoreQuery refused = {
        .name = "person_refused_add",
        .sql = "INSERT INTO face_not_person (face_id, person_id) SELECT f.id, p.id FROM face f, "
               "person p WHERE f.id = ?1 AND p.id = ?2 ON CONFLICT DO NOTHING",
    };
    static const StoreQuery not_apart = {
        .name = "person_apart_remove",
        .sql = "DELETE FROM person_apart WHERE person_a = ?1 AND person_b = ?2",
    };
    static const StoreQuery apart = {
        .name = "person_apart_add",
        .sql = "INSERT INTO person_apart (person_a, person_b) SELECT a.id, b.id FROM person a, "
               "person b WHERE a.id = ?1 AND b.id = ?2 ON CONFLICT DO NOTHING",
    };
    const json_t *of_faces = json_object_get(undo->payload, "refused");
    const json_t *of_persons = json_object_get(undo->payload, "apart");
    return run_pairs(undo->tx, &not_refused, json_object_get(of_faces, "added"), error) &&
           run_pairs(undo->tx, &refused, json_object_get(of_faces, "removed"), error) &&
           run_pairs(undo->tx, &not_apart, json_object_get(of_persons, "added"), error) &&
           run_pairs(undo->tx, &apart, json_object_get(of_persons, "removed"), error);
}

/* Those that the change made; what the machine has put to them since is nobody's again. */
static gboolean unmake_persons(const Undo *undo, GError **error)
{
    static const StoreQuery others = {
        .name = "person_unmake_others",
        WITH_IDS("SELECT DISTINCT photo_id FROM face WHERE person_id IN ", " ORDER BY photo_id"),
    };
    static const StoreQuery faces = {
        .name = "person_unmake_faces",
        WITH_IDS("UPDATE face SET person_id = NULL, assigned_by = NULL WHERE person_id IN ", ""),
    };
    static const StoreQuery people = {
        .name = "person_unmake",
        WITH_IDS("DELETE FROM person WHERE id IN ", ""),
    };
    g_autoptr(GArray) made = ids_new();
    gsize i;
    json_t *item;
    json_array_foreach(json_object_get(undo->payload, "persons"), i, item)
    {
        gint64 id = json_integer_value(json_object_get(item, "id"));
        if (json_is_null(json_object_get(item, "before"))) {
            g_array_append_val(made, id);
        }
    }
    g_autoptr(GArray) photos = ids_select(undo->tx, &others, made, error);
    return photos && ids_run(undo->tx, &faces, made, error) &&
           ids_run(undo->tx, &people, made, error) && person_stamp(undo->tx, made, photos, error);
}

static gboolean mark_undone(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "person_change_undone",
        .sql = "UPDATE person_change SET undone_ms = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_int(statement, 2, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean list_persons(const Undo *undo, GArray **ret_persons, GError **error)
{
    static const StoreQuery query = {
        .name = "person_change_persons",
        WITH_IDS("SELECT id FROM person WHERE id IN ", " ORDER BY id"),
    };
    if (!ret_persons) {
        return TRUE;
    }
    *ret_persons = ids_select(undo->tx, &query, undo->persons, error);
    return *ret_persons != NULL;
}

static gboolean bring_back(Undo *undo, gint64 id, GError **error)
{
    g_autoptr(GArray) photos = person_photos(undo->tx, undo->faces, error);
    return photos && bring_persons(undo, error) && bring_faces(undo, error) &&
           bring_pairs(undo, error) && unmake_persons(undo, error) &&
           person_stamp(undo->tx, undo->persons, photos, error) && mark_undone(undo->tx, id, error);
}

gboolean person_change_undo(Library *library, gint64 id, GArray **ret_persons, GError **error)
{
    g_auto(Undo) undo = {.tx = store_write(library_store(library), error)};
    g_autoptr(GArray) persons = NULL;
    if (!undo.tx || !library_touch(undo.tx, error) || !read_change(&undo, id, error) ||
        !look_at_now(&undo, error) || !check_faces(&undo, error) || !check_persons(&undo, error) ||
        !bring_back(&undo, id, error) ||
        !list_persons(&undo, ret_persons ? &persons : NULL, error) ||
        !library_commit(library, undo.tx, error)) {
        return FALSE;
    }
    if (ret_persons) {
        *ret_persons = g_steal_pointer(&persons);
    }
    return TRUE;
}
