#include "library/findings_rows.h"

#include <math.h>
#include <string.h>

/* Two boxes that share this much of their union are of one face. */
#define SAME_FACE 0.4

/* A face that the photo has. */
typedef struct {
    gint64 id;
    VisionBox box;
    gboolean is_drawn; /* by a user */
    gboolean is_kept;  /* somebody said something of it, so it stays though no model sees it */
    gint64 person_id;  /* 0: nobody's */
} KnownFace;

/* A face that the photo will have: known, found, or both. */
typedef struct {
    const KnownFace *known;
    const VisionFace *found;
} Face;

void findings_bind_box(StoreStatement *statement, int first, const VisionBox *box)
{
    store_bind_int(statement, first, (gint64)box->x1);
    store_bind_int(statement, first + 1, (gint64)box->y1);
    store_bind_int(statement, first + 2, (gint64)box->x2);
    store_bind_int(statement, first + 3, (gint64)box->y2);
}

VisionBox findings_column_box(const StoreStatement *row, int first)
{
    return (VisionBox){
        .x1 = (float)store_column_int(row, first),
        .y1 = (float)store_column_int(row, first + 1),
        .x2 = (float)store_column_int(row, first + 2),
        .y2 = (float)store_column_int(row, first + 3),
    };
}

void findings_bind_floats(StoreStatement *statement, int index, const float *floats, gsize count)
{
    g_autofree guint32 *words = g_new(guint32, count + 1);
    for (gsize i = 0; i < count; i++) {
        memcpy(&words[i], &floats[i], sizeof(float));
        words[i] = GUINT32_TO_LE(words[i]);
    }
    store_bind_blob(statement, index, words, count * sizeof(float));
}

/* What is known */

static GArray *read_known(StoreTx *tx, gint64 photo_id, GError **error)
{
    static const StoreQuery query = {
        .name = "findings_faces",
        .sql = "SELECT f.id, f.x1, f.y1, f.x2, f.y2, f.person_id, "
               "CASE WHEN f.origin = 'user' THEN 1 ELSE 0 END, "
               "CASE WHEN f.assigned_by = 'user' OR f.is_ignored = 1 "
               "OR EXISTS (SELECT 1 FROM face_not_person n WHERE n.face_id = f.id) "
               "OR EXISTS (SELECT 1 FROM person q WHERE q.avatar_face_id = f.id) "
               "THEN 1 ELSE 0 END FROM face f WHERE f.photo_id = ?1 ORDER BY f.face_index",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, photo_id);
    g_autoptr(GArray) faces = g_array_new(FALSE, FALSE, sizeof(KnownFace));
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const KnownFace face = {
            .id = store_column_int(row, 0),
            .box = findings_column_box(row, 1),
            .person_id = store_column_int(row, 5),
            .is_drawn = store_column_int(row, 6) != 0,
            .is_kept = store_column_int(row, 6) != 0 || store_column_int(row, 7) != 0,
        };
        g_array_append_val(faces, face);
    }
    return step == STORE_DONE ? g_steal_pointer(&faces) : NULL;
}

/* Which is which */

static float area(const VisionBox *box)
{
    return (box->x2 - box->x1) * (box->y2 - box->y1);
}

/* Intersection over union. */
static float overlap(const VisionBox *a, const VisionBox *b)
{
    float width = fminf(a->x2, b->x2) - fmaxf(a->x1, b->x1);
    float height = fminf(a->y2, b->y2) - fmaxf(a->y1, b->y1);
    float shared = fmaxf(width, 0) * fmaxf(height, 0);
    return shared / (area(a) + area(b) - shared);
}

/* The place of the found face that is most surely this known one and nobody else's yet; -1. */
static int find_best(const GArray *faces, guint count, const VisionBox *box)
{
    int best = -1;
    float most = (float)SAME_FACE;
    for (guint i = 0; i < count; i++) {
        const Face *face = &g_array_index(faces, Face, i);
        float share = face->known ? 0 : overlap(&face->found->box, box);
        if (share >= most) {
            best = (int)i;
            most = share;
        }
    }
    return best;
}

static const VisionBox *box_of(const Face *face)
{
    return face->known && (face->known->is_drawn || !face->found) ? &face->known->box
                                                                  : &face->found->box;
}

static gint compare_places(gconstpointer a, gconstpointer b)
{
    const VisionBox *one = box_of(a), *other = box_of(b);
    float left = one->x1 + one->x2, right = other->x1 + other->x2;
    return left < right ? -1 : left > right;
}

/* What people said of a face goes before what the machine thought: those choose first. */
static void match_known(GArray *faces, guint found, const GArray *known, gboolean is_kept)
{
    for (guint i = 0; i < known->len; i++) {
        const KnownFace *old = &g_array_index(known, KnownFace, i);
        int best = old->is_kept == is_kept ? find_best(faces, found, &old->box) : -1;
        if (best >= 0) {
            g_array_index(faces, Face, best).known = old;
        } else if (old->is_kept == is_kept) {
            const Face alone = {.known = old};
            g_array_append_val(faces, alone);
        }
    }
}

static GArray *match(const GPtrArray *found, const GArray *known)
{
    GArray *faces = g_array_new(FALSE, FALSE, sizeof(Face));
    for (guint i = 0; i < found->len; i++) {
        const Face face = {.found = g_ptr_array_index(found, i)};
        g_array_append_val(faces, face);
    }
    match_known(faces, found->len, known, TRUE);
    match_known(faces, found->len, known, FALSE);
    g_array_sort(faces, compare_places);
    return faces;
}

/* Rows */

/* Out of the way of the numbers that they will get. */
static gboolean free_indexes(StoreTx *tx, gint64 photo_id, GError **error)
{
    static const StoreQuery query = {
        .name = "findings_free_indexes",
        .sql = "UPDATE face SET face_index = -1 - face_index WHERE photo_id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo_id);
    return store_run(statement, NULL, error);
}

static gboolean run_with_id(StoreTx *tx, const StoreQuery *query, gint64 id, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    return store_run(statement, NULL, error);
}

/* Also a person whom the machine made of nothing else is gone then. */
static gboolean drop_face(StoreTx *tx, const KnownFace *face, GError **error)
{
    static const StoreQuery drop = {
        .name = "findings_drop_face",
        .sql = "DELETE FROM face WHERE id = ?1",
    };
    static const StoreQuery drop_person = {
        .name = "findings_drop_person",
        .sql = "DELETE FROM person WHERE id = ?1 AND made_by = 'machine' AND name IS NULL "
               "AND is_hidden = 0 AND NOT EXISTS (SELECT 1 FROM face WHERE person_id = ?1)",
    };
    static const StoreQuery mark_person = {
        .name = "findings_mark_person",
        .sql = "UPDATE person SET version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    return run_with_id(tx, &drop, face->id, error) &&
           (!face->person_id || (run_with_id(tx, &drop_person, face->person_id, error) &&
                                 run_with_id(tx, &mark_person, face->person_id, error)));
}

static gboolean keep_face(StoreTx *tx, const KnownFace *face, guint index, GError **error)
{
    static const StoreQuery query = {
        .name = "findings_keep_face",
        .sql = "UPDATE face SET face_index = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, face->id);
    store_bind_int(statement, 2, index);
    return store_run(statement, NULL, error);
}

static gboolean has_landmarks(const VisionFace *face)
{
    for (int i = 0; i < VISION_LANDMARKS; i++) {
        if (isnan(face->landmarks[i][0]) || isnan(face->landmarks[i][1])) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ?3..?13: what was found of a face. */
static void bind_found(StoreStatement *statement, const VisionFace *face, const char *vector_model)
{
    findings_bind_box(statement, 3, &face->box);
    store_bind_double(statement, 7, (double)face->confidence);
    if (has_landmarks(face)) {
        findings_bind_floats(statement, 8, &face->landmarks[0][0], VISION_LANDMARKS * 2);
    } else {
        store_bind_null(statement, 8);
    }
    store_bind_double(statement, 9, (double)face->eye_openness);
    store_bind_double(statement, 10, (double)face->yaw);
    store_bind_double(statement, 11, (double)face->pitch);
    store_bind_double(statement, 12, (double)face->roll);
    if (face->vector) {
        findings_bind_floats(statement, 13, (const float *)(gpointer)face->vector->data,
                             face->vector->len);
        store_bind_text(statement, 14, vector_model);
    } else {
        store_bind_null(statement, 13);
        store_bind_null(statement, 14);
    }
}

static gboolean add_face(StoreTx *tx, const PhotoFindings *photo, const VisionFace *face,
                         guint index, GError **error)
{
    static const StoreQuery query = {
        .name = "findings_add_face",
        .sql = "INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, confidence, landmarks, "
               "eye_openness, yaw, pitch, roll, vector, vector_model, origin) VALUES "
               "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 'model')",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo->photo_id);
    store_bind_int(statement, 2, index);
    bind_found(statement, face, photo->vector_model);
    return store_run(statement, NULL, error);
}

/* The row stays, with whose it is and all that was said of it. A box that a user drew stays too,
 * and a vector that it has, when the model gives none. */
static gboolean renew_face(StoreTx *tx, const PhotoFindings *photo, const Face *face, guint index,
                           GError **error)
{
    static const StoreQuery query = {
        .name = "findings_renew_face",
        .sql = "UPDATE face SET face_index = ?2, x1 = ?3, y1 = ?4, x2 = ?5, y2 = ?6, "
               "confidence = ?7, landmarks = ?8, eye_openness = ?9, yaw = ?10, pitch = ?11, "
               "roll = ?12, vector = ?13, vector_model = ?14 WHERE id = ?1",
    };
    static const StoreQuery query_drawn = {
        .name = "findings_renew_drawn_face",
        .sql = "UPDATE face SET face_index = ?2, x1 = ?3, y1 = ?4, x2 = ?5, y2 = ?6, "
               "confidence = ?7, landmarks = coalesce(?8, landmarks), "
               "eye_openness = coalesce(?9, eye_openness), yaw = coalesce(?10, yaw), "
               "pitch = coalesce(?11, pitch), roll = coalesce(?12, roll), "
               "vector = coalesce(?13, vector), vector_model = coalesce(?14, vector_model) "
               "WHERE id = ?1",
    };
    gboolean is_drawn = face->known->is_drawn;
    StoreStatement *statement = store_prepare(tx, is_drawn ? &query_drawn : &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, face->known->id);
    store_bind_int(statement, 2, index);
    bind_found(statement, face->found, photo->vector_model);
    if (is_drawn) {
        findings_bind_box(statement, 3, &face->known->box);
        store_bind_null(statement, 7);
    }
    return store_run(statement, NULL, error);
}

static gboolean store_face(StoreTx *tx, const PhotoFindings *photo, const Face *face,
                           guint *next_index, GError **error)
{
    if (!face->known) {
        return add_face(tx, photo, face->found, (*next_index)++, error);
    }
    if (face->found) {
        return renew_face(tx, photo, face, (*next_index)++, error);
    }
    return face->known->is_kept ? keep_face(tx, face->known, (*next_index)++, error)
                                : drop_face(tx, face->known, error);
}

gboolean findings_store_faces(StoreTx *tx, const PhotoFindings *photo, GError **error)
{
    g_autoptr(GArray) known = read_known(tx, photo->photo_id, error);
    if (!known || !free_indexes(tx, photo->photo_id, error)) {
        return FALSE;
    }
    g_autoptr(GArray) faces = match(photo->findings->faces, known);
    guint index = 0;
    for (guint i = 0; i < faces->len; i++) {
        if (!store_face(tx, photo, &g_array_index(faces, Face, i), &index, error)) {
            return FALSE;
        }
    }
    return TRUE;
}
