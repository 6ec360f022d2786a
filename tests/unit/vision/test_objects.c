#include "base/limits.h"
#include "onnx_make.h"
#include "runtime_fixture.h"
#include "vision/vision.h"

#include <math.h>

/* A model that always gives the same: its input's mean times nothing, plus what it is to say. */
static void put_answer(OnnxModel *model, const char *name, const char *shape, const float *values)
{
    g_autofree char *constant = g_strconcat(name, "_constant", NULL);
    g_autofree char *inputs = g_strconcat("nothing ", constant, NULL);
    onnx_floats(model, constant, shape, values);
    onnx_node(model, "Add", inputs, name, "");
    onnx_output(model, name, ONNX_FLOAT, shape);
}

static OnnxModel *begin(const char *input)
{
    OnnxModel *model = onnx_new();
    onnx_input(model, "picture", ONNX_FLOAT, input);
    onnx_floats(model, "zero", "1,1,1,1", (float[]){0});
    onnx_node(model, "ReduceMean", "picture", "mean", "axes=0,1,2,3 keepdims:1");
    onnx_node(model, "Mul", "mean zero", "nothings", "");
    onnx_ints(model, "flat", "1", (gint64[]){1});
    onnx_node(model, "Reshape", "nothings flat", "nothing", "");
    return model;
}

static VisionFindings *find(const char *family, const char *options, GBytes *file, int tasks,
                            GError **error)
{
    static const guint8 pixels[40 * 20 * 3];
    VisionImage image = {40, 20, pixels, 400, 200};
    g_autoptr(Vision) vision = vision_new(runtime_fixture());
    return vision_load(vision, MODEL_OBJECTS, family, options, file, error)
               ? vision_analyse(vision, &image, tasks, error)
               : NULL;
}

static void check(const VisionFindings *findings, guint place, const char *label, float score,
                  const float box[4])
{
    g_assert_cmpuint(place, <, findings->objects->len);
    const VisionObject *object = findings->objects->pdata[place];
    g_assert_cmpstr(object->label, ==, label);
    g_assert_cmpfloat_with_epsilon(object->score, score, 1e-5F);
    g_assert_cmpfloat_with_epsilon(object->box.x1, box[0], 0.01F);
    g_assert_cmpfloat_with_epsilon(object->box.y1, box[1], 0.01F);
    g_assert_cmpfloat_with_epsilon(object->box.x2, box[2], 0.01F);
    g_assert_cmpfloat_with_epsilon(object->box.y2, box[3], 0.01F);
}

#define LABELS "\"labels\": [\"person\", \"dog\"]"

/* An input of 80 x 80 has the picture of 40 x 20 in rows 20 to 60, twice as large; the original is
 * ten times the picture, so an input's pixel is five of its. */
static GBytes *centernet(const float *rows, const char *count)
{
    g_autofree char *shape = g_strdup_printf("1,%s,6", count);
    OnnxModel *model = begin("1,80,80,3");
    put_answer(model, "detections", shape, rows);
    put_answer(model, "look", "1,2", (float[]){3, 4});
    return onnx_finish(model);
}

static void test_centernet(void)
{
    static const float rows[] = {
        10, 30, 20, 50, 0.9F,  1, /* a dog */
        11, 30, 21, 50, 0.8F,  1, /* the same one */
        11, 30, 21, 50, 0.7F,  0, /* of another class */
        -9, 0,  99, 80, 0.6F,  0, /* cut to the picture */
        30, 0,  50, 10, 0.9F,  0, /* in the black above it */
        30, 30, 40, 40, 0.35F, 1, /* not more than the threshold */
        40, 40, 30, 30, 0.9F,  1, /* turned inside out */
        30, 30, 40, 40, 0.9F,  2, /* no such class */
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) file = centernet(rows, "8");
    g_autoptr(VisionFindings) findings =
        find("centernet", "{" LABELS ", \"similar\": {\"output\": \"look\", \"mean\": [0, 0]}}",
             file, VISION_OBJECTS | VISION_SIMILAR, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(findings->objects->len, ==, 3);
    check(findings, 0, "dog", 0.9F, (float[]){50, 50, 100, 150});
    check(findings, 1, "person", 0.7F, (float[]){55, 50, 105, 150});
    check(findings, 2, "person", 0.6F, (float[]){0, 0, 400, 200});
    g_assert_cmpuint(findings->similar->len, ==, 2);
    g_assert_cmpfloat_with_epsilon(g_array_index(findings->similar, float, 0), 0.6F, 1e-5F);
    g_assert_cmpfloat_with_epsilon(g_array_index(findings->similar, float, 1), 0.8F, 1e-5F);

    g_autoptr(VisionFindings) strict = find(
        "centernet", "{" LABELS ", \"score\": 0.75, \"iou\": 1}", file, VISION_OBJECTS, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(strict->objects->len, ==, 2);
    g_assert_null(strict->similar);
    g_assert_null(find("centernet", "{" LABELS "}", file, VISION_SIMILAR, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
}

static void test_not_numbers(void)
{
    static const float bad[][6] = {{10, 30, 20, 50, NAN, 1},
                                   {10, 30, 20, 50, 0.9F, NAN},
                                   {NAN, 30, 20, 50, 0.9F, 1},
                                   {10, 30, INFINITY, 50, 0.9F, 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) file = centernet(bad[i], "1");
        g_assert_null(find("centernet", "{" LABELS "}", file, VISION_OBJECTS, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    }
}

/* 32 x 32 pixels: 16 cells of 8, 4 of 16, one of 32; two bins, so that equal numbers mean half a
 * stride. */
static void test_nanodet(void)
{
    float scores8[16 * 2] = {0}, scores16[4 * 2] = {0}, scores32[2] = {0};
    float away8[16 * 8] = {0}, away16[4 * 8] = {0}, away32[8] = {0};
    scores8[5 * 2 + 1] = 0.9F; /* the second cell of the second row: its middle is 12, 12 */
    scores32[0] = 0.8F;
    for (int i = 0; i < 4; i++) {
        away32[i * 2] = -100; /* the second bin for sure: a stride to each side */
    }
    OnnxModel *model = begin("1,3,32,32");
    put_answer(model, "a", "1,16,2", scores8);
    put_answer(model, "b", "1,4,2", scores16);
    put_answer(model, "c", "1,1,2", scores32);
    put_answer(model, "d", "1,16,8", away8);
    put_answer(model, "e", "1,4,8", away16);
    put_answer(model, "f", "1,1,8", away32);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) file = onnx_finish(model);
    g_autoptr(VisionFindings) findings =
        find("nanodet", "{" LABELS "}", file, VISION_OBJECTS, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(findings->objects->len, ==, 2);
    /* rows 8 to 24 of the input are the picture; a pixel is 12.5 of the original */
    check(findings, 0, "dog", 0.9F, (float[]){100, 0, 200, 100});
    check(findings, 1, "person", 0.8F, (float[]){0, 0, 400, 200});
}

static void test_yolo(void)
{
    /* 1 x 6 x 7, columns are findings; the input of 80 x 20 is the picture stretched */
    static const float columns[] = {
        20,   21,   60,  20,   0, 0, 0, /* middle x */
        10,   10,   10,  10,   0, 0, 0, /* middle y */
        20,   20,   20,  20,   8, 8, 8, /* width */
        10,   10,   10,  10,   8, 8, 8, /* height */
        0.9F, 0.8F, 0,   0.1F, 0, 0, 0, /* person */
        0.1F, 0,    .5F, 0.6F, 0, 0, 0, /* dog */
    };
    OnnxModel *model = begin("1,3,20,80");
    put_answer(model, "output0", "1,6,7", columns);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) file = onnx_finish(model);
    g_autoptr(VisionFindings) findings = find("yolo", "{" LABELS "}", file, VISION_OBJECTS, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(findings->objects->len, ==, 3);
    check(findings, 0, "person", 0.9F, (float[]){50, 50, 150, 150});
    check(findings, 1, "dog", 0.6F, (float[]){50, 50, 150, 150});
    check(findings, 2, "dog", 0.5F, (float[]){250, 50, 350, 150});
}

static void refuse(const char *family, const char *options, GBytes *file, int code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(find(family, options, file, VISION_OBJECTS, &error));
    g_assert_error(error, ALBUMEN_ERROR, code);
}

static void test_refused(void)
{
    static const float row[6] = {0};
    g_autoptr(GBytes) file = centernet(row, "1");
    refuse("centernet", "{}", file, ALBUMEN_ERROR_INVALID);
    refuse("centernet", "[]", file, ALBUMEN_ERROR_INVALID);
    refuse("centernet", "{\"labels\": \"person\"}", file, ALBUMEN_ERROR_INVALID);
    g_autofree char *longest = g_strnfill(LIMIT_OBJECT_LABEL_BYTES + 1, 'x');
    g_autofree char *labels = g_strdup_printf("{\"labels\": [\"%s\"]}", longest);
    refuse("centernet", labels, file, ALBUMEN_ERROR_INVALID);
    refuse("centernet", "{" LABELS ", \"score\": 2}", file, ALBUMEN_ERROR_INVALID);
    refuse("centernet", "{" LABELS ", \"shape\": \"round\"}", file, ALBUMEN_ERROR_INVALID);
    refuse("centernet", "{" LABELS ", \"deviation\": [0, 1, 1]}", file, ALBUMEN_ERROR_INVALID);
    refuse("centernet", "{" LABELS ", \"similar\": {\"output\": \"no\"}}", file,
           ALBUMEN_ERROR_UNSUPPORTED);
    refuse("centernet", "{" LABELS ", \"similar\": {\"output\": \"look\", \"mean\": [1]}}", file,
           ALBUMEN_ERROR_UNSUPPORTED);
    refuse("nanodet", "{" LABELS "}", file, ALBUMEN_ERROR_UNSUPPORTED);
    refuse("yolo", "{" LABELS "}", file, ALBUMEN_ERROR_UNSUPPORTED);
    refuse("fortune", "{" LABELS "}", file, ALBUMEN_ERROR_UNSUPPORTED);
    OnnxModel *model = begin("1,80,80,4");
    put_answer(model, "detections", "1,1,6", row);
    g_autoptr(GBytes) four = onnx_finish(model);
    refuse("centernet", "{" LABELS "}", four, ALBUMEN_ERROR_UNSUPPORTED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/objects/centernet", test_centernet);
    g_test_add_func("/vision/objects/not-numbers", test_not_numbers);
    g_test_add_func("/vision/objects/nanodet", test_nanodet);
    g_test_add_func("/vision/objects/yolo", test_yolo);
    g_test_add_func("/vision/objects/refused", test_refused);
    int result = g_test_run();
    runtime_fixture_drop();
    return result;
}
