#include "vision/similar.h"

#include "base/limits.h"
#include "vision/fit.h"

#include <math.h>

struct Similar {
    const VisionSession *session;
    FitSpec spec;
    SimilarReader reader;
};

static gboolean refuse(GError **error, const char *message)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED, "%s", message);
    return FALSE;
}

/* How many floats an output has; 0 when that is open, or it has none. */
static gsize floats_of(const VisionPort *output)
{
    gsize count = output && output->element == VISION_FLOAT ? 1 : 0;
    for (int i = 0; output && i < output->rank; i++) {
        gint64 size = output->shape[i];
        if (size < 0 && i == 0) {
            size = 1; /* pictures at a time */
        }
        if (size < 1 || size > LIMIT_MODEL_VECTOR_FLOATS) {
            return 0;
        }
        count *= (gsize)size;
        count = count > LIMIT_MODEL_VECTOR_FLOATS ? 0 : count;
    }
    return count;
}

gboolean similar_reader_init(SimilarReader *reader, const VisionSession *session,
                             ModelOptions *options, const char *otherwise, GError **error)
{
    const char *output = model_option_text(options, "similar.output", otherwise);
    if (!output) {
        return TRUE;
    }
    gsize count = floats_of(vision_session_output(session, output));
    if (count == 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "the model has no vector for an output called \"%s\"", output);
        return FALSE;
    }
    reader->output = g_strdup(output);
    reader->mean = model_option_floats(options, "similar.mean", LIMIT_MODEL_VECTOR_FLOATS);
    if (reader->mean && reader->mean->len != count) {
        return refuse(error, "the mean vector of the options is not as long as the model's");
    }
    return TRUE;
}

void similar_reader_clear(SimilarReader *reader)
{
    g_clear_pointer(&reader->output, g_free);
    g_clear_pointer(&reader->mean, g_array_unref);
}

GArray *similar_unit(const float *values, gsize count, const GArray *mean, GError **error)
{
    g_autoptr(GArray) vector = g_array_sized_new(FALSE, FALSE, sizeof(float), (guint)count);
    g_array_append_vals(vector, values, (guint)count);
    float *floats = (float *)(void *)vector->data;
    double squares = 0;
    for (gsize i = 0; i < count; i++) {
        floats[i] -= mean ? g_array_index(mean, float, i) : 0;
        squares += (double)floats[i] * floats[i];
    }
    if (!isfinite(squares) || squares <= 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "the model gave a vector without length");
        return NULL;
    }
    double share = 1 / sqrt(squares);
    for (gsize i = 0; i < count; i++) {
        floats[i] = (float)(floats[i] * share);
    }
    return g_steal_pointer(&vector);
}

GArray *similar_read(const SimilarReader *reader, const VisionResult *result, GError **error)
{
    const VisionTensor *tensor = vision_result_named(result, reader->output);
    if (!tensor || tensor->element != VISION_FLOAT || tensor->count == 0 ||
        tensor->count > LIMIT_MODEL_VECTOR_FLOATS ||
        (reader->mean && reader->mean->len != tensor->count)) {
        refuse(error, "the model gave no vector");
        return NULL;
    }
    return similar_unit(tensor->floats, tensor->count, reader->mean, error);
}

#define SIMILAR_SIDE_PIXELS 224 /* MobileNet's, where a model leaves it open */

Similar *similar_new(const VisionSession *session, ModelOptions *options, GError **error)
{
    g_autoptr(Similar) similar = g_new0(Similar, 1);
    similar->session = session;
    similar->spec = (FitSpec){.shape = FIT_CROP, .deviation = {255, 255, 255}};
    gsize inputs = 0, outputs = 0;
    const VisionPort *input = vision_session_inputs(session, &inputs);
    const VisionPort *output = vision_session_outputs(session, &outputs);
    if (inputs != 1 || outputs == 0 || !fit_spec_of(input, SIMILAR_SIDE_PIXELS, &similar->spec)) {
        refuse(error, "the model does not take one picture of three channels");
        return NULL;
    }
    fit_spec_adjust(&similar->spec, options);
    if (!similar_reader_init(&similar->reader, session, options, output->name, error) ||
        !model_options_check(options, error)) {
        return NULL;
    }
    return g_steal_pointer(&similar);
}

void similar_free(Similar *similar)
{
    if (!similar) {
        return;
    }
    similar_reader_clear(&similar->reader);
    g_free(similar);
}

GArray *similar_find(const Similar *similar, const VisionImage *image, GError **error)
{
    const FitSpec *spec = &similar->spec;
    g_autofree float *values = g_new(float, (gsize)spec->width *(gsize)spec->height * 3);
    Fit fit;
    fit_image(image, NULL, spec, values, &fit);
    VisionTensor input = fit_tensor(spec, values);
    g_autoptr(VisionResult) result = vision_session_run(similar->session, &input, 1, error);
    return result ? similar_read(&similar->reader, result, error) : NULL;
}
