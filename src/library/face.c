#include "library/person.h"

#include "library/photo_rows.h"

void face_free(Face *face)
{
    g_free(face->photo_path);
    g_free(face->person_name);
    g_free(face);
}

static Face *read_face(const StoreStatement *row)
{
    Face *face = g_new0(Face, 1);
    face->id = store_column_int(row, 0);
    face->photo_id = store_column_int(row, 1);
    face->photo_path = g_strdup(store_column_text(row, 2));
    face->index = store_column_int(row, 3);
    face->x1 = store_column_int(row, 4);
    face->y1 = store_column_int(row, 5);
    face->x2 = store_column_int(row, 6);
    face->y2 = store_column_int(row, 7);
    face->photo_width = store_column_int(row, 8);
    face->photo_height = store_column_int(row, 9);
    face->confidence = store_column_double(row, 10);
    face->person = store_column_int(row, 11);
    face->person_name = g_strdup(store_column_text(row, 12));
    face->by = assigned_by_from_name(store_column_text(row, 13));
    face->is_ignored = store_column_int(row, 14) != 0;
    return face;
}

/* "... WHERE" of faces on photos that the viewer sees; the caller goes on with " AND ...". */
static StoreSql *select_visible(const char *columns, const Principal *viewer)
{
    StoreSql *sql = photo_visible(columns, viewer);
    store_sql_add(sql, " AND p.id = f.photo_id)");
    return sql;
}

#define FROM_FACES                                                                                 \
    " FROM face f JOIN photo q ON q.id = f.photo_id LEFT JOIN person n ON n.id = f.person_id "     \
    "WHERE EXISTS (SELECT 1"
#define SELECT_FACES                                                                               \
    "SELECT f.id, f.photo_id, q.path, f.face_index, f.x1, f.y1, f.x2, f.y2, q.width, q.height, "   \
    "f.confidence, f.person_id, n.name, f.assigned_by, f.is_ignored" FROM_FACES

static GPtrArray *read_faces(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    g_autoptr(GPtrArray) faces = g_ptr_array_new_with_free_func((GDestroyNotify)face_free);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(faces, read_face(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&faces) : NULL;
}

Face *face_get(StoreTx *tx, const Principal *viewer, gint64 id, GError **error)
{
    g_autoptr(GPtrArray) faces = face_get_many(tx, viewer, &id, 1, error);
    if (faces && faces->len == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Face not found");
    }
    return faces && faces->len > 0 ? g_ptr_array_steal_index(faces, 0) : NULL;
}

static void sort_as_asked(GPtrArray *faces, const gint64 *ids, gsize count)
{
    guint sorted = 0;
    for (gsize i = 0; i < count; i++) {
        for (guint at = sorted; at < faces->len; at++) {
            Face *face = g_ptr_array_index(faces, at);
            if (face->id == ids[i]) {
                g_ptr_array_index(faces, at) = g_ptr_array_index(faces, sorted);
                g_ptr_array_index(faces, sorted++) = face;
                break;
            }
        }
    }
}

GPtrArray *face_get_many(StoreTx *tx, const Principal *viewer, const gint64 *ids, gsize count,
                         GError **error)
{
    g_autoptr(StoreSql) sql = select_visible(SELECT_FACES, viewer);
    store_sql_add(sql, " AND f.id IN (0");
    for (gsize i = 0; i < count; i++) {
        store_sql_add(sql, ", ");
        store_sql_value_int(sql, ids[i]);
    }
    store_sql_add(sql, ")");
    GPtrArray *faces = read_faces(tx, sql, error);
    if (faces) {
        sort_as_asked(faces, ids, count);
    }
    return faces;
}

GPtrArray *face_of_photo(StoreTx *tx, const Principal *viewer, gint64 photo, gboolean also_ignored,
                         GError **error)
{
    g_autoptr(StoreSql) sql = select_visible(SELECT_FACES, viewer);
    store_sql_add(sql, " AND f.photo_id = ");
    store_sql_value_int(sql, photo);
    if (!also_ignored) {
        store_sql_add(sql, " AND f.is_ignored = 0");
    }
    store_sql_add(sql, " ORDER BY f.face_index");
    return read_faces(tx, sql, error);
}

gboolean face_was_looked_for(StoreTx *tx, gint64 photo, gboolean *ret_looked, GError **error)
{
    static const StoreQuery query = {
        .name = "face_was_looked_for",
        .sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM analysis WHERE photo_id = ?1 AND "
               "task = 'faces' AND error IS NULL) OR EXISTS (SELECT 1 FROM face WHERE "
               "photo_id = ?1) THEN 1 ELSE 0 END",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    gint64 looked = 0;
    if (row) {
        store_bind_int(row, 1, photo);
    }
    gboolean read = row && store_step_int(row, &looked, error);
    *ret_looked = looked != 0;
    return read;
}

static void add_kind(StoreSql *sql, FaceKind kind, gint64 person)
{
    switch (kind) {
    case FACES_OF_PERSON:
        store_sql_add(sql, " AND f.person_id = ");
        store_sql_value_int(sql, person);
        break;
    case FACES_UNKNOWN:
        store_sql_add(sql, " AND f.person_id IS NULL AND f.is_ignored = 0 AND (f.vector IS NOT "
                           "NULL OR f.origin = 'user')");
        break;
    case FACES_IGNORED:
        store_sql_add(sql, " AND f.is_ignored = 1");
        break;
    }
}

static gboolean count_faces(StoreTx *tx, const Principal *viewer, FaceKind kind, gint64 person,
                            gint64 *ret_total, GError **error)
{
    g_autoptr(StoreSql) sql = select_visible("SELECT count(*)" FROM_FACES, viewer);
    add_kind(sql, kind, person);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    return row && store_step_int(row, ret_total, error);
}

GPtrArray *face_list(StoreTx *tx, const Principal *viewer, FaceKind kind, gint64 person,
                     gint64 before, gint64 limit, gint64 *ret_total, GError **error)
{
    if (ret_total && !count_faces(tx, viewer, kind, person, ret_total, error)) {
        return NULL;
    }
    g_autoptr(StoreSql) sql = select_visible(SELECT_FACES, viewer);
    add_kind(sql, kind, person);
    if (before > 0) {
        store_sql_add(sql, " AND f.id < ");
        store_sql_value_int(sql, before);
    }
    store_sql_add(sql, " ORDER BY f.id DESC LIMIT ");
    store_sql_value_int(sql, limit);
    return read_faces(tx, sql, error);
}
