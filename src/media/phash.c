#include "media/phash.h"

#include <math.h>

#define CELLS 32
#define KEPT  8

/* Coefficients are rounded far below a grey level, so that the bits of a flat picture do not come
 * from the last digits of cosines. */
#define STEPS_PER_LEVEL 1024

static double luma(const guint8 *rgb)
{
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
}

/* Adds `weight` times each pixel of a row to the cells that it covers, by the share it covers. */
static void add_row(const guint8 *row, int width, double weight, double cells[CELLS])
{
    double cell_width = (double)width / CELLS;
    for (int c = 0; c < CELLS; c++) {
        double from = c * cell_width, to = from + cell_width;
        double sum = 0;
        for (int x = (int)from; x < width && x < to; x++) {
            double share = MIN(to, x + 1.0) - MAX(from, x);
            sum += share * luma(row + (gsize)x * 3);
        }
        cells[c] += weight * sum;
    }
}

static void average_cells(const Bitmap *bitmap, double cells[CELLS][CELLS])
{
    double cell_height = (double)bitmap->height / CELLS;
    double area = cell_height * bitmap->width / CELLS;
    for (int r = 0; r < CELLS; r++) {
        double from = r * cell_height, to = from + cell_height;
        memset(cells[r], 0, sizeof cells[r]);
        for (int y = (int)from; y < bitmap->height && y < to; y++) {
            double share = MIN(to, y + 1.0) - MAX(from, y);
            add_row(bitmap_row(bitmap, y), bitmap->width, share / area, cells[r]);
        }
    }
}

/* Only the lowest KEPT x KEPT coefficients; the constant scale factors do not change which are
 * above their median, but the usual 1/sqrt(2) of the constant ones does, so it is there. */
static void dct(double cells[CELLS][CELLS], double kept[KEPT][KEPT])
{
    double basis[KEPT][CELLS];
    for (int u = 0; u < KEPT; u++) {
        for (int x = 0; x < CELLS; x++) {
            basis[u][x] = (u == 0 ? G_SQRT2 / 2 : 1.0) * cos((2 * x + 1) * u * G_PI / (2 * CELLS));
        }
    }
    for (int u = 0; u < KEPT; u++) {
        double across[CELLS];
        for (int y = 0; y < CELLS; y++) {
            across[y] = 0;
            for (int x = 0; x < CELLS; x++) {
                across[y] += cells[y][x] * basis[u][x];
            }
        }
        for (int v = 0; v < KEPT; v++) {
            kept[v][u] = 0;
            for (int y = 0; y < CELLS; y++) {
                kept[v][u] += across[y] * basis[v][y];
            }
            kept[v][u] = round(kept[v][u] * STEPS_PER_LEVEL) / STEPS_PER_LEVEL;
        }
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

guint64 phash_of(const Bitmap *bitmap)
{
    g_assert(bitmap->bands == 3);
    double cells[CELLS][CELLS], kept[KEPT][KEPT], sorted[KEPT * KEPT];
    average_cells(bitmap, cells);
    dct(cells, kept);
    memcpy(sorted, kept, sizeof sorted);
    qsort(sorted, KEPT * KEPT, sizeof sorted[0], compare_doubles);
    double median = (sorted[KEPT * KEPT / 2 - 1] + sorted[KEPT * KEPT / 2]) / 2;

    guint64 hash = 0;
    for (int v = 0; v < KEPT; v++) {
        for (int u = 0; u < KEPT; u++) {
            hash = hash << 1 | (kept[v][u] > median);
        }
    }
    return hash;
}

int phash_distance(guint64 a, guint64 b)
{
    return __builtin_popcountll(a ^ b);
}
