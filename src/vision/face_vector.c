#include "vision/face_vector.h"

#include "vision/face_align.h"

#include <math.h>

#define LEAST_FLOATS 32 /* of a vector that can tell people apart */
#define MOST_FLOATS  4096

static const struct {
    const char *name;
    const FaceTemplate *lie;
    float minus, over;
} families[] = {
    {"face-resnet", &face_template_resnet, 0, 1}, /* its graph takes the mean off by itself */
    {"arcface", &face_template_arcface, 127.5F, 127.5F},
};

static int family_number(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        if (g_str_equal(families[i].name, name)) {
            return (int)i;
        }
    }
    return -1;
}

gboolean face_vector_check(const char *family, const VisionSession *session, GError **error)
{
    const int number = family_number(family);
    if (number < 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "\"%s\" is no family of models for the vectors of faces", family);
        return FALSE;
    }
    if (!face_feed_check(session, families[number].lie->pixels, error)) {
        return FALSE;
    }
    gsize count;
    const VisionPort *port = vision_session_outputs(session, &count);
    const gint64 floats = count == 1 && port->rank > 0 ? port->shape[port->rank - 1] : 0;
    if (count == 1 && port->element == VISION_FLOAT &&
        (floats < 0 || (floats >= LEAST_FLOATS && floats <= MOST_FLOATS))) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                        "the model does not give one vector for a face");
    return FALSE;
}

gboolean face_vector_take(const char *family, const VisionSession *session, const Warp *warp,
                          const float landmarks[VISION_LANDMARKS][2], GArray **ret_vector,
                          GError **error)
{
    const int number = family_number(family);
    g_assert(number >= 0); /* checked when it was loaded */
    Similarity map;
    if (!face_align(families[number].lie, landmarks, &map)) {
        *ret_vector = NULL;
        return TRUE;
    }
    const float minus = families[number].minus;
    const FaceFeed feed = {.pixels = families[number].lie->pixels,
                           .minus = {minus, minus, minus},
                           .over = families[number].over};
    g_autoptr(VisionResult) result = face_feed_cut(session, &feed, warp, &map, error);
    if (result == NULL) {
        return FALSE;
    }
    const VisionTensor *tensor = vision_result_at(result, 0);
    const gsize count = tensor != NULL && tensor->element == VISION_FLOAT ? tensor->count : 0;
    double square = 0;
    for (gsize i = 0; i < count; i++) {
        square += (double)tensor->floats[i] * (double)tensor->floats[i];
    }
    if (count < LEAST_FLOATS || count > MOST_FLOATS || !isfinite(square) || !(square > 0)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                            "the model for the vectors of faces gave no vector");
        return FALSE;
    }
    *ret_vector = g_array_sized_new(FALSE, FALSE, sizeof(float), (guint)count);
    g_array_append_vals(*ret_vector, tensor->floats, (guint)count);
    return TRUE;
}
