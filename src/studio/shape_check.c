#include "studio/shape_check.h"

#include "base/limits.h"
#include "studio/ring_crossing.h"

#include <math.h>
#include <string.h>

/* Outside of the picture by so much is a hand that slipped: moved onto the edge. */
#define SLIP_PIXELS 0.5
/* Of a ring; less is a line. */
#define LEAST_AREA_PIXELS 1e-6

/* Where complaints go; both may be NULL. */
typedef struct {
    char **field;
    GError **error;
} Complaint;

static gboolean complain(const Complaint *to, const char *message, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* FALSE. The format makes the field. */
static gboolean complain(const Complaint *to, const char *message, const char *format, ...)
{
    if (to->field) {
        va_list values;
        va_start(values, format);
        *to->field = g_strdup_vprintf(format, values);
        va_end(values);
    }
    g_set_error_literal(to->error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, message);
    return FALSE;
}

static gboolean is_coordinate(double value)
{
    return isfinite(value) && fabs(value) <= LIMIT_SHAPE_COORDINATE_PIXELS;
}

/* Numbers of an object, named one by one; sizes (beginning with "w" or "h") must be above 0. */
static gboolean check_numbers(const Complaint *to, const char *object, const char *const *names,
                              const double *values, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        if (!is_coordinate(values[i])) {
            return complain(to, "This number is out of range", "%s.%s", object, names[i]);
        }
        if ((*names[i] == 'w' || *names[i] == 'h') && values[i] <= 0) {
            return complain(to, "A width or height must be greater than 0", "%s.%s", object,
                            names[i]);
        }
    }
    return TRUE;
}

static gboolean check_box(const Complaint *to, const ShapeBox *box)
{
    static const char *const names[] = {"x", "y", "w", "h"};
    const double values[] = {box->x, box->y, box->w, box->h};
    return check_numbers(to, "bounding_box", names, values, G_N_ELEMENTS(values));
}

static gboolean check_oriented(const Complaint *to, const ShapeOriented *box)
{
    static const char *const names[] = {"cx", "cy", "w", "h", "angle"};
    const double values[] = {box->cx, box->cy, box->w, box->h, box->angle};
    if (!check_numbers(to, "oriented_box", names, values, G_N_ELEMENTS(values))) {
        return FALSE;
    }
    return (box->angle >= 0 && box->angle < 360) ||
           complain(to, "An angle is at least 0 and less than 360 degrees", "oriented_box.angle");
}

/* "polygon.paths.1.7", "polyline.path.7", "keypoint"; the caller's. */
static char *point_field(const Shape *shape, guint ring, guint point)
{
    switch (shape->kind) {
    case SHAPE_POLYGON:
        return g_strdup_printf("polygon.paths.%u.%u", ring, point);
    case SHAPE_POLYLINE:
        return g_strdup_printf("polyline.path.%u", point);
    default:
        return g_strdup("keypoint");
    }
}

static gboolean check_point(const Complaint *to, const Shape *shape, guint ring, guint point,
                            const ShapePoint *at)
{
    if (is_coordinate(at->x) && is_coordinate(at->y)) {
        return TRUE;
    }
    g_autofree char *field = point_field(shape, ring, point);
    return complain(to, "This number is out of range", "%s.%s", field,
                    is_coordinate(at->x) ? "y" : "x");
}

static gboolean check_ring_count(const Complaint *to, const Shape *shape)
{
    if (shape->point_count > LIMIT_SHAPE_POINTS) {
        return complain(to, "A shape may have at most " G_STRINGIFY(LIMIT_SHAPE_POINTS) " points",
                        "%s", shape_kind_name(shape->kind));
    }
    if (shape->ring_count == 0) {
        return complain(to, "A shape needs points", "%s", shape_kind_name(shape->kind));
    }
    if (shape->ring_count > 1 && shape->kind != SHAPE_POLYGON) {
        return complain(to, "A line is one line", "%s", shape_kind_name(shape->kind));
    }
    return TRUE;
}

static gboolean check_rings(const Complaint *to, const Shape *shape)
{
    static const guint least[] = {[SHAPE_POLYGON] = 3, [SHAPE_POLYLINE] = 2, [SHAPE_KEYPOINT] = 1};
    if (!check_ring_count(to, shape)) {
        return FALSE;
    }
    const ShapePoint *points = shape->points;
    for (guint ring = 0; ring < shape->ring_count; ring++) {
        if (shape->rings[ring] < least[shape->kind]) {
            return shape->kind == SHAPE_POLYGON
                       ? complain(to, "A ring needs at least 3 points", "polygon.paths.%u", ring)
                       : complain(to, "A line needs at least 2 points", "polyline.path");
        }
        for (guint i = 0; i < shape->rings[ring]; i++) {
            if (!check_point(to, shape, ring, i, points++)) {
                return FALSE;
            }
        }
    }
    return TRUE;
}

gboolean shape_check_geometry(const Shape *shape, char **ret_field, GError **error)
{
    const Complaint to = {ret_field, error};
    switch (shape->kind) {
    case SHAPE_TAG:
        return TRUE;
    case SHAPE_BBOX:
        return check_box(&to, &shape->box) &&
               (!shape->is_oriented || check_oriented(&to, &shape->oriented));
    default:
        return check_rings(&to, shape) && (!shape->box_given || check_box(&to, &shape->box));
    }
}

static gboolean is_blank(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        if (!g_unichar_isspace(g_utf8_get_char(text))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean check_text(const Complaint *to, const char *field, const char *text, glong most)
{
    if (!g_utf8_validate(text, -1, NULL)) {
        return complain(to, "This is not valid UTF-8 text", "%s", field);
    }
    if (g_utf8_strlen(text, -1) > most) {
        return complain(to, "This text is too long", "%s", field);
    }
    return TRUE;
}

static gboolean check_word(const Complaint *to, const char *field, const char *text, glong most)
{
    if (!text || !check_text(to, field, text, most)) {
        return text ? FALSE : complain(to, "This must not be blank", "%s", field);
    }
    return !is_blank(text) || complain(to, "This must not be blank", "%s", field);
}

static gboolean check_json(const Complaint *to, const char *field, const char *json)
{
    return !json || strlen(json) <= LIMIT_SHAPE_ATTRIBUTES_BYTES ||
           complain(to, "This is too large", "%s", field);
}

gboolean shape_check(const Shape *shape, char **ret_field, GError **error)
{
    const Complaint to = {ret_field, error};
    if ((shape->uid && !check_word(&to, "id", shape->uid, LIMIT_SHAPE_UID_CHARACTERS)) ||
        !check_word(&to, "name", shape->name, LIMIT_CLASS_NAME_CHARACTERS)) {
        return FALSE;
    }
    if (!(shape->confidence >= 0 && shape->confidence <= 1)) {
        return complain(&to, "A confidence is between 0 and 1", "confidence");
    }
    if (shape->instance_id < 0 || (shape->instance_id > 0 && shape->kind != SHAPE_KEYPOINT)) {
        return complain(&to, "An instance is counted from 1, and of keypoints alone",
                        "instance_id");
    }
    return (!shape->author ||
            check_text(&to, "created_by", shape->author, LIMIT_SHAPE_AUTHOR_CHARACTERS)) &&
           (!shape->model ||
            check_text(&to, "model", shape->model, LIMIT_SHAPE_AUTHOR_CHARACTERS)) &&
           check_json(&to, "attributes", shape->attributes) &&
           check_json(&to, "answers", shape->answers) &&
           shape_check_geometry(shape, ret_field, error);
}

/* Onto the edge when it lies a slip outside; FALSE when it is farther. */
static gboolean pull_in(double *value, double most)
{
    if (*value < -SLIP_PIXELS || *value > most + SLIP_PIXELS) {
        return FALSE;
    }
    *value = CLAMP(*value, 0, most);
    return TRUE;
}

static gboolean check_box_inside(const Complaint *to, ShapeBox *box, double width, double height)
{
    double right = box->x + box->w;
    double bottom = box->y + box->h;
    const char *field = !pull_in(&box->x, width)    ? "x"
                        : !pull_in(&box->y, height) ? "y"
                        : !pull_in(&right, width)   ? "w"
                        : !pull_in(&bottom, height) ? "h"
                                                    : NULL;
    if (field) {
        return complain(to, "This box is outside of the picture", "bounding_box.%s", field);
    }
    box->w = right - box->x;
    box->h = bottom - box->y;
    return (box->w > 0 && box->h > 0) ||
           complain(to, "This box is outside of the picture", "bounding_box");
}

static gboolean check_points_inside(const Complaint *to, Shape *shape, double width, double height)
{
    ShapePoint *at = shape->points;
    for (guint ring = 0; ring < shape->ring_count; ring++) {
        for (guint i = 0; i < shape->rings[ring]; i++, at++) {
            gboolean fits = pull_in(&at->x, width);
            if (!fits || !pull_in(&at->y, height)) {
                g_autofree char *field = point_field(shape, ring, i);
                return complain(to, "This point is outside of the picture", "%s.%s", field,
                                fits ? "y" : "x");
            }
        }
    }
    return TRUE;
}

static gboolean check_rings_drawn(const Complaint *to, const Shape *shape)
{
    const ShapePoint *points = shape->points;
    for (guint ring = 0; ring < shape->ring_count; points += shape->rings[ring++]) {
        guint count = shape->rings[ring];
        guint point = 0;
        switch (ring_crosses_itself(points, count, &point)) {
        case RING_CROSSES:
            return complain(to, "This ring crosses itself here", "polygon.paths.%u.%u", ring,
                            point);
        case RING_TANGLED:
            return complain(to, "This ring is too tangled to be checked", "polygon.paths.%u", ring);
        case RING_SIMPLE:
            break;
        }
        if (shape_ring_area(points, count) < LEAST_AREA_PIXELS) {
            return complain(to, "This ring has no area", "polygon.paths.%u", ring);
        }
    }
    return TRUE;
}

gboolean shape_check_drawn(Shape *shape, gint64 width, gint64 height, char **ret_field,
                           GError **error)
{
    const Complaint to = {ret_field, error};
    if (!shape_check(shape, ret_field, error)) {
        return FALSE;
    }
    if (shape->kind == SHAPE_BBOX && !shape->is_oriented) {
        return check_box_inside(&to, &shape->box, (double)width, (double)height);
    }
    if (shape->is_oriented && (!pull_in(&shape->oriented.cx, (double)width) ||
                               !pull_in(&shape->oriented.cy, (double)height))) {
        return complain(&to, "The middle of this box is outside of the picture", "oriented_box");
    }
    if (!check_points_inside(&to, shape, (double)width, (double)height) ||
        (shape->kind == SHAPE_POLYGON && !check_rings_drawn(&to, shape))) {
        return FALSE;
    }
    gboolean given = shape->box_given;
    shape->box_given = FALSE;
    shape_enclose(shape);
    shape->box_given = given && shape->box.w > 0 && shape->box.h > 0;
    return TRUE;
}
