#include "library/text_search.h"

#include "vector_fixture.h"

#include <string.h>

static void add(StoreFixture *fixture, const char *name, const char *title, const char *caption,
                const char *tag)
{
    g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%s.jpg", name);
    MediaPicture *picture = fixture_picture();
    picture->facts->title = g_strdup(title);
    picture->facts->description = g_strdup(caption);
    if (tag) {
        fixture_tag(picture, tag);
    }
    fixture_add(fixture, path, picture);
}

static char *found(StoreFixture *fixture, const Principal *viewer, const char *query, guint limit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) matches = text_search(fixture_library(fixture), viewer, query, limit, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < matches->len; i++) {
        const TextMatch *match = &g_array_index(matches, TextMatch, i);
        g_assert_cmpfloat(match->score, >=, 0);
        g_assert_cmpfloat(match->score, <=, 1);
        g_assert_true(i > 0 || match->score == 1);
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i ? " " : "", match->photo_id);
    }
    return g_string_free(text, FALSE);
}

#define EXPECT(fixture, viewer, query, expected)                                                   \
    do {                                                                                           \
        g_autofree char *found_ = found(fixture, viewer, query, 100);                              \
        g_assert_cmpstr(found_, ==, expected);                                                     \
    } while (0)

static void fill(StoreFixture *fixture)
{
    add(fixture, "img_1234", "Harbour", "A man at the sea", "boat");    /* 1 */
    add(fixture, "seaside", NULL, "Two men, one Café", "Sea Lion");     /* 2 */
    add(fixture, "c", "O'Brien's boat", NULL, NULL);                    /* 3 */
    add(fixture, "d", "\xC3\x89t\xC3\xA9 \xC3\xA0 la mer", NULL, NULL); /* 4: Été à la mer */
}

static void test_words(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    fill(fixture);
    EXPECT(fixture, owner, "sea", "1 2");
    EXPECT(fixture, owner, "SEA man", "1");
    EXPECT(fixture, owner, "sea*", "2 1"); /* its name too */
    EXPECT(fixture, owner, "me", "");
    EXPECT(fixture, owner, "cafe", "2");
    EXPECT(fixture, owner, "caf\xC3\x89", "2");
    EXPECT(fixture, owner, "ete mer", "4");
    EXPECT(fixture, owner, "1234", "1");
    EXPECT(fixture, owner, "sea lion", "2");
    EXPECT(fixture, owner, "\"lion sea\"", "");
    EXPECT(fixture, owner, "tags:sea", "2");
    EXPECT(fixture, owner, "caption:sea", "1");
    EXPECT(fixture, owner, "boat NOT harbour", "3");
    EXPECT(fixture, owner, "harbour OR cafe", "1 2");
    EXPECT(fixture, owner, "harbour cafe OR mer", "4");
    EXPECT(fixture, owner, "boat AND harbour", "1");
}

static void test_persons(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    fill(fixture);
    gint64 face = vector_fixture_face(fixture, 3, 0, NULL, NULL, 0);
    vector_fixture_person(fixture, "Zo\xC3\xAB Harbour", 3, face);
    EXPECT(fixture, owner, "zoe", "3");
    EXPECT(fixture, owner, "harbour", "1 3");
    EXPECT(fixture, owner, "person:harbour", "3");
    EXPECT(fixture, owner, "zoe boat", "3");
}

/* What a full-text engine would call an error of syntax. */
static void test_odd(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const nothing[] = {"",        " ",     "\"",         "***",  "OR", "NOT",
                                          "NOT sea", "'; --", "AND OR NOT", "\"\"", ":"};
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) nobody = principal_new_anonymous();
    fill(fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(nothing); i++) {
        EXPECT(fixture, owner, nothing[i], "");
    }
    EXPECT(fixture, owner, "o'brien", "3");
    EXPECT(fixture, owner, "o'brien's", "3");
    EXPECT(fixture, owner, "\"harbour", "1");
    EXPECT(fixture, owner, "harbour OR", "1");
    EXPECT(fixture, nobody, "harbour", "");
    fixture_lose(fixture, FIXTURE_SOURCE "/c.jpg");
    EXPECT(fixture, owner, "boat", "1");
    g_autofree char *one = found(fixture, owner, "sea", 1);
    g_assert_cmpstr(one, ==, "1");

    g_autoptr(GError) error = NULL;
    const char *long_query = "a b c d e f g h i j k l m n o p q";
    g_assert_null(text_search(fixture_library(fixture), owner, long_query, 10, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE);
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/text_search/words", test_words);
    store_fixture_add("/text_search/persons", test_persons);
    store_fixture_add("/text_search/odd", test_odd);
    return g_test_run();
}
