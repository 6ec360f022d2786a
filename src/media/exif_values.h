/* The values of TIFF directory entries, whatever their type and byte order. For exif.c. */
#pragma once

#include "media/source.h"

typedef struct {
    ByteSource source;
    gboolean big_endian;
} ExifTiff;

typedef struct {
    const ExifTiff *tiff;
    guint16 tag, type;
    guint32 count;
    guint8 field[4]; /* the value itself if it fits, else its offset */
} ExifEntry;

/* Reads a TIFF header (also RW2's and ORF's, which differ only in the magic number). */
gboolean exif_tiff_open(const ByteSource *source, ExifTiff *ret_tiff, gint64 *ret_directory);

guint16 exif_u16(const ExifTiff *tiff, const guint8 *bytes);
guint32 exif_u32(const ExifTiff *tiff, const guint8 *bytes);
ExifEntry exif_entry_parse(const ExifTiff *tiff, const guint8 bytes[12]);

/* Each answers "absent" for a value of another type, or out of the source's bounds. */
char *exif_entry_text(const ExifEntry *entry);             /* NULL; owned by the caller */
char *exif_entry_text_utf16(const ExifEntry *entry);       /* NULL; owned by the caller */
gint64 exif_entry_integer(const ExifEntry *entry);         /* the first; FACT_NONE */
double exif_entry_number(const ExifEntry *entry, guint i); /* NAN, also for x/0 */
GBytes *exif_entry_bytes(const ExifEntry *entry, gsize cap_bytes);
