#include "studio/export_names.h"

#include <string.h>

struct ExportNames {
    const GPtrArray *listed;
    gboolean by_split, has_other; /* than polygons */
    GHashTable *seen;   /* of AnnotationClass by name and kind, those that are only on shapes */
    GPtrArray *classes; /* of AnnotationClass; not its own */
    GPtrArray *names;   /* of char *; theirs */
    GHashTable *places;
    char *directory;   /* of the latest image */
    GHashTable *stems; /* that its images have taken */
    GString *path, *stem_path;
};

static guint hash_class(gconstpointer data)
{
    const AnnotationClass *class_ = data;
    return g_str_hash(class_->name) + (guint)class_->kind;
}

static gboolean equal_class(gconstpointer a, gconstpointer b)
{
    const AnnotationClass *first = a, *second = b;
    return first->kind == second->kind && strcmp(first->name, second->name) == 0;
}

static AnnotationClass *seen_class_new(const Shape *shape)
{
    AnnotationClass *class_ = g_new0(AnnotationClass, 1);
    class_->name = g_strdup(shape->name);
    class_->kind = shape->kind;
    return class_;
}

static void seen_class_free(gpointer data)
{
    AnnotationClass *class_ = data;
    g_free(class_->name);
    g_free(class_);
}

ExportNames *export_names_new(const GPtrArray *classes, gboolean by_split)
{
    ExportNames *names = g_new0(ExportNames, 1);
    names->listed = classes;
    names->by_split = by_split;
    names->seen = g_hash_table_new_full(hash_class, equal_class, seen_class_free, NULL);
    names->classes = g_ptr_array_new();
    names->names = g_ptr_array_new();
    names->places = g_hash_table_new(g_str_hash, g_str_equal);
    names->stems = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    names->path = g_string_new(NULL);
    names->stem_path = g_string_new(NULL);
    return names;
}

void export_names_free(ExportNames *names)
{
    if (!names) {
        return;
    }
    g_ptr_array_unref(names->classes);
    g_ptr_array_unref(names->names);
    g_hash_table_unref(names->places);
    g_hash_table_unref(names->seen);
    g_hash_table_unref(names->stems);
    g_free(names->directory);
    g_string_free(names->path, TRUE);
    g_string_free(names->stem_path, TRUE);
    g_free(names);
}

/* --- classes --- */

void export_names_see(ExportNames *names, const GPtrArray *shapes)
{
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        const AnnotationClass class_ = {.name = shape->name, .kind = shape->kind};
        names->has_other = names->has_other || shape->kind != SHAPE_POLYGON;
        if (!g_hash_table_contains(names->seen, &class_)) {
            g_hash_table_add(names->seen, seen_class_new(shape));
        }
    }
}

static void add_class(ExportNames *names, AnnotationClass *class_)
{
    g_ptr_array_add(names->classes, class_);
    if (!g_hash_table_contains(names->places, class_->name)) {
        g_ptr_array_add(names->names, class_->name);
        g_hash_table_insert(names->places, class_->name, GUINT_TO_POINTER(names->names->len));
    }
}

static int compare_classes(gconstpointer a, gconstpointer b)
{
    const AnnotationClass *first = *(AnnotationClass *const *)a;
    const AnnotationClass *second = *(AnnotationClass *const *)b;
    int order = strcmp(first->name, second->name);
    return order != 0 ? order : (int)first->kind - (int)second->kind;
}

/* Those that are seen and whose name is not on the list, sorted. */
static GPtrArray *unlisted(const ExportNames *names)
{
    GPtrArray *classes = g_ptr_array_new();
    GHashTableIter iter;
    gpointer class_ = NULL;
    g_hash_table_iter_init(&iter, names->seen);
    while (g_hash_table_iter_next(&iter, &class_, NULL)) {
        if (!g_hash_table_contains(names->places, ((AnnotationClass *)class_)->name)) {
            g_ptr_array_add(classes, class_);
        }
    }
    g_ptr_array_sort(classes, compare_classes);
    return classes;
}

void export_names_tell(ExportNames *names, FormatDataset *ret_dataset)
{
    for (guint i = 0; i < names->listed->len; i++) {
        add_class(names, g_ptr_array_index(names->listed, i));
    }
    g_autoptr(GPtrArray) rest = unlisted(names);
    for (guint i = 0; i < rest->len; i++) {
        add_class(names, g_ptr_array_index(rest, i));
    }
    ret_dataset->classes = names->classes;
    ret_dataset->names = names->names;
    ret_dataset->places = names->places;
    ret_dataset->by_split = names->by_split;
    ret_dataset->polygons_only = !names->has_other && g_hash_table_size(names->seen) > 0;
}

/* --- images --- */

/* The filename without its extension, unless one before it in the directory has that too. */
static const char *take_stem(ExportNames *names, const Item *item)
{
    if (g_strcmp0(names->directory, item->directory) != 0) {
        g_free(names->directory);
        names->directory = g_strdup(item->directory);
        g_hash_table_remove_all(names->stems);
    }
    const char *dot = strrchr(item->filename, '.');
    gsize length =
        dot && dot > item->filename ? (gsize)(dot - item->filename) : strlen(item->filename);
    char *stem = g_strndup(item->filename, length);
    if (g_hash_table_contains(names->stems, stem)) {
        g_free(stem);
        stem = g_strdup(item->filename);
    }
    g_hash_table_add(names->stems, stem);
    return stem;
}

static void set_path(GString *path, const char *directory, const char *name)
{
    g_string_assign(path, directory[0] == '/' ? directory + 1 : directory);
    if (path->len > 0) {
        g_string_append_c(path, '/');
    }
    g_string_append(path, name);
}

/* What is in no split is trained on. */
static Split part_of(const ExportNames *names, const Item *item)
{
    if (!names->by_split) {
        return SPLIT_NONE;
    }
    return item->split == SPLIT_NONE ? SPLIT_TRAIN : item->split;
}

void export_names_image(ExportNames *names, const Item *item, FormatImage *ret_image)
{
    static const char *const folders[SPLITS] = {"", "train/", "valid/", "test/"};
    set_path(names->path, item->directory, item->filename);
    set_path(names->stem_path, item->directory, take_stem(names, item));
    ret_image->item = item;
    ret_image->path = names->path->str;
    ret_image->stem_path = names->stem_path->str;
    ret_image->part = part_of(names, item);
    ret_image->folder = folders[ret_image->part];
}
