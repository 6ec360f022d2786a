/* The vector of a picture's look: an output of a network, less the mean of many pictures, of length
 * 1. Compared by cosine.
 *
 * It comes with the objects' model when the options of that name an output ("similar.output"), or
 * from a network of its own (family "mobilenet": RGB 0..1, the middle square; options of
 * vision/fit.h). "similar.mean" is the mean vector; without it nothing is subtracted. */
#pragma once

#include "vision/findings.h"
#include "vision/image.h"
#include "vision/options.h"
#include "vision/session.h"

/* How an output becomes a vector. */
typedef struct {
    char *output; /* NULL: none */
    GArray *mean; /* of float; NULL */
} SimilarReader;

/* Reads "similar.output" and "similar.mean"; `otherwise` is the output's name where none is given
 * (NULL: then there is no vector). */
gboolean similar_reader_init(SimilarReader *reader, const VisionSession *session,
                             ModelOptions *options, const char *otherwise, GError **error);
void similar_reader_clear(SimilarReader *reader);
/* Of float, the caller's. CORRUPT for numbers that are none, or a vector without length. */
GArray *similar_read(const SimilarReader *reader, const VisionResult *result, GError **error);

/* A vector of length 1 in the direction of these numbers, less `mean` (may be NULL). The same
 * errors. */
GArray *similar_unit(const float *values, gsize count, const GArray *mean, GError **error);

typedef struct Similar Similar;

Similar *similar_new(const VisionSession *session, ModelOptions *options, GError **error);
void similar_free(Similar *similar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Similar, similar_free)
GArray *similar_find(const Similar *similar, const VisionImage *image, GError **error);
