#include "vision/warp.h"

#include <math.h>

#define WARP_LEVELS      8
#define WARP_LEAST_SIDE  16   /* a smaller level is of no use */
#define WARP_SINGLE_STEP 1.2F /* pixels between samples up to which one sample is enough */

typedef struct {
    int width, height;
    const guint8 *rgb;
} Level;

struct Warp {
    Level levels[WARP_LEVELS]; /* each half the size of the one before */
    guint8 *made[WARP_LEVELS];
    int count;
};

void similarity_apply(const Similarity *map, const float from[2], float ret_to[2])
{
    const float u = from[0], v = from[1];
    ret_to[0] = map->a * u - map->b * v + map->x;
    ret_to[1] = map->b * u + map->a * v + map->y;
}

gboolean similarity_invert(const Similarity *map, Similarity *ret_inverse)
{
    const float square = map->a * map->a + map->b * map->b;
    if (!(square > 0)) {
        return FALSE;
    }
    const float a = map->a / square, b = -map->b / square;
    *ret_inverse = (Similarity){
        .a = a, .b = b, .x = -(a * map->x - b * map->y), .y = -(b * map->x + a * map->y)};
    return TRUE;
}

gboolean similarity_fit(const float (*from)[2], const float (*to)[2], int count,
                        Similarity *ret_map)
{
    double from_mean[2] = {0, 0}, to_mean[2] = {0, 0};
    for (int i = 0; i < count; i++) {
        for (int axis = 0; axis < 2; axis++) {
            from_mean[axis] += from[i][axis] / (double)count;
            to_mean[axis] += to[i][axis] / (double)count;
        }
    }
    double along = 0, across = 0, spread = 0;
    for (int i = 0; i < count; i++) {
        const double fx = from[i][0] - from_mean[0], fy = from[i][1] - from_mean[1];
        const double tx = to[i][0] - to_mean[0], ty = to[i][1] - to_mean[1];
        along += fx * tx + fy * ty;
        across += fx * ty - fy * tx;
        spread += fx * fx + fy * fy;
    }
    const double a = along / spread, b = across / spread;
    if (!(spread > 1e-12) || !isfinite(a) || !isfinite(b)) {
        return FALSE;
    }
    *ret_map = (Similarity){
        .a = (float)a,
        .b = (float)b,
        .x = (float)(to_mean[0] - (a * from_mean[0] - b * from_mean[1])),
        .y = (float)(to_mean[1] - (b * from_mean[0] + a * from_mean[1])),
    };
    return TRUE;
}

Similarity similarity_square(float centre_x, float centre_y, float side, float angle, int pixels)
{
    const float scale = side / (float)pixels;
    const float a = scale * cosf(angle), b = scale * sinf(angle);
    const float half = (float)pixels / 2;
    return (Similarity){.a = a,
                        .b = b,
                        .x = centre_x - (a * half - b * half),
                        .y = centre_y - (b * half + a * half)};
}

/* Means of two by two pixels; an odd last row or column is left out, as a level's coordinates are
 * exactly half of those of the one before. */
static guint8 *level_half(const Level *level, int width, int height)
{
    guint8 *half = g_try_malloc0((gsize)width * (gsize)height * 3);
    if (half == NULL) {
        return NULL;
    }
    const gsize stride = (gsize)level->width * 3;
    for (int y = 0; y < height; y++) {
        const guint8 *upper = level->rgb + (gsize)y * 2 * stride;
        const guint8 *lower = upper + stride;
        guint8 *out = half + (gsize)y * (gsize)width * 3;
        for (int x = 0; x < width; x++, upper += 6, lower += 6, out += 3) {
            for (int band = 0; band < 3; band++) {
                out[band] =
                    (guint8)((upper[band] + upper[band + 3] + lower[band] + lower[band + 3] + 2) >>
                             2);
            }
        }
    }
    return half;
}

Warp *warp_new(const VisionImage *image)
{
    Warp *warp = g_new0(Warp, 1);
    warp->levels[0] = (Level){.width = image->width, .height = image->height, .rgb = image->rgb};
    warp->count = 1;
    while (warp->count < WARP_LEVELS) {
        const Level *last = &warp->levels[warp->count - 1];
        const int width = last->width / 2, height = last->height / 2;
        if (MIN(width, height) < WARP_LEAST_SIDE) {
            break;
        }
        guint8 *half = level_half(last, width, height);
        if (half == NULL) { /* short of memory: shrunk pieces are a little coarser */
            break;
        }
        warp->made[warp->count] = half;
        warp->levels[warp->count++] = (Level){.width = width, .height = height, .rgb = half};
    }
    return warp;
}

void warp_free(Warp *warp)
{
    if (warp == NULL) {
        return;
    }
    for (int i = 0; i < warp->count; i++) {
        g_free(warp->made[i]);
    }
    g_free(warp);
}

int warp_width(const Warp *warp)
{
    return warp->levels[0].width;
}

int warp_height(const Warp *warp)
{
    return warp->levels[0].height;
}

static const guint8 *level_pixel(const Level *level, int x, int y)
{
    static const guint8 black[3] = {0, 0, 0};
    if (x < 0 || y < 0 || x >= level->width || y >= level->height) {
        return black;
    }
    return level->rgb + ((gsize)y * (gsize)level->width + (gsize)x) * 3;
}

/* Between pixels places are told in steps of 1/256, as their weights are: 8 bits of colour show no
 * more. */
#define STEPS 256

/* Adds the colours of four neighbours, of weights STEPS * STEPS in all, to `sum`. */
static inline void add_between(const guint8 *a, const guint8 *b, const guint8 *c, const guint8 *d,
                               int right_part, int lower_part, int sum[3])
{
    for (int band = 0; band < 3; band++) {
        const int upper = a[band] * STEPS + right_part * (b[band] - a[band]);
        const int lower = c[band] * STEPS + right_part * (d[band] - c[band]);
        sum[band] += upper * STEPS + lower_part * (lower - upper);
    }
}

/* Adds the picture's colour at a place (of pixel middles) to `sum`. */
static inline void level_sample(const Level *level, float x, float y, int sum[3])
{
    /* Also false for what is no number. */
    if (!(x > -1 && y > -1 && x < (float)level->width && y < (float)level->height)) {
        return;
    }
    /* Never negative, so that cutting off is rounding down. */
    const int across = (int)((x + 1) * STEPS), down = (int)((y + 1) * STEPS);
    const int left = across / STEPS - 1, top = down / STEPS - 1;
    const int right_part = across % STEPS, lower_part = down % STEPS;
    if (left >= 0 && top >= 0 && left + 1 < level->width && top + 1 < level->height) {
        const gsize stride = (gsize)level->width * 3;
        const guint8 *a = level->rgb + (gsize)top * stride + (gsize)left * 3;
        add_between(a, a + 3, a + stride, a + stride + 3, right_part, lower_part, sum);
    } else {
        add_between(level_pixel(level, left, top), level_pixel(level, left + 1, top),
                    level_pixel(level, left, top + 1), level_pixel(level, left + 1, top + 1),
                    right_part, lower_part, sum);
    }
}

void warp_cut(const Warp *warp, const Similarity *map, int width, int height, guint8 *ret_rgb)
{
    const float step = hypotf(map->a, map->b); /* picture's pixels between two of the piece */
    int chosen = 0;
    while (chosen + 1 < warp->count && step >= (float)(2 << chosen)) {
        chosen++;
    }
    const Level *level = &warp->levels[chosen];
    const float shrink = 1.0F / (float)(1 << chosen);
    const int samples = step * shrink > WARP_SINGLE_STEP ? 2 : 1; /* a side */
    const int whole = STEPS * STEPS * samples * samples;
    const float a = map->a * shrink / (float)samples, b = map->b * shrink / (float)samples;
    const float x0 = map->x * shrink - 0.5F, y0 = map->y * shrink - 0.5F;
    for (int v = 0; v < height; v++) {
        for (int u = 0; u < width; u++, ret_rgb += 3) {
            int sum[3] = {whole / 2, whole / 2, whole / 2};
            for (int down = v * samples; down < (v + 1) * samples; down++) {
                for (int across = u * samples; across < (u + 1) * samples; across++) {
                    const float right = (float)across + 0.5F, below = (float)down + 0.5F;
                    level_sample(level, a * right - b * below + x0, b * right + a * below + y0,
                                 sum);
                }
            }
            for (int band = 0; band < 3; band++) {
                ret_rgb[band] = (guint8)((guint)sum[band] / (guint)whole);
            }
        }
    }
}
