#include "vector_fixture.h"

#include "library/library.h"
#include "library/photo_found.h"

static StoreStatement *prepare(StoreTx *tx, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    return statement;
}

static void run(StoreStatement *statement)
{
    g_autoptr(GError) error = NULL;
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
}

static gint64 run_for_id(StoreStatement *statement)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    store_step_int(statement, &id, &error);
    g_assert_no_error(error);
    return id;
}

static void end(StoreTx *tx, gint64 photo_id)
{
    g_autoptr(GError) error = NULL;
    photo_found_refresh(tx, photo_id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

void vector_fixture_put(StoreFixture *fixture, gint64 photo_id, const char *space,
                        const char *model, const float *vector, guint floats)
{
    static const StoreQuery query = {
        .name = "test_vector",
        .sql = "INSERT INTO photo_vector (photo_id, space, model, vector) VALUES (?1, ?2, ?3, ?4) "
               "ON CONFLICT (photo_id, space) DO UPDATE SET model = ?3, vector = ?4",
    };
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = prepare(tx, &query);
    store_bind_int(statement, 1, photo_id);
    store_bind_text(statement, 2, space);
    store_bind_text(statement, 3, model);
    store_bind_blob(statement, 4, vector, floats * sizeof(float));
    run(statement);
    end(tx, photo_id);
}

void vector_fixture_remove(StoreFixture *fixture, gint64 photo_id, const char *space)
{
    static const StoreQuery query = {
        .name = "test_no_vector",
        .sql = "DELETE FROM photo_vector WHERE photo_id = ?1 AND space = ?2",
    };
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = prepare(tx, &query);
    store_bind_int(statement, 1, photo_id);
    store_bind_text(statement, 2, space);
    run(statement);
    end(tx, photo_id);
}

gint64 vector_fixture_face(StoreFixture *fixture, gint64 photo_id, gint64 number, const char *model,
                           const float *vector, guint floats)
{
    static const StoreQuery query = {
        .name = "test_face",
        .sql = "INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, origin, confidence, "
               "vector, vector_model) VALUES (?1, ?2, 0, 0, 50, 50, 'model', 1, ?3, ?4) "
               "RETURNING id",
    };
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = prepare(tx, &query);
    store_bind_int(statement, 1, photo_id);
    store_bind_int(statement, 2, number);
    if (vector) {
        store_bind_blob(statement, 3, vector, floats * sizeof(float));
        store_bind_text(statement, 4, model);
    }
    gint64 id = run_for_id(statement);
    end(tx, photo_id);
    return id;
}

void vector_fixture_ignore(StoreFixture *fixture, gint64 photo_id, gint64 face_id)
{
    static const StoreQuery query = {
        .name = "test_ignore",
        .sql = "UPDATE face SET is_ignored = 1 WHERE id = ?1",
    };
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = prepare(tx, &query);
    store_bind_int(statement, 1, face_id);
    run(statement);
    end(tx, photo_id);
}

static gint64 new_person(StoreTx *tx, const char *name)
{
    static const StoreQuery query = {
        .name = "test_person",
        .sql = "INSERT INTO person (name, made_by, created_ms, version) "
               "VALUES (?1, 'user', 1, " LIBRARY_VERSION_SQL ") RETURNING id",
    };
    StoreStatement *statement = prepare(tx, &query);
    store_bind_text(statement, 1, name);
    return run_for_id(statement);
}

gint64 vector_fixture_person(StoreFixture *fixture, const char *name, gint64 photo_id,
                             gint64 face_id)
{
    static const StoreQuery query = {
        .name = "test_assign",
        .sql = "UPDATE face SET person_id = ?1, assigned_by = 'user' WHERE id = ?2",
    };
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    gint64 id = new_person(tx, name);
    StoreStatement *statement = prepare(tx, &query);
    store_bind_int(statement, 1, id);
    store_bind_int(statement, 2, face_id);
    run(statement);
    end(tx, photo_id);
    return id;
}
