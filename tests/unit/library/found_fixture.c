#include "found_fixture.h"

#include "library/photo_found.h"

static StoreStatement *prepare(StoreTx *tx, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    return statement;
}

static gint64 step_int(StoreStatement *statement)
{
    g_autoptr(GError) error = NULL;
    gint64 number = 0;
    store_step_int(statement, &number, &error);
    g_assert_no_error(error);
    return number;
}

static void refresh(StoreTx *tx, gint64 photo_id)
{
    g_autoptr(GError) error = NULL;
    photo_found_refresh(tx, photo_id, &error);
    g_assert_no_error(error);
}

gint64 fixture_person(StoreFixture *fixture, const char *name)
{
    static const StoreQuery query = {
        .name = "fixture_person",
        .sql = "INSERT INTO person (name, made_by, created_ms, version) VALUES "
               "(?1, 'user', 0, " LIBRARY_VERSION_SQL ") RETURNING id",
    };
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = prepare(tx, &query);
    store_bind_text(statement, 1, name);
    gint64 id = step_int(statement);
    fixture_commit(tx);
    return id;
}

gint64 fixture_face(StoreFixture *fixture, gint64 photo_id, gint64 person_id, double eye_openness)
{
    static const StoreQuery query = {
        .name = "fixture_face",
        .sql = "INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, origin, confidence, "
               "eye_openness, person_id, assigned_by) VALUES (?1, (SELECT count(*) FROM face "
               "WHERE photo_id = ?1), 10, 10, 90, 90, 'model', 0.9, ?2, ?3, ?4) RETURNING id",
    };
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = prepare(tx, &query);
    store_bind_int(statement, 1, photo_id);
    store_bind_double(statement, 2, eye_openness);
    if (person_id) {
        store_bind_int(statement, 3, person_id);
        store_bind_text(statement, 4, "machine");
    }
    gint64 id = step_int(statement);
    refresh(tx, photo_id);
    fixture_commit(tx);
    return id;
}

void fixture_object(StoreFixture *fixture, gint64 photo_id, const char *name)
{
    static const StoreQuery query = {
        .name = "fixture_object",
        .sql = "INSERT INTO detection (photo_id, class_id, score, x1, y1, x2, y2) VALUES "
               "(?1, (SELECT id FROM object_class WHERE name = ?2), 0.5, 0, 0, 10, 10) "
               "RETURNING id",
    };
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = prepare(tx, &query);
    store_bind_int(statement, 1, photo_id);
    store_bind_text(statement, 2, name);
    step_int(statement);
    refresh(tx, photo_id);
    fixture_commit(tx);
}
