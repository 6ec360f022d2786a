/* Private to vector_index: vectors as bytes, and how far what is worked out from the bytes may be
 * from the truth.
 *
 * A vector x is kept as whole numbers c of -127..127 with a scale s: x = s c + e, where e is what
 * rounding took. With the query q = t d + f likewise,
 *
 *     q.x = t s (d.c) + f.(s c) + q.e
 *
 * so that, by Cauchy and Schwarz, |q.x - t s (d.c)| <= |f| (|x| + |e|) + |q| |e|. The sum d.c is
 * exact, being of whole numbers. All else is computed in doubles, whose own errors, and the
 * rounding of a nearness to a float, are far less than the SLACK that is added.
 *
 * Near vectors are compared by their gain, which grows with the nearness: the cosine itself, or
 * 2 q.x - |x|^2, which is the squared distance, negated, but for |q|^2. */
#pragma once

#include "vision/kernels.h"
#include "vision/vector_index.h"

/* Bytes of a code. */
gsize vector_stride(guint floats);

typedef struct {
    double scale, error, norm; /* s, |e|, |x|; for VECTOR_COSINE of x / |x| */
} VectorCode;

/* FALSE when it cannot be compared: not finite, longer than distances may be told of in floats, or,
 * for VECTOR_COSINE, without a length. `ret_code` has vector_stride() bytes: -127..127. */
gboolean vector_encode(VectorMetric metric, const float *vector, guint floats, VectorCode *ret_code,
                       gint8 *ret_bytes);

/* Puts the bounds of the gains of `count` vectors into ret_lower and ret_upper; NaN where the scale
 * is. */
void vector_bounds(VectorMetric metric, const VectorCode *query, const gint32 *dots,
                   const double *scales, const double *errors, const double *norms, gsize count,
                   double *ret_lower, double *ret_upper);

/* The gain of a nearness. */
double vector_gain(VectorMetric metric, const VectorCode *query, float nearness);
/* The nearness by the floats themselves, in doubles until its last step. */
float vector_nearness(VectorMetric metric, const float *query, const float *vector, guint floats);
