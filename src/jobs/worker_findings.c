#include "jobs/worker_findings.h"

#include "base/limits.h"

#include <math.h>
#include <string.h>

#define BOX    "(dddd)"
#define OBJECT "(sd" BOX ")" /* label, score, box */
/* box, confidence, landmarks, openness of the eyes, yaw, pitch, roll, vector, crop */
#define FACE                                                                                       \
    "(" BOX "daddddday"                                                                            \
    "ay)"
#define FINDINGS_TYPE "(iiia" OBJECT "a" FACE "ayay)" /* tasks, size, ..., similar, words */

#define LANDMARK_NUMBERS (VISION_LANDMARKS * 2)
#define ALL_TASKS        ((1 << VISION_TASKS) - 1)

/* How far a length may be from 1. */
#define LENGTH_TOLERANCE 0.01

static gboolean set_corrupt(GError **error, const char *what)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                "a worker process answered nonsense (%s)", what);
    return FALSE;
}

gboolean worker_bytes_are_jpeg(GBytes *bytes, gsize cap_bytes)
{
    static const guint8 start[] = {0xFF, 0xD8, 0xFF}; /* SOI and a marker, ITU-T T.81 B.1.1.3 */
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    return length > sizeof(start) && length <= cap_bytes && memcmp(data, start, sizeof(start)) == 0;
}

gboolean worker_text_is_clean(const char *text, gsize cap_bytes)
{
    gsize length = strlen(text);
    if (length == 0 || length > cap_bytes || !g_utf8_validate(text, -1, NULL)) {
        return FALSE;
    }
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        if (g_unichar_iscntrl(g_utf8_get_char(at))) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Telling */

static GVariant *box_encode(const VisionBox *box)
{
    return g_variant_new(BOX, (double)box->x1, (double)box->y1, (double)box->x2, (double)box->y2);
}

static GVariant *bytes_encode(GBytes *bytes)
{
    g_autoptr(GBytes) none = g_bytes_new(NULL, 0);
    return g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, bytes ? bytes : none, TRUE);
}

static GVariant *vector_encode(const GArray *vector)
{
    g_autoptr(GBytes) bytes =
        vector ? g_bytes_new(vector->data, vector->len * sizeof(float)) : NULL;
    return bytes_encode(bytes);
}

static GVariant *landmarks_encode(const VisionFace *face)
{
    double numbers[LANDMARK_NUMBERS];
    for (int i = 0; i < LANDMARK_NUMBERS; i++) {
        numbers[i] = (double)face->landmarks[i / 2][i % 2];
    }
    return g_variant_new_fixed_array(G_VARIANT_TYPE_DOUBLE, numbers, LANDMARK_NUMBERS,
                                     sizeof(double));
}

static GVariant *objects_encode(const GPtrArray *objects)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("a" OBJECT));
    for (guint i = 0; i < MIN(objects->len, LIMIT_OBJECTS_PER_PICTURE); i++) {
        const VisionObject *object = g_ptr_array_index(objects, i);
        g_variant_builder_add(&list, "(sd@" BOX ")", object->label, (double)object->score,
                              box_encode(&object->box));
    }
    return g_variant_builder_end(&list);
}

static GVariant *faces_encode(const GPtrArray *faces)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("a" FACE));
    for (guint i = 0; i < MIN(faces->len, LIMIT_FACES_PER_PICTURE); i++) {
        const VisionFace *face = g_ptr_array_index(faces, i);
        g_variant_builder_add(&list, "(@" BOX "d@addddd@ay@ay)", box_encode(&face->box),
                              (double)face->confidence, landmarks_encode(face),
                              (double)face->eye_openness, (double)face->yaw, (double)face->pitch,
                              (double)face->roll, vector_encode(face->vector),
                              bytes_encode(face->crop));
    }
    return g_variant_builder_end(&list);
}

GBytes *worker_findings_encode(const VisionFindings *findings, int width, int height)
{
    g_autoptr(GVariant) variant = g_variant_ref_sink(
        g_variant_new("(iii@a" OBJECT "@a" FACE "@ay@ay)", findings->tasks, width, height,
                      objects_encode(findings->objects), faces_encode(findings->faces),
                      vector_encode(findings->similar), vector_encode(findings->words)));
    return g_variant_get_data_as_bytes(variant);
}

/* Believing */

static gboolean is_within(double value, double low, double high)
{
    return value >= low && value <= high; /* FALSE for NaN as well */
}

static gboolean is_within_or_unknown(double value, double low, double high)
{
    return isnan(value) || is_within(value, low, high);
}

static gboolean side_is_possible(double from, double to, int whole)
{
    return from >= 0 && to > from && to <= whole && floor(from) == from && floor(to) == to;
}

static gboolean box_decode(GVariant *tuple, gsize index, int width, int height, VisionBox *ret_box)
{
    double x1, y1, x2, y2;
    g_variant_get_child(tuple, index, BOX, &x1, &y1, &x2, &y2);
    *ret_box = (VisionBox){(float)x1, (float)y1, (float)x2, (float)y2};
    return side_is_possible(x1, x2, width) && side_is_possible(y1, y2, height);
}

static GBytes *child_bytes(GVariant *tuple, gsize index)
{
    g_autoptr(GVariant) child = g_variant_get_child_value(tuple, index);
    return g_variant_get_data_as_bytes(child);
}

/* A vector with a direction, or *ret_vector NULL for one of no floats. */
static gboolean vector_decode(GVariant *tuple, gsize index, GArray **ret_vector)
{
    g_autoptr(GBytes) bytes = child_bytes(tuple, index);
    gsize length;
    gconstpointer data = g_bytes_get_data(bytes, &length);
    if (length == 0) {
        return TRUE;
    }
    if (length % sizeof(float) != 0 || length > LIMIT_MODEL_VECTOR_FLOATS * sizeof(float)) {
        return FALSE;
    }
    g_autoptr(GArray) vector = g_array_new(FALSE, FALSE, sizeof(float));
    g_array_set_size(vector, (guint)(length / sizeof(float)));
    memcpy(vector->data, data, length);
    double squares = 0;
    for (guint i = 0; i < vector->len; i++) {
        double value = (double)g_array_index(vector, float, i);
        squares += value * value;
    }
    *ret_vector = g_steal_pointer(&vector);
    return isfinite(squares) && squares > 0;
}

static gboolean unit_vector_decode(GVariant *tuple, gsize index, gboolean is_wanted,
                                   GArray **ret_vector)
{
    if (!vector_decode(tuple, index, ret_vector) || is_wanted != (*ret_vector != NULL)) {
        return FALSE;
    }
    double squares = 0;
    for (guint i = 0; is_wanted && i < (*ret_vector)->len; i++) {
        double value = (double)g_array_index(*ret_vector, float, i);
        squares += value * value;
    }
    return !is_wanted || fabs(sqrt(squares) - 1) <= LENGTH_TOLERANCE;
}

static gboolean object_decode(GVariant *tuple, int width, int height, VisionObject *object)
{
    double score;
    g_variant_get_child(tuple, 0, "s", &object->label);
    g_variant_get_child(tuple, 1, "d", &score);
    object->score = (float)score;
    return worker_text_is_clean(object->label, LIMIT_OBJECT_LABEL_BYTES) &&
           is_within(score, 0, 1) && box_decode(tuple, 2, width, height, &object->box);
}

/* Points of a face at the border may lie outside the picture. */
static gboolean landmarks_decode(GVariant *tuple, gsize index, int width, int height,
                                 VisionFace *face)
{
    g_autoptr(GVariant) list = g_variant_get_child_value(tuple, index);
    gsize count;
    const double *numbers = g_variant_get_fixed_array(list, &count, sizeof(double));
    if (count != LANDMARK_NUMBERS) {
        return FALSE;
    }
    for (int i = 0; i < LANDMARK_NUMBERS; i++) {
        double whole = i % 2 == 0 ? width : height;
        if (!is_within_or_unknown(numbers[i], -whole, 2 * whole)) {
            return FALSE;
        }
        face->landmarks[i / 2][i % 2] = (float)numbers[i];
    }
    return TRUE;
}

static gboolean face_decode(GVariant *tuple, int width, int height, VisionFace *face)
{
    static const struct {
        gsize index, offset;
        double low, high;
    } numbers[] = {
        {1, offsetof(VisionFace, confidence), 0, 1},
        {3, offsetof(VisionFace, eye_openness), 0, 100},
        {4, offsetof(VisionFace, yaw), -180, 180},
        {5, offsetof(VisionFace, pitch), -180, 180},
        {6, offsetof(VisionFace, roll), -180, 180},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        double value;
        g_variant_get_child(tuple, numbers[i].index, "d", &value);
        *(float *)(gpointer)((char *)face + numbers[i].offset) = (float)value;
        if (!is_within_or_unknown(value, numbers[i].low, numbers[i].high)) {
            return FALSE;
        }
    }
    face->crop = child_bytes(tuple, 8);
    return box_decode(tuple, 0, width, height, &face->box) &&
           landmarks_decode(tuple, 2, width, height, face) &&
           vector_decode(tuple, 7, &face->vector) &&
           worker_bytes_are_jpeg(face->crop, LIMIT_FACE_CROP_BYTES);
}

static gboolean objects_decode(GVariant *list, int width, int height, VisionFindings *findings)
{
    gsize count = g_variant_n_children(list);
    if (count > (findings->tasks & VISION_OBJECTS ? LIMIT_OBJECTS_PER_PICTURE : 0)) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        g_autoptr(GVariant) tuple = g_variant_get_child_value(list, i);
        VisionObject *object = g_new0(VisionObject, 1);
        g_ptr_array_add(findings->objects, object);
        if (!object_decode(tuple, width, height, object)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean faces_decode(GVariant *list, int width, int height, VisionFindings *findings)
{
    gsize count = g_variant_n_children(list);
    if (count > (findings->tasks & VISION_FACES ? LIMIT_FACES_PER_PICTURE : 0)) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        g_autoptr(GVariant) tuple = g_variant_get_child_value(list, i);
        VisionFace *face = g_new0(VisionFace, 1);
        g_ptr_array_add(findings->faces, face);
        if (!face_decode(tuple, width, height, face)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean size_is_possible(int width, int height)
{
    return width >= 0 && width <= LIMIT_PICTURE_SIDE_PIXELS && height >= 0 &&
           height <= LIMIT_PICTURE_SIDE_PIXELS;
}

VisionFindings *worker_findings_decode(GBytes *body, int *ret_width, int *ret_height,
                                       GError **error)
{
    g_autoptr(GVariant) variant = g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE(FINDINGS_TYPE), body, FALSE /* trusted */));
    if (!g_variant_is_normal_form(variant)) {
        set_corrupt(error, "form");
        return NULL;
    }
    int tasks, width, height;
    g_autoptr(GVariant) objects = g_variant_get_child_value(variant, 3);
    g_autoptr(GVariant) faces = g_variant_get_child_value(variant, 4);
    g_variant_get_child(variant, 0, "i", &tasks);
    g_variant_get_child(variant, 1, "i", &width);
    g_variant_get_child(variant, 2, "i", &height);
    g_autoptr(VisionFindings) findings = vision_findings_new(tasks);
    const char *wrong =
        !size_is_possible(width, height) || (tasks & ~ALL_TASKS) ? "size"
        : !objects_decode(objects, width, height, findings)      ? "objects"
        : !faces_decode(faces, width, height, findings)          ? "faces"
        : !unit_vector_decode(variant, 5, (tasks & VISION_SIMILAR) != 0, &findings->similar) ||
                !unit_vector_decode(variant, 6, (tasks & VISION_WORDS) != 0, &findings->words)
            ? "vectors"
            : NULL;
    if (wrong) {
        set_corrupt(error, wrong);
        return NULL;
    }
    *ret_width = width;
    *ret_height = height;
    return g_steal_pointer(&findings);
}
