/* Brings a picture, or a part of it, into the tensor of a network's input: shrunk by averaging over
 * areas (so that nothing falls between samples), enlarged bilinearly, then numbers from its bytes.
 */
#pragma once

#include "vision/findings.h"
#include "vision/image.h"
#include "vision/options.h"
#include "vision/session.h"

#include <glib.h>

typedef enum {
    FIT_LETTERBOX, /* the long side fills the input; centred, black around */
    FIT_STRETCH,   /* both sides fill it */
    FIT_CROP,      /* the short side fills it; the middle of the picture */
} FitShape;

typedef struct {
    int width, height; /* of the input */
    FitShape shape;
    gboolean sampled; /* bilinear also where it shrinks: what some networks were measured with */
    gboolean channels_last; /* H x W x 3 rather than 3 x H x W */
    gboolean bgr;
    /* (byte - mean) / deviation, in the order in which the channels are written. */
    float mean[3], deviation[3];
} FitSpec;

/* From the part of the picture to the input: x * scale_x + shift_x. */
typedef struct {
    float scale_x, scale_y, shift_x, shift_y;
} Fit;

/* Fills `ret_tensor`, of 3 * width * height floats. `part`, in pixels of the image, is cut to it;
 * NULL: the whole. FALSE when nothing of it lies within the image. */
gboolean fit_image(const VisionImage *image, const VisionBox *part, const FitSpec *spec,
                   float *ret_tensor, Fit *ret_fit);

/* From pixels of the input back to pixels of the image. */
VisionBox fit_box_back(const Fit *fit, const VisionBox *box);
/* From pixels of the image to pixels of the original. */
VisionBox fit_box_full(const VisionImage *image, const VisionBox *box);

/* Takes size and order of channels from a network's input: 1 x H x W x 3 or 1 x 3 x H x W of
 * floats. A batch that is open counts as 1; sizes that are open become `side`. FALSE when it is
 * neither, or too large. */
gboolean fit_spec_of(const VisionPort *input, int side, FitSpec *spec);
/* Puts in place what the manifest's options say otherwise: "shape" (letterbox, stretch, crop),
 * "sampled", "bgr", "mean" and "deviation" of three numbers each. */
void fit_spec_adjust(FitSpec *spec, ModelOptions *options);
/* The input that a picture makes for the spec; `values` as fit_image filled them. */
VisionTensor fit_tensor(const FitSpec *spec, const float *values);
