/* What models found, kept; and which photos wait for them. */
#include "library/findings.h"

#include "found_fixture.h"
#include "library/analysis.h"
#include "library/face_crop.h"
#include "people_scene.h"

#include <math.h>
#include <string.h>

#define FIRST  "first@0123456789ab"
#define SECOND "second@0123456789ab"

static VisionFindings *nothing_found(int tasks)
{
    VisionFindings *findings = vision_findings_new(tasks);
    if (tasks & VISION_SIMILAR) {
        const float vector[] = {0.6F, 0.8F};
        findings->similar = g_array_new(FALSE, FALSE, sizeof(float));
        g_array_append_vals(findings->similar, vector, G_N_ELEMENTS(vector));
    }
    return findings;
}

static void find_object(VisionFindings *findings, const char *label, float score)
{
    VisionObject *object = g_new0(VisionObject, 1);
    object->label = g_strdup(label);
    object->score = score;
    object->box = (VisionBox){10, 20, 110, 220};
    g_ptr_array_add(findings->objects, object);
}

/* A face of 40 x 40 pixels; `vector` NAN: it has none. */
static void find_face(VisionFindings *findings, float x, float vector)
{
    VisionFace *face = g_new0(VisionFace, 1);
    face->box = (VisionBox){x, 50, x + 40, 90};
    face->confidence = 0.9F;
    face->eye_openness = face->yaw = face->pitch = face->roll = NAN;
    if (!isnan(vector)) {
        face->vector = g_array_new(FALSE, FALSE, sizeof(float));
        g_array_append_val(face->vector, vector);
    }
    g_ptr_array_add(findings->faces, face);
}

static ContentHash content_of(LibraryScene *scene, gint64 photo)
{
    static const StoreQuery query = {
        .name = "test_content",
        .sql = "SELECT content_hash FROM photo WHERE id = ?1",
    };
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    StoreStatement *row = store_prepare(tx, &query, NULL);
    store_bind_int(row, 1, photo);
    g_assert_cmpint(store_step(row, NULL), ==, STORE_ROW);
    gsize length;
    gconstpointer bytes = store_column_blob(row, 0, &length);
    g_assert_cmpuint(length, ==, HASH_BYTES);
    ContentHash hash;
    memcpy(hash.bytes, bytes, HASH_BYTES);
    return hash;
}

static gboolean store_content(LibraryScene *scene, const PhotoFindings *row)
{
    g_autoptr(GError) error = NULL;
    gboolean stored = FALSE;
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    g_assert_true(findings_store(tx, row, &stored, &error));
    g_assert_no_error(error);
    fixture_commit(tx);
    return stored;
}

/* Takes the findings; NULL: they failed. */
static void keep(LibraryScene *scene, gint64 photo, int tasks, const char *model,
                 VisionFindings *taken)
{
    g_autoptr(VisionFindings) findings = taken;
    const PhotoFindings row = {
        .photo_id = photo,
        .content = content_of(scene, photo),
        .tasks = tasks,
        .names = {model, model, model, model},
        .vector_model = model,
        .findings = findings,
        .failure = findings ? NULL : "the decoder crashed on this picture",
    };
    g_assert_true(store_content(scene, &row));
}

static gint64 number(LibraryScene *scene, const char *sql, gint64 parameter)
{
    const StoreQuery query = {.name = sql, .sql = sql};
    return people_scene_number(scene, &query, parameter);
}

static void run_sql(LibraryScene *scene, const char *sql, gint64 parameter)
{
    const StoreQuery query = {.name = sql, .sql = sql};
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    StoreStatement *statement = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, parameter);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

/* Waiting */

static guint waiting(LibraryScene *scene, const char *model, gboolean retry_failed)
{
    const AnalysisModels models = {.names = {model, NULL, NULL, NULL}};
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GArray) ids = analysis_pending(tx, &models, retry_failed, &error);
    g_assert_no_error(error);
    gboolean any = FALSE;
    g_assert_true(analysis_is_pending(tx, &models, &any, &error));
    g_assert_true(retry_failed || any == (ids->len > 0));
    return ids->len;
}

static void assert_counts(LibraryScene *scene, const char *model, gint64 done, gint64 pending,
                          gint64 failed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    AnalysisCounts counts;
    g_assert_true(analysis_count(tx, VISION_OBJECTS, model, &counts, &error));
    g_assert_no_error(error);
    g_assert_cmpint(counts.done, ==, done);
    g_assert_cmpint(counts.pending, ==, pending);
    g_assert_cmpint(counts.failed, ==, failed);
}

static void test_waits_until_looked_at(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 old = library_scene_add(&scene, "/photos/old.jpg", "2001-01-01");
    gint64 new = library_scene_add(&scene, "/photos/new.jpg", "2020-01-01");
    library_scene_add(&scene, "/photos/lost.jpg", "2021-01-01");
    fixture_lose(fixture, "/photos/lost.jpg");
    library_scene_stack(&scene, old, new); /* behind another, but in the library */
    g_assert_cmpuint(waiting(&scene, FIRST, FALSE), ==, 2);
    g_assert_cmpuint(waiting(&scene, NULL, FALSE), ==, 0);
    assert_counts(&scene, FIRST, 0, 2, 0);

    const AnalysisModels models = {.names = {FIRST, FIRST, NULL, NULL}};
    {
        g_autoptr(StoreTx) tx = fixture_read(fixture);
        g_autoptr(GArray) ids = analysis_pending(tx, &models, FALSE, NULL);
        g_assert_cmpint(g_array_index(ids, gint64, 0), ==, new); /* the newest first */
    }
    keep(&scene, new, VISION_OBJECTS, FIRST, nothing_found(VISION_OBJECTS));
    keep(&scene, old, VISION_OBJECTS, FIRST, NULL);
    g_assert_cmpuint(waiting(&scene, FIRST, FALSE), ==, 0);
    g_assert_cmpuint(waiting(&scene, FIRST, TRUE), ==, 1);
    g_assert_cmpuint(waiting(&scene, SECOND, FALSE), ==, 2);
    assert_counts(&scene, FIRST, 1, 0, 1);
    assert_counts(&scene, NULL, 1, 1, 0);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) photos = analysis_photos(tx, &models, FALSE, &new, 1, NULL);
    const AnalysisPhoto *photo = g_ptr_array_index(photos, 0);
    g_assert_cmpint(photo->tasks, ==, VISION_FACES);
    g_assert_cmpstr(photo->path, ==, "/photos/new.jpg");
    g_assert_cmpstr(photo->source_path, ==, FIXTURE_SOURCE);
}

static void test_waits_for_new_content(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 photo = library_scene_add(&scene, "/photos/a.jpg", NULL);
    ContentHash before = content_of(&scene, photo);
    keep(&scene, photo, VISION_OBJECTS, FIRST, nothing_found(VISION_OBJECTS));
    fixture_add(fixture, "/photos/a.jpg", NULL);
    g_assert_cmpuint(waiting(&scene, FIRST, FALSE), ==, 1);

    g_autoptr(VisionFindings) findings = vision_findings_new(VISION_OBJECTS);
    find_object(findings, "dog", 0.5F);
    const PhotoFindings late = {
        .photo_id = photo,
        .content = before,
        .tasks = VISION_OBJECTS,
        .names = {FIRST},
        .findings = findings,
    };
    g_assert_false(store_content(&scene, &late));
    g_assert_cmpint(number(&scene, "SELECT count(*) FROM detection WHERE photo_id = ?1", photo), ==,
                    0);
}

/* Keeping */

static void test_replaces_objects(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 photo = library_scene_add(&scene, "/photos/a.jpg", NULL);
    gint64 version = number(&scene, "SELECT version FROM photo WHERE id = ?1", photo);
    gboolean known = TRUE;
    {
        g_autoptr(StoreTx) tx = fixture_read(fixture);
        g_autoptr(GPtrArray) none = findings_objects(tx, photo, &known, NULL);
        g_assert_cmpuint(none->len, ==, 0);
        g_assert_false(known);
    }
    VisionFindings *findings = nothing_found(VISION_OBJECTS | VISION_SIMILAR);
    find_object(findings, "dog", 0.5F);
    find_object(findings, "a thing without a number", 0.75F);
    keep(&scene, photo, VISION_OBJECTS | VISION_SIMILAR, FIRST, findings);
    g_assert_cmpint(number(&scene, "SELECT version FROM photo WHERE id = ?1", photo), >, version);
    g_assert_cmpint(
        number(&scene, "SELECT length(vector) FROM photo_vector WHERE photo_id = ?1", photo), ==,
        2 * sizeof(float));
    for (int i = 0; i < 2; i++) {
        findings = nothing_found(VISION_OBJECTS);
        find_object(findings, "cat", 0.25F);
        find_object(findings, "a thing without a number", 0.5F);
        keep(&scene, photo, VISION_OBJECTS, SECOND, findings);
    }
    keep(&scene, photo, VISION_OBJECTS, SECOND, NULL); /* what was found stays */
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) objects = findings_objects(tx, photo, &known, NULL);
    g_assert_true(known);
    g_assert_cmpuint(objects->len, ==, 2);
    const VisionObject *best = g_ptr_array_index(objects, 0),
                       *other = g_ptr_array_index(objects, 1);
    g_assert_cmpstr(best->label, ==, "a thing without a number");
    g_assert_cmpfloat(best->score, ==, 0.5F);
    g_assert_cmpfloat(best->box.y2, ==, 220);
    g_assert_cmpstr(other->label, ==, "cat");
}

/* Faces */

static VisionFindings *faces_at(float first, float second)
{
    VisionFindings *findings = vision_findings_new(VISION_FACES);
    find_face(findings, first, 1);
    find_face(findings, second, NAN);
    return findings;
}

static gint64 face_at(LibraryScene *scene, gint64 photo, gint64 index)
{
    static const char sql[] = "SELECT id FROM face WHERE photo_id = 1 AND face_index = ?1";
    g_assert_cmpint(photo, ==, 1);
    return number(scene, sql, index);
}

static void test_faces_keep_what_people_said(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 photo = library_scene_add(&scene, "/photos/a.jpg", NULL);
    keep(&scene, photo, VISION_FACES, FIRST, faces_at(10, 200));
    gint64 left = face_at(&scene, photo, 0), right = face_at(&scene, photo, 1);
    gint64 person = fixture_person(fixture, "Ann");
    g_assert_cmpint(person, ==, 1);
    run_sql(&scene, "UPDATE face SET person_id = 1, assigned_by = 'user' WHERE id = ?1", left);
    run_sql(&scene, "INSERT INTO face_not_person (face_id, person_id) VALUES (?1, 1)", right);
    run_sql(&scene,
            "INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, origin) "
            "VALUES (?1, 2, 300, 10, 340, 50, 'user')",
            photo);
    gint64 drawn = face_at(&scene, photo, 2);

    /* The other model sees the first a little beside, the second not at all, and a third, new one
     * to the left of them. */
    keep(&scene, photo, VISION_FACES, SECOND, faces_at(0, 13));
    g_assert_cmpint(number(&scene, "SELECT count(*) FROM face WHERE photo_id = ?1", photo), ==, 4);
    g_assert_cmpint(face_at(&scene, photo, 2), ==, right);
    g_assert_cmpint(face_at(&scene, photo, 3), ==, drawn);
    g_assert_cmpint(people_scene_owner(&scene, left), ==, person);
    g_assert_cmpint(number(&scene, "SELECT x1 FROM face WHERE id = ?1", left), ==, 13);
    g_assert_cmpint(number(&scene, "SELECT x1 FROM face WHERE id = ?1", drawn), ==, 300);
    g_assert_cmpint(
        number(&scene, "SELECT count(*) FROM face_not_person WHERE face_id = ?1", right), ==, 1);
}

static void test_faces_of_machines_go(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 photo = library_scene_add(&scene, "/photos/a.jpg", NULL);
    keep(&scene, photo, VISION_FACES, FIRST, faces_at(10, 200));
    gint64 left = face_at(&scene, photo, 0), right = face_at(&scene, photo, 1);
    run_sql(&scene,
            "INSERT INTO person (id, made_by, created_ms, version) VALUES (?1, 'machine', 0, 0)",
            100);
    run_sql(&scene, "UPDATE face SET person_id = 100, assigned_by = 'machine' WHERE id = ?1", left);
    run_sql(&scene, "UPDATE face SET is_ignored = 1 WHERE id = ?1", right);
    keep(&scene, photo, VISION_FACES, SECOND, vision_findings_new(VISION_FACES));
    g_assert_cmpint(number(&scene, "SELECT count(*) FROM face WHERE id = ?1", left), ==, 0);
    g_assert_cmpint(number(&scene, "SELECT count(*) FROM person WHERE id = ?1", 100), ==, 0);
    g_assert_cmpint(face_at(&scene, photo, 0), ==, right);
}

/* A box that a person drew takes what the model sees in it, and nothing else. */
static void test_faces_drawn(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 photo = library_scene_add(&scene, "/photos/a.jpg", NULL);
    run_sql(&scene,
            "INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, origin) "
            "VALUES (?1, 0, 12, 50, 52, 90, 'user')",
            photo);
    gint64 drawn = face_at(&scene, photo, 0);
    keep(&scene, photo, VISION_FACES, FIRST, faces_at(10, 200));
    keep(&scene, photo, VISION_FACES, FIRST, faces_at(10, 200));
    g_assert_cmpint(number(&scene, "SELECT count(*) FROM face WHERE photo_id = ?1", photo), ==, 2);
    g_assert_cmpint(number(&scene, "SELECT x1 FROM face WHERE id = ?1", drawn), ==, 12);
    g_assert_cmpint(number(&scene, "SELECT length(vector) FROM face WHERE id = ?1", drawn), ==,
                    sizeof(float));
    g_assert_cmpint(
        number(&scene, "SELECT count(*) FROM face WHERE id = ?1 AND confidence IS NULL", drawn), ==,
        1);
}

static void test_crops(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    g_autoptr(GError) error = NULL;
    gint64 photo = library_scene_add(&scene, "/photos/a.jpg", NULL);
    g_autoptr(VisionFindings) findings = faces_at(10, 200);
    VisionFace *face = g_ptr_array_index(findings->faces, 0);
    face->crop = g_bytes_new_static("a face", 6);
    const PhotoFindings row = {
        .photo_id = photo, .content = content_of(&scene, photo), .findings = findings};
    g_assert_true(findings_store_crops(scene.library, &row, &error));
    g_autoptr(Grant) grant = access_grant_photo(scene.library, scene.owner, photo, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) kept = face_crop_get(scene.library, grant, &face->box, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(kept, face->crop));
    const VisionFace *other = g_ptr_array_index(findings->faces, 1);
    g_assert_null(face_crop_get(scene.library, grant, &other->box, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/findings/waits-until-looked-at", test_waits_until_looked_at);
    store_fixture_add("/findings/waits-for-new-content", test_waits_for_new_content);
    store_fixture_add("/findings/replaces-objects", test_replaces_objects);
    store_fixture_add("/findings/faces-keep-what-people-said", test_faces_keep_what_people_said);
    store_fixture_add("/findings/faces-of-machines-go", test_faces_of_machines_go);
    store_fixture_add("/findings/faces-drawn", test_faces_drawn);
    store_fixture_add("/findings/crops", test_crops);
    return g_test_run();
}
