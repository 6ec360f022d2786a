#include "studio/import.h"

#include "base/json_writer.h"
#include "base/limits.h"
#include "studio/import_parts.h"

#include <jansson.h>
#include <string.h>

static const char *const state_names[] = {
    [IMPORT_READING] = "reading", [IMPORT_READY] = "ready",   [IMPORT_APPLYING] = "applying",
    [IMPORT_APPLIED] = "applied", [IMPORT_FAILED] = "failed",
};

const char *import_state_name(ImportState state)
{
    return state_names[state];
}

static ImportState state_from_name(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(state_names); i++) {
        if (g_strcmp0(state_names[i], name) == 0) {
            return (ImportState)i;
        }
    }
    return IMPORT_FAILED;
}

void dataset_import_free(DatasetImport *value)
{
    if (value) {
        g_free(value->filename);
        g_free(value->preview);
        g_free(value->plan);
        g_free(value->error);
        g_free(value);
    }
}

/* --- rows --- */

#define IMPORT_COLUMNS                                                                             \
    "SELECT m.id, m.uuid, p.dataset_id, m.project_id, m.account_id, m.filename, m.format, "        \
    "m.state, m.preview, m.plan, m.error, m.created_ms, m.expires_ms FROM dataset_import m "       \
    "JOIN project p ON p.id = m.project_id "

static DatasetImport *read_row(const StoreStatement *row)
{
    DatasetImport *value = g_new0(DatasetImport, 1);
    value->id = store_column_int(row, 0);
    g_strlcpy(value->uuid, store_column_text(row, 1), sizeof value->uuid);
    value->dataset_id = store_column_int(row, 2);
    value->project_id = store_column_int(row, 3);
    value->account_id = store_column_int(row, 4);
    value->filename = g_strdup(store_column_text(row, 5));
    value->format = format_find(store_column_text(row, 6));
    value->state = state_from_name(store_column_text(row, 7));
    value->preview = g_strdup(store_column_text(row, 8));
    value->plan = g_strdup(store_column_text(row, 9));
    value->error = g_strdup(store_column_text(row, 10));
    value->created_ms = store_column_int(row, 11);
    value->expires_ms = store_column_int(row, 12);
    return value;
}

DatasetImport *import_get(StoreTx *tx, const char *uuid, GError **error)
{
    static const StoreQuery query = {
        .name = "import_get",
        .sql = IMPORT_COLUMNS "WHERE m.uuid = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_text(row, 1, uuid);
    StoreStep step = store_step(row, error);
    if (step == STORE_DONE) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "There is no such import");
    }
    return step == STORE_ROW ? read_row(row) : NULL;
}

DatasetImport *import_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error)
{
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    g_autoptr(DatasetImport) value = import_get(tx, lower, error);
    g_autoptr(Dataset) dataset = value ? dataset_get(tx, viewer, value->dataset_id, error) : NULL;
    return dataset ? g_steal_pointer(&value) : NULL;
}

static void free_import(gpointer value)
{
    dataset_import_free(value);
}

GPtrArray *import_list(StoreTx *tx, const Dataset *dataset, GError **error)
{
    static const StoreQuery query = {
        .name = "import_list",
        .sql = IMPORT_COLUMNS "WHERE m.project_id = ?1 ORDER BY m.id DESC",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, dataset->project_id);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(free_import);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(list, read_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&list) : NULL;
}

static gboolean check_count(StoreTx *tx, gint64 project_id, GError **error)
{
    static const StoreQuery query = {
        .name = "import_count",
        .sql = "SELECT count(*) FROM dataset_import WHERE project_id = ?1",
    };
    gint64 count = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, project_id);
    if (!store_step_int(row, &count, error)) {
        return FALSE;
    }
    if (count >= LIMIT_IMPORTS_PER_DATASET) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "The dataset has too many imports; delete some");
        return FALSE;
    }
    return TRUE;
}

DatasetImport *import_add(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                          ImportFile *file, const char *filename, const Format *format,
                          GError **error)
{
    static const StoreQuery query = {
        .name = "import_add",
        .sql = "INSERT INTO dataset_import (uuid, project_id, account_id, filename, format, "
               "state, created_ms, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5, 'reading', ?6, ?7)",
    };
    gint64 now = library_now_ms();
    if (import_file_bytes(file) == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "The file is empty");
        return NULL;
    }
    if (!check_count(tx, dataset->project_id, error) || !dataset_touch(tx, dataset->id, error)) {
        return NULL;
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return NULL;
    }
    store_bind_text(statement, 1, import_file_uuid(file));
    store_bind_int(statement, 2, dataset->project_id);
    if (principal_account(viewer) > 0) {
        store_bind_int(statement, 3, principal_account(viewer));
    }
    store_bind_text(statement, 4, filename);
    store_bind_text(statement, 5, format ? format->name : IMPORT_AUTO);
    store_bind_int(statement, 6, now);
    store_bind_int(statement, 7, now + LIMIT_IMPORT_HOURS * G_GINT64_CONSTANT(3600000));
    return store_run(statement, NULL, error) ? import_get(tx, import_file_uuid(file), error) : NULL;
}

gboolean import_delete(StoreTx *tx, const DatasetImport *value, GError **error)
{
    static const StoreQuery query = {
        .name = "import_delete",
        .sql = "DELETE FROM dataset_import WHERE id = ?1",
    };
    StoreStatement *statement =
        dataset_touch(tx, value->dataset_id, error) ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, value->id);
    return store_run(statement, NULL, error);
}

gboolean import_sweep(Library *library, GError **error)
{
    static const StoreQuery query = {
        .name = "import_sweep",
        .sql = "DELETE FROM dataset_import WHERE expires_ms < ?1",
    };
    gint64 now = library_now_ms();
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    StoreStatement *statement =
        tx && library_touch(tx, error) ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, now);
    if (!store_run(statement, NULL, error) || !library_commit(library, tx, error)) {
        return FALSE;
    }
    import_files_sweep(library, now - LIMIT_IMPORT_HOURS * G_GINT64_CONSTANT(3600000));
    return TRUE;
}

/* --- plans --- */

char *import_plan_write(const ImportPlan *plan)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    GHashTableIter iter;
    gpointer from, to;
    json_object_begin(writer);
    json_member_bool(writer, "add", plan->mode == IMPORT_ADD);
    json_member_bool(writer, "as_proposals", plan->as_proposals);
    json_member_bool(writer, "skip_problems", plan->skip_problems);
    json_key(writer, "classes");
    json_object_begin(writer);
    if (plan->classes) {
        g_hash_table_iter_init(&iter, plan->classes);
        while (g_hash_table_iter_next(&iter, &from, &to)) {
            json_member_string(writer, from, to);
        }
    }
    json_object_end(writer);
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    return bytes ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

gboolean import_plan_read(const char *json, ImportPlan *ret_plan, GError **error)
{
    json_t *plan = json ? json_loads(json, 0, NULL) : NULL;
    const char *from = NULL;
    json_t *to = NULL;
    if (!plan) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                            "How the import is to be applied is damaged");
        return FALSE;
    }
    ret_plan->mode = json_is_true(json_object_get(plan, "add")) ? IMPORT_ADD : IMPORT_REPLACE;
    ret_plan->as_proposals = json_is_true(json_object_get(plan, "as_proposals"));
    ret_plan->skip_problems = json_is_true(json_object_get(plan, "skip_problems"));
    ret_plan->classes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    json_object_foreach(json_object_get(plan, "classes"), from, to)
    {
        g_hash_table_insert(ret_plan->classes, g_strdup(from), g_strdup(json_string_value(to)));
    }
    json_decref(plan);
    return TRUE;
}

static gboolean check_ready(const DatasetImport *value, const ImportPlan *plan, GError **error)
{
    if (value->state != IMPORT_READY) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "The import is %s",
                    import_state_name(value->state));
        return FALSE;
    }
    json_t *preview = json_loads(value->preview ? value->preview : "", 0, NULL);
    json_int_t problems = json_integer_value(json_object_get(preview, "problem_count"));
    json_decref(preview);
    if (problems > 0 && !plan->skip_problems) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "The file has %" G_GINT64_FORMAT " problems; put them right or leave out what "
                    "they are about",
                    (gint64)problems);
        return FALSE;
    }
    return TRUE;
}

gboolean import_plan(StoreTx *tx, const DatasetImport *value, const ImportPlan *plan,
                     GError **error)
{
    static const StoreQuery query = {
        .name = "import_plan",
        .sql = "UPDATE dataset_import SET state = 'applying', plan = ?2, error = NULL "
               "WHERE id = ?1 AND state = 'ready'",
    };
    g_autofree char *json = import_plan_write(plan);
    gint64 changed = 0;
    if (!check_ready(value, plan, error) || !dataset_touch(tx, value->dataset_id, error)) {
        return FALSE;
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, value->id);
    store_bind_text(statement, 2, json);
    if (!store_run(statement, &changed, error)) {
        return FALSE;
    }
    if (changed == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "Somebody else applies the import already");
    }
    return changed > 0;
}
