/* Pictures and metadata blocks that the media tests make for themselves. */
#pragma once

#include <gio/gio.h>

/* Four quadrants: red, green / blue, white. */
typedef enum { RED, GREEN, BLUE, WHITE } Quadrant;
#define PATTERN_WIDTH  240
#define PATTERN_HEIGHT 160

typedef struct {
    int width, height; /* PATTERN_* when zero */
    int bands;         /* 1 grey, 3 (also when zero) RGB, 4 CMYK as Adobe writes it */
    gboolean progressive;
    int quality; /* 95 when zero */
    GBytes *exif, *xmp, *icc;
    const guint8 *colour; /* one RGB colour instead of the quadrants */
} MakeJpeg;

GBytes *make_jpeg(const MakeJpeg *options);

/* The pattern through libvips: ".png", ".webp[lossless]"... */
GBytes *make_by_vips(const char *suffix);

/* A readable descriptor with these bytes and no name; the caller closes it. */
int make_file(const void *data, gsize length);
int make_file_of(GBytes *bytes);

/* A TIFF structure, entry by entry. Directories are added one after the other; the first is the
 * main one. */
typedef struct MakeTiff MakeTiff;
MakeTiff *make_tiff_new(gboolean big_endian);
void make_tiff_short(MakeTiff *tiff, guint16 tag, guint16 value);
void make_tiff_long(MakeTiff *tiff, guint16 tag, guint32 value);
void make_tiff_text(MakeTiff *tiff, guint16 tag, const char *text);
void make_tiff_bytes(MakeTiff *tiff, guint16 tag, guint16 type, guint32 count, const void *data,
                     gsize length); /* as they are */
void make_tiff_rationals(MakeTiff *tiff, guint16 tag, gboolean is_signed, guint count,
                         const gint32 *pairs);
/* What follows goes to a new directory, which `tag` of the main one points to. */
void make_tiff_directory(MakeTiff *tiff, guint16 tag);
GBytes *make_tiff_finish(MakeTiff *tiff);

GBytes *make_exif_orientation(int orientation);
