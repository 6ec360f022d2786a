#include "library/dictionary.h"

static void test_numbers_are_of_texts(void)
{
    Dictionary *dictionary = dictionary_new();
    g_assert_cmpuint(dictionary_use(dictionary, NULL), ==, 0);
    g_assert_cmpuint(dictionary_use(dictionary, ""), ==, 0);
    guint32 a = dictionary_use(dictionary, "a");
    guint32 b = dictionary_use(dictionary, "b");
    g_assert_true(a != 0 && b != 0 && a != b);
    g_assert_cmpuint(dictionary_use(dictionary, "a"), ==, a);
    g_assert_cmpuint(dictionary_uses(dictionary, a), ==, 2);
    g_assert_cmpuint(dictionary_find(dictionary, "b"), ==, b);
    g_assert_cmpuint(dictionary_find(dictionary, "A"), ==, 0);
    g_assert_cmpstr(dictionary_texts(dictionary)[a], ==, "a");
    g_assert_cmpstr(dictionary_texts(dictionary)[0], ==, "");
    g_assert_cmpuint(dictionary_count(dictionary), ==, 3);
    dictionary_free(dictionary);
}

static void test_numbers_are_given_anew(void)
{
    Dictionary *dictionary = dictionary_new();
    guint32 a = dictionary_use(dictionary, "a");
    dictionary_use(dictionary, "a");
    dictionary_drop(dictionary, a);
    g_assert_cmpuint(dictionary_find(dictionary, "a"), ==, a);
    dictionary_drop(dictionary, a);
    g_assert_cmpuint(dictionary_find(dictionary, "a"), ==, 0);
    g_assert_cmpstr(dictionary_texts(dictionary)[a], ==, "");
    g_assert_cmpuint(dictionary_use(dictionary, "other"), ==, a);
    g_assert_cmpuint(dictionary_use(dictionary, "a"), !=, a);
    dictionary_drop(dictionary, 0); /* no text is nobody's to drop */
    dictionary_free(dictionary);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dictionary/numbers", test_numbers_are_of_texts);
    g_test_add_func("/dictionary/anew", test_numbers_are_given_anew);
    return g_test_run();
}
