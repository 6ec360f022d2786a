#include "studio/annotations.h"

#include "base/limits.h"
#include "studio/annotation_rows.h"
#include "studio/shape_pack.h"
#include "studio/tally.h"

#include <string.h>

/* A save on its way. */
typedef struct {
    StoreTx *tx;
    const Principal *viewer;
    const Item *item;
    const AnnotationsSave *how;
    ItemWork work;
    GPtrArray *before;   /* all that there was; Shape */
    GHashTable *by_uid;  /* of `before` */
    GPtrArray *after;    /* all that there will be; borrowed */
    GPtrArray *classes;  /* that this save makes; AnnotationClass */
    gboolean is_restore; /* the shapes were here once, whatever the classes say now */
    AnnotationsProblem *problem;
} Saving;

static void saving_clear(Saving *saving)
{
    g_clear_pointer(&saving->before, g_ptr_array_unref);
    g_clear_pointer(&saving->by_uid, g_hash_table_unref);
    g_clear_pointer(&saving->after, g_ptr_array_unref);
    g_clear_pointer(&saving->classes, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Saving, saving_clear)

static gboolean stands(const Shape *shape)
{
    return !shape->is_proposed && shape->kind != SHAPE_TAG;
}

static gint64 count_standing(const GPtrArray *shapes)
{
    gint64 count = 0;
    for (guint i = 0; i < shapes->len; i++) {
        count += stands(g_ptr_array_index(shapes, i));
    }
    return count;
}

static GHashTable *index_by_uid(const GPtrArray *shapes)
{
    GHashTable *by_uid = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < shapes->len; i++) {
        Shape *shape = g_ptr_array_index(shapes, i);
        g_hash_table_insert(by_uid, shape->uid, shape);
    }
    return by_uid;
}

static void free_class(gpointer class_)
{
    class_free(class_);
}

static gboolean saving_begin(Saving *saving, GError **error)
{
    const Item *item = saving->item;
    if (!item_work_get(saving->tx, item->project_id, item->id, &saving->work, error)) {
        return FALSE;
    }
    gint64 expected = saving->how->expected;
    if (expected != ANNOTATIONS_ANY_REVISION && expected != saving->work.revision) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "Somebody else saved this picture in the meantime");
        return FALSE;
    }
    saving->before =
        annotations_load(saving->tx, item->project_id, item->id, ANNOTATIONS_ALL, error);
    if (!saving->before) {
        return FALSE;
    }
    saving->by_uid = index_by_uid(saving->before);
    saving->classes = g_ptr_array_new_with_free_func(free_class);
    return TRUE;
}

/* FALSE, with what it is about. */
static gboolean refuse(const Saving *saving, int index, char *taken_field, gboolean by_policy)
{
    if (saving->problem) {
        *saving->problem = (AnnotationsProblem){index, taken_field, by_policy};
    } else {
        g_free(taken_field);
    }
    return FALSE;
}

static gboolean refuse_set(const Saving *saving, const char *message, GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE, message);
    return refuse(saving, -1, NULL, FALSE);
}

/* What a client left unsaid about a shape that it had from us. */
static void fill_in(const Saving *saving, Shape *shape)
{
    const Shape *old = shape->uid ? g_hash_table_lookup(saving->by_uid, shape->uid) : NULL;
    if (!shape->uid) {
        shape->uid = g_malloc(UUID_CHARS + 1);
        uuid_new(shape->uid);
    }
    if (!shape->author && old) {
        shape->author = g_strdup(old->author);
    } else if (!shape->author && shape->source == SHAPE_BY_USER) {
        const char *user = principal_user_id(saving->viewer);
        user = user ? user : principal_display_name(saving->viewer);
        shape->author = *user ? g_strdup(user) : NULL;
    }
    if (!old) {
        return;
    }
    if (saving->how->which == ANNOTATIONS_ALL) {
        shape->box_given |= old->box_given && old->kind == shape->kind;
        return;
    }
    if (!stands(old)) {
        return;
    }
    /* The dialect of those that stand has no slot for these. */
    shape->source = old->source;
    if (!shape->model) {
        shape->model = g_strdup(old->model);
    }
    if (!shape->answers) {
        shape->answers = g_strdup(old->answers);
    }
}

/* By itself; what is drawn strictly, unless it was here like this before. */
static gboolean check_shape(const Saving *saving, int index, Shape *shape, GError **error)
{
    const Shape *old = g_hash_table_lookup(saving->by_uid, shape->uid);
    gboolean drawn = saving->how->drawn && !(old && shape_equal_geometry(old, shape));
    char *field = NULL;
    gboolean fits =
        drawn ? shape_check_drawn(shape, saving->item->width, saving->item->height, &field, error)
              : shape_check(shape, &field, error);
    return fits || refuse(saving, index, field, FALSE);
}

static gboolean has_class(const Saving *saving, const char *name, gboolean *ret_has, GError **error)
{
    static const StoreQuery query = {
        .name = "class_of_name",
        .sql = "SELECT count(*) FROM annotation_class WHERE project_id = ?1 AND name = ?2",
    };
    gint64 count = 0;
    StoreStatement *row = store_prepare(saving->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, saving->item->project_id);
    store_bind_text(row, 2, name);
    gboolean done = store_step_int(row, &count, error);
    *ret_has = count > 0;
    return done;
}

static gboolean project_is_open(const Saving *saving, gboolean *ret_open, GError **error)
{
    static const StoreQuery query = {
        .name = "project_is_open",
        .sql = "SELECT CASE WHEN class_policy = 'open' THEN 1 ELSE 0 END FROM project "
               "WHERE id = ?1",
    };
    gint64 open = 0;
    StoreStatement *row = store_prepare(saving->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, saving->item->project_id);
    gboolean done = store_step_int(row, &open, error);
    *ret_open = open != 0;
    return done;
}

/* A shape that kept its name may keep it, also when its class was taken off the list. */
static gboolean kept_its_name(const Saving *saving, const Shape *shape)
{
    const Shape *old = g_hash_table_lookup(saving->by_uid, shape->uid);
    return saving->how->which == ANNOTATIONS_ALL && old && strcmp(old->name, shape->name) == 0;
}

/* Each name once: it is the project's, or becomes it, or is refused. */
static gboolean check_classes(Saving *saving, const GPtrArray *shapes, GError **error)
{
    gboolean open = FALSE;
    if (saving->is_restore || shapes->len == 0) {
        return TRUE;
    }
    if (!project_is_open(saving, &open, error)) {
        return FALSE;
    }
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        gboolean known = FALSE;
        if (kept_its_name(saving, shape) || !g_hash_table_add(seen, shape->name)) {
            continue;
        }
        if (!has_class(saving, shape->name, &known, error)) {
            return FALSE;
        }
        if (!known && !open) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "The dataset has no class \"%s\"", shape->name);
            return refuse(saving, (int)i, g_strdup("name"), TRUE);
        }
        if (!known) {
            g_ptr_array_add(saving->classes, class_new(shape->name, shape->kind));
        }
    }
    return TRUE;
}

static gboolean check_shapes(Saving *saving, const GPtrArray *shapes, GError **error)
{
    g_autoptr(GHashTable) uids = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < shapes->len; i++) {
        Shape *shape = g_ptr_array_index(shapes, i);
        if (!saving->is_restore) {
            fill_in(saving, shape);
        }
        if (!check_shape(saving, (int)i, shape, error)) {
            return FALSE;
        }
        if (!g_hash_table_add(uids, shape->uid)) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                                "Another annotation has this id");
            return refuse(saving, (int)i, g_strdup("id"), FALSE);
        }
        if (shape->kind != SHAPE_BBOX) {
            shape_enclose(shape);
        }
    }
    return check_classes(saving, shapes, error);
}

/* The new ones, then those that the set does not speak of; of which one whose uid is taken now gets
 * another. */
static void put_together(Saving *saving, const GPtrArray *shapes)
{
    saving->after = g_ptr_array_sized_new(shapes->len);
    for (guint i = 0; i < shapes->len; i++) {
        g_ptr_array_add(saving->after, g_ptr_array_index(shapes, i));
    }
    if (saving->how->which == ANNOTATIONS_ALL) {
        return;
    }
    g_autoptr(GHashTable) taken = index_by_uid(shapes);
    for (guint i = 0; i < saving->before->len; i++) {
        Shape *kept = g_ptr_array_index(saving->before, i);
        if (!stands(kept)) {
            g_ptr_array_add(saving->after, kept);
        }
    }
    for (guint i = shapes->len; i < saving->after->len; i++) {
        Shape *kept = g_ptr_array_index(saving->after, i);
        if (g_hash_table_contains(taken, kept->uid)) {
            kept->uid = g_realloc(kept->uid, UUID_CHARS + 1);
            uuid_new(kept->uid);
        }
    }
}

static gboolean check_size(const Saving *saving, GError **error)
{
    if (saving->after->len > LIMIT_SHAPES_PER_ITEM) {
        return refuse_set(
            saving, "A picture may have at most " G_STRINGIFY(LIMIT_SHAPES_PER_ITEM) " annotations",
            error);
    }
    return shapes_packed_bytes(saving->after) <= LIMIT_SHAPES_PACKED_BYTES ||
           refuse_set(saving, "The annotations of this picture are too large together", error);
}

static gboolean is_as_before(const Saving *saving)
{
    if (saving->before->len != saving->after->len) {
        return FALSE;
    }
    g_autoptr(GBytes) before = shapes_pack(saving->before);
    g_autoptr(GBytes) after = shapes_pack(saving->after);
    return g_bytes_equal(before, after);
}

/* Time spent; and a hand that draws begins the work. */
static gboolean note_work(const Saving *saving, GError **error)
{
    static const StoreQuery query = {
        .name = "item_work_note",
        .sql = "INSERT INTO project_item (project_id, item_id, status, time_spent_ms, changed_ms) "
               "VALUES (?1, ?2, CASE WHEN CAST(?4 AS BIGINT) = 1 THEN 'annotate' ELSE 'new' END, "
               "?3, ?5) ON CONFLICT (project_id, item_id) DO UPDATE SET "
               "time_spent_ms = project_item.time_spent_ms + excluded.time_spent_ms, "
               "status = CASE WHEN project_item.status = 'new' THEN excluded.status "
               "ELSE project_item.status END",
    };
    StoreStatement *statement = store_prepare(saving->tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, saving->item->project_id);
    store_bind_int(statement, 2, saving->item->id);
    store_bind_int(statement, 3, saving->how->time_spent_ms);
    store_bind_int(statement, 4, saving->how->drawn ? 1 : 0);
    store_bind_int(statement, 5, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean write_all(const Saving *saving, gboolean changed, GError **error)
{
    StoreTx *tx = saving->tx;
    gint64 project = saving->item->project_id;
    gint64 item = saving->item->id;
    if (!tally_take_off(tx, saving->item->dataset_id, &item, 1, error)) {
        return FALSE;
    }
    if (changed && (!class_add_missing(tx, project, saving->classes, error) ||
                    !item_work_advance(tx, saving->viewer, project, item, &saving->work,
                                       saving->before, error) ||
                    !annotation_rows_replace(tx, project, item, saving->after, error) ||
                    !item_work_recount(tx, project, item, error))) {
        return FALSE;
    }
    return note_work(saving, error) && tally_add(tx, saving->item->dataset_id, &item, 1, error);
}

static gboolean save(Saving *saving, const GPtrArray *shapes, AnnotationsSaved *ret_saved,
                     GError **error)
{
    if (!saving_begin(saving, error) || !check_shapes(saving, shapes, error)) {
        return FALSE;
    }
    gint64 previous = count_standing(saving->before);
    put_together(saving, shapes);
    if (!check_size(saving, error)) {
        return FALSE;
    }
    gboolean changed = !saving->how->keep_unchanged || !is_as_before(saving);
    if (!write_all(saving, changed, error)) {
        return FALSE;
    }
    ItemWork work = {0};
    if (!item_work_get(saving->tx, saving->item->project_id, saving->item->id, &work, error)) {
        return FALSE;
    }
    *ret_saved = (AnnotationsSaved){work.revision, previous, work.annotation_count, work.status};
    return TRUE;
}

gboolean annotations_save(StoreTx *tx, const Principal *viewer, const Item *item,
                          const GPtrArray *shapes, const AnnotationsSave *how,
                          AnnotationsSaved *ret_saved, AnnotationsProblem *ret_problem,
                          GError **error)
{
    g_auto(Saving)
        saving = {.tx = tx, .viewer = viewer, .item = item, .how = how, .problem = ret_problem};
    if (ret_problem) {
        *ret_problem = (AnnotationsProblem){.index = -1};
    }
    return save(&saving, shapes, ret_saved, error);
}

gboolean annotations_restore(StoreTx *tx, const Principal *viewer, const Item *item,
                             gint64 revision, gint64 expected, AnnotationsSaved *ret_saved,
                             GError **error)
{
    const AnnotationsSave how = {.which = ANNOTATIONS_ALL, .expected = expected};
    g_auto(Saving)
        saving = {.tx = tx, .viewer = viewer, .item = item, .how = &how, .is_restore = TRUE};
    g_autoptr(GPtrArray) shapes = annotations_at(tx, item, revision, error);
    return shapes && save(&saving, shapes, ret_saved, error);
}

gboolean annotations_recount(StoreTx *tx, gint64 project_id, gint64 item_id, GError **error)
{
    static const StoreQuery query = {
        .name = "item_dataset",
        .sql = "SELECT dataset_id FROM dataset_item WHERE id = ?1",
    };
    gint64 dataset = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, item_id);
    return store_step_int(row, &dataset, error) &&
           tally_take_off(tx, dataset, &item_id, 1, error) &&
           item_work_recount(tx, project_id, item_id, error) &&
           tally_add(tx, dataset, &item_id, 1, error);
}
