#include "base/limits.h"
#include "vision/fit.h"

gboolean fit_spec_of(const VisionPort *input, int side, FitSpec *spec)
{
    if (input->element != VISION_FLOAT || input->rank != 4 || input->shape[0] > 1) {
        return FALSE;
    }
    gboolean last = input->shape[3] == 3;
    if (!last && input->shape[1] != 3) {
        return FALSE;
    }
    gint64 height = input->shape[last ? 1 : 2], width = input->shape[last ? 2 : 3];
    height = height < 0 ? side : height;
    width = width < 0 ? side : width;
    if (height < 1 || width < 1 || height > LIMIT_MODEL_INPUT_PIXELS / width) {
        return FALSE;
    }
    spec->channels_last = last;
    spec->width = (int)width;
    spec->height = (int)height;
    return TRUE;
}

void fit_spec_adjust(FitSpec *spec, ModelOptions *options)
{
    const char *shape = model_option_text(options, "shape", NULL);
    if (g_strcmp0(shape, "letterbox") == 0) {
        spec->shape = FIT_LETTERBOX;
    } else if (g_strcmp0(shape, "stretch") == 0) {
        spec->shape = FIT_STRETCH;
    } else if (g_strcmp0(shape, "crop") == 0) {
        spec->shape = FIT_CROP;
    } else if (shape) {
        model_option_refuse(options, "shape", "letterbox, stretch or crop");
    }
    spec->sampled = model_option_bool(options, "sampled", spec->sampled);
    spec->bgr = model_option_bool(options, "bgr", spec->bgr);
    g_autoptr(GArray) mean = model_option_floats(options, "mean", 3);
    g_autoptr(GArray) deviation = model_option_floats(options, "deviation", 3);
    for (guint i = 0; mean && i < 3; i++) {
        spec->mean[i] = i < mean->len ? g_array_index(mean, float, i) : 0;
    }
    for (guint i = 0; deviation && i < 3; i++) {
        float share = i < deviation->len ? g_array_index(deviation, float, i) : 0;
        if (share > 0) {
            spec->deviation[i] = share;
        } else {
            model_option_refuse(options, "deviation", "three numbers above 0");
        }
    }
}

VisionTensor fit_tensor(const FitSpec *spec, const float *values)
{
    VisionTensor tensor = {.element = VISION_FLOAT, .rank = 4, .floats = values};
    gint64 width = spec->width, height = spec->height;
    gint64 last[] = {1, height, width, 3}, first[] = {1, 3, height, width};
    for (int i = 0; i < 4; i++) {
        tensor.shape[i] = spec->channels_last ? last[i] : first[i];
    }
    tensor.count = (gsize)(width * height * 3);
    return tensor;
}
