#include "base/error.h"
#include "base/limits.h"
#include "media/xmp.h"

#include <math.h>

#define OPEN                                                                                       \
    "<?xpacket begin='\xEF\xBB\xBF' id='W5M0MpCehiHzreSzNTczkc9d'?>"                               \
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'>"                                                         \
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"                             \
    " xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'"        \
    " xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:tiff='http://ns.adobe.com/tiff/1.0/'"       \
    " xmlns:ps='http://ns.adobe.com/photoshop/1.0/'"                                               \
    " xmlns:aux='http://ns.adobe.com/exif/1.0/aux/'"                                               \
    " xmlns:ms='http://ns.microsoft.com/photo/1.0/'>"
#define CLOSE "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"

static MediaFacts *read_text(const char *text, GError **error)
{
    g_autoptr(GBytes) packet = g_bytes_new_static(text, strlen(text));
    return xmp_read(packet, error);
}

static void assert_refused(const char *text, int code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(read_text(text, &error));
    g_assert_error(error, ALBUMEN_ERROR, code);
}

static MediaFacts *read_good(const char *text)
{
    g_autoptr(GError) error = NULL;
    MediaFacts *facts = read_text(text, &error);
    g_assert_no_error(error);
    return facts;
}

static void test_attributes(void)
{
    g_autoptr(MediaFacts) facts = read_good(
        OPEN "<rdf:Description rdf:about='' xmp:Rating='3' xmp:CreateDate='2024-07-03'"
             " exif:DateTimeOriginal='2024-07-03T10:20:30.25+02:00' tiff:Make='Nikon &amp; Co'"
             " tiff:Model='Z 6' aux:Lens='50mm' tiff:Orientation='8'"
             " exif:GPSLatitude='48,51.5N' exif:GPSLongitude='2,21,3W'"
             " exif:GPSAltitude='705/10' exif:GPSAltitudeRef='1'/>" CLOSE);
    g_assert_cmpint(facts->rating, ==, 3);
    g_assert_cmpint(facts->taken_local_ms, ==, 1720002030250);
    g_assert_cmpint(facts->taken_offset_minutes, ==, 120);
    g_assert_cmpstr(facts->camera_make, ==, "Nikon & Co");
    g_assert_cmpstr(facts->camera_model, ==, "Z 6");
    g_assert_cmpstr(facts->lens_model, ==, "50mm");
    g_assert_cmpint(facts->orientation, ==, 8);
    g_assert_cmpfloat_with_epsilon(facts->latitude, 48 + 51.5 / 60, 1e-9);
    g_assert_cmpfloat_with_epsilon(facts->longitude, -(2 + 21.0 / 60 + 3.0 / 3600), 1e-9);
    g_assert_cmpfloat_with_epsilon(facts->altitude, -70.5, 1e-9);
}

static void test_elements(void)
{
    g_autoptr(MediaFacts) facts = read_good(
        OPEN "<rdf:Description><xmp:Rating>-1</xmp:Rating>"
             "<ps:DateCreated>2001-02-03T04:05</ps:DateCreated>"
             "<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li> boat </rdf:li><rdf:li>sea</rdf:li>"
             "<rdf:li/></rdf:Bag></dc:subject></rdf:Description>"
             "<rdf:Description><dc:title><rdf:Alt><rdf:li xml:lang='de'>Hafen</rdf:li>"
             "<rdf:li xml:lang='x-default'>Harbour</rdf:li></rdf:Alt></dc:title>"
             "<dc:description><rdf:Alt><rdf:li xml:lang='en'>Calm</rdf:li></rdf:Alt>"
             "</dc:description></rdf:Description>" CLOSE);
    g_assert_cmpint(facts->rating, ==, -1);
    g_assert_cmpint(facts->taken_local_ms, ==, 981173100000);
    g_assert_cmpint(facts->taken_offset_minutes, ==, FACT_NONE);
    g_assert_nonnull(facts->keywords);
    g_assert_cmpuint(facts->keywords->len, ==, 2);
    g_assert_cmpstr(facts->keywords->pdata[0], ==, "sea");
    g_assert_cmpstr(facts->keywords->pdata[1], ==, "boat");
    g_assert_cmpstr(facts->title, ==, "Harbour");
    g_assert_cmpstr(facts->description, ==, "Calm");
}

/* Other people's names for the prefixes, and what is nested in other properties, change nothing. */
static void test_namespaces_count(void)
{
    g_autoptr(MediaFacts) facts = read_good(
        "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:xmp='urn:other'>"
        "<r:Description xmp:Rating='5' xmlns:q='http://ns.adobe.com/xap/1.0/'>"
        "<q:History><r:Description q:Rating='4'><q:Rating>2</q:Rating></r:Description></q:History>"
        "<q:Rating>1</q:Rating></r:Description></r:RDF>");
    g_assert_cmpint(facts->rating, ==, 1);
}

static void test_rating_forms(void)
{
    static const struct {
        const char *attribute;
        gint64 expected;
    } cases[] = {{"xmp:Rating='0'", 0},
                 {"xmp:Rating='4.0'", 4},
                 {"xmp:Rating='6'", FACT_NONE},
                 {"xmp:Rating=''", FACT_NONE},
                 {"ms:Rating='50'", 3},
                 {"ms:Rating='99'", 5},
                 {"ms:Rating='50' xmp:Rating='1'", 1},
                 {"ms:Rating='101'", FACT_NONE}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            g_strdup_printf(OPEN "<rdf:Description %s/>" CLOSE, cases[i].attribute);
        g_autoptr(MediaFacts) facts = read_good(text);
        g_assert_cmpint(facts->rating, ==, cases[i].expected);
    }
}

static void test_entities_are_refused(void)
{
    assert_refused("<!DOCTYPE a [<!ENTITY b 'lol'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>"
                   "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>]>" OPEN
                   "<rdf:Description tiff:Make='&d;'/>" CLOSE,
                   ALBUMEN_ERROR_INVALID);
    assert_refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", ALBUMEN_ERROR_INVALID);
    assert_refused(OPEN "<rdf:Description tiff:Make='&unknown;'/>" CLOSE, ALBUMEN_ERROR_CORRUPT);
}

static void test_damage(void)
{
    assert_refused("", ALBUMEN_ERROR_CORRUPT);
    assert_refused("hello", ALBUMEN_ERROR_CORRUPT);
    assert_refused(OPEN "<rdf:Description", ALBUMEN_ERROR_CORRUPT);
    assert_refused("<a>\xFF</a>", ALBUMEN_ERROR_CORRUPT);
    g_autoptr(GBytes) utf16 = g_bytes_new_static("\xFF\xFE<\0a\0/\0>\0", 10);
    g_autoptr(GError) error = NULL;
    g_assert_null(xmp_read(utf16, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
}

static void test_caps(void)
{
    g_autoptr(GString) deep = g_string_new(NULL);
    for (int i = 0; i <= LIMIT_XMP_DEPTH; i++) {
        g_string_append(deep, "<a>");
    }
    assert_refused(deep->str, ALBUMEN_ERROR_TOO_LARGE);

    g_autofree char *spaces = g_strnfill(LIMIT_XMP_BYTES + 1, ' ');
    assert_refused(spaces, ALBUMEN_ERROR_TOO_LARGE);

    g_autofree char *name = g_strnfill(4 * LIMIT_TEXT_FACT_BYTES + 7, 'n');
    g_autofree char *text = g_strdup_printf(
        OPEN "<rdf:Description><tiff:Make>%s</tiff:Make></rdf:Description>" CLOSE, name);
    g_autoptr(MediaFacts) facts = read_good(text);
    g_assert_cmpuint(strlen(facts->camera_make), ==, LIMIT_TEXT_FACT_BYTES);
}

static void test_padding(void)
{
    static const char text[] = OPEN "<rdf:Description xmp:Rating='2'/>" CLOSE "\n  \0\0\0";
    g_autoptr(GBytes) packet = g_bytes_new_static(text, sizeof text);
    g_autoptr(GError) error = NULL;
    g_autoptr(MediaFacts) facts = xmp_read(packet, &error);
    g_assert_no_error(error);
    g_assert_cmpint(facts->rating, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmp/attributes", test_attributes);
    g_test_add_func("/xmp/elements", test_elements);
    g_test_add_func("/xmp/namespaces", test_namespaces_count);
    g_test_add_func("/xmp/rating", test_rating_forms);
    g_test_add_func("/xmp/entities", test_entities_are_refused);
    g_test_add_func("/xmp/damage", test_damage);
    g_test_add_func("/xmp/caps", test_caps);
    g_test_add_func("/xmp/padding", test_padding);
    return g_test_run();
}
