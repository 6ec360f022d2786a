#include "vision/face_crop.h"

#include <math.h>

/* A stretch of `length` round a middle, moved into 0..limit, shorter where that has less. */
static void stretch_place(float middle, float length, float limit, float *ret_from, float *ret_to)
{
    const float fits = MIN(length, limit);
    const float from = CLAMP(middle - fits / 2, 0.0F, limit - fits);
    *ret_from = from;
    *ret_to = from + fits;
}

VisionBox face_crop_place(const VisionBox *box, int width, int height, int *ret_width,
                          int *ret_height)
{
    const float side = FACE_CROP_MARGIN * MAX(box->x2 - box->x1, box->y2 - box->y1);
    VisionBox place;
    stretch_place((box->x1 + box->x2) / 2, side, (float)width, &place.x1, &place.x2);
    stretch_place((box->y1 + box->y2) / 2, side, (float)height, &place.y1, &place.y2);
    const float longer = MAX(place.x2 - place.x1, place.y2 - place.y1);
    const float scale = MIN(1.0F, (float)FACE_CROP_PIXELS / longer);
    *ret_width = MAX(1, (int)lroundf((place.x2 - place.x1) * scale));
    *ret_height = MAX(1, (int)lroundf((place.y2 - place.y1) * scale));
    return place;
}

void face_crop_take(VisionFace *face, const Warp *warp, const VisionBox *box)
{
    int width, height;
    const VisionBox place =
        face_crop_place(box, warp_width(warp), warp_height(warp), &width, &height);
    const float longer = MAX(place.x2 - place.x1, place.y2 - place.y1);
    const Similarity map = {
        .a = longer / (float)MAX(width, height), .b = 0, .x = place.x1, .y = place.y1};
    const gsize bytes = (gsize)width * (gsize)height * 3;
    guint8 *rgb = g_malloc(bytes);
    warp_cut(warp, &map, width, height, rgb);
    face->crop = g_bytes_new_take(rgb, bytes);
    face->crop_width = width;
    face->crop_height = height;
}
