/* The classes of a dataset. */
#include "api/albumen/annotations.h"

#include "api/class_json.h"
#include "base/limits.h"

static gboolean respond_classes(HttpRequest *request, StoreTx *tx, gint64 project_id,
                                GError **error)
{
    g_autoptr(GPtrArray) classes = class_list_counted(tx, project_id, error);
    if (!classes) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "classes");
    json_array_begin(writer);
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(classes, i);
        json_object_begin(writer);
        class_json_write_members(writer, class_);
        if (!class_->skeleton) {
            json_member_null(writer, "skeleton");
        }
        json_member_int(writer, "annotations", class_->annotation_count);
        json_member_int(writer, "images", class_->image_count);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_classes(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    return dataset && respond_classes(request, tx, dataset->project_id, error);
}

gboolean albumen_classes_replace(HttpRequest *request, GError **error)
{
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    g_autoptr(GPtrArray) classes =
        class_json_read_list(json_object_get(http_body(request), "classes"), TRUE, faults);
    if (!classes) {
        return albumen_refuse_faults(request, faults, "classes");
    }
    g_auto(AlbumenChange) change = {0};
    if (!albumen_change_begin(request, &change, error) ||
        !class_replace(change.tx, change.dataset->project_id, classes, error) ||
        !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx && respond_classes(request, tx, change.dataset->project_id, error);
}

static gboolean respond_changed(HttpRequest *request, const ClassChanged *changed, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "images", changed->images);
    json_member_int(writer, "annotations", changed->annotations);
    json_member_bool(writer, "list", changed->config);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static const char *body_text(HttpRequest *request, const char *member)
{
    return json_string_value(json_object_get(http_body(request), member));
}

gboolean albumen_class_rename(HttpRequest *request, GError **error)
{
    ClassChanged changed = {0};
    g_auto(AlbumenChange) change = {0};
    return albumen_change_begin(request, &change, error) &&
           class_rename(change.tx, api_principal(request), change.dataset->project_id,
                        body_text(request, "from"), body_text(request, "to"), &changed, error) &&
           albumen_change_commit(request, &change, error) &&
           respond_changed(request, &changed, error);
}

gboolean albumen_class_merge(HttpRequest *request, GError **error)
{
    ClassChanged changed = {0};
    g_auto(AlbumenChange) change = {0};
    return albumen_change_begin(request, &change, error) &&
           class_merge(change.tx, api_principal(request), change.dataset->project_id,
                       body_text(request, "source"), body_text(request, "target"), &changed,
                       error) &&
           albumen_change_commit(request, &change, error) &&
           respond_changed(request, &changed, error);
}

gboolean albumen_class_delete(HttpRequest *request, GError **error)
{
    gboolean with_annotations =
        json_is_true(json_object_get(http_body(request), "with_annotations"));
    ClassChanged changed = {0};
    g_auto(AlbumenChange) change = {0};
    return albumen_change_begin(request, &change, error) &&
           class_delete(change.tx, api_principal(request), change.dataset->project_id,
                        body_text(request, "name"),
                        shape_kind_from_name(body_text(request, "type")), with_annotations,
                        &changed, error) &&
           albumen_change_commit(request, &change, error) &&
           respond_changed(request, &changed, error);
}
