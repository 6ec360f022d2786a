/* Turned, scaled and shifted pieces of a picture.
 *
 * Coordinates are continuous: the first pixel reaches from 0 to 1, its middle is at 0.5. */
#pragma once

#include "vision/image.h"

#include <glib.h>

/* Turn, scale and shift: (u, v) becomes (a u - b v + x, b u + a v + y). */
typedef struct {
    float a, b, x, y;
} Similarity;

void similarity_apply(const Similarity *map, const float from[2], float ret_to[2]);
/* FALSE when it maps everything to one point. */
gboolean similarity_invert(const Similarity *map, Similarity *ret_inverse);
/* The one that brings `from` onto `to` with the least sum of squared distances. FALSE when `from`
 * is one point, or a number is none. */
gboolean similarity_fit(const float (*from)[2], const float (*to)[2], int count,
                        Similarity *ret_map);
/* From a piece of `pixels` a side to the square round a centre, of `side` a side in the picture,
 * turned by `angle` (radians, clockwise as one sees it). */
Similarity similarity_square(float centre_x, float centre_y, float side, float angle, int pixels);

/* A picture with its halves, quarters and so on, so that shrunk pieces lose no detail to gaps
 * between samples and cost no more than others. Keeps the image's pixels by pointer. */
typedef struct Warp Warp;

Warp *warp_new(const VisionImage *image);
void warp_free(Warp *warp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Warp, warp_free)

/* The picture's size. */
int warp_width(const Warp *warp);
int warp_height(const Warp *warp);
/* Fills width x height RGB pixels, `map` leading from the piece to the picture; bilinear, black
 * where the piece lies outside the picture. */
void warp_cut(const Warp *warp, const Similarity *map, int width, int height, guint8 *ret_rgb);
