#include "media/resize.h"

#include <math.h>

/* Weights of one output sample are whole numbers that add up to 256, so that a weighted sum of
 * bytes fits 16 bits and the compiler can use its widest integer lanes. */
#define WEIGHT_ONE 256

typedef struct {
    int taps;         /* weights an output sample, padded with zeros */
    int *starts;      /* first input sample of each output sample */
    guint16 *weights; /* taps for each output sample */
} Kernel;

static void kernel_clear(Kernel *kernel)
{
    g_free(kernel->starts);
    g_free(kernel->weights);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Kernel, kernel_clear)

static double hamming(double x)
{
    x = fabs(x);
    if (x < 1e-9) {
        return 1.0;
    }
    if (x >= 1.0) {
        return 0.0;
    }
    return sin(G_PI * x) / (G_PI * x) * (0.54 + 0.46 * cos(G_PI * x));
}

/* Spreads the rounding so that each set of weights adds up to exactly WEIGHT_ONE: what is left of
 * one weight is carried to the next. */
static void kernel_quantise(const double *exact, int count, guint16 *weights)
{
    double total = 0;
    for (int i = 0; i < count; i++) {
        total += exact[i];
    }
    double sum = 0;
    int given = 0;
    for (int i = 0; i < count; i++) {
        sum += exact[i];
        int upto = (int)lround(sum / total * WEIGHT_ONE);
        weights[i] = (guint16)(upto - given);
        given = upto;
    }
}

static Kernel kernel_new(int from, int to)
{
    double scale = (double)from / to;
    int taps = MIN(from, (int)ceil(2 * scale) + 1);
    Kernel kernel = {
        .taps = taps,
        .starts = g_new(int, to),
        .weights = g_new0(guint16, (gsize)to * (gsize)taps),
    };
    g_autofree double *exact = g_new(double, taps);
    for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * scale;
        int start = CLAMP((int)floor(centre - scale), 0, from - taps);
        for (int t = 0; t < taps; t++) {
            exact[t] = hamming((start + t + 0.5 - centre) / scale);
        }
        kernel.starts[i] = start;
        kernel_quantise(exact, taps, kernel.weights + (gsize)i * (gsize)taps);
    }
    return kernel;
}

/* One output row, still as wide as the source. */
static void mix_rows(const Bitmap *source, const Kernel *kernel, int y, guint16 *restrict sums,
                     guint8 *restrict row)
{
    gsize stride = bitmap_stride(source);
    const guint16 *weights = kernel->weights + (gsize)y * (gsize)kernel->taps;
    for (gsize x = 0; x < stride; x++) {
        sums[x] = WEIGHT_ONE / 2;
    }
    for (int t = 0; t < kernel->taps; t++) {
        guint16 weight = weights[t];
        if (weight == 0) {
            continue;
        }
        const guint8 *restrict in = bitmap_row(source, kernel->starts[y] + t);
        for (gsize x = 0; x < stride; x++) {
            sums[x] = (guint16)(sums[x] + weight * in[x]);
        }
    }
    for (gsize x = 0; x < stride; x++) {
        row[x] = (guint8)(sums[x] >> 8);
    }
}

static inline __attribute__((always_inline)) void mix_columns(const guint8 *restrict row,
                                                              const Kernel *kernel, int width,
                                                              int bands, guint8 *restrict out)
{
    int taps = kernel->taps;
    for (int x = 0; x < width; x++) {
        const guint8 *in = row + (gsize)kernel->starts[x] * (gsize)bands;
        const guint16 *weights = kernel->weights + (gsize)x * (gsize)taps;
        unsigned sums[4] = {WEIGHT_ONE / 2, WEIGHT_ONE / 2, WEIGHT_ONE / 2, WEIGHT_ONE / 2};
        for (int t = 0; t < taps; t++) {
            for (int b = 0; b < bands; b++) {
                sums[b] += (unsigned)weights[t] * in[b];
            }
            in += bands;
        }
        for (int b = 0; b < bands; b++) {
            out[b] = (guint8)(sums[b] >> 8);
        }
        out += bands;
    }
}

Bitmap *resize_down(const Bitmap *source, int width, int height, GError **error)
{
    g_assert(width <= source->width && height <= source->height);
    Bitmap *small = bitmap_new(width, height, source->bands, error);
    if (!small) {
        return NULL;
    }
    g_auto(Kernel) across = kernel_new(source->width, width);
    g_auto(Kernel) down = kernel_new(source->height, height);
    g_autofree guint16 *sums = g_new(guint16, bitmap_stride(source));
    g_autofree guint8 *row = g_new(guint8, bitmap_stride(source));
    for (int y = 0; y < height; y++) {
        mix_rows(source, &down, y, sums, row);
        guint8 *out = bitmap_row(small, y);
        switch (source->bands) { /* constants, so that each inner loop is unrolled */
        case 1:
            mix_columns(row, &across, width, 1, out);
            break;
        case 3:
            mix_columns(row, &across, width, 3, out);
            break;
        default:
            mix_columns(row, &across, width, 4, out);
            break;
        }
    }
    return small;
}
