/* CSV (RFC 4180) with a line for each box: annotations.csv of the whole, or of each split. */
#include "studio/formats/write_text.h"

typedef struct {
    ExportFiles *files;
    gboolean by_split;
    gboolean is_begun[SPLITS];
} Csv;

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Csv *csv = state;
    csv->files = files;
    csv->by_split = dataset->by_split;
    return TRUE;
}

static GString *file_of(Csv *csv, Split part, const char *folder)
{
    g_autofree char *name = g_strconcat(folder, "annotations.csv", NULL);
    GString *out = export_file(csv->files, name, 0);
    if (!csv->is_begun[part]) {
        csv->is_begun[part] = TRUE;
        g_string_append(out, "filename,directory,width,height,class,x,y,w,h,confidence\r\n");
    }
    return out;
}

static void add_numbers(GString *out, const double *numbers, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_string_append_c(out, ',');
        text_number(out, numbers[i]);
    }
}

static void write_box(GString *out, const Item *item, const Shape *shape)
{
    const double size[] = {(double)item->width, (double)item->height};
    const double box[] = {shape->box.x, shape->box.y, shape->box.w, shape->box.h,
                          shape->confidence};
    text_csv(out, item->filename);
    g_string_append_c(out, ',');
    text_csv(out, item->directory);
    add_numbers(out, size, G_N_ELEMENTS(size));
    g_string_append_c(out, ',');
    text_csv(out, shape->name);
    add_numbers(out, box, G_N_ELEMENTS(box));
    g_string_append(out, "\r\n");
}

static gboolean write_one(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                          GError **error)
{
    GString *out = file_of(state, image->part, image->folder);
    guint written = 0;
    for (guint i = 0; i < image->shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(image->shapes, i);
        if (shape->kind != SHAPE_BBOX && shape->kind != SHAPE_POLYGON) {
            loss(data, text_left_out(shape->kind));
            continue;
        }
        text_count_box(shape, loss, data);
        text_count_losses(shape, FALSE, TRUE, loss, data);
        write_box(out, image->item, shape);
        written++;
    }
    if (written == 0) {
        loss(data, "pictures without boxes have no line");
    }
    return TRUE;
}

static gboolean end(gpointer state, GError **error)
{
    Csv *csv = state;
    if (!csv->by_split) {
        file_of(csv, SPLIT_NONE, "");
    }
    return TRUE;
}

static void clear(gpointer state)
{
}

const FormatWriterClass write_csv = {sizeof(Csv), begin, write_one, end, clear};
