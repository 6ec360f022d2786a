/* Which photo a file is, when its path alone does not tell. */
#include "base/limits.h"
#include "library/ingest.h"
#include "library/ingest_rows.h"
#include "library/library.h"
#include "library/source.h"
#include "library/stack.h"

#include <string.h>

void content_match_free(ContentMatch *match)
{
    if (!match) {
        return;
    }
    g_free(match->source_path);
    g_free(match->folder_path);
    g_free(match->name);
    g_free(match->root_identity);
    g_free(match);
}

static ContentMatch *match_from_row(const StoreStatement *row)
{
    ContentMatch *match = g_new0(ContentMatch, 1);
    match->photo_id = store_column_int(row, 0);
    match->source_path = g_strdup(store_column_text(row, 1));
    match->folder_path = g_strdup(store_column_text(row, 2));
    match->name = g_strdup(store_column_text(row, 3));
    match->file_bytes = store_column_int(row, 4);
    match->modified_ns = store_column_int(row, 5);
    match->source_removed = !store_column_is_null(row, 6);
    match->is_trashed = store_column_int(row, 7) != 0;
    match->has_sidecar = !store_column_is_null(row, 8);
    match->sidecar_bytes = store_column_int(row, 8);
    match->sidecar_modified_ns = store_column_int(row, 9);
    match->root_identity = g_strdup(store_column_text(row, 10));
    return match;
}

/* What was thrown away comes last, lest it hide a copy that is shown. */
GPtrArray *ingest_find_content(StoreTx *tx, const ContentHash *content, const char *folder_path,
                               const char *name, GError **error)
{
    static const StoreQuery query = {
        .name = "ingest_find_content",
        .sql = "SELECT p.id, s.path, f.path, p.name, p.file_bytes, p.modified_ns, s.removed_ms, "
               "CASE WHEN p.kept_out = 'trash' THEN 1 ELSE 0 END, "
               "p.sidecar_bytes, p.sidecar_modified_ns, s.root_identity "
               "FROM photo p JOIN folder f ON f.id = p.folder_id "
               "JOIN source s ON s.id = f.source_id WHERE p.content_hash = ?1 ORDER BY "
               "CASE WHEN p.kept_out = 'trash' THEN 3 "
               "WHEN p.name = ?2 AND f.path = ?3 THEN 0 WHEN p.kept_out IS NULL THEN 1 ELSE 2 END, "
               "CASE WHEN p.name = ?2 THEN 0 ELSE 1 END, CASE WHEN f.path = ?3 THEN 0 ELSE 1 END, "
               "CASE WHEN p.state = 'missing' THEN 0 ELSE 1 END, p.id LIMIT ?4",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_blob(row, 1, content->bytes, HASH_BYTES);
    store_bind_text(row, 2, name);
    store_bind_text(row, 3, folder_path);
    store_bind_int(row, 4, LIMIT_SCAN_COPIES);
    g_autoptr(GPtrArray) matches =
        g_ptr_array_new_with_free_func((GDestroyNotify)content_match_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(matches, match_from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&matches) : NULL;
}

/* Where a photo is. */
typedef struct {
    gint64 id; /* 0: there is none */
    gint64 folder_id;
    char *path;
    char *name;
    gint64 missing_since_ms; /* 0: it is there */
} Place;

static void place_clear(Place *place)
{
    g_free(place->path);
    g_free(place->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static gboolean step_to_place(StoreStatement *row, Place *ret_place, GError **error)
{
    StoreStep step = store_step(row, error);
    if (step == STORE_ROW) {
        ret_place->id = store_column_int(row, 0);
        ret_place->folder_id = store_column_int(row, 1);
        ret_place->path = g_strdup(store_column_text(row, 2));
        ret_place->name = g_strdup(store_column_text(row, 3));
        ret_place->missing_since_ms = store_column_int(row, 4);
    }
    return step != STORE_ERROR;
}

#define SELECT_PLACE                                                                               \
    "SELECT id, folder_id, path, name, "                                                           \
    "CASE WHEN state = 'present' THEN 0 ELSE state_ms END FROM photo WHERE "

/* Of the photo as long as it has this content; holds its row. */
static gboolean find_photo(StoreTx *tx, gint64 photo_id, const ContentHash *content,
                           Place *ret_place, GError **error)
{
    static const StoreQuery query = {
        .name = "ingest_place_of_photo",
        .sql = SELECT_PLACE "id = ?1 AND content_hash = ?2 AND kept_out IS DISTINCT FROM 'trash'",
        .postgres = SELECT_PLACE
        "id = ?1 AND content_hash = ?2 AND kept_out IS DISTINCT FROM 'trash' FOR UPDATE",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, photo_id);
    store_bind_blob(row, 2, content->bytes, HASH_BYTES);
    return step_to_place(row, ret_place, error);
}

static gboolean find_occupant(StoreTx *tx, const char *path, Place *ret_place, GError **error)
{
    static const StoreQuery query = {
        .name = "ingest_place_at_path",
        .sql = SELECT_PLACE "path = ?1",
        .postgres = SELECT_PLACE "path = ?1 FOR UPDATE",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, path);
    return step_to_place(row, ret_place, error);
}

/* Gives a photo another place, of which its own file knows nothing. */
static gboolean put_aside(StoreTx *tx, gint64 photo_id, const Place *place, GError **error)
{
    static const StoreQuery query = {
        .name = "ingest_put_aside",
        .sql = "UPDATE photo SET folder_id = ?2, path = ?3, name = ?4, "
               "state = 'missing', state_ms = ?5, version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo_id);
    store_bind_int(statement, 2, place->folder_id);
    store_bind_text(statement, 3, place->path);
    store_bind_text(statement, 4, place->name);
    store_bind_int(statement, 5, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean settle(StoreTx *tx, gint64 photo_id, gint64 folder_id, const char *path,
                       const IngestFile *file, GError **error)
{
    static const StoreQuery query = {
        .name = "ingest_settle",
        .sql =
            "UPDATE photo SET folder_id = ?2, path = ?3, name = ?4, file_bytes = ?5, "
            "modified_ns = ?6, state_ms = CASE WHEN state = 'present' THEN state_ms ELSE ?7 END, "
            "state = 'present', kept_out = CASE WHEN ?8 = 0 THEN kept_out END, "
            "version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo_id);
    store_bind_int(statement, 2, folder_id);
    store_bind_text(statement, 3, path);
    store_bind_text(statement, 4, file->name);
    store_bind_int(statement, 5, file->file_bytes);
    store_bind_int(statement, 6, file->modified_ns);
    store_bind_int(statement, 7, library_now_ms());
    store_bind_int(statement, 8, file->take_back);
    return store_run(statement, NULL, error);
}

/* No path is like it; only within one transaction. */
static Place between_places(const Place *old)
{
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    return (Place){.folder_id = old->folder_id,
                   .path = g_strconcat("moving:", uuid, NULL),
                   .name = g_strdup(old->name)};
}

/* Whoever has the new place takes the old one. */
static gboolean change_places(StoreTx *tx, const Place *old, const Place *occupant,
                              gint64 folder_id, const char *path, const IngestFile *file,
                              GError **error)
{
    if (!occupant->id) {
        return settle(tx, old->id, folder_id, path, file, error);
    }
    g_auto(Place) between = between_places(old);
    return put_aside(tx, occupant->id, &between, error) &&
           settle(tx, old->id, folder_id, path, file, error) &&
           put_aside(tx, occupant->id, old, error);
}

gboolean ingest_move(StoreTx *tx, const IngestFile *file, gint64 photo_id,
                     const ContentHash *content, IngestMoved *ret_moved, GError **error)
{
    g_auto(Place) old = {0};
    g_auto(Place) occupant = {0};
    g_autofree char *path = ingest_file_path(file->folder_path, file->name);
    gint64 folder_id = 0;
    *ret_moved = (IngestMoved){0};
    if (!find_photo(tx, photo_id, content, &old, error)) {
        return FALSE;
    }
    if (!old.id) {
        return TRUE;
    }
    gboolean stays = strcmp(old.path, path) == 0;
    if (!stays && !find_occupant(tx, path, &occupant, error)) {
        return FALSE;
    }
    *ret_moved = (IngestMoved){
        .moved = TRUE,
        .missing_since_ms = old.missing_since_ms,
        .displaced = occupant.id && !occupant.missing_since_ms,
    };
    return folder_ensure(tx, file->source_id, file->folder_path, &folder_id, error) &&
           change_places(tx, &old, &occupant, folder_id, path, file, error) &&
           ingest_clear_failure(tx, path, error) &&
           stack_refresh(tx, folder_id, file->name, error) &&
           (stays || stack_refresh(tx, old.folder_id, old.name, error));
}
