/* The installed models together, and one put in place of another. */
#include "runtime_fixture.h"
#include "vision/vision.h"

#define WIDTH  64
#define HEIGHT 48

static VisionImage grey_image(void)
{
    static guint8 pixels[WIDTH * HEIGHT * 3];
    for (gsize i = 0; i < sizeof(pixels); i++) {
        pixels[i] = (guint8)(100 + i % 7);
    }
    return (VisionImage){WIDTH, HEIGHT, pixels, WIDTH, HEIGHT};
}

static ModelSet *installed(void)
{
    g_autoptr(GError) error = NULL;
    const char *folder = g_getenv("ALBUMEN_MODELS");
    ModelSet *set = model_set_read(folder ? folder : ".", &error);
    g_assert_no_error(error);
    return set;
}

static gboolean load(Vision *vision, const ModelSet *set, ModelPurpose purpose, GError **error)
{
    const Model *model = model_set_of(set, purpose);
    if (!model) {
        g_error("this test needs a model for %s. `make models` fetches it, and ALBUMEN_MODELS "
                "names the folder that it lies in.",
                model_purpose_name(purpose));
    }
    g_autoptr(GMappedFile) mapped = g_mapped_file_new(model->file, FALSE, NULL);
    g_assert_nonnull(mapped);
    g_autoptr(GBytes) contents = g_mapped_file_get_bytes(mapped);
    return vision_load(vision, purpose, model->family, model->options, contents, error);
}

static void test_default_models(void)
{
    static const ModelPurpose needed[] = {MODEL_OBJECTS, MODEL_FACE_DETECTOR, MODEL_FACE_MESH,
                                          MODEL_EYES, MODEL_FACE_VECTOR};
    const int tasks = VISION_OBJECTS | VISION_FACES | VISION_SIMILAR;
    g_autoptr(GError) error = NULL;
    g_autoptr(ModelSet) set = installed();
    g_assert_cmpint(model_set_tasks(set) & tasks, ==, tasks);
    g_autoptr(Vision) vision = vision_new(runtime_fixture());
    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
        g_assert_true(load(vision, set, needed[i], &error));
    }
    VisionImage image = grey_image();
    g_autoptr(VisionFindings) findings = vision_analyse(vision, &image, tasks, &error);
    g_assert_no_error(error);
    g_assert_cmpint(findings->tasks, ==, tasks);
    g_assert_cmpuint(findings->objects->len, ==, 0); /* there is nothing on it */
    g_assert_cmpuint(findings->faces->len, ==, 0);
    g_assert_nonnull(findings->similar);
    g_assert_null(findings->words);
    double squares = 0;
    for (guint i = 0; i < findings->similar->len; i++) {
        float value = g_array_index(findings->similar, float, i);
        squares += (double)value * value;
    }
    g_assert_cmpfloat_with_epsilon(squares, 1, 1e-4);

    g_autoptr(VisionFindings) only = vision_analyse(vision, &image, VISION_SIMILAR, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(only->similar->data, only->similar->len * sizeof(float),
                    findings->similar->data, findings->similar->len * sizeof(float));
    VisionBox box = {10, 10, 40, 40};
    VisionFace *face = vision_describe_face(vision, &image, &box, &error);
    g_assert_no_error(error);
    g_assert_null(face->vector); /* no face in it */
    vision_face_free(face);
}

/* Another model takes the place of one only when it works; dropped ones are gone. */
static void test_exchange(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ModelSet) set = installed();
    g_autoptr(Vision) vision = vision_new(runtime_fixture());
    VisionImage image = grey_image();
    g_assert_null(vision_analyse(vision, &image, VISION_OBJECTS, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_assert_true(load(vision, set, MODEL_OBJECTS, &error));
    g_autoptr(GBytes) broken = g_bytes_new_static("no model", 8);
    g_assert_false(vision_load(vision, MODEL_OBJECTS, "nanodet", "{}", broken, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    g_clear_error(&error);
    g_autoptr(VisionFindings) kept = vision_analyse(vision, &image, VISION_OBJECTS, &error);
    g_assert_no_error(error);
    vision_drop(vision, MODEL_OBJECTS);
    g_assert_null(vision_analyse(vision, &image, VISION_OBJECTS, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_autoptr(GBytes) any = g_bytes_new_static("", 0);
    g_assert_false(vision_load(vision, MODEL_RUNTIME, "onnxruntime", "{}", any, &error));
    g_assert_nonnull(error);
}

/* A model of one family is not taken for another. */
static void test_other_family(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ModelSet) set = installed();
    g_autoptr(Vision) vision = vision_new(runtime_fixture());
    const Model *eyes = model_set_of(set, MODEL_EYES);
    g_assert_nonnull(eyes);
    g_autoptr(GMappedFile) mapped = g_mapped_file_new(eyes->file, FALSE, NULL);
    g_autoptr(GBytes) contents = g_mapped_file_get_bytes(mapped);
    static const struct {
        ModelPurpose purpose;
        const char *family, *options;
    } wrong[] = {
        {MODEL_OBJECTS, "centernet", "{\"labels\": [\"a\"]}"},
        {MODEL_FACE_DETECTOR, "blazeface", "{}"},
        {MODEL_FACE_MESH, "facemesh", "{}"},
        {MODEL_FACE_VECTOR, "arcface", "{}"},
        {MODEL_TEXT_WORDS, "clip", "{}"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_false(vision_load(vision, wrong[i].purpose, wrong[i].family, wrong[i].options,
                                   contents, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
        g_clear_error(&error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/vision/default-models", test_default_models);
    g_test_add_func("/vision/vision/exchange", test_exchange);
    g_test_add_func("/vision/vision/other-family", test_other_family);
    int result = g_test_run();
    runtime_fixture_drop();
    return result;
}
