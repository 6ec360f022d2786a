/* COCO's object format: instances and keypoints. Images and categories may stand after the
 * annotations, so a file is read twice unless they come first. A mask becomes the polygons that
 * enclose exactly its pixels (mask_trace.h). */
#include "base/limits.h"
#include "studio/formats/id_set.h"
#include "studio/formats/mask_trace.h"
#include "studio/formats/read_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Files of one archive that are read twice: each is another walk through it. */
#define SECOND_WALKS_MAX 16

typedef struct {
    char *name;
    GPtrArray *joints; /* of char *; NULL: it has none */
    gboolean is_alone; /* its one joint is itself: a keypoint that belongs to no object */
} Category;

static void category_free(gpointer data)
{
    Category *category = data;
    g_free(category->name);
    g_clear_pointer(&category->joints, g_ptr_array_unref);
    g_free(category);
}

enum { HAS_IMAGE = 1, HAS_CATEGORY = 2, HAS_BOX = 4, HAS_ID = 8, HAS_ORIENTED = 16, HAS_MASK = 32 };

/* The annotation at hand; its arrays are used again for the next. */
typedef struct {
    guint has;
    gboolean is_bad; /* a problem of it was told */
    gint64 index, id, image_id, category_id;
    double box[4];
    ShapeOriented oriented;
    GArray *numbers;   /* of double: coordinates of all rings */
    GArray *rings;     /* of guint: numbers of each */
    GArray *keypoints; /* of double */
    GArray *runs;      /* of guint32 */
    gint64 mask_width, mask_height;
    gboolean is_crowd;
    double score;
    GString *attributes;
} Annotation;

typedef struct {
    Reading reading;
    JsonReader *json;
    GHashTable *images;     /* from an id to its key + 1 */
    GHashTable *categories; /* from an id */
    GArray *instances;      /* of guint32: the objects with keypoints of each image of this file */
    gint64 first_key;       /* of this file */
    IdSet *ids;
    Annotation at;
} Coco;

/* Ids are keys of the tables as they are. */
static gpointer id_key(gint64 id)
{
    return GSIZE_TO_POINTER((gsize)id);
}

/* --- what is told of wrong values --- */

static char *place_here(const Coco *coco)
{
    g_autofree char *path = json_reader_path(coco->json);
    return reading_place(&coco->reading, path);
}

/* A problem where the reader stands, whose value is passed over. */
static gboolean pass_over(Coco *coco, JsonRead token, const char *what, GError **error)
{
    g_autofree char *place = place_here(coco);
    reading_problem(&coco->reading, place, "%s", what);
    coco->at.is_bad = TRUE;
    return json_reader_skip(coco->json, token, error);
}

static gboolean read_whole(Coco *coco, gint64 *ret_value, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    if (token == JSON_READ_NUMBER && json_reader_whole(coco->json, ret_value)) {
        return TRUE;
    }
    return pass_over(coco, token, "a whole number is expected", error);
}

static gboolean read_double(Coco *coco, double *ret_value, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    if (token == JSON_READ_NUMBER) {
        *ret_value = json_reader_number(coco->json);
        return TRUE;
    }
    return pass_over(coco, token, "a number is expected", error);
}

static gboolean read_string(Coco *coco, char **ret_text, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    if (token == JSON_READ_TEXT) {
        g_free(*ret_text);
        *ret_text = g_strdup(json_reader_text(coco->json, NULL));
        return TRUE;
    }
    return pass_over(coco, token, "a text is expected", error);
}

/* Numbers up to the end of an array that has begun; at most `most`, the rest is told of. */
static gboolean read_numbers(Coco *coco, GArray *numbers, gsize most, GError **error)
{
    gboolean is_told = FALSE;
    for (;;) {
        JsonRead token = json_reader_next(coco->json, error);
        if (token == JSON_READ_FAILED || token == JSON_READ_ARRAY_END) {
            return token != JSON_READ_FAILED;
        }
        double number = json_reader_number(coco->json);
        if (token != JSON_READ_NUMBER) {
            if (!pass_over(coco, token, "a number is expected", error)) {
                return FALSE;
            }
        } else if (numbers->len < most) {
            g_array_append_val(numbers, number);
        } else if (!is_told && (is_told = TRUE) &&
                   !pass_over(coco, token, "there are more numbers than are allowed", error)) {
            return FALSE;
        }
    }
}

static gboolean read_number_list(Coco *coco, GArray *numbers, gsize most, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    return token == JSON_READ_ARRAY
               ? read_numbers(coco, numbers, most, error)
               : pass_over(coco, token, "a list of numbers is expected", error);
}

/* --- images --- */

typedef gboolean (*ReadMember)(Coco *coco, gpointer item, const char *key, GError **error);

/* The members of an object that has begun. */
static gboolean read_members(Coco *coco, ReadMember read, gpointer item, GError **error)
{
    for (;;) {
        JsonRead token = json_reader_next(coco->json, error);
        if (token == JSON_READ_FAILED || token == JSON_READ_OBJECT_END) {
            return token != JSON_READ_FAILED;
        }
        char key[32];
        g_strlcpy(key, json_reader_text(coco->json, NULL), sizeof key);
        if (!read(coco, item, key, error)) {
            return FALSE;
        }
    }
}

typedef gboolean (*ReadItem)(Coco *coco, GError **error);

/* A list of objects: `read` is called when one has begun. */
static gboolean read_list(Coco *coco, ReadItem read, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token != JSON_READ_ARRAY) {
        return token != JSON_READ_FAILED &&
               pass_over(coco, token, "a list of objects is expected", error);
    }
    for (;;) {
        token = json_reader_next(coco->json, error);
        if (token == JSON_READ_FAILED || token == JSON_READ_ARRAY_END) {
            return token != JSON_READ_FAILED;
        }
        if (!(token == JSON_READ_OBJECT ? read(coco, error)
                                        : pass_over(coco, token, "an object is expected", error))) {
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
        return read_whole(coco, &image->id, error);
    }
    if (strcmp(key, "file_name") == 0) {
        return read_string(coco, &image->file_name, error);
    }
    if (strcmp(key, "width") == 0) {
        return read_whole(coco, &image->width, error);
    }
    if (strcmp(key, "height") == 0) {
        return read_whole(coco, &image->height, error);
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
    g_hash_table_insert(coco->images, id_key(image->id),
                        GSIZE_TO_POINTER((gsize)coco->instances->len + 1));
    g_array_append_val(coco->instances, none);
    return reading_image(&coco->reading, &found, error);
}

static gboolean read_image(Coco *coco, GError **error)
{
    g_autofree char *place = place_here(coco);
    g_auto(CocoImage) image = {0};
    coco->at.is_bad = FALSE;
    if (!read_members(coco, read_image_member, &image, error)) {
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
    if (g_hash_table_contains(coco->images, id_key(image.id))) {
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
    Category *category;
    GArray *edges; /* of double, from 1 */
} CocoCategory;

static gboolean read_joints(Coco *coco, CocoCategory *category, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token != JSON_READ_ARRAY) {
        return token != JSON_READ_FAILED &&
               pass_over(coco, token, "a list of names is expected", error);
    }
    GPtrArray *joints = g_ptr_array_new_with_free_func(g_free);
    g_clear_pointer(&category->category->joints, g_ptr_array_unref);
    category->category->joints = joints;
    while ((token = json_reader_next(coco->json, error)) != JSON_READ_ARRAY_END) {
        if (token == JSON_READ_TEXT && joints->len < LIMIT_IMPORT_JOINTS) {
            g_ptr_array_add(joints, g_strdup(json_reader_text(coco->json, NULL)));
        } else if (token == JSON_READ_FAILED ||
                   !pass_over(coco, token, "the name of a keypoint is expected", error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean read_edges(Coco *coco, CocoCategory *category, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token != JSON_READ_ARRAY) {
        return token != JSON_READ_FAILED &&
               pass_over(coco, token, "a list of pairs is expected", error);
    }
    while ((token = json_reader_next(coco->json, error)) != JSON_READ_ARRAY_END) {
        if (token == JSON_READ_FAILED ||
            !(token == JSON_READ_ARRAY
                  ? read_numbers(coco, category->edges, 4 * LIMIT_IMPORT_JOINTS, error)
                  : pass_over(coco, token, "a pair of numbers is expected", error))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean read_category_member(Coco *coco, gpointer item, const char *key, GError **error)
{
    CocoCategory *category = item;
    if (strcmp(key, "id") == 0) {
        category->has_id = TRUE;
        return read_whole(coco, &category->id, error);
    }
    if (strcmp(key, "name") == 0) {
        return read_string(coco, &category->category->name, error);
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

static gboolean keep_category(Coco *coco, CocoCategory *category, GError **error)
{
    Category *kept = g_steal_pointer(&category->category);
    const GPtrArray *joints = kept->joints;
    g_autofree char *skeleton = NULL;
    kept->is_alone = joints && joints->len == 1 && category->edges->len == 0 &&
                     strcmp(g_ptr_array_index(joints, 0), kept->name) == 0;
    if (joints && joints->len > 0 && !kept->is_alone) {
        skeleton = skeleton_of(joints, category->edges);
    }
    g_hash_table_insert(coco->categories, id_key(category->id), kept);
    return reading_class(&coco->reading, kept->name, skeleton ? SHAPE_KEYPOINT : 0, skeleton,
                         error);
}

static void coco_category_clear(CocoCategory *category)
{
    g_clear_pointer(&category->category, category_free);
    g_array_unref(category->edges);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CocoCategory, coco_category_clear)

static gboolean read_category(Coco *coco, GError **error)
{
    g_autofree char *place = place_here(coco);
    g_auto(CocoCategory) category = {.category = g_new0(Category, 1),
                                     .edges = g_array_new(FALSE, FALSE, sizeof(double))};
    coco->at.is_bad = FALSE;
    if (!read_members(coco, read_category_member, &category, error)) {
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
    if (g_hash_table_contains(coco->categories, id_key(category.id))) {
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

/* --- annotations --- */

static gboolean read_box(Coco *coco, GError **error)
{
    Annotation *at = &coco->at;
    guint before = at->keypoints->len;
    if (!read_number_list(coco, at->keypoints, before + 4, error)) {
        return FALSE;
    }
    if (at->keypoints->len == before + 4) {
        memcpy(at->box, &g_array_index(at->keypoints, double, before), sizeof at->box);
        at->has |= HAS_BOX;
    } else if (!at->is_bad && at->keypoints->len > before) {
        g_autofree char *place = place_here(coco);
        reading_problem(&coco->reading, place, "a bbox has four numbers");
        at->is_bad = TRUE;
    }
    g_array_set_size(at->keypoints, before); /* lent for it */
    return TRUE;
}

static gboolean read_runs(Coco *coco, GError **error)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(double));
    if (!read_numbers(coco, numbers, LIMIT_IMPORT_TEXT_BYTES / sizeof(double), error)) {
        return FALSE;
    }
    for (guint i = 0; i < numbers->len; i++) {
        double number = g_array_index(numbers, double, i);
        if (number < 0 || number > G_MAXUINT32 || number != floor(number)) {
            g_autofree char *place = place_here(coco);
            reading_problem(&coco->reading, place, "runs of a mask are whole numbers from 0");
            coco->at.is_bad = TRUE;
            return TRUE;
        }
        guint32 run = (guint32)number;
        g_array_append_val(coco->at.runs, run);
    }
    return TRUE;
}

static gboolean read_counts(Coco *coco, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_ARRAY) {
        return read_runs(coco, error);
    }
    if (token != JSON_READ_TEXT) {
        return token != JSON_READ_FAILED &&
               pass_over(coco, token, "a mask's counts are a text or a list", error);
    }
    g_autoptr(GError) problem = NULL;
    g_autoptr(GArray) runs = mask_runs_parse(json_reader_text(coco->json, NULL), &problem);
    if (!runs) {
        return pass_over(coco, token, problem->message, error);
    }
    g_array_append_vals(coco->at.runs, runs->data, runs->len);
    return TRUE;
}

static gboolean read_mask_member(Coco *coco, gpointer item, const char *key, GError **error)
{
    Annotation *at = item;
    if (strcmp(key, "counts") == 0) {
        at->has |= HAS_MASK;
        return read_counts(coco, error);
    }
    if (strcmp(key, "size") != 0) {
        return json_reader_skip(coco->json, JSON_READ_KEY, error);
    }
    g_autoptr(GArray) size = g_array_new(FALSE, FALSE, sizeof(double));
    if (!read_number_list(coco, size, 2, error)) {
        return FALSE;
    }
    for (guint i = 0; i < size->len; i++) { /* rows first */
        double number = g_array_index(size, double, i);
        gint64 side = number >= 0 && number <= LIMIT_PICTURE_SIDE_PIXELS ? (gint64)number : 0;
        *(i == 0 ? &at->mask_height : &at->mask_width) = side;
    }
    return TRUE;
}

static gboolean read_segmentation(Coco *coco, GError **error)
{
    Annotation *at = &coco->at;
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_OBJECT) {
        return read_members(coco, read_mask_member, at, error);
    }
    if (token != JSON_READ_ARRAY) {
        return token == JSON_READ_NULL ||
               (token != JSON_READ_FAILED &&
                pass_over(coco, token, "a list of polygons or a mask is expected", error));
    }
    while ((token = json_reader_next(coco->json, error)) != JSON_READ_ARRAY_END) {
        guint before = at->numbers->len;
        if (token == JSON_READ_FAILED ||
            !(token == JSON_READ_ARRAY
                  ? read_numbers(coco, at->numbers, 2 * LIMIT_SHAPE_POINTS, error)
                  : pass_over(coco, token, "a list of coordinates is expected", error))) {
            return FALSE;
        }
        guint count = at->numbers->len - before;
        g_array_append_val(at->rings, count);
        if (count % 2 != 0 && !at->is_bad) {
            g_autofree char *place = place_here(coco);
            reading_problem(&coco->reading, place, "a polygon has an even number of coordinates");
            at->is_bad = TRUE;
        }
    }
    return TRUE;
}

static gboolean read_oriented_member(Coco *coco, gpointer item, const char *key, GError **error)
{
    static const struct {
        const char *key;
        gsize offset;
    } members[] = {
        {"cx", G_STRUCT_OFFSET(ShapeOriented, cx)},
        {"cy", G_STRUCT_OFFSET(ShapeOriented, cy)},
        {"w", G_STRUCT_OFFSET(ShapeOriented, w)},
        {"h", G_STRUCT_OFFSET(ShapeOriented, h)},
        {"angle", G_STRUCT_OFFSET(ShapeOriented, angle)},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        if (strcmp(key, members[i].key) == 0) {
            return read_double(coco, G_STRUCT_MEMBER_P(item, members[i].offset), error);
        }
    }
    return json_reader_skip(coco->json, JSON_READ_KEY, error);
}

static gboolean read_oriented(Coco *coco, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_OBJECT) {
        coco->at.has |= HAS_ORIENTED;
        return read_members(coco, read_oriented_member, &coco->at.oriented, error);
    }
    return token == JSON_READ_NULL ||
           (token != JSON_READ_FAILED && pass_over(coco, token, "an object is expected", error));
}

static gboolean read_attributes(Coco *coco, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_OBJECT || token == JSON_READ_ARRAY) {
        return json_reader_copy(coco->json, token, coco->at.attributes,
                                LIMIT_IMPORT_ATTRIBUTE_BYTES, error);
    }
    return token == JSON_READ_NULL ||
           (token != JSON_READ_FAILED && pass_over(coco, token, "an object is expected", error));
}

static gboolean read_crowd(Coco *coco, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    coco->at.is_crowd = token == JSON_READ_TRUE ||
                        (token == JSON_READ_NUMBER && json_reader_number(coco->json) != 0);
    return token != JSON_READ_FAILED && json_reader_skip(coco->json, token, error);
}

static gboolean read_keypoints(Coco *coco, GError **error)
{
    return read_number_list(coco, coco->at.keypoints, 3 * LIMIT_IMPORT_JOINTS, error);
}

static gboolean read_annotation_member(Coco *coco, gpointer item, const char *key, GError **error)
{
    Annotation *at = item;
    if (strcmp(key, "id") == 0) {
        at->has |= HAS_ID;
        return read_whole(coco, &at->id, error);
    }
    if (strcmp(key, "image_id") == 0) {
        at->has |= HAS_IMAGE;
        return read_whole(coco, &at->image_id, error);
    }
    if (strcmp(key, "category_id") == 0) {
        at->has |= HAS_CATEGORY;
        return read_whole(coco, &at->category_id, error);
    }
    if (strcmp(key, "score") == 0) {
        return read_double(coco, &at->score, error);
    }
    static const struct {
        const char *key;
        ReadItem read;
    } members[] = {
        {"bbox", read_box},
        {"segmentation", read_segmentation},
        {"keypoints", read_keypoints},
        {"iscrowd", read_crowd},
        {"attributes", read_attributes},
        {"oriented_box", read_oriented},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        if (strcmp(key, members[i].key) == 0) {
            return members[i].read(coco, error);
        }
    }
    return json_reader_skip(coco->json, JSON_READ_KEY, error);
}

static Shape *shape_of(const Annotation *at, ShapeKind kind, const char *name)
{
    Shape *shape = shape_new(kind, name);
    shape->confidence = at->score;
    shape->source = SHAPE_BY_IMPORT;
    shape->attributes = at->attributes->len > 0 ? g_strdup(at->attributes->str) : NULL;
    return shape;
}

static char *place_of(const Coco *coco, const char *member, gint64 index)
{
    g_autofree char *path =
        index < 0 ? g_strdup_printf("annotations.%" G_GINT64_FORMAT "%s", coco->at.index, member)
                  : g_strdup_printf("annotations.%" G_GINT64_FORMAT "%s.%" G_GINT64_FORMAT,
                                    coco->at.index, member, index);
    return reading_place(&coco->reading, path);
}

static gboolean tell_box(Coco *coco, gint64 key, const Category *category, GError **error)
{
    const Annotation *at = &coco->at;
    g_autofree char *place = place_of(coco, "", -1);
    Shape *shape = shape_of(at, SHAPE_BBOX, category->name);
    if (at->has & HAS_ORIENTED) {
        shape->is_oriented = TRUE;
        shape->oriented = at->oriented;
        shape_enclose(shape);
    } else {
        shape->box = (ShapeBox){at->box[0], at->box[1], at->box[2], at->box[3]};
    }
    return reading_shape(&coco->reading, key, shape, place, error);
}

static gboolean tell_rings(Coco *coco, gint64 key, const Category *category, GError **error)
{
    const Annotation *at = &coco->at;
    const double *numbers = (const double *)(gpointer)at->numbers->data;
    if (at->rings->len > 1) {
        coco->reading.sink->loss(coco->reading.sink->data, LOST_PARTS);
    }
    for (guint i = 0, from = 0; i < at->rings->len; i++) {
        guint count = g_array_index(at->rings, guint, i);
        g_autofree char *place = place_of(coco, ".segmentation", i);
        Shape *shape = shape_of(at, SHAPE_POLYGON, category->name);
        G_STATIC_ASSERT(sizeof(ShapePoint) == 2 * sizeof(double));
        shape_add_ring(shape, (const ShapePoint *)(numbers + from), count / 2);
        shape_enclose(shape);
        from += count;
        if (!reading_shape(&coco->reading, key, shape, place, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean tell_mask(Coco *coco, gint64 key, const Category *category, GError **error)
{
    const Annotation *at = &coco->at;
    g_autofree char *place = place_of(coco, ".segmentation", -1);
    g_autoptr(GError) problem = NULL;
    g_autoptr(GPtrArray) shapes =
        mask_trace((const guint32 *)(gpointer)at->runs->data, at->runs->len, at->mask_width,
                   at->mask_height, &problem);
    if (!shapes) {
        reading_problem(&coco->reading, place, "%s", problem->message);
        return TRUE;
    }
    if (shapes->len > 1) {
        coco->reading.sink->loss(coco->reading.sink->data, LOST_PARTS);
    }
    for (guint i = 0; i < shapes->len; i++) {
        g_autoptr(Shape) traced = g_ptr_array_index(shapes, i);
        shapes->pdata[i] = NULL;
        Shape *shape = shape_of(at, SHAPE_POLYGON, category->name);
        shape->points = g_steal_pointer(&traced->points);
        shape->point_count = traced->point_count;
        shape->rings = g_steal_pointer(&traced->rings);
        shape->ring_count = traced->ring_count;
        shape->box = traced->box;
        if (!reading_shape(&coco->reading, key, shape, place, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* An object's joints: those that were seen (2), and those that are there but hidden (1). */
static gboolean tell_joints(Coco *coco, gint64 key, const Category *category, GError **error)
{
    const Annotation *at = &coco->at;
    guint32 *instances = &g_array_index(coco->instances, guint32, key - coco->first_key);
    guint32 instance = category->is_alone ? 0 : ++*instances;
    for (guint i = 0; i < category->joints->len; i++) {
        const double *joint = &g_array_index(at->keypoints, double, 3 * i);
        g_autofree char *place = place_of(coco, ".keypoints", 3 * (gint64)i);
        if (joint[2] <= 0) {
            continue;
        }
        Shape *shape = shape_new(SHAPE_KEYPOINT, g_ptr_array_index(category->joints, i));
        const ShapePoint point = {joint[0], joint[1]};
        shape->confidence = at->score;
        shape->source = SHAPE_BY_IMPORT;
        shape->instance_id = instance;
        shape->attributes = joint[2] < 2 ? g_strdup("{\"occluded\":true}") : NULL;
        shape_add_ring(shape, &point, 1);
        shape_enclose(shape);
        if (!reading_shape(&coco->reading, key, shape, place, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean has_joints(const Annotation *at)
{
    for (guint i = 2; i < at->keypoints->len; i += 3) {
        if (g_array_index(at->keypoints, double, i) > 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean tell_shapes(Coco *coco, gint64 key, const Category *category, GError **error)
{
    const Annotation *at = &coco->at;
    gboolean told = FALSE;
    if (at->is_crowd) {
        coco->reading.sink->loss(coco->reading.sink->data, LOST_CROWDS);
    }
    if (has_joints(at)) {
        told = TRUE;
        if (!category->joints || at->keypoints->len != 3 * category->joints->len) {
            g_autofree char *place = place_of(coco, ".keypoints", -1);
            reading_problem(&coco->reading, place,
                            "there are three numbers for each keypoint of the category");
            return TRUE;
        }
        if (!tell_joints(coco, key, category, error)) {
            return FALSE;
        }
    }
    if (at->has & HAS_ORIENTED) {
        return tell_box(coco, key, category, error);
    }
    if (at->rings->len > 0) {
        return tell_rings(coco, key, category, error);
    }
    if (at->has & HAS_MASK) {
        return tell_mask(coco, key, category, error);
    }
    if (at->has & HAS_BOX) {
        return told || tell_box(coco, key, category, error);
    }
    if (!told) {
        g_autofree char *place = place_of(coco, "", -1);
        reading_problem(&coco->reading, place, "the annotation has no bbox and no segmentation");
    }
    return TRUE;
}

/* Its image's key and its category, or the problem is told. */
static gboolean find_parts(Coco *coco, gint64 *ret_key, const Category **ret_category)
{
    const Annotation *at = &coco->at;
    gsize key = GPOINTER_TO_SIZE(g_hash_table_lookup(coco->images, id_key(at->image_id)));
    *ret_category = g_hash_table_lookup(coco->categories, id_key(at->category_id));
    *ret_key = coco->first_key + (gint64)key - 1;
    const char *member = NULL;
    if (!(at->has & HAS_IMAGE) || key == 0) {
        member = ".image_id";
    } else if (!(at->has & HAS_CATEGORY) || !*ret_category) {
        member = ".category_id";
    } else if ((at->has & HAS_ID) && !id_set_add(coco->ids, at->id)) {
        g_autofree char *place = place_of(coco, ".id", -1);
        reading_problem(&coco->reading, place, "another annotation has the id %" G_GINT64_FORMAT,
                        at->id);
        return FALSE;
    }
    if (member) {
        g_autofree char *place = place_of(coco, member, -1);
        reading_problem(&coco->reading, place, "there is no such %s in the file",
                        strcmp(member, ".image_id") == 0 ? "image" : "category");
    }
    return member == NULL;
}

static void begin_annotation(Annotation *at)
{
    at->has = 0;
    at->is_bad = at->is_crowd = FALSE;
    at->mask_width = at->mask_height = 0;
    at->oriented = (ShapeOriented){0};
    at->score = 1;
    g_array_set_size(at->numbers, 0);
    g_array_set_size(at->rings, 0);
    g_array_set_size(at->keypoints, 0);
    g_array_set_size(at->runs, 0);
    g_string_truncate(at->attributes, 0);
}

static gboolean read_annotation(Coco *coco, GError **error)
{
    const Category *category = NULL;
    gint64 key = 0;
    begin_annotation(&coco->at);
    if (!read_members(coco, read_annotation_member, &coco->at, error)) {
        return FALSE;
    }
    gboolean told = coco->at.is_bad || !find_parts(coco, &key, &category) ||
                    tell_shapes(coco, key, category, error);
    coco->at.index++;
    return told;
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
            return read_list(coco, read_annotation, error);
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
        return pass_over(coco, token,
                         "an object with images, annotations and categories is expected", error);
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
