#include "studio/export_write.h"

#include "studio/export_files.h"
#include "studio/export_names.h"

#include "base/json_writer.h"
#include "library/grant.h"
#include "library/originals.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define README_NAME  "README.txt"
#define MISSING_NAME "not in this archive.txt"
#define LOSS_MISSING "pictures whose file cannot be had are left out"

/* Of an image, to be put in once all annotations are written. */
typedef struct {
    ContentHash content;
    char *name; /* in the archive */
} Picture;

typedef struct {
    Library *library;
    const ExportOptions *options;
    DatasetExport *value;
    Dataset *dataset;
    GPtrArray *classes;
    GHashTable *filter; /* names of classes; NULL: all */
    ExportNames *names;
    FormatDataset told;
    ExportFiles *files;
    GHashTable *losses; /* from a sentence to its count, owned by nobody */
    GPtrArray *loss_order;
    GArray *pictures; /* of Picture */
    GString *missing;
    GPtrArray *shapes; /* of an image, that are written; not its own */
    gint64 images, annotations;
    gint64 done, total; /* steps: an image each, and a picture each */
} Export;

static void picture_clear(gpointer picture)
{
    g_free(((Picture *)picture)->name);
}

static void export_clear(Export *export)
{
    g_clear_pointer(&export->files, export_files_free);
    g_clear_pointer(&export->names, export_names_free);
    g_clear_pointer(&export->filter, g_hash_table_unref);
    g_clear_pointer(&export->classes, g_ptr_array_unref);
    g_clear_pointer(&export->losses, g_hash_table_unref);
    g_clear_pointer(&export->loss_order, g_ptr_array_unref);
    g_clear_pointer(&export->pictures, g_array_unref);
    g_clear_pointer(&export->shapes, g_ptr_array_unref);
    g_clear_pointer(&export->dataset, dataset_free);
    g_clear_pointer(&export->value, dataset_export_free);
    if (export->missing) {
        g_string_free(export->missing, TRUE);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Export, export_clear)

static gboolean tell_progress(const Export *export, GError **error)
{
    const ExportOptions *options = export->options;
    if (!options->progress || options->progress(export->done, export->total, options->data)) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED, "the export was stopped");
    return FALSE;
}

/* --- what is written: what stands, or a version --- */

typedef struct {
    AnnotationsWalk *standing;
    VersionWalk *frozen;
    const char *status; /* of a version, whose walk knows no filter */
} Source;

static void source_clear(Source *source)
{
    g_clear_pointer(&source->standing, annotations_walk_free);
    g_clear_pointer(&source->frozen, version_walk_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Source, source_clear)

static gboolean source_open(Source *source, const Export *export, StoreTx *tx, GError **error)
{
    *source = (Source){.status = export->value->status_filter};
    if (export->value->version_id > 0) {
        source->frozen = version_walk(tx, export->value->version_id);
        return TRUE;
    }
    const AnnotationsWalkOptions options = {.dataset = export->dataset,
                                            .status = export->value->status_filter,
                                            .which = ANNOTATIONS_ALL};
    source->standing = annotations_walk(tx, &options, error);
    return source->standing != NULL;
}

/* FALSE at the end, and on error. */
static gboolean source_next(Source *source, const Item **ret_item, const GPtrArray **ret_shapes,
                            GError **error)
{
    if (source->standing) {
        return annotations_walk_next(source->standing, ret_item, ret_shapes, error);
    }
    while (version_walk_next(source->frozen, ret_item, ret_shapes, error)) {
        if (!source->status || strcmp(source->status, item_status_name((*ret_item)->status)) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

typedef gboolean (*ImageFound)(Export *export, const Item *item, const GPtrArray *shapes,
                               gpointer data, GError **error);

static const GPtrArray *choose(Export *export, const GPtrArray *shapes);

/* Every image, with those of its shapes that are written. */
static gboolean for_each_image(Export *export, StoreTx *tx, ImageFound found, gpointer data,
                               GError **error)
{
    g_auto(Source) source = {0};
    const Item *item = NULL;
    const GPtrArray *shapes = NULL;
    g_autoptr(GError) failure = NULL;
    if (!source_open(&source, export, tx, error)) {
        return FALSE;
    }
    while (source_next(&source, &item, &shapes, &failure)) {
        if (!found(export, item, choose(export, shapes), data, error) ||
            !tell_progress(export, error)) {
            return FALSE;
        }
    }
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return TRUE;
}

/* Those that are not proposed and pass the filter, until the next call. */
static const GPtrArray *choose(Export *export, const GPtrArray *shapes)
{
    g_ptr_array_set_size(export->shapes, 0);
    for (guint i = 0; i < shapes->len; i++) {
        Shape *shape = g_ptr_array_index(shapes, i);
        if (!shape->is_proposed &&
            (!export->filter || g_hash_table_contains(export->filter, shape->name))) {
            g_ptr_array_add(export->shapes, shape);
        }
    }
    return export->shapes;
}

/* --- the annotations --- */

static void count_loss(gpointer data, const char *what)
{
    Export *export = data;
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(export->losses, what));
    if (count == 0) {
        g_ptr_array_add(export->loss_order, (gpointer)what);
    }
    g_hash_table_insert(export->losses, (gpointer)what, GUINT_TO_POINTER(count + 1));
}

/* Which classes there are, and how many images. */
static gboolean see_image(Export *export, const Item *item, const GPtrArray *shapes, gpointer data,
                          GError **error)
{
    export_names_see(export->names, shapes);
    export->total += export->value->include_images ? 2 : 1;
    return TRUE;
}

static void note_picture(Export *export, const FormatImage *image)
{
    const Picture picture = {.content = image->item->content_hash,
                             .name = g_strconcat(image->folder, "images/", image->path, NULL)};
    g_array_append_val(export->pictures, picture);
}

static gboolean write_image(Export *export, const Item *item, const GPtrArray *shapes,
                            gpointer state, GError **error)
{
    FormatImage image = {.shapes = shapes};
    export_names_image(export->names, item, &image);
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        export->annotations += shape->kind != SHAPE_TAG;
    }
    export->images++;
    export->done++;
    if (export->value->include_images) {
        note_picture(export, &image);
    }
    return export->value->format->writer->image(state, &image, count_loss, export, error) &&
           export_files_flush(export->files, error);
}

static gboolean write_annotations(Export *export, StoreTx *tx, GError **error)
{
    const FormatWriterClass *writer = export->value->format->writer;
    g_autofree gpointer state = g_malloc0(writer->size);
    gboolean written = writer->begin(state, &export->told, export->files, error) &&
                       for_each_image(export, tx, write_image, state, error) &&
                       writer->end(state, error);
    writer->clear(state);
    return written;
}

/* The classes of the version, or of the project. */
static gboolean load(Export *export, StoreTx *tx, gint64 id, GError **error)
{
    export->value = export_get(tx, id, &export->dataset, error);
    if (!export->value) {
        return FALSE;
    }
    if (!export->value->format || !export->value->format->writer) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                            "this program does not write the format");
        return FALSE;
    }
    export->classes = export->value->version_id > 0
                          ? version_classes(tx, export->value->version_id, error)
                          : class_list(tx, export->dataset->project_id, error);
    char **filter = export->value->class_filter;
    if (filter) {
        export->filter = g_hash_table_new(g_str_hash, g_str_equal);
        for (; *filter; filter++) {
            g_hash_table_add(export->filter, *filter);
        }
    }
    return export->classes != NULL;
}

/* In one transaction: what is seen first is what is written then. */
static gboolean write_text(Export *export, gint64 id, int archive, int folder, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(export->library), error);
    if (!tx || !load(export, tx, id, error)) {
        return FALSE;
    }
    export->files = export_files_new(archive, folder, error);
    export->names = export_names_new(export->classes, export->value->organize_by_split);
    export->told.dataset = export->dataset;
    export->told.base_url = export->options->base_url;
    export->told.has_images = export->value->include_images;
    if (!export->files || !for_each_image(export, tx, see_image, NULL, error)) {
        return FALSE;
    }
    export_names_tell(export->names, &export->told);
    return write_annotations(export, tx, error);
}

/* --- the pictures --- */

/* -1 with an error when it cannot be had. */
static int open_picture(Export *export, const Picture *picture, struct stat *ret_info,
                        GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    g_autoptr(StoreTx) tx = store_read(library_store(export->library), error);
    g_autoptr(Grant) grant =
        tx ? access_grant_export(tx, export->value->id, &picture->content, error) : NULL;
    if (!grant || !original_open(tx, grant, &fd, &bytes, error)) {
        return -1;
    }
    if (fstat(fd, ret_info) != 0) {
        error_set_errno(error, errno, "look at the file");
        close(fd);
        return -1;
    }
    return fd;
}

static gboolean add_picture(Export *export, const Picture *picture, GError **error)
{
    struct stat info;
    g_autoptr(GError) failure = NULL;
    int fd = open_picture(export, picture, &info, &failure);
    if (fd < 0) {
        count_loss(export, LOSS_MISSING);
        g_string_append_printf(export->missing, "%s: %s\r\n", picture->name, failure->message);
        return TRUE;
    }
    gboolean added =
        export_files_add(export->files, picture->name, fd, info.st_size, info.st_mtime, error);
    close(fd);
    return added;
}

static gboolean add_pictures(Export *export, GError **error)
{
    for (guint i = 0; i < export->pictures->len; i++) {
        export->done++;
        if (!add_picture(export, &g_array_index(export->pictures, Picture, i), error) ||
            !tell_progress(export, error)) {
            return FALSE;
        }
    }
    if (export->missing->len > 0) {
        g_string_append(export_file(export->files, MISSING_NAME, 0), export->missing->str);
    }
    return TRUE;
}

/* --- what is told of it --- */

static void write_readme(const Export *export)
{
    GString *out = export_file(export->files, README_NAME, 0);
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%d %H:%M UTC");
    g_string_append_printf(out,
                           "%s\r\n\r\nThe dataset %s in the format %s, exported by Albumen at "
                           "%s.\r\n%" G_GINT64_FORMAT " images, %" G_GINT64_FORMAT
                           " annotations.\r\n",
                           export->value->name, export->dataset->name, export->value->format->title,
                           time, export->images, export->annotations);
    if (export->loss_order->len > 0) {
        g_string_append(out, "\r\nWhat is not in it as it was drawn:\r\n");
    }
    for (guint i = 0; i < export->loss_order->len; i++) {
        gconstpointer what = g_ptr_array_index(export->loss_order, i);
        g_string_append_printf(out, "- %s (%u)\r\n", (const char *)what,
                               GPOINTER_TO_UINT(g_hash_table_lookup(export->losses, what)));
    }
}

static char *report_json(const Export *export)
{
    g_autoptr(JsonWriter) writer = json_writer_new(G_MAXSIZE);
    json_array_begin(writer);
    for (guint i = 0; i < export->loss_order->len; i++) {
        gconstpointer what = g_ptr_array_index(export->loss_order, i);
        json_object_begin(writer);
        json_member_string(writer, "what", what);
        json_member_int(writer, "count",
                        GPOINTER_TO_UINT(g_hash_table_lookup(export->losses, what)));
        json_object_end(writer);
    }
    json_array_end(writer);
    g_autoptr(GBytes) bytes = json_writer_take(writer);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

/* --- the file --- */

static gboolean finish_file(const Export *export, int archive, int folder, const char *part_name,
                            ExportWritten *ret_written, GError **error)
{
    struct stat info;
    g_autofree char *name = export_file_name(export->value->uuid);
    if (fsync(archive) != 0 || fstat(archive, &info) != 0 ||
        renameat(folder, part_name, folder, name) != 0 || fsync(folder) != 0) {
        return error_set_errno(error, errno, "keep the export");
    }
    *ret_written = (ExportWritten){.images = export->images,
                                   .annotations = export->annotations,
                                   .file_bytes = info.st_size,
                                   .report = report_json(export)};
    return TRUE;
}

static gboolean write_all(Library *library, gint64 id, const ExportOptions *options, int folder,
                          int archive, const char *part_name, ExportWritten *ret_written,
                          GError **error)
{
    g_auto(Export) export = {
        .library = library,
        .options = options,
        .losses = g_hash_table_new(g_str_hash, g_str_equal),
        .loss_order = g_ptr_array_new(),
        .pictures = g_array_new(FALSE, FALSE, sizeof(Picture)),
        .missing = g_string_new(NULL),
        .shapes = g_ptr_array_new(),
    };
    g_array_set_clear_func(export.pictures, picture_clear);
    if (!write_text(&export, id, archive, folder, error) || !add_pictures(&export, error)) {
        return FALSE;
    }
    write_readme(&export);
    return export_files_finish(export.files, error) &&
           finish_file(&export, archive, folder, part_name, ret_written, error);
}

gboolean export_write(Library *library, gint64 export_id, const ExportOptions *options,
                      ExportWritten *ret_written, GError **error)
{
    int folder = export_folder(library, error);
    if (folder < 0) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    g_autofree char *part_name = g_strconcat(".", uuid, ".part", NULL);
    int archive = openat(folder, part_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    gboolean written = FALSE;
    if (archive < 0) {
        error_set_errno(error, errno, "make the file of the export");
    } else {
        written =
            write_all(library, export_id, options, folder, archive, part_name, ret_written, error);
        close(archive);
    }
    if (!written && archive >= 0) {
        unlinkat(folder, part_name, 0);
    }
    close(folder);
    return written;
}
