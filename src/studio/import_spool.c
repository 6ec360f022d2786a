#include "studio/import_parts.h"

#include "studio/shape_pack.h"

#include <errno.h>
#include <unistd.h>

#define BUFFER_BYTES (256U << 10)

/* Before each shape: where the one before it of the same item begins, and how long this is. */
typedef struct {
    gint64 before; /* 1 + its offset; 0: it is the first */
    gint64 length;
} Head;

struct ImportSpool {
    int fd;
    gint64 *last;      /* of each item: 1 + the offset of its last shape; 0: it has none */
    gint64 written;    /* to the file */
    GByteArray *ahead; /* not written yet */
};

ImportSpool *import_spool_new(int fd, gsize item_count)
{
    ImportSpool *spool = g_new0(ImportSpool, 1);
    spool->fd = fd;
    spool->last = g_new0(gint64, item_count);
    spool->ahead = g_byte_array_sized_new(2 * BUFFER_BYTES);
    return spool;
}

void import_spool_free(ImportSpool *spool)
{
    if (spool) {
        close(spool->fd);
        g_free(spool->last);
        g_byte_array_unref(spool->ahead);
        g_free(spool);
    }
}

static gboolean flush(ImportSpool *spool, GError **error)
{
    for (gsize at = 0; at < spool->ahead->len;) {
        ssize_t wrote =
            pwrite(spool->fd, spool->ahead->data + at, spool->ahead->len - at, spool->written);
        if (wrote < 0 && errno != EINTR) {
            return error_set_errno(error, errno, "keep what was read of the import");
        }
        at += (gsize)MAX(wrote, 0);
        spool->written += MAX(wrote, 0);
    }
    g_byte_array_set_size(spool->ahead, 0);
    return TRUE;
}

gboolean import_spool_add(ImportSpool *spool, guint32 item, const Shape *shape, GError **error)
{
    gint64 offset = spool->written + spool->ahead->len;
    Head head = {.before = spool->last[item]};
    guint begin = spool->ahead->len;
    g_byte_array_append(spool->ahead, (const guint8 *)&head, sizeof head);
    shape_put(spool->ahead, shape);
    head.length = spool->ahead->len - begin - sizeof head;
    memcpy(spool->ahead->data + begin, &head, sizeof head);
    spool->last[item] = offset + 1;
    return spool->ahead->len < BUFFER_BYTES || flush(spool, error);
}

static gboolean read_at(const ImportSpool *spool, gint64 offset, void *buffer, gsize length,
                        GError **error)
{
    for (gsize at = 0; at < length;) {
        ssize_t got = pread(spool->fd, (char *)buffer + at, length - at, offset + (gint64)at);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return error_set_errno(error, got < 0 ? errno : EIO, "read the import again");
        }
        at += (gsize)MAX(got, 0);
    }
    return TRUE;
}

static void turn_round(GPtrArray *array)
{
    for (guint i = 0, j = array->len; i + 1 < j; i++) {
        gpointer swap = array->pdata[i];
        array->pdata[i] = array->pdata[--j];
        array->pdata[j] = swap;
    }
}

GPtrArray *import_spool_get(ImportSpool *spool, guint32 item, GError **error)
{
    g_autoptr(GPtrArray) shapes = shapes_new();
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    if (!flush(spool, error)) {
        return NULL;
    }
    for (gint64 at = spool->last[item]; at > 0;) {
        Head head;
        if (!read_at(spool, at - 1, &head, sizeof head, error)) {
            return NULL;
        }
        g_byte_array_set_size(bytes, (guint)head.length);
        if (!read_at(spool, at - 1 + (gint64)sizeof head, bytes->data, bytes->len, error)) {
            return NULL;
        }
        BytesReader reader = {bytes->data, bytes->len, FALSE};
        Shape *shape = shape_get(&reader);
        if (!shape) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                                "What was read of the import is damaged");
            return NULL;
        }
        g_ptr_array_add(shapes, shape);
        at = head.before;
    }
    turn_round(shapes);
    return g_steal_pointer(&shapes);
}
