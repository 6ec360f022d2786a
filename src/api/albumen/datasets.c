/* Datasets, and what is known of each as a whole. */
#include "api/albumen/datasets.h"

#include "api/class_json.h"
#include "api/photo_values.h"
#include "base/limits.h"
#include "studio/directory.h"

/* What the handlers share */

Dataset *albumen_find_dataset(HttpRequest *request, StoreTx *tx, GError **error)
{
    return dataset_find(tx, api_principal(request), http_text(request, "dataset", ""), error);
}

void albumen_change_clear(AlbumenChange *change)
{
    g_clear_pointer(&change->tx, store_tx_free);
    g_clear_pointer(&change->dataset, dataset_free);
}

static StoreTx *begin(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(api_of(request)->library), error);
    return tx && library_touch(tx, error) ? g_steal_pointer(&tx) : NULL;
}

gboolean albumen_change_begin(HttpRequest *request, AlbumenChange *ret_change, GError **error)
{
    ret_change->tx = begin(request, error);
    ret_change->dataset =
        ret_change->tx ? albumen_find_dataset(request, ret_change->tx, error) : NULL;
    return ret_change->dataset && dataset_touch(ret_change->tx, ret_change->dataset->id, error);
}

gboolean albumen_change_begin_item(HttpRequest *request, AlbumenChange *ret_change, Item **ret_item,
                                   GError **error)
{
    const Principal *viewer = api_principal(request);
    ret_change->tx = begin(request, error);
    *ret_item = ret_change->tx
                    ? item_find(ret_change->tx, viewer, http_text(request, "item", ""), error)
                    : NULL;
    ret_change->dataset =
        *ret_item ? dataset_get(ret_change->tx, viewer, (*ret_item)->dataset_id, error) : NULL;
    return ret_change->dataset && dataset_touch(ret_change->tx, ret_change->dataset->id, error);
}

gboolean albumen_change_commit(HttpRequest *request, AlbumenChange *change, GError **error)
{
    return library_commit(api_of(request)->library, change->tx, error);
}

gboolean albumen_body_has(HttpRequest *request, const char *member)
{
    const json_t *value = json_object_get(http_body(request), member);
    return value && !json_is_null(value);
}

const char **albumen_body_texts(HttpRequest *request, const char *member)
{
    const json_t *list = json_object_get(http_body(request), member);
    gsize count = json_array_size(list);
    const char **texts = g_new0(const char *, count + 1);
    for (gsize i = 0; i < count; i++) {
        texts[i] = json_string_value(json_array_get(list, i));
    }
    return texts;
}

gboolean albumen_read_page(HttpRequest *request, gint64 *ret_offset, gint64 *ret_limit,
                           GError **error)
{
    const char *cursor = http_text(request, "cursor", "0");
    *ret_limit = http_int(request, "limit", 100);
    if (!g_ascii_string_to_signed(cursor, 10, 0, G_MAXINT32, ret_offset, NULL)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "The cursor is none of this list");
        return FALSE;
    }
    return TRUE;
}

void albumen_write_page(JsonWriter *writer, gint64 offset, gint64 count, gint64 total)
{
    json_member_int(writer, "total", total);
    if (count > 0 && offset + count < total) {
        g_autofree char *next = g_strdup_printf("%" G_GINT64_FORMAT, offset + count);
        json_member_string(writer, "next_cursor", next);
    } else {
        json_member_null(writer, "next_cursor");
    }
}

/* A dataset in JSON */

static void write_kinds(JsonWriter *writer, guint kinds)
{
    json_key(writer, "annotation_types");
    json_array_begin(writer);
    for (int kind = 1; kind <= SHAPE_KINDS; kind++) {
        if (kinds & (1U << kind)) {
            json_text(writer, shape_kind_name((ShapeKind)kind));
        }
    }
    json_array_end(writer);
}

static void write_counts(JsonWriter *writer, const Dataset *dataset)
{
    json_member_int(writer, "images", dataset->image_count);
    json_member_int(writer, "archived_images", dataset->archived_count);
    json_member_int(writer, "completed", dataset->completed_count);
    json_member_int(writer, "annotations", dataset->annotation_count);
    json_member_int(writer, "proposals", dataset->proposal_count);
    json_key(writer, "status");
    json_object_begin(writer);
    for (int status = 0; status < ITEM_STATUSES; status++) {
        json_member_int(writer, item_status_name((ItemStatus)status),
                        dataset->status_counts[status]);
    }
    json_object_end(writer);
    json_member_int(writer, "total_bytes", dataset->total_bytes);
}

static void write_dataset(JsonWriter *writer, const Dataset *dataset)
{
    g_autofree char *created = time_iso(dataset->created_ms);
    g_autofree char *changed = time_iso(dataset->changed_ms);
    json_object_begin(writer);
    json_member_string(writer, "id", dataset->uuid);
    json_member_string(writer, "name", dataset->name);
    json_member_string(writer, "slug", dataset->slug);
    json_member_string(writer, "description", dataset->description);
    json_member_string(writer, "readme", dataset->readme);
    json_member_string(writer, "owner", dataset->owner);
    json_member_bool(writer, "is_archived", dataset->archived_ms != 0);
    json_member_string(writer, "created", created);
    json_member_string(writer, "changed", changed);
    json_member_int(writer, "version", dataset->version);
    write_kinds(writer, dataset->kinds);
    json_member_string(writer, "class_policy",
                       dataset->policy == CLASS_POLICY_CLOSED ? "closed" : "open");
    write_counts(writer, dataset);
    json_member_string(writer, "cover", *dataset->cover_uuid ? dataset->cover_uuid : NULL);
    json_object_end(writer);
}

static gboolean respond_dataset(HttpRequest *request, const Dataset *dataset, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    write_dataset(writer, dataset);
    return http_respond_json(request, writer, error);
}

/* Reading */

gboolean albumen_datasets(HttpRequest *request, GError **error)
{
    gint64 offset = 0;
    gint64 limit = 0;
    gint64 total = 0;
    if (!albumen_read_page(request, &offset, &limit, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) datasets =
        tx ? dataset_list(tx, api_principal(request), http_flag(request, "archived", FALSE), offset,
                          limit, &total, error)
           : NULL;
    if (!datasets) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "datasets");
    json_array_begin(writer);
    for (guint i = 0; i < datasets->len; i++) {
        write_dataset(writer, g_ptr_array_index(datasets, i));
    }
    json_array_end(writer);
    albumen_write_page(writer, offset, datasets->len, total);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_dataset(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    return dataset && respond_dataset(request, dataset, error);
}

static void write_directory(JsonWriter *writer, const Directory *directory)
{
    json_object_begin(writer);
    json_member_string(writer, "id", directory->uuid);
    json_member_string(writer, "path", directory->path);
    json_member_string(writer, "name", directory->name);
    json_member_int(writer, "images", directory->image_count);
    json_member_int(writer, "nested_images", directory->nested_count);
    json_object_end(writer);
}

gboolean albumen_dataset_directories(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    g_autoptr(GPtrArray) directories = dataset ? directory_list(tx, dataset, error) : NULL;
    if (!directories) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "directories");
    json_array_begin(writer);
    for (guint i = 0; i < directories->len; i++) {
        write_directory(writer, g_ptr_array_index(directories, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Changing */

static const char *body_text(HttpRequest *request, const char *member)
{
    return json_string_value(json_object_get(http_body(request), member));
}

/* 0: not told. */
static gboolean read_kinds(HttpRequest *request, guint *ret_kinds, GError **error)
{
    g_autofree const char **names = albumen_body_texts(request, "annotation_types");
    *ret_kinds = 0;
    for (gsize i = 0; names[i]; i++) {
        ShapeKind kind = shape_kind_from_name(names[i]);
        if (!kind) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "There is no kind of shape called '%s'", names[i]);
            return FALSE;
        }
        *ret_kinds |= 1U << kind;
    }
    return TRUE;
}

static ClassPolicy read_policy(HttpRequest *request)
{
    const char *policy = body_text(request, "class_policy");
    return !policy ? 0 : g_strcmp0(policy, "closed") == 0 ? CLASS_POLICY_CLOSED : CLASS_POLICY_OPEN;
}

/* Of AnnotationClass; `*ret_classes` stays NULL when none are told. INVALID names the first fault.
 */
static gboolean read_classes(HttpRequest *request, GPtrArray **ret_classes, GError **error)
{
    if (!albumen_body_has(request, "classes")) {
        return TRUE;
    }
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    *ret_classes =
        class_json_read_list(json_object_get(http_body(request), "classes"), TRUE, faults);
    if (!*ret_classes) {
        const AnnotationFault *fault = g_ptr_array_index(faults, 0);
        g_autofree char *path = annotation_fault_path(fault, "classes");
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "%s: %s", path, fault->message);
    }
    return *ret_classes != NULL;
}

gboolean albumen_dataset_create(HttpRequest *request, GError **error)
{
    g_autoptr(GPtrArray) classes = NULL;
    DatasetNew values = {
        .name = body_text(request, "name"),
        .description = body_text(request, "description"),
        .readme = body_text(request, "readme"),
        .policy = read_policy(request),
    };
    if (!read_kinds(request, &values.kinds, error) || !read_classes(request, &classes, error)) {
        return FALSE;
    }
    if (classes && !values.policy) {
        values.policy = CLASS_POLICY_CLOSED;
    }
    g_autoptr(StoreTx) tx = begin(request, error);
    g_autoptr(Dataset) dataset =
        tx ? dataset_create(tx, api_principal(request), &values, error) : NULL;
    if (!dataset || (classes && !class_replace(tx, dataset->project_id, classes, error)) ||
        !library_commit(api_of(request)->library, tx, error)) {
        return FALSE;
    }
    g_autofree char *address = g_strconcat("/api/albumen/datasets/", dataset->uuid, NULL);
    http_set_header(request, "Location", address);
    return respond_dataset(request, dataset, error);
}

/* Putting one away, or back, is for who may delete it. */
static gboolean update_archive(HttpRequest *request, const AlbumenChange *change, GError **error)
{
    const json_t *archived = json_object_get(http_body(request), "is_archived");
    return !json_is_boolean(archived) ||
           (access_check(api_principal(request), CAPABILITY_MANAGE, error) &&
            dataset_archive(change->tx, change->dataset, json_is_true(archived), error));
}

gboolean albumen_dataset_update(HttpRequest *request, GError **error)
{
    DatasetChange values = {
        .name = body_text(request, "name"),
        .description = body_text(request, "description"),
        .readme = body_text(request, "readme"),
        .policy = read_policy(request),
    };
    g_auto(AlbumenChange) change = {0};
    if (!read_kinds(request, &values.kinds, error) ||
        !albumen_change_begin(request, &change, error) ||
        !dataset_update(change.tx, change.dataset, &values, error) ||
        !update_archive(request, &change, error)) {
        return FALSE;
    }
    g_autoptr(Dataset) after =
        dataset_get(change.tx, api_principal(request), change.dataset->id, error);
    return after && albumen_change_commit(request, &change, error) &&
           respond_dataset(request, after, error);
}

gboolean albumen_dataset_delete(HttpRequest *request, GError **error)
{
    DatasetDeleted deleted = {0};
    g_auto(AlbumenChange) change = {0};
    if (!albumen_change_begin(request, &change, error) ||
        !dataset_delete(change.tx, change.dataset, &deleted, error) ||
        !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "images", deleted.images);
    json_member_int(writer, "directories", deleted.directories);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Annotators */

static gboolean respond_annotators(HttpRequest *request, GPtrArray *names, GError **error)
{
    if (!names) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "annotators");
    json_array_begin(writer);
    for (guint i = 0; i < names->len; i++) {
        json_text(writer, g_ptr_array_index(names, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_dataset_annotators(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    g_autoptr(GPtrArray) names = dataset ? dataset_granted(tx, dataset, error) : NULL;
    return respond_annotators(request, names, error);
}

gboolean albumen_dataset_grant(HttpRequest *request, GError **error)
{
    g_autofree const char **names = albumen_body_texts(request, "annotators");
    g_auto(AlbumenChange) change = {0};
    if (!albumen_change_begin(request, &change, error) ||
        !dataset_grant_names(change.tx, change.dataset, names, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) granted = dataset_granted(change.tx, change.dataset, error);
    return granted && albumen_change_commit(request, &change, error) &&
           respond_annotators(request, granted, error);
}
