/* The routes of datasets and their items. */
#include "api/albumen/datasets.h"
#include "api/filter_params.h"
#include "base/limits.h"
#include "media/picture.h"

/* clang-format off */
#define CURSOR {.name = "cursor", .type = HTTP_TEXT, .summary = "next_cursor of the page before"}
#define LIMIT                                                                                      \
    {.name = "limit", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 1000, .fallback = "100"}
#define TEXT(member, most)                                                                         \
    {.name = member, .type = HTTP_TEXT, .bounded = TRUE, .max = most}
#define ITEM_IDS                                                                                   \
    {.name = "ids", .type = HTTP_TEXT_LIST, .required = TRUE, .bounded = TRUE, .min = 1,           \
     .max = LIMIT_ITEMS_PER_REQUEST, .summary = "Ids of items of this dataset"}
#define DATASET_MEMBERS                                                                            \
    TEXT("description", LIMIT_DATASET_TEXT_BYTES), TEXT("readme", LIMIT_DATASET_TEXT_BYTES),       \
    {.name = "annotation_types", .type = HTTP_TEXT_LIST, .bounded = TRUE, .max = SHAPE_KINDS},     \
    {.name = "class_policy", .type = HTTP_TEXT,                                                    \
     .choices = (const char *const[]){"open", "closed", NULL},                                     \
     .summary = "Whether a shape of a new class makes the class"}
#define ITEM_FILTERS                                                                               \
    {.name = "directory", .type = HTTP_TEXT, .summary = "Right in it: \"/a/b\""},                  \
    {.name = "beneath", .type = HTTP_TEXT, .summary = "In it, or beneath it"},                     \
    {.name = "search", .type = HTTP_TEXT, .summary = "A part of directory and filename"},          \
    {.name = "class", .type = HTTP_TEXT, .summary = "Has a shape of it"},                          \
    {.name = "status", .type = HTTP_TEXT, .summary = "new, annotate, review, complete; by commas"},\
    {.name = "split", .type = HTTP_TEXT,                                                           \
     .choices = (const char *const[]){"train", "val", "test", "none", NULL}},                      \
    {.name = "annotator", .type = HTTP_TEXT, .summary = "Username of who saved it last"},          \
    {.name = "tag", .type = HTTP_TEXT},                                                            \
    {.name = "has_proposals", .type = HTTP_BOOL},                                                  \
    {.name = "is_empty", .type = HTTP_BOOL, .summary = "Has no shape that stands"},                \
    {.name = "archived", .type = HTTP_TEXT, .fallback = "false",                                   \
     .choices = (const char *const[]){"false", "true", "any", NULL}},                              \
    {.name = "sort", .type = HTTP_TEXT, .fallback = "newest",                                      \
     .choices = (const char *const[]){"newest", "path", "changed", "confidence", NULL}}
/* clang-format on */

static const HttpParameter datasets_query[] = {
    {.name = "archived", .type = HTTP_BOOL, .fallback = "false"}, CURSOR, LIMIT, {0}};

static const HttpParameter class_members[] = {
    {.name = "name", .type = HTTP_TEXT, .required = TRUE},
    {.name = "type", .type = HTTP_TEXT},
    {.name = "color", .type = HTTP_TEXT},
    {.name = "attributes", .type = HTTP_OBJECT_LIST},
    {.name = "skeleton", .type = HTTP_OBJECT},
    {0},
};

static const HttpParameter create_body[] = {
    {.name = "name",
     .type = HTTP_TEXT,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_DATASET_NAME_CHARACTERS},
    DATASET_MEMBERS,
    {.name = "classes",
     .type = HTTP_OBJECT_LIST,
     .bounded = TRUE,
     .max = LIMIT_CLASSES_PER_PROJECT,
     .members = class_members,
     .summary = "Then the list is closed, unless class_policy says otherwise"},
    {0},
};

static const HttpParameter update_body[] = {
    {.name = "name",
     .type = HTTP_TEXT,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_DATASET_NAME_CHARACTERS},
    DATASET_MEMBERS,
    {.name = "is_archived", .type = HTTP_BOOL, .summary = "For who may delete it"},
    {0},
};

static const HttpParameter annotators_body[] = {
    {.name = "annotators",
     .type = HTTP_TEXT_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .max = LIMIT_ACCOUNTS,
     .summary = "Usernames"},
    {0},
};

static const HttpParameter splits_body[] = {
    {.name = "train", .type = HTTP_INT, .required = TRUE, .bounded = TRUE, .max = 100},
    {.name = "val", .type = HTTP_INT, .required = TRUE, .bounded = TRUE, .max = 100},
    {.name = "test", .type = HTTP_INT, .required = TRUE, .bounded = TRUE, .max = 100},
    {.name = "seed", .type = HTTP_INT, .fallback = "0"},
    {.name = "by",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"image", "burst", "person", "folder", NULL},
     .fallback = "image",
     .summary = "What stays together"},
    {0},
};

static const HttpParameter items_query[] = {ITEM_FILTERS, CURSOR, LIMIT, {0}};
static const HttpParameter ids_query[] = {ITEM_FILTERS, {0}};
static const HttpParameter add_query[] = {FILTER_PARAMS, {0}};

static const HttpParameter add_body[] = {
    {.name = "photos",
     .type = HTTP_INT_LIST,
     .bounded = TRUE,
     .max = LIMIT_ITEMS_PER_REQUEST,
     .summary = "Numbers of photos"},
    {.name = "album", .type = HTTP_TEXT, .summary = "Or all of one's album of this name"},
    {.name = "everything",
     .type = HTTP_BOOL,
     .summary = "Or all that the parameters of the address, the gallery's filters, show"},
    {.name = "directory", .type = HTTP_TEXT, .fallback = "/"},
    {0},
};

static const HttpParameter change_body[] = {
    ITEM_IDS,
    {.name = "status",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"new", "annotate", "review", "complete", NULL}},
    {.name = "split",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"train", "val", "test", "none", NULL},
     .summary = "null or none: none of them"},
    {.name = "directory", .type = HTTP_TEXT, .summary = "Where to move them"},
    {.name = "add_tags", .type = HTTP_TEXT_LIST, .bounded = TRUE, .max = LIMIT_TAGS_PER_ITEM},
    {.name = "remove_tags", .type = HTTP_TEXT_LIST, .bounded = TRUE, .max = LIMIT_TAGS_PER_ITEM},
    {.name = "is_archived", .type = HTTP_BOOL},
    {0},
};

static const HttpParameter delete_body[] = {ITEM_IDS, {0}};

static const HttpParameter review_body[] = {
    {.name = "action",
     .type = HTTP_TEXT,
     .required = TRUE,
     .choices = (const char *const[]){"approve", "request_changes", NULL}},
    TEXT("note", LIMIT_REVIEW_NOTE_CHARACTERS),
    {0},
};

static const HttpParameter thumbnail_query[] = {
    {.name = "size",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = MEDIA_THUMBNAIL_LARGE_PIXELS,
     .summary = "Pixels of the long edge"},
    {.name = "v", .type = HTTP_TEXT, .summary = "Any text: makes a new address for a browser"},
    {0},
};

static const HttpParameter image_query[] = {
    {.name = "v", .type = HTTP_TEXT, .summary = "Any text: makes a new address for a browser"},
    {0},
};

#define ROUTE(cap, verb, route, schema, text, function, ...)                                       \
    HTTP_ROUTE(cap, .method = verb, .path = "/api/albumen/" route, .tag = "Datasets",              \
               .summary = text, .response_schema = schema, .handler = function, __VA_ARGS__)
#define PICTURE(route, text, function, ...)                                                        \
    HTTP_ROUTE(CAPABILITY_MEDIA, .method = HTTP_GET, .path = "/api/albumen/" route,                \
               .tag = "Datasets", .summary = text, .handler = function, __VA_ARGS__)

const HttpRoute albumen_dataset_routes[ALBUMEN_DATASET_ROUTES] = {
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets", "Datasets", "The organization's datasets",
          albumen_datasets, .query = datasets_query),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "datasets", "Dataset", "Makes a dataset",
          albumen_dataset_create, .body = create_body, .status = 201),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets/{dataset}", "Dataset", "A dataset",
          albumen_dataset),
    ROUTE(CAPABILITY_CURATE, HTTP_PATCH, "datasets/{dataset}", "Dataset",
          "Renames a dataset, describes it, puts it away", albumen_dataset_update,
          .body = update_body),
    ROUTE(CAPABILITY_MANAGE, HTTP_DELETE, "datasets/{dataset}", "DeletedDataset",
          "Deletes a dataset with what was drawn in it; the photos stay", albumen_dataset_delete),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets/{dataset}/directories", "DatasetDirectories",
          "Its directories", albumen_dataset_directories),
    ROUTE(CAPABILITY_MANAGE, HTTP_GET, "datasets/{dataset}/annotators", "DatasetAnnotators",
          "Which annotators may work on it", albumen_dataset_annotators),
    ROUTE(CAPABILITY_MANAGE, HTTP_PUT, "datasets/{dataset}/annotators", "DatasetAnnotators",
          "Says which annotators may work on it", albumen_dataset_grant, .body = annotators_body),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets/{dataset}/insights", "DatasetInsights",
          "Numbers about its items in use", albumen_dataset_insights),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "datasets/{dataset}/splits", "DatasetSplits",
          "Parts its items into train, val and test", albumen_dataset_splits, .body = splits_body),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets/{dataset}/items", "Items", "Its items",
          albumen_items, .query = items_query),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets/{dataset}/items/ids", "ItemIds",
          "The ids of all items that match", albumen_item_ids, .query = ids_query),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "datasets/{dataset}/items", "ItemsAdded",
          "Puts photos of the library into it", albumen_items_add, .query = add_query,
          .body = add_body),
    ROUTE(CAPABILITY_ANNOTATE, HTTP_PATCH, "datasets/{dataset}/items", "ItemsChanged",
          "Changes many items at once", albumen_items_update, .body = change_body),
    ROUTE(CAPABILITY_MANAGE, HTTP_DELETE, "datasets/{dataset}/items", "ItemsDeleted",
          "Takes items out for good, with what was drawn on them", albumen_items_delete,
          .body = delete_body),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "items/{item}", "Item", "An item", albumen_item),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "items/{item}/review", "Item",
          "Approves the work on an item, or asks for changes", albumen_item_review,
          .body = review_body),
    PICTURE("items/{item}/thumbnail", "A small picture of an item", albumen_item_thumbnail,
            .query = thumbnail_query, .response_mime = "image/jpeg"),
    PICTURE("items/{item}/image", "An item's picture, as a browser can show it", albumen_item_image,
            .query = image_query, .response_mime = "image/*"),
};
