#include "vision/vector_codes.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MOST_CODE 127
#define SLACK     1e-6
/* So that a distance is a float. */
#define MOST_NORM ((double)FLT_MAX / 4)

gsize vector_stride(guint floats)
{
    return ((gsize)floats + KERNEL_BLOCK_BYTES - 1) / KERNEL_BLOCK_BYTES * KERNEL_BLOCK_BYTES;
}

static double norm_of(const float *vector, guint floats)
{
    double sum = 0;
    for (guint i = 0; i < floats; i++) {
        sum += (double)vector[i] * vector[i];
    }
    return sqrt(sum);
}

static double greatest_of(const float *vector, guint floats)
{
    double greatest = 0;
    for (guint i = 0; i < floats; i++) {
        greatest = fmax(greatest, fabs((double)vector[i]));
    }
    return greatest;
}

gboolean vector_encode(VectorMetric metric, const float *vector, guint floats, VectorCode *ret_code,
                       gint8 *ret_bytes)
{
    double norm = norm_of(vector, floats);
    gboolean comparable = norm <= MOST_NORM && (norm > 0 || metric == VECTOR_EUCLIDEAN);
    if (!comparable) {
        return FALSE;
    }
    double scale = greatest_of(vector, floats) / MOST_CODE;
    double squares = 0;
    memset(ret_bytes, 0, vector_stride(floats));
    for (guint i = 0; i < floats && scale > 0; i++) {
        double code = rint((double)vector[i] / scale);
        double error = (double)vector[i] - code * scale;
        squares += error * error;
        ret_bytes[i] = (gint8)code;
    }
    double length = metric == VECTOR_COSINE ? norm : 1;
    *ret_code = (VectorCode){scale / length, sqrt(squares) / length, norm / length};
    return TRUE;
}

/* The query has the length 1. NaN also for zeros, which have no cosine. */
static void bounds_cosine(const VectorCode *query, const gint32 *dots, const double *scales,
                          const double *errors, const double *norms, gsize count, double *ret_lower,
                          double *ret_upper)
{
    for (gsize i = 0; i < count; i++) {
        double gain = query->scale * (scales[i] / norms[i]) * dots[i];
        double relative = errors[i] / norms[i];
        double error = query->error * (1 + relative) + relative + SLACK;
        ret_lower[i] = gain - error;
        ret_upper[i] = gain + error;
    }
}

static void bounds_euclidean(const VectorCode *query, const gint32 *dots, const double *scales,
                             const double *errors, const double *norms, gsize count,
                             double *ret_lower, double *ret_upper)
{
    double query_square = query->norm * query->norm;
    for (gsize i = 0; i < count; i++) {
        double square = norms[i] * norms[i];
        double gain = 2 * query->scale * scales[i] * dots[i] - square;
        double error = 2 * (query->error * (norms[i] + errors[i]) + query->norm * errors[i]) +
                       SLACK * (query_square + square);
        ret_lower[i] = gain - error;
        ret_upper[i] = gain + error;
    }
}

void vector_bounds(VectorMetric metric, const VectorCode *query, const gint32 *dots,
                   const double *scales, const double *errors, const double *norms, gsize count,
                   double *ret_lower, double *ret_upper)
{
    if (metric == VECTOR_COSINE) {
        bounds_cosine(query, dots, scales, errors, norms, count, ret_lower, ret_upper);
    } else {
        bounds_euclidean(query, dots, scales, errors, norms, count, ret_lower, ret_upper);
    }
}

double vector_gain(VectorMetric metric, const VectorCode *query, float nearness)
{
    if (metric == VECTOR_COSINE) {
        return nearness;
    }
    double least = nearness;
    return least > 0 ? (double)INFINITY : query->norm * query->norm - least * least;
}

/* Sums side by side in a fixed order, so that the result is the same wherever it is computed and
 * the compiler may still take several at once. */
#define LANES 8

static double total(const double *lanes)
{
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
           ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

static float cosine(const float *a, const float *b, guint floats)
{
    double products[LANES] = {0}, as[LANES] = {0}, bs[LANES] = {0};
    guint i = 0;
    for (; i + LANES <= floats; i += LANES) {
        for (guint k = 0; k < LANES; k++) {
            double x = a[i + k], y = b[i + k];
            products[k] += x * y;
            as[k] += x * x;
            bs[k] += y * y;
        }
    }
    for (; i < floats; i++) {
        double x = a[i], y = b[i];
        products[0] += x * y;
        as[0] += x * x;
        bs[0] += y * y;
    }
    double cosine = total(products) / (sqrt(total(as)) * sqrt(total(bs)));
    return (float)CLAMP(cosine, -1, 1);
}

static float distance(const float *a, const float *b, guint floats)
{
    double squares[LANES] = {0};
    guint i = 0;
    for (; i + LANES <= floats; i += LANES) {
        for (guint k = 0; k < LANES; k++) {
            double difference = (double)a[i + k] - b[i + k];
            squares[k] += difference * difference;
        }
    }
    for (; i < floats; i++) {
        double difference = (double)a[i] - b[i];
        squares[0] += difference * difference;
    }
    return (float)sqrt(total(squares));
}

float vector_nearness(VectorMetric metric, const float *query, const float *vector, guint floats)
{
    return metric == VECTOR_COSINE ? cosine(query, vector, floats)
                                   : -distance(query, vector, floats);
}
