/* Pixels into a face model: all of them take one square RGB picture. */
#pragma once

#include "vision/session.h"
#include "vision/warp.h"

/* How a family wants a picture: (value - minus) / over, for red, green and blue. */
typedef struct {
    int pixels; /* of the square's side */
    float minus[3], over;
} FaceFeed;

/* Whether the session has a single input of such a square; an open size fits. UNSUPPORTED. */
gboolean face_feed_check(const VisionSession *session, int pixels, GError **error);
/* The side that the session's input has; `otherwise` when it leaves it open. */
int face_feed_pixels(const VisionSession *session, int otherwise);

/* Whether it has an output of that name and so many floats; an open size fits. UNSUPPORTED. */
gboolean face_port_has(const VisionSession *session, const char *name, gint64 floats,
                       GError **error);

/* Runs the model on values that are fed as they are: pixels x pixels x 3, in the input's order. */
VisionResult *face_feed_values(const VisionSession *session, int pixels, const float *values,
                               GError **error);
/* Whether the input takes band by band instead of pixel by pixel. */
gboolean face_feed_by_band(const VisionSession *session);
/* Runs the model on feed->pixels squared RGB pixels. */
VisionResult *face_feed_run(const VisionSession *session, const FaceFeed *feed, const guint8 *rgb,
                            GError **error);
/* The same on a piece cut out of a picture. */
VisionResult *face_feed_cut(const VisionSession *session, const FaceFeed *feed, const Warp *warp,
                            const Similarity *map, GError **error);

/* An output's floats, all of them numbers; NULL with CORRUPT when it has another count or NaN. */
const float *face_result_floats(const VisionResult *result, const char *name, gsize count,
                                GError **error);
