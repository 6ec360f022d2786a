#include "library/person_snapshot.h"

#include "base/json_writer.h"
#include "base/limits.h"

#include <string.h>

GArray *ids_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(gint64));
}

GArray *ids_of(const gint64 *ids, gsize count)
{
    GArray *array = ids_new();
    if (count > 0) {
        g_array_append_vals(array, ids, (guint)count);
    }
    return array;
}

char *ids_text(const GArray *ids)
{
    GString *text = g_string_new("[");
    for (guint i = 0; i < ids->len; i++) {
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                               g_array_index(ids, gint64, i));
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

static StoreStatement *ids_prepare(StoreTx *tx, const StoreQuery *query, const GArray *ids,
                                   GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (statement) {
        g_autofree char *text = ids_text(ids);
        store_bind_text(statement, 1, text);
    }
    return statement;
}

gboolean ids_run(StoreTx *tx, const StoreQuery *query, const GArray *ids, GError **error)
{
    StoreStatement *statement = ids_prepare(tx, query, ids, error);
    return statement && store_run(statement, NULL, error);
}

GArray *ids_select(StoreTx *tx, const StoreQuery *query, const GArray *ids, GError **error)
{
    StoreStatement *row = ids_prepare(tx, query, ids, error);
    g_autoptr(GArray) found = ids_new();
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(found, id);
    }
    return step == STORE_DONE ? g_steal_pointer(&found) : NULL;
}

const char *assigned_by_name(AssignedBy by)
{
    return by == ASSIGNED_BY_USER ? "user" : by == ASSIGNED_BY_MACHINE ? "machine" : NULL;
}

AssignedBy assigned_by_from_name(const char *name)
{
    return !name                       ? ASSIGNED_NOT
           : strcmp(name, "user") == 0 ? ASSIGNED_BY_USER
                                       : ASSIGNED_BY_MACHINE;
}

static void person_state_free(PersonState *person)
{
    g_free(person->name);
    g_free(person);
}

void person_snapshot_free(PersonSnapshot *snapshot)
{
    g_array_unref(snapshot->faces);
    g_ptr_array_unref(snapshot->persons);
    g_array_unref(snapshot->refused);
    g_array_unref(snapshot->apart);
    g_free(snapshot);
}

static gboolean read_faces(StoreTx *tx, const GArray *ids, GArray *states, GError **error)
{
    static const StoreQuery query = {
        .name = "snapshot_faces",
        WITH_IDS("SELECT id, person_id, assigned_by, is_ignored FROM face WHERE id IN ",
                 " ORDER BY id"),
    };
    StoreStatement *row = ids_prepare(tx, &query, ids, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        const FaceState state = {
            .id = store_column_int(row, 0),
            .person = store_column_int(row, 1),
            .by = assigned_by_from_name(store_column_text(row, 2)),
            .is_ignored = store_column_int(row, 3) != 0,
        };
        g_array_append_val(states, state);
    }
    return step == STORE_DONE;
}

static gboolean read_persons(StoreTx *tx, const GArray *ids, GPtrArray *states, GError **error)
{
    static const StoreQuery query = {
        .name = "snapshot_persons",
        WITH_IDS("SELECT id, name, is_hidden, made_by, avatar_face_id, created_ms FROM person "
                 "WHERE id IN ",
                 " ORDER BY id"),
    };
    StoreStatement *row = ids_prepare(tx, &query, ids, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        PersonState *state = g_new0(PersonState, 1);
        state->id = store_column_int(row, 0);
        state->name = g_strdup(store_column_text(row, 1));
        state->is_hidden = store_column_int(row, 2) != 0;
        state->is_users = strcmp(store_column_text(row, 3), "user") == 0;
        state->avatar = store_column_int(row, 4);
        state->created_ms = store_column_int(row, 5);
        g_ptr_array_add(states, state);
    }
    return step == STORE_DONE;
}

static gboolean read_pairs(StoreTx *tx, const StoreQuery *query, const GArray *ids, GArray *pairs,
                           GError **error)
{
    StoreStatement *row = ids_prepare(tx, query, ids, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        const IdPair pair = {store_column_int(row, 0), store_column_int(row, 1)};
        g_array_append_val(pairs, pair);
    }
    return step == STORE_DONE;
}

static gint compare_pairs(gconstpointer one, gconstpointer other)
{
    const IdPair *a = one;
    const IdPair *b = other;
    return a->a != b->a ? (a->a > b->a) - (a->a < b->a) : (a->b > b->b) - (a->b < b->b);
}

static void sort_pairs(GArray *pairs)
{
    g_array_sort(pairs, compare_pairs);
    guint kept = 0;
    for (guint i = 0; i < pairs->len; i++) {
        if (i == 0 || compare_pairs(&g_array_index(pairs, IdPair, i),
                                    &g_array_index(pairs, IdPair, kept - 1)) != 0) {
            g_array_index(pairs, IdPair, kept++) = g_array_index(pairs, IdPair, i);
        }
    }
    g_array_set_size(pairs, kept);
}

static gboolean read_relations(StoreTx *tx, const GArray *persons, const GArray *faces,
                               PersonSnapshot *snapshot, GError **error)
{
    static const StoreQuery of_faces = {
        .name = "snapshot_refused_faces",
        WITH_IDS("SELECT face_id, person_id FROM face_not_person WHERE face_id IN ", ""),
    };
    static const StoreQuery of_persons = {
        .name = "snapshot_refused_persons",
        WITH_IDS("SELECT face_id, person_id FROM face_not_person WHERE person_id IN ", ""),
    };
    static const StoreQuery first = {
        .name = "snapshot_apart_first",
        WITH_IDS("SELECT person_a, person_b FROM person_apart WHERE person_a IN ", ""),
    };
    static const StoreQuery second = {
        .name = "snapshot_apart_second",
        WITH_IDS("SELECT person_a, person_b FROM person_apart WHERE person_b IN ", ""),
    };
    if (!read_pairs(tx, &of_faces, faces, snapshot->refused, error) ||
        !read_pairs(tx, &of_persons, persons, snapshot->refused, error) ||
        !read_pairs(tx, &first, persons, snapshot->apart, error) ||
        !read_pairs(tx, &second, persons, snapshot->apart, error)) {
        return FALSE;
    }
    sort_pairs(snapshot->refused);
    sort_pairs(snapshot->apart);
    return TRUE;
}

PersonSnapshot *person_snapshot_take(StoreTx *tx, const GArray *persons, const GArray *faces,
                                     GError **error)
{
    g_autoptr(PersonSnapshot) snapshot = g_new0(PersonSnapshot, 1);
    snapshot->faces = g_array_new(FALSE, FALSE, sizeof(FaceState));
    snapshot->persons = g_ptr_array_new_with_free_func((GDestroyNotify)person_state_free);
    snapshot->refused = g_array_new(FALSE, FALSE, sizeof(IdPair));
    snapshot->apart = g_array_new(FALSE, FALSE, sizeof(IdPair));
    gboolean taken = read_faces(tx, faces, snapshot->faces, error) &&
                     read_persons(tx, persons, snapshot->persons, error) &&
                     read_relations(tx, persons, faces, snapshot, error);
    return taken ? g_steal_pointer(&snapshot) : NULL;
}

static gint compare_face(gconstpointer one, gconstpointer other)
{
    gint64 a = ((const FaceState *)one)->id, b = ((const FaceState *)other)->id;
    return (a > b) - (a < b);
}

const FaceState *person_snapshot_face(const PersonSnapshot *snapshot, gint64 id)
{
    const FaceState wanted = {.id = id};
    guint at = 0;
    return g_array_binary_search(snapshot->faces, &wanted, compare_face, &at)
               ? &g_array_index(snapshot->faces, FaceState, at)
               : NULL;
}

const PersonState *person_snapshot_person(const PersonSnapshot *snapshot, gint64 id)
{
    for (guint i = 0; i < snapshot->persons->len; i++) {
        const PersonState *person = g_ptr_array_index(snapshot->persons, i);
        if (person->id == id) {
            return person;
        }
    }
    return NULL;
}

gboolean face_state_equal(const FaceState *a, const FaceState *b)
{
    return a->person == b->person && a->by == b->by && a->is_ignored == b->is_ignored;
}
