#include "base/limits.h"
#include "vision/model_guess.h"
#include "vision/model_parts.h"
#include "vision/vision.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define CONTENT_BYTES (1U << 20) /* hashed at a time */

gboolean model_use(const char *folder, const char *name, GError **error)
{
    g_autoptr(ModelSet) set = model_set_read(folder, error);
    const Model *found = NULL;
    for (guint i = 0; set && i < model_set_all(set)->len; i++) {
        const Model *model = model_set_all(set)->pdata[i];
        found = strcmp(model->name, name) == 0 ? model : found;
    }
    if (!set) {
        return FALSE;
    }
    if (!found) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                    "no model called \"%s\" is installed", name);
        return FALSE;
    }
    if (found->problem) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "%s cannot be used: %s", name,
                    found->problem);
        return FALSE;
    }
    json_t *choices = model_read_choices(folder);
    json_object_set_new(choices, model_purpose_name(found->purpose), json_string(name));
    char *text = json_dumps(choices, JSON_INDENT(2) | JSON_SORT_KEYS);
    json_decref(choices);
    g_autofree char *path = g_build_filename(folder, MODEL_CHOICES, NULL);
    g_autoptr(GError) failure = NULL;
    gboolean written =
        g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &failure);
    free(text);
    if (!written) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO, "the choice cannot be kept: %s",
                    failure->message);
    }
    return written;
}

/* SHA-256 of a file and its size. */
static char *hash_contents(const char *path, gint64 *ret_bytes, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree guint8 *buffer = g_malloc(CONTENT_BYTES);
    gssize got = fd < 0 ? -1 : 1;
    *ret_bytes = 0;
    while (got > 0) {
        got = read(fd, buffer, CONTENT_BYTES);
        if (got > 0) {
            g_checksum_update(sum, buffer, got);
            *ret_bytes += got;
        }
    }
    if (got < 0) {
        error_set_errno(error, errno, "read the model's file");
    }
    if (fd >= 0) {
        close(fd);
    }
    return got < 0 ? NULL : g_strdup(g_checksum_get_string(sum));
}

gboolean model_verify(const Model *model, GError **error)
{
    if (model->problem) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "%s: %s", model->name,
                    model->problem);
        return FALSE;
    }
    gint64 bytes = 0;
    g_autofree char *sum = hash_contents(model->file, &bytes, error);
    if (!sum) {
        g_prefix_error(error, "%s: ", model->name);
        return FALSE;
    }
    if (bytes != model->bytes || strcmp(sum, model->sha256) != 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "%s: its file is not the one that its manifest describes", model->name);
        return FALSE;
    }
    return TRUE;
}

/* An installation under way: what is copied, and the manifest that is made for it. */
typedef struct {
    const char *folder;
    GBytes *contents;
    json_t *manifest;
    char *stage; /* a folder that becomes the model's; removed on failure */
} Installation;

static void installation_clear(Installation *installation)
{
    g_clear_pointer(&installation->contents, g_bytes_unref);
    json_decref(installation->manifest);
    if (installation->stage) {
        const char *file = json_string_value(json_object_get(installation->manifest, "file"));
        g_autofree char *copy = file ? g_build_filename(installation->stage, file, NULL) : NULL;
        g_autofree char *manifest = g_build_filename(installation->stage, MODEL_MANIFEST, NULL);
        if (copy) {
            unlink(copy);
        }
        unlink(manifest);
        rmdir(installation->stage);
        g_free(installation->stage);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Installation, installation_clear)

static gboolean refuse(GError **error, AlbumenError code, const char *message)
{
    g_set_error(error, ALBUMEN_ERROR, code, "%s", message);
    return FALSE;
}

static json_t *read_manifest(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    json_error_t where;
    if (!path) {
        return json_object();
    }
    if (!model_file_read(path, LIMIT_MODEL_MANIFEST_BYTES, &text, &length, error)) {
        return NULL;
    }
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(root)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "the manifest is no object: %s",
                    root ? "it is another value" : where.text);
        json_decref(root);
        return NULL;
    }
    return root;
}

/* Lower-case letters, digits and '-': of whatever a file is called. */
static char *name_of_file(const char *file)
{
    g_autofree char *base = g_path_get_basename(file);
    char *dot = strrchr(base, '.');
    if (dot && dot != base) {
        *dot = '\0';
    }
    for (char *c = base; *c; c++) {
        *c = g_ascii_isalnum(*c) ? g_ascii_tolower(*c) : '-';
    }
    return g_strdup(base);
}

static gboolean name_is_good(const char *name)
{
    return *name && strlen(name) <= 100 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

/* The runtime that models are tried with: the installed one, or the system's. */
static VisionRuntime *load_runtime(const char *folder, GError **error)
{
    g_autoptr(ModelSet) set = model_set_read(folder, error);
    const Model *runtime = set ? model_set_of(set, MODEL_RUNTIME) : NULL;
    return set ? vision_runtime_load(runtime ? runtime->file : NULL, error) : NULL;
}

static void set_text(json_t *manifest, const char *key, const char *text)
{
    json_object_set_new(manifest, key, json_string(text));
}

/* Fills in what the manifest leaves open, from what the file is. */
static gboolean guess(Installation *installation, VisionRuntime *runtime, GError **error)
{
    g_autoptr(VisionSession) session = vision_session_new(runtime, installation->contents, error);
    ModelGuess guessed = {0};
    if (!session || !model_guess(session, &guessed, error)) {
        return FALSE;
    }
    set_text(installation->manifest, "purpose", model_purpose_name(guessed.purpose));
    set_text(installation->manifest, "family", guessed.family);
    if (!json_object_get(installation->manifest, "options")) {
        json_object_set_new(installation->manifest, "options",
                            json_loads(guessed.options, 0, NULL));
    }
    g_free(guessed.options);
    return TRUE;
}

/* Loads a network, or reads a vocabulary, as a process that works with it would. */
static gboolean try_model(Installation *installation, GError **error)
{
    g_autoptr(VisionRuntime) runtime = load_runtime(installation->folder, error);
    if (!runtime) {
        return FALSE;
    }
    if (!json_object_get(installation->manifest, "purpose") &&
        !guess(installation, runtime, error)) {
        return FALSE;
    }
    json_t *manifest = installation->manifest;
    const char *purpose = json_string_value(json_object_get(manifest, "purpose"));
    const char *family = json_string_value(json_object_get(manifest, "family"));
    const json_t *options = json_object_get(manifest, "options");
    if (!model_purpose_from_name(purpose) || !family) {
        return refuse(error, ALBUMEN_ERROR_INVALID,
                      "the manifest says no purpose and family that are known");
    }
    g_autoptr(Vision) vision = vision_new(runtime);
    char *text = options ? json_dumps(options, JSON_ENCODE_ANY) : NULL;
    gboolean done = vision_load(vision, model_purpose_from_name(purpose), family,
                                text ? text : "{}", installation->contents, error);
    free(text);
    return done;
}

static gboolean is_library(GBytes *contents)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(contents, &length);
    return length > 4 && memcmp(data, "\177ELF", 4) == 0;
}

static gboolean try_library(Installation *installation, const char *file, GError **error)
{
    g_autofree char *path =
        g_canonicalize_filename(file, NULL); /* a path, not a name to look for */
    g_autoptr(VisionRuntime) runtime = vision_runtime_load(path, error);
    if (!runtime || !vision_runtime_try(runtime, error)) {
        return FALSE;
    }
    set_text(installation->manifest, "purpose", model_purpose_name(MODEL_RUNTIME));
    set_text(installation->manifest, "family", "onnxruntime");
    set_text(installation->manifest, "version", vision_runtime_version(runtime));
    return TRUE;
}

/* Puts contents and manifest into the stage and gives the stage its name. */
static gboolean put_in_place(Installation *installation, const char *name, GError **error)
{
    g_autofree char *target = g_build_filename(installation->folder, name, NULL);
    g_autofree char *stage = g_build_filename(installation->folder, ".install-XXXXXX", NULL);
    if (g_mkdir_with_parents(installation->folder, 0755) != 0 || !g_mkdtemp_full(stage, 0755)) {
        return error_set_errno(error, errno, "make a folder for the model");
    }
    installation->stage = g_steal_pointer(&stage);
    const char *file = json_string_value(json_object_get(installation->manifest, "file"));
    g_autofree char *copy = g_build_filename(installation->stage, file, NULL);
    g_autofree char *manifest = g_build_filename(installation->stage, MODEL_MANIFEST, NULL);
    gsize length = 0;
    const char *data = g_bytes_get_data(installation->contents, &length);
    char *text = json_dumps(installation->manifest, JSON_INDENT(2));
    g_autoptr(GError) failure = NULL;
    gboolean written =
        g_file_set_contents_full(copy, data, (gssize)length, G_FILE_SET_CONTENTS_DURABLE, 0644,
                                 &failure) &&
        g_file_set_contents_full(manifest, text, -1, G_FILE_SET_CONTENTS_DURABLE, 0644, &failure);
    free(text);
    if (!written) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO, "the model cannot be copied: %s",
                    failure->message);
        return FALSE;
    }
    if (rename(installation->stage, target) != 0) {
        return error_set_errno(error, errno, "put the model in its place");
    }
    g_clear_pointer(&installation->stage, g_free);
    return TRUE;
}

/* What every manifest has: the name, the file and its checksum. */
static void complete(Installation *installation, const char *name)
{
    json_t *manifest = installation->manifest;
    const char *purpose = json_string_value(json_object_get(manifest, "purpose"));
    ModelPurpose which = model_purpose_from_name(purpose);
    const char *ending = which == MODEL_RUNTIME ? "so" : which == MODEL_VOCABULARY ? "txt" : "onnx";
    g_autofree char *file = g_strdup_printf("%s.%s", name, ending);
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, installation->contents);
    g_autofree char *short_sum = g_strndup(sum, 12);
    set_text(manifest, "name", name);
    set_text(manifest, "file", file);
    set_text(manifest, "sha256", sum);
    json_object_set_new(manifest, "bytes",
                        json_integer((json_int_t)g_bytes_get_size(installation->contents)));
    if (!json_object_get(manifest, "version")) {
        set_text(manifest, "version", short_sum);
    }
    json_object_set_new(manifest, "is_default", json_false());
}

/* The model under its name as it is now installed. */
static Model *installed(const char *folder, const char *name, GError **error)
{
    g_autoptr(ModelSet) set = model_set_read(folder, error);
    Model *found = NULL;
    for (guint i = 0; set && i < model_set_all(set)->len; i++) {
        Model *model = model_set_all(set)->pdata[i];
        found = strcmp(model->name, name) == 0 ? model : found;
    }
    if (!found) {
        return NULL;
    }
    /* It begins to serve at once where nothing else does. */
    if (!found->problem && !model_set_of(set, found->purpose) && !model_use(folder, name, error)) {
        return NULL;
    }
    return model_ref(found);
}

Model *model_install(const char *folder, const char *file, const char *manifest, const char *name,
                     GError **error)
{
    g_auto(Installation) installation = {.folder = folder};
    g_autoptr(GError) failure = NULL;
    g_autoptr(GMappedFile) mapped = g_mapped_file_new(file, FALSE, &failure);
    if (!mapped || g_mapped_file_get_length(mapped) > LIMIT_MODEL_FILE_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, mapped ? ALBUMEN_ERROR_TOO_LARGE : ALBUMEN_ERROR_IO, "%s",
                    mapped ? "a model has at most 2 GB" : failure->message);
        return NULL;
    }
    installation.contents = g_mapped_file_get_bytes(mapped);
    installation.manifest = read_manifest(manifest, error);
    if (!installation.manifest) {
        return NULL;
    }
    const char *told = json_string_value(json_object_get(installation.manifest, "name"));
    g_autofree char *chosen = name || told ? g_strdup(name ? name : told) : name_of_file(file);
    g_autofree char *target = g_build_filename(folder, chosen, NULL);
    if (!name_is_good(chosen)) {
        refuse(error, ALBUMEN_ERROR_INVALID,
               "a model's name has lower-case letters, digits and - in it, at most 100");
        return NULL;
    }
    if (g_file_test(target, G_FILE_TEST_EXISTS)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "a model called \"%s\" is installed already", chosen);
        return NULL;
    }
    if (!(is_library(installation.contents) ? try_library(&installation, file, error)
                                            : try_model(&installation, error))) {
        g_prefix_error(error, "%s: ", chosen);
        return NULL;
    }
    complete(&installation, chosen);
    return put_in_place(&installation, chosen, error) ? installed(folder, chosen, error) : NULL;
}
