#include "vision/face_align.h"

/* dlib's face chip: the face's mean shape, in a frame with a fifth of its size around it. */
#define CHIP(share) ((0.2F + (share)) / 1.4F * 150.0F)

const FaceTemplate face_template_resnet = {
    .pixels = 150,
    .points =
        {
            {CHIP(0.2282F), CHIP(0.2243F)},
            {CHIP(0.7521F), CHIP(0.2243F)},
            {CHIP(0.4901F), CHIP(0.5156F)},
            {CHIP(0.2541F), CHIP(0.7802F)},
            {CHIP(0.7261F), CHIP(0.7802F)},
        },
};

/* The places that ArcFace and its kin are trained with (InsightFace's reference points). */
const FaceTemplate face_template_arcface = {
    .pixels = 112,
    .points =
        {
            {38.2946F, 51.6963F},
            {73.5318F, 51.5014F},
            {56.0252F, 71.7366F},
            {41.5493F, 92.3655F},
            {70.7299F, 92.2041F},
        },
};

/* Fitted towards the template, for its pixels are what the net is used to: the other way round a
 * turned head would come out smaller. */
gboolean face_align(const FaceTemplate *to, const float landmarks[VISION_LANDMARKS][2],
                    Similarity *ret_map)
{
    Similarity map;
    return similarity_fit(landmarks, to->points, VISION_LANDMARKS, &map) &&
           similarity_invert(&map, ret_map);
}
