#include "studio/formats/mask_trace.h"

#include "base/limits.h"

/* Five bits a character, the sixth says that more follow; from '0' on. */
#define FIRST_CHARACTER 48
#define MORE            0x20
#define NEGATIVE        0x10
#define CHARACTERS_MAX  7

static gboolean refuse(GError **error, AlbumenError code, const char *what)
{
    g_set_error_literal(error, ALBUMEN_ERROR, code, what);
    return FALSE;
}

/* One number; FALSE when the text is none. */
static gboolean take_number(const char **at, gint64 *ret_value)
{
    gint64 value = 0;
    for (int i = 0; i < CHARACTERS_MAX; i++) {
        int c = *(*at)++ - FIRST_CHARACTER;
        if (c < 0 || c > 0x3f) {
            return FALSE;
        }
        value |= (gint64)(c & 0x1f) << (5 * i);
        if (!(c & MORE)) {
            if (c & NEGATIVE) {
                value -= (gint64)1 << (5 * (i + 1));
            }
            *ret_value = value;
            return TRUE;
        }
    }
    return FALSE;
}

GArray *mask_runs_parse(const char *text, GError **error)
{
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (const char *at = text; *at;) {
        gint64 value = 0;
        if (!take_number(&at, &value)) {
            refuse(error, ALBUMEN_ERROR_CORRUPT, "The text is no mask in COCO's packed form");
            return NULL;
        }
        /* From the third on each is the difference to the last but one. */
        value += runs->len > 2 ? g_array_index(runs, guint32, runs->len - 2) : 0;
        if (value < 0 || value > G_MAXUINT32) {
            refuse(error, ALBUMEN_ERROR_CORRUPT, "A run of the mask has an impossible length");
            return NULL;
        }
        guint32 run = (guint32)value;
        g_array_append_val(runs, run);
    }
    return g_steal_pointer(&runs);
}

/* The pixels of the box around a mask, a bit each, with a frame of one pixel that is out of it. */
typedef struct {
    gint64 left, top, width, height; /* with the frame */
    guint8 *pixels, *seen;           /* `seen`: their left edges that were traced */
} Bits;

static void bits_clear(Bits *bits)
{
    g_free(bits->pixels);
    g_free(bits->seen);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bits, bits_clear)

static gboolean is_in(const Bits *bits, gint64 x, gint64 y)
{
    gsize at = (gsize)(y * bits->width + x);
    return (bits->pixels[at / 8] >> (at % 8)) & 1;
}

static void set_bit(guint8 *bytes, gsize at)
{
    bytes[at / 8] |= (guint8)(1U << (at % 8));
}

/* The box around the runs: x0, y0 and, one beyond, x1, y1. */
static gboolean find_box(const guint32 *runs, gsize count, gint64 width, gint64 height,
                         gint64 box[4], GError **error)
{
    gint64 at = 0;
    box[0] = width;
    box[1] = height;
    box[2] = box[3] = 0;
    for (gsize i = 0; i < count; i++) {
        gint64 end = at + runs[i];
        if (end > width * height) {
            return refuse(error, ALBUMEN_ERROR_CORRUPT,
                          "The mask has more pixels than its picture");
        }
        if (i % 2 == 1 && runs[i] > 0) {
            gboolean is_one_column = at / height == (end - 1) / height;
            box[0] = MIN(box[0], at / height);
            box[2] = MAX(box[2], (end - 1) / height + 1);
            box[1] = MIN(box[1], is_one_column ? at % height : 0);
            box[3] = MAX(box[3], is_one_column ? (end - 1) % height + 1 : height);
        }
        at = end;
    }
    return at == width * height ||
           refuse(error, ALBUMEN_ERROR_CORRUPT, "The mask has fewer pixels than its picture");
}

static gboolean fill(Bits *bits, const guint32 *runs, gsize count, gint64 height,
                     const gint64 box[4], GError **error)
{
    bits->left = box[0] - 1;
    bits->top = box[1] - 1;
    bits->width = box[2] - box[0] + 2;
    bits->height = box[3] - box[1] + 2;
    gint64 area = bits->width * bits->height;
    if (area > LIMIT_IMPORT_MASK_PIXELS) {
        return refuse(error, ALBUMEN_ERROR_TOO_LARGE, "The mask is larger than is allowed");
    }
    bits->pixels = g_malloc0((gsize)area / 8 + 1);
    bits->seen = g_malloc0((gsize)area / 8 + 1);
    gint64 at = 0;
    for (gsize i = 0; i < count; i++) {
        for (gint64 p = at; i % 2 == 1 && p < at + runs[i]; p++) {
            set_bit(bits->pixels,
                    (gsize)((p % height - bits->top) * bits->width + p / height - bits->left));
        }
        at += runs[i];
    }
    return TRUE;
}

typedef struct {
    GArray *points; /* of ShapePoint: corners of the ring */
    gint64 left;    /* twice the area, positive for an outline, negative for a hole */
    gint64 x, y;    /* a pixel of the mask at it */
} Ring;

static void ring_clear(gpointer data)
{
    g_array_unref(((Ring *)data)->points);
}

/* Follows the edges from the left one of pixel (x, y), going up, with the mask on the right hand.
 * `corners_left` is taken down by each corner; FALSE when it is used up. */
static gboolean trace_ring(Bits *bits, gint64 x, gint64 y, Ring *ret_ring, gint64 *corners_left)
{
    static const int step_x[] = {0, 1, 0, -1}; /* up, right, down, left */
    static const int step_y[] = {-1, 0, 1, 0};
    /* The pixels ahead, on the right and on the left, of a corner of pixels. */
    static const int right_x[] = {0, 0, -1, -1}, right_y[] = {-1, 0, 0, -1};
    static const int left_x[] = {-1, 0, 0, -1}, left_y[] = {-1, -1, 0, 0};
    gint64 from_x = x, from_y = y + 1; /* the lower left corner of the pixel */
    gint64 at_x = from_x, at_y = from_y;
    int direction = 0;
    *ret_ring = (Ring){g_array_new(FALSE, FALSE, sizeof(ShapePoint)), 0, x, y};
    do {
        gint64 before_x = at_x, before_y = at_y;
        do { /* along a straight side */
            if (direction == 0) {
                set_bit(bits->seen, (gsize)((at_y - 1) * bits->width + at_x));
            }
            at_x += step_x[direction];
            at_y += step_y[direction];
        } while (is_in(bits, at_x + right_x[direction], at_y + right_y[direction]) &&
                 !is_in(bits, at_x + left_x[direction], at_y + left_y[direction]) &&
                 !(at_x == from_x && at_y == from_y && direction == 0));
        ret_ring->left += before_x * at_y - at_x * before_y;
        if (at_x == from_x && at_y == from_y && direction == 0) {
            break; /* met in the middle of a side: its corner is there already */
        }
        const ShapePoint corner = {(double)(at_x + bits->left), (double)(at_y + bits->top)};
        g_array_append_val(ret_ring->points, corner);
        if (--*corners_left < 0) {
            return FALSE;
        }
        /* To the right where the mask ends ahead: corners that only touch stay apart. */
        gboolean ends = !is_in(bits, at_x + right_x[direction], at_y + right_y[direction]);
        direction = (direction + (ends ? 1 : 3)) % 4;
    } while (!(at_x == from_x && at_y == from_y && direction == 0));
    return TRUE;
}

/* All rings, of Ring, in the order of rows. */
static GArray *trace_rings(Bits *bits, GError **error)
{
    g_autoptr(GArray) rings = g_array_new(FALSE, FALSE, sizeof(Ring));
    gint64 corners_left = LIMIT_SHAPE_POINTS;
    g_array_set_clear_func(rings, ring_clear);
    for (gint64 y = 1; y < bits->height - 1; y++) {
        for (gint64 x = 1; x < bits->width - 1; x++) {
            gint64 at = y * bits->width + x;
            if (!is_in(bits, x, y) || is_in(bits, x - 1, y) ||
                ((bits->seen[at / 8] >> (at % 8)) & 1)) {
                continue;
            }
            Ring ring;
            gboolean traced = trace_ring(bits, x, y, &ring, &corners_left);
            g_array_append_val(rings, ring);
            if (!traced) {
                refuse(error, ALBUMEN_ERROR_TOO_LARGE,
                       "The mask's outline has more corners than a polygon may");
                return NULL;
            }
        }
    }
    return g_steal_pointer(&rings);
}

static gboolean contains(const Ring *ring, double x, double y)
{
    const ShapePoint *points = (const ShapePoint *)(gpointer)ring->points->data;
    gboolean inside = FALSE;
    for (guint i = 0, j = ring->points->len - 1; i < ring->points->len; j = i++) {
        gboolean crosses = (points[i].y > y) != (points[j].y > y);
        inside ^= crosses && points[i].x > x; /* sides that cross a row are upright */
    }
    return inside;
}

/* The smallest outline that has the pixel at the hole in it: the part of the mask that the hole is
 * in. */
static guint find_outline(const GArray *rings, const Ring *hole, const Bits *bits)
{
    guint best = G_MAXUINT;
    for (guint i = 0; i < rings->len; i++) {
        const Ring *ring = &g_array_index(rings, Ring, i);
        if (ring->left > 0 &&
            contains(ring, (double)(hole->x + bits->left) + 0.5,
                     (double)(hole->y + bits->top) + 0.5) &&
            (best == G_MAXUINT || ring->left < g_array_index(rings, Ring, best).left)) {
            best = i;
        }
    }
    return best;
}

static void add_ring(Shape *shape, const Ring *ring)
{
    shape_add_ring(shape, (const ShapePoint *)(gpointer)ring->points->data, ring->points->len);
}

static GPtrArray *join_rings(const GArray *rings, const Bits *bits)
{
    GPtrArray *shapes = shapes_new();
    g_autofree Shape **by_outline = g_new0(Shape *, rings->len + 1);
    for (guint i = 0; i < rings->len; i++) {
        const Ring *ring = &g_array_index(rings, Ring, i);
        if (ring->left > 0) {
            by_outline[i] = shape_new(SHAPE_POLYGON, NULL);
            add_ring(by_outline[i], ring);
            g_ptr_array_add(shapes, by_outline[i]);
        }
    }
    for (guint i = 0; i < rings->len; i++) {
        const Ring *ring = &g_array_index(rings, Ring, i);
        guint outline = ring->left > 0 ? G_MAXUINT : find_outline(rings, ring, bits);
        if (outline != G_MAXUINT) {
            add_ring(by_outline[outline], ring);
        }
    }
    for (guint i = 0; i < shapes->len; i++) {
        shape_enclose(g_ptr_array_index(shapes, i));
    }
    return shapes;
}

GPtrArray *mask_trace(const guint32 *runs, gsize count, gint64 width, gint64 height, GError **error)
{
    g_auto(Bits) bits = {0};
    gint64 box[4];
    if (width < 1 || height < 1 || width > LIMIT_PICTURE_SIDE_PIXELS ||
        height > LIMIT_PICTURE_SIDE_PIXELS) {
        refuse(error, ALBUMEN_ERROR_CORRUPT, "The mask has no size that a picture may have");
        return NULL;
    }
    if (!find_box(runs, count, width, height, box, error)) {
        return NULL;
    }
    if (box[2] <= box[0]) {
        return shapes_new();
    }
    g_autoptr(GArray) rings =
        fill(&bits, runs, count, height, box, error) ? trace_rings(&bits, error) : NULL;
    return rings ? join_rings(rings, &bits) : NULL;
}
