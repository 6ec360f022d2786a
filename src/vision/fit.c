#include "vision/fit.h"

#include "vision/boxes.h"

#include <math.h>

/* Which source pixels make each target pixel of an axis, and how much of each. */
typedef struct {
    int *first;     /* of each target pixel */
    int *count;     /* likewise */
    float *weights; /* `most` for each */
    int most;
} Axis;

static void axis_clear(Axis *axis)
{
    g_free(axis->first);
    g_free(axis->count);
    g_free(axis->weights);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Axis, axis_clear)

/* The pixels that lie between two places, each as far as it does. */
static void weigh_area(double from, double to, int size, int *ret_first, int *ret_count,
                       float *weights)
{
    int first = CLAMP((int)floor(from), 0, size - 1);
    int last = CLAMP((int)ceil(to) - 1, first, size - 1);
    double whole = MIN(to, last + 1) - MAX(from, first);
    for (int i = first; i <= last; i++) {
        double part = MIN(to, i + 1) - MAX(from, i);
        weights[i - first] = whole > 0 ? (float)(part / whole) : 1;
    }
    *ret_first = first;
    *ret_count = last - first + 1;
}

/* The two pixels whose middles a place lies between. */
static void weigh_linear(double place, int size, int *ret_first, int *ret_count, float *weights)
{
    double left = CLAMP(place - 0.5, 0, size - 1);
    int first = MIN((int)left, MAX(size - 2, 0));
    weights[0] = (float)(first + 1 - left);
    weights[1] = (float)(left - first);
    *ret_first = first;
    *ret_count = size > 1 ? 2 : 1;
}

/* `target` pixels of the stretch that begins at `begin` and is `length` long, of `size` pixels. */
static void axis_fill(Axis *axis, double begin, double length, int size, int target,
                      gboolean sampled)
{
    double step = length / target;
    gboolean area = step > 1 && !sampled;
    axis->most = area ? (int)ceil(step) + 1 : 2;
    axis->first = g_new0(int, target);
    axis->count = g_new0(int, target);
    axis->weights = g_new0(float, (gsize)target *(gsize)axis->most);
    for (int i = 0; i < target; i++) {
        float *weights = axis->weights + (gsize)i * (gsize)axis->most;
        double from = begin + i * step;
        if (area) {
            weigh_area(from, from + step, size, &axis->first[i], &axis->count[i], weights);
        } else {
            weigh_linear(from + step / 2, size, &axis->first[i], &axis->count[i], weights);
        }
    }
}

/* One row of the target's height, of the source's width: `row` gets 3 floats a pixel. */
static void blend_rows(const VisionImage *image, const Axis *axis, int y, int from, int pixels,
                       float *row)
{
    gsize length = (gsize)pixels * 3;
    const float *weights = axis->weights + (gsize)y * (gsize)axis->most;
    for (int k = 0; k < axis->count[y]; k++) {
        const guint8 *source =
            image->rgb + ((gsize)(axis->first[y] + k) * (gsize)image->width + (gsize)from) * 3;
        float weight = weights[k];
        if (k == 0) {
            for (gsize i = 0; i < length; i++) {
                row[i] = weight * source[i];
            }
        } else {
            for (gsize i = 0; i < length; i++) {
                row[i] += weight * source[i];
            }
        }
    }
}

/* Where a channel of a pixel lies in the tensor: y * row + x * pixel + channel * plane. */
typedef struct {
    gsize row, pixel, plane;
} Layout;

static Layout layout_of(const FitSpec *spec)
{
    gsize width = (gsize)spec->width;
    return spec->channels_last ? (Layout){width * 3, 3, 1}
                               : (Layout){width, 1, width * (gsize)spec->height};
}

static void fill_black(const FitSpec *spec, float *tensor)
{
    Layout layout = layout_of(spec);
    gsize pixels = (gsize)spec->width * (gsize)spec->height;
    for (gsize channel = 0; channel < 3; channel++) {
        float black = (0 - spec->mean[channel]) / spec->deviation[channel];
        for (gsize i = 0; i < pixels; i++) {
            tensor[i * layout.pixel + channel * layout.plane] = black;
        }
    }
}

/* The row of a target from one of the source's width that begins at pixel `from`. */
static void put_row(const float *row, int from, const Axis *axis, int pixels, const FitSpec *spec,
                    float *target)
{
    Layout layout = layout_of(spec);
    for (gsize channel = 0; channel < 3; channel++) {
        const float *source = row + (spec->bgr ? 2 - channel : channel);
        float mean = spec->mean[channel], share = 1 / spec->deviation[channel];
        for (int x = 0; x < pixels; x++) {
            const float *weights = axis->weights + (gsize)x * (gsize)axis->most;
            const float *values = source + (gsize)(axis->first[x] - from) * 3;
            float sum = 0;
            for (int k = 0; k < axis->count[x]; k++) {
                sum += weights[k] * values[(gsize)k * 3];
            }
            target[(gsize)x * layout.pixel + channel * layout.plane] = (sum - mean) * share;
        }
    }
}

/* What of the image is wanted, and where in the input it goes. */
typedef struct {
    double x, y, width, height; /* pixels of the image */
    int left, top, columns, rows;
} Plan;

static gboolean plan_fit(const VisionImage *image, const VisionBox *part, const FitSpec *spec,
                         Plan *plan)
{
    VisionBox box = part ? *part : (VisionBox){0, 0, (float)image->width, (float)image->height};
    if (!box_clip(&box, (float)image->width, (float)image->height)) {
        return FALSE;
    }
    double x1 = box.x1, y1 = box.y1;
    double width = box.x2 - x1, height = box.y2 - y1;
    *plan = (Plan){x1, y1, width, height, 0, 0, spec->width, spec->height};
    double wide = spec->width / width, high = spec->height / height;
    if (spec->shape == FIT_LETTERBOX) {
        double scale = MIN(wide, high);
        plan->columns = CLAMP((int)lround(width * scale), 1, spec->width);
        plan->rows = CLAMP((int)lround(height * scale), 1, spec->height);
        plan->left = (spec->width - plan->columns) / 2;
        plan->top = (spec->height - plan->rows) / 2;
    } else if (spec->shape == FIT_CROP) {
        double scale = MAX(wide, high);
        plan->width = spec->width / scale;
        plan->height = spec->height / scale;
        plan->x += (width - plan->width) / 2;
        plan->y += (height - plan->height) / 2;
    }
    return TRUE;
}

gboolean fit_image(const VisionImage *image, const VisionBox *part, const FitSpec *spec,
                   float *ret_tensor, Fit *ret_fit)
{
    Plan plan;
    if (!plan_fit(image, part, spec, &plan)) {
        return FALSE;
    }
    g_auto(Axis) across = {0};
    g_auto(Axis) down = {0};
    axis_fill(&across, plan.x, plan.width, image->width, plan.columns, spec->sampled);
    axis_fill(&down, plan.y, plan.height, image->height, plan.rows, spec->sampled);
    int from = across.first[0];
    int pixels = across.first[plan.columns - 1] + across.count[plan.columns - 1] - from;
    if (plan.columns < spec->width || plan.rows < spec->height) {
        fill_black(spec, ret_tensor);
    }
    g_autofree float *row = g_new0(float, (gsize)pixels * 3);
    Layout layout = layout_of(spec);
    for (int y = 0; y < plan.rows; y++) {
        blend_rows(image, &down, y, from, pixels, row);
        put_row(row, from, &across, plan.columns, spec,
                ret_tensor + (gsize)(plan.top + y) * layout.row + (gsize)plan.left * layout.pixel);
    }
    ret_fit->scale_x = (float)(plan.columns / plan.width);
    ret_fit->scale_y = (float)(plan.rows / plan.height);
    ret_fit->shift_x = (float)(plan.left - plan.x * plan.columns / plan.width);
    ret_fit->shift_y = (float)(plan.top - plan.y * plan.rows / plan.height);
    return TRUE;
}

VisionBox fit_box_back(const Fit *fit, const VisionBox *box)
{
    return (VisionBox){
        (box->x1 - fit->shift_x) / fit->scale_x,
        (box->y1 - fit->shift_y) / fit->scale_y,
        (box->x2 - fit->shift_x) / fit->scale_x,
        (box->y2 - fit->shift_y) / fit->scale_y,
    };
}

VisionBox fit_box_full(const VisionImage *image, const VisionBox *box)
{
    float across = (float)image->full_width / (float)image->width;
    float down = (float)image->full_height / (float)image->height;
    return (VisionBox){box->x1 * across, box->y1 * down, box->x2 * across, box->y2 * down};
}
