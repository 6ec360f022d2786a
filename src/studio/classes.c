#include "studio/classes.h"

#include "base/limits.h"

#include <string.h>

AnnotationClass *class_new(const char *name, ShapeKind kind)
{
    AnnotationClass *class_ = g_new0(AnnotationClass, 1);
    class_->name = g_strdup(name);
    class_->kind = kind;
    return class_;
}

void class_free(AnnotationClass *class_)
{
    if (!class_) {
        return;
    }
    g_free(class_->name);
    g_free(class_->color);
    g_free(class_->attributes);
    g_free(class_->skeleton);
    g_free(class_);
}

static void free_class(gpointer class_)
{
    class_free(class_);
}

/* "" is any. */
static const char *kind_text(ShapeKind kind)
{
    return kind == 0 ? "" : shape_kind_name(kind);
}

GPtrArray *class_list(StoreTx *tx, gint64 project_id, GError **error)
{
    static const StoreQuery query = {
        .name = "class_list",
        .sql = "SELECT id, name, kind, color, attributes, skeleton FROM annotation_class "
               "WHERE project_id = ?1 ORDER BY position, id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, project_id);
    g_autoptr(GPtrArray) classes = g_ptr_array_new_with_free_func(free_class);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        AnnotationClass *class_ =
            class_new(store_column_text(row, 1), shape_kind_from_name(store_column_text(row, 2)));
        class_->id = store_column_int(row, 0);
        class_->color = g_strdup(store_column_text(row, 3));
        class_->attributes = g_strdup(store_column_text(row, 4));
        class_->skeleton = g_strdup(store_column_text(row, 5));
        g_ptr_array_add(classes, class_);
    }
    return step == STORE_DONE ? g_steal_pointer(&classes) : NULL;
}

/* (name, kind) to the class; the keys and values are the list's. */
static guint class_hash(gconstpointer key)
{
    const AnnotationClass *class_ = key;
    return g_str_hash(class_->name) * 31 + (guint)class_->kind;
}

static gboolean class_equal(gconstpointer a, gconstpointer b)
{
    const AnnotationClass *left = a;
    const AnnotationClass *right = b;
    return left->kind == right->kind && strcmp(left->name, right->name) == 0;
}

static GHashTable *index_classes(const GPtrArray *classes)
{
    GHashTable *index = g_hash_table_new(class_hash, class_equal);
    for (guint i = 0; i < classes->len; i++) {
        g_hash_table_add(index, g_ptr_array_index(classes, i));
    }
    return index;
}

/* Adds the counts of one group of shapes, to classes that are listed and to one at the end that is
 * not. */
static void add_counts(GPtrArray *classes, GHashTable *index, const AnnotationClass *group)
{
    const AnnotationClass any = {.name = group->name};
    AnnotationClass *of_kind = g_hash_table_lookup(index, group);
    AnnotationClass *of_any = group->kind ? g_hash_table_lookup(index, &any) : NULL;
    if (!of_kind && !of_any && group->kind) {
        of_kind = class_new(group->name, group->kind);
        g_ptr_array_add(classes, of_kind);
    }
    if (of_kind) {
        of_kind->annotation_count = group->annotation_count;
        of_kind->image_count = group->image_count;
    }
}

static gboolean count_by(StoreTx *tx, const StoreQuery *query, gint64 project_id,
                         GPtrArray *classes, GHashTable *index, GError **error)
{
    StoreStatement *row = store_prepare(tx, query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, project_id);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_autofree char *name = g_strdup(store_column_text(row, 0));
        const AnnotationClass group = {
            .name = name,
            .kind = shape_kind_from_name(store_column_text(row, 1)),
            .annotation_count = store_column_int(row, 2),
            .image_count = store_column_int(row, 3),
        };
        add_counts(classes, index, &group);
    }
    return step == STORE_DONE;
}

GPtrArray *class_list_counted(StoreTx *tx, gint64 project_id, GError **error)
{
    static const StoreQuery by_kind = {
        .name = "class_counts",
        .sql = "SELECT name, kind, count(*), count(DISTINCT item_id) FROM annotation "
               "WHERE project_id = ?1 AND is_proposed = 0 GROUP BY name, kind ORDER BY name, kind",
    };
    static const StoreQuery by_name = {
        .name = "class_counts_any",
        .sql = "SELECT name, '', count(*), count(DISTINCT item_id) FROM annotation "
               "WHERE project_id = ?1 AND is_proposed = 0 AND name IN (SELECT name "
               "FROM annotation_class WHERE project_id = ?1 AND kind = '') GROUP BY name",
    };
    g_autoptr(GPtrArray) classes = class_list(tx, project_id, error);
    if (!classes) {
        return NULL;
    }
    g_autoptr(GHashTable) index = index_classes(classes);
    if (!count_by(tx, &by_kind, project_id, classes, index, error) ||
        !count_by(tx, &by_name, project_id, classes, index, error)) {
        return NULL;
    }
    return g_steal_pointer(&classes);
}

const char *class_next_color(const GPtrArray *classes)
{
    /* Told apart on photographs: light and dark, neighbours far from each other in hue. */
    static const char *const palette[] = {
        "#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#42d4f4", "#f032e6", "#bfef45",
        "#469990", "#9a6324", "#ffe119", "#800000", "#aaffc3", "#808000", "#000075", "#fabed4",
        "#dcbeff", "#ffd8b1", "#00a86b", "#c154c1", "#ff6f61", "#6b8e23", "#1e90ff", "#b8860b",
    };
    /* Of many classes each colour is there already. */
    gsize free_ones = classes->len < 4 * G_N_ELEMENTS(palette) ? G_N_ELEMENTS(palette) : 0;
    for (gsize i = 0; i < free_ones; i++) {
        gboolean taken = FALSE;
        for (guint k = 0; k < classes->len && !taken; k++) {
            const AnnotationClass *class_ = g_ptr_array_index(classes, k);
            taken = class_->color && g_ascii_strcasecmp(class_->color, palette[i]) == 0;
        }
        if (!taken) {
            return palette[i];
        }
    }
    return palette[classes->len % G_N_ELEMENTS(palette)];
}

static gboolean is_color(const char *text)
{
    if (strlen(text) != 7 || *text != '#') {
        return FALSE;
    }
    for (int i = 1; i < 7; i++) {
        if (!g_ascii_isxdigit(text[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean complain(char **ret_field, const char *field, const char *message, GError **error)
{
    if (ret_field) {
        *ret_field = g_strdup(field);
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, message);
    return FALSE;
}

gboolean class_check(const AnnotationClass *class_, char **ret_field, GError **error)
{
    g_autofree char *bare =
        class_->name && g_utf8_validate(class_->name, -1, NULL) ? g_strdup(class_->name) : NULL;
    if (!bare || *g_strstrip(bare) == '\0') {
        return complain(ret_field, "name", "A class needs a name", error);
    }
    if (g_utf8_strlen(class_->name, -1) > LIMIT_CLASS_NAME_CHARACTERS) {
        return complain(
            ret_field, "name",
            "A class's name has at most " G_STRINGIFY(LIMIT_CLASS_NAME_CHARACTERS) " characters",
            error);
    }
    if (class_->color && !is_color(class_->color)) {
        return complain(ret_field, "color", "A colour is written as #rrggbb", error);
    }
    if (class_->attributes && strlen(class_->attributes) > LIMIT_CLASS_TEXT_BYTES) {
        return complain(ret_field, "attributes", "These are too many attributes", error);
    }
    if (class_->skeleton && strlen(class_->skeleton) > LIMIT_CLASS_TEXT_BYTES) {
        return complain(ret_field, "skeleton", "This skeleton is too large", error);
    }
    return TRUE;
}

static gboolean write_class(StoreTx *tx, gint64 project_id, guint position,
                            const AnnotationClass *class_, GError **error)
{
    /* What the list does not tell stays. */
    static const StoreQuery query = {
        .name = "class_write",
        .sql = "INSERT INTO annotation_class (project_id, position, name, kind, color, attributes, "
               "skeleton) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
               "ON CONFLICT (project_id, name, kind) DO UPDATE SET position = excluded.position, "
               "color = COALESCE(excluded.color, annotation_class.color), "
               "attributes = COALESCE(excluded.attributes, annotation_class.attributes), "
               "skeleton = COALESCE(excluded.skeleton, annotation_class.skeleton)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, project_id);
    store_bind_int(statement, 2, position);
    store_bind_text(statement, 3, class_->name);
    store_bind_text(statement, 4, kind_text(class_->kind));
    store_bind_text(statement, 5, class_->color);
    store_bind_text(statement, 6, class_->attributes);
    store_bind_text(statement, 7, class_->skeleton);
    return store_run(statement, NULL, error);
}

static gboolean delete_class(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "class_delete",
        .sql = "DELETE FROM annotation_class WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    return store_run(statement, NULL, error);
}

static gboolean check_count(gsize count, GError **error)
{
    if (count <= LIMIT_CLASSES_PER_PROJECT) {
        return TRUE;
    }
    g_set_error_literal(
        error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
        "A dataset may have at most " G_STRINGIFY(LIMIT_CLASSES_PER_PROJECT) " classes");
    return FALSE;
}

static gboolean check_list(const GPtrArray *classes, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(class_hash, class_equal);
    for (guint i = 0; i < classes->len; i++) {
        AnnotationClass *class_ = g_ptr_array_index(classes, i);
        if (!class_check(class_, NULL, error)) {
            return FALSE;
        }
        if (!g_hash_table_add(seen, class_)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "The class \"%s\" is in the list twice", class_->name);
            return FALSE;
        }
    }
    return check_count(classes->len, error);
}

gboolean class_replace(StoreTx *tx, gint64 project_id, const GPtrArray *classes, GError **error)
{
    g_autoptr(GPtrArray) before =
        check_list(classes, error) ? class_list(tx, project_id, error) : NULL;
    if (!before) {
        return FALSE;
    }
    g_autoptr(GHashTable) wanted = index_classes(classes);
    for (guint i = 0; i < before->len; i++) {
        const AnnotationClass *old = g_ptr_array_index(before, i);
        if (!g_hash_table_contains(wanted, old) && !delete_class(tx, old->id, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < classes->len; i++) {
        if (!write_class(tx, project_id, i, g_ptr_array_index(classes, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean class_add_missing(StoreTx *tx, gint64 project_id, const GPtrArray *classes, GError **error)
{
    if (classes->len == 0) {
        return TRUE;
    }
    g_autoptr(GPtrArray) all = class_list(tx, project_id, error);
    if (!all) {
        return FALSE;
    }
    g_autoptr(GHashTable) index = index_classes(all);
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *wanted = g_ptr_array_index(classes, i);
        if (g_hash_table_contains(index, wanted)) {
            continue;
        }
        AnnotationClass *added = class_new(wanted->name, wanted->kind);
        added->color = g_strdup(wanted->color ? wanted->color : class_next_color(all));
        added->attributes = g_strdup(wanted->attributes);
        added->skeleton = g_strdup(wanted->skeleton);
        g_ptr_array_add(all, added);
        g_hash_table_add(index, added);
        if (!class_check(added, NULL, error) || !check_count(all->len, error) ||
            !write_class(tx, project_id, all->len - 1, added, error)) {
            return FALSE;
        }
    }
    return TRUE;
}
