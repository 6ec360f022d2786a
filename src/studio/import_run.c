/* An import's two walks: for its preview, and to be applied. */
#include "base/json_writer.h"
#include "base/limits.h"
#include "studio/annotation_rows.h"
#include "studio/import_parts.h"
#include "studio/shape_pack.h"
#include "studio/tally.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A run on its way. */
typedef struct {
    Library *library;
    DatasetImport *import;
    GCancellable *cancellable;
    ImportReading reading;
    GPtrArray *known; /* of AnnotationClass: the project's */
    gboolean is_open; /* a new name makes a class of it */
    ImportPlan plan;
    gint64 applied_images, applied_shapes, applied_classes;
} ImportRun;

static void import_run_clear(ImportRun *run)
{
    import_reading_clear(&run->reading);
    g_clear_pointer(&run->import, dataset_import_free);
    g_clear_pointer(&run->known, g_ptr_array_unref);
    g_clear_pointer(&run->plan.classes, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ImportRun, import_run_clear)

/* --- what there is --- */

static gboolean load(ImportRun *run, const char *uuid, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(run->library), error);
    run->import = tx ? import_get(tx, uuid, error) : NULL;
    if (!run->import ||
        !import_project_is_open(tx, run->import->project_id, &run->is_open, error)) {
        return FALSE;
    }
    run->known = class_list(tx, run->import->project_id, error);
    run->reading.items = run->known ? import_items_load(tx, run->import->dataset_id, error) : NULL;
    return run->reading.items != NULL;
}

static gboolean is_known(const ImportRun *run, const char *name, ShapeKind kind)
{
    return import_class_is_known(run->known, name, kind);
}

/* A joint belongs to the object that has it in its skeleton, and needs no class of its own. */
static gboolean is_joint(const ImportRun *run, const char *name)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_CLASS_TEXT_BYTES);
    json_text(writer, name);
    g_autoptr(GBytes) quoted = json_writer_finish(writer, NULL);
    g_autofree char *member = quoted
                                  ? g_strdup_printf("\"name\":%.*s", (int)g_bytes_get_size(quoted),
                                                    (const char *)g_bytes_get_data(quoted, NULL))
                                  : NULL;
    for (guint i = 0; member && i < run->reading.classes->len; i++) {
        const ImportClass *class_ = g_ptr_array_index(run->reading.classes, i);
        if (class_->listed && class_->listed->skeleton &&
            strstr(class_->listed->skeleton, member)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* --- the preview --- */

static void write_names(JsonWriter *writer, const char *key, const GPtrArray *names)
{
    json_key(writer, key);
    json_array_begin(writer);
    for (guint i = 0; i < names->len; i++) {
        json_text(writer, g_ptr_array_index(names, i));
    }
    json_array_end(writer);
}

/* A class that is listed without a kind is told only where no shape has its name. */
static gboolean is_told(const ImportReading *reading, const ImportClass *class_)
{
    if (class_->kind != 0) {
        return TRUE;
    }
    for (guint i = 0; i < reading->classes->len; i++) {
        const ImportClass *other = g_ptr_array_index(reading->classes, i);
        if (other->kind != 0 && g_strcmp0(other->name, class_->name) == 0) {
            return FALSE;
        }
    }
    return TRUE;
}

static void write_classes(const ImportRun *run, JsonWriter *writer)
{
    const ImportReading *reading = &run->reading;
    json_key(writer, "classes");
    json_array_begin(writer);
    for (guint i = 0; i < reading->classes->len; i++) {
        const ImportClass *class_ = g_ptr_array_index(reading->classes, i);
        if (!is_told(reading, class_)) {
            continue;
        }
        json_object_begin(writer);
        json_member_string(writer, "name", class_->name);
        json_member_string(writer, "kind", class_->kind ? shape_kind_name(class_->kind) : NULL);
        json_member_int(writer, "annotations", class_->shapes);
        json_member_bool(writer, "exists", is_known(run, class_->name, class_->kind));
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void write_losses(const ImportReading *reading, JsonWriter *writer)
{
    GHashTableIter iter;
    gpointer what, count;
    json_key(writer, "dropped");
    json_object_begin(writer);
    g_hash_table_iter_init(&iter, reading->losses);
    while (g_hash_table_iter_next(&iter, &what, &count)) {
        json_member_int(writer, what, *(gint64 *)count);
    }
    json_object_end(writer);
}

static void write_problems(const ImportReading *reading, JsonWriter *writer)
{
    json_key(writer, "problems");
    json_array_begin(writer);
    for (guint i = 0; i < reading->problem_paths->len; i++) {
        json_object_begin(writer);
        json_member_string(writer, "path", g_ptr_array_index(reading->problem_paths, i));
        json_member_string(writer, "message", g_ptr_array_index(reading->problem_messages, i));
        json_object_end(writer);
    }
    json_array_end(writer);
    json_member_int(writer, "problem_count", reading->problem_count);
}

/* The caller's; NULL with an error. */
static char *write_preview(const ImportRun *run, gboolean is_applied, GError **error)
{
    const ImportReading *reading = &run->reading;
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "images", reading->images->len);
    json_member_int(writer, "matched", reading->matched);
    json_member_int(writer, "annotations", reading->shapes);
    json_member_int(writer, "unmatched_count", reading->unmatched_count);
    write_names(writer, "unmatched", reading->unmatched);
    write_classes(run, writer);
    write_losses(reading, writer);
    write_problems(reading, writer);
    if (is_applied) {
        json_key(writer, "applied");
        json_object_begin(writer);
        json_member_int(writer, "images", run->applied_images);
        json_member_int(writer, "annotations", run->applied_shapes);
        json_member_int(writer, "classes", run->applied_classes);
        json_object_end(writer);
    }
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, error);
    return bytes ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

/* --- reading --- */

static gboolean read_file(ImportRun *run, GError **error)
{
    struct stat status = {0};
    int fd = import_file_open(run->library, run->import->uuid, error);
    if (fd < 0) {
        return FALSE;
    }
    if (fstat(fd, &status) == 0) {
        run->reading.total_bytes = status.st_size;
    }
    run->reading.format = run->import->format
                              ? run->import->format
                              : format_guess(fd, run->import->filename, run->cancellable, error);
    gboolean done =
        run->reading.format &&
        import_reading_run(&run->reading, fd, run->import->filename, run->cancellable, error);
    close(fd);
    return done;
}

/* CANCELLED when it is no more as it was: deleted meanwhile. */
static gboolean set_state(const ImportRun *run, StoreTx *tx, ImportState state, const char *preview,
                          const char *failure, GError **error)
{
    static const StoreQuery query = {
        .name = "import_set_state",
        .sql = "UPDATE dataset_import SET state = ?3, preview = COALESCE(?4, preview), "
               "error = ?5, format = ?6 WHERE id = ?1 AND state = ?2",
    };
    gint64 changed = 0;
    const Format *format = run->reading.format;
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, run->import->id);
    store_bind_text(statement, 2, import_state_name(run->import->state));
    store_bind_text(statement, 3, import_state_name(state));
    store_bind_text(statement, 4, preview);
    store_bind_text(statement, 5, failure);
    store_bind_text(statement, 6, format ? format->name : IMPORT_AUTO);
    if (!store_run(statement, &changed, error)) {
        return FALSE;
    }
    if (changed == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "The import is no more");
    }
    return changed > 0;
}

static gboolean keep_preview(const ImportRun *run, GError **error)
{
    g_autofree char *preview = write_preview(run, FALSE, error);
    g_autoptr(StoreTx) tx = preview ? store_write(library_store(run->library), error) : NULL;
    return tx && library_touch(tx, error) && dataset_touch(tx, run->import->dataset_id, error) &&
           set_state(run, tx, IMPORT_READY, preview, NULL, error) &&
           library_commit(run->library, tx, error);
}

/* --- applying --- */

G_GNUC_PRINTF(2, 3)
static gboolean refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, message);
    return FALSE;
}

static gboolean check_plan(const ImportRun *run, GError **error)
{
    const ImportReading *reading = &run->reading;
    if (reading->problem_count > 0 && !run->plan.skip_problems) {
        g_autofree char *first =
            g_strdup_printf("%s: %s", (const char *)g_ptr_array_index(reading->problem_paths, 0),
                            (const char *)g_ptr_array_index(reading->problem_messages, 0));
        return refuse(error, "The file has problems, and nothing of it was written. The first: %s",
                      first);
    }
    return TRUE;
}

/* What a class of the file is called here; NULL: it is left out. */
static const char *mapped(const ImportRun *run, const char *name)
{
    gpointer to = NULL;
    return run->plan.classes && g_hash_table_lookup_extended(run->plan.classes, name, NULL, &to)
               ? to
               : name;
}

static void free_class(gpointer class_)
{
    class_free(class_);
}

/* The classes that are to be made; NULL with INVALID when the project is closed to one that shapes
 * have. */
static GPtrArray *new_classes(const ImportRun *run, GError **error)
{
    const ImportReading *reading = &run->reading;
    g_autoptr(GPtrArray) classes = g_ptr_array_new_with_free_func(free_class);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < reading->classes->len; i++) {
        const ImportClass *class_ = g_ptr_array_index(reading->classes, i);
        const char *name = mapped(run, class_->name);
        gboolean is_wanted =
            name && class_->is_good && is_told(reading, class_) &&
            (class_->shapes > 0 || class_->listed) && !is_known(run, name, class_->kind) &&
            !(class_->kind == SHAPE_KEYPOINT && !class_->listed && is_joint(run, class_->name));
        g_autofree char *key = g_strdup_printf("%d%s", (int)class_->kind, name ? name : "");
        if (!is_wanted || !g_hash_table_add(seen, g_steal_pointer(&key))) {
            continue;
        }
        if (!run->is_open && class_->shapes > 0) {
            refuse(error, "The dataset has no class \"%s\" and takes no new ones", name);
            return NULL;
        }
        if (!run->is_open) {
            continue;
        }
        AnnotationClass *made = class_new(name, class_->kind);
        const AnnotationClass *listed = class_->listed;
        made->color = listed ? g_strdup(listed->color) : NULL;
        made->skeleton = listed ? g_strdup(listed->skeleton) : NULL;
        g_ptr_array_add(classes, made);
    }
    return g_steal_pointer(&classes);
}

static gboolean is_replaced(const ImportRun *run, const Shape *shape)
{
    if (run->plan.mode == IMPORT_ADD) {
        return FALSE;
    }
    return run->plan.as_proposals ? shape->is_proposed
                                  : !shape->is_proposed && shape->kind != SHAPE_TAG;
}

static void give_uid(Shape *shape)
{
    shape->uid = g_realloc(shape->uid, UUID_CHARS + 1);
    uuid_new(shape->uid);
}

/* Those that stay and those that come, each with a uid of its own; borrows them. */
static GPtrArray *put_together(const ImportRun *run, const GPtrArray *before, GPtrArray *coming)
{
    GPtrArray *after = g_ptr_array_sized_new(before->len + coming->len);
    g_autoptr(GHashTable) uids = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < before->len; i++) {
        Shape *shape = g_ptr_array_index(before, i);
        if (!is_replaced(run, shape)) {
            g_ptr_array_add(after, shape);
            g_hash_table_add(uids, shape->uid);
        }
    }
    for (guint i = 0; i < coming->len; i++) {
        Shape *shape = g_ptr_array_index(coming, i);
        if (!shape->uid || g_hash_table_contains(uids, shape->uid)) {
            give_uid(shape);
        }
        g_ptr_array_add(after, shape);
        g_hash_table_add(uids, shape->uid);
    }
    return after;
}

static gboolean check_size(const ImportItem *item, const GPtrArray *shapes, GError **error)
{
    if (shapes->len > LIMIT_SHAPES_PER_ITEM ||
        shapes_packed_bytes(shapes) > LIMIT_SHAPES_PACKED_BYTES) {
        return refuse(error, "%s would have more annotations than are allowed", item->path);
    }
    return TRUE;
}

static gboolean set_split(const ImportRun *run, StoreTx *tx, gint64 item_id, Split split,
                          GError **error)
{
    static const StoreQuery query = {
        .name = "import_set_split",
        .sql = "INSERT INTO project_item (project_id, item_id, split, changed_ms) "
               "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (project_id, item_id) "
               "DO UPDATE SET split = excluded.split, changed_ms = excluded.changed_ms",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, run->import->project_id);
    store_bind_int(statement, 2, item_id);
    store_bind_text(statement, 3, split_name(split));
    store_bind_int(statement, 4, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean apply_item(ImportRun *run, StoreTx *tx, guint32 number, GError **error)
{
    const ImportItem *item = import_items_at(run->reading.items, number);
    const ImportWork *work = &run->reading.works[number];
    gint64 project = run->import->project_id;
    ItemWork before_work;
    if (!item_work_get(tx, project, item->id, &before_work, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) before = annotations_load(tx, project, item->id, ANNOTATIONS_ALL, error);
    g_autoptr(GPtrArray) coming =
        before ? import_spool_get(run->reading.spool, number, error) : NULL;
    if (!coming) {
        return FALSE;
    }
    g_autoptr(GPtrArray) after = put_together(run, before, coming);
    gboolean changes = coming->len > 0 || after->len != before->len;
    if (!check_size(item, after, error) ||
        (changes && (!item_work_advance_by(tx, run->import->account_id, project, item->id,
                                           &before_work, before, error) ||
                     !annotation_rows_replace(tx, project, item->id, after, error) ||
                     !item_work_recount(tx, project, item->id, error)))) {
        return FALSE;
    }
    run->applied_images++;
    run->applied_shapes += coming->len;
    return work->split == SPLIT_NONE || set_split(run, tx, item->id, work->split, error);
}

static gboolean go_on(const ImportRun *run, GError **error)
{
    if (g_cancellable_is_cancelled(run->cancellable)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED,
                            "The import was stopped");
        return FALSE;
    }
    if (run->reading.progress) {
        run->reading.progress(run->reading.progress_data, run->applied_shapes, run->reading.shapes);
    }
    return TRUE;
}

/* The ids of items that the file has; of gint64. */
static GArray *named_items(const ImportRun *run)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint32 i = 0; i < import_items_count(run->reading.items); i++) {
        if (run->reading.works[i].is_named) {
            g_array_append_val(ids, import_items_at(run->reading.items, i)->id);
        }
    }
    return ids;
}

/* CONFLICT when one of them was taken out of the dataset since it was read. */
static gboolean check_items(const ImportRun *run, StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "import_item_is_there",
        .sql = "SELECT count(*) FROM dataset_item WHERE id = ?1 AND dataset_id = ?2",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    for (guint32 i = 0; row && i < import_items_count(run->reading.items); i++) {
        const ImportItem *item = import_items_at(run->reading.items, i);
        gint64 count = 0;
        if (!run->reading.works[i].is_named) {
            continue;
        }
        store_bind_int(row, 1, item->id);
        store_bind_int(row, 2, run->import->dataset_id);
        if (!store_step_int(row, &count, error)) {
            return FALSE;
        }
        if (count == 0) {
            return refuse(error, "%s was taken out of the dataset meanwhile", item->path);
        }
    }
    return row != NULL;
}

static gboolean apply_items(ImportRun *run, StoreTx *tx, GError **error)
{
    g_autoptr(GArray) ids = named_items(run);
    const gint64 *first = (const gint64 *)(gpointer)ids->data;
    gint64 dataset = run->import->dataset_id;
    if (!check_items(run, tx, error) || !tally_take_off(tx, dataset, first, ids->len, error)) {
        return FALSE;
    }
    for (guint32 i = 0; i < import_items_count(run->reading.items); i++) {
        if (run->reading.works[i].is_named &&
            (!go_on(run, error) || !apply_item(run, tx, i, error))) {
            return FALSE;
        }
    }
    return tally_add(tx, dataset, first, ids->len, error);
}

static gboolean write_all(ImportRun *run, const GPtrArray *classes, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(run->library), error);
    if (!tx || !library_touch(tx, error) || !dataset_touch(tx, run->import->dataset_id, error) ||
        !class_add_missing(tx, run->import->project_id, classes, error) ||
        !apply_items(run, tx, error)) {
        return FALSE;
    }
    run->applied_classes = classes->len;
    g_autofree char *preview = write_preview(run, TRUE, error);
    return preview && set_state(run, tx, IMPORT_APPLIED, preview, NULL, error) &&
           library_commit(run->library, tx, error);
}

static gboolean apply(ImportRun *run, GError **error)
{
    if (!import_plan_read(run->import->plan, &run->plan, error)) {
        return FALSE;
    }
    int scratch = import_scratch_open(run->library, error);
    if (scratch < 0) {
        return FALSE;
    }
    run->reading.plan = &run->plan;
    run->reading.spool = import_spool_new(scratch, import_items_count(run->reading.items));
    if (!read_file(run, error) || !check_plan(run, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) classes = new_classes(run, error);
    return classes && write_all(run, classes, error);
}

/* --- the run --- */

static gboolean run_state(ImportRun *run, GError **error)
{
    if (run->import->state == IMPORT_READING) {
        return read_file(run, error) && keep_preview(run, error);
    }
    return run->import->state != IMPORT_APPLYING || apply(run, error);
}

/* What a person can do something about, or should know. */
static gboolean keep_failure(ImportRun *run, const GError *failure, GError **error)
{
    gboolean is_ours = failure->domain != ALBUMEN_ERROR || failure->code == ALBUMEN_ERROR_INTERNAL;
    if (is_ours) {
        g_warning("an import failed: %s", failure->message);
    }
    g_autoptr(StoreTx) tx = store_write(library_store(run->library), error);
    return tx && library_touch(tx, error) && dataset_touch(tx, run->import->dataset_id, error) &&
           set_state(run, tx, IMPORT_FAILED, NULL,
                     is_ours ? "The server failed; its log says why" : failure->message, error) &&
           library_commit(run->library, tx, error);
}

gboolean import_run(Library *library, const char *uuid, GCancellable *cancellable,
                    ImportProgress progress, gpointer data, GError **error)
{
    g_auto(ImportRun) run = {.library = library, .cancellable = cancellable};
    g_autoptr(GError) failure = NULL;
    run.reading.progress = progress;
    run.reading.progress_data = data;
    if (load(&run, uuid, &failure) && run_state(&run, &failure)) {
        return TRUE;
    }
    if (!run.import || g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED) ||
        g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY)) {
        gboolean is_over = g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
        if (!is_over) {
            g_propagate_error(error, g_steal_pointer(&failure));
        }
        return is_over;
    }
    g_autoptr(GError) other = NULL;
    if (!keep_failure(&run, failure, &other) &&
        !g_error_matches(other, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&other));
        return FALSE;
    }
    return TRUE;
}
