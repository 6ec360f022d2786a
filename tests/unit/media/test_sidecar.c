#include "media/sidecar.h"

#include <string.h>

static GBytes *packet(const char *attributes, const char *elements)
{
    g_autofree char *text = g_strdup_printf(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
        "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
        "xmlns:exif='http://ns.adobe.com/exif/1.0/' "
        "xmlns:tiff='http://ns.adobe.com/tiff/1.0/' %s>%s</rdf:Description></rdf:RDF></x:xmpmeta>",
        attributes, elements);
    return g_bytes_new(text, strlen(text));
}

/* What the picture itself says. */
static MediaFacts *facts_new(void)
{
    MediaFacts *facts = media_facts_new();
    facts->title = g_strdup("Title");
    facts->description = g_strdup("Caption");
    facts->camera_model = g_strdup("Camera");
    facts->rating = 2;
    facts->taken_local_ms = 1000;
    facts->taken_offset_minutes = 60;
    facts->altitude = 100;
    media_facts_set_place(facts, 10, 20);
    media_facts_add_keyword(facts, "own");
    return facts;
}

static void test_what_it_says_stands_first(void)
{
    g_autoptr(MediaFacts) facts = facts_new();
    g_autoptr(GBytes) xmp = packet(
        "xmp:Rating='5' tiff:Model='Other' exif:GPSLatitude='47,30.0N' "
        "exif:GPSLongitude='8,15.0E' exif:DateTimeOriginal='2001-02-03T04:05:06'",
        "<dc:subject><rdf:Bag><rdf:li>one</rdf:li><rdf:li>two</rdf:li></rdf:Bag></dc:subject>"
        "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>New</rdf:li></rdf:Alt></dc:title>");
    sidecar_apply(facts, xmp);
    g_assert_cmpstr(facts->title, ==, "New");
    g_assert_cmpstr(facts->description, ==, "Caption"); /* of which it says nothing */
    g_assert_cmpstr(facts->camera_model, ==, "Camera"); /* which it cannot know better */
    g_assert_cmpint(facts->rating, ==, 5);
    g_assert_cmpfloat(facts->latitude, ==, 47.5);
    g_assert_cmpfloat(facts->longitude, ==, 8.25);
    g_assert_true(isnan(facts->altitude)); /* that of the other place */
    g_assert_cmpint(facts->taken_local_ms, ==, 981173106000);
    g_assert_cmpint(facts->taken_offset_minutes, ==, FACT_NONE); /* nor the other time's offset */
    g_assert_cmpuint(facts->keywords->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(facts->keywords, 0), ==, "one");
}

static void test_what_it_does_not_say_stays(void)
{
    static const char *const nothing[] = {"", "<broken", "no xml at all", "<!DOCTYPE a><a/>"};
    for (gsize i = 0; i < G_N_ELEMENTS(nothing); i++) {
        g_autoptr(MediaFacts) facts = facts_new();
        g_autoptr(GBytes) xmp = g_bytes_new(nothing[i], strlen(nothing[i]));
        sidecar_apply(facts, xmp);
        g_assert_cmpstr(facts->title, ==, "Title");
        g_assert_cmpint(facts->rating, ==, 2);
        g_assert_cmpfloat(facts->altitude, ==, 100);
        g_assert_cmpuint(facts->keywords->len, ==, 1);
    }
}

static void test_it_fills_what_is_absent(void)
{
    g_autoptr(MediaFacts) facts = media_facts_new();
    g_autoptr(GBytes) xmp = packet("tiff:Model='Scanner' xmp:Rating='-1'", "");
    sidecar_apply(facts, xmp);
    g_assert_cmpstr(facts->camera_model, ==, "Scanner");
    g_assert_cmpint(facts->rating, ==, -1);
}

static void test_names(void)
{
    g_assert_true(sidecar_name_fits("a.xmp"));
    g_assert_true(sidecar_name_fits("a.JPG.XMP"));
    g_assert_false(sidecar_name_fits(".xmp"));
    g_assert_false(sidecar_name_fits("xmp"));
    g_assert_false(sidecar_name_fits("a.xmpx"));
    g_assert_false(sidecar_name_fits(""));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sidecar/first", test_what_it_says_stands_first);
    g_test_add_func("/sidecar/nothing", test_what_it_does_not_say_stays);
    g_test_add_func("/sidecar/absent", test_it_fills_what_is_absent);
    g_test_add_func("/sidecar/names", test_names);
    return g_test_run();
}
