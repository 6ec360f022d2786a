#include "studio/formats/read_text.h"

#include "base/limits.h"
#include "media/picture.h"

#include <math.h>
#include <string.h>

gboolean reading_open(Reading *reading, int fd, const char *filename, const FormatSink *sink,
                      GError **error)
{
    *reading = (Reading){.sink = sink};
    reading->files = import_files_open(fd, filename, sink, error);
    return reading->files != NULL;
}

void reading_close(Reading *reading)
{
    g_clear_pointer(&reading->files, import_files_free);
}

gboolean reading_next(Reading *reading, GError **error)
{
    return import_files_next(reading->files, &reading->name, &reading->source, error);
}

gboolean reading_all(int fd, const char *filename, const FormatSink *sink, const char *suffix,
                     gboolean (*read_file)(Reading *reading, GError **error), GError **error)
{
    g_auto(Reading) reading = {0};
    GError *failure = NULL;
    if (!reading_open(&reading, fd, filename, sink, error)) {
        return FALSE;
    }
    while (reading_next(&reading, &failure)) {
        if (text_has_suffix(reading.name, suffix) && !read_file(&reading, error)) {
            return FALSE;
        }
    }
    if (failure) {
        g_propagate_error(error, failure);
    }
    return failure == NULL;
}

char *reading_place(const Reading *reading, const char *place)
{
    if (!import_files_is_archive(reading->files)) {
        return g_strdup(place);
    }
    return *place ? g_strconcat(reading->name, ":", place, NULL) : g_strdup(reading->name);
}

char *reading_line(const Reading *reading, gint64 line)
{
    return g_strdup_printf("%s:%" G_GINT64_FORMAT, reading->name, line);
}

void reading_problem(const Reading *reading, const char *place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    reading->sink->problem(reading->sink->data, place, message);
}

gboolean reading_image(Reading *reading, FoundImage *image, GError **error)
{
    image->key = reading->next_key++;
    if (image->key >= LIMIT_IMPORT_IMAGES) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "The file names more images than are allowed");
        return FALSE;
    }
    return reading->sink->image(reading->sink->data, image, error);
}

gboolean reading_shape(Reading *reading, gint64 image_key, Shape *shape, const char *place,
                       GError **error)
{
    if (++reading->shapes > LIMIT_IMPORT_SHAPES) {
        shape_free(shape);
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "The file has more shapes than are allowed");
        return FALSE;
    }
    return reading->sink->shape(reading->sink->data, image_key, shape, place, error);
}

gboolean reading_class(const Reading *reading, const char *name, ShapeKind kind,
                       const char *skeleton, GError **error)
{
    AnnotationClass *class_ = class_new(name, kind);
    class_->skeleton = g_strdup(skeleton);
    return reading->sink->class_(reading->sink->data, class_, error);
}

gboolean text_read_number(const char *text, double *ret_number)
{
    char *end = NULL;
    if (!text || !*text || g_ascii_isspace(*text)) {
        return FALSE;
    }
    *ret_number = g_ascii_strtod(text, &end);
    return end != text && !*end && isfinite(*ret_number) && !strpbrk(text, "xXpPnN");
}

gboolean text_has_suffix(const char *name, const char *suffix)
{
    gsize length = strlen(name);
    gsize wanted = strlen(suffix);
    return length >= wanted && g_ascii_strcasecmp(name + length - wanted, suffix) == 0;
}

gboolean text_is_picture(const char *name)
{
    return media_name_is_picture(name);
}
