#include "base/error.h"
#include "media/bmp.h"

/* A file of one 4 x 2 picture: `header_bytes` says which header, `rest` is what follows its first
 * 16 (or, for OS/2 1.x, 12) bytes. Rows are stored from the bottom. */
typedef struct {
    guint32 header_bytes;
    gint32 height;
    int bits;
    guint32 compression, colours;
    const char *tail;                /* masks, palette and pixels, after the header */
    gsize tail_bytes, pixels_offset; /* of the pixels in the tail */
} MakeBmp;

static void put(GByteArray *out, guint32 value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8) {
        guint8 byte = (guint8)value;
        g_byte_array_append(out, &byte, 1);
    }
}

static GBytes *make_bmp(const MakeBmp *options)
{
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, (const guint8 *)"BM", 2);
    put(out, 0, 8);
    put(out, 14 + options->header_bytes + (guint32)options->pixels_offset, 4);
    put(out, options->header_bytes, 4);
    int size_bytes = options->header_bytes == 12 ? 2 : 4;
    put(out, 4, size_bytes);
    put(out, (guint32)options->height, size_bytes);
    put(out, 1, 2);
    put(out, (guint32)options->bits, 2);
    if (options->header_bytes > 12) {
        put(out, options->compression, 4);
        put(out, 0, 12);
        put(out, options->colours, 4);
        g_byte_array_set_size(out, 14 + options->header_bytes);
    }
    g_byte_array_append(out, (const guint8 *)options->tail, (guint)options->tail_bytes);
    return g_byte_array_free_to_bytes(out);
}

static gboolean decode(GBytes *file, Decoded *ret_decoded, GError **error)
{
    gsize length = 0;
    const void *data = g_bytes_get_data(file, &length);
    g_autofree void *copy = g_memdup2(data, length); /* so that a sanitizer sees the end */
    ByteSource source = source_of_memory(copy, length);
    return bmp_decode(&source, ret_decoded, error);
}

#define R                  "\xFF\0\0"
#define G                  "\0\xFF\0"
#define B                  "\0\0\xFF"
#define W                  "\xFF\xFF\xFF"
#define K                  "\0\0\0"
#define TAIL(offset, text) .tail = text, .tail_bytes = sizeof(text) - 1, .pixels_offset = offset

/* Palettes are stored blue first: black, red, green, blue, white. */
#define PALETTE4 "\0\0\0\0\0\0\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\xFF\xFF\0"

static void test_every_kind(void)
{
    static const struct {
        MakeBmp make;
        const char *pixels;
    } cases[] = {
        /* 24 bits: blue, green, red */
        {{40, 2, 24, 0, 0, TAIL(0, B B B B R G B W)}, B G R W R R R R},
        {{40, -2, 24, 0, 0, TAIL(0, B B B B R G B W)}, R R R R B G R W},
        {{12, 2, 24, 0, 0, TAIL(0, B B B B R G B W)}, B G R W R R R R},
        /* 32 bits, the fourth byte unused */
        {{40, 2, 32, 0, 0, TAIL(0, B "\0" B "\0" B "\0" B "\0" R "\0" G "\0" B "\0" W "\0")},
         B G R W R R R R},
        /* 16 bits, 5-5-5 */
        {{40, 2, 16, 0, 0, TAIL(0, "\0\x7C\0\x7C\0\x7C\0\x7C\x1F\0\xE0\x03\0\x7C\xFF\x7F")},
         B G R W R R R R},
        /* 16 bits, 5-6-5 by fields */
        {{40, 2, 16, 3, 0,
          TAIL(12, "\0\xF8\0\0\xE0\x07\0\0\x1F\0\0\0"
                   "\0\xF8\0\xF8\0\xF8\0\xF8\x1F\0\xE0\x07\0\xF8\xFF\xFF")},
         B G R W R R R R},
        /* 8 bits, five colours */
        {{40, 2, 8, 0, 5, TAIL(20, PALETTE4 "\1\1\1\1\3\2\1\4")}, B G R W R R R R},
        {{40, 2, 4, 0, 5, TAIL(20, PALETTE4 "\x11\x11\0\0\x32\x14\0\0")}, B G R W R R R R},
        /* 1 bit: black and red */
        {{40, 2, 1, 0, 2, TAIL(8, "\0\0\0\0\0\0\xFF\0\xF0\0\0\0\x50\0\0\0")}, K R K R R R R R},
        /* OS/2: palette of three bytes */
        {{12, 2, 1, 0, 0, TAIL(6, "\0\0\0\0\0\xFF\xF0\0\0\0\x50\0\0\0")}, K R K R R R R R},
        /* run lengths: a run, the line's end, pixels as they are, a padding byte, the end */
        {{40, 2, 8, 1, 5, TAIL(20, PALETTE4 "\4\1\0\0\0\3\3\2\1\0\1\4\0\1")}, B G R W R R R R},
        {{40, 2, 4, 2, 5, TAIL(20, PALETTE4 "\4\x11\0\0\0\4\x32\x14\0\1")}, B G R W R R R R},
        /* a move, and a run past the line's end */
        {{40, 2, 8, 1, 5, TAIL(20, PALETTE4 "\0\2\2\1\xFF\1\0\1")}, K K R R K K K K},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("case %zu", i);
        g_autoptr(GBytes) file = make_bmp(&cases[i].make);
        g_autoptr(GError) error = NULL;
        g_auto(Decoded) decoded = {0};
        decode(file, &decoded, &error);
        g_assert_no_error(error);
        g_assert_cmpint(decoded.full_width, ==, 4);
        g_assert_cmpint(decoded.full_height, ==, 2);
        g_assert_cmpmem(decoded.bitmap->pixels, 24, cases[i].pixels, 24);

        /* Cut anywhere, it is an error, or (a run-length end missing) never a crash. */
        for (gsize cut = 0; cut < g_bytes_get_size(file); cut++) {
            g_autoptr(GBytes) part = g_bytes_new_from_bytes(file, 0, cut);
            g_auto(Decoded) none = {0};
            g_autoptr(GError) why = NULL;
            g_assert_false(decode(part, &none, &why));
            g_assert_nonnull(why);
        }
    }
}

static void test_refused(void)
{
    static const MakeBmp cases[] = {
        {40, 2, 7, 0, 0, TAIL(0, "")},   {40, 2, 24, 4, 0, TAIL(0, "")},
        {40, 2, 8, 2, 0, TAIL(0, "")},   {40, -2, 8, 1, 0, TAIL(0, "")},
        {200, 2, 24, 0, 0, TAIL(0, "")},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) file = make_bmp(&cases[i]);
        g_autoptr(GError) error = NULL;
        g_auto(Decoded) decoded = {0};
        g_assert_false(decode(file, &decoded, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
    }
    static const MakeBmp empty = {40, 0, 24, 0, 0, TAIL(0, "")};
    g_autoptr(GBytes) file = make_bmp(&empty);
    g_autoptr(GError) error = NULL;
    g_auto(Decoded) decoded = {0};
    g_assert_false(decode(file, &decoded, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bmp/kinds", test_every_kind);
    g_test_add_func("/bmp/refused", test_refused);
    return g_test_run();
}
