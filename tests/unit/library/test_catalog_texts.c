#include "library/catalog_parts.h"

#include <string.h>

#define ROWS 3

static void assert_found(const CatalogTexts *texts, const char *sought, const char *expected)
{
    guint8 hits[ROWS] = {0};
    char found[ROWS + 1] = "";
    catalog_texts_search(texts, sought, hits);
    for (int row = 0, at = 0; row < ROWS; row++) {
        if (hits[row]) {
            found[at++] = (char)('0' + row);
        }
    }
    g_assert_cmpstr(found, ==, expected);
}

static void test_search(void)
{
    CatalogTexts texts = {0};
    catalog_texts_add(&texts, 0, "IMG_0001.JPG", NULL, "A walk along the River Loire, in May");
    catalog_texts_add(&texts, 1, "img_0002.jpg", "\xC3\x84pfel", NULL);
    catalog_texts_add(&texts, 2, "x", "", "");
    assert_found(&texts, "img_", "01");
    assert_found(&texts, "0002.jpg", "1");
    assert_found(&texts, "river", "0");
    assert_found(&texts, "y", "0"); /* the last letter of all */
    assert_found(&texts, "x", "2");
    assert_found(&texts, "xx", "");
    assert_found(&texts, "\xC3\x84", "1");
    assert_found(&texts, "\xC3\xA4", ""); /* only letters of ASCII have two cases */
    assert_found(&texts, "jpga", "");     /* nothing reaches from one text into the next */
    assert_found(&texts, "a walk along the river loire, in may", "0");
    assert_found(&texts, "a walk along the river loire, in may and on", "");
    catalog_texts_clear(&texts);
}

/* Every place in a long text, around the blocks in which it is looked at. */
static void test_every_place(void)
{
    for (gsize place = 0; place < 70; place++) {
        char text[80];
        memset(text, '.', sizeof text);
        memcpy(text + place, "NeEdLe", 6);
        text[place + 6] = '\0';
        CatalogTexts texts = {0};
        catalog_texts_add(&texts, 1, text, NULL, NULL);
        assert_found(&texts, "needle", "1");
        assert_found(&texts, "needles", "");
        assert_found(&texts, "n", "1");
        catalog_texts_clear(&texts);
    }
}

static void moved(gpointer data, guint32 row, guint32 at)
{
    ((guint32 *)data)[row] = at;
}

static void test_tidies_up(void)
{
    CatalogTexts texts = {0};
    guint32 places[ROWS] = {0};
    g_autofree char *name = g_strnfill(1000, 'n');
    for (int i = 0; i < 5000; i++) {
        int row = i % ROWS;
        if (i >= ROWS) {
            catalog_texts_drop(&texts, places[row]);
        }
        g_autofree char *caption = g_strdup_printf("number %d", i);
        places[row] = catalog_texts_add(&texts, (guint32)row, name, NULL, caption);
        catalog_texts_tidy(&texts, moved, places);
    }
    g_assert_cmpuint(texts.used, <, 4 << 20);
    for (guint32 row = 0; row < ROWS; row++) {
        const CatalogText *text = catalog_texts_at(&texts, places[row]);
        g_assert_cmpuint(text->row, ==, row);
        g_assert_cmpstr(text->text, ==, name);
    }
    assert_found(&texts, "number 4999", "1");
    assert_found(&texts, "number 4990", "");
    catalog_texts_clear(&texts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/catalog_texts/search", test_search);
    g_test_add_func("/catalog_texts/places", test_every_place);
    g_test_add_func("/catalog_texts/tidies", test_tidies_up);
    return g_test_run();
}
