#include "api/attachment.h"

static void test_values(void)
{
    static const struct {
        const char *name, *value;
    } cases[] = {
        {"IMG_1.jpg", "attachment; filename=\"IMG_1.jpg\""},
        {"a b; c=d.jpg", "attachment; filename=\"a b; c=d.jpg\""},
        {"say \"hi\"\r\n.jpg", "attachment; filename=\"say _hi___.jpg\""},
        {"\xC3\xA9t\xC3\xA9 (1).jpg",
         "attachment; filename=\"_t_ (1).jpg\"; filename*=UTF-8''%C3%A9t%C3%A9%20%281%29.jpg"},
        {"\xE6\x97\xA5*'.jpg",
         "attachment; filename=\"__'.jpg\"; filename*=UTF-8''%E6%97%A5_%27.jpg"},
        {"", "attachment; filename=\"_\""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *value = attachment_value(cases[i].name);
        g_assert_cmpstr(value, ==, cases[i].value);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/attachment/values", test_values);
    return g_test_run();
}
