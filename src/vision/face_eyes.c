#include "vision/face_eyes.h"

#include <math.h>

#define POINTS     "Identity"
#define EYE_MARGIN 2.3F /* side of the piece over the eye's width */

/* Places among the points: the lower lid from the outer to the inner corner, and the upper lid's
 * three in the middle with those across from them. */
#define OUTER_CORNER 0
#define INNER_CORNER 8
static const int lid_pairs[][2] = {{11, 3}, {12, 4}, {13, 5}};

static const FaceFeed eye_feed = {.pixels = FACE_EYE_PIXELS, .minus = {0, 0, 0}, .over = 255};

gboolean face_eyes_check(const VisionSession *session, GError **error)
{
    return face_feed_check(session, FACE_EYE_PIXELS, error) &&
           face_port_has(session, POINTS, FACE_EYE_POINTS * 3, error);
}

static float point_distance(const float *points, int a, int b)
{
    return hypotf(points[a * 3] - points[b * 3], points[a * 3 + 1] - points[b * 3 + 1]);
}

float face_eye_openness(const float *points)
{
    const float width = point_distance(points, OUTER_CORNER, INNER_CORNER);
    float height = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(lid_pairs); i++) {
        height += point_distance(points, lid_pairs[i][0], lid_pairs[i][1]);
    }
    const gsize pairs = G_N_ELEMENTS(lid_pairs);
    return width > 0 ? height / (float)pairs / width : NAN;
}

static void mirror(guint8 *rgb, int side)
{
    for (int y = 0; y < side; y++) {
        guint8 *left = rgb + (gsize)y * (gsize)side * 3, *right = left + (gsize)(side - 1) * 3;
        for (; left < right; left += 3, right -= 3) {
            for (int band = 0; band < 3; band++) {
                const guint8 kept = left[band];
                left[band] = right[band];
                right[band] = kept;
            }
        }
    }
}

/* The model knows right eyes; a left one is shown to it in a mirror, which changes no distance. */
static gboolean eye_look(const VisionSession *session, const Warp *warp, const FaceMesh *mesh,
                         gboolean is_left, float *ret_openness, GError **error)
{
    const float *outer = mesh->points[is_left ? MESH_LEFT_EYE_OUTER : MESH_RIGHT_EYE_OUTER];
    const float *inner = mesh->points[is_left ? MESH_LEFT_EYE_INNER : MESH_RIGHT_EYE_INNER];
    const float middle[2] = {(outer[0] + inner[0]) / 2, (outer[1] + inner[1]) / 2};
    const float scale = hypotf(mesh->map.a, mesh->map.b);
    const float width = hypotf(outer[0] - inner[0], outer[1] - inner[1]) * scale;
    if (!(width > 0)) {
        *ret_openness = NAN;
        return TRUE;
    }
    float centre[2];
    similarity_apply(&mesh->map, middle, centre);
    const Similarity map =
        similarity_square(centre[0], centre[1], EYE_MARGIN * width, mesh->angle, FACE_EYE_PIXELS);
    guint8 rgb[FACE_EYE_PIXELS * FACE_EYE_PIXELS * 3];
    warp_cut(warp, &map, FACE_EYE_PIXELS, FACE_EYE_PIXELS, rgb);
    if (is_left) {
        mirror(rgb, FACE_EYE_PIXELS);
    }
    g_autoptr(VisionResult) result = face_feed_run(session, &eye_feed, rgb, error);
    const float *points =
        result == NULL ? NULL : face_result_floats(result, POINTS, FACE_EYE_POINTS * 3, error);
    if (points == NULL) {
        return FALSE;
    }
    *ret_openness = face_eye_openness(points);
    return TRUE;
}

gboolean face_eyes_look(const VisionSession *session, const Warp *warp, const FaceMesh *mesh,
                        float *ret_openness, GError **error)
{
    float right, left;
    if (!eye_look(session, warp, mesh, FALSE, &right, error) ||
        !eye_look(session, warp, mesh, TRUE, &left, error)) {
        return FALSE;
    }
    *ret_openness = (right + left) / 2;
    return TRUE;
}
