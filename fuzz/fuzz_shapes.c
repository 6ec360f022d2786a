/* Stored shapes: packed sets, and geometry by itself. What is read holds together and packs again.
 */
#include "fuzz.h"
#include "studio/shape_pack.h"

#include <string.h>

/* The kind is the first byte. */
static void read_geometry(const uint8_t *data, size_t size)
{
    g_autoptr(Shape) shape = shape_new((ShapeKind)(1 + data[0] % SHAPE_KINDS), "a");
    shape->box = (ShapeBox){1, 2, 3, 4};
    if (!shape_unpack_geometry(shape, size > 1 ? data + 1 : NULL, size - 1, NULL)) {
        return;
    }
    g_assert(shape_check(shape, NULL, NULL));
    g_autoptr(GBytes) packed = shape_pack_geometry(shape);
    g_autoptr(Shape) again = shape_new(shape->kind, "a");
    again->box = shape->box;
    gsize length = 0;
    gconstpointer bytes = packed ? g_bytes_get_data(packed, &length) : NULL;
    g_assert(shape_unpack_geometry(again, bytes, length, NULL));
    g_assert(shape_equal_geometry(shape, again));
    shape_check_drawn(again, 100, 100, NULL, NULL);
}

static void read_set(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) shapes = shapes_unpack(data, size, &error);
    g_assert((shapes == NULL) == (error != NULL));
    for (guint i = 0; shapes && i < shapes->len; i++) {
        g_assert(shape_check(g_ptr_array_index(shapes, i), NULL, NULL));
    }
    if (shapes && shapes_packed_bytes(shapes) <= (1 << 20)) {
        g_autoptr(GBytes) packed = shapes_pack(shapes);
        gsize length = 0;
        gconstpointer bytes = g_bytes_get_data(packed, &length);
        g_autoptr(GPtrArray) again = shapes_unpack(bytes, length, NULL);
        g_assert(again && again->len == shapes->len);
    }
}

/* A set as it lies before it is compressed, which the fuzzer would seldom get right. */
static void read_plain(const uint8_t *data, size_t size)
{
    BytesReader reader = {data, size, FALSE};
    while (!reader.failed && reader.left > 0) {
        g_autoptr(Shape) shape = shape_get(&reader);
        g_assert(!shape || shape_check(shape, NULL, NULL));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0) {
        read_geometry(data, size);
        read_set(data, size);
        read_plain(data, size);
    }
    return 0;
}
