/* Files of annotations, of every format that is known: what they can hold, and who reads and writes
 * them. Each format is a row of one table (formats.c) and a file or two of its own. */
#pragma once

#include "studio/annotations.h"

typedef struct FormatWriter FormatWriter; /* formats/writer.h */
typedef struct FormatReader FormatReader; /* formats/reader.h */

typedef struct {
    const char *name;  /* "coco" */
    const char *title; /* "COCO" */
    guint kinds;       /* 1 << ShapeKind: that it can hold */
    gboolean holds_holes, holds_attributes, holds_confidence, holds_rotation;
    const struct FormatWriterClass *writer; /* NULL: is not written */
    const struct FormatReaderClass *reader; /* NULL: is not read */
} Format;

/* NULL when there is none of this name. Static. */
const Format *format_find(const char *name);
/* All, NULL-terminated. */
const Format *const *formats_all(void);
