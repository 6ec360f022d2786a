#include "studio/shape_pack.h"

#include "base/limits.h"

#include <zstd.h>

enum { LAYOUT = 1, LEAST_SHAPE_BYTES = 42 };
enum { IS_PROPOSED = 1, HAS_CONFIDENCE = 2, HAS_GEOMETRY = 4 };
#define COMPRESSION 3

void shape_put(GByteArray *out, const Shape *shape)
{
    g_autoptr(GBytes) geometry = shape_pack_geometry(shape);
    guint flags = (shape->is_proposed ? IS_PROPOSED : 0u) |
                  (shape->confidence != 1 ? HAS_CONFIDENCE : 0u) | (geometry ? HAS_GEOMETRY : 0u);
    bytes_put_u8(out, (guint)shape->kind);
    bytes_put_u8(out, (guint)shape->source);
    bytes_put_u8(out, flags);
    bytes_put_text(out, shape->uid);
    bytes_put_text(out, shape->name);
    bytes_put_text(out, shape->author);
    bytes_put_text(out, shape->model);
    bytes_put_text(out, shape->attributes);
    bytes_put_text(out, shape->answers);
    bytes_put_count(out, (guint64)shape->instance_id);
    bytes_put_doubles(out, &shape->box.x, sizeof shape->box / sizeof(double));
    if (flags & HAS_CONFIDENCE) {
        bytes_put_doubles(out, &shape->confidence, 1);
    }
    if (geometry) {
        gsize length = 0;
        const guint8 *data = g_bytes_get_data(geometry, &length);
        bytes_put_count(out, length);
        g_byte_array_append(out, data, (guint)length);
    }
}

static GByteArray *put_shapes(const GPtrArray *shapes)
{
    GByteArray *out = g_byte_array_new();
    bytes_put_count(out, shapes->len);
    for (guint i = 0; i < shapes->len; i++) {
        shape_put(out, g_ptr_array_index(shapes, i));
    }
    return out;
}

static gsize text_bytes(const char *text)
{
    return text ? strlen(text) : 0;
}

gsize shape_packed_bytes(const Shape *shape)
{
    /* A little more than it takes: numbers before texts and geometry. */
    return 160 + shape->ring_count * sizeof(guint) + shape->point_count * sizeof(ShapePoint) +
           text_bytes(shape->uid) + text_bytes(shape->name) + text_bytes(shape->author) +
           text_bytes(shape->model) + text_bytes(shape->attributes) + text_bytes(shape->answers);
}

gsize shapes_packed_bytes(const GPtrArray *shapes)
{
    gsize bytes = 16;
    for (guint i = 0; i < shapes->len; i++) {
        bytes += shape_packed_bytes(g_ptr_array_index(shapes, i));
    }
    return bytes;
}

GBytes *shapes_pack(const GPtrArray *shapes)
{
    g_autoptr(GByteArray) plain = put_shapes(shapes);
    g_assert(plain->len <= LIMIT_SHAPES_PACKED_BYTES);
    gsize room = ZSTD_compressBound(plain->len);
    guint8 *packed = g_malloc(1 + room);
    packed[0] = LAYOUT;
    gsize length = ZSTD_compress(packed + 1, room, plain->data, plain->len, COMPRESSION);
    g_assert(!ZSTD_isError(length)); /* the room is enough: there is nothing else to fail */
    return g_bytes_new_take(g_realloc(packed, 1 + length), 1 + length);
}

static void get_geometry(BytesReader *reader, Shape *shape, gboolean is_there)
{
    gsize length = is_there ? bytes_get_count_of(reader, 1, G_MAXINT) : 0;
    if (reader->failed) {
        return;
    }
    reader->failed |= !shape_unpack_geometry(shape, is_there ? reader->data : NULL, length, NULL);
    reader->data += length;
    reader->left -= length;
}

Shape *shape_get(BytesReader *reader)
{
    guint8 kind = bytes_get_u8(reader);
    guint8 source = bytes_get_u8(reader);
    guint8 flags = bytes_get_u8(reader);
    if (kind < SHAPE_BBOX || kind > SHAPE_KINDS || source < SHAPE_BY_USER ||
        source > SHAPE_BY_IMPORT) {
        reader->failed = TRUE;
        return NULL;
    }
    g_autoptr(Shape) shape = shape_new((ShapeKind)kind, NULL);
    shape->source = (ShapeSource)source;
    shape->is_proposed = (flags & IS_PROPOSED) != 0;
    shape->uid = bytes_get_text(reader);
    shape->name = bytes_get_text(reader);
    shape->author = bytes_get_text(reader);
    shape->model = bytes_get_text(reader);
    shape->attributes = bytes_get_text(reader);
    shape->answers = bytes_get_text(reader);
    guint64 instance = bytes_get_count(reader);
    shape->instance_id = instance <= G_MAXINT64 ? (gint64)instance : -1;
    bytes_get_doubles(reader, &shape->box.x, sizeof shape->box / sizeof(double));
    if (flags & HAS_CONFIDENCE) {
        bytes_get_doubles(reader, &shape->confidence, 1);
    }
    get_geometry(reader, shape, (flags & HAS_GEOMETRY) != 0);
    if (reader->failed || !shape_check(shape, NULL, NULL)) {
        reader->failed = TRUE;
        return NULL;
    }
    return g_steal_pointer(&shape);
}

static GPtrArray *get_shapes(BytesReader *reader)
{
    g_autoptr(GPtrArray) shapes = shapes_new();
    guint count = bytes_get_count_of(reader, LEAST_SHAPE_BYTES, LIMIT_SHAPES_PER_ITEM);
    for (guint i = 0; i < count && !reader->failed; i++) {
        Shape *shape = shape_get(reader);
        if (shape) {
            g_ptr_array_add(shapes, shape);
        }
    }
    reader->failed |= reader->left != 0;
    return reader->failed ? NULL : g_steal_pointer(&shapes);
}

/* The content of the frame, which must tell how long it is; NULL when it is none of ours. */
static guint8 *decompress(const guint8 *data, gsize length, gsize *ret_length)
{
    unsigned long long told = ZSTD_getFrameContentSize(data, length);
    if (told > LIMIT_SHAPES_PACKED_BYTES) { /* as are those that mean an error, or not told */
        return NULL;
    }
    g_autofree guint8 *plain = g_try_malloc((gsize)told + 1);
    if (!plain) {
        return NULL;
    }
    *ret_length = ZSTD_decompress(plain, (gsize)told, data, length);
    return ZSTD_isError(*ret_length) ? NULL : g_steal_pointer(&plain);
}

GPtrArray *shapes_unpack(gconstpointer data, gsize length, GError **error)
{
    const guint8 *bytes = data;
    gsize plain_length = 0;
    g_autofree guint8 *plain =
        length > 1 && bytes[0] == LAYOUT ? decompress(bytes + 1, length - 1, &plain_length) : NULL;
    BytesReader reader = {plain, plain_length, FALSE};
    GPtrArray *shapes = plain ? get_shapes(&reader) : NULL;
    if (!shapes) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                            "The stored shapes of a picture are damaged");
    }
    return shapes;
}
