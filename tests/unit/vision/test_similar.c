#include "onnx_make.h"
#include "runtime_fixture.h"
#include "vision/similar.h"

#include <math.h>

/* The mean colour of the picture as the model is fed it, channels last. */
static GBytes *mean_colour(void)
{
    OnnxModel *model = onnx_new();
    onnx_input(model, "input", ONNX_FLOAT, "1,8,8,3");
    onnx_node(model, "ReduceMean", "input", "look", "axes=1,2 keepdims:0");
    onnx_output(model, "look", ONNX_FLOAT, "1,3");
    return onnx_finish(model);
}

static GArray *look(const char *json, const guint8 rgb[3], GError **error)
{
    guint8 pixels[12 * 6 * 3];
    for (gsize i = 0; i < sizeof(pixels); i++) {
        pixels[i] = rgb[i % 3];
    }
    VisionImage image = {12, 6, pixels, 12, 6};
    g_autoptr(GBytes) file = mean_colour();
    g_autoptr(ModelOptions) options = model_options_read(json, error);
    g_autoptr(VisionSession) session = vision_session_new(runtime_fixture(), file, error);
    g_autoptr(Similar) similar = session ? similar_new(session, options, error) : NULL;
    return similar ? similar_find(similar, &image, error) : NULL;
}

static void check(const GArray *vector, float x, float y, float z)
{
    g_assert_cmpuint(vector->len, ==, 3);
    g_assert_cmpfloat_with_epsilon(g_array_index(vector, float, 0), x, 1e-4F);
    g_assert_cmpfloat_with_epsilon(g_array_index(vector, float, 1), y, 1e-4F);
    g_assert_cmpfloat_with_epsilon(g_array_index(vector, float, 2), z, 1e-4F);
}

static void test_find(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) plain = look("{}", (guint8[]){153, 204, 0}, &error);
    g_assert_no_error(error);
    check(plain, 0.6F, 0.8F, 0);
    g_autoptr(GArray) less = look("{\"similar\": {\"output\": \"look\", \"mean\": [0, 0.8, 0]}}",
                                  (guint8[]){153, 204, 0}, &error);
    g_assert_no_error(error);
    check(less, 1, 0, 0);
    g_autoptr(GArray) turned = look("{\"bgr\": true}", (guint8[]){153, 204, 0}, &error);
    g_assert_no_error(error);
    check(turned, 0, 0.8F, 0.6F);
}

static void refuse(const char *json, const guint8 rgb[3], int code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(look(json, rgb, &error));
    g_assert_error(error, ALBUMEN_ERROR, code);
}

static void test_refused(void)
{
    static const guint8 grey[] = {9, 9, 9}, black[] = {0, 0, 0};
    refuse("{}", black, ALBUMEN_ERROR_CORRUPT); /* no length */
    refuse("{\"similar\": {\"output\": \"other\"}}", grey, ALBUMEN_ERROR_UNSUPPORTED);
    refuse("{\"similar\": {\"mean\": [1, 2]}}", grey, ALBUMEN_ERROR_UNSUPPORTED);
    refuse("{\"similar\": {\"mean\": \"none\"}}", grey, ALBUMEN_ERROR_INVALID);
}

static void test_unit(void)
{
    g_autoptr(GError) error = NULL;
    static const float big[] = {3e30F, 4e30F}, none[] = {NAN, 1}, endless[] = {INFINITY, 1};
    g_autoptr(GArray) vector = similar_unit(big, 2, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat_with_epsilon(g_array_index(vector, float, 0), 0.6F, 1e-5F);
    g_assert_null(similar_unit(none, 2, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    g_clear_error(&error);
    g_assert_null(similar_unit(endless, 2, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/similar/find", test_find);
    g_test_add_func("/vision/similar/refused", test_refused);
    g_test_add_func("/vision/similar/unit", test_unit);
    int result = g_test_run();
    runtime_fixture_drop();
    return result;
}
