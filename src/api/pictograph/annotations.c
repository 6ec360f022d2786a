/* The shapes of one image, addressed by its UUID or by dataset and path. */
#include "studio/annotations.h"

#include "api/pictograph/lookup.h"
#include "api/pictograph/objects.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "api/pictograph/saves.h"
#include "base/limits.h"
#include "studio/formats/annotation_json.h"

#include <string.h>

static AnnotationSpelling spelling_of(const HttpRequest *request)
{
    gboolean by_name = g_str_has_suffix(http_request_route(request)->path, PICTOGRAPH_NAMED_ROUTE);
    const char *asked = http_text(request, "polygon", NULL);
    return pictograph_wants_paths(request, by_name, asked) ? ANNOTATION_PATHS : ANNOTATION_PATH;
}

/* --- reading --- */

static gboolean answer_shapes(HttpRequest *request, const Item *item, const GPtrArray *shapes,
                              GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    json_member_string(writer, "image_id", item->uuid);
    json_member_string(writer, "filename", item->filename);
    json_member_int(writer, "annotation_count", shapes->len);
    json_key(writer, "annotations");
    annotation_json_write_list(writer, shapes, spelling_of(request));
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean get_annotations(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Item) item = tx ? pictograph_find_image(request, tx, error) : NULL;
    g_autoptr(GPtrArray) shapes =
        item ? annotations_load(tx, item->project_id, item->id, ANNOTATIONS_STANDING, error) : NULL;
    return shapes && answer_shapes(request, item, shapes, error);
}

/* --- the file of an image --- */

static void member_name(JsonWriter *writer, const char *key, const char *name, const char *slug)
{
    json_key(writer, key);
    json_object_begin(writer);
    json_member_string(writer, "name", name);
    json_member_string(writer, "slug", slug);
    json_object_end(writer);
}

/* Where a person looks at the image in the web app. */
static void member_annotator(JsonWriter *writer, const HttpRequest *request, const Item *item)
{
    g_autofree char *filename = g_uri_escape_string(item->filename, NULL, FALSE);
    g_autofree char *path =
        g_strconcat("/project/", item->dataset_uuid, "/annotate/", filename, NULL);
    g_autofree char *url = pictograph_url(request, path);
    json_member_string(writer, "annotation_url", url);
}

static gboolean answer_file(HttpRequest *request, const Dataset *dataset, const Item *item,
                            const GPtrArray *shapes, GError **error)
{
    g_autofree char *path = g_strconcat(PICTOGRAPH_BASE "/images/", item->uuid, NULL);
    g_autofree char *image = pictograph_url(request, path);
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "image", item->filename);
    json_member_string(writer, "image_url", image);
    json_member_string(writer, "image_uuid", item->uuid);
    json_member_string(writer, "image_path", item->directory);
    json_member_int(writer, "annotation_count", shapes->len);
    member_annotator(writer, request, item);
    member_name(writer, "dataset", dataset->name, dataset->slug);
    member_name(writer, "org", dataset->organization_name, dataset->organization_slug);
    json_key(writer, "annotations");
    annotation_json_write_list(writer, shapes, spelling_of(request));
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean send_file(HttpRequest *request, StoreTx *tx, const Item *item, GError **error)
{
    g_autoptr(Dataset) dataset = dataset_get(tx, api_principal(request), item->dataset_id, error);
    g_autoptr(GPtrArray) shapes =
        dataset ? annotations_load(tx, item->project_id, item->id, ANNOTATIONS_STANDING, error)
                : NULL;
    return shapes && answer_file(request, dataset, item, shapes, error);
}

/* "/{image}/file" is the file of an image when there is one of this UUID; else an image called
 * "file" of a dataset. */
static gboolean get_file(HttpRequest *request, GError **error)
{
    const char *first = http_text(request, "image", "");
    g_autoptr(GError) failure = NULL;
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx) {
        return FALSE;
    }
    g_autoptr(Item) item = pictograph_find_image(request, tx, &failure);
    if (item) {
        return send_file(request, tx, item, error);
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        item = pictograph_find_named(request, tx, first, "file", NULL, NULL);
    }
    if (!item) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    g_autoptr(GPtrArray) shapes =
        annotations_load(tx, item->project_id, item->id, ANNOTATIONS_STANDING, error);
    return shapes && answer_shapes(request, item, shapes, error);
}

/* --- saving --- */

static gboolean answer_saved(HttpRequest *request, const Item *item, const AnnotationsSaved *saved,
                             GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    pictograph_member_saved(writer, item, saved);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

/* What 0.1.x sends along with the shapes must be the image that they are for. TRUE when it has been
 * refused. */
static gboolean refuses_other_image(HttpRequest *request, const Item *item)
{
    const json_t *sent = json_object_get(http_body(request), "image_id");
    const char *uuid = json_string_value(sent);
    if (!sent || (uuid && g_ascii_strcasecmp(uuid, item->uuid) == 0)) {
        return FALSE;
    }
    const PictographProblem problem = {"image_id", "It is not the image that the address names",
                                       NULL};
    return pictograph_refuse_body(request, &problem, 1);
}

static gboolean save_annotations(HttpRequest *request, GError **error)
{
    static const char *const members[] = {"annotations", "image_id", NULL};
    g_autoptr(PictographProblems) problems = pictograph_problems_new();
    const json_t *body = http_body(request);
    pictograph_check_members(body, "", members, problems);
    g_autoptr(GPtrArray) shapes =
        pictograph_read_shapes(json_object_get(body, "annotations"), "annotations", problems);
    if (pictograph_refuse_problems(request, problems)) {
        return TRUE;
    }
    AnnotationsSaved saved;
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    g_autoptr(Item) item = tx ? pictograph_find_image(request, tx, error) : NULL;
    if (!item) {
        return FALSE;
    }
    if (refuses_other_image(request, item)) {
        return TRUE;
    }
    if (!dataset_touch(tx, item->dataset_id, error) ||
        !pictograph_save_shapes(request, tx, item, shapes, "annotations", problems, &saved,
                                error)) {
        return pictograph_refuse_problems(request, problems);
    }
    return pictograph_commit(request, tx, error) && answer_saved(request, item, &saved, error);
}

/* --- clearing --- */

static gboolean answer_cleared(HttpRequest *request, const Item *item, gint64 count, GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    json_member_string(writer, "image_id", item->uuid);
    json_member_int(writer, "deleted_count", count);
    json_member_string(writer, "message",
                       count > 0 ? "Annotations deleted" : "There were no annotations to delete");
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean delete_annotations(HttpRequest *request, GError **error)
{
    g_autoptr(PictographProblems) problems = pictograph_problems_new();
    g_autoptr(GPtrArray) none = shapes_new();
    AnnotationsSaved saved;
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    g_autoptr(Item) item = tx ? pictograph_find_image(request, tx, error) : NULL;
    if (!item || !dataset_touch(tx, item->dataset_id, error) ||
        !pictograph_save_shapes(request, tx, item, none, "annotations", problems, &saved, error)) {
        return FALSE;
    }
    return pictograph_commit(request, tx, error) &&
           answer_cleared(request, item, saved.previous_count, error);
}

/* --- the list of a dataset's files --- */

static void write_listed(JsonWriter *writer, const Item *item)
{
    g_autofree char *url = g_strconcat(PICTOGRAPH_BASE "/annotations/", item->uuid, "/file", NULL);
    json_object_begin(writer);
    json_member_string(writer, "image_id", item->uuid);
    json_member_string(writer, "filename", item->filename);
    json_member_string(writer, "url", url);
    json_object_end(writer);
}

/* All of them, page after page. */
static gboolean write_all(JsonWriter *writer, StoreTx *tx, const Dataset *dataset,
                          const ItemFilter *filter, GError **error)
{
    gint64 total = 1;
    for (gint64 offset = 0; offset < total; offset += LIMIT_LISTED_ITEMS) {
        g_autoptr(GPtrArray) items =
            item_list(tx, dataset, filter, offset, LIMIT_LISTED_ITEMS, &total, error);
        if (!items) {
            return FALSE;
        }
        for (guint i = 0; i < items->len; i++) {
            write_listed(writer, g_ptr_array_index(items, i));
        }
    }
    return TRUE;
}

static gboolean list_files(HttpRequest *request, GError **error)
{
    const ItemFilter filter = {
        .has_annotations = !http_flag(request, "include_empty", FALSE),
        .order = ITEM_BY_PATH,
    };
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset =
        tx ? dataset_find(tx, api_principal(request), http_text(request, "dataset", ""), error)
           : NULL;
    g_autoptr(JsonWriter) writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "annotations");
    json_array_begin(writer);
    if (!dataset || !write_all(writer, tx, dataset, &filter, error)) {
        return FALSE;
    }
    json_array_end(writer);
    json_object_end(writer);
    return pictograph_answer_bare(request, g_steal_pointer(&writer), error);
}

/* --- routes --- */

#define ANNOTATIONS    PICTOGRAPH_BASE "/annotations"
#define TAG            "pictograph annotations"
#define POLYGON_CHOICE ((const char *const[]){"path", "paths", NULL})

static const HttpParameter spelling_query[] = {
    {.name = "polygon",
     .type = HTTP_TEXT,
     .lenient = TRUE,
     .choices = POLYGON_CHOICE,
     .summary = "How polygons are told: one path and holes, or paths"},
    {0},
};

static const HttpParameter listing_query[] = {
    {.name = "include_empty",
     .type = HTTP_BOOL,
     .fallback = "false",
     .summary = "Images without annotations too"},
    {0},
};

const HttpRoute pictograph_annotation_routes[] = {
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET,
               .path = ANNOTATIONS "/dataset/{dataset}/download", .query = listing_query,
               .tag = TAG, .summary = "Annotation files of a dataset's images",
               .response_schema = "PictographAnnotationListing", .handler = list_files),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET,
               .path = ANNOTATIONS PICTOGRAPH_IMAGE_ROUTE "/file", .query = spelling_query,
               .tag = TAG, .summary = "All that is known of an image's annotations, in one object",
               .response_schema = "PictographAnnotationFile", .handler = get_file),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = ANNOTATIONS PICTOGRAPH_IMAGE_ROUTE,
               .query = spelling_query, .tag = TAG, .summary = "Annotations of an image",
               .response_schema = "PictographAnnotations", .handler = get_annotations),
    HTTP_ROUTE(CAPABILITY_ANNOTATE, .method = HTTP_POST, .path = ANNOTATIONS PICTOGRAPH_IMAGE_ROUTE,
               .body = pictograph_any_body, .tag = TAG,
               .summary = "Replace the annotations of an image",
               .response_schema = "PictographSaved", .handler = save_annotations),
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = HTTP_DELETE, .path = ANNOTATIONS PICTOGRAPH_IMAGE_ROUTE,
               .tag = TAG, .summary = "Delete the annotations of an image",
               .response_schema = "PictographCleared", .handler = delete_annotations),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = ANNOTATIONS PICTOGRAPH_NAMED_ROUTE,
               .query = spelling_query, .tag = TAG,
               .summary = "Annotations of an image of a dataset, by its path",
               .response_schema = "PictographAnnotations", .handler = get_annotations),
    HTTP_ROUTE(CAPABILITY_ANNOTATE, .method = HTTP_POST, .path = ANNOTATIONS PICTOGRAPH_NAMED_ROUTE,
               .body = pictograph_any_body, .tag = TAG,
               .summary = "Replace the annotations of an image of a dataset",
               .response_schema = "PictographSaved", .handler = save_annotations),
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = HTTP_DELETE, .path = ANNOTATIONS PICTOGRAPH_NAMED_ROUTE,
               .tag = TAG, .summary = "Delete the annotations of an image of a dataset",
               .response_schema = "PictographCleared", .handler = delete_annotations),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_annotation_routes) == PICTOGRAPH_ANNOTATION_ROUTES);
