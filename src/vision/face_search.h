/* Runs a face detector over a picture. */
#pragma once

#include "vision/face_detect.h"
#include "vision/image.h"

gboolean face_search_check(const char *family, const VisionSession *session, GError **error);

/* Appends what the detector sees (of FaceCandidate, pixels of the picture), with duplicates. With
 * `tiles` also what it sees on parts of the picture, where the family needs that for small faces.
 * With `is_turned` it is shown the whole upside down; what it finds is told as always. */
gboolean face_search_picture(const char *family, const VisionSession *session,
                             const VisionImage *image, gboolean tiles, gboolean is_turned,
                             GArray *ret_candidates, GError **error);
/* The same on the square round `box`, twice as wide: a face that somebody pointed at. */
gboolean face_search_box(const char *family, const VisionSession *session, const VisionImage *image,
                         const VisionBox *box, GArray *ret_candidates, GError **error);
