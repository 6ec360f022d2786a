/* A sink that takes all that a reader of annotations tells, and checks that it holds together. */
#pragma once

#include "base/memory_file.h"
#include "studio/formats/reader.h"

#include <unistd.h>

static gint64 fuzz_images;

static gboolean fuzz_image(gpointer data, const FoundImage *image, GError **error)
{
    g_assert(image->key == fuzz_images++);
    g_assert(image->directory && image->filename && image->path);
    return TRUE;
}

static gboolean fuzz_shape(gpointer data, gint64 key, Shape *shape, const char *path,
                           GError **error)
{
    g_autofree char *field = NULL;
    g_assert(key >= 0 && key < fuzz_images && path && g_utf8_validate(path, -1, NULL));
    if (!shape_check_drawn(shape, 640, 480, &field, NULL) && field && read_coco.place) {
        g_autofree char *place = read_coco.place(path, field);
        g_assert(place);
    }
    shape_free(shape);
    return TRUE;
}

static gboolean fuzz_class(gpointer data, AnnotationClass *class_, GError **error)
{
    g_assert(class_->name);
    class_free(class_);
    return TRUE;
}

static void fuzz_problem(gpointer data, const char *path, const char *message)
{
    g_assert(path && message && g_utf8_validate(message, -1, NULL));
}

static void fuzz_loss(gpointer data, const char *what)
{
}

static gboolean fuzz_size(gpointer data, gint64 key, gint64 *ret_width, gint64 *ret_height)
{
    *ret_width = 640;
    *ret_height = 480;
    return key % 7 != 6;
}

static inline void fuzz_read(const FormatReaderClass *reader, const char *filename,
                             const void *bytes, gsize length)
{
    static const FormatSink sink = {
        .image = fuzz_image,
        .shape = fuzz_shape,
        .class_ = fuzz_class,
        .problem = fuzz_problem,
        .loss = fuzz_loss,
        .size = fuzz_size,
    };
    g_autoptr(GError) error = NULL;
    int fd = memory_file_new(bytes, length, NULL);
    if (fd < 0) {
        return;
    }
    fuzz_images = 0;
    gboolean done = reader->read(fd, filename, &sink, &error);
    g_assert(done == (error == NULL));
    close(fd);
}
