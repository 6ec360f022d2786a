#include "media/jpeg.h"
#include "media/phash.h"
#include "media/resize.h"

/* A picture with structure at several scales, different for each seed. */
static Bitmap *make_scene(guint32 seed)
{
    Bitmap *bitmap = bitmap_new(400, 300, 3, NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    memset(bitmap->pixels, 128, 400 * 300 * 3);
    for (int i = 0; i < 40; i++) {
        int x = g_rand_int_range(random, 0, 360), y = g_rand_int_range(random, 0, 270);
        int width = g_rand_int_range(random, 20, 160), height = g_rand_int_range(random, 20, 120);
        guint8 rgb[3] = {(guint8)g_rand_int(random), (guint8)g_rand_int(random),
                         (guint8)g_rand_int(random)};
        for (int v = y; v < MIN(y + height, 300); v++) {
            for (int u = x; u < MIN(x + width, 400); u++) {
                memcpy(bitmap_row(bitmap, v) + 3 * u, rgb, 3);
            }
        }
    }
    return bitmap;
}

static void test_same_picture(void)
{
    for (guint32 seed = 1; seed <= 10; seed++) {
        g_autoptr(Bitmap) scene = make_scene(seed);
        g_autoptr(Bitmap) small = resize_down(scene, 133, 100, NULL);
        g_autoptr(GBytes) jpeg = jpeg_encode(small, 40, NULL);
        ByteSource source = source_of_bytes(jpeg);
        g_auto(Decoded) decoded = {0};
        g_assert_true(jpeg_decode(&source, 0, &decoded, NULL));
        g_assert_cmpint(phash_distance(phash_of(scene), phash_of(decoded.bitmap)), <=, 6);
    }
}

static void test_other_pictures(void)
{
    guint64 hashes[10];
    for (guint32 seed = 0; seed < 10; seed++) {
        g_autoptr(Bitmap) scene = make_scene(seed);
        hashes[seed] = phash_of(scene);
        for (guint32 other = 0; other < seed; other++) {
            g_assert_cmpint(phash_distance(hashes[seed], hashes[other]), >=, 14);
        }
    }
}

/* Half the bits are above the median; of a flat picture only the constant one is. */
static void test_bits(void)
{
    g_autoptr(Bitmap) scene = make_scene(3);
    g_assert_cmpint(phash_distance(phash_of(scene), 0), ==, 32);
    g_autoptr(Bitmap) flat = bitmap_new(50, 70, 3, NULL);
    memset(flat->pixels, 90, 50 * 70 * 3);
    g_assert_cmphex(phash_of(flat), ==, G_GUINT64_CONSTANT(1) << 63);
}

/* Dark on the left and bright on the right has no vertical frequencies: only the first row's odd
 * coefficients are set, and they are negative. */
static void test_order_of_bits(void)
{
    g_autoptr(Bitmap) ramp = bitmap_new(64, 64, 3, NULL);
    for (int y = 0; y < 64; y++) {
        for (int x = 0; x < 64; x++) {
            memset(bitmap_row(ramp, y) + 3 * x, 255 - 4 * x, 3);
        }
    }
    guint64 hash = phash_of(ramp);
    g_assert_cmphex(hash >> 56, ==, 0xD5); /* constant, 1, 3, 5 and 7 */
    g_assert_cmphex(hash & (G_MAXUINT64 >> 8), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/phash/same", test_same_picture);
    g_test_add_func("/phash/other", test_other_pictures);
    g_test_add_func("/phash/bits", test_bits);
    g_test_add_func("/phash/order", test_order_of_bits);
    return g_test_run();
}
