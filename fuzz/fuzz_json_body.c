/* JSON bodies against a table. What is accepted must be what the table says. */
#include "http/body.h"

static const char *const choices[] = {"date", "name", NULL};
static const HttpParameter members[] = {
    {.name = "t", .type = HTTP_TEXT, .required = TRUE, .bounded = TRUE, .min = 1, .max = 8},
    {.name = "i", .type = HTTP_INT, .bounded = TRUE, .min = -5, .max = 5},
    {.name = "n", .type = HTTP_NUMBER, .lenient = TRUE},
    {.name = "b", .type = HTTP_BOOL},
    {.name = "l", .type = HTTP_INT_LIST, .bounded = TRUE, .max = 4},
    {.name = "s", .type = HTTP_TEXT_LIST, .choices = choices},
    {.name = "o", .type = HTTP_OBJECT},
    {NULL}};

static void check_accepted(const json_t *body)
{
    g_assert_true(json_is_object(body));
    g_assert_true(json_is_string(json_object_get(body, "t")));
    const json_t *integer = json_object_get(body, "i");
    if (integer && !json_is_null(integer)) {
        g_assert_true(json_is_integer(integer) && ABS(json_integer_value(integer)) <= 5);
    }
    const json_t *number = json_object_get(body, "n");
    g_assert_true(!number || json_is_null(number) || json_is_real(number));
    const json_t *flag = json_object_get(body, "b");
    g_assert_true(!flag || json_is_null(flag) || json_is_boolean(flag));
    const json_t *list = json_object_get(body, "l");
    for (size_t i = 0; i < json_array_size(list); i++) {
        g_assert_true(json_is_integer(json_array_get(list, i)));
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize length);

int LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
    gint64 position = -1;
    json_t *body = body_parse((const char *)data, length, &position);
    if (!body) {
        g_assert_cmpint(position, >=, 0);
        return 0;
    }
    HttpViolations violations;
    violations_init(&violations);
    body_check(body, members, &violations);
    if (violations.items->len == 0) {
        check_accepted(body);
    }
    violations_clear(&violations);
    json_decref(body);
    return 0;
}
