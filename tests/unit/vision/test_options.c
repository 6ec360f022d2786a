#include "vision/options.h"

static ModelOptions *read_options(const char *json)
{
    g_autoptr(GError) error = NULL;
    ModelOptions *options = model_options_read(json, &error);
    g_assert_no_error(error);
    return options;
}

static void test_values(void)
{
    g_autoptr(ModelOptions) options = read_options(
        "{\"score\": 0.5, \"count\": 3, \"on\": true, \"out\": {\"name\": \"y\", \"mean\": [1, "
        "2.5]}, \"labels\": [\"a\", \"b\"]}");
    g_assert_cmpfloat(model_option_number(options, "score", 0, 1, 9), ==, 0.5);
    g_assert_cmpfloat(model_option_number(options, "count", 0, 5, 9), ==, 3);
    g_assert_cmpfloat(model_option_number(options, "none", 0, 1, 9), ==, 9);
    g_assert_true(model_option_bool(options, "on", FALSE));
    g_assert_true(model_option_bool(options, "none", TRUE));
    g_assert_cmpstr(model_option_text(options, "out.name", "z"), ==, "y");
    g_assert_cmpstr(model_option_text(options, "out.none", "z"), ==, "z");
    g_assert_cmpstr(model_option_text(options, "score.none", NULL), ==, NULL);
    g_assert_true(model_option_has(options, "out"));
    g_assert_false(model_option_has(options, "out.none"));
    g_autoptr(GArray) mean = model_option_floats(options, "out.mean", 2);
    g_assert_cmpuint(mean->len, ==, 2);
    g_assert_cmpfloat(g_array_index(mean, float, 1), ==, 2.5F);
    g_auto(GStrv) labels = model_option_texts(options, "labels", 2);
    g_assert_cmpuint(g_strv_length(labels), ==, 2);
    g_assert_null(model_option_floats(options, "none", 2));
    g_autoptr(GError) error = NULL;
    g_assert_true(model_options_check(options, &error));
}

typedef void (*Read)(ModelOptions *options);

static void read_number(ModelOptions *options)
{
    g_assert_cmpfloat(model_option_number(options, "x", 0, 1, 0.25), ==, 0.25);
}

static void read_bool(ModelOptions *options)
{
    g_assert_false(model_option_bool(options, "x", FALSE));
}

static void read_text(ModelOptions *options)
{
    g_assert_cmpstr(model_option_text(options, "x", "z"), ==, "z");
}

static void read_floats(ModelOptions *options)
{
    g_assert_null(model_option_floats(options, "x", 2));
}

static void read_texts(ModelOptions *options)
{
    g_assert_null(model_option_texts(options, "x", 2));
}

/* Each of the wrong kind: what the caller says instead is given, and the check tells it. */
static void test_wrong(void)
{
    static const struct {
        const char *json;
        Read read;
    } wrong[] = {
        {"{\"x\": \"1\"}", read_number},     {"{\"x\": 1.5}", read_number},
        {"{\"x\": -1}", read_number},        {"{\"x\": null}", read_number},
        {"{\"x\": 1}", read_bool},           {"{\"x\": 1}", read_text},
        {"{\"x\": 1}", read_floats},         {"{\"x\": []}", read_floats},
        {"{\"x\": [1, 2, 3]}", read_floats}, {"{\"x\": [\"1\"]}", read_floats},
        {"{\"x\": [1e300]}", read_floats},   {"{\"x\": [1]}", read_texts},
        {"{\"x\": [\"\"]}", read_texts},     {"{\"x\": {}}", read_texts},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ModelOptions) options = read_options(wrong[i].json);
        wrong[i].read(options);
        g_assert_false(model_options_check(options, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_assert_nonnull(strstr(error->message, "\"x\""));
    }
}

static void test_no_object(void)
{
    static const char *const broken[] = {"", "[]", "1", "{", "{\"a\": 1, \"a\": 2}"};
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(model_options_read(broken[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/options/values", test_values);
    g_test_add_func("/vision/options/wrong", test_wrong);
    g_test_add_func("/vision/options/no-object", test_no_object);
    return g_test_run();
}
