#include "read_fixture.h"

#include "base/memory_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    GString *lines;
    GPtrArray *names; /* of images, by key */
} Transcript;

static gboolean take_image(gpointer data, const FoundImage *image, GError **error)
{
    Transcript *at = data;
    g_assert_cmpint(image->key, ==, at->names->len);
    g_ptr_array_add(at->names, g_strdup(image->filename));
    g_string_append_printf(at->lines, "image %d %s %s%s", (int)image->key, image->directory,
                           image->filename, image->is_stem ? ".*" : "");
    if (image->width > 0 || image->height > 0) {
        g_string_append_printf(at->lines, " %dx%d", (int)image->width, (int)image->height);
    }
    if (image->split) {
        g_string_append_printf(at->lines, " %s", image->split);
    }
    g_string_append_printf(at->lines, " @%s\n", image->path);
    return TRUE;
}

static void write_points(GString *lines, const Shape *shape)
{
    for (guint ring = 0, point = 0; ring < shape->ring_count; ring++) {
        g_string_append(lines, ring == 0 ? " (" : "(");
        for (guint i = 0; i < shape->rings[ring]; i++, point++) {
            g_string_append_printf(lines, "%s%g,%g", i > 0 ? " " : "", shape->points[point].x,
                                   shape->points[point].y);
        }
        g_string_append_c(lines, ')');
    }
}

static gboolean take_shape(gpointer data, gint64 key, Shape *taken, const char *path,
                           GError **error)
{
    Transcript *at = data;
    g_autoptr(Shape) shape = taken;
    g_assert_cmpint(key, <, at->names->len);
    g_string_append_printf(at->lines, "shape %d %s %s", (int)key, shape_kind_name(shape->kind),
                           shape->name);
    if (shape->is_oriented) {
        const ShapeOriented *own = &shape->oriented;
        g_string_append_printf(at->lines, " %g,%g,%g,%g/%g", own->cx, own->cy, own->w, own->h,
                               own->angle);
    } else if (shape->kind == SHAPE_BBOX) {
        g_string_append_printf(at->lines, " %g,%g,%g,%g", shape->box.x, shape->box.y, shape->box.w,
                               shape->box.h);
    }
    write_points(at->lines, shape);
    if (shape->confidence != 1) {
        g_string_append_printf(at->lines, " score=%g", shape->confidence);
    }
    if (shape->instance_id) {
        g_string_append_printf(at->lines, " of=%d", (int)shape->instance_id);
    }
    if (shape->attributes) {
        g_string_append_printf(at->lines, " %s", shape->attributes);
    }
    g_string_append_printf(at->lines, "%s%s @%s\n", shape->uid ? " id=" : "",
                           shape->uid ? shape->uid : "", path);
    return TRUE;
}

static gboolean take_class(gpointer data, AnnotationClass *class_, GError **error)
{
    Transcript *at = data;
    g_string_append_printf(at->lines, "class %s %s%s%s\n", class_->name,
                           class_->kind ? shape_kind_name(class_->kind) : "any",
                           class_->color ? " " : "", class_->color ? class_->color : "");
    class_free(class_);
    return TRUE;
}

static void note_problem(gpointer data, const char *path, const char *message)
{
    Transcript *at = data;
    g_string_append_printf(at->lines, "problem %s: %s\n", path, message);
}

static void note_loss(gpointer data, const char *what)
{
    Transcript *at = data;
    g_string_append_printf(at->lines, "loss %s\n", what);
}

static gboolean tell_size(gpointer data, gint64 key, gint64 *ret_width, gint64 *ret_height)
{
    const Transcript *at = data;
    *ret_width = 100;
    *ret_height = 50;
    return !g_str_has_prefix(g_ptr_array_index(at->names, key), "none");
}

char *read_transcript(const FormatReaderClass *reader, const char *filename, const void *data,
                      gsize length)
{
    Transcript at = {g_string_new(NULL), g_ptr_array_new_with_free_func(g_free)};
    const FormatSink sink = {
        .image = take_image,
        .shape = take_shape,
        .class_ = take_class,
        .problem = note_problem,
        .loss = note_loss,
        .size = tell_size,
        .data = &at,
    };
    g_autoptr(GError) error = NULL;
    int fd = memory_file_new(data, length, &error);
    g_assert_no_error(error);
    if (!reader->read(fd, filename, &sink, &error)) {
        g_assert_nonnull(error);
        g_string_append_printf(at.lines, "error %s: %s\n",
                               albumen_error_name((AlbumenError)error->code), error->message);
    }
    close(fd);
    g_ptr_array_unref(at.names);
    return g_string_free(at.lines, FALSE);
}

static la_ssize_t write_bytes(struct archive *archive, void *data, const void *bytes, size_t length)
{
    g_byte_array_append(data, bytes, (guint)length);
    return (la_ssize_t)length;
}

static void add_file(struct archive *archive, const char *name, const char *content)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_copy_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)strlen(content));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    g_assert_cmpint(archive_write_header(archive, entry), ==, ARCHIVE_OK);
    archive_write_data(archive, content, strlen(content));
    archive_entry_free(entry);
}

static GBytes *make_zip_of(const char *name, va_list rest)
{
    GByteArray *bytes = g_byte_array_new();
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    archive_write_set_options(archive, "hdrcharset=UTF-8");
    archive_write_set_bytes_per_block(archive, 0);
    g_assert_cmpint(archive_write_open(archive, bytes, NULL, write_bytes, NULL), ==, ARCHIVE_OK);
    while (name) {
        add_file(archive, name, va_arg(rest, const char *));
        name = va_arg(rest, const char *);
    }
    archive_write_close(archive);
    archive_write_free(archive);
    return g_byte_array_free_to_bytes(bytes);
}

GBytes *make_zip(const char *name, ...)
{
    va_list rest;
    va_start(rest, name);
    GBytes *bytes = make_zip_of(name, rest);
    va_end(rest);
    return bytes;
}

char *read_zip(const FormatReaderClass *reader, const char *name, ...)
{
    va_list rest;
    va_start(rest, name);
    g_autoptr(GBytes) bytes = make_zip_of(name, rest);
    va_end(rest);
    gsize length = 0;
    gconstpointer data = g_bytes_get_data(bytes, &length);
    return read_transcript(reader, "a.zip", data, length);
}
