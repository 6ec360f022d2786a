#include "vision/objects.h"

#include "base/limits.h"
#include "vision/boxes.h"
#include "vision/fit.h"
#include "vision/similar.h"

#include <math.h>

#define NANODET_STRIDES   3
#define NANODET_MOST_BINS 64
#define YOLO_SIDE_PIXELS  640 /* where a model leaves its input's size open */

typedef struct Family Family;

struct Objects {
    const VisionSession *session;
    const Family *family;
    FitSpec spec;
    GStrv labels;
    guint classes;
    float least_score, most_share;
    SimilarReader similar;
    /* Places among the outputs: the one there is, or for each stride scores and distances. */
    gsize scores[NANODET_STRIDES], distances[NANODET_STRIDES];
};

/* How a family is fed and read. */
struct Family {
    const char *name;
    FitSpec spec;
    float least_score, most_share; /* where the options do not say */
    /* Finds its outputs; FALSE when they are not there. */
    gboolean (*bind)(Objects *objects);
    /* Appends to `candidates` (of BoxCandidate, in pixels of the input); CORRUPT. */
    gboolean (*decode)(const Objects *objects, const VisionResult *result, GArray *candidates,
                       GError **error);
};

static const int nanodet_strides[NANODET_STRIDES] = {8, 16, 32};

static gboolean not_numbers(GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                "the objects' model gave something else than numbers");
    return FALSE;
}

static gboolean other_shape(GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                "the objects' model gave another shape than it had told");
    return FALSE;
}

static gboolean add_candidate(GArray *candidates, VisionBox box, float score, guint label,
                              guint index, GError **error)
{
    if (!isfinite(box.x1) || !isfinite(box.y1) || !isfinite(box.x2) || !isfinite(box.y2)) {
        return not_numbers(error);
    }
    BoxCandidate candidate = {box, score, label, index};
    if (box_is_real(&box)) {
        g_array_append_val(candidates, candidate);
    }
    return TRUE;
}

/* The place of the output of three dimensions whose last two sizes are these; -1: any size. The
 * number of outputs when there is none. */
static gsize find_output(const VisionSession *session, gint64 second, gint64 third)
{
    gsize count = 0;
    const VisionPort *outputs = vision_session_outputs(session, &count);
    for (gsize i = 0; i < count; i++) {
        const VisionPort *port = &outputs[i];
        if (port->element == VISION_FLOAT && port->rank == 3 && port->shape[0] <= 1 &&
            (second < 0 || port->shape[1] == second) && (third < 0 || port->shape[2] == third)) {
            return i;
        }
    }
    return count;
}

static gsize output_count(const VisionSession *session)
{
    gsize count = 0;
    vision_session_outputs(session, &count);
    return count;
}

/* The output as it came, if it has three dimensions of these sizes (-1: any). */
static const VisionTensor *take_output(const VisionResult *result, gsize place, gint64 second,
                                       gint64 third)
{
    const VisionTensor *tensor = vision_result_at(result, place);
    return tensor && tensor->element == VISION_FLOAT && tensor->rank == 3 &&
                   tensor->shape[0] == 1 && (second < 0 || tensor->shape[1] == second) &&
                   (third < 0 || tensor->shape[2] == third)
               ? tensor
               : NULL;
}

static gboolean centernet_bind(Objects *objects)
{
    objects->scores[0] = find_output(objects->session, -1, 6);
    return objects->scores[0] < output_count(objects->session);
}

static gboolean centernet_decode(const Objects *objects, const VisionResult *result,
                                 GArray *candidates, GError **error)
{
    const VisionTensor *rows = take_output(result, objects->scores[0], -1, 6);
    if (!rows) {
        return other_shape(error);
    }
    for (gint64 i = 0; i < rows->shape[1]; i++) {
        const float *row = rows->floats + i * 6;
        float score = row[4], label = row[5];
        if (!isfinite(score) || !isfinite(label)) {
            return not_numbers(error);
        }
        if (score > objects->least_score && label >= 0 && label < (float)objects->classes &&
            !add_candidate(candidates, (VisionBox){row[0], row[1], row[2], row[3]}, score,
                           (guint)label, (guint)i, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Cells of a grid, row by row. */
static gint64 nanodet_columns(const Objects *objects, int stride)
{
    return (objects->spec.width + stride - 1) / stride;
}

static gint64 nanodet_cells(const Objects *objects, int stride)
{
    return nanodet_columns(objects, stride) * ((objects->spec.height + stride - 1) / stride);
}

static gboolean nanodet_bind(Objects *objects)
{
    gsize count = 0;
    const VisionPort *outputs = vision_session_outputs(objects->session, &count);
    for (int i = 0; i < NANODET_STRIDES; i++) {
        gint64 cells = nanodet_cells(objects, nanodet_strides[i]);
        gsize scores = find_output(objects->session, cells, objects->classes);
        gsize distances = count;
        for (gsize k = 0; k < count; k++) {
            const VisionPort *port = &outputs[k];
            if (k != scores && port->element == VISION_FLOAT && port->rank == 3 &&
                port->shape[1] == cells && port->shape[2] >= 8 && port->shape[2] % 4 == 0 &&
                port->shape[2] <= 4 * NANODET_MOST_BINS) {
                distances = k;
                break;
            }
        }
        if (scores == count || distances == count) {
            return FALSE;
        }
        objects->scores[i] = scores;
        objects->distances[i] = distances;
    }
    return TRUE;
}

/* The bin that a softmax over `count` numbers expects. */
static float expected_bin(const float *numbers, gint64 count)
{
    float most = numbers[0];
    for (gint64 i = 1; i < count; i++) {
        most = MAX(most, numbers[i]);
    }
    float sum = 0, weighted = 0;
    for (gint64 i = 0; i < count; i++) {
        float weight = expf(numbers[i] - most);
        sum += weight;
        weighted += weight * (float)i;
    }
    return weighted / sum;
}

static gboolean nanodet_add_cell(const Objects *objects, const VisionTensor *distances, int stride,
                                 gint64 cell, float score, guint label, GArray *candidates,
                                 GError **error)
{
    gint64 columns = nanodet_columns(objects, stride), bins = distances->shape[2] / 4;
    const float *numbers = distances->floats + cell * distances->shape[2];
    float step = (float)stride, away[4];
    for (int side = 0; side < 4; side++) {
        away[side] = expected_bin(numbers + side * bins, bins) * step;
    }
    gint64 column = cell % columns, row = cell / columns;
    float x = ((float)column + 0.5F) * step, y = ((float)row + 0.5F) * step;
    return add_candidate(candidates,
                         (VisionBox){x - away[0], y - away[1], x + away[2], y + away[3]}, score,
                         label, candidates->len, error);
}

static gboolean nanodet_decode_stride(const Objects *objects, const VisionResult *result, int place,
                                      GArray *candidates, GError **error)
{
    int stride = nanodet_strides[place];
    gint64 cells = nanodet_cells(objects, stride);
    const VisionTensor *scores =
        take_output(result, objects->scores[place], cells, objects->classes);
    const VisionTensor *distances = take_output(result, objects->distances[place], cells, -1);
    if (!scores || !distances) {
        return other_shape(error);
    }
    for (gint64 cell = 0; cell < cells; cell++) {
        const float *row = scores->floats + cell * objects->classes;
        guint best = 0;
        for (guint i = 0; i < objects->classes; i++) {
            if (!isfinite(row[i])) {
                return not_numbers(error);
            }
            best = row[i] > row[best] ? i : best;
        }
        if (row[best] > objects->least_score &&
            !nanodet_add_cell(objects, distances, stride, cell, row[best], best, candidates,
                              error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean nanodet_decode(const Objects *objects, const VisionResult *result,
                               GArray *candidates, GError **error)
{
    for (int i = 0; i < NANODET_STRIDES; i++) {
        if (!nanodet_decode_stride(objects, result, i, candidates, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean yolo_bind(Objects *objects)
{
    objects->scores[0] = find_output(objects->session, 4 + (gint64)objects->classes, -1);
    return objects->scores[0] < output_count(objects->session);
}

static gboolean yolo_decode(const Objects *objects, const VisionResult *result, GArray *candidates,
                            GError **error)
{
    const VisionTensor *columns =
        take_output(result, objects->scores[0], 4 + (gint64)objects->classes, -1);
    if (!columns) {
        return other_shape(error);
    }
    gsize count = (gsize)columns->shape[2];
    const float *boxes = columns->floats;
    g_autofree float *best = g_new0(float, count);
    g_autofree guint *label = g_new0(guint, count);
    for (guint class = 0; class < objects->classes; class ++) {
        const float *scores = boxes + (4 + class) * count;
        for (gsize i = 0; i < count; i++) {
            if (!isfinite(scores[i])) {
                return not_numbers(error);
            }
            if (scores[i] > best[i]) {
                best[i] = scores[i];
                label[i] = class;
            }
        }
    }
    for (gsize i = 0; i < count; i++) {
        float x = boxes[i], y = boxes[count + i];
        float half_width = boxes[2 * count + i] / 2, half_height = boxes[3 * count + i] / 2;
        VisionBox box = {x - half_width, y - half_height, x + half_width, y + half_height};
        if (best[i] > objects->least_score &&
            !add_candidate(candidates, box, best[i], label[i], (guint)i, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static const Family families[] = {
    {"centernet",
     {.shape = FIT_LETTERBOX, .deviation = {1, 1, 1}},
     0.35F,
     0.5F,
     centernet_bind,
     centernet_decode},
    /* the mean and deviation that NanoDet was trained with, blue first */
    {"nanodet",
     {.shape = FIT_LETTERBOX,
      .bgr = TRUE,
      .mean = {103.53F, 116.28F, 123.675F},
      .deviation = {57.375F, 57.12F, 58.395F}},
     0.45F,
     0.6F,
     nanodet_bind,
     nanodet_decode},
    {"yolo",
     {.shape = FIT_STRETCH, .sampled = TRUE, .deviation = {255, 255, 255}},
     0.4F,
     0.5F,
     yolo_bind,
     yolo_decode},
};

static const Family *find_family(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        if (strcmp(families[i].name, name) == 0) {
            return &families[i];
        }
    }
    return NULL;
}

static gboolean read_options(Objects *objects, ModelOptions *options, GError **error)
{
    fit_spec_adjust(&objects->spec, options);
    objects->least_score =
        (float)model_option_number(options, "score", 0, 1, objects->family->least_score);
    objects->most_share =
        (float)model_option_number(options, "iou", 0, 1, objects->family->most_share);
    objects->labels = model_option_texts(options, "labels", LIMIT_MODEL_LABELS);
    if (!model_options_check(options, error)) {
        return FALSE;
    }
    if (!objects->labels) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "the options have no \"labels\" for the model's classes");
        return FALSE;
    }
    objects->classes = g_strv_length(objects->labels);
    for (guint i = 0; i < objects->classes; i++) {
        if (strlen(objects->labels[i]) > LIMIT_OBJECT_LABEL_BYTES) {
            model_option_refuse(options, "labels", "names of at most 64 bytes");
        }
    }
    return model_options_check(options, error);
}

Objects *objects_new(const VisionSession *session, const char *family, ModelOptions *options,
                     GError **error)
{
    g_autoptr(Objects) objects = g_new0(Objects, 1);
    objects->session = session;
    objects->family = find_family(family);
    gsize inputs = 0;
    const VisionPort *input = vision_session_inputs(session, &inputs);
    if (!objects->family) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "the family \"%s\" finds no objects", family);
        return NULL;
    }
    objects->spec = objects->family->spec;
    if (inputs != 1 || !fit_spec_of(input, YOLO_SIDE_PIXELS, &objects->spec)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "the model does not take one picture of three channels");
        return NULL;
    }
    if (!read_options(objects, options, error)) {
        return NULL;
    }
    if (!objects->family->bind(objects)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "the model's outputs are not those of %s with %u classes", family,
                    objects->classes);
        return NULL;
    }
    return similar_reader_init(&objects->similar, session, options, NULL, error) &&
                   model_options_check(options, error)
               ? g_steal_pointer(&objects)
               : NULL;
}

void objects_free(Objects *objects)
{
    if (!objects) {
        return;
    }
    g_strfreev(objects->labels);
    similar_reader_clear(&objects->similar);
    g_free(objects);
}

gboolean objects_have_similar(const Objects *objects)
{
    return objects->similar.output != NULL;
}

static gboolean tell_objects(const Objects *objects, const VisionImage *image, const Fit *fit,
                             const VisionResult *result, GPtrArray *found, GError **error)
{
    g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(BoxCandidate));
    if (!objects->family->decode(objects, result, candidates, error)) {
        return FALSE;
    }
    boxes_suppress(candidates, objects->most_share);
    for (guint i = 0; i < candidates->len && found->len < LIMIT_OBJECTS_PER_PICTURE; i++) {
        const BoxCandidate *candidate = &g_array_index(candidates, BoxCandidate, i);
        VisionBox box = fit_box_back(fit, &candidate->box);
        box = fit_box_full(image, &box);
        if (!box_clip(&box, (float)image->full_width, (float)image->full_height)) {
            continue;
        }
        VisionObject *object = g_new0(VisionObject, 1);
        object->label = g_strdup(objects->labels[candidate->label]);
        object->score = MIN(candidate->score, 1);
        object->box = box;
        g_ptr_array_add(found, object);
    }
    return TRUE;
}

gboolean objects_find(const Objects *objects, const VisionImage *image, VisionFindings *findings,
                      GError **error)
{
    const FitSpec *spec = &objects->spec;
    g_autofree float *values = g_new(float, (gsize)spec->width *(gsize)spec->height * 3);
    Fit fit;
    fit_image(image, NULL, spec, values, &fit);
    VisionTensor input = fit_tensor(spec, values);
    g_autoptr(VisionResult) result = vision_session_run(objects->session, &input, 1, error);
    if (!result) {
        return FALSE;
    }
    if ((findings->tasks & VISION_OBJECTS) &&
        !tell_objects(objects, image, &fit, result, findings->objects, error)) {
        return FALSE;
    }
    if ((findings->tasks & VISION_SIMILAR) && objects_have_similar(objects)) {
        findings->similar = similar_read(&objects->similar, result, error);
        return findings->similar != NULL;
    }
    return TRUE;
}
