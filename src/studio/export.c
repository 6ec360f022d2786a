#include "studio/export.h"

#include "studio/item_rows.h"
#include "studio/names.h"

#include "base/json_writer.h"
#include "base/limits.h"
#include "library/job.h"
#include "library/signed_address.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_MS (24LL * 3600 * 1000)

static const char *const state_names[] = {"pending", "processing", "completed", "failed"};

const char *export_state_name(ExportState state)
{
    g_assert(state >= EXPORT_PENDING && state <= EXPORT_FAILED);
    return state_names[state];
}

gboolean export_state_from_name(const char *name, ExportState *ret_state)
{
    for (int i = EXPORT_PENDING; i <= EXPORT_FAILED; i++) {
        if (g_strcmp0(state_names[i], name) == 0) {
            *ret_state = (ExportState)i;
            return TRUE;
        }
    }
    return FALSE;
}

void dataset_export_free(DatasetExport *value)
{
    if (!value) {
        return;
    }
    g_free(value->dataset_name);
    g_free(value->name);
    g_strfreev(value->class_filter);
    g_free(value->status_filter);
    g_free(value->error);
    g_free(value->report);
    g_free(value);
}

/* --- reading --- */

#define EXPORT_COLUMNS                                                                             \
    "SELECT e.id, e.uuid, d.id, e.project_id, e.version_id, d.uuid, o.uuid, v.uuid, d.name, "      \
    "e.name, e.format, e.include_images, e.organize_by_split, e.class_filter, e.status_filter, "   \
    "e.state, e.error, e.report, e.file_bytes, e.image_count, e.annotation_count, "                \
    "e.created_ms, e.finished_ms, e.expires_ms"
#define EXPORT_FROM                                                                                \
    " FROM dataset_export e JOIN project p ON p.id = e.project_id "                                \
    "JOIN dataset d ON d.id = p.dataset_id JOIN organization o ON o.id = d.organization_id "       \
    "LEFT JOIN dataset_version v ON v.id = e.version_id"

static void read_uuid(const StoreStatement *row, int column, char ret_uuid[UUID_CHARS + 1])
{
    const char *text = store_column_text(row, column);
    g_strlcpy(ret_uuid, text ? text : "", UUID_CHARS + 1);
}

static gint64 int_or_unknown(const StoreStatement *row, int column)
{
    return store_column_is_null(row, column) ? -1 : store_column_int(row, column);
}

static void read_filters(const StoreStatement *row, int column, DatasetExport *value)
{
    const char *classes = store_column_text(row, column);
    value->class_filter = classes ? g_strsplit(classes, "\n", -1) : NULL;
    value->status_filter = g_strdup(store_column_text(row, column + 1));
}

static DatasetExport *export_from_row(const StoreStatement *row)
{
    DatasetExport *value = g_new0(DatasetExport, 1);
    value->id = store_column_int(row, 0);
    read_uuid(row, 1, value->uuid);
    value->dataset_id = store_column_int(row, 2);
    value->project_id = store_column_int(row, 3);
    value->version_id = store_column_int(row, 4);
    read_uuid(row, 5, value->dataset_uuid);
    read_uuid(row, 6, value->organization_uuid);
    read_uuid(row, 7, value->version_uuid);
    value->dataset_name = g_strdup(store_column_text(row, 8));
    value->name = g_strdup(store_column_text(row, 9));
    value->format = format_find(store_column_text(row, 10));
    value->include_images = store_column_int(row, 11) != 0;
    value->organize_by_split = store_column_int(row, 12) != 0;
    read_filters(row, 13, value);
    export_state_from_name(store_column_text(row, 15), &value->state);
    value->error = g_strdup(store_column_text(row, 16));
    value->report = g_strdup(store_column_text(row, 17));
    value->file_bytes = int_or_unknown(row, 18);
    value->image_count = int_or_unknown(row, 19);
    value->annotation_count = int_or_unknown(row, 20);
    value->created_ms = store_column_int(row, 21);
    value->finished_ms = store_column_int(row, 22);
    value->expires_ms = store_column_int(row, 23);
    return value;
}

static GPtrArray *read_exports(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) exports =
        g_ptr_array_new_with_free_func((GDestroyNotify)dataset_export_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(exports, export_from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&exports) : NULL;
}

/* The first; NOT_FOUND when there is none. */
static DatasetExport *read_one(StoreTx *tx, const StoreSql *sql, GError **error)
{
    g_autoptr(GPtrArray) found = read_exports(tx, sql, error);
    if (found && found->len == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Export not found");
    }
    return found && found->len > 0 ? g_ptr_array_steal_index(found, 0) : NULL;
}

DatasetExport *export_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error)
{
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, EXPORT_COLUMNS EXPORT_FROM);
    dataset_add_found(sql, viewer);
    store_sql_add(sql, " AND e.uuid = ");
    store_sql_value_text(sql, lower);
    return read_one(tx, sql, error);
}

DatasetExport *export_find_named(StoreTx *tx, const Dataset *dataset, const char *name,
                                 GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, EXPORT_COLUMNS EXPORT_FROM " WHERE e.project_id = ");
    store_sql_value_int(sql, dataset->project_id);
    store_sql_add(sql, " AND e.name = ");
    store_sql_value_text(sql, name);
    return read_one(tx, sql, error);
}

DatasetExport *export_find_signed(StoreTx *tx, const char *secret, const char *uuid,
                                  gint64 expires_seconds, const char *signature, GError **error)
{
    g_autofree char *what = g_strconcat("exports/", uuid, NULL);
    if (!signed_address_check(secret, "GET", what, expires_seconds, signature,
                              library_now_ms() / 1000, error)) {
        return NULL;
    }
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, EXPORT_COLUMNS EXPORT_FROM " WHERE e.uuid = ");
    store_sql_value_text(sql, uuid);
    return read_one(tx, sql, error);
}

DatasetExport *export_find_of_version(StoreTx *tx, const Principal *viewer, const Version *version,
                                      const Format *format, gboolean include_images, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, EXPORT_COLUMNS EXPORT_FROM);
    dataset_add_found(sql, viewer);
    store_sql_add(sql, " AND e.class_filter IS NULL "
                       "AND e.status_filter IS NULL AND e.organize_by_split = 1 "
                       "AND e.version_id = ");
    store_sql_value_int(sql, version->id);
    store_sql_add(sql, " AND e.format = ");
    store_sql_value_text(sql, format->name);
    store_sql_add(sql, " AND e.include_images = ");
    store_sql_value_int(sql, include_images);
    store_sql_add(sql, " ORDER BY e.id DESC LIMIT 1");
    g_autoptr(GPtrArray) found = read_exports(tx, sql, error);
    return found && found->len > 0 ? g_ptr_array_steal_index(found, 0) : NULL;
}

static void add_conditions(StoreSql *sql, const Principal *viewer, const Dataset *dataset,
                           int state)
{
    dataset_add_found(sql, viewer);
    if (dataset) {
        store_sql_add(sql, " AND e.project_id = ");
        store_sql_value_int(sql, dataset->project_id);
    }
    if (state >= 0) {
        store_sql_add(sql, " AND e.state = ");
        store_sql_value_text(sql, export_state_name((ExportState)state));
    }
}

static gboolean count_exports(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                              int state, gint64 *ret_total, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT count(*)" EXPORT_FROM);
    add_conditions(sql, viewer, dataset, state);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    return row && store_step_int(row, ret_total, error);
}

GPtrArray *export_list(StoreTx *tx, const Principal *viewer, const Dataset *dataset, int state,
                       gint64 offset, gint64 limit, gint64 *ret_total, GError **error)
{
    if (ret_total && !count_exports(tx, viewer, dataset, state, ret_total, error)) {
        return NULL;
    }
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, EXPORT_COLUMNS EXPORT_FROM);
    add_conditions(sql, viewer, dataset, state);
    store_sql_add(sql, " ORDER BY e.id DESC LIMIT ");
    store_sql_value_int(sql, limit);
    store_sql_add(sql, " OFFSET ");
    store_sql_value_int(sql, offset);
    return read_exports(tx, sql, error);
}

/* --- making one --- */

static gboolean set_invalid(GError **error, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, message);
    return FALSE;
}

static gboolean is_all(const char *filter)
{
    return !filter || !*filter || strcmp(filter, "all") == 0;
}

static gboolean check_values(const ExportNew *values, GError **error)
{
    ItemStatus status;
    if (values->name && !name_is_good(values->name, LIMIT_EXPORT_NAME_CHARACTERS)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "An export's name has 1 to %d characters on one line",
                    LIMIT_EXPORT_NAME_CHARACTERS);
        return FALSE;
    }
    if (!is_all(values->status_filter) && !item_status_from_name(values->status_filter, &status)) {
        return set_invalid(error, "The status is new, annotate, review, complete or all");
    }
    guint classes = 0;
    for (; values->class_filter && values->class_filter[classes]; classes++) {
        if (strchr(values->class_filter[classes], '\n')) {
            return set_invalid(error, "The name of a class has no line break");
        }
    }
    if (classes > LIMIT_EXPORT_CLASSES) {
        return set_invalid(error, "Too many classes to filter by");
    }
    return TRUE;
}

static gint64 count_where(StoreTx *tx, const StoreQuery *query, gint64 project_id, const char *name,
                          GError **error)
{
    gint64 count = -1;
    StoreStatement *row = store_prepare(tx, query, error);
    if (!row) {
        return -1;
    }
    store_bind_int(row, 1, project_id);
    if (name) {
        store_bind_text(row, 2, name);
    }
    return store_step_int(row, &count, error) ? count : -1;
}

static gint64 count_named(StoreTx *tx, gint64 project_id, const char *name, GError **error)
{
    static const StoreQuery query = {
        .name = "export_named",
        .sql = "SELECT count(*) FROM dataset_export WHERE project_id = ?1 AND name = ?2",
    };
    return count_where(tx, &query, project_id, name, error);
}

static gboolean check_room(StoreTx *tx, gint64 project_id, GError **error)
{
    static const StoreQuery query = {
        .name = "export_count",
        .sql = "SELECT count(*) FROM dataset_export WHERE project_id = ?1",
    };
    gint64 count = count_where(tx, &query, project_id, NULL, error);
    if (count >= LIMIT_EXPORTS_PER_DATASET) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "A dataset has at most %d exports; delete some of them",
                    LIMIT_EXPORTS_PER_DATASET);
    }
    return count >= 0 && count < LIMIT_EXPORTS_PER_DATASET;
}

/* "Fleet COCO", "Fleet COCO 2": never taken. */
static char *make_name(StoreTx *tx, const Dataset *dataset, const Format *format, GError **error)
{
    g_autofree char *short_name = g_utf8_substring(
        dataset->name, 0, MIN(g_utf8_strlen(dataset->name, -1), LIMIT_EXPORT_NAME_CHARACTERS / 2));
    g_autofree char *base = g_strconcat(short_name, " ", format->title, NULL);
    gint64 count = count_named(tx, dataset->project_id, base, error);
    if (count == 0) {
        return g_steal_pointer(&base);
    }
    for (int number = 2; count > 0; number++) {
        g_autofree char *name = g_strdup_printf("%s %d", base, number);
        count = count_named(tx, dataset->project_id, name, error);
        if (count == 0) {
            return g_steal_pointer(&name);
        }
    }
    return NULL;
}

static char *take_name(StoreTx *tx, const Dataset *dataset, const ExportNew *values, GError **error)
{
    if (!values->name) {
        return make_name(tx, dataset, values->format, error);
    }
    gint64 count = count_named(tx, dataset->project_id, values->name, error);
    if (count > 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "There is an export of this name already");
    }
    return count == 0 ? g_strdup(values->name) : NULL;
}

static gboolean insert_export(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                              const ExportNew *values, const char *name, const char *uuid,
                              gint64 *ret_id, GError **error)
{
    static const StoreQuery insert = {
        .name = "export_insert",
        .sql = "INSERT INTO dataset_export (uuid, project_id, version_id, name, format, "
               "include_images, class_filter, status_filter, organize_by_split, state, account_id, "
               "created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'pending', ?10, ?11) "
               "RETURNING id",
    };
    StoreStatement *row = store_prepare(tx, &insert, error);
    if (!row) {
        return FALSE;
    }
    gboolean has_classes = values->class_filter && values->class_filter[0];
    g_autofree char *classes = has_classes ? g_strjoinv("\n", (char **)values->class_filter) : NULL;
    store_bind_text(row, 1, uuid);
    store_bind_int(row, 2, values->version ? values->version->project_id : dataset->project_id);
    if (values->version) {
        store_bind_int(row, 3, values->version->id);
    }
    store_bind_text(row, 4, name);
    store_bind_text(row, 5, values->format->name);
    store_bind_int(row, 6, values->include_images != 0);
    store_bind_text(row, 7, classes);
    store_bind_text(row, 8, is_all(values->status_filter) ? NULL : values->status_filter);
    store_bind_int(row, 9, values->organize_by_split != 0);
    if (principal_account(viewer) > 0) {
        store_bind_int(row, 10, principal_account(viewer));
    }
    store_bind_int(row, 11, library_now_ms());
    return store_step_int(row, ret_id, error);
}

static gboolean queue(StoreTx *tx, gint64 id, const char *base_url, GError **error)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "export", id);
    json_member_string(writer, "base_url", base_url ? base_url : "");
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_take(writer);
    g_autofree char *payload = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    gint64 job = 0;
    return job_queue(tx, EXPORT_JOB, payload, &job, error);
}

DatasetExport *export_create(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                             const ExportNew *values, GError **error)
{
    if (!check_values(values, error) || !check_room(tx, dataset->project_id, error)) {
        return NULL;
    }
    g_autofree char *name = take_name(tx, dataset, values, error);
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    gint64 id = 0;
    if (!name || !insert_export(tx, viewer, dataset, values, name, uuid, &id, error) ||
        !queue(tx, id, values->base_url, error)) {
        return NULL;
    }
    return export_find(tx, viewer, uuid, error);
}

gboolean export_delete(StoreTx *tx, const DatasetExport *value, GError **error)
{
    static const StoreQuery query = {
        .name = "export_delete",
        .sql = "DELETE FROM dataset_export WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, value->id);
    return store_run(statement, NULL, error);
}

/* --- the job's --- */

DatasetExport *export_get(StoreTx *tx, gint64 id, Dataset **ret_dataset, GError **error)
{
    static const StoreQuery find_dataset = {
        .name = "export_dataset",
        .sql = "SELECT d.id, d.uuid, d.name, d.slug, o.name, o.slug, p.uuid FROM project p "
               "JOIN dataset d ON d.id = p.dataset_id "
               "JOIN organization o ON o.id = d.organization_id WHERE p.id = ?1",
    };
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, EXPORT_COLUMNS EXPORT_FROM " WHERE e.id = ");
    store_sql_value_int(sql, id);
    g_autoptr(DatasetExport) value = read_one(tx, sql, error);
    StoreStatement *row = value ? store_prepare(tx, &find_dataset, error) : NULL;
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, value->project_id);
    if (!store_step_one(row, error)) {
        return NULL;
    }
    Dataset *dataset = g_new0(Dataset, 1);
    dataset->id = store_column_int(row, 0);
    read_uuid(row, 1, dataset->uuid);
    dataset->name = g_strdup(store_column_text(row, 2));
    dataset->slug = g_strdup(store_column_text(row, 3));
    dataset->organization_name = g_strdup(store_column_text(row, 4));
    dataset->organization_slug = g_strdup(store_column_text(row, 5));
    dataset->project_id = value->project_id;
    read_uuid(row, 6, dataset->project_uuid);
    *ret_dataset = dataset;
    return g_steal_pointer(&value);
}

gboolean export_set_processing(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "export_processing",
        .sql = "UPDATE dataset_export SET state = 'processing' WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, id);
    return store_run(row, NULL, error);
}

/* An export that was deleted meanwhile is gone: CONFLICT. */
static gboolean run_on_one(StoreStatement *row, GError **error)
{
    gint64 changed = 0;
    if (!store_run(row, &changed, error)) {
        return FALSE;
    }
    if (changed == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "The export was deleted meanwhile");
    }
    return changed > 0;
}

gboolean export_set_completed(StoreTx *tx, gint64 id, const ExportWritten *written, GError **error)
{
    static const StoreQuery query = {
        .name = "export_completed",
        .sql = "UPDATE dataset_export SET state = 'completed', error = NULL, report = ?2, "
               "file_bytes = ?3, image_count = ?4, annotation_count = ?5, finished_ms = ?6, "
               "expires_ms = ?7 WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    gint64 now = library_now_ms();
    store_bind_int(row, 1, id);
    store_bind_text(row, 2, written->report);
    store_bind_int(row, 3, written->file_bytes);
    store_bind_int(row, 4, written->images);
    store_bind_int(row, 5, written->annotations);
    store_bind_int(row, 6, now);
    store_bind_int(row, 7, now + LIMIT_EXPORT_DAYS * DAY_MS);
    return run_on_one(row, error);
}

gboolean export_set_failed(StoreTx *tx, gint64 id, const char *message, GError **error)
{
    static const StoreQuery query = {
        .name = "export_failed",
        .sql = "UPDATE dataset_export SET state = 'failed', error = ?2, finished_ms = ?3, "
               "expires_ms = ?4 WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    gint64 now = library_now_ms();
    store_bind_int(row, 1, id);
    store_bind_text(row, 2, message);
    store_bind_int(row, 3, now);
    store_bind_int(row, 4, now + LIMIT_EXPORT_DAYS * DAY_MS);
    return store_run(row, NULL, error);
}
