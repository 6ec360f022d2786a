#include "studio/shape.h"

#include "base/limits.h"
#include "studio/bytes.h"
#include "studio/shape_check.h"

#include <math.h>
#include <string.h>

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

void shape_add_ring(Shape *shape, const ShapePoint *points, guint count)
{
    shape->points = g_renew(ShapePoint, shape->points, shape->point_count + count);
    memcpy(shape->points + shape->point_count, points, count * sizeof *points);
    shape->point_count += count;
    shape->rings = g_renew(guint, shape->rings, shape->ring_count + 1);
    shape->rings[shape->ring_count++] = count;
}

static ShapeBox enclosure(const ShapePoint *points, guint count)
{
    ShapePoint least = points[0];
    ShapePoint most = points[0];
    for (guint i = 1; i < count; i++) {
        least.x = MIN(least.x, points[i].x);
        least.y = MIN(least.y, points[i].y);
        most.x = MAX(most.x, points[i].x);
        most.y = MAX(most.y, points[i].y);
    }
    return (ShapeBox){least.x, least.y, most.x - least.x, most.y - least.y};
}

void shape_enclose(Shape *shape)
{
    if (shape->kind == SHAPE_BBOX && shape->is_oriented) {
        ShapePoint corners[4];
        shape_corners(shape, corners);
        shape->box = enclosure(corners, G_N_ELEMENTS(corners));
    } else if (shape->point_count > 0 && !shape->box_given) {
        shape->box = enclosure(shape->points, shape->point_count);
    }
}

/* Twice the area of a ring, signed (the shoelace formula), about its first point so that large
 * coordinates cost no digits. */
static double twice_area(const ShapePoint *points, guint count)
{
    double sum = 0;
    for (guint i = 1; i + 1 < count; i++) {
        sum += (points[i].x - points[0].x) * (points[i + 1].y - points[0].y) -
               (points[i + 1].x - points[0].x) * (points[i].y - points[0].y);
    }
    return sum;
}

double shape_ring_area(const ShapePoint *points, guint count)
{
    return fabs(twice_area(points, count)) / 2;
}

double shape_area(const Shape *shape)
{
    if (shape->kind == SHAPE_BBOX) {
        return shape->is_oriented ? shape->oriented.w * shape->oriented.h
                                  : shape->box.w * shape->box.h;
    }
    return shape->kind == SHAPE_POLYGON ? shape_ring_area(shape->points, shape->rings[0]) : 0;
}

void shape_corners(const Shape *shape, ShapePoint ret_corners[4])
{
    static const double across[] = {-0.5, 0.5, 0.5, -0.5};
    static const double down[] = {-0.5, -0.5, 0.5, 0.5};
    ShapeOriented box = shape->oriented;
    if (!shape->is_oriented) {
        const ShapeBox *plain = &shape->box;
        ret_corners[0] = (ShapePoint){plain->x, plain->y};
        ret_corners[1] = (ShapePoint){plain->x + plain->w, plain->y};
        ret_corners[2] = (ShapePoint){plain->x + plain->w, plain->y + plain->h};
        ret_corners[3] = (ShapePoint){plain->x, plain->y + plain->h};
        return;
    }
    /* y runs down: the usual turn is clockwise to the eye. */
    double cosine = cos(box.angle * G_PI / 180);
    double sine = sin(box.angle * G_PI / 180);
    for (gsize i = 0; i < G_N_ELEMENTS(across); i++) {
        double x = across[i] * box.w;
        double y = down[i] * box.h;
        ret_corners[i] =
            (ShapePoint){box.cx + x * cosine - y * sine, box.cy + x * sine + y * cosine};
    }
}

static gboolean same_doubles(const void *a, const void *b, gsize count)
{
    const double *left = a;
    const double *right = b;
    for (gsize i = 0; i < count; i++) {
        if (left[i] != right[i]) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean shape_equal_geometry(const Shape *a, const Shape *b)
{
    if (a->kind != b->kind || a->is_oriented != b->is_oriented) {
        return FALSE;
    }
    if (a->is_oriented) {
        return same_doubles(&a->oriented, &b->oriented, sizeof a->oriented / sizeof(double));
    }
    if (a->kind == SHAPE_BBOX) {
        return same_doubles(&a->box, &b->box, sizeof a->box / sizeof(double));
    }
    return a->ring_count == b->ring_count && a->point_count == b->point_count &&
           (a->ring_count == 0 ||
            memcmp(a->rings, b->rings, a->ring_count * sizeof *a->rings) == 0) &&
           same_doubles(a->points, b->points, 2 * (gsize)a->point_count);
}

double shape_overlap(const ShapeBox *a, const ShapeBox *b)
{
    double w = MIN(a->x + a->w, b->x + b->w) - MAX(a->x, b->x);
    double h = MIN(a->y + a->h, b->y + b->h) - MAX(a->y, b->y);
    double common = w > 0 && h > 0 ? w * h : 0;
    double all = a->w * a->h + b->w * b->h - common;
    return all > 0 ? common / all : 0;
}

enum { GEOMETRY_LAYOUT = 1 };
enum { GEOMETRY_BOX_GIVEN = 1, GEOMETRY_ORIENTED = 2 };

static gboolean has_rings(const Shape *shape)
{
    return shape->kind == SHAPE_POLYGON || shape->kind == SHAPE_POLYLINE;
}

GBytes *shape_pack_geometry(const Shape *shape)
{
    if (!has_rings(shape) && !shape->is_oriented) {
        return NULL;
    }
    GByteArray *out = g_byte_array_sized_new(16 + shape->point_count * (guint)sizeof(ShapePoint));
    bytes_put_u8(out, GEOMETRY_LAYOUT);
    bytes_put_u8(out, (shape->box_given ? GEOMETRY_BOX_GIVEN : 0u) |
                          (shape->is_oriented ? GEOMETRY_ORIENTED : 0u));
    if (shape->is_oriented) {
        bytes_put_doubles(out, &shape->oriented.cx, sizeof shape->oriented / sizeof(double));
    } else {
        bytes_put_count(out, shape->ring_count);
        for (guint i = 0; i < shape->ring_count; i++) {
            bytes_put_count(out, shape->rings[i]);
        }
        bytes_put_doubles(out, &shape->points->x, 2 * (gsize)shape->point_count);
    }
    return g_byte_array_free_to_bytes(out);
}

/* Of rings and points: as many as were said, and no more than there can be. */
static void unpack_rings(Shape *shape, BytesReader *reader)
{
    shape->ring_count = bytes_get_count_of(reader, 1, LIMIT_SHAPE_POINTS);
    shape->rings = g_new(guint, MAX(shape->ring_count, 1));
    guint64 points = 0;
    for (guint i = 0; i < shape->ring_count; i++) {
        shape->rings[i] = bytes_get_count_of(reader, sizeof(ShapePoint), LIMIT_SHAPE_POINTS);
        points += shape->rings[i];
    }
    reader->failed |= points * sizeof(ShapePoint) != reader->left;
    if (!reader->failed) {
        shape->point_count = (guint)points;
        shape->points = g_new(ShapePoint, MAX(points, 1));
        bytes_get_doubles(reader, &shape->points->x, 2 * points);
    }
}

static void unpack(Shape *shape, BytesReader *reader)
{
    reader->failed |= bytes_get_u8(reader) != GEOMETRY_LAYOUT;
    guint flags = bytes_get_u8(reader);
    shape->box_given = (flags & GEOMETRY_BOX_GIVEN) != 0;
    shape->is_oriented = (flags & GEOMETRY_ORIENTED) != 0;
    if (shape->is_oriented != (shape->kind == SHAPE_BBOX)) {
        reader->failed = TRUE;
    } else if (shape->is_oriented) {
        bytes_get_doubles(reader, &shape->oriented.cx, sizeof shape->oriented / sizeof(double));
    } else {
        unpack_rings(shape, reader);
    }
    reader->failed |= reader->left != 0;
}

gboolean shape_unpack_geometry(Shape *shape, gconstpointer data, gsize length, GError **error)
{
    BytesReader reader = {data, length, FALSE};
    if (shape->kind == SHAPE_KEYPOINT) {
        ShapePoint point = {shape->box.x, shape->box.y};
        shape_add_ring(shape, &point, 1);
    }
    if (has_rings(shape) || (shape->kind == SHAPE_BBOX && data)) {
        unpack(shape, &reader);
    } else {
        reader.failed = data != NULL;
    }
    if (has_rings(shape) && !reader.failed) {
        shape_enclose(shape);
    }
    if (reader.failed || !shape_check_geometry(shape, NULL, NULL)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "The geometry of a %s is damaged",
                    shape_kind_name(shape->kind));
        return FALSE;
    }
    return TRUE;
}
