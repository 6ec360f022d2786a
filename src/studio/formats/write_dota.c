/* DOTA (captain-whu.github.io/DOTA): a text file for each image, a line for each box with its four
 * corners in pixels, class and difficulty, parted by blanks. */
#include "studio/formats/write_text.h"

#include <string.h>

typedef struct {
    ExportFiles *files;
    GString *name;
} Dota;

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Dota *dota = state;
    dota->files = files;
    dota->name = g_string_new(NULL);
    return TRUE;
}

/* A blank would end the name. */
static void add_class(GString *out, const char *name, FormatLoss loss, gpointer data)
{
    gboolean has_blank = FALSE;
    for (const char *at = name; *at; at = g_utf8_next_char(at)) {
        if (g_unichar_isspace(g_utf8_get_char(at))) {
            has_blank = TRUE;
            g_string_append_c(out, '_');
        } else {
            g_string_append_len(out, at, g_utf8_next_char(at) - at);
        }
    }
    if (has_blank) {
        loss(data, "blanks in the names of classes became underscores");
    }
}

static void write_box(GString *out, const Shape *shape, FormatLoss loss, gpointer data)
{
    ShapePoint corners[4];
    text_corners(shape, corners);
    for (guint i = 0; i < 4; i++) {
        text_number(out, corners[i].x);
        g_string_append_c(out, ' ');
        text_number(out, corners[i].y);
        g_string_append_c(out, ' ');
    }
    add_class(out, shape->name, loss, data);
    g_string_append(out, " 0\n");
}

static gboolean write_one(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                          GError **error)
{
    Dota *dota = state;
    GString *out = export_file_once(
        dota->files, text_path(dota->name, image->folder, "labelTxt/", image->stem_path, ".txt"));
    for (guint i = 0; i < image->shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(image->shapes, i);
        if (shape->kind != SHAPE_BBOX && shape->kind != SHAPE_POLYGON) {
            loss(data, text_left_out(shape->kind));
            continue;
        }
        if (shape->kind == SHAPE_POLYGON) {
            loss(data, LOSS_POLYGONS_BOXED);
        }
        text_count_losses(shape, FALSE, FALSE, loss, data);
        write_box(out, shape, loss, data);
    }
    return TRUE;
}

static gboolean end(gpointer state, GError **error)
{
    return TRUE;
}

static void clear(gpointer state)
{
    Dota *dota = state;
    if (dota->name) {
        g_string_free(dota->name, TRUE);
    }
}

const FormatWriterClass write_dota = {sizeof(Dota), begin, write_one, end, clear};
