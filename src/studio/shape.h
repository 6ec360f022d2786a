/* Shapes on a picture: what people draw, what models find, what files of annotations hold.
 *
 * Coordinates are pixels of the upright picture, in doubles, origin at its top left corner, y down:
 * the pixel in column 3 reaches from x 3 to x 4. */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef enum {
    SHAPE_BBOX = 1,
    SHAPE_POLYGON,
    SHAPE_POLYLINE,
    SHAPE_KEYPOINT,
    SHAPE_TAG, /* of the picture as a whole: has no place on it */
} ShapeKind;
#define SHAPE_KINDS 5

/* "bbox", "polygon", "polyline", "keypoint", "tag". */
const char *shape_kind_name(ShapeKind kind);
ShapeKind shape_kind_from_name(const char *name); /* 0 when it is none */

typedef enum { SHAPE_BY_USER = 1, SHAPE_BY_MODEL, SHAPE_BY_IMPORT } ShapeSource;
const char *shape_source_name(ShapeSource source); /* "user", "model", "import" */
ShapeSource shape_source_from_name(const char *name);

typedef struct {
    double x, y;
} ShapePoint;

typedef struct {
    double x, y, w, h;
} ShapeBox;

/* Degrees clockwise on the screen, 0 <= angle < 360; corners run from the top left one of the box's
 * own frame over top right and bottom right to bottom left. */
typedef struct {
    double cx, cy, w, h, angle;
} ShapeOriented;

typedef struct {
    char *uid; /* what clients call it, unique on its picture; NULL: it is given one when saved */
    ShapeKind kind;
    char *name; /* of its class */
    /* A bbox's own (of a rotated one the enclosure), else the enclosure (w or h may be 0). */
    ShapeBox box;
    gboolean box_given;   /* a polygon or polyline whose client told the box */
    gboolean is_oriented; /* a bbox: `oriented` holds */
    ShapeOriented oriented;
    /* The points of all rings one after the other (a polygon: the first ring is the outer one, the
     * others are holes, even-odd, each closed without repeating its first point), of the line, or
     * the one of a keypoint. `rings` has each ring's number of points; of what is no polygon there
     * is one. */
    ShapePoint *points;
    guint point_count;
    guint *rings;
    guint ring_count;
    double confidence;  /* 0..1 */
    gint64 instance_id; /* of keypoints: which object of the picture they are of, from 1; 0: none */
    char *attributes;   /* JSON, an object or a list; NULL: none */
    char *answers;      /* JSON; NULL: none */
    char *author;       /* NULL: not told */
    ShapeSource source;
    char *model;          /* that found it; NULL */
    gboolean is_proposed; /* nobody has accepted it yet */
} Shape;

Shape *shape_new(ShapeKind kind, const char *name); /* confidence 1, by a user */
Shape *shape_copy(const Shape *shape);
void shape_free(Shape *shape);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Shape, shape_free)
/* A GPtrArray of Shape that frees them. */
GPtrArray *shapes_new(void);

/* Puts copies of the points in; a polygon's ring after ring. */
void shape_add_ring(Shape *shape, const ShapePoint *points, guint count);
/* Works out the box of what is not a plain one; a box that a client gave stays. */
void shape_enclose(Shape *shape);

/* Whether it makes sense by itself: finite numbers within LIMIT_SHAPE_COORDINATE_PIXELS, w and h
 * above 0, enough points for its kind, at most LIMIT_SHAPE_POINTS, confidence in 0..1, a name and
 * uid (unless NULL) of text, an angle in its range. INVALID says what is wrong; `*ret_field` (may
 * be NULL) then names the member as the annotation JSON has it: "bounding_box.w",
 * "polygon.paths.1.7.x", "confidence", "name", "id"; owned by the caller. */
gboolean shape_check(const Shape *shape, char **ret_field, GError **error);
/* The same and more, for what is drawn here and imported: within the picture (by half a pixel
 * outside of it, which is moved onto its edge; of a rotated box its centre), no ring that crosses
 * itself or is without area. A ring crosses itself where two of its sides pass through each other,
 * by more than a hundredth of a pixel; it may touch itself. The box of what is not a plain one is
 * the enclosure afterwards, whatever the client gave. */
gboolean shape_check_drawn(Shape *shape, gint64 width, gint64 height, char **ret_field,
                           GError **error);

/* Of a box or an outer ring, without holes taken off; else 0. */
double shape_area(const Shape *shape);
void shape_corners(const Shape *shape, ShapePoint ret_corners[4]); /* of a bbox */
gboolean shape_equal_geometry(const Shape *a, const Shape *b);
double shape_overlap(const ShapeBox *a, const ShapeBox *b); /* intersection over union */

/* Geometry as the column annotation.geometry keeps it; NULL when the box is all: a plain box, a
 * keypoint, a tag. Little-endian: the layout (1), flags (1: box_given, 2: is_oriented), then
 * cx, cy, w, h and angle as doubles when it is oriented, or of a polygon and a polyline the number
 * of rings, each ring's number of points (counts as in studio/bytes.h), and the points as pairs of
 * doubles. The caller's. */
GBytes *shape_pack_geometry(const Shape *shape);
/* CORRUPT. Into a shape whose kind and box are set and that has no points; `data` may be NULL. */
gboolean shape_unpack_geometry(Shape *shape, gconstpointer data, gsize length, GError **error);
