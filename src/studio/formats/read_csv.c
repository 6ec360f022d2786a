/* CSV (RFC 4180) with a line for each box. The first line names the columns, of which several
 * spellings are known; without it the lines are PATH,X1,Y1,X2,Y2,CLASS. */
#include "base/limits.h"
#include "studio/formats/line_reader.h"
#include "studio/formats/read_text.h"

#include <string.h>

#define FIELDS_MAX 256

typedef enum {
    COLUMN_FILENAME,
    COLUMN_DIRECTORY,
    COLUMN_CLASS,
    COLUMN_X,
    COLUMN_Y,
    COLUMN_W,
    COLUMN_H,
    COLUMN_X2,
    COLUMN_Y2,
    COLUMN_WIDTH,
    COLUMN_HEIGHT,
    COLUMN_CONFIDENCE,
    COLUMN_SPLIT,
    COLUMNS,
} Column;

static const struct {
    const char *name;
    Column column;
} column_names[] = {
    {"filename", COLUMN_FILENAME},
    {"file_name", COLUMN_FILENAME},
    {"image", COLUMN_FILENAME},
    {"image_path", COLUMN_FILENAME},
    {"path", COLUMN_FILENAME},
    {"file", COLUMN_FILENAME},
    {"image_name", COLUMN_FILENAME},
    {"directory", COLUMN_DIRECTORY},
    {"directory_path", COLUMN_DIRECTORY},
    {"folder", COLUMN_DIRECTORY},
    {"class", COLUMN_CLASS},
    {"label", COLUMN_CLASS},
    {"name", COLUMN_CLASS},
    {"category", COLUMN_CLASS},
    {"class_name", COLUMN_CLASS},
    {"label_name", COLUMN_CLASS},
    {"x", COLUMN_X},
    {"y", COLUMN_Y},
    {"w", COLUMN_W},
    {"h", COLUMN_H},
    {"bbox_x", COLUMN_X},
    {"bbox_y", COLUMN_Y},
    {"bbox_width", COLUMN_W},
    {"bbox_height", COLUMN_H},
    {"xmin", COLUMN_X},
    {"ymin", COLUMN_Y},
    {"x_min", COLUMN_X},
    {"y_min", COLUMN_Y},
    {"x1", COLUMN_X},
    {"y1", COLUMN_Y},
    {"xmax", COLUMN_X2},
    {"ymax", COLUMN_Y2},
    {"x_max", COLUMN_X2},
    {"y_max", COLUMN_Y2},
    {"x2", COLUMN_X2},
    {"y2", COLUMN_Y2},
    {"width", COLUMN_WIDTH},
    {"height", COLUMN_HEIGHT},
    {"image_width", COLUMN_WIDTH},
    {"image_height", COLUMN_HEIGHT},
    {"confidence", COLUMN_CONFIDENCE},
    {"score", COLUMN_CONFIDENCE},
    {"split", COLUMN_SPLIT},
    {"subset", COLUMN_SPLIT},
};

typedef struct {
    Reading reading;
    LineReader *lines;
    int places[COLUMNS]; /* of each column; -1: it is not there */
    GString *record;     /* the fields, each with a NUL after it */
    GArray *fields;      /* of gsize: where each begins */
    gint64 line;         /* that the record began on */
    GHashTable *images;  /* from "directory\nfilename" to the key + 1 */
    gint64 lines_ended;
} Csv;

/* --- records --- */

static gboolean bad_record(const Csv *csv, AlbumenError code, const char *what, GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, code, "%s:%" G_GINT64_FORMAT ": %s", csv->reading.name,
                csv->line, what);
    return FALSE;
}

static gboolean begin_field(Csv *csv, GError **error)
{
    gsize at = csv->record->len;
    if (csv->fields->len >= FIELDS_MAX) {
        return bad_record(csv, ALBUMEN_ERROR_TOO_LARGE, "there are too many columns", error);
    }
    g_array_append_val(csv->fields, at);
    return TRUE;
}

static void end_field(Csv *csv)
{
    g_string_append_c(csv->record, '\0');
}

/* After its opening quote, up to the closing one: the byte after that. */
static int take_quoted(Csv *csv, GError **error)
{
    for (;;) {
        int c = line_reader_byte(csv->lines, error);
        if (c == '"') {
            c = line_reader_byte(csv->lines, error);
            if (c != '"') {
                return c;
            }
        }
        if (c <= 0 || csv->record->len > LIMIT_IMPORT_LINE_BYTES) {
            if (!error || !*error) {
                bad_record(csv, ALBUMEN_ERROR_CORRUPT, "a quote is not closed", error);
            }
            return -2;
        }
        csv->lines_ended += c == '\n';
        g_string_append_c(csv->record, (char)c);
    }
}

/* TRUE: a record; FALSE at the end and on error. */
static gboolean read_record(Csv *csv, GError **error)
{
    g_string_truncate(csv->record, 0);
    g_array_set_size(csv->fields, 0);
    csv->line = csv->lines_ended + 1;
    int c = line_reader_byte(csv->lines, error);
    if (c < 0) {
        return FALSE;
    }
    for (gboolean is_first = TRUE;; is_first = FALSE) {
        if (!is_first) {
            c = line_reader_byte(csv->lines, error);
        }
        if (!begin_field(csv, error)) {
            return FALSE;
        }
        if (c == '"') {
            c = take_quoted(csv, error);
        } else {
            for (; c >= 0 && c != ',' && c != '\n'; c = line_reader_byte(csv->lines, error)) {
                if (c == 0 || csv->record->len > LIMIT_IMPORT_LINE_BYTES) {
                    return bad_record(csv, ALBUMEN_ERROR_CORRUPT, "the line is too long or no text",
                                      error);
                }
                g_string_append_c(csv->record, (char)c);
            }
            if (csv->record->len > 0 && csv->record->str[csv->record->len - 1] == '\r') {
                g_string_truncate(csv->record, csv->record->len - 1);
            }
        }
        if (c == '\r') {
            c = line_reader_byte(csv->lines, error);
        }
        end_field(csv);
        if (c == ',') {
            continue;
        }
        csv->lines_ended += c == '\n';
        if (c == '\n' || c == -1) {
            return !error || !*error;
        }
        return c != -2 && bad_record(csv, ALBUMEN_ERROR_CORRUPT,
                                     "a comma is expected after a closing quote", error);
    }
}

static const char *field_at(const Csv *csv, int place)
{
    return place >= 0 && place < (int)csv->fields->len
               ? csv->record->str + g_array_index(csv->fields, gsize, (guint)place)
               : "";
}

static const char *column(const Csv *csv, Column which)
{
    return field_at(csv, csv->places[which]);
}

/* --- the first line --- */

static void find_columns(Csv *csv)
{
    for (int column = 0; column < COLUMNS; column++) {
        csv->places[column] = -1;
    }
    for (guint i = 0; i < csv->fields->len; i++) {
        const char *text = field_at(csv, (int)i);
        text += g_str_has_prefix(text, "\xef\xbb\xbf") ? 3 : 0;
        g_autofree char *name = g_ascii_strdown(text, -1);
        g_strstrip(name);
        for (gsize j = 0; j < G_N_ELEMENTS(column_names); j++) {
            if (strcmp(name, column_names[j].name) == 0 &&
                csv->places[column_names[j].column] < 0) {
                csv->places[column_names[j].column] = (int)i;
            }
        }
    }
}

static gboolean has(const Csv *csv, Column which)
{
    return csv->places[which] >= 0;
}

/* x, y, width, height: the size of the box where the picture's has no columns of its own. */
static void settle_columns(Csv *csv)
{
    if (!has(csv, COLUMN_X2) && !has(csv, COLUMN_W) && has(csv, COLUMN_WIDTH) &&
        has(csv, COLUMN_HEIGHT)) {
        csv->places[COLUMN_W] = csv->places[COLUMN_WIDTH];
        csv->places[COLUMN_H] = csv->places[COLUMN_HEIGHT];
        csv->places[COLUMN_WIDTH] = csv->places[COLUMN_HEIGHT] = -1;
    }
}

/* Whether the first line was names, and need not be read again. */
static gboolean read_header(Csv *csv, gboolean *ret_is_header, GError **error)
{
    static const Column plain[] = {COLUMN_FILENAME, COLUMN_X,  COLUMN_Y,
                                   COLUMN_X2,       COLUMN_Y2, COLUMN_CLASS};
    double number = 0;
    find_columns(csv);
    settle_columns(csv);
    *ret_is_header = has(csv, COLUMN_FILENAME);
    if (*ret_is_header) {
        if (!has(csv, COLUMN_CLASS) || !has(csv, COLUMN_X) || !has(csv, COLUMN_Y) ||
            !((has(csv, COLUMN_X2) && has(csv, COLUMN_Y2)) ||
              (has(csv, COLUMN_W) && has(csv, COLUMN_H)))) {
            return bad_record(csv, ALBUMEN_ERROR_CORRUPT,
                              "the columns are not all there: a filename, a class, and x, y, w, h "
                              "or xmin, ymin, xmax, ymax",
                              error);
        }
        return TRUE;
    }
    if (csv->fields->len != G_N_ELEMENTS(plain) ||
        (*field_at(csv, 1) && !text_read_number(field_at(csv, 1), &number))) {
        return bad_record(csv, ALBUMEN_ERROR_CORRUPT, "the first line does not name the columns",
                          error);
    }
    for (guint i = 0; i < G_N_ELEMENTS(plain); i++) {
        csv->places[plain[i]] = (int)i;
    }
    return TRUE;
}

/* --- boxes --- */

static gint64 pixels_of(const Csv *csv, Column which)
{
    double number = 0;
    return text_read_number(column(csv, which), &number) && number > 0 && number < 1e9
               ? (gint64)number
               : 0;
}

/* The image of the record, told the first time. */
static gboolean find_image(Csv *csv, const char *place, gint64 *ret_key, GError **error)
{
    g_autofree char *path = g_strdup(column(csv, COLUMN_FILENAME));
    g_strdelimit(path, "\\", '/');
    const char *given = column(csv, COLUMN_DIRECTORY);
    g_autofree char *own = import_name_directory(path);
    const char *directory = *given ? given : own;
    g_autofree char *name = g_strconcat(directory, "\n", import_name_file(path), NULL);
    gsize key = GPOINTER_TO_SIZE(g_hash_table_lookup(csv->images, name));
    if (key > 0) {
        *ret_key = (gint64)key - 1;
        return TRUE;
    }
    FoundImage image = {
        .directory = directory,
        .filename = import_name_file(path),
        .width = pixels_of(csv, COLUMN_WIDTH),
        .height = pixels_of(csv, COLUMN_HEIGHT),
        .path = place,
    };
    image.split = import_split_of(column(csv, COLUMN_SPLIT));
    if (!image.split && import_files_is_archive(csv->reading.files)) {
        g_auto(GStrv) parts = g_strsplit(csv->reading.name, "/", 2);
        image.split = parts[0] && parts[1] ? import_split_of(parts[0]) : NULL;
    }
    if (!reading_image(&csv->reading, &image, error)) {
        return FALSE;
    }
    g_hash_table_insert(csv->images, g_steal_pointer(&name),
                        GSIZE_TO_POINTER((gsize)image.key + 1));
    *ret_key = image.key;
    return TRUE;
}

static gboolean problem_in(const Csv *csv, const char *place, const char *what)
{
    reading_problem(&csv->reading, place, "%s", what);
    return TRUE;
}

static gboolean read_box(const Csv *csv, ShapeBox *ret_box)
{
    double right = 0;
    double bottom = 0;
    if (!text_read_number(column(csv, COLUMN_X), &ret_box->x) ||
        !text_read_number(column(csv, COLUMN_Y), &ret_box->y)) {
        return FALSE;
    }
    if (has(csv, COLUMN_X2)) {
        gboolean is_read = text_read_number(column(csv, COLUMN_X2), &right) &&
                           text_read_number(column(csv, COLUMN_Y2), &bottom);
        ret_box->w = right - ret_box->x;
        ret_box->h = bottom - ret_box->y;
        return is_read;
    }
    return text_read_number(column(csv, COLUMN_W), &ret_box->w) &&
           text_read_number(column(csv, COLUMN_H), &ret_box->h);
}

static gboolean read_row(Csv *csv, GError **error)
{
    g_autofree char *place = reading_line(&csv->reading, csv->line);
    gint64 key = 0;
    ShapeBox box = {0};
    double confidence = 1;
    if (csv->fields->len == 1 && !*field_at(csv, 0)) {
        return TRUE; /* an empty line */
    }
    if (!g_utf8_validate(csv->record->str, -1, NULL) ||
        !g_utf8_validate(column(csv, COLUMN_FILENAME), -1, NULL) ||
        !g_utf8_validate(column(csv, COLUMN_DIRECTORY), -1, NULL) ||
        !g_utf8_validate(column(csv, COLUMN_CLASS), -1, NULL)) {
        return problem_in(csv, place, "this is not UTF-8");
    }
    if (!*column(csv, COLUMN_FILENAME)) {
        return problem_in(csv, place, "the line has no filename");
    }
    if (!find_image(csv, place, &key, error)) {
        return FALSE;
    }
    if (!*column(csv, COLUMN_CLASS) && !*column(csv, COLUMN_X)) {
        return TRUE; /* an image without boxes */
    }
    if (!read_box(csv, &box)) {
        return problem_in(csv, place, "a coordinate of the box is no number");
    }
    const char *told = column(csv, COLUMN_CONFIDENCE);
    if (*told && !text_read_number(told, &confidence)) {
        return problem_in(csv, place, "the confidence is no number");
    }
    Shape *shape = shape_new(SHAPE_BBOX, column(csv, COLUMN_CLASS));
    shape->source = SHAPE_BY_IMPORT;
    shape->box = box;
    shape->confidence = confidence;
    return reading_shape(&csv->reading, key, shape, place, error);
}

static gboolean read_rows(Csv *csv, GError **error)
{
    gboolean is_header = TRUE;
    GError *failure = NULL;
    csv->lines_ended = 0;
    if (!read_record(csv, &failure)) {
        if (!failure) {
            bad_record(csv, ALBUMEN_ERROR_CORRUPT, "the file is empty", &failure);
        }
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (!read_header(csv, &is_header, error) || (!is_header && !read_row(csv, error))) {
        return FALSE;
    }
    while (read_record(csv, &failure)) {
        if (!read_row(csv, error)) {
            return FALSE;
        }
    }
    if (failure) {
        g_propagate_error(error, failure);
    }
    return failure == NULL;
}

static gboolean read_file(Csv *csv, GError **error)
{
    csv->lines = line_reader_new(&csv->reading.source);
    gboolean done = read_rows(csv, error);
    g_clear_pointer(&csv->lines, line_reader_free);
    return done;
}

static gboolean read_all(int fd, const char *filename, const FormatSink *sink, GError **error)
{
    GError *failure = NULL;
    gboolean done = FALSE;
    Csv csv = {
        .record = g_string_new(NULL),
        .fields = g_array_new(FALSE, FALSE, sizeof(gsize)),
        .images = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    if (reading_open(&csv.reading, fd, filename, sink, error)) {
        done = TRUE;
        while (done && reading_next(&csv.reading, &failure)) {
            gboolean is_wanted = !import_files_is_archive(csv.reading.files) ||
                                 text_has_suffix(csv.reading.name, ".csv");
            done = !is_wanted || read_file(&csv, error);
        }
    }
    if (failure) {
        g_propagate_error(error, failure);
    }
    reading_close(&csv.reading);
    g_string_free(csv.record, TRUE);
    g_array_unref(csv.fields);
    g_hash_table_unref(csv.images);
    return done && !failure;
}

static Likeness looks_like(const char *name, const char *head, gsize length)
{
    return text_has_suffix(name, ".csv") ? LIKENESS_LIKELY : LIKENESS_NONE;
}

const FormatReaderClass read_csv = {looks_like, read_all, NULL};
