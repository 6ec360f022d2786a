#include "base/json_reader.h"
#include "base/limits.h"

#include <string.h>

/* Gives one byte at a time, so that every token is cut everywhere. */
static gssize read_byte(gpointer data, guint8 *buffer, gsize most, GError **error)
{
    MemoryBytes *memory = data;
    ByteSource whole = byte_source_memory(memory);
    return whole.read(whole.data, buffer, MIN(most, 1), error);
}

static const char *const token_names[] = {"end",  "{",   "}", "[", "]", "key",
                                          "text", "num", "t", "f", "n"};

/* The tokens as a line; or the error's message after "! ". */
static char *read_all(const char *json, gboolean by_bytes)
{
    MemoryBytes memory = {(const guint8 *)json, strlen(json), 0};
    const ByteSource source =
        by_bytes ? (ByteSource){read_byte, &memory} : byte_source_memory(&memory);
    g_autoptr(JsonReader) reader = json_reader_new(&source, 64);
    g_autoptr(GString) line = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    for (;;) {
        JsonRead token = json_reader_next(reader, &error);
        if (token == JSON_READ_FAILED) {
            g_autoptr(GError) again = NULL;
            g_assert_cmpint(json_reader_next(reader, &again), ==, JSON_READ_FAILED);
            g_assert_cmpstr(again->message, ==, error->message);
            g_string_append_printf(line, "! %s", error->message);
            break;
        }
        if (token == JSON_READ_END) {
            break;
        }
        g_string_append_printf(line, "%s", token_names[token]);
        if (token == JSON_READ_KEY || token == JSON_READ_TEXT) {
            g_string_append_printf(line, ":%s", json_reader_text(reader, NULL));
        }
        if (token == JSON_READ_NUMBER) {
            g_string_append_printf(line, ":%.17g", json_reader_number(reader));
        }
        g_string_append_c(line, ' ');
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

static void assert_read(const char *json, const char *expected)
{
    for (int by_bytes = 0; by_bytes < 2; by_bytes++) {
        g_autofree char *line = read_all(json, by_bytes);
        g_assert_cmpstr(line, ==, expected);
    }
}

static void test_tokens(void)
{
    assert_read("{\"a\":[1,-2.5,true,false,null,\"x\"],\"b\":{}}",
                "{ key:a [ num:1 num:-2.5 t f n text:x ] key:b { } } ");
    assert_read(" [ ] ", "[ ] ");
    assert_read("\"alone\"", "text:alone ");
    assert_read("[[],[[]],{\"\":{}}]", "[ [ ] [ [ ] ] { key: { } } ] ");
    assert_read("\n\t\r 12", "num:12 ");
}

static void test_texts(void)
{
    assert_read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "text:\"\\/\b\f\n\r\t ");
    assert_read("\"\\u00e9\\ud83d\\ude00\\u4e2d\"", "text:é😀中 ");
    assert_read("\"é😀中\"", "text:é😀中 ");
}

static void test_numbers(void)
{
    assert_read("[0,-0,1e3,1.5E-3,2e+2]", "[ num:0 num:-0 num:1000 num:0.0015 num:200 ] ");
    assert_read("[0.1,123456789012345678,0.30000000000000004]",
                "[ num:0.10000000000000001 num:1.2345678901234568e+17 "
                "num:0.30000000000000004 ] ");
    assert_read("[179769313486231570000000000000e279]", "[ num:1.7976931348623157e+308 ] ");
}

static void test_wholes(void)
{
    static const struct {
        const char *json;
        gboolean is_whole;
        gint64 whole;
    } cases[] = {
        {"12", TRUE, 12},   {"-9223372036854775808", TRUE, G_MININT64},
        {"12.0", TRUE, 12}, {"9223372036854775808", FALSE, 0},
        {"12.5", FALSE, 0}, {"9007199254740993", TRUE, 9007199254740993},
        {"1e2", TRUE, 100},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        MemoryBytes memory = {(const guint8 *)cases[i].json, strlen(cases[i].json), 0};
        const ByteSource source = byte_source_memory(&memory);
        g_autoptr(JsonReader) reader = json_reader_new(&source, 64);
        gint64 whole = 0;
        g_assert_cmpint(json_reader_next(reader, NULL), ==, JSON_READ_NUMBER);
        g_assert_cmpint(json_reader_whole(reader, &whole), ==, cases[i].is_whole);
        if (cases[i].is_whole) {
            g_assert_cmpint(whole, ==, cases[i].whole);
        }
    }
}

static void test_refusals(void)
{
    assert_read("", "! line 1, column 0: the file ends too early");
    assert_read("[1,]", "[ num:1 ! 1 (line 1, column 3): a value is expected");
    assert_read("{\"a\":{\"b\":[0,NaN]}}",
                "{ key:a { key:b [ num:0 ! a.b.1 (line 1, column 13): NaN and Infinity are no "
                "numbers of JSON");
    assert_read("{\n\"a\":\n tru}", "{ key:a ! a (line 3, column 5): this is no value of JSON");
    assert_read("{a:1}", "{ ! line 1, column 1: a member's name in quotes is expected");
    assert_read("{\"a\" 1}", "{ ! a (line 1, column 5): a colon is expected after a member's name");
    assert_read("{\"a\":1,}",
                "{ key:a num:1 ! a (line 1, column 7): a member's name in quotes is expected");
    assert_read("[1 2]", "[ num:1 ! 0 (line 1, column 3): a comma or the end of this is expected");
    assert_read("[1}", "[ num:1 ! 0 (line 1, column 2): a comma or the end of this is expected");
    assert_read("[1", "[ num:1 ! 0 (line 1, column 2): the file ends too early");
    assert_read("1 2", "num:1 ! line 1, column 2: something follows the end of the document");
    assert_read("01", "! line 1, column 2: a number begins with 0");
    assert_read("-", "! line 1, column 1: a number is expected");
    assert_read("1.", "! line 1, column 2: digits are expected after the point");
    assert_read("1e", "! line 1, column 2: digits are expected in the exponent");
    assert_read("1e999", "! line 1, column 5: a number is larger than any we know");
    assert_read("[-Infinity]", "[ ! 0 (line 1, column 2): a number is expected");
}

static void test_refused_texts(void)
{
    assert_read("\"a", "! line 1, column 2: the file ends within a text");
    assert_read("\"a\nb\"", "! line 1, column 3: a control character stands in a text");
    assert_read("\"\\x\"", "! line 1, column 3: a text has an unknown escape");
    assert_read("\"\\u12g4\"", "! line 1, column 6: four hex digits are expected after \\u");
    assert_read("\"\\u0000\"", "! line 1, column 7: a NUL has no place in a text");
    assert_read("\"\\ud83d\"", "! line 1, column 8: half a surrogate pair is no character");
    assert_read("\"\\ude00\"", "! line 1, column 7: half a surrogate pair is no character");
    assert_read("\"\xff\"", "! line 1, column 2: this is not UTF-8");
    assert_read("\"\xc0\xaf\"", "! line 1, column 2: this is not UTF-8");
    assert_read("\"\xed\xa0\x80\"", "! line 1, column 4: this is not UTF-8");
    assert_read("\"\xe2\x82\"", "! line 1, column 4: this is not UTF-8");
}

static void test_caps(void)
{
    g_autofree char *text = g_strdup_printf("\"%065d\"", 0);
    assert_read(text, "! line 1, column 66: a text is too long");
    g_autoptr(GString) deep = g_string_new(NULL);
    for (int i = 0; i < LIMIT_JSON_READ_DEPTH + 1; i++) {
        g_string_append_c(deep, '[');
    }
    g_autofree char *line = read_all(deep->str, FALSE);
    g_assert_true(g_str_has_suffix(line, "column 65): this is nested too deeply"));
    g_autofree char *digits = g_strnfill(LIMIT_JSON_NUMBER_BYTES + 1, '1');
    g_autofree char *number = read_all(digits, FALSE);
    g_assert_true(g_str_has_suffix(number, "a number has too many digits"));
}

static void test_skip_and_copy(void)
{
    const char *json = "{\"a\":{\"x\":[1,{\"long\":"
                       "\"....................................................................\"}]}"
                       ",\"b\":[1.50,{\"c\":\"\\u00e9\"}, true],\"d\":7}";
    MemoryBytes memory = {(const guint8 *)json, strlen(json), 0};
    const ByteSource source = byte_source_memory(&memory);
    g_autoptr(JsonReader) reader = json_reader_new(&source, 64);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) copy = g_string_new(NULL);
    g_assert_cmpint(json_reader_next(reader, &error), ==, JSON_READ_OBJECT);
    g_assert_cmpint(json_reader_next(reader, &error), ==, JSON_READ_KEY);
    g_assert_true(json_reader_skip(reader, JSON_READ_KEY, &error));
    g_assert_cmpint(json_reader_next(reader, &error), ==, JSON_READ_KEY);
    g_assert_cmpstr(json_reader_text(reader, NULL), ==, "b");
    g_assert_true(json_reader_copy(reader, JSON_READ_KEY, copy, 100, &error));
    g_assert_cmpstr(copy->str, ==, "[1.50,{\"c\":\"é\"},true]");
    g_assert_cmpint(json_reader_next(reader, &error), ==, JSON_READ_KEY);
    g_assert_cmpint(json_reader_next(reader, &error), ==, JSON_READ_NUMBER);
    g_autofree char *path = json_reader_path(reader);
    g_assert_cmpstr(path, ==, "d");
    g_assert_true(json_reader_copy(reader, JSON_READ_NUMBER, copy, 100, &error));
    g_assert_cmpint(json_reader_next(reader, &error), ==, JSON_READ_OBJECT_END);
    g_assert_cmpint(json_reader_next(reader, &error), ==, JSON_READ_END);
    g_assert_no_error(error);
    g_assert_cmpint(json_reader_offset(reader), ==, strlen(json));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json_reader/tokens", test_tokens);
    g_test_add_func("/json_reader/texts", test_texts);
    g_test_add_func("/json_reader/numbers", test_numbers);
    g_test_add_func("/json_reader/wholes", test_wholes);
    g_test_add_func("/json_reader/refusals", test_refusals);
    g_test_add_func("/json_reader/refused_texts", test_refused_texts);
    g_test_add_func("/json_reader/caps", test_caps);
    g_test_add_func("/json_reader/skip_and_copy", test_skip_and_copy);
    return g_test_run();
}
