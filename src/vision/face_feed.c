#include "vision/face_feed.h"

#include <math.h>

#define BANDS 3

/* Both orders occur: pixel by pixel from TensorFlow, band by band from PyTorch. */
static gboolean is_band_by_band(const VisionPort *input)
{
    return input->shape[1] == BANDS;
}

static gboolean fits(gint64 size, gint64 wanted)
{
    return size == wanted || size < 0;
}

gboolean face_feed_check(const VisionSession *session, int pixels, GError **error)
{
    gsize count;
    const VisionPort *input = vision_session_inputs(session, &count);
    if (count == 1 && input->element == VISION_FLOAT && input->rank == 4 &&
        fits(input->shape[0], 1)) {
        const int side = is_band_by_band(input) ? 2 : 1;
        if (fits(input->shape[is_band_by_band(input) ? 1 : 3], BANDS) &&
            fits(input->shape[side], pixels) && fits(input->shape[side + 1], pixels)) {
            return TRUE;
        }
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                "the model does not take one colour picture of %d x %d pixels", pixels, pixels);
    return FALSE;
}

int face_feed_pixels(const VisionSession *session, int otherwise)
{
    gsize count;
    const VisionPort *input = vision_session_inputs(session, &count);
    if (count != 1 || input->rank != 4) {
        return otherwise;
    }
    const gint64 side = input->shape[is_band_by_band(input) ? 2 : 1];
    return side > 0 && side <= 4096 ? (int)side : otherwise;
}

gboolean face_port_has(const VisionSession *session, const char *name, gint64 floats,
                       GError **error)
{
    const VisionPort *port = vision_session_output(session, name);
    gint64 count = 1;
    for (int i = 0; port != NULL && i < port->rank; i++) {
        count = port->shape[i] < 0 || count < 0 ? -1 : count * port->shape[i];
    }
    if (port != NULL && port->element == VISION_FLOAT && fits(count, floats)) {
        return TRUE;
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                "the model has no output \"%s\" of %" G_GINT64_FORMAT " numbers", name, floats);
    return FALSE;
}

gboolean face_feed_by_band(const VisionSession *session)
{
    gsize inputs;
    return is_band_by_band(vision_session_inputs(session, &inputs));
}

VisionResult *face_feed_values(const VisionSession *session, int pixels, const float *values,
                               GError **error)
{
    const gboolean by_band = face_feed_by_band(session);
    const VisionTensor tensor = {
        .element = VISION_FLOAT,
        .rank = 4,
        .shape = {1, by_band ? BANDS : pixels, pixels, by_band ? pixels : BANDS},
        .count = (gsize)pixels * (gsize)pixels * BANDS,
        .floats = values,
    };
    return vision_session_run(session, &tensor, 1, error);
}

VisionResult *face_feed_run(const VisionSession *session, const FaceFeed *feed, const guint8 *rgb,
                            GError **error)
{
    const gboolean by_band = face_feed_by_band(session);
    const gsize area = (gsize)feed->pixels * (gsize)feed->pixels;
    g_autofree float *values = g_new(float, area *BANDS);
    const gsize pixel_step = by_band ? 1 : BANDS, band_step = by_band ? area : 1;
    for (gsize i = 0; i < area; i++, rgb += BANDS) {
        for (gsize band = 0; band < BANDS; band++) {
            values[i * pixel_step + band * band_step] =
                ((float)rgb[band] - feed->minus[band]) / feed->over;
        }
    }
    return face_feed_values(session, feed->pixels, values, error);
}

VisionResult *face_feed_cut(const VisionSession *session, const FaceFeed *feed, const Warp *warp,
                            const Similarity *map, GError **error)
{
    g_autofree guint8 *rgb = g_malloc((gsize)feed->pixels * (gsize)feed->pixels * BANDS);
    warp_cut(warp, map, feed->pixels, feed->pixels, rgb);
    return face_feed_run(session, feed, rgb, error);
}

const float *face_result_floats(const VisionResult *result, const char *name, gsize count,
                                GError **error)
{
    const VisionTensor *tensor = vision_result_named(result, name);
    if (tensor == NULL || tensor->element != VISION_FLOAT || tensor->count != count) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "a model for faces gave another shape than it said for \"%s\"", name);
        return NULL;
    }
    for (gsize i = 0; i < count; i++) {
        if (!isfinite(tensor->floats[i])) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                                "a model for faces gave values that are no numbers");
            return NULL;
        }
    }
    return tensor->floats;
}
