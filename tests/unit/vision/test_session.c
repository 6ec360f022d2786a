#include "base/error.h"
#include "onnx_make.h"
#include "runtime_fixture.h"
#include "vision/ort_abi.h"

/* y = x + 1, for x of 2 by any number. */
static GBytes *add_one(void)
{
    OnnxModel *model = onnx_new();
    onnx_input(model, "x", ONNX_FLOAT, "2,?");
    onnx_floats(model, "one", "1", (float[]){1});
    onnx_node(model, "Add", "x one", "y", "");
    onnx_output(model, "y", ONNX_FLOAT, "2,?");
    return onnx_finish(model);
}

static void test_run(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) file = add_one();
    g_autoptr(VisionSession) session = vision_session_new(runtime_fixture(), file, &error);
    g_assert_no_error(error);
    gsize count = 0;
    const VisionPort *inputs = vision_session_inputs(session, &count);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpstr(inputs[0].name, ==, "x");
    g_assert_cmpint(inputs[0].element, ==, VISION_FLOAT);
    g_assert_cmpint(inputs[0].rank, ==, 2);
    g_assert_cmpint(inputs[0].shape[0], ==, 2);
    g_assert_cmpint(inputs[0].shape[1], ==, -1);
    g_assert_nonnull(vision_session_output(session, "y"));
    g_assert_null(vision_session_output(session, "x"));

    const float values[] = {1, 2, 3, 4, 5, 6};
    VisionTensor x = {
        .element = VISION_FLOAT, .rank = 2, .shape = {2, 3}, .count = 6, .floats = values};
    g_autoptr(VisionResult) result = vision_session_run(session, &x, 1, &error);
    g_assert_no_error(error);
    const VisionTensor *y = vision_result_named(result, "y");
    g_assert_true(y == vision_result_at(result, 0));
    g_assert_null(vision_result_at(result, 1));
    g_assert_null(vision_result_named(result, "z"));
    g_assert_cmpuint(y->count, ==, 6);
    g_assert_cmpint(y->shape[1], ==, 3);
    for (gsize i = 0; i < 6; i++) {
        g_assert_cmpfloat(y->floats[i], ==, values[i] + 1);
    }
}

static void refuse(const VisionSession *session, const VisionTensor *tensor)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(vision_session_run(session, tensor, 1, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
}

static void test_wrong_inputs(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) file = add_one();
    g_autoptr(VisionSession) session = vision_session_new(runtime_fixture(), file, &error);
    g_assert_no_error(error);
    const gint64 values[6] = {0};
    const VisionTensor good = {
        .element = VISION_FLOAT, .rank = 2, .shape = {2, 3}, .count = 6, .int64s = values};
    VisionTensor bad = good;
    bad.element = VISION_INT64;
    refuse(session, &bad);
    bad = good;
    bad.shape[0] = 3;
    refuse(session, &bad);
    bad = good;
    bad.count = 5;
    refuse(session, &bad);
    bad = good;
    bad.rank = 1;
    refuse(session, &bad);
    g_assert_null(vision_session_run(session, &good, 0, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
}

/* What is no float and no whole number stands beside what is. */
static void test_other_elements(void)
{
    g_autoptr(GError) error = NULL;
    OnnxModel *model = onnx_new();
    onnx_input(model, "ids", ONNX_INT64, "1,3");
    onnx_node(model, "Cast", "ids", "bytes", "to:2");
    onnx_node(model, "Cast", "ids", "small", "to:6");
    onnx_node(model, "Identity", "ids", "same", "");
    onnx_output(model, "bytes", ONNX_UINT8, "1,3");
    onnx_output(model, "small", ONNX_INT32, "1,3");
    onnx_output(model, "same", ONNX_INT64, "1,3");
    g_autoptr(GBytes) file = onnx_finish(model);
    g_autoptr(VisionSession) session = vision_session_new(runtime_fixture(), file, &error);
    g_assert_no_error(error);
    const gint64 values[] = {1, 2, 300};
    VisionTensor ids = {
        .element = VISION_INT64, .rank = 2, .shape = {1, 3}, .count = 3, .int64s = values};
    g_autoptr(VisionResult) result = vision_session_run(session, &ids, 1, &error);
    g_assert_no_error(error);
    const VisionTensor *bytes = vision_result_named(result, "bytes");
    g_assert_cmpint(bytes->element, ==, VISION_OTHER);
    g_assert_cmpuint(bytes->count, ==, 0);
    g_assert_cmpint(vision_result_named(result, "small")->int32s[2], ==, 300);
    g_assert_cmpint(vision_result_named(result, "same")->int64s[2], ==, 300);
}

static void test_broken_files(void)
{
    g_autoptr(GBytes) whole = add_one();
    gsize length = 0;
    const void *data = g_bytes_get_data(whole, &length);
    for (gsize cut = 0; cut < length; cut += 7) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) part = g_bytes_new(data, cut);
        g_assert_null(vision_session_new(runtime_fixture(), part, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    }
    OnnxModel *model = onnx_new();
    onnx_input(model, "x", ONNX_FLOAT, "1");
    onnx_node(model, "NoSuchOperator", "x", "y", "");
    onnx_output(model, "y", ONNX_FLOAT, "1");
    g_autoptr(GBytes) file = onnx_finish(model);
    g_autoptr(GError) error = NULL;
    g_assert_null(vision_session_new(runtime_fixture(), file, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "NoSuchOperator"));
}

static gpointer run_often(gpointer data)
{
    const VisionSession *session = data;
    for (int i = 0; i < 50; i++) {
        const float values[] = {(float)i, 0};
        VisionTensor x = {
            .element = VISION_FLOAT, .rank = 2, .shape = {2, 1}, .count = 2, .floats = values};
        g_autoptr(GError) error = NULL;
        g_autoptr(VisionResult) result = vision_session_run(session, &x, 1, &error);
        g_assert_no_error(error);
        g_assert_cmpfloat(vision_result_at(result, 0)->floats[0], ==, (float)i + 1);
    }
    return NULL;
}

static void test_threads(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) file = add_one();
    g_autoptr(VisionSession) session = vision_session_new(runtime_fixture(), file, &error);
    g_assert_no_error(error);
    GThread *threads[3];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("run", run_often, session);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
    }
}

static void test_no_runtime(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(vision_runtime_load("/nowhere/libonnxruntime.so", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    /* a library, and another one */
    g_assert_null(vision_runtime_load("libsqlite3.so.0", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, "ONNX Runtime"));
}

static void test_version(void)
{
    guint64 major = 0;
    g_assert_true(g_ascii_string_to_unsigned("1", 10, 1, 1, &major, NULL));
    g_auto(GStrv) parts = g_strsplit(vision_runtime_version(runtime_fixture()), ".", -1);
    g_assert_cmpuint(g_strv_length(parts), >=, 2);
    g_assert_cmpuint(g_ascii_strtoull(parts[0], NULL, 10), ==, major);
    g_assert_cmpuint(g_ascii_strtoull(parts[1], NULL, 10), >=, ORT_API_WANTED);
    g_autoptr(GError) error = NULL;
    vision_runtime_try(runtime_fixture(), &error);
    g_assert_no_error(error);
}

#define CALL_PLACE(place, type, name, parameters) {place, #name},
static const struct {
    guint place;
    const char *name;
} calls[] = {ORT_CALLS(CALL_PLACE)};

/* The members of struct OrtApi, in their order: each is declared in one of four forms. */
static GPtrArray *members_of(const char *header)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *begin = strstr(header, "\nstruct OrtApi {");
    g_assert_nonnull(begin);
    const char *end = strstr(begin, "\n};");
    g_assert_nonnull(end);
    g_autoptr(GRegex) form =
        g_regex_new("^  (?:ORT_API2_STATUS\\(|ORT_API_T\\([^,]*, *|"
                    "ORT_CLASS_RELEASE\\(|[\\w *]+\\(ORT_API_CALL ?\\* ?)(\\w+)",
                    G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_regex_match_full(form, begin, end - begin, 0, 0, &match, NULL);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
        g_autofree char *all = g_match_info_fetch(match, 0);
        g_autofree char *name = g_match_info_fetch(match, 1);
        gboolean releases = strstr(all, "ORT_CLASS_RELEASE") != NULL;
        g_ptr_array_add(names, g_strconcat(releases ? "Release" : "", name, NULL));
    }
    return names;
}

/* Where the runtime's own header is at hand, the places are compared with it. */
static void test_places(void)
{
    const char *path = g_getenv("ALBUMEN_ORT_HEADER");
    if (!path) {
        g_test_skip("ALBUMEN_ORT_HEADER names no onnxruntime_c_api.h");
        return;
    }
    g_autofree char *header = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &header, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) names = members_of(header);
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_assert_cmpuint(calls[i].place, <, names->len);
        g_assert_cmpstr(names->pdata[calls[i].place], ==, calls[i].name);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/session/version", test_version);
    g_test_add_func("/vision/session/run", test_run);
    g_test_add_func("/vision/session/wrong-inputs", test_wrong_inputs);
    g_test_add_func("/vision/session/other-elements", test_other_elements);
    g_test_add_func("/vision/session/broken-files", test_broken_files);
    g_test_add_func("/vision/session/threads", test_threads);
    g_test_add_func("/vision/session/no-runtime", test_no_runtime);
    g_test_add_func("/vision/session/places", test_places);
    int result = g_test_run();
    runtime_fixture_drop();
    return result;
}
