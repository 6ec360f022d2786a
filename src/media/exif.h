/* EXIF: a reader of TIFF directories, bounded by LIMIT_EXIF_*, that reads only the bytes it wants
 * (so that the directories of a 100 MB RAW file cost a few small reads) and trusts none of them.
 *
 * Tags and types: EXIF 2.32 (CIPA DC-008-2019), TIFF 6.0, DNG 1.7. */
#pragma once

#include "media/facts.h"
#include "media/source.h"

/* What the tags of a directory mean. */
typedef enum {
    EXIF_MAIN,   /* TIFF's own first directory */
    EXIF_CAMERA, /* the Exif directory */
    EXIF_PLACE,  /* the GPS directory */
} ExifDirectory;

typedef struct ExifReader ExifReader;

ExifReader *exif_reader_new(void);
void exif_reader_free(ExifReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExifReader, exif_reader_free)

/* Reads a TIFF structure (from its byte-order mark) whose first directory is of kind `first`. Can
 * be called for several; what was found first stays. What is damaged is skipped. */
void exif_reader_add(ExifReader *reader, const ByteSource *tiff, ExifDirectory first);

/* What was found; owned by the caller. */
MediaFacts *exif_reader_facts(const ExifReader *reader);

/* An XMP packet in the TIFF structure, or NULL; owned by the caller. */
GBytes *exif_reader_xmp(const ExifReader *reader);
