#include "vision/model.h"

#include "base/limits.h"
#include "vision/model_parts.h"
#include "vision/options.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>

struct ModelSet {
    GPtrArray *models;                     /* Model, by name */
    const Model *used[MODEL_PURPOSES + 1]; /* of `models` */
    char *task_models[VISION_TASKS];       /* NULL: cannot */
    char *task_problems[VISION_TASKS];     /* NULL: can */
};

static const struct {
    const char *name;
    const char *families[3]; /* NULL-terminated */
} purposes[MODEL_PURPOSES + 1] = {
    [MODEL_RUNTIME] = {"runtime", {"onnxruntime"}},
    [MODEL_OBJECTS] = {"objects", {"centernet", "nanodet", "yolo"}},
    [MODEL_FACE_DETECTOR] = {"face-detector", {"blazeface", "scrfd"}},
    [MODEL_FACE_MESH] = {"face-mesh", {"facemesh"}},
    [MODEL_EYES] = {"eyes", {"iris"}},
    [MODEL_FACE_VECTOR] = {"face-vector", {"face-resnet", "arcface"}},
    [MODEL_SIMILAR] = {"similar", {"mobilenet"}},
    [MODEL_IMAGE_WORDS] = {"image-words", {"clip"}},
    [MODEL_TEXT_WORDS] = {"text-words", {"clip"}},
    [MODEL_VOCABULARY] = {"vocabulary", {"clip-bpe"}},
};

const char *model_purpose_name(ModelPurpose purpose)
{
    return purposes[purpose].name ? purposes[purpose].name : "unknown";
}

ModelPurpose model_purpose_from_name(const char *name)
{
    for (int i = 1; i <= MODEL_PURPOSES; i++) {
        if (g_strcmp0(purposes[i].name, name) == 0) {
            return (ModelPurpose)i;
        }
    }
    return 0;
}

static gboolean family_is_known(ModelPurpose purpose, const char *family)
{
    for (gsize i = 0; i < G_N_ELEMENTS(purposes[purpose].families); i++) {
        if (g_strcmp0(purposes[purpose].families[i], family) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

Model *model_new(const char *name)
{
    Model *model = g_atomic_rc_box_new0(Model);
    model->name = g_strdup(name);
    return model;
}

static void model_clear(gpointer data)
{
    Model *model = data;
    g_free(model->name);
    g_free(model->family);
    g_free(model->version);
    g_free(model->package);
    g_free(model->licence);
    g_free(model->origin);
    g_free(model->file);
    g_free(model->sha256);
    g_free(model->options);
    g_free(model->problem);
}

void model_unref(Model *model)
{
    if (model) {
        g_atomic_rc_box_release_full(model, model_clear);
    }
}

Model *model_ref(Model *model)
{
    return g_atomic_rc_box_acquire(model);
}

static char *text_of(const json_t *root, const char *key)
{
    return g_strdup(json_string_value(json_object_get(root, key)));
}

static gboolean is_sha256(const char *text)
{
    return text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* The first thing that is wrong with what a manifest says; NULL. The caller's. */
static char *find_problem(const Model *model, const json_t *root, const char *file)
{
    const char *name = json_string_value(json_object_get(root, "name"));
    if (g_strcmp0(name, model->name) != 0) {
        return g_strdup_printf("its manifest calls it \"%s\"", name ? name : "");
    }
    if (!model->purpose) {
        const char *purpose = json_string_value(json_object_get(root, "purpose"));
        return g_strdup_printf("its purpose \"%s\" is not known", purpose ? purpose : "");
    }
    if (!family_is_known(model->purpose, model->family)) {
        return g_strdup_printf("the family \"%s\" is not known for %s",
                               model->family ? model->family : "",
                               model_purpose_name(model->purpose));
    }
    if (!file || !*file || strchr(file, '/') || *file == '.') {
        return g_strdup("its manifest names no file beside it");
    }
    if (!is_sha256(model->sha256)) {
        return g_strdup("its manifest has no checksum");
    }
    g_autoptr(GError) failure = NULL;
    g_autoptr(ModelOptions) options = model_options_read(model->options, &failure);
    return options ? NULL : g_strdup(failure->message);
}

/* A file that is shorter than it should be was not fetched to its end. */
static char *find_file_problem(const Model *model)
{
    struct stat info;
    if (stat(model->file, &info) != 0 || !S_ISREG(info.st_mode)) {
        return g_strdup("its file is missing");
    }
    if (info.st_size != model->bytes) {
        return g_strdup_printf("its file has %" G_GINT64_FORMAT " bytes and should have "
                               "%" G_GINT64_FORMAT,
                               (gint64)info.st_size, model->bytes);
    }
    return NULL;
}

Model *model_from_manifest(const char *folder, const char *name, const char *text, gsize length)
{
    Model *model = model_new(name);
    json_error_t where;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(root)) {
        model->options = g_strdup("{}");
        model->problem = g_strdup_printf("its manifest cannot be read: %s",
                                         root ? "it is no object" : where.text);
        json_decref(root);
        return model;
    }
    const char *purpose = json_string_value(json_object_get(root, "purpose"));
    const char *file = json_string_value(json_object_get(root, "file"));
    const json_t *options = json_object_get(root, "options");
    char *dumped = options ? json_dumps(options, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    model->purpose = model_purpose_from_name(purpose);
    model->family = text_of(root, "family");
    model->version = text_of(root, "version");
    model->package = text_of(root, "package");
    model->licence = text_of(root, "licence");
    model->origin = text_of(root, "origin");
    model->sha256 = text_of(root, "sha256");
    model->bytes = json_integer_value(json_object_get(root, "bytes"));
    model->is_default = json_is_true(json_object_get(root, "is_default"));
    model->options = g_strdup(dumped ? dumped : "{}");
    free(dumped);
    model->problem = find_problem(model, root, file);
    if (!model->problem) {
        model->file = g_build_filename(folder, name, file, NULL);
        model->problem = find_file_problem(model);
    }
    json_decref(root);
    return model;
}

gboolean model_file_read(const char *path, gsize most, char **ret_text, gsize *ret_length,
                         GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    struct stat info;
    if (stat(path, &info) != 0) {
        int saved_errno = errno;
        g_autofree char *what = g_strdup_printf("read %s", name);
        return error_set_errno(error, saved_errno, what);
    }
    if (!S_ISREG(info.st_mode) || (guint64)info.st_size > most) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "%s is no file of at most %" G_GSIZE_FORMAT " bytes", name, most);
        return FALSE;
    }
    g_autoptr(GError) failure = NULL;
    if (!g_file_get_contents(path, ret_text, ret_length, &failure)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO, "%s cannot be read: %s", name,
                    failure->message);
        return FALSE;
    }
    return TRUE;
}

/* NULL when the folder holds no manifest: what is being fetched lies there without one. */
static Model *read_model(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, MODEL_MANIFEST, NULL);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) failure = NULL;
    if (model_file_read(path, LIMIT_MODEL_MANIFEST_BYTES, &text, &length, &failure)) {
        return model_from_manifest(folder, name, text, length);
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND) ||
        !g_file_test(path, G_FILE_TEST_EXISTS)) {
        return NULL;
    }
    Model *model = model_new(name);
    model->options = g_strdup("{}");
    model->problem = g_strdup(failure->message);
    return model;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    const Model *first = *(const Model *const *)a, *second = *(const Model *const *)b;
    return strcmp(first->name, second->name);
}

static gboolean read_models(ModelSet *set, const char *folder, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GDir) entries = g_dir_open(folder, 0, &failure);
    if (!entries) {
        if (g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            return TRUE;
        }
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO,
                    "the folder of the models cannot be read: %s", failure->message);
        return FALSE;
    }
    for (const char *name; (name = g_dir_read_name(entries));) {
        if (*name == '.' || !g_utf8_validate(name, -1, NULL)) {
            continue;
        }
        Model *model = read_model(folder, name);
        if (model) {
            g_ptr_array_add(set->models, model);
        }
        if (set->models->len > LIMIT_MODELS) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                        "more than %d models are installed", LIMIT_MODELS);
            return FALSE;
        }
    }
    g_ptr_array_sort(set->models, by_name);
    return TRUE;
}

json_t *model_read_choices(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, MODEL_CHOICES, NULL);
    g_autofree char *text = NULL;
    gsize length = 0;
    json_t *root = NULL;
    if (model_file_read(path, LIMIT_MODEL_MANIFEST_BYTES, &text, &length, NULL)) {
        root = json_loadb(text, length, 0, NULL);
    }
    if (json_is_object(root)) {
        return root;
    }
    json_decref(root);
    return json_object();
}

/* The one that was chosen, else the first that calls itself the default. */
static const Model *choose(const ModelSet *set, ModelPurpose purpose, const char *chosen)
{
    const Model *best = NULL;
    for (guint i = 0; i < set->models->len; i++) {
        const Model *model = set->models->pdata[i];
        if (model->purpose != purpose || model->problem) {
            continue;
        }
        if (g_strcmp0(model->name, chosen) == 0) {
            return model;
        }
        if (model->is_default && !best) {
            best = model;
        }
    }
    return best;
}

static gboolean has_option(const Model *model, const char *name)
{
    g_autoptr(ModelOptions) options = model ? model_options_read(model->options, NULL) : NULL;
    return options && model_option_has(options, name);
}

/* Whether two options of models are texts and differ. */
static gboolean options_differ(const Model *first, const Model *second, const char *name)
{
    if (!first || !second) {
        return FALSE;
    }
    g_autoptr(ModelOptions) one = model_options_read(first->options, NULL);
    g_autoptr(ModelOptions) other = model_options_read(second->options, NULL);
    const char *text = one ? model_option_text(one, name, NULL) : NULL;
    const char *other_text = other ? model_option_text(other, name, NULL) : NULL;
    return text && other_text && strcmp(text, other_text) != 0;
}

/* Vectors of texts are of use only in the space of the pictures'. A file with both nets is its own
 * other half; two files may say which space is theirs. */
static void pair_words(ModelSet *set)
{
    const Model *image = set->used[MODEL_IMAGE_WORDS];
    if (has_option(image, "text")) {
        set->used[MODEL_TEXT_WORDS] = image;
    } else if (options_differ(image, set->used[MODEL_TEXT_WORDS], "space")) {
        set->used[MODEL_TEXT_WORDS] = NULL;
    }
}

static void append_weights(GString *text, const Model *model)
{
    if (model) {
        g_string_append_printf(text, "%s%s@%.12s", text->len ? "+" : "", model->name,
                               model->sha256);
    }
}

static int task_place(VisionTask task)
{
    return g_bit_nth_lsf(task, -1);
}

/* `needed` is the model without which the task cannot be done, NULL when there is none. */
static void settle_task(ModelSet *set, VisionTask task, const Model *needed,
                        const ModelPurpose *more, const char *problem)
{
    int place = task_place(task);
    if (!needed) {
        set->task_problems[place] = g_strdup(problem);
        return;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    append_weights(text, needed);
    for (; *more; more++) {
        append_weights(text, set->used[*more]);
    }
    set->task_models[place] = g_strdup(text->str);
}

static void settle_tasks(ModelSet *set)
{
    static const ModelPurpose none[] = {0};
    static const ModelPurpose of_faces[] = {MODEL_FACE_MESH, MODEL_EYES, MODEL_FACE_VECTOR, 0};
    const Model *objects = set->used[MODEL_OBJECTS];
    const Model *similar = set->used[MODEL_SIMILAR];
    if (!similar && has_option(objects, "similar")) {
        similar = objects;
    }
    settle_task(set, VISION_OBJECTS, objects, none, "No model that finds objects is installed");
    settle_task(set, VISION_FACES, set->used[MODEL_FACE_DETECTOR], of_faces,
                "No model that finds faces is installed");
    settle_task(set, VISION_SIMILAR, similar, none,
                "No model that tells pictures that look alike is installed");
    settle_task(set, VISION_WORDS, set->used[MODEL_IMAGE_WORDS], none,
                "No model that brings pictures and words together is installed");
}

ModelSet *model_set_read(const char *folder, GError **error)
{
    g_autoptr(ModelSet) set = g_atomic_rc_box_new0(ModelSet);
    set->models = g_ptr_array_new_with_free_func((GDestroyNotify)model_unref);
    if (!read_models(set, folder, error)) {
        return NULL;
    }
    json_t *choices = model_read_choices(folder);
    for (int i = 1; i <= MODEL_PURPOSES; i++) {
        const char *chosen = json_string_value(json_object_get(choices, purposes[i].name));
        set->used[i] = choose(set, (ModelPurpose)i, chosen);
    }
    json_decref(choices);
    pair_words(set);
    settle_tasks(set);
    return g_steal_pointer(&set);
}

static void set_clear(gpointer data)
{
    ModelSet *set = data;
    g_ptr_array_unref(set->models);
    for (int i = 0; i < VISION_TASKS; i++) {
        g_free(set->task_models[i]);
        g_free(set->task_problems[i]);
    }
}

void model_set_unref(ModelSet *set)
{
    if (set) {
        g_atomic_rc_box_release_full(set, set_clear);
    }
}

ModelSet *model_set_ref(ModelSet *set)
{
    return g_atomic_rc_box_acquire(set);
}

const GPtrArray *model_set_all(const ModelSet *set)
{
    return set->models;
}

const Model *model_set_of(const ModelSet *set, ModelPurpose purpose)
{
    return set->used[purpose];
}

gboolean model_set_serves(const ModelSet *set, const Model *model)
{
    for (int i = 1; i <= MODEL_PURPOSES; i++) {
        if (set->used[i] == model) {
            return TRUE;
        }
    }
    return FALSE;
}

int model_set_tasks(const ModelSet *set)
{
    int tasks = 0;
    for (int i = 0; i < VISION_TASKS; i++) {
        tasks |= set->task_models[i] ? 1 << i : 0;
    }
    return tasks;
}

const char *model_set_task_model(const ModelSet *set, VisionTask task)
{
    return set->task_models[task_place(task)];
}

const char *model_set_task_problem(const ModelSet *set, VisionTask task)
{
    return set->task_problems[task_place(task)];
}
