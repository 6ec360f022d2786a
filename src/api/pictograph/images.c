/* Images of a dataset: listed, described, reviewed, parted, tagged, put away. Their bytes are in
 * image_bytes.c. */
#include "api/pictograph/images.h"

#include "api/pictograph/lookup.h"
#include "api/pictograph/objects.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "base/limits.h"
#include "studio/annotations.h"
#include "studio/formats/annotation_json.h"
#include "studio/splits.h"

#include <math.h>
#include <string.h>

static gboolean refuse(GError **error, AlbumenError code, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, (gint)code, message);
    return FALSE;
}

/* --- the list --- */

static ItemFilter read_filter(const HttpRequest *request, const char *directory)
{
    return (ItemFilter){
        .directory = directory,
        .filename = http_has(request, "filename") ? http_text(request, "filename", NULL) : NULL,
        .status = http_text(request, "status", NULL),
        .split = http_text(request, "split", NULL),
        .confidence_below = http_number(request, "min_confidence_lt", NAN),
        .archived = http_flag(request, "include_archived", FALSE) ? ITEM_ANY : ITEM_IN_USE,
        .order = ITEM_NEWEST,
    };
}

static gboolean list_images(HttpRequest *request, GError **error)
{
    gint64 total = 0;
    PictographPage page = pictograph_page(request);
    const char *name = pictograph_query_text(request, "dataset", "dataset_id", "dataset_name");
    if (!name) {
        return refuse(error, ALBUMEN_ERROR_INVALID, "The parameter 'dataset' is missing");
    }
    gboolean in_directory = http_has(request, "directory_path");
    g_autofree char *directory =
        in_directory ? directory_clean_path(http_text(request, "directory_path", ""), error) : NULL;
    if (in_directory && !directory) {
        return FALSE;
    }
    const ItemFilter filter = read_filter(request, directory);
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? dataset_find(tx, api_principal(request), name, error) : NULL;
    g_autoptr(GPtrArray) items =
        dataset ? item_list(tx, dataset, &filter, page.offset, page.limit, &total, error) : NULL;
    if (!items) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    pictograph_write_images(writer, request, items);
    return pictograph_answer_list(request, writer, "images", page, total, error);
}

/* --- one image --- */

static JsonWriter *write_annotations(HttpRequest *request, StoreTx *tx, const Item *item,
                                     gboolean by_name, GError **error)
{
    g_autoptr(GPtrArray) shapes =
        annotations_load(tx, item->project_id, item->id, ANNOTATIONS_STANDING, error);
    if (!shapes) {
        return NULL;
    }
    const char *asked = http_text(request, "polygon", NULL);
    gboolean paths = pictograph_wants_paths(request, by_name, asked);
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "annotations");
    annotation_json_write_list(writer, shapes, paths ? ANNOTATION_PATHS : ANNOTATION_PATH);
    json_object_end(writer);
    return writer;
}

static gboolean answer_image(HttpRequest *request, StoreTx *tx, const Item *item, gboolean by_name,
                             GError **error)
{
    gboolean with = http_flag(request, "include_annotations", FALSE);
    JsonWriter *more = with ? write_annotations(request, tx, item, by_name, error) : NULL;
    if (with && !more) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    pictograph_write_image(writer, request, item);
    return pictograph_answer(request, writer, "image", more, error);
}

static gboolean send_bytes(HttpRequest *request, StoreTx **tx, const Item *item, GError **error)
{
    g_clear_pointer(tx, store_tx_free); /* a grant is made outside of it */
    return pictograph_send_image(request, item, error);
}

/* "/images/{image}/metadata" is of an image by its UUID, else the image called "metadata" of a
 * dataset. */
static gboolean get_metadata(HttpRequest *request, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx) {
        return FALSE;
    }
    g_autoptr(Item) item = pictograph_find_image(request, tx, &failure);
    if (item) {
        return answer_image(request, tx, item, FALSE, error);
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        item = pictograph_find_named(request, tx, http_text(request, "image", ""), "metadata", NULL,
                                     NULL);
    }
    if (!item) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return send_bytes(request, &tx, item, error);
}

static gboolean get_named(HttpRequest *request, GError **error)
{
    static const char *const words[] = {"metadata", "data-bundle", NULL};
    const char *word = NULL;
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Item) item = tx ? pictograph_find_with_word(request, tx, words, &word, error) : NULL;
    if (!item) {
        return FALSE;
    }
    if (word && strcmp(word, "metadata") == 0) {
        return answer_image(request, tx, item, TRUE, error);
    }
    if (!word) {
        return send_bytes(request, &tx, item, error);
    }
    g_clear_pointer(&tx, store_tx_free);
    return pictograph_send_bundle(request, item, error);
}

static gboolean get_image(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Item) item = tx ? pictograph_find_image(request, tx, error) : NULL;
    return item && send_bytes(request, &tx, item, error);
}

/* --- putting away --- */

/* Members put away by the batch alone; whoever only annotates may, as who manages. */
static gboolean may_remove(HttpRequest *request, gboolean permanent)
{
    MemberRole role = principal_member_role(api_principal(request));
    return (!permanent && role == MEMBER_ANNOTATOR) ||
           pictograph_is_at_least(request, MEMBER_ADMIN);
}

static gboolean answer_removed(HttpRequest *request, gboolean permanent, GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    json_member_string(writer, "message", permanent ? "Image deleted" : "Image archived");
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean delete_image(HttpRequest *request, GError **error)
{
    gboolean permanent = http_flag(request, "permanent", FALSE);
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    g_autoptr(Item) item = tx ? pictograph_find_image(request, tx, error) : NULL;
    if (!item) {
        return FALSE;
    }
    if (!may_remove(request, permanent)) {
        return TRUE;
    }
    g_autoptr(Dataset) dataset = dataset_get(tx, api_principal(request), item->dataset_id, error);
    return dataset && dataset_touch(tx, dataset->id, error) &&
           (permanent ? item_delete(tx, dataset, &item->id, 1, error)
                      : item_set_archived(tx, dataset, &item->id, 1, TRUE, error)) &&
           pictograph_commit(request, tx, error) && answer_removed(request, permanent, error);
}

/* --- review and split --- */

static gboolean answer_review(HttpRequest *request, StoreTx *tx, const Item *item, GError **error)
{
    g_autoptr(Item) now = item_find(tx, api_principal(request), item->uuid, error);
    if (!now || !pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "id", now->uuid);
    json_member_string(writer, "status", item_status_name(now->status));
    json_member_string(writer, "review_note", now->review_note);
    json_member_int(writer, "processed", 1);
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

static gboolean review(HttpRequest *request, StoreTx *tx, const Dataset *dataset, const Item *item,
                       GError **error)
{
    const char *action = json_string_value(json_object_get(http_body(request), "action"));
    const char *note = json_string_value(json_object_get(http_body(request), "note"));
    if (!action) {
        const PictographProblem problem = {"action", "Field required", "missing"};
        return pictograph_refuse_body(request, &problem, 1);
    }
    return item_review(tx, api_principal(request), dataset, item->id,
                       strcmp(action, "approve") == 0, note, error) &&
           answer_review(request, tx, item, error);
}

static gboolean set_split(HttpRequest *request, StoreTx *tx, const Dataset *dataset,
                          const Item *item, GError **error)
{
    const json_t *value = json_object_get(http_body(request), "split");
    Split split = SPLIT_NONE;
    if (!value) { /* null is a value: of none */
        const PictographProblem problem = {"split", "Field required", "missing"};
        return pictograph_refuse_body(request, &problem, 1);
    }
    split_from_name(json_string_value(value), &split);
    if (!item_set_split(tx, dataset, &item->id, 1, split, error) ||
        !pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "id", item->uuid);
    json_member_string(writer, "split", split_name(split));
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

/* POST knows an image only with one of the words behind it. */
static gboolean post_named(HttpRequest *request, GError **error)
{
    static const char *const words[] = {"review", "split", NULL};
    const char *word = NULL;
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    g_autoptr(Item) item = tx ? pictograph_find_with_word(request, tx, words, &word, error) : NULL;
    if (!item) {
        return FALSE;
    }
    if (!word) {
        return refuse(error, ALBUMEN_ERROR_NOT_FOUND,
                      "There is nothing to be done by this address");
    }
    g_autoptr(Dataset) dataset = dataset_get(tx, api_principal(request), item->dataset_id, error);
    if (!dataset || !dataset_touch(tx, dataset->id, error)) {
        return FALSE;
    }
    return strcmp(word, "review") == 0 ? review(request, tx, dataset, item, error)
                                       : set_split(request, tx, dataset, item, error);
}

/* --- splits of all --- */

static gint64 percent(const HttpRequest *request, const char *name)
{
    return json_integer_value(json_object_get(http_body(request), name));
}

static gboolean answer_splits(HttpRequest *request, const Dataset *dataset,
                              const gint64 counts[SPLITS], GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "dataset", dataset->name);
    json_member_int(writer, "processed",
                    counts[SPLIT_TRAIN] + counts[SPLIT_VAL] + counts[SPLIT_TEST]);
    json_member_int(writer, "train", counts[SPLIT_TRAIN]);
    json_member_int(writer, "val", counts[SPLIT_VAL]);
    json_member_int(writer, "test", counts[SPLIT_TEST]);
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

static gboolean assign_splits(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    const char *mode = json_string_value(json_object_get(body, "split_mode"));
    gint64 counts[SPLITS] = {0};
    const SplitRule rule = {
        .train = (int)percent(request, "train"),
        .val = (int)percent(request, "val"),
        .test = (int)percent(request, "test"),
        .seed = json_integer_value(json_object_get(body, "seed")),
        .grouping = SPLIT_BY_IMAGE,
    };
    if (rule.train + rule.val + rule.test != 100) {
        const PictographProblem problem = {"", "train, val and test are percents that make 100",
                                           NULL};
        return pictograph_refuse_body(request, &problem, 1);
    }
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx = pictograph_begin_dataset_change(
        request, json_string_value(json_object_get(body, "dataset")), &dataset, error);
    if (tx && g_strcmp0(mode, "embedding") == 0) {
        return refuse(error, ALBUMEN_ERROR_CONFLICT,
                      "There is no map of this dataset's embeddings to split it by");
    }
    return tx && splits_assign(tx, dataset, &rule, counts, error) &&
           pictograph_commit(request, tx, error) && answer_splits(request, dataset, counts, error);
}

/* --- tags of many --- */

static gboolean answer_tagged(HttpRequest *request, guint processed, gboolean added, GError **error)
{
    const json_t *tags = json_object_get(http_body(request), "tags");
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_int(writer, "processed", processed);
    json_key(writer, "tags");
    json_array_begin(writer);
    for (gsize i = 0; i < json_array_size(tags); i++) {
        json_text(writer, json_string_value(json_array_get(tags, i)));
    }
    json_array_end(writer);
    json_member_bool(writer, "added", added);
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

static gboolean bulk_tag(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    const json_t *add = json_object_get(body, "add");
    gboolean adding = !json_is_false(add);
    g_autofree const char **uuids = pictograph_body_list(request, "image_ids");
    g_autofree const char **tags = pictograph_body_list(request, "tags");
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx = pictograph_begin_dataset_change(
        request, json_string_value(json_object_get(body, "dataset")), &dataset, error);
    g_autoptr(GArray) ids = tx ? item_ids(tx, dataset, uuids, NULL, error) : NULL;
    return ids &&
           item_set_tags(tx, dataset, (const gint64 *)(gpointer)ids->data, ids->len, tags, adding,
                         error) &&
           pictograph_commit(request, tx, error) && answer_tagged(request, ids->len, adding, error);
}

/* --- routes --- */

#define IMAGES PICTOGRAPH_BASE "/images"
#define TAG    "pictograph images"

static const char *const stages[] = {"new", "annotate", "review", "complete", NULL};
static const char *const splits[] = {"train", "val", "test", NULL};
static const char *const listed_splits[] = {"train", "val", "test", "none", NULL};
static const char *const actions[] = {"approve", "request_changes", NULL};
static const char *const split_modes[] = {"random", "embedding", NULL};
static const char *const spellings[] = {"path", "paths", NULL};

static const HttpParameter list_query[] = {
    {.name = "dataset", .type = HTTP_TEXT, .summary = "Its name or UUID"},
    {.name = "dataset_id", .type = HTTP_TEXT, .summary = "The same"},
    {.name = "dataset_name", .type = HTTP_TEXT, .summary = "The same"},
    PICTOGRAPH_PAGE_PARAMS,
    {.name = "directory_path", .type = HTTP_TEXT, .summary = "Right in this directory"},
    {.name = "filename", .type = HTTP_TEXT, .summary = "Exactly"},
    {.name = "status", .type = HTTP_TEXT, .choices = stages},
    {.name = "split", .type = HTTP_TEXT, .choices = listed_splits},
    {.name = "include_archived", .type = HTTP_BOOL, .fallback = "false"},
    {.name = "min_confidence_lt", .type = HTTP_NUMBER, .summary = "Less sure than that"},
    {0},
};

static const HttpParameter metadata_query[] = {
    {.name = "include_annotations", .type = HTTP_BOOL, .fallback = "false"},
    {.name = "polygon", .type = HTTP_TEXT, .lenient = TRUE, .choices = spellings},
    {0},
};

static const HttpParameter delete_query[] = {
    {.name = "permanent",
     .type = HTTP_BOOL,
     .fallback = "false",
     .summary = "Delete it with what was drawn on it; else it is archived"},
    {0},
};

static const HttpParameter word_body[] = {
    {.name = "action", .type = HTTP_TEXT, .choices = actions, .summary = "Of a review"},
    {.name = "note",
     .type = HTTP_TEXT,
     .bounded = TRUE,
     .max = LIMIT_REVIEW_NOTE_CHARACTERS,
     .summary = "Of a review"},
    {.name = "split", .type = HTTP_TEXT, .choices = splits, .summary = "Of a split; null: none"},
    {0},
};

#define PERCENT .type = HTTP_INT, .bounded = TRUE, .min = 0, .max = 100
static const HttpParameter splits_body[] = {
    {.name = "dataset", .type = HTTP_TEXT, .required = TRUE},
    {.name = "train", .required = TRUE, PERCENT},
    {.name = "val", .required = TRUE, PERCENT},
    {.name = "test", .required = TRUE, PERCENT},
    {.name = "seed", .type = HTTP_INT, .fallback = "0"},
    {.name = "split_mode", .type = HTTP_TEXT, .choices = split_modes, .fallback = "random"},
    {0},
};

static const HttpParameter tag_body[] = {
    {.name = "dataset", .type = HTTP_TEXT, .required = TRUE},
    {.name = "image_ids",
     .type = HTTP_TEXT_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .max = LIMIT_BATCH_ITEMS},
    {.name = "tags", .type = HTTP_TEXT_LIST, .required = TRUE, .bounded = TRUE, .max = 100},
    {.name = "add", .type = HTTP_BOOL, .fallback = "true", .summary = "Else they are taken off"},
    {0},
};

const HttpRoute pictograph_image_routes[] = {
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = IMAGES, .query = list_query,
               .tag = TAG, .summary = "Images of a dataset, the newest first",
               .response_schema = "PictographImages", .handler = list_images),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = IMAGES PICTOGRAPH_IMAGE_ROUTE,
               .tag = TAG, .summary = "The original of an image", .response_mime = "image/*",
               .handler = get_image),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = IMAGES PICTOGRAPH_NAMED_ROUTE,
               .query = metadata_query, .tag = TAG,
               .summary = "The original of an image of a dataset, by its path; with /metadata "
                          "behind it what is known of it, with /data-bundle all in a zip file",
               .response_mime = "image/*", .handler = get_named),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET,
               .path = IMAGES PICTOGRAPH_IMAGE_ROUTE "/metadata", .query = metadata_query,
               .tag = TAG, .summary = "What is known of an image",
               .response_schema = "PictographImageAnswer", .handler = get_metadata),
    HTTP_ROUTE(CAPABILITY_ANNOTATE, .method = HTTP_DELETE, .path = IMAGES PICTOGRAPH_IMAGE_ROUTE,
               .query = delete_query, .tag = TAG, .summary = "Archive or delete an image",
               .response_schema = "PictographDone", .handler = delete_image),
    HTTP_ROUTE(CAPABILITY_ANNOTATE, .method = HTTP_DELETE, .path = IMAGES PICTOGRAPH_NAMED_ROUTE,
               .query = delete_query, .tag = TAG, .summary = "The same, by dataset and path",
               .response_schema = "PictographDone", .handler = delete_image),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = IMAGES PICTOGRAPH_NAMED_ROUTE,
               .body = word_body, .tag = TAG,
               .summary = "Review an image, or put it into a split: /review or /split behind it",
               .response_schema = "PictographImageChanged", .handler = post_named),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = IMAGES "/assign-splits",
               .body = splits_body, .tag = TAG, .summary = "Part a dataset into splits",
               .response_schema = "PictographSplits", .handler = assign_splits),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = IMAGES "/bulk-tag", .body = tag_body,
               .tag = TAG, .summary = "Tag many images, or take tags off them",
               .response_schema = "PictographTagged", .handler = bulk_tag),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_image_routes) == PICTOGRAPH_IMAGE_ROUTES);
