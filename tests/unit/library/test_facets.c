#include "library/facets.h"

#include "library_fixture.h"

#include <math.h>

static void add_gear(StoreFixture *fixture, const char *name, const char *camera, const char *lens,
                     double f_stop, double focal_length_mm)
{
    g_autofree char *path = g_build_filename(FIXTURE_SOURCE, name, NULL);
    MediaPicture *picture = fixture_picture();
    picture->facts->camera_model = g_strdup(camera);
    picture->facts->lens_model = g_strdup(lens);
    picture->facts->f_stop = f_stop;
    picture->facts->focal_length_mm = focal_length_mm;
    fixture_add(fixture, path, picture);
}

static void append(const char *text, double number, gint64 count, gpointer data)
{
    char written[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(written, sizeof written, "%g", number);
    g_string_append_printf(data, "%s=%d;", text ? text : written, (int)count);
}

static void assert_facet(StoreFixture *fixture, const Principal *viewer, Facet facet, gint64 limit,
                         const char *expected)
{
    g_autoptr(GError) error = NULL;
    GString *told = g_string_new(NULL);
    facet_list(fixture_library(fixture), viewer, facet, limit, append, told, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(told->str, ==, expected);
    g_string_free(told, TRUE);
}

static void test_texts_by_count_then_name(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    add_gear(fixture, "a", "b-cam", "Z", NAN, NAN);
    add_gear(fixture, "b", "B-cam", "Z", NAN, NAN);
    add_gear(fixture, "c", "a-cam", NULL, NAN, NAN);
    add_gear(fixture, "d", "z-cam", NULL, NAN, NAN);
    add_gear(fixture, "e", "z-cam", "A", NAN, NAN);
    add_gear(fixture, "f", NULL, NULL, NAN, NAN);
    add_gear(fixture, "gone", "a-cam", "A", NAN, NAN);
    fixture_lose(fixture, "/photos/gone");
    assert_facet(fixture, owner, FACET_CAMERAS, 50, "z-cam=2;B-cam=1;a-cam=1;b-cam=1;");
    assert_facet(fixture, owner, FACET_CAMERAS, 2, "z-cam=2;B-cam=1;");
    assert_facet(fixture, owner, FACET_CAMERAS, 0, "");
    assert_facet(fixture, owner, FACET_LENSES, 50, "Z=2;A=1;");
    assert_facet(fixture, owner, FACET_APERTURES, 50, "");
    assert_facet(fixture, owner, FACET_FOCAL_LENGTHS, 50, "");
}

/* Rounded alike in both engines, the halves up. */
static void test_numbers_ascend(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    static const struct {
        double f_stop, focal_length_mm;
    } cases[] = {
        {2.8, 35},   {2.75, 34.6},  {2.84, 35.49}, {16, 600},         {1.45, 0.5}, {0.95, 0.49},
        {5.65, 1.5}, {2.25, 2.5},   {0, 0},        {-1, -5},          {1000, 4.5}, {NAN, NAN},
        {1.15, 6.5}, {8.35, 105.5}, {1e300, 7.5},  {INFINITY, 23.45},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strdup_printf("%d", (int)i);
        add_gear(fixture, name, NULL, NULL, cases[i].f_stop, cases[i].focal_length_mm);
    }
    assert_facet(fixture, owner, FACET_APERTURES, 50,
                 "1=1;1.2=1;1.5=1;2.3=1;2.8=3;5.7=1;8.4=1;16=1;");
    assert_facet(fixture, owner, FACET_APERTURES, 2, "1=1;1.2=1;");
    assert_facet(fixture, owner, FACET_FOCAL_LENGTHS, 50,
                 "1=1;2=1;3=1;5=1;7=1;8=1;23=1;35=3;106=1;600=1;");
}

static void test_anonymous_sees_none(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) nobody = principal_new_anonymous();
    add_gear(fixture, "a", "camera", "lens", 2, 35);
    for (Facet facet = FACET_CAMERAS; facet <= FACET_FOCAL_LENGTHS; facet++) {
        assert_facet(fixture, nobody, facet, 50, "");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/facets/texts", test_texts_by_count_then_name);
    store_fixture_add("/facets/numbers", test_numbers_ascend);
    store_fixture_add("/facets/anonymous", test_anonymous_sees_none);
    return g_test_run();
}
