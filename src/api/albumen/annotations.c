/* What is drawn on an item: read, saved as a whole if nobody else saved meanwhile, its history. */
#include "api/albumen/annotations.h"

#include "api/photo_values.h"
#include "base/limits.h"
#include "http/conditions.h"
#include "studio/formats/annotation_json.h"

gboolean albumen_refuse_faults(HttpRequest *request, const GPtrArray *faults, const char *before)
{
    JsonWriter *writer =
        albumen_problem_new(422, "invalid", "What was sent is not as it should be");
    json_key(writer, "errors");
    json_array_begin(writer);
    for (guint i = 0; i < faults->len; i++) {
        const AnnotationFault *fault = g_ptr_array_index(faults, i);
        g_autofree char *path = annotation_fault_path(fault, before);
        json_object_begin(writer);
        json_member_string(writer, "path", path);
        json_member_string(writer, "message", fault->message);
        json_object_end(writer);
    }
    json_array_end(writer);
    return albumen_respond_problem(request, 422, writer);
}

static void set_etag(HttpRequest *request, gint64 revision)
{
    g_autofree char *etag = g_strdup_printf("\"%" G_GINT64_FORMAT "\"", revision);
    http_set_header(request, "ETag", etag);
    http_set_header(request, "Cache-Control", "no-store");
}

static void write_shapes(JsonWriter *writer, const GPtrArray *shapes)
{
    json_key(writer, "annotations");
    annotation_json_write_list(writer, shapes, ANNOTATION_OWN);
}

gboolean albumen_annotations(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Item) item =
        tx ? item_find(tx, api_principal(request), http_text(request, "item", ""), error) : NULL;
    g_autoptr(GPtrArray) shapes =
        item ? annotations_load(tx, item->project_id, item->id, ANNOTATIONS_ALL, error) : NULL;
    if (!shapes) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "item", item->uuid);
    json_member_int(writer, "revision", item->revision);
    json_member_string(writer, "status", item_status_name(item->status));
    json_member_int(writer, "width", item->width);
    json_member_int(writer, "height", item->height);
    write_shapes(writer, shapes);
    json_object_end(writer);
    set_etag(request, item->revision);
    return http_respond_json(request, writer, error);
}

/* If-Match */

static gboolean respond_precondition_required(HttpRequest *request)
{
    return albumen_respond_problem(
        request, 428,
        albumen_problem_new(428, "precondition_required",
                            "Say in If-Match which revision this is made from"));
}

static gboolean matches(HttpRequest *request, const Item *item)
{
    g_autofree char *etag = g_strdup_printf("%" G_GINT64_FORMAT, item->revision);
    return http_etag_listed(http_request_header(request, "If-Match"), etag);
}

/* 412, with what is there now beside what the client has. */
static gboolean respond_conflict(HttpRequest *request, StoreTx *tx, const Item *item,
                                 GError **error)
{
    g_autoptr(GPtrArray) history = annotations_history(tx, item, error);
    g_autoptr(GPtrArray) shapes =
        history ? annotations_load(tx, item->project_id, item->id, ANNOTATIONS_ALL, error) : NULL;
    if (!shapes) {
        return FALSE;
    }
    const AnnotationsRevision *last = history->len ? g_ptr_array_index(history, 0) : NULL;
    g_autofree char *saved = last ? time_iso(last->saved_ms) : NULL;
    JsonWriter *writer = albumen_problem_new(
        412, "conflict", "Somebody else saved this picture in the meantime; nothing was changed");
    json_key(writer, "current");
    json_object_begin(writer);
    json_member_int(writer, "revision", item->revision);
    json_member_string(writer, "author", last ? last->author : NULL);
    json_member_string(writer, "saved", saved);
    write_shapes(writer, shapes);
    json_object_end(writer);
    set_etag(request, item->revision);
    return albumen_respond_problem(request, 412, writer);
}

static gboolean respond_saved(HttpRequest *request, const AnnotationsSaved *saved,
                              ItemStatus status, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "revision", saved->revision);
    json_member_string(writer, "status", item_status_name(status));
    json_member_int(writer, "annotations", saved->new_count);
    json_object_end(writer);
    set_etag(request, saved->revision);
    return http_respond_json(request, writer, error);
}

/* Saving */

/* Answers what annotations_save found wrong with one of the shapes; other errors stay errors. */
static gboolean refuse_problem(HttpRequest *request, AnnotationsProblem *problem, GError *taken,
                               GError **error)
{
    g_autofree char *field = problem->field;
    if (!g_error_matches(taken, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID)) {
        g_propagate_error(error, taken);
        return FALSE;
    }
    g_autoptr(GError) failure = taken;
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    g_ptr_array_add(faults, annotation_fault_new(problem->index, field, failure->message));
    return albumen_refuse_faults(request, faults, "annotations");
}

/* The status that the request asks for, or the one that the save left. */
static gboolean set_status(HttpRequest *request, const AlbumenChange *change, const Item *item,
                           const AnnotationsSaved *saved, ItemStatus *ret_status, GError **error)
{
    const char *name = json_string_value(json_object_get(http_body(request), "status"));
    *ret_status = saved->status;
    if (!name || !item_status_from_name(name, ret_status) || *ret_status == saved->status) {
        return TRUE;
    }
    return item_set_status(change->tx, api_principal(request), change->dataset, &item->id, 1,
                           *ret_status, error);
}

static gboolean save(HttpRequest *request, const GPtrArray *shapes, GError **error)
{
    g_auto(AlbumenChange) change = {0};
    g_autoptr(Item) item = NULL;
    if (!albumen_change_begin_item(request, &change, &item, error)) {
        return FALSE;
    }
    if (!matches(request, item)) {
        return respond_conflict(request, change.tx, item, error);
    }
    const json_t *spent = json_object_get(http_body(request), "time_spent_ms");
    const AnnotationsSave how = {
        .which = ANNOTATIONS_ALL,
        .expected = item->revision,
        .drawn = TRUE,
        .keep_unchanged = TRUE,
        .time_spent_ms = json_integer_value(spent),
    };
    AnnotationsSaved saved = {0};
    AnnotationsProblem problem = {0};
    GError *failure = NULL;
    ItemStatus status = ITEM_NEW;
    if (!annotations_save(change.tx, api_principal(request), item, shapes, &how, &saved, &problem,
                          &failure)) {
        return refuse_problem(request, &problem, failure, error);
    }
    return set_status(request, &change, item, &saved, &status, error) &&
           albumen_change_commit(request, &change, error) &&
           respond_saved(request, &saved, status, error);
}

gboolean albumen_annotations_save(HttpRequest *request, GError **error)
{
    if (!http_request_header(request, "If-Match")) {
        return respond_precondition_required(request);
    }
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    g_autoptr(GPtrArray) shapes = annotation_json_read_list(
        json_object_get(http_body(request), "annotations"), ANNOTATION_OWN, faults);
    return shapes ? save(request, shapes, error)
                  : albumen_refuse_faults(request, faults, "annotations");
}

/* History */

gboolean albumen_history(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Item) item =
        tx ? item_find(tx, api_principal(request), http_text(request, "item", ""), error) : NULL;
    g_autoptr(GPtrArray) history = item ? annotations_history(tx, item, error) : NULL;
    if (!history) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "revisions");
    json_array_begin(writer);
    for (guint i = 0; i < history->len; i++) {
        const AnnotationsRevision *revision = g_ptr_array_index(history, i);
        g_autofree char *saved = time_iso(revision->saved_ms);
        json_object_begin(writer);
        json_member_int(writer, "revision", revision->revision);
        json_member_string(writer, "author", revision->author);
        json_member_string(writer, "saved", saved);
        json_member_int(writer, "annotations", revision->annotation_count);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_revision(HttpRequest *request, GError **error)
{
    gint64 revision = http_int(request, "revision", 0);
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Item) item =
        tx ? item_find(tx, api_principal(request), http_text(request, "item", ""), error) : NULL;
    g_autoptr(GPtrArray) shapes = item ? annotations_at(tx, item, revision, error) : NULL;
    if (!shapes) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "revision", revision);
    write_shapes(writer, shapes);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_restore(HttpRequest *request, GError **error)
{
    g_auto(AlbumenChange) change = {0};
    g_autoptr(Item) item = NULL;
    AnnotationsSaved saved = {0};
    if (!http_request_header(request, "If-Match")) {
        return respond_precondition_required(request);
    }
    if (!albumen_change_begin_item(request, &change, &item, error)) {
        return FALSE;
    }
    if (!matches(request, item)) {
        return respond_conflict(request, change.tx, item, error);
    }
    return annotations_restore(change.tx, api_principal(request), item,
                               http_int(request, "revision", 0), item->revision, &saved, error) &&
           albumen_change_commit(request, &change, error) &&
           respond_saved(request, &saved, saved.status, error);
}
