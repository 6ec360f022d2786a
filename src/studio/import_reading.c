/* A walk through a file of annotations: what it has, what of it fits, what is wrong. */
#include "base/limits.h"
#include "studio/import_parts.h"
#include "studio/shape_pack.h"

#include <string.h>

static void import_class_free(gpointer data)
{
    ImportClass *class_ = data;
    class_free(class_->listed);
    g_free(class_->name);
    g_free(class_);
}

void import_reading_clear(ImportReading *reading)
{
    g_clear_pointer(&reading->items, import_items_free);
    g_clear_pointer(&reading->spool, import_spool_free);
    g_clear_pointer(&reading->images, g_array_unref);
    g_clear_pointer(&reading->works, g_free);
    g_clear_pointer(&reading->by_class, g_hash_table_unref);
    g_clear_pointer(&reading->classes, g_ptr_array_unref);
    g_clear_pointer(&reading->losses, g_hash_table_unref);
    g_clear_pointer(&reading->unmatched, g_ptr_array_unref);
    g_clear_pointer(&reading->problem_paths, g_ptr_array_unref);
    g_clear_pointer(&reading->problem_messages, g_ptr_array_unref);
    g_clear_pointer(&reading->uids, g_hash_table_unref);
}

/* A path or message in full could be as long as a text of the file. */
static char *shortened(const char *text)
{
    return g_utf8_strlen(text, -1) > 300 ? g_utf8_substring(text, 0, 300) : g_strdup(text);
}

static void note_problem(gpointer data, const char *path, const char *message)
{
    ImportReading *reading = data;
    if (++reading->problem_count <= LIMIT_IMPORT_PROBLEMS) {
        g_ptr_array_add(reading->problem_paths, shortened(path));
        g_ptr_array_add(reading->problem_messages, shortened(message));
    }
}

static void note_loss(gpointer data, const char *what)
{
    ImportReading *reading = data;
    gint64 *count = g_hash_table_lookup(reading->losses, what);
    if (!count) {
        count = g_new0(gint64, 1);
        g_hash_table_insert(reading->losses, g_strdup(what), count);
    }
    ++*count;
}

static void note_progress(gpointer data, gint64 bytes)
{
    const ImportReading *reading = data;
    if (reading->progress) {
        reading->progress(reading->progress_data, bytes, reading->total_bytes);
    }
}

/* --- images --- */

static void note_unmatched(ImportReading *reading, const FoundImage *image)
{
    if (++reading->unmatched_count <= LIMIT_IMPORT_UNMATCHED) {
        g_autofree char *path = g_build_path("/", "/", image->directory, image->filename, NULL);
        g_ptr_array_add(reading->unmatched, shortened(path + 1));
    }
}

/* Whether what the file says of the image goes together with ours. */
static gboolean check_image(ImportReading *reading, const FoundImage *image, guint32 item)
{
    const ImportItem *ours = import_items_at(reading->items, item);
    if (reading->works[item].is_named) {
        note_problem(reading, image->path, "the file has this image twice");
        return FALSE;
    }
    if (image->width > 0 && image->height > 0 &&
        (image->width != ours->width || image->height != ours->height)) {
        g_autofree char *message =
            g_strdup_printf("the picture has %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                            " pixels, and here it has %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT,
                            ours->width, ours->height, image->width, image->height);
        note_problem(reading, image->path, message);
        return FALSE;
    }
    return TRUE;
}

static gboolean take_image(gpointer data, const FoundImage *image, GError **error)
{
    ImportReading *reading = data;
    ImportImage found = {0};
    guint32 item = 0;
    if (!g_utf8_validate(image->filename, -1, NULL) ||
        !g_utf8_validate(image->directory, -1, NULL) ||
        !import_items_match(reading->items, image, &item)) {
        note_unmatched(reading, image);
    } else {
        found.item = item + 1;
        found.is_left = !check_image(reading, image, item);
        if (!found.is_left) {
            ImportWork *work = &reading->works[item];
            work->is_named = TRUE;
            split_from_name(image->split, &work->split);
            reading->matched++;
        }
    }
    g_array_append_val(reading->images, found);
    return TRUE;
}

static gboolean tell_size(gpointer data, gint64 image_key, gint64 *ret_width, gint64 *ret_height)
{
    const ImportReading *reading = data;
    const ImportImage *image = &g_array_index(reading->images, ImportImage, image_key);
    if (image->item == 0 || image->is_left) {
        return FALSE;
    }
    const ImportItem *item = import_items_at(reading->items, image->item - 1);
    *ret_width = item->width;
    *ret_height = item->height;
    return TRUE;
}

/* --- classes --- */

/* NULL with TOO_LARGE when there are too many. */
static ImportClass *find_class(ImportReading *reading, const char *name, ShapeKind kind,
                               GError **error)
{
    g_autofree char *key = g_strdup_printf("%d%s", (int)kind, name);
    ImportClass *found = g_hash_table_lookup(reading->by_class, key);
    if (found) {
        return found;
    }
    if (reading->classes->len >= LIMIT_CLASSES_PER_PROJECT) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "The file has more classes than are allowed");
        return NULL;
    }
    g_autoptr(AnnotationClass) class_ = class_new(name, kind);
    found = g_new0(ImportClass, 1);
    found->name = g_strdup(name);
    found->kind = kind;
    found->is_good = class_check(class_, NULL, NULL);
    g_ptr_array_add(reading->classes, found);
    g_hash_table_insert(reading->by_class, g_steal_pointer(&key), found);
    return found;
}

static gboolean take_class(gpointer data, AnnotationClass *class_, GError **error)
{
    ImportReading *reading = data;
    g_autoptr(AnnotationClass) taken = class_;
    ImportClass *found = find_class(reading, taken->name, taken->kind, error);
    if (found && !found->is_good) {
        note_problem(reading, taken->name, "the name of the class is empty or too long");
    }
    if (found && !found->listed) {
        found->listed = g_steal_pointer(&taken);
    }
    return found != NULL;
}

/* --- shapes --- */

static gboolean note_field(ImportReading *reading, const char *path, const char *field,
                           const char *message)
{
    g_autofree char *told = field && reading->format->reader->place
                                ? reading->format->reader->place(path, field)
                                : g_strdup(path);
    note_problem(reading, told, message);
    return FALSE;
}

/* No two of one image may have the same uid; those of an image come together where they have any.
 */
static gboolean check_uid(ImportReading *reading, gint64 key, const Shape *shape, const char *path)
{
    if (!shape->uid) {
        return TRUE;
    }
    if (reading->uids_key != key) {
        g_hash_table_remove_all(reading->uids);
        reading->uids_key = key;
    }
    return g_hash_table_add(reading->uids, g_strdup(shape->uid)) ||
           note_field(reading, path, "id", "another annotation of the image has this id");
}

static gboolean check_room(ImportReading *reading, guint32 item, const Shape *shape,
                           const char *path)
{
    ImportWork *work = &reading->works[item];
    gsize bytes = shape_packed_bytes(shape) + UUID_CHARS;
    if (work->shapes >= LIMIT_SHAPES_PER_ITEM ||
        work->bytes + bytes > LIMIT_SHAPES_PACKED_BYTES - 1024) {
        return note_field(reading, path, NULL, "the image has more annotations than are allowed");
    }
    work->shapes++;
    work->bytes += (guint32)bytes;
    return TRUE;
}

/* Whether it can be written; else the problem was told. */
static gboolean check_shape(ImportReading *reading, gint64 key, guint32 item, Shape *shape,
                            const char *path)
{
    const ImportItem *ours = import_items_at(reading->items, item);
    g_autofree char *field = NULL;
    g_autoptr(GError) problem = NULL;
    if (!shape_check_drawn(shape, ours->width, ours->height, &field, &problem)) {
        return note_field(reading, path, field, problem->message);
    }
    return check_uid(reading, key, shape, path) && check_room(reading, item, shape, path);
}

/* Its class by the plan; FALSE when the shape is left out by it. */
static gboolean map_class(const ImportReading *reading, Shape *shape)
{
    gpointer to = NULL;
    if (!reading->plan || !reading->plan->classes ||
        !g_hash_table_lookup_extended(reading->plan->classes, shape->name, NULL, &to)) {
        return TRUE;
    }
    if (to) {
        g_free(shape->name);
        shape->name = g_strdup(to);
    }
    return to != NULL;
}

static gboolean take_shape(gpointer data, gint64 image_key, Shape *taken, const char *path,
                           GError **error)
{
    ImportReading *reading = data;
    g_autoptr(Shape) shape = taken;
    const ImportImage *image = &g_array_index(reading->images, ImportImage, image_key);
    ImportClass *class_ = shape->name ? find_class(reading, shape->name, shape->kind, error) : NULL;
    if (shape->name && !class_) {
        return FALSE;
    }
    if (image->item == 0 || image->is_left) {
        return TRUE;
    }
    guint32 item = image->item - 1;
    if (class_ && !class_->is_good) {
        note_field(reading, path, "name", "the name of the class is empty or too long");
        return TRUE;
    }
    if (!check_shape(reading, image_key, item, shape, path) || !map_class(reading, shape)) {
        return TRUE;
    }
    g_assert(class_); /* check_shape refuses what has no name */
    class_->shapes++;
    reading->shapes++;
    shape->is_proposed = reading->plan && reading->plan->as_proposals;
    return !reading->spool || import_spool_add(reading->spool, item, shape, error);
}

gboolean import_reading_run(ImportReading *reading, int fd, const char *filename,
                            GCancellable *cancellable, GError **error)
{
    const FormatSink sink = {
        .image = take_image,
        .shape = take_shape,
        .class_ = take_class,
        .problem = note_problem,
        .loss = note_loss,
        .size = tell_size,
        .progress = note_progress,
        .data = reading,
        .cancellable = cancellable,
    };
    reading->images = g_array_new(FALSE, FALSE, sizeof(ImportImage));
    reading->works = g_new0(ImportWork, import_items_count(reading->items) + 1);
    reading->classes = g_ptr_array_new_with_free_func(import_class_free);
    reading->by_class = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reading->losses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    reading->unmatched = g_ptr_array_new_with_free_func(g_free);
    reading->problem_paths = g_ptr_array_new_with_free_func(g_free);
    reading->problem_messages = g_ptr_array_new_with_free_func(g_free);
    reading->uids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reading->uids_key = -1;
    return reading->format->reader->read(fd, filename, &sink, error);
}
