#include "people_scene.h"

#include "library/photo_found.h"

#include <math.h>

gint64 people_scene_face(LibraryScene *scene, gint64 photo, double place)
{
    static const StoreQuery query = {
        .name = "scene_face",
        .sql =
            "INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, origin, confidence, vector, "
            "vector_model) SELECT ?1, coalesce(max(face_index), -1) + 1, 10 * "
            "(coalesce(max(face_index), -1) + 1), 20, 10 * (coalesce(max(face_index), -1) + 1) + "
            "60, 90, 'model', 0.9, ?2, ?3 FROM face WHERE photo_id = ?1 RETURNING id",
    };
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    float vector[SCENE_FLOATS] = {[0] = (float)place, [1] = 1};
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    StoreStatement *statement = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, photo);
    if (!isnan(place)) {
        store_bind_blob(statement, 2, vector, sizeof vector);
        store_bind_text(statement, 3, SCENE_MODEL);
    }
    store_step_int(statement, &id, &error);
    g_assert_no_error(error);
    photo_found_refresh(tx, photo, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return id;
}

gint64 people_scene_number(LibraryScene *scene, const StoreQuery *query, gint64 parameter)
{
    g_autoptr(GError) error = NULL;
    gint64 number = 0;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, parameter);
    store_step_int(statement, &number, &error);
    g_assert_no_error(error);
    return number;
}

gint64 people_scene_owner(LibraryScene *scene, gint64 face)
{
    static const StoreQuery query = {
        .name = "scene_owner",
        .sql = "SELECT person_id FROM face WHERE id = ?1",
    };
    return people_scene_number(scene, &query, face);
}

char *people_scene_dump(LibraryScene *scene)
{
    static const StoreQuery query = {
        .name = "scene_dump",
        .sql = "SELECT 'face ' || id || ' ' || coalesce(person_id, 0) || ' ' || "
               "coalesce(assigned_by, '-') || ' ' || is_ignored AS line FROM face UNION ALL "
               "SELECT 'person ' || id || ' ' || coalesce(name, '-') || ' ' || is_hidden || ' ' || "
               "made_by || ' ' || coalesce(avatar_face_id, 0) || ' ' || created_ms FROM person "
               "UNION ALL SELECT 'refused ' || face_id || ' ' || person_id FROM face_not_person "
               "UNION ALL SELECT 'apart ' || person_a || ' ' || person_b FROM person_apart "
               "UNION ALL SELECT 'photo ' || id || ' ' || coalesce(persons, '-') || ' ' || "
               "coalesce(face_count, -1) || ' ' || coalesce(faces_unknown, -1) FROM photo "
               "ORDER BY line",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    StoreStatement *row = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    while (store_step(row, &error) == STORE_ROW) {
        g_string_append_printf(text, "%s\n", store_column_text(row, 0));
    }
    g_assert_no_error(error);
    return g_string_free(text, FALSE);
}
