#include "shape_scene.h"

Shape *scene_box(const char *uid, const char *name, double x)
{
    Shape *shape = shape_new(SHAPE_BBOX, name);
    shape->uid = g_strdup(uid);
    shape->box = (ShapeBox){x, x, 10, 10};
    return shape;
}

GPtrArray *scene_shapes(Shape *first, ...)
{
    GPtrArray *shapes = shapes_new();
    va_list more;
    va_start(more, first);
    for (Shape *shape = first; shape; shape = va_arg(more, Shape *)) {
        g_ptr_array_add(shapes, shape);
    }
    va_end(more);
    return shapes;
}

AnnotationsSaved scene_save(StudioScene *scene, const Principal *viewer, guint index,
                            const AnnotationsSave *how, GPtrArray *taken)
{
    static const AnnotationsSave any = {.expected = ANNOTATIONS_ANY_REVISION};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) shapes = taken;
    g_autoptr(Item) item = studio_scene_read(scene, index);
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    AnnotationsSaved saved = {0};
    annotations_save(tx, viewer ? viewer : scene->owner, item, shapes, how ? how : &any, &saved,
                     NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return saved;
}

char *scene_read(StudioScene *scene, guint index, AnnotationsWhich which)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Item) item = studio_scene_read(scene, index);
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GPtrArray) shapes = annotations_load(tx, item->project_id, item->id, which, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        g_string_append_printf(text, "%s%s:%s", i > 0 ? " " : "", shape->uid, shape->name);
    }
    return g_string_free(text, FALSE);
}
