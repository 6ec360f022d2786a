#include "library/person_rows.h"

#include "library/photo_rows.h"

#include <math.h>
#include <string.h>

GArray *face_rows_visible(StoreTx *tx, const Principal *viewer, const gint64 *faces, gsize count,
                          GError **error)
{
    g_autoptr(StoreSql) sql =
        photo_visible("SELECT f.id FROM face f WHERE EXISTS (SELECT 1", viewer);
    store_sql_add(sql, " AND p.id = f.photo_id) AND f.id IN (0");
    for (gsize i = 0; i < count; i++) {
        store_sql_add(sql, ", ");
        store_sql_value_int(sql, faces[i]);
    }
    store_sql_add(sql, ") ORDER BY f.id");
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    g_autoptr(GArray) visible = ids_new();
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(visible, id);
    }
    return step == STORE_DONE ? g_steal_pointer(&visible) : NULL;
}

static gboolean within(const FaceBox *box)
{
    const double slack = 1e-9; /* what is left of a client's arithmetic */
    return isfinite(box->x) && isfinite(box->y) && isfinite(box->width) && isfinite(box->height) &&
           box->x >= 0 && box->y >= 0 && box->width > 0 && box->height > 0 &&
           box->x + box->width <= 1 + slack && box->y + box->height <= 1 + slack;
}

static gboolean read_size(StoreTx *tx, const Principal *viewer, gint64 photo, gint64 *ret_width,
                          gint64 *ret_height, GError **error)
{
    g_autoptr(StoreSql) sql = photo_visible("SELECT p.width, p.height", viewer);
    store_sql_add(sql, " AND p.id = ");
    store_sql_value_int(sql, photo);
    StoreStatement *row = photo_step_one(tx, sql, error);
    if (row) {
        *ret_width = store_column_int(row, 0);
        *ret_height = store_column_int(row, 1);
    }
    return row != NULL;
}

static gboolean insert_drawn(StoreTx *tx, gint64 photo, const gint64 *box, gint64 *ret_face,
                             GError **error)
{
    static const StoreQuery query = {
        .name = "face_draw",
        .sql = "INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, origin) SELECT ?1, "
               "coalesce(max(face_index), -1) + 1, ?2, ?3, ?4, ?5, 'user' FROM face "
               "WHERE photo_id = ?1 RETURNING id",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo);
    for (int i = 0; i < 4; i++) {
        store_bind_int(statement, i + 2, box[i]);
    }
    return store_step_int(statement, ret_face, error);
}

gboolean face_rows_draw(StoreTx *tx, const Principal *viewer, gint64 photo, const FaceBox *box,
                        gint64 *ret_face, GError **error)
{
    gint64 width = 0, height = 0;
    if (!read_size(tx, viewer, photo, &width, &height, error)) {
        return FALSE;
    }
    const gint64 pixels[] = {
        (gint64)floor(box->x * (double)width),
        (gint64)floor(box->y * (double)height),
        MIN(width, (gint64)ceil((box->x + box->width) * (double)width)),
        MIN(height, (gint64)ceil((box->y + box->height) * (double)height)),
    };
    if (!within(box) || pixels[2] <= pixels[0] || pixels[3] <= pixels[1]) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "The box must lie within the picture: x, y, width and height as parts "
                            "of it, from 0 to 1");
        return FALSE;
    }
    return insert_drawn(tx, photo, pixels, ret_face, error);
}

gboolean person_rows_check(StoreTx *tx, gint64 person, GError **error)
{
    static const StoreQuery query = {
        .name = "person_check",
        .sql = "SELECT id FROM person WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, person);
    StoreStep step = store_step(row, error);
    if (step == STORE_DONE) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Person not found");
    }
    return step == STORE_ROW;
}

gint64 person_rows_add(StoreTx *tx, const char *name, AssignedBy made_by, GError **error)
{
    static const StoreQuery query = {
        .name = "person_add",
        .sql = "INSERT INTO person (name, made_by, created_ms, version) VALUES (?1, ?2, "
               "?3, " LIBRARY_VERSION_SQL ") RETURNING id",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return 0;
    }
    gint64 id = 0;
    store_bind_text(statement, 1, name);
    store_bind_text(statement, 2, assigned_by_name(made_by));
    store_bind_int(statement, 3, library_now_ms());
    return store_step_int(statement, &id, error) ? id : 0;
}

gboolean person_rows_find(StoreTx *tx, const char *name, gint64 *ret_person, GError **error)
{
    static const StoreQuery query = {
        .name = "person_find",
        .sql = "SELECT id FROM person WHERE lower(name) = ?1 ORDER BY id LIMIT 1",
    };
    *ret_person = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    g_autofree char *folded = g_ascii_strdown(name, -1);
    store_bind_text(row, 1, folded);
    StoreStep step = store_step(row, error);
    if (step == STORE_ROW) {
        *ret_person = store_column_int(row, 0);
    }
    return step != STORE_ERROR;
}

gboolean person_name_trim(const char *name, char **ret_name, GError **error)
{
    g_autofree char *trimmed = name ? g_strstrip(g_strdup(name)) : NULL;
    *ret_name = NULL;
    if (trimmed && g_utf8_strlen(trimmed, -1) > PERSON_NAME_CHARACTERS) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "A name may have %d characters at most", PERSON_NAME_CHARACTERS);
        return FALSE;
    }
    if (trimmed && *trimmed) {
        *ret_name = g_steal_pointer(&trimmed);
    }
    return TRUE;
}
