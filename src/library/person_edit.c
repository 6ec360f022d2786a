#include "library/person_edit.h"

#include "library/person_change.h"
#include "library/person_rows.h"

#include <string.h>

/* What every edit begins with and ends with */

typedef struct {
    Library *library;
    StoreTx *tx;
    const Principal *viewer;
    PersonChange *change;
    GArray *persons, *faces; /* ids that the change concerns */
} Edit;

static void edit_clear(Edit *edit)
{
    g_clear_pointer(&edit->change, person_change_free);
    g_clear_pointer(&edit->persons, g_array_unref);
    g_clear_pointer(&edit->faces, g_array_unref);
    g_clear_pointer(&edit->tx, store_tx_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Edit, edit_clear)

static gboolean edit_begin(Edit *edit, Library *library, const Principal *viewer, GError **error)
{
    *edit = (Edit){.library = library, .viewer = viewer, .persons = ids_new(), .faces = ids_new()};
    edit->tx = store_write(library_store(library), error);
    return edit->tx && library_touch(edit->tx, error);
}

static gboolean edit_record(Edit *edit, const char *kind, GError **error)
{
    edit->change = person_change_begin(edit->tx, kind, edit->persons, edit->faces, error);
    return edit->change != NULL;
}

static gboolean edit_end(Edit *edit, PersonEdit *ret_edit, GError **error)
{
    return person_change_end(edit->tx, edit->change, principal_account(edit->viewer),
                             &ret_edit->change, error) &&
           (ret_edit->change == 0 || library_commit(edit->library, edit->tx, error));
}

static void add_ids(GArray *to, const GArray *from)
{
    if (from->len > 0) {
        g_array_append_vals(to, from->data, from->len);
    }
}

/* The faces that the viewer may change, and the persons whose they are. */
static gboolean edit_take_faces(Edit *edit, const gint64 *faces, gsize count, GError **error)
{
    static const StoreQuery owners = {
        .name = "person_of_faces",
        WITH_IDS("SELECT DISTINCT person_id FROM face WHERE person_id IS NOT NULL AND id IN ",
                 " ORDER BY person_id"),
    };
    g_autoptr(GArray) visible = face_rows_visible(edit->tx, edit->viewer, faces, count, error);
    if (!visible) {
        return FALSE;
    }
    if (visible->len == 0 && count > 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Face not found");
        return FALSE;
    }
    add_ids(edit->faces, visible);
    g_autoptr(GArray) persons = ids_select(edit->tx, &owners, edit->faces, error);
    if (persons) {
        add_ids(edit->persons, persons);
    }
    return persons != NULL;
}

static gboolean edit_take_person(Edit *edit, gint64 person, GError **error)
{
    for (guint i = 0; i < edit->persons->len; i++) {
        if (g_array_index(edit->persons, gint64, i) == person) {
            return TRUE;
        }
    }
    g_array_append_val(edit->persons, person);
    return person_rows_check(edit->tx, person, error);
}

/* Persons that are left without any face: those without a name, and with `also_named` all. Only
 * among `persons`. */
static gboolean drop_empty(Edit *edit, gboolean also_named, gboolean *ret_any, GError **error)
{
    static const StoreQuery unnamed = {
        .name = "person_drop_empty",
        WITH_IDS("DELETE FROM person WHERE name IS NULL AND NOT EXISTS (SELECT 1 FROM face f WHERE "
                 "f.person_id = person.id) AND id IN ",
                 " RETURNING id"),
    };
    static const StoreQuery any = {
        .name = "person_drop_any_empty",
        WITH_IDS("DELETE FROM person WHERE NOT EXISTS (SELECT 1 FROM face f WHERE "
                 "f.person_id = person.id) AND id IN ",
                 " RETURNING id"),
    };
    g_autoptr(GArray) dropped =
        ids_select(edit->tx, also_named ? &any : &unnamed, edit->persons, error);
    if (dropped && ret_any) {
        *ret_any = dropped->len > 0;
    }
    return dropped != NULL;
}

/* Gives the change's faces to a person; 0: to nobody. */
static gboolean give_faces(Edit *edit, gint64 person, GError **error)
{
    static const StoreQuery query = {
        .name = "person_give_faces",
        WITH_IDS("UPDATE face SET person_id = ?2, assigned_by = ?3, is_ignored = 0 WHERE id IN ",
                 ""),
    };
    static const StoreQuery not_refused = {
        .name = "person_take_back_refusal",
        WITH_IDS("DELETE FROM face_not_person WHERE person_id = ?2 AND face_id IN ", ""),
    };
    const StoreQuery *const queries[] = {&query, &not_refused};
    g_autofree char *ids = ids_text(edit->faces);
    for (gsize i = 0; i < (person ? G_N_ELEMENTS(queries) : 1); i++) {
        StoreStatement *statement = store_prepare(edit->tx, queries[i], error);
        if (!statement) {
            return FALSE;
        }
        store_bind_text(statement, 1, ids);
        if (person) {
            store_bind_int(statement, 2, person);
        }
        if (person && i == 0) {
            store_bind_text(statement, 3, assigned_by_name(ASSIGNED_BY_USER));
        }
        if (!store_run(statement, NULL, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean mark_users(Edit *edit, gint64 person, GError **error)
{
    static const StoreQuery query = {
        .name = "person_mark_users",
        .sql = "UPDATE person SET made_by = 'user' WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(edit->tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, person);
    return store_run(statement, NULL, error);
}

/* Persons */

static gboolean make_person(Edit *edit, const char *name, PersonEdit *ret_edit, GError **error)
{
    ret_edit->person = person_rows_add(edit->tx, name, ASSIGNED_BY_USER, error);
    if (ret_edit->person == 0) {
        return FALSE;
    }
    person_change_add_person(edit->change, ret_edit->person);
    ret_edit->faces = edit->faces->len;
    return TRUE;
}

gboolean person_create(Library *library, const Principal *viewer, const char *name,
                       const gint64 *faces, gsize count, PersonEdit *ret_edit, GError **error)
{
    *ret_edit = (PersonEdit){0};
    g_autofree char *trimmed = NULL;
    g_auto(Edit) edit = {0};
    return person_name_trim(name, &trimmed, error) && edit_begin(&edit, library, viewer, error) &&
           edit_take_faces(&edit, faces, count, error) && edit_record(&edit, "create", error) &&
           make_person(&edit, trimmed, ret_edit, error) &&
           give_faces(&edit, ret_edit->person, error) &&
           drop_empty(&edit, FALSE, &ret_edit->person_deleted, error) &&
           edit_end(&edit, ret_edit, error);
}

static gboolean run_update(StoreTx *tx, const StoreQuery *query, gint64 person, gint64 number,
                           const char *text, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, person);
    if (text) {
        store_bind_text(statement, 2, text);
    } else if (number >= 0) {
        store_bind_int(statement, 2, number);
    }
    return store_run(statement, NULL, error);
}

static gboolean check_avatar(Edit *edit, gint64 person, gint64 face, GError **error)
{
    static const StoreQuery query = {
        .name = "person_has_face",
        .sql = "SELECT id FROM face WHERE id = ?1 AND person_id = ?2",
    };
    g_autoptr(GArray) visible = face_rows_visible(edit->tx, edit->viewer, &face, 1, error);
    StoreStatement *row = visible ? store_prepare(edit->tx, &query, error) : NULL;
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, face);
    store_bind_int(row, 2, person);
    StoreStep step = store_step(row, error);
    if (step == STORE_ROW && visible->len == 1) {
        return TRUE;
    }
    if (step != STORE_ERROR) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "Face not found or does not belong to this person");
    }
    return FALSE;
}

static gboolean update_one(Edit *edit, gint64 person, const PersonUpdate *update, const char *name,
                           GError **error)
{
    static const StoreQuery rename = {
        .name = "person_rename",
        .sql = "UPDATE person SET name = ?2 WHERE id = ?1",
    };
    static const StoreQuery hide = {
        .name = "person_hide",
        .sql = "UPDATE person SET is_hidden = ?2 WHERE id = ?1",
    };
    static const StoreQuery avatar = {
        .name = "person_avatar",
        .sql = "UPDATE person SET avatar_face_id = ?2 WHERE id = ?1",
    };
    if (update->sets_name && !run_update(edit->tx, &rename, person, -1, name, error)) {
        return FALSE;
    }
    if (update->is_hidden >= 0 &&
        !run_update(edit->tx, &hide, person, update->is_hidden != 0, NULL, error)) {
        return FALSE;
    }
    if (update->avatar_face > 0 && !check_avatar(edit, person, update->avatar_face, error)) {
        return FALSE;
    }
    return update->avatar_face == 0 ||
           run_update(edit->tx, &avatar, person, update->avatar_face, NULL, error);
}

gboolean person_update(Library *library, const Principal *viewer, const gint64 *persons,
                       gsize count, const PersonUpdate *update, PersonEdit *ret_edit,
                       GError **error)
{
    *ret_edit = (PersonEdit){.person = count == 1 ? persons[0] : 0};
    g_autofree char *name = NULL;
    g_auto(Edit) edit = {0};
    if (!person_name_trim(update->name, &name, error) ||
        !edit_begin(&edit, library, viewer, error)) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        if (!edit_take_person(&edit, persons[i], error)) {
            return FALSE;
        }
    }
    if (!edit_record(&edit, "update", error)) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        if (!update_one(&edit, persons[i], update, name, error)) {
            return FALSE;
        }
    }
    return edit_end(&edit, ret_edit, error);
}

/* Every face of these persons becomes part of the change. */
static gboolean take_all_faces(Edit *edit, const GArray *persons, GError **error)
{
    static const StoreQuery query = {
        .name = "person_all_faces",
        WITH_IDS("SELECT id FROM face WHERE person_id IN ", " ORDER BY id"),
    };
    g_autoptr(GArray) faces = ids_select(edit->tx, &query, persons, error);
    if (faces) {
        add_ids(edit->faces, faces);
    }
    return faces != NULL;
}

static gboolean delete_persons(Edit *edit, const GArray *persons, GError **error)
{
    static const StoreQuery query = {
        .name = "person_delete",
        WITH_IDS("DELETE FROM person WHERE id IN ", ""),
    };
    return ids_run(edit->tx, &query, persons, error);
}

gboolean person_delete(Library *library, const Principal *viewer, const gint64 *persons,
                       gsize count, PersonEdit *ret_edit, GError **error)
{
    *ret_edit = (PersonEdit){0};
    g_auto(Edit) edit = {0};
    if (!edit_begin(&edit, library, viewer, error)) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        if (!edit_take_person(&edit, persons[i], error)) {
            return FALSE;
        }
    }
    ret_edit->person_deleted = TRUE;
    if (!take_all_faces(&edit, edit.persons, error) || !edit_record(&edit, "delete", error)) {
        return FALSE;
    }
    ret_edit->faces = edit.faces->len;
    return give_faces(&edit, 0, error) && delete_persons(&edit, edit.persons, error) &&
           edit_end(&edit, ret_edit, error);
}

/* What was said of a source is said of the target: who is not the one is not the other. */
static gboolean move_relations(Edit *edit, gint64 target, const GArray *sources, GError **error)
{
    static const StoreQuery refused = {
        .name = "person_merge_refused",
        WITH_IDS("INSERT INTO face_not_person (face_id, person_id) SELECT n.face_id, ?2 FROM "
                 "face_not_person n JOIN face f ON f.id = n.face_id WHERE (f.person_id IS NULL OR "
                 "f.person_id <> ?2) AND n.person_id IN ",
                 " ON CONFLICT DO NOTHING"),
    };
    static const StoreQuery apart_first = {
        .name = "person_merge_apart_first",
        WITH_IDS(
            "INSERT INTO person_apart (person_a, person_b) SELECT CASE WHEN person_b < ?2 THEN "
            "person_b ELSE ?2 END, CASE WHEN person_b < ?2 THEN ?2 ELSE person_b END FROM "
            "person_apart WHERE person_b <> ?2 AND person_a IN ",
            " ON CONFLICT DO NOTHING"),
    };
    static const StoreQuery apart_second = {
        .name = "person_merge_apart_second",
        WITH_IDS(
            "INSERT INTO person_apart (person_a, person_b) SELECT CASE WHEN person_a < ?2 THEN "
            "person_a ELSE ?2 END, CASE WHEN person_a < ?2 THEN ?2 ELSE person_a END FROM "
            "person_apart WHERE person_a <> ?2 AND person_b IN ",
            " ON CONFLICT DO NOTHING"),
    };
    const StoreQuery *const queries[] = {&refused, &apart_first, &apart_second};
    g_autofree char *ids = ids_text(sources);
    for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
        StoreStatement *statement = store_prepare(edit->tx, queries[i], error);
        if (!statement) {
            return FALSE;
        }
        store_bind_text(statement, 1, ids);
        store_bind_int(statement, 2, target);
        if (!store_run(statement, NULL, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Who assigned them stays as it was: the target is a user's from now on, so no machine takes its
 * faces from it. */
static gboolean move_faces(Edit *edit, gint64 target, const GArray *sources, GError **error)
{
    static const StoreQuery query = {
        .name = "person_merge_faces",
        WITH_IDS("UPDATE face SET person_id = ?2 WHERE person_id IN ", ""),
    };
    StoreStatement *statement = store_prepare(edit->tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    g_autofree char *ids = ids_text(sources);
    store_bind_text(statement, 1, ids);
    store_bind_int(statement, 2, target);
    return store_run(statement, NULL, error);
}

static gboolean take_name(Edit *edit, gint64 target, const GArray *sources, GError **error)
{
    static const StoreQuery query = {
        .name = "person_merge_name",
        WITH_IDS("UPDATE person SET name = (SELECT s.name FROM person s WHERE s.name IS NOT NULL "
                 "AND s.id IN ",
                 " ORDER BY s.id LIMIT 1) WHERE id = ?2 AND name IS NULL"),
    };
    StoreStatement *statement = store_prepare(edit->tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    g_autofree char *ids = ids_text(sources);
    store_bind_text(statement, 1, ids);
    store_bind_int(statement, 2, target);
    return store_run(statement, NULL, error);
}

gboolean person_merge(Library *library, const Principal *viewer, gint64 target,
                      const gint64 *sources, gsize count, PersonEdit *ret_edit, GError **error)
{
    *ret_edit = (PersonEdit){.person = target, .person_deleted = TRUE};
    g_auto(Edit) edit = {0};
    g_autoptr(GArray) merged = ids_of(sources, count);
    for (gsize i = 0; i < count; i++) {
        if (sources[i] == target) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                                "Cannot merge a person into itself");
            return FALSE;
        }
    }
    if (!edit_begin(&edit, library, viewer, error) || !edit_take_person(&edit, target, error)) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        if (!edit_take_person(&edit, sources[i], error)) {
            return FALSE;
        }
    }
    if (!take_all_faces(&edit, merged, error) || !edit_record(&edit, "merge", error)) {
        return FALSE;
    }
    ret_edit->faces = edit.faces->len;
    return move_faces(&edit, target, merged, error) &&
           move_relations(&edit, target, merged, error) &&
           take_name(&edit, target, merged, error) && mark_users(&edit, target, error) &&
           delete_persons(&edit, merged, error) && edit_end(&edit, ret_edit, error);
}

static gboolean set_apart(Edit *edit, gint64 a, gint64 b, GError **error)
{
    static const StoreQuery query = {
        .name = "person_set_apart",
        .sql = "INSERT INTO person_apart (person_a, person_b) VALUES (?1, ?2) "
               "ON CONFLICT DO NOTHING",
    };
    StoreStatement *statement = store_prepare(edit->tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, MIN(a, b));
    store_bind_int(statement, 2, MAX(a, b));
    return store_run(statement, NULL, error);
}

gboolean person_set_apart(Library *library, const Principal *viewer, gint64 a, gint64 b,
                          PersonEdit *ret_edit, GError **error)
{
    *ret_edit = (PersonEdit){0};
    g_auto(Edit) edit = {0};
    if (a == b) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "A person cannot be told apart from itself");
        return FALSE;
    }
    return edit_begin(&edit, library, viewer, error) && edit_take_person(&edit, a, error) &&
           edit_take_person(&edit, b, error) && edit_record(&edit, "apart", error) &&
           set_apart(&edit, a, b, error) && edit_end(&edit, ret_edit, error);
}

/* Only those of the change's faces that are this person's. */
static gboolean keep_faces_of(Edit *edit, gint64 person, GError **error)
{
    static const StoreQuery query = {
        .name = "person_split_faces",
        WITH_IDS("SELECT id FROM face WHERE person_id = ?2 AND id IN ", " ORDER BY id"),
    };
    StoreStatement *row = store_prepare(edit->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    g_autofree char *ids = ids_text(edit->faces);
    store_bind_text(row, 1, ids);
    store_bind_int(row, 2, person);
    g_array_set_size(edit->faces, 0);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(edit->faces, id);
    }
    if (step == STORE_DONE && edit->faces->len == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "None of these faces is this person's");
        return FALSE;
    }
    return step == STORE_DONE;
}

gboolean person_split(Library *library, const Principal *viewer, gint64 person, const char *name,
                      const gint64 *faces, gsize count, PersonEdit *ret_edit, GError **error)
{
    *ret_edit = (PersonEdit){0};
    g_autofree char *trimmed = NULL;
    g_auto(Edit) edit = {0};
    return person_name_trim(name, &trimmed, error) && edit_begin(&edit, library, viewer, error) &&
           person_rows_check(edit.tx, person, error) &&
           edit_take_faces(&edit, faces, count, error) && keep_faces_of(&edit, person, error) &&
           edit_record(&edit, "split", error) && make_person(&edit, trimmed, ret_edit, error) &&
           give_faces(&edit, ret_edit->person, error) &&
           set_apart(&edit, person, ret_edit->person, error) && mark_users(&edit, person, error) &&
           drop_empty(&edit, FALSE, &ret_edit->person_deleted, error) &&
           edit_end(&edit, ret_edit, error);
}

/* Faces */

/* The person of this name: whom everybody would mean is the one with the least number. */
static gboolean person_to_be(Edit *edit, gint64 person, const char *name, PersonEdit *ret_edit,
                             GError **error)
{
    ret_edit->person = person;
    if (person == 0 && !person_rows_find(edit->tx, name, &ret_edit->person, error)) {
        return FALSE;
    }
    return ret_edit->person == 0 || edit_take_person(edit, ret_edit->person, error);
}

gboolean face_assign(Library *library, const Principal *viewer, const gint64 *faces, gsize count,
                     gint64 person, const char *name, PersonEdit *ret_edit, GError **error)
{
    *ret_edit = (PersonEdit){0};
    g_autofree char *trimmed = NULL;
    g_auto(Edit) edit = {0};
    if (!person_name_trim(name, &trimmed, error)) {
        return FALSE;
    }
    if ((person == 0) == !trimmed) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Say whose the faces are, either by \"person\" or by \"name\"");
        return FALSE;
    }
    if (!edit_begin(&edit, library, viewer, error) ||
        !edit_take_faces(&edit, faces, count, error) ||
        !person_to_be(&edit, person, trimmed, ret_edit, error) ||
        !edit_record(&edit, "assign", error)) {
        return FALSE;
    }
    ret_edit->faces = edit.faces->len;
    return (ret_edit->person || make_person(&edit, trimmed, ret_edit, error)) &&
           give_faces(&edit, ret_edit->person, error) &&
           drop_empty(&edit, FALSE, &ret_edit->person_deleted, error) &&
           edit_end(&edit, ret_edit, error);
}

/* Of the change's faces (parameter 1) and a person (2). */
static gboolean run_with_person(const Edit *edit, const StoreQuery *query, gint64 person,
                                GError **error)
{
    g_autofree char *ids = ids_text(edit->faces);
    StoreStatement *statement = store_prepare(edit->tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, ids);
    store_bind_int(statement, 2, person);
    return store_run(statement, NULL, error);
}

static gboolean refuse_faces(Edit *edit, GError **error)
{
    static const StoreQuery query = {
        .name = "person_refuse_faces",
        WITH_IDS("INSERT INTO face_not_person (face_id, person_id) SELECT id, person_id FROM face "
                 "WHERE person_id IS NOT NULL AND id IN ",
                 " ON CONFLICT DO NOTHING"),
    };
    return ids_run(edit->tx, &query, edit->faces, error);
}

/* What was ignored stays so. */
static gboolean take_faces(Edit *edit, GError **error)
{
    static const StoreQuery query = {
        .name = "person_take_faces",
        WITH_IDS("UPDATE face SET person_id = NULL, assigned_by = NULL WHERE id IN ", ""),
    };
    return ids_run(edit->tx, &query, edit->faces, error);
}

gboolean face_unassign(Library *library, const Principal *viewer, const gint64 *faces, gsize count,
                       gboolean is_not_this_person, gboolean deletes_empty, PersonEdit *ret_edit,
                       GError **error)
{
    *ret_edit = (PersonEdit){0};
    g_auto(Edit) edit = {0};
    if (!edit_begin(&edit, library, viewer, error) ||
        !edit_take_faces(&edit, faces, count, error) || !edit_record(&edit, "unassign", error)) {
        return FALSE;
    }
    ret_edit->faces = edit.faces->len;
    return (!is_not_this_person || refuse_faces(&edit, error)) && take_faces(&edit, error) &&
           drop_empty(&edit, deletes_empty, &ret_edit->person_deleted, error) &&
           edit_end(&edit, ret_edit, error);
}

gboolean face_refuse(Library *library, const Principal *viewer, const gint64 *faces, gsize count,
                     gint64 person, PersonEdit *ret_edit, GError **error)
{
    static const StoreQuery refuse = {
        .name = "person_refuse",
        WITH_IDS("INSERT INTO face_not_person (face_id, person_id) SELECT id, ?2 FROM face "
                 "WHERE id IN ",
                 " ON CONFLICT DO NOTHING"),
    };
    static const StoreQuery take = {
        .name = "person_take_refused",
        WITH_IDS("UPDATE face SET person_id = NULL, assigned_by = NULL WHERE person_id = ?2 "
                 "AND id IN ",
                 ""),
    };
    *ret_edit = (PersonEdit){0};
    g_auto(Edit) edit = {0};
    if (!edit_begin(&edit, library, viewer, error) ||
        !edit_take_faces(&edit, faces, count, error) || !edit_take_person(&edit, person, error) ||
        !edit_record(&edit, "refuse", error)) {
        return FALSE;
    }
    ret_edit->faces = edit.faces->len;
    return run_with_person(&edit, &refuse, person, error) &&
           run_with_person(&edit, &take, person, error) &&
           drop_empty(&edit, FALSE, &ret_edit->person_deleted, error) &&
           edit_end(&edit, ret_edit, error);
}

static gboolean set_ignored(Edit *edit, gboolean is_ignored, GError **error)
{
    static const StoreQuery ignore = {
        .name = "face_ignore",
        WITH_IDS(
            "UPDATE face SET is_ignored = 1, person_id = NULL, assigned_by = NULL WHERE id IN ",
            ""),
    };
    static const StoreQuery regard = {
        .name = "face_regard",
        WITH_IDS("UPDATE face SET is_ignored = 0 WHERE id IN ", ""),
    };
    return ids_run(edit->tx, is_ignored ? &ignore : &regard, edit->faces, error);
}

gboolean face_ignore(Library *library, const Principal *viewer, const gint64 *faces, gsize count,
                     gboolean is_ignored, PersonEdit *ret_edit, GError **error)
{
    *ret_edit = (PersonEdit){0};
    g_auto(Edit) edit = {0};
    if (!edit_begin(&edit, library, viewer, error) ||
        !edit_take_faces(&edit, faces, count, error) || !edit_record(&edit, "ignore", error)) {
        return FALSE;
    }
    ret_edit->faces = edit.faces->len;
    return set_ignored(&edit, is_ignored, error) &&
           drop_empty(&edit, FALSE, &ret_edit->person_deleted, error) &&
           edit_end(&edit, ret_edit, error);
}

gboolean face_draw(Library *library, const Principal *viewer, gint64 photo, const FaceBox *box,
                   gint64 person, const char *name, gint64 *ret_face, GError **error)
{
    PersonEdit drawn = {0};
    g_autofree char *trimmed = NULL;
    g_auto(Edit) edit = {0};
    if (!person_name_trim(name, &trimmed, error) || !edit_begin(&edit, library, viewer, error) ||
        !face_rows_draw(edit.tx, viewer, photo, box, ret_face, error)) {
        return FALSE;
    }
    g_array_append_val(edit.faces, *ret_face);
    if (!edit_record(&edit, "assign", error)) {
        return FALSE;
    }
    if ((person || trimmed) && (!person_to_be(&edit, person, trimmed, &drawn, error) ||
                                (!drawn.person && !make_person(&edit, trimmed, &drawn, error)) ||
                                !give_faces(&edit, drawn.person, error))) {
        return FALSE;
    }
    /* It is not undone but deleted, so there is nothing to record. */
    g_autoptr(GArray) photos = ids_of(&photo, 1);
    return person_stamp(edit.tx, edit.persons, photos, error) &&
           library_commit(library, edit.tx, error);
}

static gboolean delete_drawn(Edit *edit, gboolean *ret_drawn, GError **error)
{
    static const StoreQuery find = {
        .name = "face_drawn",
        WITH_IDS("SELECT id FROM face WHERE origin = 'user' AND id IN ", ""),
    };
    static const StoreQuery remove = {
        .name = "face_drawn_remove",
        WITH_IDS("DELETE FROM face WHERE id IN ", ""),
    };
    g_autoptr(GArray) drawn = ids_select(edit->tx, &find, edit->faces, error);
    if (!drawn) {
        return FALSE;
    }
    *ret_drawn = drawn->len > 0;
    return !*ret_drawn ||
           (person_stamp(edit->tx, edit->persons, drawn, error) &&
            ids_run(edit->tx, &remove, drawn, error) && drop_empty(edit, FALSE, NULL, error) &&
            library_commit(edit->library, edit->tx, error));
}

gboolean face_remove(Library *library, const Principal *viewer, gint64 face, PersonEdit *ret_edit,
                     GError **error)
{
    *ret_edit = (PersonEdit){.faces = 1};
    gboolean was_drawn = FALSE;
    g_auto(Edit) edit = {0};
    if (!edit_begin(&edit, library, viewer, error) || !edit_take_faces(&edit, &face, 1, error) ||
        !delete_drawn(&edit, &was_drawn, error)) {
        return FALSE;
    }
    return was_drawn || (edit_record(&edit, "ignore", error) && set_ignored(&edit, TRUE, error) &&
                         drop_empty(&edit, FALSE, &ret_edit->person_deleted, error) &&
                         edit_end(&edit, ret_edit, error));
}
