/* Forms with files, whole and byte by byte. */
#include "http/multipart.h"

#include "base/limits.h"

#include <string.h>

/* What came, as "name|filename|mime|content;" for each part. */
typedef struct {
    GString *told;
    gboolean refuses; /* the first part */
} Story;

static gboolean begin(gpointer data, const MultipartPart *part, GError **error)
{
    Story *story = data;
    if (story->refuses) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "not this one");
        return FALSE;
    }
    g_string_append_printf(story->told, "%s|%s|%s|", part->name,
                           part->filename ? part->filename : "-", part->mime ? part->mime : "-");
    return TRUE;
}

static gboolean take(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    g_assert_cmpuint(length, >, 0);
    g_string_append_len(((Story *)data)->told, (const char *)bytes, (gssize)length);
    return TRUE;
}

static gboolean end(gpointer data, GError **error)
{
    g_string_append_c(((Story *)data)->told, ';');
    return TRUE;
}

static const MultipartHandler handler = {begin, take, end};

/* The story of a body that is given in pieces of so many bytes, or the error's sentence; the
 * caller's. */
static char *read_form(const char *content_type, const char *body, gsize length, gsize piece,
                       gint *ret_code)
{
    Story story = {.told = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;
    g_autoptr(Multipart) form = multipart_new(content_type, &handler, &story, &error);
    gboolean well = form != NULL;
    for (gsize at = 0; well && at < length; at += piece) {
        /* A copy, so that a sanitizer sees a step beyond it. */
        gsize count = MIN(piece, length - at);
        g_autofree guint8 *copy = g_memdup2(body + at, count);
        well = multipart_write(form, copy, count, &error);
    }
    well = well && multipart_finish(form, &error);
    g_assert_true(well == !error);
    *ret_code = error ? error->code : -1;
    return g_string_free(story.told, FALSE);
}

#define TYPE "multipart/form-data; boundary=B"

static void check_form(const char *content_type, const char *body, gsize length, int code,
                       const char *story)
{
    static const gsize pieces[] = {1, 2, 3, 7, 1 << 20};
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        gint found_code;
        g_autofree char *found = read_form(content_type, body, length, pieces[i], &found_code);
        g_assert_cmpint(found_code, ==, code);
        if (story) {
            g_assert_cmpstr(found, ==, story);
        }
    }
}

static void check_story(const char *body, const char *story)
{
    check_form(TYPE, body, strlen(body), -1, story);
}

static void check_refused(const char *body, int code)
{
    check_form(TYPE, body, strlen(body), code, NULL);
}

#define PART(headers, content) "--B\r\n" headers "\r\n\r\n" content "\r\n"
#define FIELD(name)            "Content-Disposition: form-data; name=" name

static void test_parts(void)
{
    check_story(PART(FIELD("a"), "one") "--B--", "a|-|-|one;");
    check_story(PART(FIELD("\"a\""), "") "--B--\r\n", "a|-|-|;");
    check_story(PART(FIELD("\"f\"; filename=\"x.jpg\"") "\r\nContent-Type: image/jpeg", "\xff\xd8")
                    PART(FIELD("b"), "two") "--B--\r\nepilogue",
                "f|x.jpg|image/jpeg|\xff\xd8;b|-|-|two;");
    check_story("preamble\r\nmore\r\n--B \t\r\n" FIELD("a") "\r\n\r\none\r\n--B--", "a|-|-|one;");
    check_story("--B--", "");
    check_story("content-disposition:form-data;name=x\r\n--B--", ""); /* all of it preamble */
    check_story(PART("X-Other: 1\r\n" FIELD("a") "\r\nx-more: 2", "1") "--B--", "a|-|-|1;");
}

static void test_content_that_resembles_a_boundary(void)
{
    check_story(PART(FIELD("a"), "\r\n--C\r\n--\r\r\n--b\r\r\r\n-") "--B--",
                "a|-|-|\r\n--C\r\n--\r\r\n--b\r\r\r\n-;");
    check_story(PART(FIELD("a"), "--B--") "--B--", "a|-|-|--B--;"); /* not on a line of its own */
    check_story(PART(FIELD("a"), "\r\n\r\n") "--B--", "a|-|-|\r\n\r\n;");
    static const char zeros[] = PART(FIELD("a"), "\0\r\n--\0B\0") "--B--";
    gint code;
    g_autofree char *found = read_form(TYPE, zeros, sizeof zeros - 1, 1, &code);
    g_assert_cmpint(code, ==, -1);
    g_assert_cmpmem(found, 16, "a|-|-|\0\r\n--\0B\0;", 16);
}

static void test_names(void)
{
    static const struct {
        const char *parameters, *name, *filename;
    } cases[] = {
        {"name=a; filename=b.jpg", "a", "b.jpg"},
        {"filename=\"b c.jpg\" ; NAME=\"a\"", "a", "b c.jpg"},
        {"name=\"a\"; filename=\"with \\\"quotes\\\" \\\\.jpg\"", "a", "with \"quotes\" \\.jpg"},
        {"name=a; filename=\"with %22quotes%22.jpg\"", "a", "with \"quotes\".jpg"},
        {"name=a; filename=\"C:\\pictures\\b.jpg\"", "a", "C:\\pictures\\b.jpg"},
        {"name=a; filename=\"\xc3\xa4.jpg\"", "a", "\xc3\xa4.jpg"},
        {"name=a; filename=\"\xe4.jpg\"", "a", "\xef\xbf\xbd.jpg"}, /* Latin-1: not lost */
        {"name=a; filename=b.jpg; filename*=UTF-8''%c3%A4%20.jpg", "a", "\xc3\xa4 .jpg"},
        {"name=a; filename*=utf-8'de'c.jpg", "a", "c.jpg"},
        {"name=a; filename=b.jpg; filename*=ISO-8859-1''%E4.jpg", "a", "b.jpg"},
        {"name=a; filename=b.jpg; filename*=UTF-8''%E4.jpg", "a", "b.jpg"},
        {"name=a; filename=b.jpg; filename*=UTF-8''%00.jpg", "a", "b.jpg"},
        {"name=a; filename=\"\"", "a", ""},
        {"name=a;", "a", "-"},
        {"name=\"a;b\"", "a;b", "-"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = g_strdup_printf(
            "--B\r\nContent-Disposition: form-data; %s\r\n\r\n.\r\n--B--", cases[i].parameters);
        g_autofree char *story = g_strdup_printf("%s|%s|-|.;", cases[i].name, cases[i].filename);
        check_story(body, story);
    }
}

static void test_what_is_no_form(void)
{
    static const struct {
        const char *body;
        int code;
    } cases[] = {
        {"", ALBUMEN_ERROR_INVALID},
        {"no boundary at all", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a"), "one"), ALBUMEN_ERROR_INVALID}, /* ends too early */
        {PART(FIELD("a"), "one") "--B", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a"), "one") "--B-", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a"), "one") "--B-x", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a"), "one") "--B x\r\n", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a"), "one") "--BB--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a"), "one") "--B\rx", ALBUMEN_ERROR_INVALID},
        {"--B\n" FIELD("a") "\n\none\n--B--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a") "\nX: y", "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART("", "one") "--B--", ALBUMEN_ERROR_INVALID},
        {"--B\r\n\r\none\r\n--B--", ALBUMEN_ERROR_INVALID},
        {PART("no colon", "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART("Content-Disposition: form-data", "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART("Content-Disposition: attachment; name=a", "1") "--B--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a; name=b"), "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("\"a"), "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("\"a\"b"), "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a; filename"), "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a; =b"), "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("\"\xff\""), "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a") "\r\n" FIELD("a"), "one") "--B--", ALBUMEN_ERROR_INVALID},
        {PART(FIELD("a") "\r\nContent-Transfer-Encoding: base64", "b25l") "--B--",
         ALBUMEN_ERROR_UNSUPPORTED},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].body);
        check_refused(cases[i].body, cases[i].code);
    }
    static const char zero[] = PART(FIELD("a\0b"), "one") "--B--";
    check_form(TYPE, zero, sizeof zero - 1, ALBUMEN_ERROR_INVALID, NULL);
}

static void test_content_types(void)
{
    static const struct {
        const char *type;
        int code;
    } cases[] = {
        {"multipart/form-data; boundary=B", -1},
        {"Multipart/Form-Data;charset=utf-8;Boundary=\"B\"", -1},
        {NULL, ALBUMEN_ERROR_UNSUPPORTED},
        {"application/json", ALBUMEN_ERROR_UNSUPPORTED},
        {"multipart/mixed; boundary=B", ALBUMEN_ERROR_UNSUPPORTED},
        {"multipart/form-data", ALBUMEN_ERROR_INVALID},
        {"multipart/form-data; boundary=", ALBUMEN_ERROR_INVALID},
        {"multipart/form-data; boundary=\"B \"", ALBUMEN_ERROR_INVALID},
        {"multipart/form-data; boundary=\"B\x01\"", ALBUMEN_ERROR_INVALID},
        {"multipart/form-data; boundary=B; boundary=C", ALBUMEN_ERROR_INVALID},
        {"multipart/form-data; boundary=01234567890123456789012345678901234567890123456789"
         "012345678901234567890",
         ALBUMEN_ERROR_INVALID},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        check_form(cases[i].type, "--B--", 5, cases[i].code, "");
    }
    check_form("multipart/form-data; boundary=\"a b'()+_,-./:=?\"", "--a b'()+_,-./:=?--", 19, -1,
               "");
}

static void test_too_much(void)
{
    g_autoptr(GString) parts = g_string_new(NULL);
    for (int i = 0; i < LIMIT_HTTP_PARTS; i++) {
        g_string_append(parts, PART(FIELD("a"), "1"));
    }
    g_autofree char *most = g_strconcat(parts->str, "--B--", NULL);
    gint code;
    g_autofree char *story = read_form(TYPE, most, strlen(most), 1000, &code);
    g_assert_cmpint(code, ==, -1);
    g_string_append(parts, PART(FIELD("a"), "1"));
    check_refused(parts->str, ALBUMEN_ERROR_TOO_LARGE);
    g_autofree char *filler = g_strnfill(LIMIT_HTTP_PART_HEADER_BYTES, 'x');
    g_autofree char *header = g_strconcat("--B\r\nX: ", filler, "\r\n\r\n", NULL);
    check_refused(header, ALBUMEN_ERROR_TOO_LARGE);
    memset(filler, ' ', strlen(filler));
    g_autofree char *blanks = g_strconcat("--B", filler, "\r\n", NULL);
    check_refused(blanks, ALBUMEN_ERROR_INVALID);
}

static void test_a_handler_may_refuse(void)
{
    Story story = {.told = g_string_new(NULL), .refuses = TRUE};
    g_autoptr(GError) error = NULL;
    g_autoptr(Multipart) form = multipart_new(TYPE, &handler, &story, &error);
    const char *body = PART(FIELD("a"), "one");
    g_assert_false(multipart_write(form, (const guint8 *)body, strlen(body), &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_string_free(story.told, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/multipart/parts", test_parts);
    g_test_add_func("/http/multipart/resemblance", test_content_that_resembles_a_boundary);
    g_test_add_func("/http/multipart/names", test_names);
    g_test_add_func("/http/multipart/no-form", test_what_is_no_form);
    g_test_add_func("/http/multipart/types", test_content_types);
    g_test_add_func("/http/multipart/too-much", test_too_much);
    g_test_add_func("/http/multipart/refusal", test_a_handler_may_refuse);
    return g_test_run();
}
