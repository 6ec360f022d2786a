/* Faces with the real models on real photographs (ALBUMEN_MODELS; ALBUMEN_SAMPLES, which
 * `node bench/samples.mjs` fetches), and with models made on the spot where none are to be had, or
 * where they must misbehave. */
#include "vision/faces.h"

#include "base/limits.h"
#include "onnx_make.h"
#include "runtime_fixture.h"

#include <math.h>
#include <string.h>
#include <vips/vips.h>

static struct {
    VisionSession *detector, *mesh, *eyes, *vector;
} loaded;

static VisionSession *session_of(const char *name)
{
    g_autofree char *file = g_strconcat(name, ".onnx", NULL);
    g_autofree char *path = g_build_filename(g_getenv("ALBUMEN_MODELS"), name, file, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GMappedFile) mapped = g_mapped_file_new(path, FALSE, &error);
    if (mapped == NULL) {
        g_error("this test needs the models that `make models` fetches: %s", error->message);
    }
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(mapped);
    VisionSession *session = vision_session_new(runtime_fixture(), bytes, &error);
    g_assert_no_error(error);
    return session;
}

static FaceModels real_models(void)
{
    return (FaceModels){
        .detector = {"blazeface", loaded.detector},
        .mesh = {"facemesh", loaded.mesh},
        .eyes = {"iris", loaded.eyes},
        .vector = {"face-resnet", loaded.vector},
    };
}

static VipsImage *sample(int number, int pixels)
{
    const char *samples = g_getenv("ALBUMEN_SAMPLES");
    if (samples == NULL) {
        g_error("this test needs photographs of people: ALBUMEN_SAMPLES names the folder that "
                "`node bench/samples.mjs` prints");
    }
    g_autofree char *path =
        g_strdup_printf("%s/vladmandic-face-api-1.7.15/demo/sample%d.jpg", samples, number);
    VipsImage *lazy;
    if (vips_thumbnail(path, &lazy, pixels, "height", pixels, NULL) != 0) {
        g_error("%s", vips_error_buffer());
    }
    VipsImage *picture = vips_image_copy_memory(lazy);
    g_object_unref(lazy);
    return picture;
}

/* As that of an original of twice the size. */
static GPtrArray *find(VipsImage *picture)
{
    VipsImage *memory = vips_image_copy_memory(picture);
    g_assert_cmpint(memory->Bands, ==, 3);
    const VisionImage image = {memory->Xsize, memory->Ysize, VIPS_IMAGE_ADDR(memory, 0, 0),
                               memory->Xsize * 2, memory->Ysize * 2};
    const FaceModels models = real_models();
    g_autoptr(GError) error = NULL;
    GPtrArray *faces = faces_find(&models, &image, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < faces->len; i++) {
        const VisionFace *face = faces->pdata[i];
        g_assert_cmpfloat(face->box.x1, >=, 0);
        g_assert_cmpfloat(face->box.y1, >=, 0);
        g_assert_cmpfloat(face->box.x2, <=, image.full_width);
        g_assert_cmpfloat(face->box.y2, <=, image.full_height);
        g_assert_cmpfloat(face->box.x1, <, face->box.x2);
        g_assert_cmpfloat(face->box.y1, <, face->box.y2);
        g_assert_true(face->confidence > 0 && face->confidence <= 1);
    }
    g_object_unref(memory);
    return faces;
}

static const VisionFace *face_at(const GPtrArray *faces, guint number)
{
    return faces->pdata[number];
}

static float distance(const VisionFace *a, const VisionFace *b)
{
    g_assert_nonnull(a->vector);
    g_assert_nonnull(b->vector);
    g_assert_cmpuint(a->vector->len, ==, 128);
    float sum = 0;
    for (guint i = 0; i < a->vector->len; i++) {
        sum += powf(g_array_index(a->vector, float, i) - g_array_index(b->vector, float, i), 2);
    }
    return sqrtf(sum);
}

static void test_models_fit(void)
{
    const FaceModels models = real_models();
    const struct {
        ModelPurpose purpose;
        const FaceModel *model;
    } all[] = {{MODEL_FACE_DETECTOR, &models.detector},
               {MODEL_FACE_MESH, &models.mesh},
               {MODEL_EYES, &models.eyes},
               {MODEL_FACE_VECTOR, &models.vector}};
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(face_model_check(all[i].purpose, all[i].model, &error));
        g_assert_no_error(error);
        /* another's weights, and a family that nobody knows */
        const FaceModel wrong = {all[i].model->family, all[(i + 1) % 4].model->session};
        g_assert_false(face_model_check(all[i].purpose, &wrong, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
        g_clear_error(&error);
        const FaceModel unknown = {"unheard", all[i].model->session};
        g_assert_false(face_model_check(all[i].purpose, &unknown, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
    }
}

static void test_found(void)
{
    static const guint counts[] = {3, 3, 3, 4, 5, 4};
    for (int i = 0; i < 6; i++) {
        VipsImage *picture = sample(i + 1, 1280);
        g_autoptr(GPtrArray) faces = find(picture);
        g_assert_cmpuint(faces->len, ==, counts[i]);
        for (guint k = 0; k < faces->len; k++) {
            const VisionFace *face = face_at(faces, k);
            g_assert_false(isnan(face->eye_openness) || isnan(face->yaw));
            g_assert_true(k == 0 || face->box.x1 > face_at(faces, k - 1)->box.x1);
            /* eyes above the mouth, the right one to the left of the other or behind a profile */
            g_assert_cmpfloat(face->landmarks[0][1], <, face->landmarks[3][1]);
            g_assert_cmpfloat(face->landmarks[0][0], <, face->landmarks[1][0]);
        }
        g_object_unref(picture);
    }
}

/* The third woman of the first picture is the second of the third; nobody else is there twice. */
static void test_same_person(void)
{
    VipsImage *first = sample(1, 1280), *third = sample(3, 1280);
    g_autoptr(GPtrArray) here = find(first), there = find(third);
    for (guint i = 0; i < 3; i++) {
        for (guint k = 0; k < 3; k++) {
            const float apart = distance(face_at(here, i), face_at(there, k));
            if (i == 2 && k == 1) {
                g_assert_cmpfloat(apart, <, 0.5);
            } else {
                g_assert_cmpfloat(apart, >, 0.525);
            }
        }
    }
    g_object_unref(first);
    g_object_unref(third);
}

/* The first picture after a change: all three found, and each still like itself. */
static void assert_still_they(VipsImage *changed, gboolean is_reversed, float most_apart)
{
    VipsImage *plain = sample(1, 1280);
    g_autoptr(GPtrArray) before = find(plain), after = find(changed);
    g_assert_cmpuint(after->len, ==, 3);
    for (guint i = 0; i < 3; i++) {
        const VisionFace *face = face_at(after, is_reversed ? 2 - i : i);
        g_assert_cmpfloat(distance(face_at(before, i), face), <, most_apart);
    }
    g_object_unref(plain);
    g_object_unref(changed);
}

static void test_turned(void)
{
    VipsImage *picture = sample(1, 1280), *turned;
    g_assert_cmpint(vips_rotate(picture, &turned, 20, NULL), ==, 0);
    assert_still_they(turned, FALSE, 0.45F);
    g_assert_cmpint(vips_rot180(picture, &turned, NULL), ==, 0);
    assert_still_they(turned, TRUE, 0.45F);
    g_object_unref(picture);
}

static void test_shrunk(void)
{
    assert_still_they(sample(1, 400), FALSE, 0.45F);
    VipsImage *picture = sample(1, 1280), *small, *placed;
    g_assert_cmpint(vips_resize(picture, &small, 0.3, NULL), ==, 0);
    g_assert_cmpint(vips_gravity(small, &placed, VIPS_COMPASS_DIRECTION_CENTRE, picture->Xsize,
                                 picture->Ysize, NULL),
                    ==, 0);
    assert_still_they(placed, FALSE, 0.45F);
    g_object_unref(small);
    g_object_unref(picture);
}

static void test_grey_and_dark(void)
{
    VipsImage *picture = sample(1, 1280), *grey, *back, *dark;
    g_assert_cmpint(vips_colourspace(picture, &grey, VIPS_INTERPRETATION_B_W, NULL), ==, 0);
    g_assert_cmpint(vips_colourspace(grey, &back, VIPS_INTERPRETATION_sRGB, NULL), ==, 0);
    assert_still_they(back, FALSE, 0.5F);
    g_assert_cmpint(vips_linear1(picture, &dark, 0.5, 0, "uchar", TRUE, NULL), ==, 0);
    assert_still_they(dark, FALSE, 0.5F);
    g_object_unref(grey);
    g_object_unref(picture);
}

/* Faces that the picture's border cuts. */
static void test_border(void)
{
    VipsImage *picture = sample(1, 1280), *cut;
    g_autoptr(GPtrArray) whole = find(picture);
    const VisionBox box = face_at(whole, 0)->box; /* pixels of twice the size */
    const int left = (int)(box.x1 / 2 + (box.x2 - box.x1) / 12);
    g_assert_cmpint(vips_crop(picture, &cut, left, 0, picture->Xsize - left, picture->Ysize, NULL),
                    ==, 0);
    g_autoptr(GPtrArray) faces = find(cut);
    g_assert_cmpuint(faces->len, ==, 3);
    g_assert_cmpfloat(face_at(faces, 0)->box.x1, <, 4);
    g_assert_cmpfloat(distance(face_at(faces, 0), face_at(whole, 0)), <, 0.5);
    g_object_unref(cut);
    g_object_unref(picture);
}

/* Narrower than a vector needs: kept without one. */
static void test_small_faces(void)
{
    VipsImage *picture = sample(1, 200);
    g_autoptr(GPtrArray) faces = find(picture);
    g_assert_cmpuint(faces->len, ==, 3);
    for (guint i = 0; i < 3; i++) {
        g_assert_null(face_at(faces, i)->vector);
    }
    g_object_unref(picture);
}

static void test_nothing_there(void)
{
    static const int sizes[][2] = {{1, 1}, {1, 900}, {900, 1}, {15, 15}, {640, 480}};
    const FaceModels models = real_models();
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const gsize bytes = (gsize)sizes[i][0] * sizes[i][1] * 3;
        g_autofree guint8 *rgb = g_malloc(bytes);
        memset(rgb, 130, bytes);
        const VisionImage image = {sizes[i][0], sizes[i][1], rgb, sizes[i][0], sizes[i][1]};
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) faces = faces_find(&models, &image, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(faces->len, ==, 0);
    }
}

static void test_describe(void)
{
    VipsImage *picture = sample(1, 1280);
    g_autoptr(GPtrArray) faces = find(picture);
    const VisionImage image = {picture->Xsize, picture->Ysize, VIPS_IMAGE_ADDR(picture, 0, 0),
                               picture->Xsize * 2, picture->Ysize * 2};
    const FaceModels models = real_models();
    g_autoptr(GError) error = NULL;
    /* drawn by hand, not exactly */
    VisionBox box = face_at(faces, 2)->box;
    box.x1 -= 20;
    box.y1 -= 70;
    box.x2 += 40;
    g_autoptr(VisionFace) face = faces_describe(&models, &image, &box, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(distance(face, face_at(faces, 2)), <, 0.3);
    g_assert_true(isnan(face->confidence));
    g_assert_cmpfloat(face->box.y1, ==, box.y1);

    const VisionBox wall = {20, 20, 220, 220};
    g_autoptr(VisionFace) nobody = faces_describe(&models, &image, &wall, &error);
    g_assert_no_error(error);
    g_assert_null(nobody->vector);
    g_assert_true(isnan(nobody->landmarks[0][0]) && isnan(nobody->eye_openness));

    const VisionBox wrong[] = {
        {-50, -50, -10, -10}, {30, 30, 30, 60}, {NAN, 0, 10, 10}, {10, 10, INFINITY, NAN}};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_null(faces_describe(&models, &image, &wrong[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_clear_error(&error);
    }
    g_object_unref(picture);
}

static VisionSession *made(OnnxModel *model)
{
    g_autoptr(GBytes) file = onnx_finish(model);
    g_autoptr(GError) error = NULL;
    VisionSession *session = vision_session_new(runtime_fixture(), file, &error);
    g_assert_no_error(error);
    return session;
}

/* Gives out the same numbers whatever it sees. */
static void constant_output(OnnxModel *model, const char *name, const char *shape,
                            const float *values)
{
    g_autofree char *held = g_strconcat("of_", name, NULL);
    onnx_floats(model, held, shape, values);
    onnx_node(model, "Identity", held, name, "");
    onnx_output(model, name, ONNX_FLOAT, shape);
}

/* A blazeface that finds one face in the middle, with a number that may be none. */
static VisionSession *made_blazeface(float number)
{
    float scores[512] = {0}, boxes[512 * 16] = {0};
    for (int i = 0; i < 512; i++) {
        scores[i] = -9;
    }
    OnnxModel *model = onnx_new();
    onnx_input(model, "input", ONNX_FLOAT, "1,256,256,3");
    constant_output(model, "Identity_1", "1,384,1", scores);
    constant_output(model, "Identity_3", "1,384,16", boxes);
    const int middle = (8 * 16 + 8) * 2;
    scores[middle] = 9;
    boxes[middle * 16 + 2] = boxes[middle * 16 + 3] = 100;
    boxes[middle * 16 + 6] = 10;
    boxes[middle * 16 + 1] = number;
    constant_output(model, "Identity", "1,512,1", scores);
    constant_output(model, "Identity_2", "1,512,16", boxes);
    return made(model);
}

static VisionImage grey_image(guint8 *rgb, int side)
{
    memset(rgb, 200, (gsize)side * side * 3);
    return (VisionImage){side, side, rgb, side, side};
}

static void assert_corrupt(const FaceModels *models)
{
    g_autofree guint8 *rgb = g_malloc(256 * 256 * 3);
    const VisionImage image = grey_image(rgb, 256);
    g_autoptr(GError) error = NULL;
    g_assert_null(faces_find(models, &image, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
}

static void test_nan(void)
{
    g_autoptr(VisionSession) bad_detector = made_blazeface(NAN);
    g_autoptr(VisionSession) good_detector = made_blazeface(0);
    FaceModels models = {.detector = {"blazeface", bad_detector}};
    g_autoptr(GError) error = NULL;
    g_assert_true(face_model_check(MODEL_FACE_DETECTOR, &models.detector, &error));
    assert_corrupt(&models);

    static float points[468 * 3] = {0};
    OnnxModel *model = onnx_new();
    onnx_input(model, "input", ONNX_FLOAT, "1,192,192,3");
    constant_output(model, "Identity_1", "1,1", (float[]){1});
    points[1000] = INFINITY;
    constant_output(model, "Identity_2", "1,1404", points);
    g_autoptr(VisionSession) mesh = made(model);
    models = (FaceModels){.detector = {"blazeface", good_detector}, .mesh = {"facemesh", mesh}};
    g_assert_true(face_model_check(MODEL_FACE_MESH, &models.mesh, &error));
    assert_corrupt(&models);

    static float numbers[128] = {0};
    for (int i = 0; i < 2; i++) { /* a vector with NaN, and one without length */
        numbers[7] = i == 0 ? NAN : 0;
        model = onnx_new();
        onnx_input(model, "input", ONNX_FLOAT, "1,150,150,3");
        constant_output(model, "vector", "1,128", numbers);
        g_autoptr(VisionSession) vector = made(model);
        models = (FaceModels){.detector = {"blazeface", good_detector},
                              .vector = {"face-resnet", vector}};
        g_assert_true(face_model_check(MODEL_FACE_VECTOR, &models.vector, &error));
        assert_corrupt(&models);
    }
}

/* SCRFD at 256 pixels: of stride 8 every cell has a face of 6.4 pixels, the surer the later. */
static VisionSession *made_scrfd(void)
{
    OnnxModel *model = onnx_new();
    onnx_input(model, "input.1", ONNX_FLOAT, "1,3,256,256");
    for (int stride = 32; stride >= 8; stride /= 2) { /* the order must not matter */
        const int rows = 256 / stride * (256 / stride) * 2;
        g_autofree float *scores = g_new0(float, rows);
        g_autofree float *boxes = g_new0(float, rows * 4);
        g_autofree float *points = g_new0(float, rows * 10);
        for (int i = 0; stride == 8 && i < rows; i += 2) {
            scores[i] = 0.6F + 0.3F * (float)i / (float)rows;
            for (int k = 0; k < 4; k++) {
                boxes[i * 4 + k] = 0.4F;
            }
            static const float face[10] = {-.2F, -.2F, .2F, -.2F, 0, 0, -.15F, .2F, .15F, .2F};
            memcpy(points + i * 10, face, sizeof face);
        }
        g_autofree char *score_name = g_strdup_printf("score_%d", stride);
        g_autofree char *box_name = g_strdup_printf("box_%d", stride);
        g_autofree char *point_name = g_strdup_printf("point_%d", stride);
        g_autofree char *score_shape = g_strdup_printf("%d,1", rows);
        g_autofree char *box_shape = g_strdup_printf("%d,4", rows);
        g_autofree char *point_shape = g_strdup_printf("%d,10", rows);
        constant_output(model, score_name, score_shape, scores);
        constant_output(model, box_name, box_shape, boxes);
        constant_output(model, point_name, point_shape, points);
    }
    return made(model);
}

/* The mean of the colours it is fed, through a matrix. */
static VisionSession *made_arcface(void)
{
    float matrix[3 * 64];
    for (int i = 0; i < 3 * 64; i++) {
        matrix[i] = i < 64 ? 1 : i < 128 ? 2 : 4;
    }
    OnnxModel *model = onnx_new();
    onnx_input(model, "data", ONNX_FLOAT, "?,3,112,112");
    onnx_node(model, "ReduceMean", "data", "mean", "axes=2,3 keepdims:0");
    onnx_floats(model, "matrix", "3,64", matrix);
    onnx_node(model, "MatMul", "mean matrix", "fc1", "");
    onnx_output(model, "fc1", ONNX_FLOAT, "?,64");
    return made(model);
}

static void test_other_families(void)
{
    g_autoptr(VisionSession) scrfd = made_scrfd();
    g_autoptr(VisionSession) arcface = made_arcface();
    const FaceModels models = {.detector = {"scrfd", scrfd}, .vector = {"arcface", arcface}};
    g_autoptr(GError) error = NULL;
    g_assert_true(face_model_check(MODEL_FACE_DETECTOR, &models.detector, &error));
    g_assert_no_error(error);
    g_assert_true(face_model_check(MODEL_FACE_VECTOR, &models.vector, &error));
    g_assert_no_error(error);
    g_autofree guint8 *rgb = g_malloc(1280 * 1280 * 3);
    const VisionImage image = grey_image(rgb, 1280);
    g_autoptr(GPtrArray) faces = faces_find(&models, &image, &error);
    g_assert_no_error(error);
    /* a thousand are offered; the surest are those of the last rows */
    g_assert_cmpuint(faces->len, ==, LIMIT_FACES_PER_PICTURE);
    for (guint i = 0; i < faces->len; i++) {
        const VisionFace *face = face_at(faces, i);
        g_assert_cmpfloat(face->box.y1, >, 900);
        g_assert_cmpfloat(face->confidence, >, 0.8);
        if (face->box.x1 > 0) {
            g_assert_cmpuint(face->vector->len, ==, 64);
        } else { /* the picture's border leaves 16 pixels of it */
            g_assert_null(face->vector);
        }
        g_assert_true(isnan(face->yaw) && isnan(face->eye_openness));
    }
    /* inside the picture all is grey 200: (200 - 127.5) / 127.5 in each band, times 7 */
    const VisionFace *middle = face_at(faces, 100);
    g_assert_cmpfloat_with_epsilon(g_array_index(middle->vector, float, 5), 7 * 72.5 / 127.5, 1e-3);
    g_assert_cmpfloat_with_epsilon(middle->landmarks[2][0], (middle->box.x1 + middle->box.x2) / 2,
                                   0.1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (VIPS_INIT(argv[0]) != 0) {
        return 1;
    }
    loaded.detector = session_of("blazeface");
    loaded.mesh = session_of("facemesh");
    loaded.eyes = session_of("iris");
    loaded.vector = session_of("face-resnet");
    g_test_add_func("/vision/faces/models-fit", test_models_fit);
    g_test_add_func("/vision/faces/found", test_found);
    g_test_add_func("/vision/faces/same-person", test_same_person);
    g_test_add_func("/vision/faces/turned", test_turned);
    g_test_add_func("/vision/faces/shrunk", test_shrunk);
    g_test_add_func("/vision/faces/grey-and-dark", test_grey_and_dark);
    g_test_add_func("/vision/faces/border", test_border);
    g_test_add_func("/vision/faces/small-faces", test_small_faces);
    g_test_add_func("/vision/faces/nothing-there", test_nothing_there);
    g_test_add_func("/vision/faces/describe", test_describe);
    g_test_add_func("/vision/faces/nan", test_nan);
    g_test_add_func("/vision/faces/other-families", test_other_families);
    const int failed = g_test_run();
    vision_session_free(loaded.detector);
    vision_session_free(loaded.mesh);
    vision_session_free(loaded.eyes);
    vision_session_free(loaded.vector);
    runtime_fixture_drop();
    vips_shutdown();
    return failed;
}
