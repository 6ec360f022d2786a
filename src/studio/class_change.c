/* Classes renamed, merged and deleted together with the shapes that bear their name. */
#include "studio/annotation_rows.h"
#include "studio/classes.h"
#include "studio/item_rows.h"
#include "studio/tally.h"

#include <string.h>

/* Which shapes, and whose word it is. */
typedef struct {
    StoreTx *tx;
    const Principal *viewer;
    gint64 project_id;
    const char *name;
    ShapeKind kind; /* 0: of every kind */
} Chosen;

static const char *kind_text(ShapeKind kind)
{
    return kind == 0 ? "" : shape_kind_name(kind);
}

/* Runs a query whose parameters are the project, the name and the kind ("": every kind). */
static StoreStatement *prepare(const Chosen *chosen, const StoreQuery *query, GError **error)
{
    StoreStatement *statement = store_prepare(chosen->tx, query, error);
    if (statement) {
        store_bind_int(statement, 1, chosen->project_id);
        store_bind_text(statement, 2, chosen->name);
        store_bind_text(statement, 3, kind_text(chosen->kind));
    }
    return statement;
}

#define CHOSEN "project_id = ?1 AND name = ?2 AND (CAST(?3 AS TEXT) = '' OR kind = ?3)"

static GArray *items_of(const Chosen *chosen, GError **error)
{
    static const StoreQuery query = {
        .name = "class_items",
        .sql = "SELECT DISTINCT item_id FROM annotation WHERE " CHOSEN,
    };
    StoreStatement *row = prepare(chosen, &query, error);
    return row ? item_rows_read_ids(row, error) : NULL;
}

/* A new revision of each item, the state before it kept. */
static gboolean keep_states(const Chosen *chosen, const GArray *items, GError **error)
{
    for (guint i = 0; i < items->len; i++) {
        gint64 item = g_array_index(items, gint64, i);
        ItemWork work = {0};
        if (!item_work_get(chosen->tx, chosen->project_id, item, &work, error)) {
            return FALSE;
        }
        g_autoptr(GPtrArray) shapes =
            annotations_load(chosen->tx, chosen->project_id, item, ANNOTATIONS_ALL, error);
        if (!shapes || !item_work_advance(chosen->tx, chosen->viewer, chosen->project_id, item,
                                          &work, shapes, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Gives the chosen shapes another name, or none any more (NULL). */
static gboolean change_shapes(const Chosen *chosen, const char *to, gint64 *ret_changed,
                              GError **error)
{
    static const StoreQuery rename = {
        .name = "class_rename_shapes",
        .sql = "UPDATE annotation SET name = ?4 WHERE " CHOSEN,
    };
    static const StoreQuery drop = {
        .name = "class_delete_shapes",
        .sql = "DELETE FROM annotation WHERE " CHOSEN,
    };
    StoreStatement *statement = prepare(chosen, to ? &rename : &drop, error);
    if (statement && to) {
        store_bind_text(statement, 4, to);
    }
    return statement && store_run(statement, ret_changed, error);
}

static gboolean dataset_of(const Chosen *chosen, gint64 *ret_dataset, GError **error)
{
    static const StoreQuery query = {
        .name = "project_dataset",
        .sql = "SELECT dataset_id FROM project WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(chosen->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, chosen->project_id);
    return store_step_int(row, ret_dataset, error);
}

static gboolean recount_items(const Chosen *chosen, const GArray *items, GError **error)
{
    for (guint i = 0; i < items->len; i++) {
        gint64 item = g_array_index(items, gint64, i);
        if (!item_work_recount(chosen->tx, chosen->project_id, item, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean rename_shapes(const Chosen *chosen, const char *to, ClassChanged *changed,
                              GError **error)
{
    g_autoptr(GArray) items = items_of(chosen, error);
    changed->images = items ? items->len : 0;
    return items && keep_states(chosen, items, error) &&
           change_shapes(chosen, to, &changed->annotations, error);
}

static gboolean delete_shapes(const Chosen *chosen, ClassChanged *changed, GError **error)
{
    gint64 dataset = 0;
    g_autoptr(GArray) items = items_of(chosen, error);
    if (!items || !dataset_of(chosen, &dataset, error)) {
        return FALSE;
    }
    const gint64 *ids = (const gint64 *)(gconstpointer)items->data;
    changed->images = items->len;
    return tally_take_off(chosen->tx, dataset, ids, items->len, error) &&
           keep_states(chosen, items, error) &&
           change_shapes(chosen, NULL, &changed->annotations, error) &&
           recount_items(chosen, items, error) &&
           tally_add(chosen->tx, dataset, ids, items->len, error);
}

static gboolean drop_row(const Chosen *chosen, const AnnotationClass *class_, GError **error)
{
    static const StoreQuery query = {
        .name = "class_drop",
        .sql = "DELETE FROM annotation_class WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(chosen->tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, class_->id);
    return store_run(statement, NULL, error);
}

static gboolean rename_row(const Chosen *chosen, const AnnotationClass *class_, const char *to,
                           GError **error)
{
    static const StoreQuery query = {
        .name = "class_rename",
        .sql = "UPDATE annotation_class SET name = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(chosen->tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, class_->id);
    store_bind_text(statement, 2, to);
    return store_run(statement, NULL, error);
}

/* Whether the list has one of this name that takes shapes of this kind. */
static gboolean is_listed(const GPtrArray *classes, const char *name, ShapeKind kind)
{
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(classes, i);
        if (strcmp(class_->name, name) == 0 &&
            (class_->kind == kind || class_->kind == 0 || kind == 0)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean set_not_found(const char *name, GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "There is no class \"%s\"", name);
    return FALSE;
}

static gboolean check_name(const char *name, GError **error)
{
    const AnnotationClass class_ = {.name = (char *)name};
    return class_check(&class_, NULL, error);
}

static gboolean check_rename(const Chosen *chosen, const GPtrArray *classes, const char *to,
                             GError **error)
{
    if (!check_name(to, error)) {
        return FALSE;
    }
    gboolean listed = is_listed(classes, chosen->name, 0);
    gboolean taken = !listed && is_listed(classes, to, 0);
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(classes, i);
        taken |= strcmp(class_->name, chosen->name) == 0 && is_listed(classes, to, class_->kind);
    }
    if (!taken) {
        return TRUE;
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                "There is a class \"%s\" already: merge the two", to);
    return FALSE;
}

gboolean class_rename(StoreTx *tx, const Principal *viewer, gint64 project_id, const char *from,
                      const char *to, ClassChanged *ret_changed, GError **error)
{
    const Chosen chosen = {tx, viewer, project_id, from, 0};
    ClassChanged changed = {0};
    g_autoptr(GPtrArray) classes = class_list(tx, project_id, error);
    if (!classes || !check_rename(&chosen, classes, to, error) ||
        !rename_shapes(&chosen, to, &changed, error)) {
        return FALSE;
    }
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(classes, i);
        if (strcmp(class_->name, from) == 0) {
            changed.config = TRUE;
            if (!rename_row(&chosen, class_, to, error)) {
                return FALSE;
            }
        }
    }
    *ret_changed = changed;
    return changed.config || changed.annotations > 0 || set_not_found(from, error);
}

/* A class of the source becomes one of the target where that has none for its kind yet. */
static gboolean merge_rows(const Chosen *chosen, const GPtrArray *classes, const char *target,
                           gboolean *ret_config, GError **error)
{
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(classes, i);
        if (strcmp(class_->name, chosen->name) != 0) {
            continue;
        }
        *ret_config = TRUE;
        gboolean done = is_listed(classes, target, class_->kind)
                            ? drop_row(chosen, class_, error)
                            : rename_row(chosen, class_, target, error);
        if (!done) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean class_merge(StoreTx *tx, const Principal *viewer, gint64 project_id, const char *source,
                     const char *target, ClassChanged *ret_changed, GError **error)
{
    const Chosen chosen = {tx, viewer, project_id, source, 0};
    ClassChanged changed = {0};
    if (strcmp(source, target) == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "A class cannot be merged with itself");
        return FALSE;
    }
    g_autoptr(GPtrArray) classes = class_list(tx, project_id, error);
    if (!classes) {
        return FALSE;
    }
    if (!is_listed(classes, target, 0)) {
        return set_not_found(target, error);
    }
    if (!rename_shapes(&chosen, target, &changed, error) ||
        !merge_rows(&chosen, classes, target, &changed.config, error)) {
        return FALSE;
    }
    *ret_changed = changed;
    return changed.config || changed.annotations > 0 || set_not_found(source, error);
}

gboolean class_delete(StoreTx *tx, const Principal *viewer, gint64 project_id, const char *name,
                      ShapeKind kind, gboolean with_annotations, ClassChanged *ret_changed,
                      GError **error)
{
    const Chosen chosen = {tx, viewer, project_id, name, kind};
    ClassChanged changed = {0};
    g_autoptr(GPtrArray) classes = class_list(tx, project_id, error);
    if (!classes || (with_annotations && !delete_shapes(&chosen, &changed, error))) {
        return FALSE;
    }
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(classes, i);
        if (strcmp(class_->name, name) == 0 && (kind == 0 || class_->kind == kind)) {
            changed.config = TRUE;
            if (!drop_row(&chosen, class_, error)) {
                return FALSE;
            }
        }
    }
    *ret_changed = changed;
    return changed.config || changed.annotations > 0 || set_not_found(name, error);
}
