#include "runtime_fixture.h"
#include "vision/vision.h"
#include "words_make.h"

static const struct {
    const char *text;
    guint8 rgb[3];
} colours[] = {
    {"red", {255, 0, 0}},       {"green", {0, 255, 0}}, {"blue", {0, 0, 255}},
    {"white", {255, 255, 255}}, {"black", {0, 0, 0}},   {"yellow", {255, 255, 0}},
};

static void load(Vision *vision, ModelPurpose purpose, const char *options, GBytes *file)
{
    g_autoptr(GError) error = NULL;
    vision_load(vision, purpose, "clip", options, file, &error);
    g_assert_no_error(error);
}

static GArray *picture_vector(Vision *vision, const guint8 rgb[3])
{
    g_autoptr(GError) error = NULL;
    guint8 pixels[30 * 20 * 3];
    for (gsize i = 0; i < sizeof(pixels); i++) {
        pixels[i] = rgb[i % 3];
    }
    VisionImage image = {30, 20, pixels, 30, 20};
    g_autoptr(VisionFindings) findings = vision_analyse(vision, &image, VISION_WORDS, &error);
    g_assert_no_error(error);
    return g_array_ref(findings->words);
}

static float dot(const GArray *a, const GArray *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    float sum = 0;
    for (guint i = 0; i < a->len; i++) {
        sum += g_array_index(a, float, i) * g_array_index(b, float, i);
    }
    return sum;
}

/* Each word finds its own plain picture, and no other so well. */
static void check_colours(Vision *vision)
{
    for (gsize i = 0; i < G_N_ELEMENTS(colours); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *phrase = g_strdup_printf("A photo of a %s wall", colours[i].text);
        g_autoptr(GArray) text = vision_text_vector(vision, phrase, &error);
        g_assert_no_error(error);
        g_assert_cmpfloat_with_epsilon(dot(text, text), 1, 1e-4F);
        for (gsize k = 0; k < G_N_ELEMENTS(colours); k++) {
            g_autoptr(GArray) picture = picture_vector(vision, colours[k].rgb);
            float nearness = dot(text, picture);
            if (i == k) {
                g_assert_cmpfloat(nearness, >, 0.999F);
            } else {
                g_assert_cmpfloat(nearness, <, 0.5F);
            }
        }
    }
}

static Vision *new_vision(void)
{
    g_autoptr(GError) error = NULL;
    Vision *vision = vision_new(runtime_fixture());
    g_autoptr(GBytes) vocabulary = fixture_file("clip-vocabulary", "vocabulary.txt");
    vision_load(vision, MODEL_VOCABULARY, "clip-bpe", "{}", vocabulary, &error);
    g_assert_no_error(error);
    return vision;
}

static void test_pair(void)
{
    static const WordsShape shapes[] = {
        {.side = 224, .tokens = 77},
        {.side = 0, .tokens = 0},
        {.side = 64, .tokens = 16, .mask = TRUE},
        {.side = 224, .tokens = 77, .small = TRUE, .mask = TRUE, .other_names = TRUE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autoptr(Vision) vision = new_vision();
        g_autoptr(GBytes) image = make_image_words(&shapes[i]);
        g_autoptr(GBytes) text = make_text_words(&shapes[i]);
        load(vision, MODEL_IMAGE_WORDS, "{}", image);
        load(vision, MODEL_TEXT_WORDS, "{}", text);
        check_colours(vision);
    }
}

static void test_one_file(void)
{
    static const WordsShape shape = {.side = 32, .tokens = 20, .mask = TRUE};
    g_autoptr(Vision) vision = new_vision();
    g_autoptr(GBytes) both = make_both_words(&shape);
    load(vision, MODEL_IMAGE_WORDS, "{\"text\": true}", both);
    load(vision, MODEL_TEXT_WORDS, "{\"text\": true}", both);
    check_colours(vision);
}

/* A text that is longer than the row is cut, its end mark stays. */
static void test_long_text(void)
{
    static const WordsShape shape = {.side = 32, .tokens = 8};
    g_autoptr(GError) error = NULL;
    g_autoptr(Vision) vision = new_vision();
    g_autoptr(GBytes) text = make_text_words(&shape);
    load(vision, MODEL_TEXT_WORDS, "{}", text);
    g_autoptr(GArray) first = vision_text_vector(vision, "red a a a a a a a a", &error);
    g_assert_no_error(error);
    g_assert_nonnull(first);
    g_assert_null(vision_text_vector(vision, "a a a a a a a a red", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT); /* no colour: no length */
}

static void test_refused(void)
{
    static const WordsShape shape = {.side = 32, .tokens = 8};
    g_autoptr(GError) error = NULL;
    g_autoptr(Vision) vision = vision_new(runtime_fixture());
    g_autoptr(GBytes) image = make_image_words(&shape);
    g_autoptr(GBytes) text = make_text_words(&shape);
    g_assert_false(vision_load(vision, MODEL_IMAGE_WORDS, "clip", "{}", text, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
    g_clear_error(&error);
    g_assert_false(vision_load(vision, MODEL_TEXT_WORDS, "clip", "{}", image, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
    g_clear_error(&error);
    g_assert_false(
        vision_load(vision, MODEL_IMAGE_WORDS, "clip", "{\"output\": \"no\"}", image, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
    g_clear_error(&error);
    g_assert_false(
        vision_load(vision, MODEL_IMAGE_WORDS, "clip", "{\"side\": \"big\"}", image, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_null(vision_text_vector(vision, "red", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/words/pair", test_pair);
    g_test_add_func("/vision/words/one-file", test_one_file);
    g_test_add_func("/vision/words/long-text", test_long_text);
    g_test_add_func("/vision/words/refused", test_refused);
    int result = g_test_run();
    runtime_fixture_drop();
    return result;
}
