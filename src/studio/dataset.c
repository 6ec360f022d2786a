#include "studio/dataset.h"

#include "base/limits.h"
#include "studio/item_rows.h"
#include "studio/names.h"
#include "studio/tally.h"

#include <string.h>

#define SEPARATOR_OF_PROJECTS '~'

void dataset_free(Dataset *dataset)
{
    if (!dataset) {
        return;
    }
    g_free(dataset->organization_name);
    g_free(dataset->organization_slug);
    g_free(dataset->owner);
    g_free(dataset->name);
    g_free(dataset->slug);
    g_free(dataset->description);
    g_free(dataset->readme);
    g_free(dataset);
}

/* Texts of columns */

static char *kinds_text(guint kinds)
{
    GString *text = g_string_new(NULL);
    for (int kind = 1; kind <= SHAPE_KINDS; kind++) {
        if (kinds & (1U << kind)) {
            g_string_append_printf(text, "%s%s", text->len ? "," : "",
                                   shape_kind_name((ShapeKind)kind));
        }
    }
    return g_string_free(text, FALSE);
}

static guint kinds_of_text(const char *text)
{
    g_auto(GStrv) names = g_strsplit(text, ",", -1);
    guint kinds = 0;
    for (char **name = names; *name; name++) {
        ShapeKind kind = shape_kind_from_name(*name);
        kinds |= kind ? 1U << kind : 0;
    }
    return kinds;
}

static const char *policy_name(ClassPolicy policy)
{
    return policy == CLASS_POLICY_CLOSED ? "closed" : "open";
}

/* Reading */

#define SELECT_DATASET                                                                             \
    "SELECT d.id, d.uuid, p.id, p.uuid, o.uuid, o.name, o.slug, a.display_name, d.name, d.slug, "  \
    "d.description, d.readme, d.annotation_types, p.class_policy, d.is_public, d.archived_ms, "    \
    "d.created_ms, d.changed_ms, d.version, (SELECT i.uuid FROM dataset_item i "                   \
    "WHERE i.dataset_id = d.id AND i.archived_ms IS NULL ORDER BY i.created_ms, i.id LIMIT 1) "    \
    "FROM dataset d JOIN project p ON p.dataset_id = d.id "                                        \
    "JOIN organization o ON o.id = d.organization_id LEFT JOIN account a ON a.id = d.account_id"

static void read_text(const StoreStatement *row, int column, char *ret_text, gsize size)
{
    const char *text = store_column_text(row, column);
    g_strlcpy(ret_text, text ? text : "", size);
}

static char *text_or_null(const char *text)
{
    return text && *text ? g_strdup(text) : NULL;
}

static Dataset *dataset_from_row(const StoreStatement *row)
{
    Dataset *dataset = g_new0(Dataset, 1);
    int at = 0;
    dataset->id = store_column_int(row, at++);
    read_text(row, at++, dataset->uuid, sizeof dataset->uuid);
    dataset->project_id = store_column_int(row, at++);
    read_text(row, at++, dataset->project_uuid, sizeof dataset->project_uuid);
    read_text(row, at++, dataset->organization_uuid, sizeof dataset->organization_uuid);
    dataset->organization_name = g_strdup(store_column_text(row, at++));
    dataset->organization_slug = g_strdup(store_column_text(row, at++));
    dataset->owner = text_or_null(store_column_text(row, at++));
    dataset->name = g_strdup(store_column_text(row, at++));
    dataset->slug = g_strdup(store_column_text(row, at++));
    dataset->description = g_strdup(store_column_text(row, at++));
    dataset->readme = g_strdup(store_column_text(row, at++));
    dataset->kinds = kinds_of_text(store_column_text(row, at++));
    dataset->policy = strcmp(store_column_text(row, at++), "closed") == 0 ? CLASS_POLICY_CLOSED
                                                                          : CLASS_POLICY_OPEN;
    dataset->is_public = store_column_int(row, at++) != 0;
    dataset->archived_ms = store_column_int(row, at++);
    dataset->created_ms = store_column_int(row, at++);
    dataset->changed_ms = store_column_int(row, at++);
    dataset->version = store_column_int(row, at++);
    read_text(row, at++, dataset->cover_uuid, sizeof dataset->cover_uuid);
    return dataset;
}

static void read_tally(const StoreStatement *row, Dataset *dataset)
{
    int at = 1;
    for (int status = 0; status < 4; status++) {
        dataset->status_counts[status] = store_column_int(row, at++);
        dataset->image_count += dataset->status_counts[status];
    }
    dataset->completed_count = dataset->status_counts[3];
    dataset->archived_count = store_column_int(row, at++);
    dataset->annotation_count = store_column_int(row, at++);
    dataset->proposal_count = store_column_int(row, at++);
    dataset->total_bytes = store_column_int(row, at++);
}

static Dataset *of_project(const GPtrArray *datasets, gint64 project_id)
{
    for (guint i = 0; i < datasets->len; i++) {
        Dataset *dataset = g_ptr_array_index(datasets, i);
        if (dataset->project_id == project_id) {
            return dataset;
        }
    }
    return NULL;
}

static gboolean read_tallies(StoreTx *tx, const GPtrArray *datasets, GError **error)
{
    if (datasets->len == 0) {
        return TRUE;
    }
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql,
                  "SELECT project_id, " TALLY_SUMS " FROM project_tally WHERE project_id IN (");
    for (guint i = 0; i < datasets->len; i++) {
        if (i > 0) {
            store_sql_add(sql, ", ");
        }
        store_sql_value_int(sql, ((const Dataset *)g_ptr_array_index(datasets, i))->project_id);
    }
    store_sql_add(sql, ") GROUP BY project_id");
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        read_tally(row, of_project(datasets, store_column_int(row, 0)));
    }
    return step == STORE_DONE;
}

void dataset_add_found(StoreSql *sql, const Principal *viewer)
{
    store_sql_add(sql, " WHERE d.organization_id = ");
    store_sql_value_int(sql, principal_organization(viewer));
    if (principal_member_role(viewer) == MEMBER_ANNOTATOR) {
        store_sql_add(sql, " AND d.id IN (SELECT dataset_id FROM dataset_member "
                           "WHERE account_id = ");
        store_sql_value_int(sql, principal_account(viewer));
        store_sql_add(sql, ")");
    }
}

/* Of Dataset, with what they count. */
static GPtrArray *read_datasets(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) datasets = g_ptr_array_new_with_free_func((GDestroyNotify)dataset_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(datasets, dataset_from_row(row));
    }
    gboolean read = step == STORE_DONE && read_tallies(tx, datasets, error);
    return read ? g_steal_pointer(&datasets) : NULL;
}

static void set_not_found(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Dataset not found");
}

/* The one that there is; NULL without an error when there is none. */
static gboolean find_one(StoreTx *tx, const StoreSql *sql, Dataset **ret_dataset, GError **error)
{
    g_autoptr(GPtrArray) found = read_datasets(tx, sql, error);
    if (!found) {
        return FALSE;
    }
    *ret_dataset = found->len ? g_ptr_array_steal_index(found, 0) : NULL;
    return TRUE;
}

static gboolean find_by_uuid(StoreTx *tx, const Principal *viewer, const char *uuid,
                             Dataset **ret_dataset, GError **error)
{
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, SELECT_DATASET);
    dataset_add_found(sql, viewer);
    store_sql_add(sql, " AND p.is_primary = 1 AND d.uuid = ");
    store_sql_value_text(sql, lower);
    return find_one(tx, sql, ret_dataset, error);
}

static gboolean find_by_name(StoreTx *tx, const Principal *viewer, const char *name,
                             Dataset **ret_dataset, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, SELECT_DATASET);
    dataset_add_found(sql, viewer);
    store_sql_add(sql, " AND p.is_primary = 1 AND d.name = ");
    store_sql_value_text(sql, name);
    return find_one(tx, sql, ret_dataset, error);
}

/* "DATASET~PROJECT". */
static gboolean find_by_project(StoreTx *tx, const Principal *viewer, const char *name,
                                Dataset **ret_dataset, GError **error)
{
    const char *separator = strrchr(name, SEPARATOR_OF_PROJECTS);
    if (!separator) {
        return TRUE;
    }
    g_autofree char *dataset = g_strndup(name, (gsize)(separator - name));
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, SELECT_DATASET);
    dataset_add_found(sql, viewer);
    store_sql_add(sql, " AND p.is_primary = 0 AND d.name = ");
    store_sql_value_text(sql, dataset);
    store_sql_add(sql, " AND p.name = ");
    store_sql_value_text(sql, separator + 1);
    store_sql_add(sql, " ORDER BY p.id LIMIT 1");
    if (!find_one(tx, sql, ret_dataset, error)) {
        return FALSE;
    }
    if (*ret_dataset) {
        g_free((*ret_dataset)->name);
        (*ret_dataset)->name = g_strdup(name);
    }
    return TRUE;
}

Dataset *dataset_find(StoreTx *tx, const Principal *viewer, const char *id_or_name, GError **error)
{
    Dataset *found = NULL;
    if (uuid_is_valid(id_or_name) && !find_by_uuid(tx, viewer, id_or_name, &found, error)) {
        return NULL;
    }
    if (!found && !find_by_name(tx, viewer, id_or_name, &found, error)) {
        return NULL;
    }
    if (!found && !find_by_project(tx, viewer, id_or_name, &found, error)) {
        return NULL;
    }
    if (!found) {
        set_not_found(error);
    }
    return found;
}

Dataset *dataset_get(StoreTx *tx, const Principal *viewer, gint64 id, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, SELECT_DATASET);
    dataset_add_found(sql, viewer);
    store_sql_add(sql, " AND p.is_primary = 1 AND d.id = ");
    store_sql_value_int(sql, id);
    Dataset *found = NULL;
    if (find_one(tx, sql, &found, error) && !found) {
        set_not_found(error);
    }
    return found;
}

static void add_archived(StoreSql *sql, gboolean archived)
{
    if (archived) {
        store_sql_add(sql, " AND p.is_primary = 1 AND d.archived_ms IS NOT NULL");
    } else {
        store_sql_add(sql, " AND p.is_primary = 1 AND d.archived_ms IS NULL");
    }
}

static gboolean count_datasets(StoreTx *tx, const Principal *viewer, gboolean archived,
                               gint64 *ret_total, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT count(*) FROM dataset d JOIN project p ON p.dataset_id = d.id");
    dataset_add_found(sql, viewer);
    add_archived(sql, archived);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    return row && store_step_int(row, ret_total, error);
}

GPtrArray *dataset_list(StoreTx *tx, const Principal *viewer, gboolean archived, gint64 offset,
                        gint64 limit, gint64 *ret_total, GError **error)
{
    if (ret_total && !count_datasets(tx, viewer, archived, ret_total, error)) {
        return NULL;
    }
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, SELECT_DATASET);
    dataset_add_found(sql, viewer);
    add_archived(sql, archived);
    store_sql_add(sql, " ORDER BY d.id DESC LIMIT ");
    store_sql_value_int(sql, limit);
    store_sql_add(sql, " OFFSET ");
    store_sql_value_int(sql, offset);
    return read_datasets(tx, sql, error);
}

/* Checks of what is given */

static gboolean check_name(const char *name, GError **error)
{
    if (!name_is_good(name, LIMIT_DATASET_NAME_CHARACTERS)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "A dataset's name has 1 to %d characters, and no control characters",
                    LIMIT_DATASET_NAME_CHARACTERS);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_text(const char *text, const char *what, GError **error)
{
    if (text && strlen(text) > LIMIT_DATASET_TEXT_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "The %s is longer than %u bytes",
                    what, LIMIT_DATASET_TEXT_BYTES);
        return FALSE;
    }
    return TRUE;
}

/* Whether another dataset of the organization has the name. */
static gboolean check_is_free(StoreTx *tx, gint64 organization, const char *name, gint64 except_id,
                              GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_name_taken",
        .sql = "SELECT count(*) FROM dataset WHERE organization_id = ?1 AND name = ?2 AND id <> ?3",
    };
    gint64 taken = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, organization);
    store_bind_text(row, 2, name);
    store_bind_int(row, 3, except_id);
    if (!store_step_int(row, &taken, error)) {
        return FALSE;
    }
    if (taken) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "There is a dataset called '%s' already", name);
    }
    return !taken;
}

static gboolean slug_is_taken(StoreTx *tx, gint64 organization, const char *slug, gint64 except_id,
                              gboolean *ret_taken, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_slug_taken",
        .sql = "SELECT count(*) FROM dataset WHERE organization_id = ?1 AND slug = ?2 AND id <> ?3",
    };
    gint64 taken = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, organization);
    store_bind_text(row, 2, slug);
    store_bind_int(row, 3, except_id);
    gboolean read = store_step_int(row, &taken, error);
    *ret_taken = taken > 0;
    return read;
}

/* The name's slug, or with "-2", "-3" ...; NULL on error. The caller's. */
static char *free_slug(StoreTx *tx, gint64 organization, const char *name, gint64 except_id,
                       GError **error)
{
    g_autofree char *base = name_slug(name);
    g_autofree char *slug = g_strdup(base);
    gboolean taken = FALSE;
    for (guint number = 2; slug_is_taken(tx, organization, slug, except_id, &taken, error);
         number++) {
        if (!taken) {
            return g_steal_pointer(&slug);
        }
        g_free(slug);
        slug = g_strdup_printf("%s-%u", base, number);
    }
    return NULL;
}

/* Making */

/* Whoever follows all datasets looks again. */
static gboolean touch_studio(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "studio_touch",
        .sql = "UPDATE library_version SET studio = version",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    return statement && store_run(statement, NULL, error);
}

static gboolean check_room(StoreTx *tx, gint64 organization, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_count",
        .sql = "SELECT count(*) FROM dataset WHERE organization_id = ?1",
    };
    gint64 count = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, organization);
    if (!store_step_int(row, &count, error)) {
        return FALSE;
    }
    if (count >= LIMIT_DATASETS) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "There are %d datasets, and no room for more", LIMIT_DATASETS);
    }
    return count < LIMIT_DATASETS;
}

static gboolean insert_dataset(StoreTx *tx, const Principal *viewer, const DatasetNew *values,
                               const char *slug, gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_create",
        .sql = "INSERT INTO dataset (uuid, organization_id, account_id, name, slug, description, "
               "readme, annotation_types, created_ms, changed_ms) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) RETURNING id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    g_autofree char *kinds = kinds_text(values->kinds ? values->kinds : 1U << SHAPE_BBOX);
    g_autofree char *description = text_or_null(values->description);
    g_autofree char *readme = text_or_null(values->readme);
    store_bind_text(row, 1, uuid);
    store_bind_int(row, 2, principal_organization(viewer));
    store_bind_int(row, 3, principal_account(viewer));
    store_bind_text(row, 4, values->name);
    store_bind_text(row, 5, slug);
    store_bind_text(row, 6, description);
    store_bind_text(row, 7, readme);
    store_bind_text(row, 8, kinds);
    store_bind_int(row, 9, library_now_ms());
    return store_step_int(row, ret_id, error);
}

static gboolean insert_root(StoreTx *tx, const Principal *viewer, gint64 dataset_id, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_root",
        .sql = "INSERT INTO dataset_directory (uuid, dataset_id, name, path, account_id, "
               "created_ms, changed_ms) VALUES (?1, ?2, '', '/', ?3, ?4, ?4)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    store_bind_text(statement, 1, uuid);
    store_bind_int(statement, 2, dataset_id);
    store_bind_int(statement, 3, principal_account(viewer));
    store_bind_int(statement, 4, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean insert_project(StoreTx *tx, const Principal *viewer, gint64 dataset_id,
                               const DatasetNew *values, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_project",
        .sql = "INSERT INTO project (uuid, dataset_id, account_id, name, is_primary, class_policy, "
               "created_ms, changed_ms) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?6)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    store_bind_text(statement, 1, uuid);
    store_bind_int(statement, 2, dataset_id);
    store_bind_int(statement, 3, principal_account(viewer));
    store_bind_text(statement, 4, values->name);
    store_bind_text(statement, 5, policy_name(values->policy));
    store_bind_int(statement, 6, library_now_ms());
    return store_run(statement, NULL, error);
}

Dataset *dataset_create(StoreTx *tx, const Principal *viewer, const DatasetNew *values,
                        GError **error)
{
    gint64 organization = principal_organization(viewer);
    gint64 id = 0;
    if (!check_name(values->name, error) ||
        !check_text(values->description, "description", error) ||
        !check_text(values->readme, "readme", error) || !check_room(tx, organization, error) ||
        !check_is_free(tx, organization, values->name, 0, error)) {
        return NULL;
    }
    g_autofree char *slug = free_slug(tx, organization, values->name, 0, error);
    if (!slug || !insert_dataset(tx, viewer, values, slug, &id, error) ||
        !insert_root(tx, viewer, id, error) || !insert_project(tx, viewer, id, values, error) ||
        !touch_studio(tx, error)) {
        return NULL;
    }
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, SELECT_DATASET " WHERE p.is_primary = 1 AND d.id = ");
    store_sql_value_int(sql, id);
    Dataset *made = NULL;
    return find_one(tx, sql, &made, error) ? made : NULL;
}

/* Changing */

static gboolean write_texts(StoreTx *tx, const Dataset *dataset, const DatasetChange *change,
                            const char *slug, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_update",
        .sql = "UPDATE dataset SET name = ?2, slug = ?3, description = ?4, readme = ?5, "
               "annotation_types = ?6 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    g_autofree char *description =
        text_or_null(change->description ? change->description : dataset->description);
    g_autofree char *readme = text_or_null(change->readme ? change->readme : dataset->readme);
    g_autofree char *kinds = kinds_text(change->kinds ? change->kinds : dataset->kinds);
    store_bind_int(statement, 1, dataset->id);
    store_bind_text(statement, 2, change->name ? change->name : dataset->name);
    store_bind_text(statement, 3, slug);
    store_bind_text(statement, 4, description);
    store_bind_text(statement, 5, readme);
    store_bind_text(statement, 6, kinds);
    return store_run(statement, NULL, error);
}

/* The primary project is called as its dataset is. */
static gboolean write_project(StoreTx *tx, const Dataset *dataset, const DatasetChange *change,
                              GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_update_project",
        .sql = "UPDATE project SET class_policy = ?2, changed_ms = ?3, "
               "name = CASE WHEN is_primary = 1 THEN ?4 ELSE name END WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, dataset->project_id);
    store_bind_text(statement, 2, policy_name(change->policy ? change->policy : dataset->policy));
    store_bind_int(statement, 3, library_now_ms());
    store_bind_text(statement, 4, change->name ? change->name : dataset->name);
    return store_run(statement, NULL, error);
}

static gboolean organization_of(StoreTx *tx, const Dataset *dataset, gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_organization",
        .sql = "SELECT organization_id FROM dataset WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    return store_step_int(row, ret_id, error);
}

gboolean dataset_update(StoreTx *tx, const Dataset *dataset, const DatasetChange *change,
                        GError **error)
{
    gint64 organization = 0;
    if ((change->name && !check_name(change->name, error)) ||
        !check_text(change->description, "description", error) ||
        !check_text(change->readme, "readme", error) ||
        !organization_of(tx, dataset, &organization, error)) {
        return FALSE;
    }
    g_autofree char *slug = g_strdup(dataset->slug);
    if (change->name && strcmp(change->name, dataset->name) != 0) {
        g_free(slug);
        slug = NULL;
        if (!check_is_free(tx, organization, change->name, dataset->id, error) ||
            !(slug = free_slug(tx, organization, change->name, dataset->id, error))) {
            return FALSE;
        }
    }
    return write_texts(tx, dataset, change, slug, error) &&
           write_project(tx, dataset, change, error);
}

gboolean dataset_archive(StoreTx *tx, const Dataset *dataset, gboolean archived, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_archive",
        .sql = "UPDATE dataset SET archived_ms = CASE WHEN ?2 = 0 THEN NULL "
               "ELSE COALESCE(archived_ms, ?3) END WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, dataset->id);
    store_bind_int(statement, 2, archived);
    store_bind_int(statement, 3, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean run_for(StoreTx *tx, const StoreQuery *query, gint64 dataset_id,
                        gint64 *ret_changed, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, dataset_id);
    return store_run(statement, ret_changed, error);
}

gboolean dataset_delete(StoreTx *tx, const Dataset *dataset, DatasetDeleted *ret_deleted,
                        GError **error)
{
    static const StoreQuery items = {
        .name = "dataset_delete_items",
        .sql = "DELETE FROM dataset_item WHERE dataset_id = ?1",
    };
    static const StoreQuery directories = {
        .name = "dataset_count_directories",
        .sql = "SELECT count(*) FROM dataset_directory WHERE dataset_id = ?1 AND path <> '/'",
    };
    static const StoreQuery itself = {
        .name = "dataset_delete",
        .sql = "DELETE FROM dataset WHERE id = ?1",
    };
    *ret_deleted = (DatasetDeleted){0};
    StoreStatement *row = store_prepare(tx, &directories, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    return store_step_int(row, &ret_deleted->directories, error) &&
           run_for(tx, &items, dataset->id, &ret_deleted->images, error) &&
           run_for(tx, &itself, dataset->id, NULL, error);
}

gint64 dataset_studio_version(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "studio_version",
        .sql = "SELECT studio + 1 FROM library_version",
    };
    gint64 version = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    return row && store_step_int(row, &version, error) ? version : 0;
}

gboolean dataset_touch(StoreTx *tx, gint64 dataset_id, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_touch",
        .sql = "UPDATE dataset SET version = version + 1, changed_ms = ?2 WHERE id = ?1",
    };
    gint64 changed = 0;
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, dataset_id);
    store_bind_int(statement, 2, library_now_ms());
    if (!store_run(statement, &changed, error)) {
        return FALSE;
    }
    if (changed == 0) {
        set_not_found(error);
        return FALSE;
    }
    return touch_studio(tx, error) && tally_fold(tx, dataset_id, error);
}
