/* COCO's object format: instances and keypoints. Images and categories may stand after the
 * annotations, so a file is read twice unless they come first. A mask becomes the polygons that
 * enclose exactly its pixels (mask_trace.h). */
#include "base/limits.h"
#include "studio/formats/coco_values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Files of one archive that are read twice: each is another walk through it. */
#define SECOND_WALKS_MAX 16

static void category_free(gpointer data)
{
    CocoCategory *category = data;
    g_free(category->name);
    g_clear_pointer(&category->joints, g_ptr_array_unref);
    g_free(category);
}

typedef gboolean (*CocoReadItem)(Coco *coco, GError **error);

/* --- images --- */

/* A list of objects: `read` is called when one has begun. */
static gboolean read_list(Coco *coco, CocoReadItem read, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token != JSON_READ_ARRAY) {
        return token != JSON_READ_FAILED &&
               coco_pass_over(coco, token, "a list of objects is expected", error);
    }
    for (;;) {
        token = json_reader_next(coco->json, error);
        if (token == JSON_READ_FAILED || token == JSON_READ_ARRAY_END) {
            return token != JSON_READ_FAILED;
        }
        if (!(token == JSON_READ_OBJECT
                  ? read(coco, error)
                  : coco_pass_over(coco, token, "an object is expected", error))) {
            return FALSE;
        }
    }
}

typedef struct {
    gint64 id, width, height;
    gboolean has_id;
    char *file_name;
} CocoImage;

static void coco_image_clear(CocoImage *image)
{
    g_free(image->file_name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CocoImage, coco_image_clear)

static gboolean read_image_member(Coco *coco, gpointer item, const char *key, GError **error)
{
    CocoImage *image = item;
    if (strcmp(key, "id") == 0) {
        image->has_id = TRUE;
        return coco_read_whole(coco, &image->id, error);
    }
    if (strcmp(key, "file_name") == 0) {
        return coco_read_string(coco, &image->file_name, error);
    }
    if (strcmp(key, "width") == 0) {
        return coco_read_whole(coco, &image->width, error);
    }
    if (strcmp(key, "height") == 0) {
        return coco_read_whole(coco, &image->height, error);
    }
    return json_reader_skip(coco->json, JSON_READ_KEY, error);
}

/* The split that the name of the file or of a folder it lies in stands for: "train/x.json",
 * "instances_val2017.json". */
static const char *split_of(const char *name)
{
    g_auto(GStrv) parts = g_strsplit_set(name, "/_.-0123456789", -1);
    for (gsize i = 0; parts[i]; i++) {
        const char *split = import_split_of(parts[i]);
        if (split) {
            return split;
        }
    }
    return NULL;
}

static gboolean tell_image(Coco *coco, const CocoImage *image, const char *place, GError **error)
{
    g_autofree char *slashed = g_strdup(image->file_name);
    g_strdelimit(slashed, "\\", '/');
    g_autofree char *directory = import_name_directory(slashed);
    g_autofree char *name_place = g_strconcat(place, ".file_name", NULL);
    FoundImage found = {
        .directory = directory,
        .filename = import_name_file(slashed),
        .width = image->width,
        .height = image->height,
        .split = import_files_is_archive(coco->reading.files) ? split_of(coco->reading.name) : NULL,
        .path = name_place,
    };
    guint32 none = 0;
    g_hash_table_insert(coco->images, coco_id_key(image->id),
                        GSIZE_TO_POINTER((gsize)coco->instances->len + 1));
    g_array_append_val(coco->instances, none);
    return reading_image(&coco->reading, &found, error);
}

static gboolean read_image(Coco *coco, GError **error)
{
    g_autofree char *place = coco_place_here(coco);
    g_auto(CocoImage) image = {0};
    coco->at.is_bad = FALSE;
    if (!coco_read_members(coco, read_image_member, &image, error)) {
        return FALSE;
    }
    if (coco->at.is_bad) {
        return TRUE;
    }
    if (!image.has_id || !image.file_name || !*image.file_name) {
        reading_problem(&coco->reading, place, "the image has no %s",
                        image.has_id ? "file_name" : "id");
        return TRUE;
    }
    if (g_hash_table_contains(coco->images, coco_id_key(image.id))) {
        g_autofree char *id_place = g_strconcat(place, ".id", NULL);
        reading_problem(&coco->reading, id_place, "another image has the id %" G_GINT64_FORMAT,
                        image.id);
        return TRUE;
    }
    return tell_image(coco, &image, place, error);
}

/* --- categories --- */

typedef struct {
    gint64 id;
    gboolean has_id;
    CocoCategory *category;
    GArray *edges; /* of double, from 1 */
} CocoListed;

static gboolean read_joints(Coco *coco, CocoListed *category, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token != JSON_READ_ARRAY) {
        return token != JSON_READ_FAILED &&
               coco_pass_over(coco, token, "a list of names is expected", error);
    }
    GPtrArray *joints = g_ptr_array_new_with_free_func(g_free);
    g_clear_pointer(&category->category->joints, g_ptr_array_unref);
    category->category->joints = joints;
    while ((token = json_reader_next(coco->json, error)) != JSON_READ_ARRAY_END) {
        if (token == JSON_READ_TEXT && joints->len < LIMIT_IMPORT_JOINTS) {
            g_ptr_array_add(joints, g_strdup(json_reader_text(coco->json, NULL)));
        } else if (token == JSON_READ_FAILED ||
                   !coco_pass_over(coco, token, "the name of a keypoint is expected", error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean read_edges(Coco *coco, CocoListed *category, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token != JSON_READ_ARRAY) {
        return token != JSON_READ_FAILED &&
               coco_pass_over(coco, token, "a list of pairs is expected", error);
    }
    while ((token = json_reader_next(coco->json, error)) != JSON_READ_ARRAY_END) {
        if (token == JSON_READ_FAILED ||
            !(token == JSON_READ_ARRAY
                  ? coco_read_numbers(coco, category->edges, 4 * LIMIT_IMPORT_JOINTS, error)
                  : coco_pass_over(coco, token, "a pair of numbers is expected", error))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean read_category_member(Coco *coco, gpointer item, const char *key, GError **error)
{
    CocoListed *category = item;
    if (strcmp(key, "id") == 0) {
        category->has_id = TRUE;
        return coco_read_whole(coco, &category->id, error);
    }
    if (strcmp(key, "name") == 0) {
        return coco_read_string(coco, &category->category->name, error);
    }
    if (strcmp(key, "keypoints") == 0) {
        return read_joints(coco, category, error);
    }
    if (strcmp(key, "skeleton") == 0) {
        return read_edges(coco, category, error);
    }
    return json_reader_skip(coco->json, JSON_READ_KEY, error);
}

/* COCO tells no places of joints in the template: they are put on a circle. */
static void write_nodes(JsonWriter *writer, const GPtrArray *joints)
{
    json_key(writer, "nodes");
    json_array_begin(writer);
    for (guint i = 0; i < joints->len; i++) {
        double turn = 2 * G_PI * i / joints->len;
        json_object_begin(writer);
        json_member_string(writer, "name", g_ptr_array_index(joints, i));
        json_member_double(writer, "x", round((0.5 + 0.4 * sin(turn)) * 1000) / 1000);
        json_member_double(writer, "y", round((0.5 - 0.4 * cos(turn)) * 1000) / 1000);
        json_object_end(writer);
    }
    json_array_end(writer);
}

/* The JSON of a class's skeleton, from 0; the caller's. */
static char *skeleton_of(const GPtrArray *joints, const GArray *edges)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_IMPORT_ATTRIBUTE_BYTES);
    json_object_begin(writer);
    write_nodes(writer, joints);
    json_key(writer, "edges");
    json_array_begin(writer);
    for (guint i = 0; i + 1 < edges->len; i += 2) {
        double from = g_array_index(edges, double, i);
        double to = g_array_index(edges, double, i + 1);
        if (from >= 1 && to >= 1 && from <= joints->len && to <= joints->len) {
            json_array_begin(writer);
            json_int(writer, (gint64)from - 1);
            json_int(writer, (gint64)to - 1);
            json_array_end(writer);
        }
    }
    json_array_end(writer);
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    return bytes ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

static gboolean keep_category(Coco *coco, CocoListed *category, GError **error)
{
    CocoCategory *kept = g_steal_pointer(&category->category);
    const GPtrArray *joints = kept->joints;
    g_autofree char *skeleton = NULL;
    kept->is_alone = joints && joints->len == 1 && category->edges->len == 0 &&
                     strcmp(g_ptr_array_index(joints, 0), kept->name) == 0;
    if (joints && joints->len > 0 && !kept->is_alone) {
        skeleton = skeleton_of(joints, category->edges);
    }
    g_hash_table_insert(coco->categories, coco_id_key(category->id), kept);
    return reading_class(&coco->reading, kept->name, skeleton ? SHAPE_KEYPOINT : 0, skeleton,
                         error);
}

static void coco_listed_clear(CocoListed *category)
{
    g_clear_pointer(&category->category, category_free);
    g_array_unref(category->edges);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CocoListed, coco_listed_clear)

static gboolean read_category(Coco *coco, GError **error)
{
    g_autofree char *place = coco_place_here(coco);
    g_auto(CocoListed) category = {.category = g_new0(CocoCategory, 1),
                                   .edges = g_array_new(FALSE, FALSE, sizeof(double))};
    coco->at.is_bad = FALSE;
    if (!coco_read_members(coco, read_category_member, &category, error)) {
        return FALSE;
    }
    if (coco->at.is_bad) {
        return TRUE;
    }
    if (!category.has_id || !category.category->name || !*category.category->name) {
        reading_problem(&coco->reading, place, "the category has no %s",
                        category.has_id ? "name" : "id");
        return TRUE;
    }
    if (g_hash_table_contains(coco->categories, coco_id_key(category.id))) {
        g_autofree char *id_place = g_strconcat(place, ".id", NULL);
        reading_problem(&coco->reading, id_place, "another category has the id %" G_GINT64_FORMAT,
                        category.id);
        return TRUE;
    }
    if (g_hash_table_size(coco->categories) >= LIMIT_CLASSES_PER_PROJECT) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "The file has more categories than are allowed");
        return FALSE;
    }
    return keep_category(coco, &category, error);
}

/* --- files --- */

typedef struct {
    gboolean has_images, has_categories, has_annotations, is_done;
} Parts;

/* A member of the document; annotations only when the rest is known. */
static gboolean read_part(Coco *coco, Parts *parts, gboolean is_second, const char *key,
                          GError **error)
{
    if (strcmp(key, "images") == 0 && !is_second && !parts->has_images) {
        parts->has_images = TRUE;
        return read_list(coco, read_image, error);
    }
    if (strcmp(key, "categories") == 0 && !is_second && !parts->has_categories) {
        parts->has_categories = TRUE;
        return read_list(coco, read_category, error);
    }
    if (strcmp(key, "annotations") == 0 && !parts->is_done) {
        parts->has_annotations = TRUE;
        if (is_second || (parts->has_images && parts->has_categories)) {
            parts->is_done = TRUE;
            coco->at.index = 0;
            return read_list(coco, coco_read_annotation, error);
        }
    }
    return json_reader_skip(coco->json, JSON_READ_KEY, error);
}

static gboolean read_document(Coco *coco, Parts *parts, gboolean is_second, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    if (token != JSON_READ_OBJECT) {
        return coco_pass_over(
            coco, token, "an object with images, annotations and categories is expected", error);
    }
    while ((token = json_reader_next(coco->json, error)) == JSON_READ_KEY) {
        char key[32];
        g_strlcpy(key, json_reader_text(coco->json, NULL), sizeof key);
        if (!read_part(coco, parts, is_second, key, error)) {
            return FALSE;
        }
    }
    return token == JSON_READ_OBJECT_END && json_reader_next(coco->json, error) == JSON_READ_END;
}

static gboolean read_pass(Coco *coco, Parts *parts, gboolean is_second, GError **error)
{
    coco->json = json_reader_new(&coco->reading.source, LIMIT_IMPORT_TEXT_BYTES);
    gboolean done = read_document(coco, parts, is_second, error);
    if (!done && error && *error && import_files_is_archive(coco->reading.files)) {
        g_prefix_error(error, "%s: ", coco->reading.name);
    }
    g_clear_pointer(&coco->json, json_reader_free);
    return done;
}

/* A file whose annotations come before what they speak of, once more from its beginning: of an
 * archive that is another walk through it. */
static gboolean read_again(Coco *coco, int fd, const char *filename, Parts *parts, GError **error)
{
    ImportFiles *first = coco->reading.files;
    const char *name = coco->reading.name;
    gboolean done = FALSE;
    coco->reading.files = import_files_open(fd, filename, coco->reading.sink, error);
    while (coco->reading.files && reading_next(&coco->reading, error)) {
        if (strcmp(coco->reading.name, name) == 0) {
            done = read_pass(coco, parts, TRUE, error);
            break;
        }
    }
    g_clear_pointer(&coco->reading.files, import_files_free);
    coco->reading.files = first;
    coco->reading.name = name;
    return done;
}

static void forget_file(Coco *coco)
{
    g_hash_table_remove_all(coco->images);
    g_hash_table_remove_all(coco->categories);
    g_array_set_size(coco->instances, 0);
    g_clear_pointer(&coco->ids, id_set_free);
    coco->ids = id_set_new();
    coco->first_key = coco->reading.next_key;
}

/* The first time through a file, and the second if need be. */
static gboolean read_file(Coco *coco, int fd, const char *filename, int *second_walks,
                          GError **error)
{
    Parts parts = {0};
    forget_file(coco);
    if (!read_pass(coco, &parts, FALSE, error)) {
        return FALSE;
    }
    gboolean is_alone = !import_files_is_archive(coco->reading.files);
    if (is_alone && (!parts.has_images || !parts.has_categories || !parts.has_annotations)) {
        reading_problem(&coco->reading, "", "the file has no list of %s",
                        !parts.has_images       ? "images"
                        : !parts.has_categories ? "categories"
                                                : "annotations");
    }
    if (!parts.has_annotations || parts.is_done) {
        return TRUE;
    }
    if (++*second_walks > SECOND_WALKS_MAX) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "The archive has more COCO files than are allowed");
        return FALSE;
    }
    return read_again(coco, fd, filename, &parts, error);
}

static gboolean read_files(Coco *coco, int fd, const char *filename, GError **error)
{
    int second_walks = 0;
    GError *failure = NULL;
    while (reading_next(&coco->reading, &failure)) {
        gboolean is_wanted = !import_files_is_archive(coco->reading.files) ||
                             text_has_suffix(coco->reading.name, ".json");
        if (is_wanted && !read_file(coco, fd, filename, &second_walks, error)) {
            return FALSE;
        }
    }
    if (failure) {
        g_propagate_error(error, failure);
    }
    return failure == NULL;
}

static gboolean read_all(int fd, const char *filename, const FormatSink *sink, GError **error)
{
    Coco coco = {
        .images = g_hash_table_new(NULL, NULL),
        .categories = g_hash_table_new_full(NULL, NULL, NULL, category_free),
        .instances = g_array_new(FALSE, FALSE, sizeof(guint32)),
        .ids = id_set_new(),
        .at = {.numbers = g_array_new(FALSE, FALSE, sizeof(double)),
               .rings = g_array_new(FALSE, FALSE, sizeof(guint)),
               .keypoints = g_array_new(FALSE, FALSE, sizeof(double)),
               .runs = g_array_new(FALSE, FALSE, sizeof(guint32)),
               .attributes = g_string_new(NULL)},
    };
    gboolean done = reading_open(&coco.reading, fd, filename, sink, error) &&
                    read_files(&coco, fd, filename, error);
    reading_close(&coco.reading);
    g_hash_table_unref(coco.images);
    g_hash_table_unref(coco.categories);
    g_array_unref(coco.instances);
    id_set_free(coco.ids);
    g_array_unref(coco.at.numbers);
    g_array_unref(coco.at.rings);
    g_array_unref(coco.at.keypoints);
    g_array_unref(coco.at.runs);
    g_string_free(coco.at.attributes, TRUE);
    return done;
}

static Likeness looks_like(const char *name, const char *head, gsize length)
{
    if (!text_has_suffix(name, ".json")) {
        return LIKENESS_NONE;
    }
    gboolean has_images = g_strstr_len(head, (gssize)length, "\"images\"") != NULL;
    gboolean has_others = g_strstr_len(head, (gssize)length, "\"file_name\"") ||
                          g_strstr_len(head, (gssize)length, "\"categories\"") ||
                          g_strstr_len(head, (gssize)length, "\"category_id\"");
    return has_others ? LIKENESS_SURE : has_images ? LIKENESS_LIKELY : LIKENESS_PERHAPS;
}

/* "bounding_box.w" of "annotations.3" is "annotations.3.bbox.2". */
static char *place(const char *path, const char *field)
{
    static const struct {
        const char *field, *member;
    } members[] = {
        {"bounding_box.x", "bbox.0"}, {"bounding_box.y", "bbox.1"}, {"bounding_box.w", "bbox.2"},
        {"bounding_box.h", "bbox.3"}, {"confidence", "score"},      {"name", "category_id"},
        {"attributes", "attributes"},
    };
    int ring = 0;
    int point = 0;
    char axis = 0;
    if (sscanf(field, "polygon.paths.%d.%d.%c", &ring, &point, &axis) == 3) {
        const char *last = strrchr(path, '.');
        gboolean is_mask = last && strcmp(last, ".segmentation") == 0;
        return is_mask ? g_strdup(path) : g_strdup_printf("%s.%d", path, 2 * point + (axis == 'y'));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(members) && !strstr(path, ".segmentation"); i++) {
        if (strcmp(field, members[i].field) == 0) {
            return g_strdup_printf("%s.%s", path, members[i].member);
        }
    }
    if (g_str_has_prefix(field, "oriented_box")) {
        return g_strdup_printf("%s.%s", path, field);
    }
    return g_strdup(path);
}

const FormatReaderClass read_coco = {looks_like, read_all, place};
