/* The routes of what is drawn: shapes, history, classes, proposals. */
#include "api/albumen/annotations.h"
#include "base/limits.h"

/* clang-format off */
#define CLASS_NAME(member)                                                                         \
    {.name = member, .type = HTTP_TEXT, .required = TRUE, .bounded = TRUE, .min = 1,               \
     .max = LIMIT_CLASS_NAME_CHARACTERS}
#define SOME_ITEMS                                                                                 \
    {.name = "items", .type = HTTP_TEXT_LIST, .bounded = TRUE, .max = LIMIT_ITEMS_PER_REQUEST,     \
     .summary = "Ids of items of this dataset; absent: all that are in use"}
/* clang-format on */

static const HttpParameter save_body[] = {
    {.name = "annotations",
     .type = HTTP_OBJECT_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .max = LIMIT_SHAPES_PER_ITEM,
     .summary = "All of them, in their order"},
    {.name = "status",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"new", "annotate", "review", "complete", NULL}},
    {.name = "time_spent_ms",
     .type = HTTP_INT,
     .bounded = TRUE,
     .max = 86400000,
     .summary = "Since the save before"},
    {0},
};

static const HttpParameter revision_path[] = {
    {.name = "revision", .type = HTTP_INT, .bounded = TRUE, .max = 9007199254740991.0},
    {0},
};

static const HttpParameter classes_body[] = {
    {.name = "classes",
     .type = HTTP_OBJECT_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .max = LIMIT_CLASSES_PER_PROJECT,
     .summary = "All of them, in their order"},
    {0},
};

static const HttpParameter rename_body[] = {CLASS_NAME("from"), CLASS_NAME("to"), {0}};
static const HttpParameter merge_body[] = {CLASS_NAME("source"), CLASS_NAME("target"), {0}};

static const HttpParameter delete_body[] = {
    CLASS_NAME("name"),
    {.name = "type",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"bbox", "polygon", "polyline", "keypoint", "tag", NULL},
     .summary = "Absent: of every type"},
    {.name = "with_annotations", .type = HTTP_BOOL, .fallback = "false"},
    {0},
};

static const HttpParameter propose_body[] = {
    SOME_ITEMS,
    {.name = "objects", .type = HTTP_BOOL, .fallback = "false"},
    {.name = "faces", .type = HTTP_BOOL, .fallback = "false"},
    {.name = "names",
     .type = HTTP_BOOL,
     .fallback = "false",
     .summary = "Faces of named people are called by their name, else \"face\""},
    {.name = "min_confidence",
     .type = HTTP_NUMBER,
     .bounded = TRUE,
     .max = 1,
     .fallback = "0",
     .summary = "Of objects and faces"},
    {.name = "classes",
     .type = HTTP_TEXT_LIST,
     .bounded = TRUE,
     .max = LIMIT_CLASSES_PER_PROJECT,
     .summary = "Of objects; absent: all"},
    {0},
};

static const HttpParameter decide_body[] = {
    SOME_ITEMS,
    {.name = "min_confidence", .type = HTTP_NUMBER, .bounded = TRUE, .max = 1, .fallback = "0"},
    {0},
};

#define ROUTE(cap, verb, route, schema, text, function, ...)                                       \
    HTTP_ROUTE(cap, .method = verb, .path = "/api/albumen/" route, .tag = "Annotations",           \
               .summary = text, .response_schema = schema, .handler = function, __VA_ARGS__)

const HttpRoute albumen_annotation_routes[ALBUMEN_ANNOTATION_ROUTES] = {
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "items/{item}/annotations", "Annotations",
          "What is drawn on an item", albumen_annotations),
    ROUTE(CAPABILITY_ANNOTATE, HTTP_PUT, "items/{item}/annotations", "AnnotationsSaved",
          "Replaces it, if its revision is the one that If-Match names", albumen_annotations_save,
          .body = save_body),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "items/{item}/history", "AnnotationHistory",
          "Its revisions, the newest first", albumen_history),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "items/{item}/history/{revision}", "AnnotationRevision",
          "What was drawn on it then", albumen_revision, .path_parameters = revision_path),
    ROUTE(CAPABILITY_ANNOTATE, HTTP_POST, "items/{item}/history/{revision}/restore",
          "AnnotationsSaved", "Makes an earlier revision a new one, if If-Match fits",
          albumen_restore, .path_parameters = revision_path),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets/{dataset}/classes", "Classes",
          "The classes of a dataset, with their counts", albumen_classes),
    ROUTE(CAPABILITY_CURATE, HTTP_PUT, "datasets/{dataset}/classes", "Classes",
          "Replaces the list of classes; shapes stay as they are", albumen_classes_replace,
          .body = classes_body),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "datasets/{dataset}/classes/rename", "ClassChanged",
          "Renames a class with its shapes", albumen_class_rename, .body = rename_body),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "datasets/{dataset}/classes/merge", "ClassChanged",
          "Makes the shapes of one class another's", albumen_class_merge, .body = merge_body),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "datasets/{dataset}/classes/delete", "ClassChanged",
          "Takes a class off the list, with its shapes or without", albumen_class_delete,
          .body = delete_body),
    ROUTE(CAPABILITY_ANNOTATE, HTTP_POST, "datasets/{dataset}/proposals", "ProposalsMade",
          "Proposes what the library has found in its photos", albumen_proposals_make,
          .body = propose_body),
    ROUTE(CAPABILITY_ANNOTATE, HTTP_POST, "datasets/{dataset}/proposals/accept", "ProposalsDecided",
          "Makes proposals annotations", albumen_proposals_accept, .body = decide_body),
    ROUTE(CAPABILITY_ANNOTATE, HTTP_POST, "datasets/{dataset}/proposals/reject", "ProposalsDecided",
          "Throws proposals away", albumen_proposals_reject, .body = decide_body),
};
