#include "base/error.h"
#include "base/json_writer.h"

#include <math.h>
#include <string.h>

static void check(JsonWriter *writer, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = json_writer_finish(writer, &error);
    g_assert_no_error(error);
    gsize length = 0;
    const char *text = g_bytes_get_data(bytes, &length);
    g_assert_cmpmem(text, length, expected, strlen(expected));
}

static void test_nesting_and_commas(void)
{
    g_autoptr(JsonWriter) writer = json_writer_new(1000);
    json_object_begin(writer);
    json_member_int(writer, "a", -1);
    json_key(writer, "b");
    json_array_begin(writer);
    json_array_begin(writer);
    json_array_end(writer);
    json_bool(writer, TRUE);
    json_none(writer);
    json_array_end(writer);
    json_member_string(writer, "c", NULL);
    json_object_end(writer);
    check(writer, "{\"a\":-1,\"b\":[[],true,null],\"c\":null}");
}

static void test_text(void)
{
    g_autoptr(JsonWriter) writer = json_writer_new(1000);
    json_array_begin(writer);
    json_text(writer, "\"\\/\b\f\n\r\t\x01 é\xF0\x9F\x90\xA6");
    json_text(writer, "bad\xFF");
    json_text_len(writer, "a\0b", 3);
    json_array_end(writer);
    check(writer, "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001 é\xF0\x9F\x90\xA6\",\"bad\xEF\xBF\xBD\","
                  "\"a\xEF\xBF\xBD"
                  "b\"]");
}

static void test_numbers(void)
{
    g_autoptr(JsonWriter) writer = json_writer_new(1000);
    json_array_begin(writer);
    json_double(writer, 0.1);
    json_double(writer, 50);
    json_double(writer, 1.0 / 3);
    json_double(writer, 1e300);
    json_double(writer, NAN);
    json_double(writer, -INFINITY);
    json_int(writer, G_MININT64);
    json_array_end(writer);
    check(writer, "[0.1,50.0,0.3333333333333333,1e+300,null,null,-9223372036854775808]");
}

static void test_cap(void)
{
    g_autoptr(JsonWriter) writer = json_writer_new(10);
    g_autoptr(GError) error = NULL;
    json_text(writer, "longer than that");
    g_assert_null(json_writer_finish(writer, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE);
}

static void test_take_keeps_the_nesting(void)
{
    g_autoptr(JsonWriter) writer = json_writer_new(100);
    json_array_begin(writer);
    json_int(writer, 1);
    g_autoptr(GBytes) first = json_writer_take(writer);
    g_assert_cmpmem(g_bytes_get_data(first, NULL), g_bytes_get_size(first), "[1", 2);
    json_int(writer, 2);
    json_array_end(writer);
    check(writer, ",2]");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-writer/nesting", test_nesting_and_commas);
    g_test_add_func("/json-writer/text", test_text);
    g_test_add_func("/json-writer/numbers", test_numbers);
    g_test_add_func("/json-writer/cap", test_cap);
    g_test_add_func("/json-writer/take", test_take_keeps_the_nesting);
    return g_test_run();
}
