#include "library/settings.h"

#include "store_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

/* Loads a scoring.json of this text; NULL: none. */
static Settings *load(const char *text, GError **error)
{
    g_autofree char *folder = g_dir_make_tmp("albumen-settings-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "scoring.json", NULL);
    g_assert_true(!text || g_file_set_contents(path, text, -1, NULL));
    Settings *settings = settings_load(folder, error);
    store_fixture_remove_folder(folder);
    return settings;
}

static Settings *load_well(const char *text)
{
    g_autoptr(GError) error = NULL;
    Settings *settings = load(text, &error);
    g_assert_no_error(error);
    return settings;
}

static void test_defaults(void)
{
    g_autoptr(Settings) settings = load_well(NULL);
    g_assert_true(json_is_object(settings_viewer(settings)));
    g_assert_cmpint(settings_int(settings, "pagination", "default_per_page", 1), ==, 64);
    g_assert_cmpstr(settings_text(settings, "defaults", "sort", ""), ==, "aggregate");
    g_assert_cmpstr(settings_translation_language(settings), ==, "");
    g_autoptr(Settings) empty = load_well("{}");
    g_assert_true(
        json_equal((json_t *)settings_viewer(settings), (json_t *)settings_viewer(empty)));
}

static void test_absent(void)
{
    g_autoptr(Settings) settings = load_well("{\"translation\": {\"target_language\": 5}}");
    g_assert_cmpint(settings_int(settings, "pagination", "nothing", 7), ==, 7);
    g_assert_cmpint(settings_int(settings, "nothing", "nothing", 7), ==, 7);
    g_assert_cmpint(settings_int(settings, "defaults", "sort", 7), ==, 7);
    g_assert_cmpint(settings_int(settings, "password", "x", 7), ==, 7);
    g_assert_cmpstr(settings_text(settings, "pagination", "default_per_page", "x"), ==, "x");
    g_assert_null(settings_text(settings, "nothing", "nothing", NULL));
    g_assert_cmpstr(settings_translation_language(settings), ==, "");
}

static void test_chosen_wins_one_level_deep(void)
{
    g_autoptr(Settings) settings =
        load_well("{\"viewer\": {\"pagination\": {\"default_per_page\": 20},"
                  "\"display\": {\"thumbnail_slider\": {\"min_px\": 50}},"
                  "\"sort_options\": {\"General\": []}, \"allowed_origins\": [],"
                  "\"mine\": {\"a\": \"b\"}},"
                  "\"translation\": {\"target_language\": \"fr\"}, \"other\": 1}");
    g_assert_cmpint(settings_int(settings, "pagination", "default_per_page", 0), ==, 20);
    g_assert_cmpint(settings_int(settings, "display", "card_width_px", 0), ==, 168);
    g_assert_cmpstr(settings_text(settings, "mine", "a", ""), ==, "b");
    g_assert_cmpstr(settings_translation_language(settings), ==, "fr");
    const json_t *viewer = settings_viewer(settings);
    const json_t *slider = json_object_get(json_object_get(viewer, "display"), "thumbnail_slider");
    g_assert_cmpuint(json_object_size(slider), ==, 1); /* two levels deep nothing is added */
    const json_t *sorts = json_object_get(viewer, "sort_options");
    g_assert_cmpuint(json_array_size(json_object_get(sorts, "General")), ==, 0);
    g_assert_cmpuint(json_array_size(json_object_get(sorts, "Camera")), ==, 3);
    g_assert_cmpuint(json_array_size(json_object_get(viewer, "allowed_origins")), ==, 0);
}

static void test_what_is_no_json_is_shown_where(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(load("{\n  \"viewer\": {},\n  oops\n}\n", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, "scoring.json, line 3, column 6"));
    static const char *const texts[] = {"",        "{",         "{}x", "\xFF", "{\"a\":1,\"a\":2}",
                                        "{'a':1}", "{\"a\":1,}"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_clear_error(&error);
        g_assert_null(load(texts[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_assert_nonnull(strstr(error->message, "line 1"));
    }
}

static void test_shapes_are_checked(void)
{
    static const char *const texts[] = {
        "[]",
        "{\"viewer\": []}",
        "{\"viewer\": null}",
        "{\"translation\": \"fr\"}",
        "{\"viewer\": {\"sort_options\": [{\"column\": \"iso\"}]}}",
        "{\"viewer\": {\"pagination\": 64}}",
        "{\"viewer\": {\"defaults\": null}}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(load(texts[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_assert_nonnull(strstr(error->message, "scoring.json"));
    }
}

static void test_an_unreadable_file_is_an_error(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("albumen-settings-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "scoring.json", NULL);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    g_assert_null(settings_load(folder, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO);
    store_fixture_remove_folder(folder);
}

static void test_who_may_come_in(void)
{
    g_autoptr(Settings) none = load_well(NULL);
    g_assert_cmpstr(settings_password(none), ==, "");
    g_assert_cmpstr(settings_edition_password(none), ==, "");
    g_assert_cmpstr(settings_share_secret(none), ==, "");
    g_assert_null(settings_users(none));
    g_assert_cmpint(settings_written_seconds(none), ==, 0);
    g_autoptr(Settings) all =
        load_well("{\"share_secret\": \"s\", \"users\": {\"a\": {}}, \"viewer\": "
                  "{\"password\": \"p\", \"edition_password\": \"e\"}}");
    g_assert_cmpstr(settings_password(all), ==, "p");
    g_assert_cmpstr(settings_edition_password(all), ==, "e");
    g_assert_cmpstr(settings_share_secret(all), ==, "s");
    g_assert_cmpuint(json_object_size(settings_users(all)), ==, 1);
    g_assert_cmpint(settings_written_seconds(all), >, 0);
}

/* A password that cannot be read must not be no password, which opens the library. */
static void test_doors_are_not_left_open_by_mistake(void)
{
    static const char *const broken[] = {
        "{\"viewer\": {\"password\": 1234}}",
        "{\"viewer\": {\"password\": null}}",
        "{\"viewer\": {\"password\": [\"p\"]}}",
        "{\"viewer\": {\"edition_password\": true}}",
        "{\"share_secret\": 5}",
        "{\"users\": []}",
        "{\"users\": \"alice\"}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%s", broken[i]);
        g_assert_null(load(broken[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/settings/defaults", test_defaults);
    g_test_add_func("/settings/absent", test_absent);
    g_test_add_func("/settings/chosen", test_chosen_wins_one_level_deep);
    g_test_add_func("/settings/no_json", test_what_is_no_json_is_shown_where);
    g_test_add_func("/settings/shapes", test_shapes_are_checked);
    g_test_add_func("/settings/unreadable", test_an_unreadable_file_is_an_error);
    g_test_add_func("/settings/access", test_who_may_come_in);
    g_test_add_func("/settings/access_broken", test_doors_are_not_left_open_by_mistake);
    return g_test_run();
}
