#include "api/albumen/tus.h"

#include "base/limits.h"

#include <string.h>

static void test_bytes(void)
{
    static const struct {
        const char *text;
        gint64 bytes; /* -1: none */
    } cases[] = {
        {"0", 0},
        {"12", 12},
        {"007", 7},
        {"9007199254740992", 9007199254740992},
        {NULL, -1},
        {"", -1},
        {" 1", -1},
        {"+1", -1},
        {"-1", -1},
        {"1.5", -1},
        {"1e3", -1},
        {"0x10", -1},
        {"1 2", -1},
        {"12a", -1},
        {"9007199254740993", -1},
        {"99999999999999999999", -1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 bytes = -1;
        gboolean fits = tus_parse_bytes(cases[i].text, &bytes);
        g_assert_cmpint(fits ? bytes : -1, ==, cases[i].bytes);
    }
}

static void test_metadata(void)
{
    static const struct {
        const char *header, *filename;
        gint64 modified_ms;
        gboolean skips;
    } cases[] = {
        {NULL, NULL, 0, FALSE},
        {"filename YS5qcGc=", "a.jpg", 0, FALSE},
        {"name Yi5qcGc=,filename YS5qcGc=", "a.jpg", 0, FALSE},
        {"filename YS5qcGc=,name Yi5qcGc=", "a.jpg", 0, FALSE},
        {" name  Yi5qcGc= , x", "b.jpg", 0, FALSE},
        {"filename w6QuanBn", "\xc3\xa4.jpg", 0, FALSE},
        {"filename ", "", 0, FALSE},
        {"lastModified MTU3NzkzNDI0NTAwMA==", NULL, 1577934245000, FALSE},
        {"lastModified LTU=", NULL, 0, FALSE},                 /* -5 */
        {"lastModified OTk5OTk5OTk5OTk5OTk5", NULL, 0, FALSE}, /* far ahead */
        {"skip_duplicates MQ==", NULL, 0, TRUE},
        {"skip_duplicates", NULL, 0, TRUE},
        {"skip_duplicates MA==", NULL, 0, FALSE},
        {"skip_duplicates ZmFsc2U=", NULL, 0, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(TusMetadata) metadata = {0};
        tus_metadata_parse(cases[i].header, &metadata, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(metadata.filename, ==, cases[i].filename);
        g_assert_cmpint(metadata.modified_ms, ==, cases[i].modified_ms);
        g_assert_cmpint(metadata.skip_duplicates, ==, cases[i].skips);
    }
}

static void test_what_is_no_metadata(void)
{
    g_autofree char *long_header = g_strnfill(LIMIT_UPLOAD_METADATA_BYTES + 1, 'a');
    const char *cases[] = {
        "filename YS5qcGc",
        "filename YS5q*Gc=",
        "filename YS5q=cGc",
        "filename =",
        "filename ====",
        "filename /w==",
        "filename YQBi",
        "filename a b c",
        "filename YQ==,",
        ",",
        "filename YQ==,filename YQ==",
        "\xc3\xa4 YQ==",
        long_header,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(TusMetadata) metadata = {0};
        g_test_message("%.80s", cases[i]);
        g_assert_false(tus_metadata_parse(cases[i], &metadata, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api/tus/bytes", test_bytes);
    g_test_add_func("/api/tus/metadata", test_metadata);
    g_test_add_func("/api/tus/refused", test_what_is_no_metadata);
    return g_test_run();
}
