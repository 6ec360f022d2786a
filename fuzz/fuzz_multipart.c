/* A form: whole and in pieces it must tell the same. The first line is the Content-Type. */
#include "fuzz.h"
#include "http/multipart.h"

#include <string.h>

typedef struct {
    GString *told;
    gboolean open;
} Story;

static gboolean begin(gpointer data, const MultipartPart *part, GError **error)
{
    Story *story = data;
    g_assert_false(story->open);
    story->open = TRUE;
    g_assert_true(g_utf8_validate(part->name, -1, NULL));
    g_assert_true(!part->filename || g_utf8_validate(part->filename, -1, NULL));
    g_assert_true(!part->mime || g_utf8_validate(part->mime, -1, NULL));
    g_string_append_printf(story->told, "%s|%s|%s|", part->name, part->filename, part->mime);
    return TRUE;
}

static gboolean take(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    Story *story = data;
    g_assert_true(story->open && length > 0);
    g_string_append_len(story->told, (const char *)bytes, (gssize)length);
    return TRUE;
}

static gboolean end(gpointer data, GError **error)
{
    Story *story = data;
    g_assert_true(story->open);
    story->open = FALSE;
    g_string_append_c(story->told, ';');
    return TRUE;
}

static GString *read_form(const char *type, const guint8 *body, gsize length, gsize piece,
                          gint *ret_code)
{
    static const MultipartHandler handler = {begin, take, end};
    Story story = {.told = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;
    g_autoptr(Multipart) form = multipart_new(type, &handler, &story, &error);
    gboolean well = form != NULL;
    for (gsize at = 0; well && at < length; at += piece) {
        well = multipart_write(form, body + at, MIN(piece, length - at), &error);
    }
    well = well && multipart_finish(form, &error);
    g_assert_true(well == !error && !(well && story.open));
    *ret_code = error ? error->code : -1;
    return story.told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const guint8 *line = size ? memchr(data, '\n', size) : NULL;
    if (!line) {
        return 0;
    }
    g_autofree char *type = g_strndup((const char *)data, (gsize)(line - data));
    const guint8 *body = line + 1;
    gsize length = size - (gsize)(body - data);
    gint codes[3];
    g_autoptr(GString) whole = read_form(type, body, length, MAX(length, 1), &codes[0]);
    g_autoptr(GString) bytes = read_form(type, body, length, 1, &codes[1]);
    g_autoptr(GString) pieces = read_form(type, body, length, 7, &codes[2]);
    g_assert_true(codes[0] == codes[1] && codes[1] == codes[2]);
    g_assert_true(g_string_equal(bytes, pieces));
    g_assert_true(g_string_equal(whole, bytes));
    return 0;
}
