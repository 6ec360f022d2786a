#include "make.h"
#include "media/exif.h"

#include <math.h>

static MediaFacts *facts_of(GBytes *tiff)
{
    g_autoptr(ExifReader) reader = exif_reader_new();
    ByteSource source = source_of_bytes(tiff);
    exif_reader_add(reader, &source, EXIF_MAIN);
    return exif_reader_facts(reader);
}

static MediaFacts *facts_of_made(MakeTiff *tiff)
{
    g_autoptr(GBytes) bytes = make_tiff_finish(tiff);
    return facts_of(bytes);
}

#define RATIONAL(tiff, tag, ...)                                                                   \
    do {                                                                                           \
        const gint32 pairs[] = {__VA_ARGS__};                                                      \
        make_tiff_rationals(tiff, tag, FALSE, G_N_ELEMENTS(pairs) / 2, pairs);                     \
    } while (0)

static GBytes *make_everything(gboolean big_endian)
{
    MakeTiff *tiff = make_tiff_new(big_endian);
    make_tiff_text(tiff, 0x010E, "  A\tgrey\x01 heron ");
    make_tiff_text(tiff, 0x010F, "Canon");
    make_tiff_text(tiff, 0x0110, "Canon EOS 6D   ");
    make_tiff_short(tiff, 0x0112, 6);
    make_tiff_text(tiff, 0x0131, "Firmware 1.1");
    make_tiff_text(tiff, 0x0132, "2024:07:05 00:00:00");
    make_tiff_text(tiff, 0x013B, "Jos\xE9"); /* Latin-1 */
    make_tiff_text(tiff, 0x8298, "(c) Zo\xC3\xAB");
    make_tiff_short(tiff, 0x4746, 4);
    static const char keywords[] =
        "b\0i\0r\0d\0;\0h\0e\0r\0o\0n\0;\0b\0i\0r\0d\0;\0=\xD8\x15\xDC\0\0";
    make_tiff_bytes(tiff, 0x9C9E, 1, sizeof keywords - 1, keywords, sizeof keywords - 1);
    make_tiff_directory(tiff, 0x8769);
    RATIONAL(tiff, 0x829A, 1, 250);
    RATIONAL(tiff, 0x829D, 28, 10);
    make_tiff_short(tiff, 0x8827, 400);
    make_tiff_text(tiff, 0x9003, "2024:07:03 10:20:30");
    make_tiff_text(tiff, 0x9011, "+02:00");
    make_tiff_text(tiff, 0x9291, "25");
    const gint32 bias[] = {-2, 3};
    make_tiff_rationals(tiff, 0x9204, TRUE, 1, bias);
    make_tiff_short(tiff, 0x9209, 0x19);
    RATIONAL(tiff, 0x920A, 50, 1);
    make_tiff_short(tiff, 0xA405, 80);
    make_tiff_text(tiff, 0xA434, "EF50mm f/1.8 STM");
    make_tiff_directory(tiff, 0x8825);
    make_tiff_text(tiff, 1, "S");
    RATIONAL(tiff, 2, 33, 1, 51, 1, 36, 1);
    make_tiff_text(tiff, 3, "E");
    RATIONAL(tiff, 4, 151, 1, 125, 10);
    make_tiff_bytes(tiff, 5, 1, 1, "\1", 1);
    RATIONAL(tiff, 6, 125, 10);
    return make_tiff_finish(tiff);
}

static void test_every_field(gconstpointer big_endian)
{
    g_autoptr(GBytes) tiff = make_everything(GPOINTER_TO_INT(big_endian));
    g_autoptr(MediaFacts) facts = facts_of(tiff);
    g_assert_cmpstr(facts->description, ==, "A grey heron");
    g_assert_cmpstr(facts->camera_make, ==, "Canon");
    g_assert_cmpstr(facts->camera_model, ==, "Canon EOS 6D");
    g_assert_cmpstr(facts->software, ==, "Firmware 1.1");
    g_assert_cmpstr(facts->artist, ==, "José");
    g_assert_cmpstr(facts->copyright, ==, "(c) Zoë");
    g_assert_cmpstr(facts->lens_model, ==, "EF50mm f/1.8 STM");
    g_assert_cmpint(facts->orientation, ==, 6);
    g_assert_cmpint(facts->rating, ==, 4);
    g_assert_nonnull(facts->keywords);
    g_assert_cmpuint(facts->keywords->len, ==, 3);
    g_assert_cmpstr(facts->keywords->pdata[0], ==, "bird");
    g_assert_cmpstr(facts->keywords->pdata[1], ==, "heron");
    g_assert_cmpstr(facts->keywords->pdata[2], ==, "\xF0\x9F\x90\x95");
    g_assert_cmpfloat_with_epsilon(facts->shutter_seconds, 0.004, 1e-9);
    g_assert_cmpfloat_with_epsilon(facts->f_stop, 2.8, 1e-9);
    g_assert_cmpint(facts->iso, ==, 400);
    g_assert_cmpfloat_with_epsilon(facts->exposure_bias_ev, -2.0 / 3, 1e-9);
    g_assert_cmpint(facts->flash, ==, 1);
    g_assert_cmpfloat(facts->focal_length_mm, ==, 50);
    g_assert_cmpfloat(facts->focal_length_35mm, ==, 80);
    g_assert_cmpint(facts->taken_local_ms, ==, 1720002030250);
    g_assert_cmpint(facts->taken_offset_minutes, ==, 120);
    g_assert_cmpfloat_with_epsilon(facts->latitude, -33.86, 1e-9);
    g_assert_cmpfloat_with_epsilon(facts->longitude, 151 + 12.5 / 60, 1e-9);
    g_assert_cmpfloat_with_epsilon(facts->altitude, -12.5, 1e-9);
}

static void test_dates(void)
{
    static const struct {
        const char *original, *changed;
        gint64 expected_ms;
    } cases[] = {
        {"0000:00:00 00:00:00", "2001:02:03 04:05:06", 981173106000},
        {"    :  :     :  :  ", NULL, FACT_NONE},
        {"2024:13:01 00:00:00", NULL, FACT_NONE},
        {"2023:02:29 00:00:00", NULL, FACT_NONE},
        {"2024:02:29 24:00:00", NULL, FACT_NONE},
        {"2004:06:21  8:49:44", NULL, 1087807784000},
        {"1969:12:31 23:59:59", NULL, -1000},
        {"garbage", NULL, FACT_NONE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        MakeTiff *tiff = make_tiff_new(FALSE);
        if (cases[i].changed) {
            make_tiff_text(tiff, 0x0132, cases[i].changed);
        }
        make_tiff_directory(tiff, 0x8769);
        make_tiff_text(tiff, 0x9003, cases[i].original);
        g_autoptr(MediaFacts) facts = facts_of_made(tiff);
        g_assert_cmpint(facts->taken_local_ms, ==, cases[i].expected_ms);
    }
}

/* The offset and the fraction of one kind of time say nothing about another. */
static void test_companions_stay_apart(void)
{
    MakeTiff *tiff = make_tiff_new(FALSE);
    make_tiff_directory(tiff, 0x8769);
    make_tiff_text(tiff, 0x9003, "2024:07:03 10:20:30");
    make_tiff_text(tiff, 0x9010, "+09:00");
    make_tiff_text(tiff, 0x9290, "99");
    g_autoptr(MediaFacts) facts = facts_of_made(tiff);
    g_assert_cmpint(facts->taken_local_ms, ==, 1720002030000);
    g_assert_cmpint(facts->taken_offset_minutes, ==, FACT_NONE);
}

static void test_fallbacks(void)
{
    MakeTiff *tiff = make_tiff_new(TRUE);
    make_tiff_short(tiff, 0x4749, 75);
    RATIONAL(tiff, 0xC630, 24, 1, 70, 1, 28, 10, 4, 1);
    make_tiff_directory(tiff, 0x8769);
    make_tiff_short(tiff, 0x8827, 65535);
    make_tiff_long(tiff, 0x8832, 102400);
    RATIONAL(tiff, 0x9202, 4, 1);
    const gint32 speed[] = {3, 1};
    make_tiff_rationals(tiff, 0x9201, TRUE, 1, speed);
    g_autoptr(MediaFacts) facts = facts_of_made(tiff);
    g_assert_cmpint(facts->rating, ==, 4);
    g_assert_cmpint(facts->iso, ==, 102400);
    g_assert_cmpfloat_with_epsilon(facts->f_stop, 4, 1e-9);
    g_assert_cmpfloat_with_epsilon(facts->shutter_seconds, 0.125, 1e-9);
    g_assert_cmpstr(facts->lens_model, ==, "24-70mm f/2.8-4");
}

static MediaFacts *facts_of_place(const gint32 latitude[6], const char *ref, const char *status)
{
    MakeTiff *tiff = make_tiff_new(FALSE);
    make_tiff_directory(tiff, 0x8825);
    make_tiff_text(tiff, 1, ref);
    make_tiff_rationals(tiff, 2, FALSE, 3, latitude);
    make_tiff_text(tiff, 3, "E");
    RATIONAL(tiff, 4, 0, 1, 0, 1, 0, 1);
    make_tiff_text(tiff, 9, status);
    return facts_of_made(tiff);
}

static void test_places_that_are_none(void)
{
    const gint32 good[] = {10, 1, 0, 1, 0, 1}, nowhere[] = {10, 1, 0, 0, 0, 1};
    const gint32 beyond[] = {91, 1, 0, 1, 0, 1}, zero[] = {0, 1, 0, 1, 0, 1};
    g_autoptr(MediaFacts) is_good = facts_of_place(good, "N", "A");
    g_assert_cmpfloat(is_good->latitude, ==, 10);
    g_autoptr(MediaFacts) without_value = facts_of_place(nowhere, "N", "A");
    g_assert_true(isnan(without_value->latitude));
    g_autoptr(MediaFacts) off_globe = facts_of_place(beyond, "N", "A");
    g_assert_true(isnan(off_globe->latitude) && isnan(off_globe->longitude));
    g_autoptr(MediaFacts) without_ref = facts_of_place(good, "?", "A");
    g_assert_true(isnan(without_ref->latitude));
    g_autoptr(MediaFacts) is_void = facts_of_place(zero, "N", "V");
    g_assert_true(isnan(is_void->latitude));
}

/* The Exif pointer leads back to the main directory; nothing may be read twice, or forever. */
static void test_cycle(void)
{
    MakeTiff *tiff = make_tiff_new(FALSE);
    make_tiff_text(tiff, 0x010F, "Loop");
    make_tiff_long(tiff, 0x8769, 8);
    make_tiff_long(tiff, 0x8825, 8);
    g_autoptr(MediaFacts) facts = facts_of_made(tiff);
    g_assert_cmpstr(facts->camera_make, ==, "Loop");
}

static void test_hostile_entries(void)
{
    MakeTiff *tiff = make_tiff_new(FALSE);
    guint8 far[4] = {0xFF, 0xFF, 0xFF, 0xFF};
    make_tiff_bytes(tiff, 0x010E, 2, G_MAXUINT32, far, sizeof far);
    make_tiff_bytes(tiff, 0x02BC, 7, G_MAXUINT32 / 8, far, sizeof far);
    make_tiff_bytes(tiff, 0x013B, 2, 100, far, sizeof far);
    make_tiff_bytes(tiff, 0x8298, 99, 1, far, sizeof far);
    make_tiff_bytes(tiff, 0x0131, 2, 0, far, sizeof far);
    make_tiff_text(tiff, 0x0110, "Survivor");
    make_tiff_long(tiff, 0x8769, G_MAXUINT32);
    g_autoptr(MediaFacts) facts = facts_of_made(tiff);
    g_assert_cmpstr(facts->camera_model, ==, "Survivor");
    g_assert_null(facts->description);
    g_assert_null(facts->artist);
    g_assert_null(facts->copyright);
    g_assert_null(facts->software);
}

/* Every shorter version of a good block is read without harm, and finds no more than the whole. */
static void test_every_truncation(void)
{
    g_autoptr(GBytes) tiff = make_everything(TRUE);
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(tiff, &length);
    for (gsize cut = 0; cut < length; cut++) {
        g_autofree guint8 *copy =
            g_memdup2(data, MAX(cut, 1)); /* so that a sanitizer sees the end */
        g_autoptr(GBytes) part = g_bytes_new_static(copy, cut);
        g_autoptr(MediaFacts) facts = facts_of(part);
        g_assert_true(facts->camera_model == NULL ||
                      g_str_equal(facts->camera_model, "Canon EOS 6D"));
    }
}

static void test_too_many_entries(void)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)"II*\0\x08\0\0\0\xFF\xFF", 10);
    guint8 entry[12] = {0x31, 0x01, 2, 0, 2, 0, 0, 0, 'x'};
    for (int i = 0; i < 65535; i++) {
        g_byte_array_append(bytes, entry, sizeof entry);
    }
    /* The last one would be a make; it lies beyond the cap. */
    bytes->data[10 + 65534 * 12] = 0x0F;
    g_autoptr(GBytes) tiff = g_bytes_new(bytes->data, bytes->len);
    g_autoptr(MediaFacts) facts = facts_of(tiff);
    g_assert_cmpstr(facts->software, ==, "x");
    g_assert_null(facts->camera_make);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/exif/every-field/little", GINT_TO_POINTER(FALSE), test_every_field);
    g_test_add_data_func("/exif/every-field/big", GINT_TO_POINTER(TRUE), test_every_field);
    g_test_add_func("/exif/dates", test_dates);
    g_test_add_func("/exif/companions", test_companions_stay_apart);
    g_test_add_func("/exif/fallbacks", test_fallbacks);
    g_test_add_func("/exif/places", test_places_that_are_none);
    g_test_add_func("/exif/cycle", test_cycle);
    g_test_add_func("/exif/hostile", test_hostile_entries);
    g_test_add_func("/exif/truncated", test_every_truncation);
    g_test_add_func("/exif/flood", test_too_many_entries);
    return g_test_run();
}
