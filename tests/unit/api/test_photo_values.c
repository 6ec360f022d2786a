#include "api/photo_values.h"

#define YEAR_800_MS  (-36921653939000LL) /* 0800-01-01 01:01:01 */
#define YEAR_9999_MS 253402300799999LL

static void test_dates(void)
{
    static const struct {
        gint64 taken_local_ms;
        const char *exif, *european;
    } cases[] = {
        {0, "1970:01:01 00:00:00", "01/01/1970 00:00"},
        {1720002030250, "2024:07:03 10:20:30", "03/07/2024 10:20"},
        {1720002030999, "2024:07:03 10:20:30", "03/07/2024 10:20"},
        {-1, "1969:12:31 23:59:59", "31/12/1969 23:59"},
        {-999, "1969:12:31 23:59:59", "31/12/1969 23:59"},
        {-1000, "1969:12:31 23:59:59", "31/12/1969 23:59"},
        {-1001, "1969:12:31 23:59:58", "31/12/1969 23:59"},
        {YEAR_800_MS, "0800:01:01 01:01:01", "01/01/0800 01:01"},
        {YEAR_9999_MS, "9999:12:31 23:59:59", "31/12/9999 23:59"},
        {YEAR_9999_MS + 1, NULL, ""},
        {G_MAXINT64, NULL, ""},
        {FACT_NONE + 1, NULL, ""},
        {FACT_NONE, NULL, ""},
    };
    g_autoptr(MediaFacts) facts = media_facts_new();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        facts->taken_local_ms = cases[i].taken_local_ms;
        g_autofree char *exif = photo_taken_exif(facts);
        g_autofree char *european = photo_taken_european(facts);
        g_assert_cmpstr(exif, ==, cases[i].exif);
        g_assert_cmpstr(european, ==, cases[i].european);
    }
}

/* Decimals that a browser's unary plus and a person read alike: never an exponent. */
static void test_shutter(void)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0.004, "0.004"},
        {1.0 / 8000, "0.000125"},
        {1.0 / 32000, "0.00003125"},
        {1.0 / 3, "0.333333"},
        {1.0 / 60, "0.0166667"},
        {1, "1"},
        {2.5, "2.5"},
        {30, "30"},
        {3600, "3600"},
        {1234567, "1234567"},
        {0, "0"},
        {NAN, NULL},
        {INFINITY, NULL},
    };
    g_autoptr(MediaFacts) facts = media_facts_new();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        facts->shutter_seconds = cases[i].seconds;
        g_autofree char *text = photo_shutter_text(facts);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void test_times(void)
{
    static const struct {
        gint64 ms;
        const char *text;
    } cases[] = {
        {0, NULL},
        {1, "1970-01-01T00:00:00Z"},
        {1720002030250, "2024-07-03T10:20:30Z"},
        {G_MAXINT64, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = time_iso(cases[i].ms);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void assert_written(JsonWriter *writer, const char *expected)
{
    g_autoptr(GError) error = NULL;
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, &error);
    g_assert_no_error(error);
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_assert_cmpstr(text, ==, expected);
}

static void test_members(void)
{
    g_autoptr(JsonWriter) writer = json_writer_new(10000);
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autoptr(GPtrArray) tags = g_ptr_array_new();
    g_ptr_array_add(tags, (char *)"sea");
    g_ptr_array_add(tags, (char *)"a \"b\"");
    json_object_begin(writer);
    photo_member_int(writer, "a", FACT_NONE);
    photo_member_int(writer, "b", -1);
    photo_member_tags(writer, "c", NULL);
    photo_member_tags(writer, "d", none);
    photo_member_tags(writer, "e", tags);
    photo_member_tags_list(writer, "f", NULL, 4);
    photo_member_tags_list(writer, "g", tags, 1);
    photo_member_tags_list(writer, "h", tags, 0);
    photo_member_tags_list(writer, "i", tags, -1);
    assert_written(writer, "{\"a\":null,\"b\":-1,\"c\":null,\"d\":null,\"e\":\"sea,a \\\"b\\\"\","
                           "\"f\":[],\"g\":[\"sea\"],\"h\":[],\"i\":[\"sea\",\"a \\\"b\\\"\"]}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/photo_values/dates", test_dates);
    g_test_add_func("/photo_values/shutter", test_shutter);
    g_test_add_func("/photo_values/times", test_times);
    g_test_add_func("/photo_values/members", test_members);
    return g_test_run();
}
