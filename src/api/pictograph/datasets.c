/* Datasets: listed, made, changed, archived, deleted. What is worked out of one is in
 * dataset_reports.c. */
#include "api/class_json.h"
#include "api/pictograph/lookup.h"
#include "api/pictograph/objects.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "api/pictograph/saves.h"
#include "base/limits.h"

static const char *text_of(const HttpRequest *request, const char *name)
{
    return json_string_value(json_object_get(http_body(request), name));
}

/* --- answers --- */

static gboolean answer_dataset(HttpRequest *request, StoreTx *tx, const Dataset *dataset,
                               GError **error)
{
    g_autoptr(JsonWriter) writer = pictograph_writer();
    return pictograph_write_dataset(writer, tx, dataset, error) &&
           pictograph_answer(request, g_steal_pointer(&writer), "dataset", NULL, error);
}

/* After a change, as it is now: what is told belongs to the same transaction. */
static gboolean commit_and_answer(HttpRequest *request, StoreTx *tx, gint64 dataset_id,
                                  GError **error)
{
    g_autoptr(JsonWriter) writer = pictograph_writer();
    g_autoptr(Dataset) dataset = dataset_get(tx, api_principal(request), dataset_id, error);
    return dataset && pictograph_write_dataset(writer, tx, dataset, error) &&
           pictograph_commit(request, tx, error) &&
           pictograph_answer(request, g_steal_pointer(&writer), "dataset", NULL, error);
}

/* --- reading --- */

static gboolean list_datasets(HttpRequest *request, GError **error)
{
    PictographPage page = pictograph_page(request);
    gint64 total = 0;
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) datasets =
        tx ? dataset_list(tx, api_principal(request), http_flag(request, "archived", FALSE),
                          page.offset, page.limit, &total, error)
           : NULL;
    if (!datasets) {
        return FALSE;
    }
    g_autoptr(JsonWriter) writer = pictograph_writer();
    json_array_begin(writer);
    for (guint i = 0; i < datasets->len; i++) {
        if (!pictograph_write_dataset(writer, tx, g_ptr_array_index(datasets, i), error)) {
            return FALSE;
        }
    }
    json_array_end(writer);
    return pictograph_answer_list(request, g_steal_pointer(&writer), "datasets", page, total,
                                  error);
}

static gboolean answer_with_images(HttpRequest *request, StoreTx *tx, const Dataset *dataset,
                                   GError **error)
{
    const ItemFilter filter = {.order = ITEM_NEWEST};
    gint64 limit = MIN(http_int(request, "images_limit", 1000), LIMIT_LISTED_ITEMS);
    gint64 offset = http_int(request, "images_offset", 0);
    g_autoptr(GPtrArray) classes = class_list(tx, dataset->project_id, error);
    g_autoptr(GPtrArray) items =
        classes ? item_list(tx, dataset, &filter, offset, limit, NULL, error) : NULL;
    if (!items) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    pictograph_begin_dataset(writer, dataset, classes);
    json_key(writer, "images");
    pictograph_write_images(writer, request, items);
    json_object_end(writer);
    return pictograph_answer(request, writer, "dataset", NULL, error);
}

static gboolean get_dataset(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset =
        tx ? dataset_find(tx, api_principal(request), http_text(request, "dataset", ""), error)
           : NULL;
    if (!dataset) {
        return FALSE;
    }
    return http_flag(request, "include_images", FALSE)
               ? answer_with_images(request, tx, dataset, error)
               : answer_dataset(request, tx, dataset, error);
}

/* --- making and changing --- */

/* The set of the body's annotation_types; 0: not told. */
static guint kinds_of(const HttpRequest *request)
{
    const json_t *list = json_object_get(http_body(request), "annotation_types");
    guint kinds = 0;
    for (gsize i = 0; i < json_array_size(list); i++) {
        ShapeKind kind = shape_kind_from_name(json_string_value(json_array_get(list, i)));
        kinds |= 1U << (kind ? kind : SHAPE_BBOX); /* "box" is what the oldest clients call it */
    }
    return kinds;
}

/* The body's classes; NULL when it has none. TRUE when they are no good, and that has been
 * answered. */
static gboolean refuses_classes(HttpRequest *request, GPtrArray **ret_classes)
{
    const json_t *list = json_object_get(http_body(request), "classes");
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    g_autoptr(PictographProblems) problems = pictograph_problems_new();
    gboolean told = list && !json_is_null(list);
    *ret_classes = told ? class_json_read_list(list, FALSE, faults) : NULL;
    pictograph_problem_add_faults(problems, faults, "classes");
    return pictograph_refuse_problems(request, problems);
}

static gboolean create_dataset(HttpRequest *request, GError **error)
{
    g_autoptr(GPtrArray) classes = NULL;
    if (refuses_classes(request, &classes)) {
        return TRUE;
    }
    gboolean has_classes = classes && classes->len > 0;
    const DatasetNew values = {
        .name = text_of(request, "name"),
        .description = text_of(request, "description"),
        .readme = text_of(request, "readme"),
        .kinds = kinds_of(request),
        .policy = has_classes ? CLASS_POLICY_CLOSED : CLASS_POLICY_OPEN,
    };
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    g_autoptr(Dataset) dataset =
        tx ? dataset_create(tx, api_principal(request), &values, error) : NULL;
    if (!dataset || (has_classes && !class_replace(tx, dataset->project_id, classes, error)) ||
        !commit_and_answer(request, tx, dataset->id, error)) {
        return FALSE;
    }
    return TRUE;
}

static gboolean has_change(const HttpRequest *request)
{
    static const char *const members[] = {"new_name",         "name",   "readme", "description",
                                          "annotation_types", "classes"};
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        const json_t *value = json_object_get(http_body(request), members[i]);
        if (value && !json_is_null(value)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean update_dataset(HttpRequest *request, GError **error)
{
    g_autoptr(GPtrArray) classes = NULL;
    g_autoptr(Dataset) dataset = NULL;
    if (!has_change(request)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "There is nothing to change in the request");
        return FALSE;
    }
    if (refuses_classes(request, &classes)) {
        return TRUE;
    }
    const char *new_name = text_of(request, "new_name");
    const DatasetChange change = {
        .name = new_name ? new_name : text_of(request, "name"),
        .description = text_of(request, "description"),
        .readme = text_of(request, "readme"),
        .kinds = kinds_of(request),
    };
    g_autoptr(StoreTx) tx = pictograph_begin_dataset_change(
        request, http_text(request, "dataset", ""), &dataset, error);
    return tx && dataset_update(tx, dataset, &change, error) &&
           (!classes || class_replace(tx, dataset->project_id, classes, error)) &&
           commit_and_answer(request, tx, dataset->id, error);
}

static gboolean set_archived(HttpRequest *request, gboolean archived, GError **error)
{
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx = pictograph_begin_dataset_change(
        request, http_text(request, "dataset", ""), &dataset, error);
    return tx &&
           ((dataset->archived_ms > 0) == archived ||
            dataset_archive(tx, dataset, archived, error)) &&
           commit_and_answer(request, tx, dataset->id, error);
}

static gboolean archive_dataset(HttpRequest *request, GError **error)
{
    return set_archived(request, TRUE, error);
}

static gboolean unarchive_dataset(HttpRequest *request, GError **error)
{
    return set_archived(request, FALSE, error);
}

static gboolean delete_dataset(HttpRequest *request, GError **error)
{
    DatasetDeleted deleted = {0};
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx = pictograph_begin_dataset_change(
        request, http_text(request, "dataset", ""), &dataset, error);
    if (!tx || !dataset_delete(tx, dataset, &deleted, error) ||
        !pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "id", dataset->uuid);
    json_member_string(writer, "name", dataset->name);
    json_member_bool(writer, "deleted", TRUE);
    json_member_int(writer, "images_deleted", deleted.images);
    json_member_int(writer, "directories_deleted", deleted.directories);
    json_member_int(writer, "gcs_blobs_deleted", 0); /* the photos stay in the library */
    json_member_int(writer, "gcs_blobs_retained_for_forks", 0);
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

/* --- routes --- */

#define DATASETS PICTOGRAPH_BASE "/datasets"
#define TAG      "pictograph datasets"

static const HttpParameter list_query[] = {
    PICTOGRAPH_PAGE_PARAMS,
    {.name = "archived", .type = HTTP_BOOL, .fallback = "false", .summary = "Archived ones"},
    {0},
};

static const HttpParameter get_query[] = {
    {.name = "include_images", .type = HTTP_BOOL, .fallback = "false"},
    {.name = "images_limit",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = 1e9,
     .fallback = "1000",
     .summary = "At most 10000 are given"},
    {.name = "images_offset", .type = HTTP_INT, .bounded = TRUE, .max = 1e15, .fallback = "0"},
    {0},
};

static const char *const kinds[] = {"bbox", "box", "polygon", "polyline", "keypoint", NULL};

#define NAME_BOUNDS                                                                                \
    .type = HTTP_TEXT, .bounded = TRUE, .min = 1, .max = LIMIT_DATASET_NAME_CHARACTERS
#define COMMON_MEMBERS                                                                             \
    {.name = "description", .type = HTTP_TEXT},                                                    \
        {.name = "readme", .type = HTTP_TEXT, .summary = "Markdown"},                              \
        {.name = "annotation_types", .type = HTTP_TEXT_LIST, .choices = kinds},                    \
    {                                                                                              \
        .name = "classes", .type = HTTP_OBJECT_LIST,                                               \
        .summary = "name, type, color, attributes, skeleton of each"                               \
    }

static const HttpParameter create_body[] = {
    {.name = "name", .required = TRUE, NAME_BOUNDS},
    COMMON_MEMBERS,
    {0},
};

static const HttpParameter update_body[] = {
    {.name = "new_name", NAME_BOUNDS},
    {.name = "name", NAME_BOUNDS, .summary = "The same"},
    COMMON_MEMBERS,
    {0},
};

const HttpRoute pictograph_dataset_routes[] = {
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DATASETS, .query = list_query,
               .tag = TAG, .summary = "Datasets, the newest first",
               .response_schema = "PictographDatasets", .handler = list_datasets),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = DATASETS, .body = create_body,
               .tag = TAG, .summary = "Make a dataset", .status = 201,
               .response_schema = "PictographDatasetAnswer", .handler = create_dataset),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DATASETS "/{dataset}",
               .query = get_query, .tag = TAG, .summary = "A dataset, by its name or UUID",
               .response_schema = "PictographDatasetAnswer", .handler = get_dataset),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DATASETS "/by-name/{dataset}",
               .query = get_query, .tag = TAG, .summary = "The same",
               .response_schema = "PictographDatasetAnswer", .handler = get_dataset),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_PATCH, .path = DATASETS "/{dataset}",
               .body = update_body, .tag = TAG, .summary = "Change a dataset, or its classes",
               .response_schema = "PictographDatasetAnswer", .handler = update_dataset),
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = HTTP_DELETE, .path = DATASETS "/{dataset}", .tag = TAG,
               .summary = "Delete a dataset with all that was drawn in it",
               .response_schema = "PictographDatasetDeleted", .handler = delete_dataset),
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = HTTP_POST, .path = DATASETS "/{dataset}/archive",
               .tag = TAG, .summary = "Put a dataset away",
               .response_schema = "PictographDatasetAnswer", .handler = archive_dataset),
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = HTTP_POST, .path = DATASETS "/{dataset}/unarchive",
               .tag = TAG, .summary = "Take a dataset back into use",
               .response_schema = "PictographDatasetAnswer", .handler = unarchive_dataset),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_dataset_routes) == PICTOGRAPH_DATASET_ROUTES);
