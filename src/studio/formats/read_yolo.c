/* YOLO in its forms: a text file for each image, a line for each object, in fractions of the
 * picture. data.yaml or classes.txt has the names.
 *
 * The fractions have six decimals as a rule, so a place is known to a millionth of the picture's
 * side: what is whole in pixels, or in tenths or hundredths, to that exactness is taken for it. */
#include "base/limits.h"
#include "studio/formats/line_reader.h"
#include "studio/formats/read_text.h"
#include "studio/formats/yolo_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECIMALS_ERROR 1e-6
/* Corners of a rectangle may be off by that many pixels, and by what the decimals leave. */
#define RECTANGLE_ERROR_PIXELS 0.05

typedef enum { YOLO_PLAIN, YOLO_OBB, YOLO_POSE } YoloKind;

typedef struct {
    Reading reading;
    YoloKind kind;
    YoloNames *names;
    gboolean names_unknown;
    GArray *numbers; /* of double: of the line at hand */
    double width, height;
    gint64 key, instances; /* of the image at hand */
    gint64 line;
} Yolo;

static double snap(double value, double error)
{
    static const double units[] = {1, 10, 100};
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
        double near = round(value * units[i]) / units[i];
        if (fabs(near - value) <= error) {
            return near;
        }
    }
    return value;
}

static double number_at(const Yolo *yolo, guint i)
{
    return g_array_index(yolo->numbers, double, i);
}

static double x_at(const Yolo *yolo, guint i)
{
    return snap(number_at(yolo, i) * yolo->width, yolo->width * DECIMALS_ERROR);
}

static double y_at(const Yolo *yolo, guint i)
{
    return snap(number_at(yolo, i) * yolo->height, yolo->height * DECIMALS_ERROR);
}

static gboolean problem_here(const Yolo *yolo, const char *what)
{
    g_autofree char *place = reading_line(&yolo->reading, yolo->line);
    reading_problem(&yolo->reading, place, "%s", what);
    return TRUE;
}

static gboolean tell(Yolo *yolo, Shape *shape, GError **error)
{
    g_autofree char *place = reading_line(&yolo->reading, yolo->line);
    shape->source = SHAPE_BY_IMPORT;
    return reading_shape(&yolo->reading, yolo->key, shape, place, error);
}

/* --- shapes --- */

static void set_box(const Yolo *yolo, Shape *shape)
{
    double w = snap(number_at(yolo, 3) * yolo->width, yolo->width * DECIMALS_ERROR);
    double h = snap(number_at(yolo, 4) * yolo->height, yolo->height * DECIMALS_ERROR);
    double x = (number_at(yolo, 1) - number_at(yolo, 3) / 2) * yolo->width;
    double y = (number_at(yolo, 2) - number_at(yolo, 4) / 2) * yolo->height;
    shape->box = (ShapeBox){snap(x, yolo->width * DECIMALS_ERROR),
                            snap(y, yolo->height * DECIMALS_ERROR), w, h};
}

static void set_ring(const Yolo *yolo, Shape *shape, guint count)
{
    g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(ShapePoint));
    for (guint i = 0; i < count; i++) {
        const ShapePoint point = {x_at(yolo, 1 + 2 * i), y_at(yolo, 2 + 2 * i)};
        g_array_append_val(points, point);
    }
    shape_add_ring(shape, (const ShapePoint *)(gpointer)points->data, points->len);
    shape_enclose(shape);
}

/* An object's class, box or polygon, and perhaps a confidence at the end. */
static gboolean tell_plain(Yolo *yolo, const char *name, GError **error)
{
    guint values = yolo->numbers->len - 1;
    gboolean has_confidence = values % 2 == 1;
    guint points = values / 2;
    if (values < 4) {
        return problem_here(yolo, "a line has a class and at least four numbers");
    }
    Shape *shape = shape_new(points == 2 ? SHAPE_BBOX : SHAPE_POLYGON, name);
    if (points == 2) {
        set_box(yolo, shape);
    } else {
        set_ring(yolo, shape, points);
    }
    shape->confidence = has_confidence ? number_at(yolo, values) : 1;
    return tell(yolo, shape, error);
}

static gboolean is_rectangle(const Yolo *yolo, const ShapePoint p[4])
{
    double most = RECTANGLE_ERROR_PIXELS + 2 * DECIMALS_ERROR * MAX(yolo->width, yolo->height);
    double ux = p[1].x - p[0].x, uy = p[1].y - p[0].y;
    double vx = p[3].x - p[0].x, vy = p[3].y - p[0].y;
    double u = hypot(ux, uy), v = hypot(vx, vy);
    return u > 0 && v > 0 && fabs(p[0].x + p[2].x - p[1].x - p[3].x) <= 2 * most &&
           fabs(p[0].y + p[2].y - p[1].y - p[3].y) <= 2 * most &&
           fabs(ux * vx + uy * vy) / MAX(u, v) <= 2 * most && ux * vy - uy * vx > 0;
}

static void set_oriented(const Yolo *yolo, Shape *shape, const ShapePoint p[4])
{
    double error = MAX(yolo->width, yolo->height) * DECIMALS_ERROR;
    double angle = atan2(p[1].y - p[0].y, p[1].x - p[0].x) * 180 / G_PI;
    double w = snap(hypot(p[1].x - p[0].x, p[1].y - p[0].y), 2 * error);
    double h = snap(hypot(p[3].x - p[0].x, p[3].y - p[0].y), 2 * error);
    double angle_error = 2 * error / MAX(w, 1) * 180 / G_PI;
    angle = snap(angle < 0 ? angle + 360 : angle, angle_error);
    angle = angle >= 360 ? 0 : angle;
    if (angle == 0) {
        shape->box = (ShapeBox){p[0].x, p[0].y, w, h};
        return;
    }
    shape->is_oriented = TRUE;
    shape->oriented = (ShapeOriented){
        snap((p[0].x + p[1].x + p[2].x + p[3].x) / 4, error),
        snap((p[0].y + p[1].y + p[2].y + p[3].y) / 4, error),
        w,
        h,
        angle,
    };
    shape_enclose(shape);
}

static gboolean tell_obb(Yolo *yolo, const char *name, GError **error)
{
    ShapePoint corners[4];
    guint values = yolo->numbers->len - 1;
    if (values != 8 && values != 9) {
        return problem_here(yolo, "a line has a class and the eight coordinates of four corners");
    }
    for (guint i = 0; i < 4; i++) {
        corners[i] = (ShapePoint){x_at(yolo, 1 + 2 * i), y_at(yolo, 2 + 2 * i)};
    }
    Shape *shape = NULL;
    if (is_rectangle(yolo, corners)) {
        shape = shape_new(SHAPE_BBOX, name);
        set_oriented(yolo, shape, corners);
    } else {
        shape = shape_new(SHAPE_POLYGON, name);
        set_ring(yolo, shape, 4);
        yolo->reading.sink->loss(yolo->reading.sink->data,
                                 "boxes without right angles became polygons");
    }
    shape->confidence = values == 9 ? number_at(yolo, 9) : 1;
    return tell(yolo, shape, error);
}

static gboolean tell_joint(Yolo *yolo, const char *name, guint joint, guint numbers, GError **error)
{
    guint at = 5 + joint * numbers;
    double seen = numbers > 2 ? number_at(yolo, at + 2) : 2;
    const ShapePoint point = {x_at(yolo, at), y_at(yolo, at + 1)};
    if (seen <= 0 || (numbers == 2 && number_at(yolo, at) == 0 && number_at(yolo, at + 1) == 0)) {
        return TRUE;
    }
    g_autofree char *numbered = g_strdup_printf("%s %u", name, joint + 1);
    const GPtrArray *names = yolo->names->joints;
    gboolean is_alone = yolo->names->joint_count == 1;
    Shape *shape = shape_new(SHAPE_KEYPOINT, joint < names->len ? names->pdata[joint]
                                             : is_alone         ? name
                                                                : numbered);
    shape->instance_id = is_alone ? 0 : yolo->instances;
    shape->attributes = seen < 2 ? g_strdup("{\"occluded\":true}") : NULL;
    shape_add_ring(shape, &point, 1);
    shape_enclose(shape);
    return tell(yolo, shape, error);
}

static gboolean tell_pose(Yolo *yolo, const char *name, GError **error)
{
    guint values = yolo->numbers->len - 1;
    guint numbers = yolo->names->joint_numbers;
    guint joints = yolo->names->joint_count;
    if (joints == 0 || (numbers != 2 && numbers != 3)) {
        return problem_here(yolo, "data.yaml has no kpt_shape: [keypoints, 2 or 3]");
    }
    if (values != 4 + joints * numbers) {
        return problem_here(yolo, "a line has a class, a box, and as many keypoints as kpt_shape");
    }
    yolo->instances++;
    for (guint i = 0; i < joints; i++) {
        if (!tell_joint(yolo, name, i, numbers, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* --- lines --- */

static gboolean parse_line(Yolo *yolo, const char *line)
{
    g_array_set_size(yolo->numbers, 0);
    for (const char *at = line; *at;) {
        char *end = NULL;
        if (g_ascii_isspace(*at)) {
            at++;
            continue;
        }
        double number = g_ascii_strtod(at, &end);
        if (end == at || (*end && !g_ascii_isspace(*end)) || !isfinite(number) ||
            yolo->numbers->len > 2 * LIMIT_SHAPE_POINTS + 2) {
            return FALSE;
        }
        g_array_append_val(yolo->numbers, number);
        at = end;
    }
    return TRUE;
}

/* The name of the line's class; NULL when there is none. The caller's. */
static char *class_of(const Yolo *yolo)
{
    double number = number_at(yolo, 0);
    const GPtrArray *names = yolo->names->names;
    if (number < 0 || number != floor(number) || number >= LIMIT_CLASSES_PER_PROJECT) {
        return NULL;
    }
    if (yolo->names_unknown) {
        return g_strdup_printf("%d", (int)number);
    }
    return number < names->len ? g_strdup(names->pdata[(guint)number]) : NULL;
}

static gboolean read_line(Yolo *yolo, const char *line, GError **error)
{
    if (!parse_line(yolo, line)) {
        return problem_here(yolo,
                            "a line has nothing but numbers with blanks between, not too many");
    }
    if (yolo->numbers->len == 0) {
        return TRUE;
    }
    g_autofree char *name = class_of(yolo);
    if (!name) {
        return problem_here(yolo, "the number of the class is none of the list of names");
    }
    switch (yolo->kind) {
    case YOLO_OBB:
        return tell_obb(yolo, name, error);
    case YOLO_POSE:
        return tell_pose(yolo, name, error);
    default:
        return tell_plain(yolo, name, error);
    }
}

static gboolean read_lines(Yolo *yolo, GError **error)
{
    g_autoptr(LineReader) lines = line_reader_new(&yolo->reading.source);
    GError *failure = NULL;
    const char *line = NULL;
    while (line_reader_next(lines, &line, &failure)) {
        yolo->line = line_reader_number(lines);
        if (!read_line(yolo, line, error)) {
            return FALSE;
        }
    }
    if (failure) {
        g_propagate_prefixed_error(error, failure, "%s: ", yolo->reading.name);
    }
    return failure == NULL;
}

/* --- files --- */

/* What stands after "labels/"; the split is a folder before it or right after it. */
static char *directory_of(const char *name, const char **ret_split)
{
    g_autofree char *directory = import_name_directory(name);
    g_auto(GStrv) parts = g_strsplit(directory + 1, "/", -1);
    guint from = 0;
    *ret_split = NULL;
    for (guint i = 0; parts[i]; i++) {
        const char *split = import_split_of(parts[i]);
        if (split && !*ret_split && i <= from + 1) {
            *ret_split = split;
        }
        if (strcmp(parts[i], "labels") == 0 && from == 0) {
            from = i + 1;
        }
    }
    g_autofree char *rest = g_strjoinv("/", parts + from);
    return g_strconcat("/", rest, NULL);
}

static gboolean read_file(Yolo *yolo, GError **error)
{
    gint64 width = 0;
    gint64 height = 0;
    const char *split = NULL;
    g_autofree char *directory = directory_of(yolo->reading.name, &split);
    g_autofree char *stem = import_name_stem(yolo->reading.name);
    FoundImage image = {
        .directory = directory,
        .filename = stem,
        .is_stem = TRUE,
        .split = split,
        .path = yolo->reading.name,
    };
    if (!reading_image(&yolo->reading, &image, error)) {
        return FALSE;
    }
    const FormatSink *sink = yolo->reading.sink;
    if (!sink->size(sink->data, image.key, &width, &height)) {
        return TRUE;
    }
    yolo->key = image.key;
    yolo->instances = 0;
    yolo->width = (double)width;
    yolo->height = (double)height;
    return read_lines(yolo, error);
}

static gboolean is_yaml(const char *name)
{
    return text_has_suffix(name, ".yaml") || text_has_suffix(name, ".yml");
}

static gboolean is_names(const char *name)
{
    const char *file = import_name_file(name);
    return g_ascii_strcasecmp(file, "classes.txt") == 0 || text_has_suffix(file, ".names");
}

static gboolean is_labels(const char *name)
{
    static const char *const others[] = {"train.txt", "val.txt", "valid.txt", "test.txt", NULL};
    const char *file = import_name_file(name);
    return text_has_suffix(name, ".txt") && !is_names(name) &&
           g_ascii_strncasecmp(file, "readme", strlen("readme")) != 0 &&
           (strchr(name, '/') || !g_strv_contains(others, file));
}

static gboolean read_settings(Yolo *yolo, GError **error)
{
    gsize length = 0;
    g_autofree char *text =
        byte_source_read_all(&yolo->reading.source, LIMIT_IMPORT_SETTINGS_BYTES, &length, error);
    g_autoptr(YoloNames) names = yolo_names_new();
    gboolean yaml = is_yaml(yolo->reading.name);
    if (!text || !(yaml ? yolo_names_read_yaml(names, text, length, error)
                        : yolo_names_read_lines(names, text, length, error))) {
        g_prefix_error(error, "%s: ", yolo->reading.name);
        return FALSE;
    }
    /* data.yaml says more than a list of names does. */
    if (names->names->len > 0 && (yaml || yolo->names->names->len == 0)) {
        yolo_names_free(yolo->names);
        yolo->names = g_steal_pointer(&names);
    }
    return TRUE;
}

static gboolean tell_classes(Yolo *yolo, GError **error)
{
    const GPtrArray *names = yolo->names->names;
    yolo->names_unknown = names->len == 0;
    if (yolo->names_unknown) {
        yolo->reading.sink->loss(yolo->reading.sink->data,
                                 "there is no list of names: classes are called by their numbers");
    }
    for (guint i = 0; i < names->len; i++) {
        if (names->pdata[i] && !reading_class(&yolo->reading, names->pdata[i], 0, NULL, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* A walk through the archive: for the names, then for the labels. */
static gboolean read_walk(Yolo *yolo, int fd, const char *filename, gboolean is_second,
                          GError **error)
{
    const FormatSink *sink = yolo->reading.sink;
    GError *failure = NULL;
    if (!reading_open(&yolo->reading, fd, filename, sink, error)) {
        return FALSE;
    }
    while (reading_next(&yolo->reading, &failure)) {
        const char *name = yolo->reading.name;
        gboolean done = TRUE;
        if (!is_second && (is_yaml(name) || is_names(name))) {
            done = read_settings(yolo, error);
        } else if (is_second && is_labels(name)) {
            done = read_file(yolo, error);
        }
        if (!done) {
            return FALSE;
        }
    }
    if (failure) {
        g_propagate_error(error, failure);
    }
    return failure == NULL;
}

static gboolean read_kind(YoloKind kind, int fd, const char *filename, const FormatSink *sink,
                          GError **error)
{
    Yolo yolo = {
        .reading = {.sink = sink},
        .kind = kind,
        .names = yolo_names_new(),
        .numbers = g_array_new(FALSE, FALSE, sizeof(double)),
    };
    gboolean done = read_walk(&yolo, fd, filename, FALSE, error);
    reading_close(&yolo.reading);
    done = done && tell_classes(&yolo, error) && read_walk(&yolo, fd, filename, TRUE, error);
    reading_close(&yolo.reading);
    yolo_names_free(yolo.names);
    g_array_unref(yolo.numbers);
    return done;
}

static gboolean read_plain(int fd, const char *filename, const FormatSink *sink, GError **error)
{
    return read_kind(YOLO_PLAIN, fd, filename, sink, error);
}

static gboolean read_obb(int fd, const char *filename, const FormatSink *sink, GError **error)
{
    return read_kind(YOLO_OBB, fd, filename, sink, error);
}

static gboolean read_pose(int fd, const char *filename, const FormatSink *sink, GError **error)
{
    return read_kind(YOLO_POSE, fd, filename, sink, error);
}

/* --- what it looks like --- */

/* The numbers of the first line; 0 when it is none of a label. */
static gsize first_numbers(const char *head, gsize length, double *numbers, gsize most)
{
    const char *end = memchr(head, '\n', length);
    g_autofree char *line = g_strndup(head, end ? (gsize)(end - head) : length);
    g_auto(GStrv) words = g_strsplit_set(line, " \t\r", -1);
    gsize count = 0;
    for (gsize i = 0; words[i]; i++) {
        if (!*words[i]) {
            continue;
        }
        double number = 0;
        if (!text_read_number(words[i], &number)) {
            return !end && !words[i + 1] ? count : 0; /* the line may be cut there */
        }
        if (count < most) {
            numbers[count] = number;
        }
        count++;
    }
    return count;
}

static Likeness looks_plain(const char *name, const char *head, gsize length)
{
    double numbers[5];
    if (!is_labels(name)) {
        return strcmp(import_name_file(name), "data.yaml") == 0 ? LIKENESS_PERHAPS : LIKENESS_NONE;
    }
    return first_numbers(head, length, numbers, 5) >= 5 ? LIKENESS_LIKELY : LIKENESS_NONE;
}

/* Four corners whose diagonals halve each other: a box in any picture. */
static Likeness looks_obb(const char *name, const char *head, gsize length)
{
    double n[9];
    if (!is_labels(name) || first_numbers(head, length, n, 9) != 9) {
        return LIKENESS_NONE;
    }
    return fabs(n[1] + n[5] - n[3] - n[7]) < 1e-5 && fabs(n[2] + n[6] - n[4] - n[8]) < 1e-5
               ? LIKENESS_SURE
               : LIKENESS_NONE;
}

static Likeness looks_pose(const char *name, const char *head, gsize length)
{
    return is_yaml(name) && g_strstr_len(head, (gssize)length, "kpt_shape") ? LIKENESS_SURE
                                                                            : LIKENESS_NONE;
}

const FormatReaderClass read_yolo = {looks_plain, read_plain, NULL};
const FormatReaderClass read_yolo_obb = {looks_obb, read_obb, NULL};
const FormatReaderClass read_yolo_pose = {looks_pose, read_pose, NULL};
