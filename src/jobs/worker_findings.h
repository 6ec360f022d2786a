/* What models found on a picture, as a worker tells it, and the checks that all replies share. The
 * sender may have been taken over (jobs/worker_protocol.h). */
#pragma once

#include "base/error.h"
#include "vision/findings.h"

/* The body of a FRAME_FINDINGS. The boxes are in whole pixels of a picture of that size; the faces'
 * crops are JPEGs. */
GBytes *worker_findings_encode(const VisionFindings *findings, int width, int height);

/* NULL with CORRUPT when anything is not as a picture's findings can be: a box that does not lie
 * within the picture or is not in whole pixels, a number that is none, too many or too long things.
 * All boxes, landmarks and crops are of the size that comes with them: whether it is that of the
 * picture asked about is for the caller to see. */
VisionFindings *worker_findings_decode(GBytes *body, int *ret_width, int *ret_height,
                                       GError **error);

gboolean worker_bytes_are_jpeg(GBytes *bytes, gsize cap_bytes);
/* Some UTF-8 of one line, without control characters: it goes into the database and onto a person's
 * screen. */
gboolean worker_text_is_clean(const char *text, gsize cap_bytes);
