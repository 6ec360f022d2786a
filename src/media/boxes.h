/* Boxes of the ISO base media file format (ISO 14496-12), as Canon's CR3 and JPEG XL use them. */
#pragma once

#include "media/source.h"

typedef struct {
    char type[4];
    guint8 uuid[16]; /* of boxes of type "uuid", whose body begins after it */
    ByteSource body;
} Box;

/* The box at *offset of `parent`, and moves *offset behind it. FALSE at the end, or where no box
 * can be. */
gboolean box_next(const ByteSource *parent, gint64 *offset, Box *ret_box);

/* The first box of `type` (and `uuid`, unless NULL). */
gboolean box_find(const ByteSource *parent, const char *type, const guint8 *uuid, Box *ret_box);
