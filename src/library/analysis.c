#include "library/analysis.h"

#include <string.h>

/* Photos of the library, whether they stand for others or behind one. */
#define PHOTOS                                                                                     \
    " FROM photo p JOIN folder f ON f.id = p.folder_id JOIN source s ON s.id = f.source_id "       \
    "WHERE p.state = 'present' AND p.kept_out IS NULL AND s.removed_ms IS NULL"

/* ?1..?4: the models of the tasks in turn, '' for none; ?5: whether what failed waits too. */
#define WAITS(task, model)                                                                         \
    "(" model " <> '' AND NOT EXISTS (SELECT 1 FROM analysis a WHERE a.photo_id = p.id AND "       \
    "a.task = '" task "' AND a.model = " model " AND a.content_hash = p.content_hash AND "         \
    "(a.error IS NULL OR ?5 = 0)))"
#define WAITS_OBJECTS WAITS("objects", "?1")
#define WAITS_FACES   WAITS("faces", "?2")
#define WAITS_SIMILAR WAITS("similar", "?3")
#define WAITS_WORDS   WAITS("words", "?4")
#define WAITS_ANY                                                                                  \
    " AND (" WAITS_OBJECTS " OR " WAITS_FACES " OR " WAITS_SIMILAR " OR " WAITS_WORDS ")"
#define TASK_BIT(waits, bit) "CASE WHEN " waits " THEN " bit " ELSE 0 END"

static StoreStatement *prepare(StoreTx *tx, const StoreQuery *query, const AnalysisModels *models,
                               gboolean retry_failed, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    for (int i = 0; statement && i < VISION_TASKS; i++) {
        store_bind_text(statement, i + 1, models->names[i] ? models->names[i] : "");
    }
    if (statement) {
        store_bind_int(statement, VISION_TASKS + 1, retry_failed);
    }
    return statement;
}

GArray *analysis_pending(StoreTx *tx, const AnalysisModels *models, gboolean retry_failed,
                         GError **error)
{
    static const StoreQuery query = {
        .name = "analysis_pending",
        .sql = "SELECT p.id" PHOTOS WAITS_ANY
               " ORDER BY coalesce(p.taken_local_ms, p.indexed_ms) DESC, p.id DESC",
    };
    StoreStatement *row = prepare(tx, &query, models, retry_failed, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(ids, id);
    }
    return step == STORE_DONE ? g_steal_pointer(&ids) : NULL;
}

gboolean analysis_is_pending(StoreTx *tx, const AnalysisModels *models, gboolean *ret_pending,
                             GError **error)
{
    static const StoreQuery query = {
        .name = "analysis_is_pending",
        .sql = "SELECT count(*) FROM (SELECT p.id" PHOTOS WAITS_ANY " LIMIT 1) AS waiting",
    };
    gint64 count = 0;
    StoreStatement *row = prepare(tx, &query, models, FALSE, error);
    if (!row || !store_step_int(row, &count, error)) {
        return FALSE;
    }
    *ret_pending = count > 0;
    return TRUE;
}

void analysis_photo_free(AnalysisPhoto *photo)
{
    if (photo) {
        g_free(photo->source_path);
        g_free(photo->path);
        g_free(photo);
    }
}

static AnalysisPhoto *read_photo(const StoreStatement *row)
{
    AnalysisPhoto *photo = g_new0(AnalysisPhoto, 1);
    gsize length;
    gconstpointer hash = store_column_blob(row, 1, &length);
    photo->id = store_column_int(row, 0);
    if (hash && length == HASH_BYTES) {
        memcpy(photo->content.bytes, hash, HASH_BYTES);
    }
    photo->source_path = g_strdup(store_column_text(row, 2));
    photo->path = g_strdup(store_column_text(row, 3));
    photo->file_bytes = store_column_int(row, 4);
    photo->modified_ns = store_column_int(row, 5);
    photo->width = store_column_int(row, 6);
    photo->height = store_column_int(row, 7);
    photo->tasks = (int)store_column_int(row, 8);
    return photo;
}

GPtrArray *analysis_photos(StoreTx *tx, const AnalysisModels *models, gboolean retry_failed,
                           const gint64 *ids, gsize count, GError **error)
{
    static const StoreQuery query = {
        .name = "analysis_photo",
        .sql = "SELECT p.id, p.content_hash, s.path, p.path, p.file_bytes, p.modified_ns, "
               "p.width, p.height, " TASK_BIT(WAITS_OBJECTS, "1") " + " TASK_BIT(
                   WAITS_FACES, "2") " + " TASK_BIT(WAITS_SIMILAR, "4") " + " TASK_BIT(WAITS_WORDS,
                                                                                       "8") PHOTOS
        " AND p.id = ?6",
    };
    G_STATIC_ASSERT(VISION_OBJECTS == 1 && VISION_FACES == 2 && VISION_SIMILAR == 4 &&
                    VISION_WORDS == 8);
    g_autoptr(GPtrArray) photos =
        g_ptr_array_new_with_free_func((GDestroyNotify)analysis_photo_free);
    for (gsize i = 0; i < count; i++) {
        StoreStatement *row = prepare(tx, &query, models, retry_failed, error);
        if (!row) {
            return NULL;
        }
        store_bind_int(row, VISION_TASKS + 2, ids[i]);
        switch (store_step(row, error)) {
        case STORE_ROW:
            g_ptr_array_add(photos, read_photo(row));
            break;
        case STORE_DONE:
            break;
        case STORE_ERROR:
            return NULL;
        }
    }
    return g_steal_pointer(&photos);
}

static gboolean count_photos(StoreTx *tx, gint64 *ret_count, GError **error)
{
    static const StoreQuery query = {
        .name = "analysis_photo_count",
        .sql = "SELECT count(*)" PHOTOS,
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    return row && store_step_int(row, ret_count, error);
}

gboolean analysis_count(StoreTx *tx, VisionTask task, const char *model, AnalysisCounts *ret_counts,
                        GError **error)
{
    static const StoreQuery query = {
        .name = "analysis_count",
        .sql = "SELECT coalesce(sum(CASE WHEN a.error IS NULL THEN 1 ELSE 0 END), 0), "
               "coalesce(sum(CASE WHEN a.error IS NULL THEN 0 ELSE 1 END), 0) "
               "FROM analysis a JOIN photo p ON p.id = a.photo_id "
               "JOIN folder f ON f.id = p.folder_id JOIN source s ON s.id = f.source_id "
               "WHERE p.state = 'present' AND p.kept_out IS NULL AND s.removed_ms IS NULL "
               "AND a.task = ?1 AND (?2 = '' OR a.model = ?2) "
               "AND a.content_hash = p.content_hash",
    };
    gint64 photos = 0;
    if (!count_photos(tx, &photos, error)) {
        return FALSE;
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, vision_task_name(task));
    store_bind_text(row, 2, model ? model : "");
    if (!store_step_one(row, error)) {
        return FALSE;
    }
    ret_counts->done = store_column_int(row, 0);
    ret_counts->failed = model ? store_column_int(row, 1) : 0;
    ret_counts->pending = photos - ret_counts->done - ret_counts->failed;
    return TRUE;
}
