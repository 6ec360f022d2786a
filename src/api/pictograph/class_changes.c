/* Renaming, merging and deleting a class, with the shapes that carry its name. */
#include "api/pictograph/lookup.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "base/limits.h"
#include "studio/classes.h"

static const char *text_of(const HttpRequest *request, const char *name)
{
    return json_string_value(json_object_get(http_body(request), name));
}

typedef gboolean (*NameChange)(StoreTx *tx, const Principal *viewer, gint64 project_id,
                               const char *from, const char *to, ClassChanged *ret_changed,
                               GError **error);

static void member_changed(JsonWriter *writer, const ClassChanged *changed, const char *annotations)
{
    json_member_int(writer, "images_updated", changed->images);
    json_member_int(writer, annotations, changed->annotations);
    json_member_bool(writer, "config_updated", changed->config);
}

/* One name becomes another; `from` and `to` are the members of body and answer that name them. */
static gboolean change_name(HttpRequest *request, NameChange change, const char *from,
                            const char *to, GError **error)
{
    ClassChanged changed = {0};
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx =
        pictograph_begin_dataset_change(request, text_of(request, "dataset"), &dataset, error);
    if (!tx ||
        !change(tx, api_principal(request), dataset->project_id, text_of(request, from),
                text_of(request, to), &changed, error) ||
        !pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "dataset_id", dataset->uuid);
    json_member_string(writer, from, text_of(request, from));
    json_member_string(writer, to, text_of(request, to));
    member_changed(writer, &changed, "annotations_updated");
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

static gboolean rename_class(HttpRequest *request, GError **error)
{
    return change_name(request, class_rename, "old_name", "new_name", error);
}

static gboolean merge_class(HttpRequest *request, GError **error)
{
    return change_name(request, class_merge, "source_name", "target_name", error);
}

static gboolean delete_class(HttpRequest *request, GError **error)
{
    const char *type = text_of(request, "class_type");
    ShapeKind kind = type ? shape_kind_from_name(type) : 0;
    gboolean with = json_is_true(json_object_get(http_body(request), "delete_annotations"));
    ClassChanged changed = {0};
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx =
        pictograph_begin_dataset_change(request, text_of(request, "dataset"), &dataset, error);
    if (!tx ||
        !class_delete(tx, api_principal(request), dataset->project_id, text_of(request, "name"),
                      kind, with, &changed, error) ||
        !pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "dataset_id", dataset->uuid);
    json_member_string(writer, "name", text_of(request, "name"));
    member_changed(writer, &changed, "annotations_removed");
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

#define ANNOTATIONS PICTOGRAPH_BASE "/annotations"
#define TAG         "pictograph classes"
#define DATASET_MEMBER                                                                             \
    {                                                                                              \
        .name = "dataset", .type = HTTP_TEXT, .required = TRUE, .summary = "Its name or UUID"      \
    }
#define NAME_MEMBER(name_)                                                                         \
    {                                                                                              \
        .name = (name_), .type = HTTP_TEXT, .required = TRUE, .bounded = TRUE, .min = 1,           \
        .max = LIMIT_CLASS_NAME_CHARACTERS                                                         \
    }

static const HttpParameter rename_body[] = {
    DATASET_MEMBER,
    NAME_MEMBER("old_name"),
    NAME_MEMBER("new_name"),
    {0},
};

static const HttpParameter merge_body[] = {
    DATASET_MEMBER,
    NAME_MEMBER("source_name"),
    NAME_MEMBER("target_name"),
    {0},
};

static const char *const kinds[] = {"bbox", "polygon", "polyline", "keypoint", NULL};

static const HttpParameter delete_body[] = {
    DATASET_MEMBER,
    NAME_MEMBER("name"),
    {.name = "class_type",
     .type = HTTP_TEXT,
     .choices = kinds,
     .summary = "Of the classes of this name the one of this type; else all"},
    {.name = "delete_annotations", .type = HTTP_BOOL, .fallback = "false"},
    {0},
};

const HttpRoute pictograph_class_change_routes[] = {
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = ANNOTATIONS "/rename-class",
               .body = rename_body, .tag = TAG, .summary = "Rename a class and its annotations",
               .response_schema = "PictographClassRenamed", .handler = rename_class),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = ANNOTATIONS "/merge-class",
               .body = merge_body, .tag = TAG, .summary = "Make one class of two",
               .response_schema = "PictographClassMerged", .handler = merge_class),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = ANNOTATIONS "/delete-class",
               .body = delete_body, .tag = TAG,
               .summary = "Take a class off the list, with its annotations or without",
               .response_schema = "PictographClassDeleted", .handler = delete_class),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_class_change_routes) == PICTOGRAPH_CLASS_CHANGE_ROUTES);
