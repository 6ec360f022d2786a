/* The headers of an upload, a line each: a number of bytes, and the metadata with the file's name.
 */
#include "api/albumen/tus.h"
#include "base/limits.h"
#include "fuzz.h"
#include "library/upload_file.h"

#include <string.h>

static void check_name(const char *sent)
{
    g_autofree char *name = upload_clean_name(sent, NULL);
    if (name) {
        g_assert_true(g_utf8_validate(name, -1, NULL));
        g_assert_true(name[0] != '.' && name[0] != '\0' && !strpbrk(name, "/\\\r\n"));
        g_assert_cmpuint(strlen(name), <=, LIMIT_UPLOAD_NAME_BYTES);
        g_assert_nonnull(strrchr(name, '.'));
        g_autofree char *again = upload_clean_name(name, NULL);
        g_assert_cmpstr(again, ==, name);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", 2);
    gint64 bytes;
    if (!lines[0] || !lines[1]) {
        return 0;
    }
    if (tus_parse_bytes(lines[0], &bytes)) {
        g_assert_true(bytes >= 0 && bytes <= 1LL << 53);
    }
    g_autoptr(GError) error = NULL;
    g_auto(TusMetadata) metadata = {0};
    gboolean well = tus_metadata_parse(lines[1], &metadata, &error);
    g_assert_true(well == !error);
    if (well && metadata.filename) {
        g_assert_true(g_utf8_validate(metadata.filename, -1, NULL));
        check_name(metadata.filename);
    }
    g_assert_true(metadata.modified_ms >= 0);
    check_name(lines[1]);
    return 0;
}
