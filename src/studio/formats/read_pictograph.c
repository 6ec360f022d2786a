/* Pictograph JSON: an object for each image, with the image's name before its annotations: one in a
 * file, {"images": [..]}, a list of them, or a file for each in an archive. */
#include "base/limits.h"
#include "studio/formats/annotation_json.h"
#include "studio/formats/read_text.h"

#include <string.h>

typedef struct {
    Reading reading;
    JsonReader *json;
    GString *text; /* of the annotation at hand */
    char *image, *image_path;
    gint64 key; /* of the image at hand; -1: not told yet */
} Pictograph;

static gboolean problem_at(const Pictograph *at, const char *what)
{
    g_autofree char *path = json_reader_path(at->json);
    g_autofree char *place = reading_place(&at->reading, path);
    reading_problem(&at->reading, place, "%s", what);
    return TRUE;
}

static gboolean pass_over(const Pictograph *at, JsonRead token, const char *what, GError **error)
{
    return token != JSON_READ_FAILED && problem_at(at, what) &&
           json_reader_skip(at->json, token, error);
}

/* --- annotations --- */

/* The annotation's faults, each with its place. */
static void tell_faults(const Pictograph *at, const GPtrArray *faults, const char *path)
{
    for (guint i = 0; i < faults->len; i++) {
        const AnnotationFault *fault = g_ptr_array_index(faults, i);
        g_autofree char *where = annotation_fault_path(fault, path);
        g_autofree char *place = reading_place(&at->reading, where);
        reading_problem(&at->reading, place, "%s", fault->message);
    }
}

static gboolean tell_annotation(Pictograph *at, const char *path, GError **error)
{
    json_t *value = json_loadb(at->text->str, at->text->len, JSON_REJECT_DUPLICATES, NULL);
    if (!value) {
        g_autofree char *place = reading_place(&at->reading, path);
        reading_problem(&at->reading, place, "a member stands twice in the annotation");
        return TRUE;
    }
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    Shape *shape = annotation_json_read(value, ANNOTATION_OWN, faults);
    json_decref(value);
    if (!shape) {
        tell_faults(at, faults, path);
        return TRUE;
    }
    shape->source = shape->source == SHAPE_BY_USER ? SHAPE_BY_IMPORT : shape->source;
    shape->is_proposed = FALSE;
    g_autofree char *place = reading_place(&at->reading, path);
    return reading_shape(&at->reading, at->key, shape, place, error);
}

static gboolean tell_image(Pictograph *at, GError **error)
{
    g_autofree char *path = json_reader_path(at->json);
    g_autofree char *place = reading_place(&at->reading, path);
    g_autofree char *own = import_name_directory(at->reading.name);
    const char *slash = strchr(own + 1, '/');
    g_autofree char *top = g_strndup(own + 1, slash ? (gsize)(slash - own - 1) : strlen(own + 1));
    FoundImage image = {
        .directory = at->image_path ? at->image_path : "/",
        .filename = at->image,
        .split = import_files_is_archive(at->reading.files) ? import_split_of(top) : NULL,
        .path = place,
    };
    if (!reading_image(&at->reading, &image, error)) {
        return FALSE;
    }
    at->key = image.key;
    return TRUE;
}

static gboolean read_annotations(Pictograph *at, GError **error)
{
    JsonRead token = json_reader_next(at->json, error);
    if (token != JSON_READ_ARRAY) {
        return pass_over(at, token, "a list of annotations is expected", error);
    }
    if (!at->image || !*at->image) {
        return pass_over(at, token, "the image's name must stand before its annotations", error);
    }
    if (!tell_image(at, error)) {
        return FALSE;
    }
    while ((token = json_reader_next(at->json, error)) != JSON_READ_ARRAY_END) {
        if (token == JSON_READ_FAILED) {
            return FALSE;
        }
        g_autofree char *path = json_reader_path(at->json);
        g_string_truncate(at->text, 0);
        if (!json_reader_copy(at->json, token, at->text, LIMIT_IMPORT_ANNOTATION_BYTES, error) ||
            !tell_annotation(at, path, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* --- images --- */

static gboolean read_name(Pictograph *at, char **ret_name, GError **error)
{
    JsonRead token = json_reader_next(at->json, error);
    if (token != JSON_READ_TEXT) {
        return pass_over(at, token, "a text is expected", error);
    }
    g_free(*ret_name);
    *ret_name = g_strdup(json_reader_text(at->json, NULL));
    return TRUE;
}

static gboolean read_images(Pictograph *at, GError **error);

/* The members of an object that has begun. */
static gboolean read_object(Pictograph *at, gboolean is_document, GError **error)
{
    JsonRead token = JSON_READ_END;
    gboolean has_content = FALSE;
    at->key = -1;
    g_clear_pointer(&at->image, g_free);
    g_clear_pointer(&at->image_path, g_free);
    while ((token = json_reader_next(at->json, error)) == JSON_READ_KEY) {
        const char *key = json_reader_text(at->json, NULL);
        gboolean done = FALSE;
        if (strcmp(key, "image") == 0) {
            done = read_name(at, &at->image, error);
        } else if (strcmp(key, "image_path") == 0) {
            done = read_name(at, &at->image_path, error);
        } else if (strcmp(key, "annotations") == 0 && at->key < 0) {
            has_content = TRUE;
            done = read_annotations(at, error);
        } else if (is_document && strcmp(key, "images") == 0) {
            has_content = TRUE;
            done = read_images(at, error);
        } else {
            done = json_reader_skip(at->json, JSON_READ_KEY, error);
        }
        if (!done) {
            return FALSE;
        }
    }
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    return has_content || import_files_is_archive(at->reading.files) ||
           problem_at(at, "the object has no annotations");
}

/* After the key of a list, or where a document begins with one. */
static gboolean read_list(Pictograph *at, GError **error)
{
    JsonRead token = JSON_READ_END;
    while ((token = json_reader_next(at->json, error)) != JSON_READ_ARRAY_END) {
        if (!(token == JSON_READ_OBJECT ? read_object(at, FALSE, error)
                                        : pass_over(at, token, "an object is expected", error))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean read_images(Pictograph *at, GError **error)
{
    JsonRead token = json_reader_next(at->json, error);
    return token == JSON_READ_ARRAY ? read_list(at, error)
                                    : pass_over(at, token, "a list of images is expected", error);
}

static gboolean read_document(Pictograph *at, GError **error)
{
    JsonRead token = json_reader_next(at->json, error);
    gboolean done = token == JSON_READ_OBJECT ? read_object(at, TRUE, error)
                    : token == JSON_READ_ARRAY
                        ? read_list(at, error)
                        : pass_over(at, token, "an object is expected", error);
    return done && json_reader_next(at->json, error) == JSON_READ_END;
}

static gboolean read_file(Pictograph *at, GError **error)
{
    at->json = json_reader_new(&at->reading.source, LIMIT_IMPORT_TEXT_BYTES);
    gboolean done = read_document(at, error);
    if (!done && error && *error && import_files_is_archive(at->reading.files)) {
        g_prefix_error(error, "%s: ", at->reading.name);
    }
    g_clear_pointer(&at->json, json_reader_free);
    return done;
}

static gboolean read_all(int fd, const char *filename, const FormatSink *sink, GError **error)
{
    GError *failure = NULL;
    gboolean done = FALSE;
    Pictograph at = {.text = g_string_new(NULL), .key = -1};
    if (reading_open(&at.reading, fd, filename, sink, error)) {
        done = TRUE;
        while (done && reading_next(&at.reading, &failure)) {
            gboolean is_wanted = !import_files_is_archive(at.reading.files) ||
                                 text_has_suffix(at.reading.name, ".json");
            done = !is_wanted || read_file(&at, error);
        }
    }
    if (failure) {
        g_propagate_error(error, failure);
    }
    reading_close(&at.reading);
    g_string_free(at.text, TRUE);
    g_free(at.image);
    g_free(at.image_path);
    return done && !failure;
}

static Likeness looks_like(const char *name, const char *head, gsize length)
{
    if (!text_has_suffix(name, ".json")) {
        return LIKENESS_NONE;
    }
    return g_strstr_len(head, (gssize)length, "\"image_path\"") ||
                   g_strstr_len(head, (gssize)length, "\"image_uuid\"") ||
                   g_strstr_len(head, (gssize)length, "\"image\"")
               ? LIKENESS_SURE
               : LIKENESS_NONE;
}

/* "bounding_box.w" of "annotations.3": the names are the format's own. */
static char *place(const char *path, const char *field)
{
    return *path ? g_strconcat(path, ".", field, NULL) : g_strdup(field);
}

const FormatReaderClass read_pictograph = {looks_like, read_all, place};
