#include "onnx_make.h"
#include "runtime_fixture.h"
#include "vision/model.h"
#include "words_make.h"

#include <glib/gstdio.h>

typedef struct {
    char *folder;
} Place;

static void place_set_up(Place *place, gconstpointer data)
{
    place->folder = g_dir_make_tmp("albumen-models-XXXXXX", NULL);
    g_assert_nonnull(place->folder);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) entries = g_dir_open(path, 0, NULL);
    for (const char *name; entries && (name = g_dir_read_name(entries));) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

static void place_tear_down(Place *place, gconstpointer data)
{
    remove_tree(place->folder);
    g_free(place->folder);
}

static void put(const Place *place, const char *path, const char *text, gssize length)
{
    g_autofree char *whole = g_build_filename(place->folder, path, NULL);
    g_autofree char *parent = g_path_get_dirname(whole);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
    g_assert_true(g_file_set_contents(whole, text, length, NULL));
}

/* A model of five bytes. */
static void put_model(const Place *place, const char *name, const char *purpose, const char *family,
                      const char *more)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "bytes", 5);
    g_autofree char *manifest = g_strdup_printf(
        "{\"name\": \"%s\", \"purpose\": \"%s\", \"family\": \"%s\", \"version\": \"1\", "
        "\"file\": \"it.onnx\", \"sha256\": \"%s\", \"bytes\": 5%s}",
        name, purpose, family, sum, more);
    g_autofree char *manifest_path = g_build_filename(name, "model.json", NULL);
    g_autofree char *file_path = g_build_filename(name, "it.onnx", NULL);
    put(place, manifest_path, manifest, -1);
    put(place, file_path, "bytes", 5);
}

static ModelSet *read_set(const Place *place)
{
    g_autoptr(GError) error = NULL;
    ModelSet *set = model_set_read(place->folder, &error);
    g_assert_no_error(error);
    return set;
}

static const Model *find(const ModelSet *set, const char *name)
{
    for (guint i = 0; i < model_set_all(set)->len; i++) {
        const Model *model = model_set_all(set)->pdata[i];
        if (strcmp(model->name, name) == 0) {
            return model;
        }
    }
    return NULL;
}

static void test_names(void)
{
    for (int i = 1; i <= MODEL_PURPOSES; i++) {
        const char *name = model_purpose_name((ModelPurpose)i);
        g_assert_cmpint(model_purpose_from_name(name), ==, i);
    }
    g_assert_cmpint(model_purpose_from_name("cooking"), ==, 0);
    g_assert_cmpint(model_purpose_from_name(NULL), ==, 0);
}

static void test_nothing(Place *place, gconstpointer data)
{
    g_autofree char *nowhere = g_build_filename(place->folder, "nowhere", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(ModelSet) set = model_set_read(nowhere, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(model_set_all(set)->len, ==, 0);
    g_assert_cmpint(model_set_tasks(set), ==, 0);
    for (int i = 0; i < VISION_TASKS; i++) {
        g_assert_null(model_set_task_model(set, (VisionTask)(1 << i)));
        g_assert_nonnull(model_set_task_problem(set, (VisionTask)(1 << i)));
    }
}

static void test_choice(Place *place, gconstpointer data)
{
    const char *similar = ", \"options\": {\"similar\": {\"output\": \"x\"}}";
    put_model(place, "one", "objects", "yolo", "");
    put_model(place, "two", "objects", "nanodet", similar);
    put_model(place, "faces", "face-detector", "scrfd", ", \"is_default\": true");
    put_model(place, "vectors", "face-vector", "arcface", ", \"is_default\": true");
    g_autoptr(ModelSet) none = read_set(place);
    g_assert_cmpuint(model_set_all(none)->len, ==, 4);
    g_assert_null(model_set_of(none, MODEL_OBJECTS)); /* nobody chose */
    g_assert_cmpint(model_set_tasks(none), ==, VISION_FACES);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "bytes", 5);
    g_autofree char *both = g_strdup_printf("faces@%.12s+vectors@%.12s", sum, sum);
    g_assert_cmpstr(model_set_task_model(none, VISION_FACES), ==, both);

    g_autoptr(GError) error = NULL;
    g_assert_true(model_use(place->folder, "one", &error));
    g_assert_true(model_use(place->folder, "two", &error));
    g_autoptr(ModelSet) chosen = read_set(place);
    g_assert_cmpstr(model_set_of(chosen, MODEL_OBJECTS)->name, ==, "two");
    g_assert_true(model_set_serves(chosen, find(chosen, "two")));
    g_assert_false(model_set_serves(chosen, find(chosen, "one")));
    g_assert_cmpint(model_set_tasks(chosen), ==, VISION_FACES | VISION_OBJECTS | VISION_SIMILAR);
    g_assert_false(model_use(place->folder, "three", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

/* Texts are not compared with pictures of another space. */
static void test_spaces(Place *place, gconstpointer data)
{
    const char *ours = ", \"is_default\": true, \"options\": {\"space\": \"a\"}";
    const char *other = ", \"is_default\": true, \"options\": {\"space\": \"b\"}";
    put_model(place, "image", "image-words", "clip", ours);
    put_model(place, "text", "text-words", "clip", ours);
    g_autoptr(ModelSet) same = read_set(place);
    g_assert_cmpstr(model_set_of(same, MODEL_TEXT_WORDS)->name, ==, "text");
    put_model(place, "text", "text-words", "clip", other);
    g_autoptr(ModelSet) apart = read_set(place);
    g_assert_null(model_set_of(apart, MODEL_TEXT_WORDS));
    g_assert_cmpstr(model_set_of(apart, MODEL_IMAGE_WORDS)->name, ==, "image");
}

/* A choice that is damaged, or of a model that is gone, leaves the default. */
static void test_lost_choice(Place *place, gconstpointer data)
{
    put_model(place, "one", "objects", "yolo", ", \"is_default\": true");
    put(place, "use.json", "{\"objects\": \"gone\"}", -1);
    g_autoptr(ModelSet) gone = read_set(place);
    g_assert_cmpstr(model_set_of(gone, MODEL_OBJECTS)->name, ==, "one");
    put(place, "use.json", "{\"objects\":", -1);
    g_autoptr(ModelSet) damaged = read_set(place);
    g_assert_cmpstr(model_set_of(damaged, MODEL_OBJECTS)->name, ==, "one");
}

static void check_problem(const ModelSet *set, const char *name, const char *part)
{
    const Model *model = find(set, name);
    g_assert_nonnull(model);
    g_assert_nonnull(model->problem);
    g_assert_nonnull(model->options);
    if (!strstr(model->problem, part)) {
        g_error("%s: \"%s\" does not tell of \"%s\"", name, model->problem, part);
    }
    g_assert_false(model_set_serves(set, model));
}

static void test_problems(Place *place, gconstpointer data)
{
    put(place, "no-json/model.json", "{\"name\": ", -1);
    put(place, "no-object/model.json", "[1]", -1);
    put(place, "half-way/it.part", "bytes", 5); /* no manifest: being fetched */
    put(place, "a-file", "bytes", 5);
    put_model(place, "purpose", "cooking", "yolo", "");
    put_model(place, "family", "objects", "arcface", ", \"is_default\": true");
    put_model(place, "options", "objects", "yolo", ", \"options\": [1]");
    put_model(place, "other-name", "objects", "yolo", "");
    put_model(place, "short", "objects", "yolo", ", \"is_default\": true");
    put_model(place, "gone", "objects", "yolo", "");
    put(place, "short/it.onnx", "byte", 4);
    g_autofree char *gone = g_build_filename(place->folder, "gone", "it.onnx", NULL);
    g_assert_cmpint(g_remove(gone), ==, 0);
    g_autofree char *from = g_build_filename(place->folder, "other-name", NULL);
    g_autofree char *to = g_build_filename(place->folder, "renamed", NULL);
    g_assert_cmpint(g_rename(from, to), ==, 0);
    put(place, "escape/model.json",
        "{\"name\": \"escape\", \"purpose\": \"objects\", \"family\": \"yolo\", "
        "\"file\": \"../short/it.onnx\"}",
        -1);
    g_autoptr(ModelSet) set = read_set(place);
    g_assert_cmpuint(model_set_all(set)->len, ==, 9);
    check_problem(set, "no-json", "manifest cannot be read");
    check_problem(set, "no-object", "no object");
    check_problem(set, "purpose", "cooking");
    check_problem(set, "family", "arcface");
    check_problem(set, "options", "options");
    check_problem(set, "renamed", "other-name");
    check_problem(set, "short", "4 bytes");
    check_problem(set, "gone", "missing");
    check_problem(set, "escape", "no file");
    g_assert_cmpint(model_set_tasks(set), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_false(model_verify(find(set, "short"), &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    g_clear_error(&error);
    g_assert_false(model_use(place->folder, "short", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
}

static void test_verify(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    put_model(place, "one", "objects", "yolo", "");
    g_autoptr(ModelSet) set = read_set(place);
    g_assert_true(model_verify(find(set, "one"), &error));
    put(place, "one/it.onnx", "bytez", 5);
    g_assert_false(model_verify(find(set, "one"), &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    g_assert_true(g_str_has_prefix(error->message, "one: "));
}

/* A detector of this many classes that finds nothing. */
static GBytes *make_yolo(int classes)
{
    g_autofree char *shape = g_strdup_printf("1,%d,100", classes + 4);
    g_autofree float *none = g_new0(float, (gsize)(classes + 4) * 100);
    OnnxModel *model = onnx_new();
    onnx_input(model, "images", ONNX_FLOAT, "1,3,32,32");
    onnx_floats(model, "none", shape, none);
    onnx_node(model, "ReduceMean", "images", "mean", "axes=0,1,2,3 keepdims:0");
    onnx_node(model, "Add", "none mean", "output0", "");
    onnx_output(model, "output0", ONNX_FLOAT, shape);
    return onnx_finish(model);
}

static GBytes *make_arcface(void)
{
    g_autofree float *rows = g_new0(float, 3 * 512);
    OnnxModel *model = onnx_new();
    onnx_input(model, "data", ONNX_FLOAT, "?,3,112,112");
    onnx_floats(model, "rows", "3,512", rows);
    onnx_node(model, "ReduceMean", "data", "mean", "axes=2,3 keepdims:0");
    onnx_node(model, "MatMul", "mean rows", "vector", "");
    onnx_output(model, "vector", ONNX_FLOAT, "?,512");
    return onnx_finish(model);
}

static char *put_bytes(const Place *place, const char *name, GBytes *bytes)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    put(place, name, data, (gssize)length);
    return g_build_filename(place->folder, name, NULL);
}

/* Nine outputs: scores, boxes and points of three strides. */
static GBytes *make_scrfd(void)
{
    static const int cells[] = {128, 32, 8}, columns[] = {1, 4, 10};
    static const float none[128 * 10];
    OnnxModel *model = onnx_new();
    onnx_input(model, "input.1", ONNX_FLOAT, "1,3,64,64");
    onnx_node(model, "ReduceMean", "input.1", "mean", "axes=0,1,2,3 keepdims:0");
    for (int i = 0; i < 9; i++) {
        g_autofree char *shape = g_strdup_printf("%d,%d", cells[i % 3], columns[i / 3]);
        g_autofree char *constant = g_strdup_printf("none_%d", i);
        g_autofree char *inputs = g_strconcat(constant, " mean", NULL);
        g_autofree char *output = g_strdup_printf("%d", 440 + i);
        onnx_floats(model, constant, shape, none);
        onnx_node(model, "Add", inputs, output, "");
        onnx_output(model, output, ONNX_FLOAT, shape);
    }
    return onnx_finish(model);
}

/* Beside the files that are installed, and with the runtime at hand. */
static char *models_folder(const Place *place)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_build_filename(place->folder, "models", NULL);
    g_autofree char *library =
        g_build_filename(g_getenv("ALBUMEN_MODELS"), "onnxruntime", "libonnxruntime.so", NULL);
    g_autoptr(Model) runtime = model_install(folder, library, NULL, "libonnxruntime", &error);
    g_assert_no_error(error);
    g_assert_cmpint(runtime->purpose, ==, MODEL_RUNTIME);
    g_assert_cmpstr(runtime->version, ==, vision_runtime_version(runtime_fixture()));
    return folder;
}

static void check_install(const Place *place, const char *folder, const char *name, GBytes *file,
                          ModelPurpose purpose, const char *family)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *file_name = g_strconcat(name, ".onnx", NULL);
    g_autofree char *path = put_bytes(place, file_name, file);
    g_autoptr(Model) model = model_install(folder, path, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(model->name, ==, name);
    g_assert_cmpint(model->purpose, ==, purpose);
    g_assert_cmpstr(model->family, ==, family);
    g_assert_null(model->problem);
    g_assert_true(model_verify(model, &error));
    g_autoptr(ModelSet) set = model_set_read(folder, &error);
    g_assert_cmpstr(model_set_of(set, purpose)->name, ==, name); /* nothing served it before */
    g_assert_null(model_install(folder, path, NULL, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
}

static void test_install(Place *place, gconstpointer data)
{
    static const WordsShape shape = {.side = 32, .tokens = 8};
    g_autofree char *folder = models_folder(place);
    g_autoptr(GBytes) yolo = make_yolo(80);
    g_autoptr(GBytes) arcface = make_arcface();
    g_autoptr(GBytes) scrfd = make_scrfd();
    g_autoptr(GBytes) image = make_image_words(&shape);
    g_autoptr(GBytes) text = make_text_words(&shape);
    check_install(place, folder, "scrfd-10g", scrfd, MODEL_FACE_DETECTOR, "scrfd");
    check_install(place, folder, "yolo-n", yolo, MODEL_OBJECTS, "yolo");
    check_install(place, folder, "w600k", arcface, MODEL_FACE_VECTOR, "arcface");
    check_install(place, folder, "clip-image", image, MODEL_IMAGE_WORDS, "clip");
    check_install(place, folder, "clip-text", text, MODEL_TEXT_WORDS, "clip");
    g_autoptr(GError) error = NULL;
    g_autoptr(ModelSet) set = model_set_read(folder, &error);
    g_assert_cmpint(model_set_tasks(set), ==, VISION_OBJECTS | VISION_FACES | VISION_WORDS);
    g_assert_nonnull(strstr(find(set, "w600k")->options, "\"metric\":\"cosine\""));
    g_assert_nonnull(strstr(find(set, "yolo-n")->options, "\"toothbrush\""));
}

/* One file for both halves; it is not put together with another's text. */
static void test_install_both(Place *place, gconstpointer data)
{
    static const WordsShape shape = {.side = 32, .tokens = 8};
    g_autofree char *folder = models_folder(place);
    g_autoptr(GBytes) both = make_both_words(&shape);
    g_autoptr(GBytes) text = make_text_words(&shape);
    check_install(place, folder, "both", both, MODEL_IMAGE_WORDS, "clip");
    g_autoptr(GError) error = NULL;
    g_autofree char *path = put_bytes(place, "text.onnx", text);
    g_autoptr(Model) other = model_install(folder, path, NULL, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(ModelSet) set = model_set_read(folder, &error);
    g_assert_cmpstr(model_set_of(set, MODEL_TEXT_WORDS)->name, ==, "both");
}

static void test_install_with_manifest(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = models_folder(place);
    g_autoptr(GBytes) yolo = make_yolo(2);
    g_autofree char *path = put_bytes(place, "it.onnx", yolo);
    put(place, "it.json",
        "{\"name\": \"pets\", \"purpose\": \"objects\", \"family\": \"yolo\", "
        "\"licence\": \"mine\", \"is_default\": true, "
        "\"options\": {\"labels\": [\"cat\", \"dog\"]}}",
        -1);
    g_autofree char *manifest = g_build_filename(place->folder, "it.json", NULL);
    g_autoptr(Model) model = model_install(folder, path, manifest, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(model->name, ==, "pets");
    g_assert_cmpstr(model->licence, ==, "mine");
    g_assert_cmpstr(model->options, ==, "{\"labels\":[\"cat\",\"dog\"]}");
    put(place, "it.json", "{\"purpose\": \"objects\", \"family\": \"centernet\"}", -1);
    g_assert_null(model_install(folder, path, manifest, "other", &error));
    g_assert_nonnull(error);
    g_assert_true(g_str_has_prefix(error->message, "other: "));
}

static void refuse(const char *folder, const char *path, const char *name, int code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(model_install(folder, path, NULL, name, &error));
    g_assert_error(error, ALBUMEN_ERROR, code);
}

/* What does not work leaves nothing behind. */
static void test_install_refused(Place *place, gconstpointer data)
{
    g_autofree char *folder = models_folder(place);
    g_autoptr(GBytes) yolo = make_yolo(2);
    g_autoptr(GBytes) half = g_bytes_new_from_bytes(yolo, 0, g_bytes_get_size(yolo) / 2);
    OnnxModel *odd = onnx_new();
    onnx_input(odd, "x", ONNX_FLOAT, "1,7");
    onnx_node(odd, "Neg", "x", "y", "");
    onnx_output(odd, "y", ONNX_FLOAT, "1,7");
    g_autoptr(GBytes) odd_file = onnx_finish(odd);
    g_autofree char *half_path = put_bytes(place, "half.onnx", half);
    g_autofree char *odd_path = put_bytes(place, "odd.onnx", odd_file);
    g_autofree char *yolo_path = put_bytes(place, "yolo.onnx", yolo);
    put(place, "library.so", "\177ELF and nothing more", -1);
    g_autofree char *library = g_build_filename(place->folder, "library.so", NULL);
    refuse(folder, half_path, NULL, ALBUMEN_ERROR_CORRUPT);
    refuse(folder, odd_path, NULL, ALBUMEN_ERROR_UNSUPPORTED);
    refuse(folder, library, NULL, ALBUMEN_ERROR_UNAVAILABLE);
    refuse(folder, yolo_path, "../up", ALBUMEN_ERROR_INVALID);
    refuse(folder, yolo_path, "", ALBUMEN_ERROR_INVALID);
    refuse(folder, "/nowhere/at-all.onnx", NULL, ALBUMEN_ERROR_IO);
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(entries));) {
        g_assert_true(strcmp(name, "libonnxruntime") == 0 || strcmp(name, "use.json") == 0);
    }
}

static void add(const char *path, void (*run)(Place *, gconstpointer))
{
    g_test_add(path, Place, NULL, place_set_up, run, place_tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/model/names", test_names);
    add("/vision/model/nothing", test_nothing);
    add("/vision/model/choice", test_choice);
    add("/vision/model/spaces", test_spaces);
    add("/vision/model/lost-choice", test_lost_choice);
    add("/vision/model/problems", test_problems);
    add("/vision/model/verify", test_verify);
    add("/vision/model/install", test_install);
    add("/vision/model/install-both", test_install_both);
    add("/vision/model/install-with-manifest", test_install_with_manifest);
    add("/vision/model/install-refused", test_install_refused);
    int result = g_test_run();
    runtime_fixture_drop();
    return result;
}
