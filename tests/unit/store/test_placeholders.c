#include "store/placeholders.h"

static void check(const char *sql, const char *expected, int highest)
{
    int found = -1;
    g_autofree char *text = placeholders_to_postgres(sql, &found);
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpint(found, ==, highest);
}

static void test_plain(void)
{
    check("", "", 0);
    check("SELECT 1", "SELECT 1", 0);
    check("a = ?1 AND b = ?2", "a = $1 AND b = $2", 2);
    check("?2,?1,?2", "$2,$1,$2", 2);
    check("?12", "$12", 12);
    check("?1?2", "$1$2", 2);
    check("a ? b ?| c", "a ? b ?| c", 0); /* operators of JSON */
}

static void test_quotes(void)
{
    check("'?1' || ?1", "'?1' || $1", 1);
    check("'it''s ?1' || ?2", "'it''s ?1' || $2", 2);
    check("\"?1\" = ?1", "\"?1\" = $1", 1);
    check("\"a\"\"?1\" = ?1", "\"a\"\"?1\" = $1", 1);
    check("'\\' || ?1", "'\\' || $1", 1); /* a backslash is a character */
    check("E'\\'?1' || ?2", "E'\\'?1' || $2", 2);
    check("e'\\\\' || ?2", "e'\\\\' || $2", 2);
    check("name'\\' || ?1", "name'\\' || $1", 1); /* not an E of its own */
    check("'open ?1", "'open ?1", 0);
    check("E'open\\", "E'open\\", 0);
}

static void test_comments(void)
{
    check("-- ?1 '\n?1", "-- ?1 '\n$1", 1);
    check("/* ?1 ' */ ?2", "/* ?1 ' */ $2", 2);
    check("/* a /* ?1 */ ?1 */ ?2", "/* a /* ?1 */ ?1 */ $2", 2);
    check("'--' || ?1", "'--' || $1", 1);
    check("a - -?1 / ?2", "a - -$1 / $2", 2);
    check("-- open ?1", "-- open ?1", 0);
    check("/* open ?1", "/* open ?1", 0);
    check("/*/ ?1 */ ?1", "/*/ ?1 */ $1", 1);
}

static void test_dollar_quotes(void)
{
    check("$$ ?1 ' $$ ?1", "$$ ?1 ' $$ $1", 1);
    check("$a$ $$ ?1 $b$ $a$ ?1", "$a$ $$ ?1 $b$ $a$ $1", 1);
    check("$1 ?2", "$1 $2", 2);
    check("a$b$ ?1", "a$b$ $1", 1); /* a name may hold the sign */
    check("$$ open ?1", "$$ open ?1", 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/placeholders/plain", test_plain);
    g_test_add_func("/placeholders/quotes", test_quotes);
    g_test_add_func("/placeholders/comments", test_comments);
    g_test_add_func("/placeholders/dollar-quotes", test_dollar_quotes);
    return g_test_run();
}
