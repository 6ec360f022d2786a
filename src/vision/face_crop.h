/* The picture of a face alone, for lists of people. */
#pragma once

#include "vision/findings.h"
#include "vision/warp.h"

#define FACE_CROP_PIXELS 192  /* of its longer side, at most */
#define FACE_CROP_MARGIN 1.5F /* its side over the face's longer side */

/* Where it lies: a square round the box where the picture has room for one, moved inwards at the
 * border, and never beyond it. `ret_width` and `ret_height` are the pixels it is to have. */
VisionBox face_crop_place(const VisionBox *box, int width, int height, int *ret_width,
                          int *ret_height);

/* Sets face->crop, from a box in the pixels of `warp`. */
void face_crop_take(VisionFace *face, const Warp *warp, const VisionBox *box);
