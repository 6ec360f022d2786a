#include "format_fixture.h"

#include "studio/export_files.h"
#include "studio/export_names.h"
#include "zip_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    Item item;
    GPtrArray *shapes;
} SceneImage;

static void image_free(gpointer data)
{
    SceneImage *image = data;
    g_free(image->item.directory);
    g_free(image->item.filename);
    g_ptr_array_unref(image->shapes);
    g_free(image);
}

static void free_class(gpointer data)
{
    AnnotationClass *class_ = data;
    g_free(class_->name);
    g_free(class_->skeleton);
    g_free(class_->attributes);
    g_free(class_);
}

void format_scene_open(FormatScene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->dataset = (Dataset){.name = (char *)"Fleet",
                               .slug = (char *)"fleet",
                               .organization_name = (char *)"Harbour",
                               .organization_slug = (char *)"harbour",
                               .project_uuid = "00000000-0000-7000-8000-0000000000aa"};
    scene->classes = g_ptr_array_new_with_free_func(free_class);
    scene->images = g_ptr_array_new_with_free_func(image_free);
    scene->losses = g_hash_table_new(g_str_hash, g_str_equal);
    scene->told.base_url = "https://example.org";
}

void format_scene_close(FormatScene *scene)
{
    g_ptr_array_unref(scene->classes);
    g_ptr_array_unref(scene->images);
    g_hash_table_unref(scene->losses);
    g_clear_pointer(&scene->files, g_hash_table_unref);
}

AnnotationClass *format_class(FormatScene *scene, const char *name, ShapeKind kind)
{
    AnnotationClass *class_ = g_new0(AnnotationClass, 1);
    class_->name = g_strdup(name);
    class_->kind = kind;
    g_ptr_array_add(scene->classes, class_);
    return class_;
}

GPtrArray *format_image(FormatScene *scene, const char *directory, const char *filename,
                        Split split)
{
    SceneImage *image = g_new0(SceneImage, 1);
    image->shapes = shapes_new();
    image->item.directory = g_strdup(directory);
    image->item.filename = g_strdup(filename);
    image->item.width = 200;
    image->item.height = 100;
    image->item.split = split;
    g_snprintf(image->item.uuid, sizeof image->item.uuid, "00000000-0000-7000-8000-%012u",
               scene->images->len + 1);
    g_ptr_array_add(scene->images, image);
    return image->shapes;
}

/* --- shapes --- */

static Shape *add(GPtrArray *shapes, ShapeKind kind, const char *name)
{
    Shape *shape = shape_new(kind, name);
    shape->uid = g_strdup_printf("s%u", shapes->len + 1);
    g_ptr_array_add(shapes, shape);
    return shape;
}

Shape *format_box(GPtrArray *shapes, const char *name, double x, double y, double w, double h)
{
    Shape *shape = add(shapes, SHAPE_BBOX, name);
    shape->box = (ShapeBox){x, y, w, h};
    return shape;
}

Shape *format_rotated(GPtrArray *shapes, const char *name)
{
    Shape *shape = add(shapes, SHAPE_BBOX, name);
    shape->is_oriented = TRUE;
    shape->oriented = (ShapeOriented){50, 40, 20, 10, 90};
    shape->box = (ShapeBox){45, 30, 10, 20};
    return shape;
}

Shape *format_polygon(GPtrArray *shapes, const char *name)
{
    static const ShapePoint outer[] = {{10, 10}, {40, 10}, {40, 40}, {10, 40}};
    Shape *shape = add(shapes, SHAPE_POLYGON, name);
    shape_add_ring(shape, outer, G_N_ELEMENTS(outer));
    shape_enclose(shape);
    return shape;
}

Shape *format_holed(GPtrArray *shapes, const char *name)
{
    static const ShapePoint hole[] = {{20, 20}, {30, 20}, {30, 30}, {20, 30}};
    Shape *shape = format_polygon(shapes, name);
    shape_add_ring(shape, hole, G_N_ELEMENTS(hole));
    return shape;
}

Shape *format_line(GPtrArray *shapes, const char *name)
{
    static const ShapePoint points[] = {{1, 2}, {3, 4}, {5, 2.5}};
    Shape *shape = add(shapes, SHAPE_POLYLINE, name);
    shape_add_ring(shape, points, G_N_ELEMENTS(points));
    shape_enclose(shape);
    return shape;
}

Shape *format_keypoint(GPtrArray *shapes, const char *name, double x, double y, gint64 instance)
{
    const ShapePoint point = {x, y};
    Shape *shape = add(shapes, SHAPE_KEYPOINT, name);
    shape_add_ring(shape, &point, 1);
    shape_enclose(shape);
    shape->instance_id = instance;
    return shape;
}

Shape *format_tag(GPtrArray *shapes, const char *name)
{
    return add(shapes, SHAPE_TAG, name);
}

/* --- writing --- */

static void count_loss(gpointer data, const char *what)
{
    GHashTable *losses = data;
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(losses, what));
    g_hash_table_insert(losses, (gpointer)what, GUINT_TO_POINTER(count + 1));
}

static ExportNames *tell_names(FormatScene *scene)
{
    ExportNames *names = export_names_new(scene->classes, scene->told.by_split);
    for (guint i = 0; i < scene->images->len; i++) {
        const SceneImage *image = g_ptr_array_index(scene->images, i);
        export_names_see(names, image->shapes);
    }
    export_names_tell(names, &scene->told);
    scene->told.dataset = &scene->dataset;
    return names;
}

static void write_files(FormatScene *scene, const FormatWriterClass *writer, ExportFiles *files)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ExportNames) names = tell_names(scene);
    g_autofree gpointer state = g_malloc0(writer->size);
    g_assert_true(writer->begin(state, &scene->told, files, &error));
    for (guint i = 0; i < scene->images->len; i++) {
        const SceneImage *image = g_ptr_array_index(scene->images, i);
        FormatImage told = {.shapes = image->shapes};
        export_names_image(names, &image->item, &told);
        g_assert_true(writer->image(state, &told, count_loss, scene->losses, &error));
        g_assert_true(export_files_flush(files, &error));
    }
    g_assert_true(writer->end(state, &error));
    g_assert_true(export_files_finish(files, &error));
    g_assert_no_error(error);
    writer->clear(state);
}

void format_write(FormatScene *scene, const FormatWriterClass *writer)
{
    g_autoptr(GError) error = NULL;
    FILE *archive = tmpfile();
    int folder = open(g_get_tmp_dir(), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    g_autoptr(ExportFiles) files = export_files_new(fileno(archive), folder, &error);
    g_assert_no_error(error);
    write_files(scene, writer, files);
    scene->files = zip_fixture_read(fileno(archive));
    close(folder);
    fclose(archive);
}

/* --- looking --- */

static const char *file_of(const FormatScene *scene, const char *name)
{
    const char *text = g_hash_table_lookup(scene->files, name);
    if (!text) {
        g_test_message("no file %s", name);
        g_test_fail();
        return "";
    }
    return text;
}

void format_assert_file(const FormatScene *scene, const char *name, const char *expected)
{
    g_assert_cmpstr(file_of(scene, name), ==, expected);
}

void format_assert_part(const FormatScene *scene, const char *name, const char *part)
{
    const char *text = file_of(scene, name);
    if (!strstr(text, part)) {
        g_test_message("%s has no\n%s\nin\n%s", name, part, text);
        g_test_fail();
    }
}

void format_assert_loss(const FormatScene *scene, const char *what, guint count)
{
    g_assert_cmpuint(GPOINTER_TO_UINT(g_hash_table_lookup(scene->losses, what)), ==, count);
}

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void format_assert_names(const FormatScene *scene, const char *expected)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name = NULL;
    g_hash_table_iter_init(&iter, scene->files);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        g_ptr_array_add(names, name);
    }
    g_ptr_array_sort(names, compare);
    g_ptr_array_add(names, NULL);
    g_autofree char *joined = g_strjoinv(" ", (char **)names->pdata);
    g_assert_cmpstr(joined, ==, expected);
}
