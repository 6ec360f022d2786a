#include "library/photo_found.h"

#include "library/library.h"
#include "library/person_snapshot.h"

/* Of the faces that count. */
#define FACES " FROM face f WHERE f.photo_id = photo.id AND f.is_ignored = 0"
#define LOOKED                                                                                     \
    "EXISTS (SELECT 1" FACES ") OR EXISTS (SELECT 1 FROM analysis a WHERE a.photo_id = photo.id "  \
    "AND a.task = 'faces' AND a.error IS NULL)"
#define COUNT(condition)                                                                           \
    "CASE WHEN " LOOKED " THEN (SELECT count(*)" FACES condition ") ELSE NULL END"

#define UPDATE(persons, objects, which)                                                            \
    "UPDATE photo SET version = " LIBRARY_VERSION_SQL ", persons = (SELECT " persons               \
    " FROM (SELECT DISTINCT f.person_id" FACES                                                     \
    " AND f.person_id IS NOT NULL ORDER BY f.person_id) AS p), objects = (SELECT " objects         \
    " FROM (SELECT DISTINCT c.id, c.name FROM detection d JOIN object_class c "                    \
    "ON c.id = d.class_id WHERE d.photo_id = photo.id ORDER BY c.id) AS o), face_count = " COUNT(  \
        "") ", faces_unknown = " COUNT(" AND f.person_id IS NULL") ", faces_blinking = " COUNT(" " \
                                                                                               "A" \
                                                                                               "N" \
                                                                                               "D" \
                                                                                               " " \
                                                                                               "f" \
                                                                                               "." \
                                                                                               "e" \
                                                                                               "y" \
                                                                                               "e" \
                                                                                               "_" \
                                                                                               "o" \
                                                                                               "p" \
                                                                                               "e" \
                                                                                               "n" \
                                                                                               "n" \
                                                                                               "e" \
                                                                                               "s" \
                                                                                               "s" \
                                                                                               " " \
                                                                                               "<" \
                                                                                               " " \
                                                                                               "?" \
                                                                                               "2") " WHERE id " which

gboolean photo_found_refresh_all(StoreTx *tx, const GArray *photo_ids, GError **error)
{
    static const StoreQuery query = {
        .name = "photo_found_refresh_all",
        .sql = UPDATE("group_concat(p.person_id, char(10))", "group_concat(o.name, char(10))",
                      "IN " IDS_SQLITE),
        .postgres = UPDATE("string_agg(p.person_id::text, chr(10) ORDER BY p.person_id)",
                           "string_agg(o.name, chr(10) ORDER BY o.id)", "IN " IDS_POSTGRES),
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    g_autofree char *ids = ids_text(photo_ids);
    store_bind_text(statement, 1, ids);
    store_bind_double(statement, 2, PHOTO_EYES_CLOSED_BELOW);
    return store_run(statement, NULL, error);
}

gboolean photo_found_refresh(StoreTx *tx, gint64 photo_id, GError **error)
{
    static const StoreQuery query = {
        .name = "photo_found_refresh",
        .sql =
            UPDATE("group_concat(p.person_id, char(10))", "group_concat(o.name, char(10))", "= ?1"),
        .postgres = UPDATE("string_agg(p.person_id::text, chr(10) ORDER BY p.person_id)",
                           "string_agg(o.name, chr(10) ORDER BY o.id)", "= ?1"),
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo_id);
    store_bind_double(statement, 2, PHOTO_EYES_CLOSED_BELOW);
    return store_run(statement, NULL, error);
}
