#include "media/bmp.h"

#include "base/error.h"

#define FILE_HEADER_BYTES 14
#define CORE_HEADER_BYTES 12 /* OS/2 1.x: 16-bit sizes, palette of three bytes */
#define INFO_HEADER_BYTES 40
#define HEADER_BYTES_MAX  124

enum { BMP_PLAIN, BMP_RLE8, BMP_RLE4, BMP_BITFIELDS, BMP_ALPHA_BITFIELDS = 6 };

/* One colour of a bit-field pixel. */
typedef struct {
    guint32 mask;
    int shift, bits;
} Field;

typedef struct {
    const ByteSource *source;
    int width, height;
    gboolean top_down;
    int bits; /* a pixel */
    guint32 compression;
    gint64 pixels_at;
    guint8 palette[256][3];
    Field fields[3]; /* red, green, blue */
    gsize row_bytes;
} Bmp;

static guint32 u16(const guint8 *bytes)
{
    return bytes[0] | (guint32)bytes[1] << 8;
}

static guint32 u32(const guint8 *bytes)
{
    return u16(bytes) | u16(bytes + 2) << 16;
}

static gboolean fail_early(GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                "the file ends in the middle of the picture");
    return FALSE;
}

static gboolean fail_rare(GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                "this is a rare kind of bmp picture that cannot be read");
    return FALSE;
}

static Field field_of(guint32 mask)
{
    Field field = {.mask = mask};
    if (mask) {
        field.shift = __builtin_ctz(mask);
        field.bits = __builtin_popcount(mask);
    }
    return field;
}

static guint8 field_value(const Field *field, guint32 pixel)
{
    if (field->bits == 0) {
        return 0;
    }
    guint64 value = (pixel & field->mask) >> field->shift;
    guint64 most = ((guint64)1 << field->bits) - 1;
    return (guint8)((MIN(value, most) * 255 + most / 2) / most);
}

static void read_fields(Bmp *bmp, const guint8 *masks)
{
    static const guint32 five_bits[3] = {0x7C00, 0x03E0, 0x001F};
    static const guint32 eight_bits[3] = {0xFF0000, 0xFF00, 0xFF};
    for (int i = 0; i < 3; i++) {
        guint32 mask = masks ? u32(masks + 4 * i) : bmp->bits == 16 ? five_bits[i] : eight_bits[i];
        bmp->fields[i] = field_of(mask);
    }
}

static gboolean read_palette(Bmp *bmp, gint64 at, guint32 colours, gsize entry_bytes)
{
    guint8 entry[4];
    for (guint32 i = 0; i < colours; i++) {
        if (!source_read_all(bmp->source, at + i * (gint64)entry_bytes, entry, entry_bytes)) {
            return FALSE;
        }
        bmp->palette[i][0] = entry[2]; /* stored blue first */
        bmp->palette[i][1] = entry[1];
        bmp->palette[i][2] = entry[0];
    }
    return TRUE;
}

static gboolean is_known(const Bmp *bmp)
{
    switch (bmp->compression) {
    case BMP_PLAIN:
        return bmp->bits == 1 || bmp->bits == 4 || bmp->bits == 8 || bmp->bits == 16 ||
               bmp->bits == 24 || bmp->bits == 32;
    case BMP_RLE8:
        return bmp->bits == 8 && !bmp->top_down;
    case BMP_RLE4:
        return bmp->bits == 4 && !bmp->top_down;
    case BMP_BITFIELDS:
    case BMP_ALPHA_BITFIELDS:
        return bmp->bits == 16 || bmp->bits == 32;
    default:
        return FALSE;
    }
}

/* Bytes 14 to 26 or more: sizes, depth, compression. */
static gboolean read_sizes(Bmp *bmp, const guint8 *header, guint32 header_bytes, GError **error)
{
    gint64 width, height;
    if (header_bytes == CORE_HEADER_BYTES) {
        width = u16(header + 4);
        height = u16(header + 6);
        bmp->bits = (int)u16(header + 10);
    } else {
        width = (gint32)u32(header + 4);
        height = (gint32)u32(header + 8);
        bmp->bits = (int)u16(header + 14);
        bmp->compression = header_bytes >= INFO_HEADER_BYTES ? u32(header + 16) : BMP_PLAIN;
    }
    bmp->top_down = height < 0;
    height = ABS(height);
    if (!decoded_check_size(width, height, error)) {
        return FALSE;
    }
    bmp->width = (int)width;
    bmp->height = (int)height;
    bmp->row_bytes = ((gsize)bmp->width * (gsize)bmp->bits + 31) / 32 * 4;
    return is_known(bmp) || fail_rare(error);
}

static gboolean read_header(Bmp *bmp, GError **error)
{
    guint8 file[FILE_HEADER_BYTES + 4], header[HEADER_BYTES_MAX] = {0};
    if (!source_read_all(bmp->source, 0, file, sizeof file)) {
        return fail_early(error);
    }
    bmp->pixels_at = u32(file + 10);
    guint32 header_bytes = u32(file + FILE_HEADER_BYTES);
    if (header_bytes < CORE_HEADER_BYTES || header_bytes > HEADER_BYTES_MAX) {
        return fail_rare(error);
    }
    if (!source_read_all(bmp->source, FILE_HEADER_BYTES, header, header_bytes)) {
        return fail_early(error);
    }
    if (!read_sizes(bmp, header, header_bytes, error)) {
        return FALSE;
    }
    gint64 after_header = FILE_HEADER_BYTES + (gint64)header_bytes;
    guint8 masks[12];
    gboolean has_masks = bmp->compression >= BMP_BITFIELDS;
    /* The masks follow the short header; in longer ones they stand at the same place. */
    if (has_masks &&
        !source_read_all(bmp->source, FILE_HEADER_BYTES + INFO_HEADER_BYTES, masks, sizeof masks)) {
        return fail_early(error);
    }
    read_fields(bmp, has_masks ? masks : NULL);
    if (bmp->bits > 8) {
        return TRUE;
    }
    guint32 most = 1U << bmp->bits;
    guint32 used = header_bytes >= INFO_HEADER_BYTES ? u32(header + 32) : 0;
    guint32 colours = used > 0 && used < most ? used : most;
    gsize entry_bytes = header_bytes == CORE_HEADER_BYTES ? 3 : 4;
    return read_palette(bmp, after_header, colours, entry_bytes) || fail_early(error);
}

static void convert_row(const Bmp *bmp, const guint8 *in, guint8 *out)
{
    for (int x = 0; x < bmp->width; x++, out += 3) {
        if (bmp->bits <= 8) {
            int bit = x * bmp->bits;
            int index = in[bit / 8] >> (8 - bmp->bits - bit % 8) & ((1 << bmp->bits) - 1);
            memcpy(out, bmp->palette[index], 3);
        } else if (bmp->bits == 24) {
            out[0] = in[3 * x + 2];
            out[1] = in[3 * x + 1];
            out[2] = in[3 * x];
        } else {
            guint32 pixel = bmp->bits == 16 ? u16(in + 2 * x) : u32(in + 4 * x);
            for (int i = 0; i < 3; i++) {
                out[i] = field_value(&bmp->fields[i], pixel);
            }
        }
    }
}

static guint8 *row_of(const Bmp *bmp, Bitmap *bitmap, int line)
{
    return bitmap_row(bitmap, bmp->top_down ? line : bmp->height - 1 - line);
}

static gboolean read_rows(const Bmp *bmp, Bitmap *bitmap, GError **error)
{
    g_autofree guint8 *row = g_malloc(bmp->row_bytes);
    for (int line = 0; line < bmp->height; line++) {
        gint64 at = bmp->pixels_at + (gint64)line * (gint64)bmp->row_bytes;
        if (!source_read_all(bmp->source, at, row, bmp->row_bytes)) {
            return fail_early(error);
        }
        convert_row(bmp, row, row_of(bmp, bitmap, line));
    }
    return TRUE;
}

/* The place where run lengths are unpacked to. Pixels outside are dropped: writers pad runs. */
typedef struct {
    const Bmp *bmp;
    Bitmap *bitmap;
    int x, line;
} Pen;

static void put(Pen *pen, guint8 index)
{
    if (pen->x < pen->bmp->width && pen->line < pen->bmp->height) {
        guint8 *row = row_of(pen->bmp, pen->bitmap, pen->line);
        memcpy(row + (gsize)pen->x * 3, pen->bmp->palette[index], 3);
        pen->x++;
    }
}

/* `count` pixels from `bytes`, which repeat after `period` bytes. */
static void put_run(Pen *pen, const guint8 *bytes, int period, int count)
{
    gboolean nibbles = pen->bmp->compression == BMP_RLE4;
    for (int i = 0; i < count; i++) {
        guint8 byte = bytes[nibbles ? i / 2 % period : i % period];
        put(pen, !nibbles ? byte : i % 2 ? byte & 15 : byte >> 4);
    }
}

/* After a zero: 0 ends the line, 1 the picture, 2 moves, more are that many pixels as they are. */
static gboolean read_escape(Pen *pen, gint64 *at, guint8 code, gboolean *ret_end)
{
    guint8 bytes[256];
    if (code == 0) {
        pen->x = 0;
        pen->line++;
    } else if (code == 1) {
        *ret_end = TRUE;
    } else if (code == 2) {
        if (!source_read_all(pen->bmp->source, *at, bytes, 2)) {
            return FALSE;
        }
        pen->x = MIN(pen->x + bytes[0], pen->bmp->width);
        pen->line = MIN(pen->line + bytes[1], pen->bmp->height);
        *at += 2;
    } else {
        gsize length = pen->bmp->compression == BMP_RLE4 ? (code + 1U) / 2 : code;
        if (!source_read_all(pen->bmp->source, *at, bytes, length)) {
            return FALSE;
        }
        put_run(pen, bytes, (int)length, code);
        *at += (gint64)(length + length % 2);
    }
    return TRUE;
}

static gboolean read_runs(const Bmp *bmp, Bitmap *bitmap, GError **error)
{
    Pen pen = {.bmp = bmp, .bitmap = bitmap};
    gint64 at = bmp->pixels_at;
    gboolean end = FALSE;
    for (gsize i = 0; i < (gsize)bmp->width * (gsize)bmp->height; i++) { /* not written: colour 0 */
        memcpy(bitmap->pixels + 3 * i, bmp->palette[0], 3);
    }
    while (!end && pen.line < bmp->height) {
        guint8 pair[2];
        if (!source_read_all(bmp->source, at, pair, sizeof pair)) {
            return fail_early(error);
        }
        at += (gint64)sizeof pair;
        if (pair[0] > 0) {
            put_run(&pen, pair + 1, 1, pair[0]);
        } else if (!read_escape(&pen, &at, pair[1], &end)) {
            return fail_early(error);
        }
    }
    return TRUE;
}

gboolean bmp_decode(const ByteSource *source, Decoded *ret_decoded, GError **error)
{
    Bmp bmp = {.source = source};
    if (!read_header(&bmp, error)) {
        return FALSE;
    }
    g_autoptr(Bitmap) bitmap = bitmap_new(bmp.width, bmp.height, 3, error);
    gboolean runs = bmp.compression == BMP_RLE8 || bmp.compression == BMP_RLE4;
    if (!bitmap || !(runs ? read_runs(&bmp, bitmap, error) : read_rows(&bmp, bitmap, error))) {
        return FALSE;
    }
    *ret_decoded = (Decoded){
        .full_width = bmp.width,
        .full_height = bmp.height,
        .bitmap = g_steal_pointer(&bitmap),
    };
    return TRUE;
}
