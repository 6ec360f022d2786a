/* What becomes of many images of one dataset at once. */
#include "api/pictograph/lookup.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "api/pictograph/saves.h"
#include "base/limits.h"
#include "studio/directory.h"

#include <string.h>

/* One batch on its way. */
typedef struct {
    HttpRequest *request;
    StoreTx *tx;
    Dataset *dataset;
    const char **uuids; /* as sent */
    GArray *ids;        /* of gint64: those that are of the dataset */
    JsonWriter *failed; /* the list of those that are not, or could not be changed */
    GHashTable *before; /* of each directory's path: how many images it had */
    gint64 processed, renamed;
    const char *operation; /* NULL: the batch has no name of its own */
} Batch;

static void batch_clear(Batch *batch)
{
    g_clear_pointer(&batch->before, g_hash_table_unref);
    g_clear_pointer(&batch->failed, json_writer_free);
    g_clear_pointer(&batch->ids, g_array_unref);
    g_clear_pointer(&batch->uuids, g_free);
    g_clear_pointer(&batch->dataset, dataset_free);
    g_clear_pointer(&batch->tx, store_tx_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Batch, batch_clear)

static const gint64 *ids_of(const Batch *batch)
{
    return (const gint64 *)(gpointer)batch->ids->data;
}

static void tell_failed(Batch *batch, const char *uuid, const char *reason)
{
    json_object_begin(batch->failed);
    json_member_string(batch->failed, "id", uuid);
    json_member_string(batch->failed, "reason", reason);
    json_object_end(batch->failed);
}

/* --- which directories are affected: those that have more images now, or fewer. One that is not
 * there has none. --- */

static gboolean note_root(StoreTx *tx, const Dataset *dataset, GHashTable *counts, GError **error)
{
    g_autoptr(Directory) root = directory_find(tx, dataset, "/", error);
    if (root) {
        g_hash_table_insert(counts, g_strdup(root->path), GINT_TO_POINTER((gint)root->image_count));
    }
    return root != NULL;
}

/* How many images lie right in each directory, by its path. */
static GHashTable *count_images(StoreTx *tx, const Dataset *dataset, GError **error)
{
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) directories = directory_list(tx, dataset, error);
    if (!directories || !note_root(tx, dataset, counts, error)) {
        return NULL;
    }
    for (guint i = 0; i < directories->len; i++) {
        const Directory *directory = g_ptr_array_index(directories, i);
        g_hash_table_insert(counts, g_strdup(directory->path),
                            GINT_TO_POINTER((gint)directory->image_count));
    }
    return g_steal_pointer(&counts);
}

static gboolean write_affected(JsonWriter *writer, const Batch *batch, GError **error)
{
    g_autoptr(GHashTable) after = count_images(batch->tx, batch->dataset, error);
    g_autoptr(GList) paths = after ? g_hash_table_get_keys(after) : NULL;
    if (!after) {
        return FALSE;
    }
    paths = g_list_sort(paths, (GCompareFunc)strcmp);
    json_key(writer, "affected_directories");
    json_array_begin(writer);
    for (const GList *path = paths; path; path = path->next) {
        if (g_hash_table_lookup(after, path->data) !=
            g_hash_table_lookup(batch->before, path->data)) {
            json_text(writer, path->data);
        }
    }
    json_array_end(writer);
    return TRUE;
}

/* --- the way of every batch --- */

static gboolean begin(HttpRequest *request, Batch *batch, GError **error)
{
    const char *name = pictograph_body_text(request, "dataset_name", "dataset");
    g_autoptr(GArray) unknown = NULL;
    batch->request = request;
    batch->uuids = pictograph_body_list(request, "image_ids");
    batch->failed = pictograph_writer();
    batch->tx = pictograph_begin_dataset_change(request, name, &batch->dataset, error);
    batch->ids =
        batch->tx ? item_ids(batch->tx, batch->dataset, batch->uuids, &unknown, error) : NULL;
    batch->before = batch->ids ? count_images(batch->tx, batch->dataset, error) : NULL;
    json_array_begin(batch->failed);
    for (guint i = 0; batch->ids && i < unknown->len; i++) {
        tell_failed(batch, batch->uuids[g_array_index(unknown, guint, i)], "not found");
    }
    batch->processed = batch->ids ? batch->ids->len : 0;
    return batch->before != NULL;
}

static gboolean finish(Batch *batch, GError **error)
{
    g_autoptr(JsonWriter) writer = pictograph_writer();
    json_array_end(batch->failed);
    g_autoptr(GBytes) failed = json_writer_finish(batch->failed, error);
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    json_member_int(writer, "processed", batch->processed);
    json_key(writer, "failed");
    if (!failed) {
        return FALSE;
    }
    json_raw(writer, g_bytes_get_data(failed, NULL), g_bytes_get_size(failed));
    if (!write_affected(writer, batch, error)) {
        return FALSE;
    }
    json_member_int(writer, "renamed", batch->renamed);
    json_member_string(writer, "operation", batch->operation);
    json_object_end(writer);
    return pictograph_commit(batch->request, batch->tx, error) &&
           pictograph_answer_bare(batch->request, g_steal_pointer(&writer), error);
}

/* --- the batches --- */

/* The caller's. */
static char *target_directory(HttpRequest *request, GError **error)
{
    const char *path = pictograph_body_text(request, "target_directory_path");
    return directory_clean_path(path ? path : "", error);
}

static gboolean move_images(HttpRequest *request, GError **error)
{
    g_auto(Batch) batch = {0};
    g_autofree char *target = target_directory(request, error);
    return target && begin(request, &batch, error) &&
           item_move(batch.tx, api_principal(request), batch.dataset, ids_of(&batch),
                     batch.ids->len, target, &batch.renamed, error) &&
           finish(&batch, error);
}

static CopyCollision collision_of(const HttpRequest *request)
{
    const char *name = pictograph_body_text(request, "duplicate_handling");
    if (g_strcmp0(name, "skip") == 0) {
        return COPY_SKIP;
    }
    return g_strcmp0(name, "overwrite") == 0 ? COPY_OVERWRITE : COPY_RENAME;
}

static gboolean copy_images(HttpRequest *request, GError **error)
{
    g_auto(Batch) batch = {0};
    gboolean with = json_is_true(json_object_get(http_body(request), "copy_annotations"));
    g_autofree char *target = target_directory(request, error);
    return target && begin(request, &batch, error) &&
           item_copy(batch.tx, api_principal(request), batch.dataset, ids_of(&batch),
                     batch.ids->len, target, collision_of(request), with, &batch.processed,
                     &batch.renamed, error) &&
           finish(&batch, error);
}

static gboolean delete_images(HttpRequest *request, GError **error)
{
    g_auto(Batch) batch = {0};
    gboolean permanent = json_is_true(json_object_get(http_body(request), "permanent"));
    batch.operation = permanent ? "deleted" : "archived";
    if (!begin(request, &batch, error)) {
        return FALSE;
    }
    if (permanent && !pictograph_is_at_least(request, MEMBER_ADMIN)) {
        return TRUE;
    }
    const gint64 *ids = ids_of(&batch);
    return (permanent
                ? item_delete(batch.tx, batch.dataset, ids, batch.ids->len, error)
                : item_set_archived(batch.tx, batch.dataset, ids, batch.ids->len, TRUE, error)) &&
           finish(&batch, error);
}

/* --- updates --- */

typedef struct {
    gboolean has_status, has_archived, archived;
    ItemStatus status;
    const char *name; /* NULL: as it is */
} Updates;

static void refuse_value(PictographProblems *problems, const char *path, const char *message)
{
    pictograph_problem_add(problems, path, NULL, message);
}

static Updates read_updates(const json_t *object, PictographProblems *problems)
{
    static const char *const members[] = {"status", "display_name", "is_archived", NULL};
    const json_t *status = json_object_get(object, "status");
    const json_t *name = json_object_get(object, "display_name");
    const json_t *archived = json_object_get(object, "is_archived");
    Updates updates = {.name = json_string_value(name), .archived = json_is_true(archived)};
    updates.has_status = status && !json_is_null(status);
    updates.has_archived = archived && !json_is_null(archived);
    pictograph_check_members(object, "updates", members, problems);
    if (updates.has_status &&
        (!json_is_string(status) ||
         !item_status_from_name(json_string_value(status), &updates.status))) {
        refuse_value(problems, "updates.status",
                     "Input should be 'new', 'annotate', 'review' or 'complete'");
    }
    if (name && !json_is_null(name) && !json_is_string(name)) {
        refuse_value(problems, "updates.display_name", "Input should be a string");
    }
    if (updates.has_archived && !json_is_boolean(archived)) {
        refuse_value(problems, "updates.is_archived", "Input should be a boolean");
    }
    return updates;
}

/* Of one image alone: its name is taken, or it is not there, which has been told. */
static gboolean rename_image(Batch *batch, const char *name, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (batch->ids->len == 0) {
        return TRUE;
    }
    if (item_rename(batch->tx, batch->dataset, ids_of(batch)[0], name, &failure)) {
        batch->renamed = 1;
        return TRUE;
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT)) {
        tell_failed(batch, batch->uuids[0], failure->message);
        batch->processed = 0;
        return TRUE;
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

static gboolean apply(Batch *batch, const Updates *updates, GError **error)
{
    const gint64 *ids = ids_of(batch);
    gsize count = batch->ids->len;
    return (!updates->has_status ||
            item_set_status(batch->tx, api_principal(batch->request), batch->dataset, ids, count,
                            updates->status, error)) &&
           (!updates->has_archived ||
            item_set_archived(batch->tx, batch->dataset, ids, count, updates->archived, error)) &&
           (!updates->name || rename_image(batch, updates->name, error));
}

static gboolean update_images(HttpRequest *request, GError **error)
{
    g_auto(Batch) batch = {0};
    g_autoptr(PictographProblems) problems = pictograph_problems_new();
    const json_t *object = json_object_get(http_body(request), "updates");
    const Updates updates = read_updates(object, problems);
    if (updates.name && json_array_size(json_object_get(http_body(request), "image_ids")) != 1) {
        refuse_value(problems, "updates.display_name", "One image at a time is given a name");
    }
    if (json_object_size(object) == 0) {
        refuse_value(problems, "updates", "There is nothing to update");
    }
    if (pictograph_refuse_problems(request, problems)) {
        return TRUE;
    }
    return begin(request, &batch, error) && apply(&batch, &updates, error) && finish(&batch, error);
}

/* --- routes --- */

#define BATCH PICTOGRAPH_BASE "/batch/images"
#define TAG   "pictograph batches"
#define COMMON_MEMBERS                                                                             \
    {.name = "dataset_name", .type = HTTP_TEXT, .required = TRUE, .summary = "Or UUID"},           \
    {                                                                                              \
        .name = "image_ids", .type = HTTP_TEXT_LIST, .required = TRUE, .bounded = TRUE,            \
        .max = LIMIT_BATCH_ITEMS                                                                   \
    }
#define TARGET_MEMBER                                                                              \
    {                                                                                              \
        .name = "target_directory_path", .type = HTTP_TEXT, .required = TRUE                       \
    }

static const char *const handlings[] = {"rename", "skip", "overwrite", NULL};

static const HttpParameter move_body[] = {COMMON_MEMBERS, TARGET_MEMBER, {0}};

static const HttpParameter copy_body[] = {
    COMMON_MEMBERS,
    TARGET_MEMBER,
    {.name = "duplicate_handling", .type = HTTP_TEXT, .choices = handlings, .fallback = "rename"},
    {.name = "copy_annotations", .type = HTTP_BOOL, .fallback = "false"},
    {0},
};

static const HttpParameter delete_body[] = {
    COMMON_MEMBERS,
    {.name = "permanent", .type = HTTP_BOOL, .fallback = "false"},
    {0},
};

static const HttpParameter update_body[] = {
    COMMON_MEMBERS,
    {.name = "updates",
     .type = HTTP_OBJECT,
     .required = TRUE,
     .summary = "status, display_name, is_archived"},
    {0},
};

#define BATCH_ROUTE(method_, path_, body_, summary_, handler_)                                     \
    HTTP_ROUTE(CAPABILITY_CURATE, .method = (method_), .path = BATCH path_, .body = (body_),       \
               .tag = TAG, .summary = (summary_), .response_schema = "PictographBatch",            \
               .handler = (handler_))

const HttpRoute pictograph_batch_routes[] = {
    BATCH_ROUTE(HTTP_POST, "/move", move_body, "Move images to another directory", move_images),
    BATCH_ROUTE(HTTP_POST, "/copy", copy_body, "Copy images into a directory", copy_images),
    BATCH_ROUTE(HTTP_POST, "/delete", delete_body, "Archive or delete images", delete_images),
    BATCH_ROUTE(HTTP_PATCH, "/update", update_body,
                "Change status or name of images, or archive "
                "them",
                update_images),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_batch_routes) == PICTOGRAPH_BATCH_ROUTES);
