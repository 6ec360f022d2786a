#include "base/limits.h"
#include "runtime_fixture.h"
#include "vision/bpe.h"

static void check(const Bpe *bpe, const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) tokens = bpe_encode(bpe, text, 75, &error);
    g_assert_no_error(error);
    g_autoptr(GString) told = g_string_new(NULL);
    for (guint i = 0; i < tokens->len; i++) {
        g_string_append_printf(told, "%s%" G_GINT64_FORMAT, i ? " " : "",
                               g_array_index(tokens, gint64, i));
    }
    g_assert_cmpstr(told->str, ==, expected);
}

static Bpe *make(const char *merges, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(merges, strlen(merges));
    return bpe_new(bytes, error);
}

/* Bytes count from '!', so "a" is 64 and "b" 65, at a word's end 320 and 321; merges from 512. */
static void test_merges(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Bpe) bpe = make("a b\nb c</w>\nab ab\nabab c</w>\n", &error);
    g_assert_no_error(error);
    g_assert_cmpint(bpe_start(bpe), ==, 516);
    g_assert_cmpint(bpe_end(bpe), ==, 517);
    check(bpe, "", "");
    check(bpe, "a", "320");
    check(bpe, "ab", "64 321");   /* the b at the end is another token */
    check(bpe, "abc", "512 322"); /* "a b" came before "b c</w>" */
    check(bpe, "bbc", "65 513");
    check(bpe, "ababc", "515");
    check(bpe, "abababc", "514 512 322");
    check(bpe, "  A\t\nB  ", "320 321");
}

static void test_cleaning(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Bpe) bpe = make("x y\n", &error);
    g_assert_no_error(error);
    check(bpe, "a1b", "320 272 321"); /* a digit is a word */
    check(bpe, "12", "272 273");
    check(bpe, "a&amp;b", "320 261 321"); /* "&" at a word's end */
    check(bpe, "a&amp;amp;b", "320 261 321");
    check(bpe, "&#65;&#x42;", "64 321");
    check(bpe, "&#0;", "5 258 271 282"); /* no character: as it stands */
    check(bpe, "it's", "72 339 6 338");
    check(bpe, "!'s", "0 262 338");
    check(bpe, "a\xC3\xA9", "64 127 358"); /* two bytes of one letter */
    check(bpe, "e\xCC\x81", "127 358");    /* composed first */
    check(bpe, "\xE2\x80\x83x", "343");    /* another white space */
}

static void test_caps(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Bpe) bpe = make("x y\n", &error);
    g_assert_no_error(error);
    g_autofree char *longest = g_strnfill(LIMIT_WORDS_TEXT_BYTES, 'a');
    g_autoptr(GArray) tokens = bpe_encode(bpe, longest, 75, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(tokens->len, ==, 75);
    g_autofree char *longer = g_strnfill(LIMIT_WORDS_TEXT_BYTES + 1, 'a');
    g_assert_null(bpe_encode(bpe, longer, 75, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE);
    g_clear_error(&error);
    g_assert_null(bpe_encode(bpe, "\xFF", 75, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
}

static void test_broken(void)
{
    static const char *const broken[] = {"ab\n", "a xyz\n", "a b\nab  c\n",
                                         "\n",   "a b\r\n", "#version: 0.2\na b\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(make(broken[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(make("a \xFF\n", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
}

/* The real vocabulary. */
static void test_clip(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) file = fixture_file("clip-vocabulary", "vocabulary.txt");
    g_autoptr(Bpe) bpe = bpe_new(file, &error);
    g_assert_no_error(error);
    g_assert_cmpint(bpe_start(bpe), ==, 49406);
    g_assert_cmpint(bpe_end(bpe), ==, 49407);
    check(bpe, "a photo of a cat", "320 1125 539 320 2368");
    check(bpe, "Red GREEN blue white black yellow", "736 1901 1746 1579 1449 4481");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/bpe/merges", test_merges);
    g_test_add_func("/vision/bpe/cleaning", test_cleaning);
    g_test_add_func("/vision/bpe/caps", test_caps);
    g_test_add_func("/vision/bpe/broken", test_broken);
    g_test_add_func("/vision/bpe/clip", test_clip);
    return g_test_run();
}
