#include "media/boxes.h"

#define BOXES_MAX 256 /* looked at in one parent */

gboolean box_next(const ByteSource *parent, gint64 *offset, Box *ret_box)
{
    guint8 head[8], wide[8];
    if (!source_read_all(parent, *offset, head, sizeof head)) {
        return FALSE;
    }
    guint64 size = (guint64)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
    gint64 header = sizeof head;
    if (size == 1) { /* the size follows, in 64 bits */
        if (!source_read_all(parent, *offset + header, wide, sizeof wide)) {
            return FALSE;
        }
        size = 0;
        for (gsize i = 0; i < sizeof wide; i++) {
            size = size << 8 | wide[i];
        }
        header += sizeof wide;
    } else if (size == 0) { /* to the end */
        size = (guint64)(parent->length - *offset);
    }
    Box box;
    memcpy(box.type, head + 4, sizeof box.type);
    if (memcmp(box.type, "uuid", 4) == 0) {
        if (!source_read_all(parent, *offset + header, box.uuid, sizeof box.uuid)) {
            return FALSE;
        }
        header += sizeof box.uuid;
    }
    if (size < (guint64)header || size > (guint64)(parent->length - *offset)) {
        return FALSE;
    }
    box.body = source_part(parent, *offset + header, (gint64)size - header);
    *offset += (gint64)size;
    *ret_box = box;
    return TRUE;
}

gboolean box_find(const ByteSource *parent, const char *type, const guint8 *uuid, Box *ret_box)
{
    gint64 offset = 0;
    for (int i = 0; i < BOXES_MAX && box_next(parent, &offset, ret_box); i++) {
        if (memcmp(ret_box->type, type, sizeof ret_box->type) == 0 &&
            (!uuid || memcmp(ret_box->uuid, uuid, sizeof ret_box->uuid) == 0)) {
            return TRUE;
        }
    }
    return FALSE;
}
