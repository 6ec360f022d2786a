#include "vision/face_detect.h"

#include "vision/boxes.h"
#include "vision/face_feed.h"

#include <math.h>

/* blazeface-back's anchors: one grid of 16 x 16 cells with two each, one of 8 x 8 with six. */
#define FINE_CELLS    16
#define FINE_EACH     2
#define FINE_ANCHORS  (FINE_CELLS * FINE_CELLS * FINE_EACH)
#define COARSE_CELLS  8
#define COARSE_EACH   6
#define BLAZEFACE_BOX 16 /* numbers of an anchor: centre, size, six points */
#define SCRFD_ANCHORS 2  /* of a cell */
#define SCRFD_POINTS  (VISION_LANDMARKS * 2)

static gboolean no_number(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                        "the model that finds faces gave values that are no numbers");
    return FALSE;
}

static gboolean candidate_take(const FaceCandidate *candidate, GArray *ret_candidates,
                               GError **error)
{
    const VisionBox *box = &candidate->box;
    gboolean good =
        isfinite(box->x1) && isfinite(box->y1) && isfinite(box->x2) && isfinite(box->y2);
    for (int i = 0; i < VISION_LANDMARKS; i++) {
        good &= isfinite(candidate->landmarks[i][0]) && isfinite(candidate->landmarks[i][1]);
    }
    if (!good) {
        return no_number(error);
    }
    if (box->x2 > box->x1 && box->y2 > box->y1) {
        g_array_append_val(ret_candidates, *candidate);
    }
    return TRUE;
}

/* Anchors lie in the middle of their cells; both grids row by row, the fine one first. */
static void blazeface_anchor(int anchor, float *ret_x, float *ret_y)
{
    const gboolean is_fine = anchor < FINE_ANCHORS;
    const int cells = is_fine ? FINE_CELLS : COARSE_CELLS;
    const int cell = is_fine ? anchor / FINE_EACH : (anchor - FINE_ANCHORS) / COARSE_EACH;
    const float size = (float)BLAZEFACE_PIXELS / (float)cells;
    const int row = cell / cells, column = cell % cells;
    *ret_x = ((float)column + 0.5F) * size;
    *ret_y = ((float)row + 0.5F) * size;
}

gboolean blazeface_decode_grid(const float *scores, const float *boxes, int first, int count,
                               GArray *ret_candidates, GError **error)
{
    /* Points are the right eye, left eye, nose, mouth, and both ears, which nobody needs. */
    static const int point_of_landmark[VISION_LANDMARKS] = {0, 1, 2, 3, 3};
    for (int i = 0; i < count; i++) {
        if (!isfinite(scores[i])) {
            return no_number(error);
        }
        const float score = 1.0F / (1.0F + expf(-scores[i]));
        if (score < FACE_LEAST_SCORE) {
            continue;
        }
        const float *box = boxes + (gsize)i * BLAZEFACE_BOX;
        float x, y;
        blazeface_anchor(first + i, &x, &y);
        FaceCandidate found = {
            .box = {x + box[0] - box[2] / 2, y + box[1] - box[3] / 2, x + box[0] + box[2] / 2,
                    y + box[1] + box[3] / 2},
            .score = score,
        };
        for (int landmark = 0; landmark < VISION_LANDMARKS; landmark++) {
            const float *point = box + 4 + (gsize)point_of_landmark[landmark] * 2;
            found.landmarks[landmark][0] = x + point[0];
            found.landmarks[landmark][1] = y + point[1];
        }
        if (!candidate_take(&found, ret_candidates, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static const struct {
    const char *scores, *boxes;
    int first, count;
} blazeface_grids[] = {
    {"Identity", "Identity_2", 0, FINE_ANCHORS},
    {"Identity_1", "Identity_3", FINE_ANCHORS, BLAZEFACE_ANCHORS - FINE_ANCHORS},
};

gboolean blazeface_decode(const VisionResult *result, GArray *ret_candidates, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(blazeface_grids); i++) {
        const int count = blazeface_grids[i].count;
        const VisionTensor *scores = vision_result_named(result, blazeface_grids[i].scores);
        const VisionTensor *boxes = vision_result_named(result, blazeface_grids[i].boxes);
        if (scores == NULL || boxes == NULL || scores->element != VISION_FLOAT ||
            boxes->element != VISION_FLOAT || scores->count != (gsize)count ||
            boxes->count != (gsize)count * BLAZEFACE_BOX) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                                "the model that finds faces gave another shape than it said");
            return FALSE;
        }
        if (!blazeface_decode_grid(scores->floats, boxes->floats, blazeface_grids[i].first, count,
                                   ret_candidates, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean scrfd_decode_stride(const float *scores, const float *boxes, const float *points,
                             int stride, int pixels, GArray *ret_candidates, GError **error)
{
    const int cells = pixels / stride;
    for (int i = 0; i < cells * cells * SCRFD_ANCHORS; i++) {
        if (!isfinite(scores[i])) {
            return no_number(error);
        }
        if (scores[i] < FACE_LEAST_SCORE) {
            continue;
        }
        /* Distances from the cell's first corner to the box's sides and to the points, in strides.
         */
        const int cell = i / SCRFD_ANCHORS, row = cell / cells, column = cell % cells;
        const float step = (float)stride;
        const float x = (float)column * step, y = (float)row * step;
        const float *sides = boxes + (gsize)i * 4;
        FaceCandidate found = {
            .box = {x - sides[0] * step, y - sides[1] * step, x + sides[2] * step,
                    y + sides[3] * step},
            .score = MIN(scores[i], 1.0F),
        };
        for (int landmark = 0; landmark < VISION_LANDMARKS; landmark++) {
            const float *point = points + (gsize)i * SCRFD_POINTS + (gsize)landmark * 2;
            found.landmarks[landmark][0] = x + point[0] * step;
            found.landmarks[landmark][1] = y + point[1] * step;
        }
        if (!candidate_take(&found, ret_candidates, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The output with so many rows of so many numbers; exporters number and order them as they like. */
static const float *scrfd_tensor(const VisionResult *result, gsize outputs, gint64 rows,
                                 gint64 columns)
{
    for (gsize i = 0; i < outputs; i++) {
        const VisionTensor *tensor = vision_result_at(result, i);
        if (tensor != NULL && tensor->element == VISION_FLOAT && tensor->rank > 0 &&
            tensor->shape[tensor->rank - 1] == columns &&
            tensor->count == (gsize)(rows * columns)) {
            return tensor->floats;
        }
    }
    return NULL;
}

gboolean scrfd_decode(const VisionResult *result, gsize outputs, int pixels, GArray *ret_candidates,
                      GError **error)
{
    for (int stride = 8; stride <= SCRFD_COARSEST; stride *= 2) {
        const gint64 cells = pixels / stride, rows = cells * cells * SCRFD_ANCHORS;
        const float *scores = scrfd_tensor(result, outputs, rows, 1);
        const float *boxes = scrfd_tensor(result, outputs, rows, 4);
        const float *points = scrfd_tensor(result, outputs, rows, SCRFD_POINTS);
        if (scores == NULL || boxes == NULL || points == NULL) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                        "the model that finds faces gave no scores, boxes or landmarks for its "
                        "stride of %d pixels",
                        stride);
            return FALSE;
        }
        if (!scrfd_decode_stride(scores, boxes, points, stride, pixels, ret_candidates, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean blazeface_check(const VisionSession *session, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(blazeface_grids); i++) {
        if (!face_port_has(session, blazeface_grids[i].scores, blazeface_grids[i].count, error) ||
            !face_port_has(session, blazeface_grids[i].boxes,
                           blazeface_grids[i].count * BLAZEFACE_BOX, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean scrfd_check(const VisionSession *session, GError **error)
{
    gsize count;
    const VisionPort *ports = vision_session_outputs(session, &count);
    int with[SCRFD_POINTS + 1] = {0};
    for (gsize i = 0; i < count; i++) {
        const gint64 columns = ports[i].rank > 0 ? ports[i].shape[ports[i].rank - 1] : 0;
        if (ports[i].element == VISION_FLOAT && columns > 0 && columns <= SCRFD_POINTS) {
            with[columns]++;
        }
    }
    if (with[1] == 3 && with[4] == 3 && with[SCRFD_POINTS] == 3) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                        "the model does not give scores, boxes and five landmarks for three "
                        "strides, as SCRFD does");
    return FALSE;
}

static int candidate_compare(gconstpointer a, gconstpointer b)
{
    const float first = ((const FaceCandidate *)a)->score;
    const float second = ((const FaceCandidate *)b)->score;
    return (first < second) - (first > second);
}

static gboolean overlaps(const VisionBox *a, const VisionBox *b, float most_union, float most_share)
{
    return box_union_share(a, b) > most_union || box_smaller_share(a, b) >= most_share;
}

void face_candidates_suppress(GArray *candidates, float most_union, float most_share)
{
    g_array_sort(candidates, candidate_compare);
    guint kept = 0;
    for (guint i = 0; i < candidates->len; i++) {
        const FaceCandidate next = g_array_index(candidates, FaceCandidate, i);
        gboolean is_new = TRUE;
        for (guint j = 0; j < kept && is_new; j++) {
            is_new = !overlaps(&g_array_index(candidates, FaceCandidate, j).box, &next.box,
                               most_union, most_share);
        }
        if (is_new) {
            g_array_index(candidates, FaceCandidate, kept++) = next;
        }
    }
    g_array_set_size(candidates, kept);
}
