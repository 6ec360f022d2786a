#include "studio/shape.h"

static const char *const kind_names[] = {
    [SHAPE_BBOX] = "bbox",         [SHAPE_POLYGON] = "polygon", [SHAPE_POLYLINE] = "polyline",
    [SHAPE_KEYPOINT] = "keypoint", [SHAPE_TAG] = "tag",
};

static const char *const source_names[] = {
    [SHAPE_BY_USER] = "user",
    [SHAPE_BY_MODEL] = "model",
    [SHAPE_BY_IMPORT] = "import",
};

/* Names count from 1; 0 when it is none of them. */
static int find_name(const char *const *names, gsize count, const char *name)
{
    for (gsize i = 1; i < count; i++) {
        if (g_strcmp0(names[i], name) == 0) {
            return (int)i;
        }
    }
    return 0;
}

const char *shape_kind_name(ShapeKind kind)
{
    g_assert(kind >= SHAPE_BBOX && kind <= SHAPE_TAG);
    return kind_names[kind];
}

ShapeKind shape_kind_from_name(const char *name)
{
    return (ShapeKind)find_name(kind_names, G_N_ELEMENTS(kind_names), name);
}

const char *shape_source_name(ShapeSource source)
{
    g_assert(source >= SHAPE_BY_USER && source <= SHAPE_BY_IMPORT);
    return source_names[source];
}

ShapeSource shape_source_from_name(const char *name)
{
    return (ShapeSource)find_name(source_names, G_N_ELEMENTS(source_names), name);
}

Shape *shape_new(ShapeKind kind, const char *name)
{
    Shape *shape = g_new0(Shape, 1);
    shape->kind = kind;
    shape->name = g_strdup(name);
    shape->confidence = 1;
    shape->source = SHAPE_BY_USER;
    return shape;
}

Shape *shape_copy(const Shape *shape)
{
    Shape *copy = g_new(Shape, 1);
    *copy = *shape;
    copy->uid = g_strdup(shape->uid);
    copy->name = g_strdup(shape->name);
    copy->points = g_memdup2(shape->points, shape->point_count * sizeof *shape->points);
    copy->rings = g_memdup2(shape->rings, shape->ring_count * sizeof *shape->rings);
    copy->attributes = g_strdup(shape->attributes);
    copy->answers = g_strdup(shape->answers);
    copy->author = g_strdup(shape->author);
    copy->model = g_strdup(shape->model);
    return copy;
}

void shape_free(Shape *shape)
{
    if (!shape) {
        return;
    }
    g_free(shape->uid);
    g_free(shape->name);
    g_free(shape->points);
    g_free(shape->rings);
    g_free(shape->attributes);
    g_free(shape->answers);
    g_free(shape->author);
    g_free(shape->model);
    g_free(shape);
}

static void free_shape(gpointer shape)
{
    shape_free(shape);
}

GPtrArray *shapes_new(void)
{
    return g_ptr_array_new_with_free_func(free_shape);
}
