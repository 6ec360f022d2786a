#include "library/timeline.h"

#include "base/calendar.h"
#include "base/limits.h"
#include "library/rating.h"
#include "library_scene.h"

#include <string.h>

static const TimelineSpan always = {G_MININT32, G_MAXINT32};

static TimelineSpan between(const char *from, const char *to)
{
    TimelineSpan span;
    g_assert_true(calendar_parse(from, &span.from));
    g_assert_true(calendar_parse(to, &span.to));
    return span;
}

/* "KEY:COUNT:HERO ..." */
static void assert_groups(const LibraryScene *scene, TimelineGrain grain, TimelineSpan span,
                          const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) groups =
        timeline_groups(scene->library, scene->owner, grain, span, FALSE, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < groups->len; i++) {
        const TimelineGroup *group = &g_array_index(groups, TimelineGroup, i);
        g_string_append_printf(text, "%s%s:%d:%s", i ? " " : "", group->key, (int)group->count,
                               group->hero_path + strlen("/photos/"));
        g_assert_null(group->photos);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

/* "KEY:COUNT(name name ...) ...", and "+" when there is more. */
static void assert_page(const LibraryScene *scene, const TimelineQuestion *question,
                        const char *expected)
{
    g_autoptr(GError) error = NULL;
    gboolean more = FALSE;
    g_autoptr(GArray) groups = timeline_page(scene->library, scene->owner, question, &more, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    for (guint i = 0; i < groups->len; i++) {
        const TimelineGroup *group = &g_array_index(groups, TimelineGroup, i);
        const gint64 *ids = (const gint64 *)(gpointer)group->photos->data;
        g_autoptr(GPtrArray) photos =
            photo_get_many(tx, scene->owner, ids, group->photos->len, &error);
        g_assert_no_error(error);
        g_string_append_printf(text, "%s%s:%d(", i ? " " : "", group->key, (int)group->count);
        for (guint j = 0; j < photos->len; j++) {
            g_string_append_printf(text, "%s%s", j ? " " : "",
                                   ((Photo *)g_ptr_array_index(photos, j))->name);
        }
        g_string_append_c(text, ')');
    }
    g_string_append(text, more ? " +" : "");
    g_assert_cmpstr(text->str, ==, expected);
}

static void add_some(LibraryScene *scene)
{
    static const char *const photos[][2] = {
        {"/photos/z", "2023-12-31"}, {"/photos/a/2", "2024-01-01"}, {"/photos/a/1", "2024-01-01"},
        {"/photos/m", "2024-01-31"}, {"/photos/k", "2024-02-29"},   {"/photos/undated", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(photos); i++) {
        library_scene_add(scene, photos[i][0], photos[i][1]);
    }
}

static void test_grains(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    assert_groups(&scene, TIMELINE_DAYS, always, "");
    add_some(&scene);
    assert_groups(&scene, TIMELINE_DAYS, always,
                  "2023-12-31:1:z 2024-01-01:2:a/1 2024-01-31:1:m 2024-02-29:1:k");
    assert_groups(&scene, TIMELINE_MONTHS, always, "2023-12:1:z 2024-01:3:a/1 2024-02:1:k");
    assert_groups(&scene, TIMELINE_YEARS, always, "2023:1:z 2024:4:a/1");
    /* 2023-12-31 was a Sunday, the first of January a Monday. */
    assert_groups(&scene, TIMELINE_WEEKS, always,
                  "2023-W52:1:z 2024-W01:2:a/1 2024-W05:1:m 2024-W09:1:k");
}

static void test_weeks_before_the_first_monday(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    library_scene_add(&scene, "/photos/a", "2023-01-01"); /* a Sunday */
    library_scene_add(&scene, "/photos/b", "2023-01-02");
    library_scene_add(&scene, "/photos/c", "2022-12-31");
    assert_groups(&scene, TIMELINE_WEEKS, always, "2022-W52:1:c 2023-W00:1:a 2023-W01:1:b");
}

static void test_spans_include_both_ends(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    add_some(&scene);
    assert_groups(&scene, TIMELINE_DAYS, between("2024-01-01", "2024-01-31"),
                  "2024-01-01:2:a/1 2024-01-31:1:m");
    assert_groups(&scene, TIMELINE_DAYS, between("2024-01-02", "2024-01-30"), "");
    assert_groups(&scene, TIMELINE_DAYS, between("2024-01-31", "2024-01-01"), "");
    /* By day also where groups are longer. */
    assert_groups(&scene, TIMELINE_MONTHS, between("2024-01-31", "2024-02-29"),
                  "2024-01:1:m 2024-02:1:k");
    assert_groups(&scene, TIMELINE_YEARS, between("0001-01-01", "9999-12-31"),
                  "2023:1:z 2024:4:a/1");
}

static void test_dates_far_away(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    library_scene_add(&scene, "/photos/first", "0001-01-01");
    library_scene_add(&scene, "/photos/last", "9999-12-31");
    assert_groups(&scene, TIMELINE_DAYS, always, "0001-01-01:1:first 9999-12-31:1:last");
}

static void test_follows_changes(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 a = library_scene_add(&scene, "/photos/a", "2024-01-01");
    gint64 b = library_scene_add(&scene, "/photos/b", "2024-01-01");
    assert_groups(&scene, TIMELINE_YEARS, always, "2024:2:a");
    library_scene_stack(&scene, a, b);
    assert_groups(&scene, TIMELINE_YEARS, always, "2024:1:b");
    fixture_lose(fixture, "/photos/b");
    assert_groups(&scene, TIMELINE_YEARS, always, "2024:1:a"); /* its lead is not shown */
    library_scene_add(&scene, "/photos/c", "2025-01-01");
    assert_groups(&scene, TIMELINE_YEARS, always, "2024:1:a 2025:1:c");
}

static void add_copy(LibraryScene *scene, const char *path, guint8 content)
{
    MediaPicture *picture = fixture_picture();
    memset(picture->hash.bytes, content, HASH_BYTES);
    picture->facts->taken_local_ms = 0;
    fixture_add(scene->fixture, path, picture);
}

/* Of photos with the same content the first that was found counts. */
static void test_duplicates_may_be_hidden(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    add_copy(&scene, "/photos/b", 1);
    add_copy(&scene, "/photos/a", 1);
    add_copy(&scene, "/photos/c", 2);
    assert_groups(&scene, TIMELINE_DAYS, always, "1970-01-01:3:a");
    TimelineQuestion question = {
        .grain = TIMELINE_DAYS, .span = always, .groups = 1, .photos_per_group = 9};
    assert_page(&scene, &question, "1970-01-01:3(a b c)");
    question.hide_duplicates = TRUE;
    assert_page(&scene, &question, "1970-01-01:2(b c)");
}

static void test_nobody_sees_anything(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    add_some(&scene);
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_autoptr(GArray) owners =
        timeline_groups(scene.library, scene.owner, TIMELINE_YEARS, always, FALSE, &error);
    g_autoptr(GArray) groups =
        timeline_groups(scene.library, nobody, TIMELINE_YEARS, always, FALSE, &error);
    g_assert_cmpuint(owners->len, ==, 2);
    g_assert_cmpuint(groups->len, ==, 0);
}

static void test_pages(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    add_some(&scene);
    TimelineQuestion question = {
        .grain = TIMELINE_DAYS, .span = always, .groups = 2, .photos_per_group = 10};
    assert_page(&scene, &question, "2024-02-29:1(k) 2024-01-31:1(m) +");
    question.cursor = "2024-01-31";
    assert_page(&scene, &question, "2024-01-01:2(1 2) 2023-12-31:1(z)");
    question.cursor = "2023-12-31";
    assert_page(&scene, &question, "");
    question.newer = TRUE;
    assert_page(&scene, &question, "2024-01-01:2(1 2) 2024-01-31:1(m) +");
    question.cursor = "2024"; /* a text like any other */
    question.photos_per_group = 1;
    assert_page(&scene, &question, "2024-01-01:2(1) 2024-01-31:1(m) +");
    question = (TimelineQuestion){.grain = TIMELINE_MONTHS,
                                  .span = between("2024-01-31", "2024-12-31"),
                                  .groups = 100,
                                  .photos_per_group = 2};
    assert_page(&scene, &question, "2024-02:1(k) 2024-01:1(m)");
}

static void test_orders_within_groups(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    library_scene_add(&scene, "/photos/a/3", "2024-01-20");
    library_scene_add(&scene, "/photos/b/1", "2024-01-30");
    library_scene_add(&scene, "/photos/c/2", "2024-01-10");
    library_scene_add(&scene, "/photos/d/1", "2024-01-20");
    TimelineQuestion question = {
        .grain = TIMELINE_MONTHS, .span = always, .groups = 2, .photos_per_group = 10};
    assert_page(&scene, &question, "2024-01:4(3 1 2 1)");
    question.order = TIMELINE_BY_DATE;
    assert_page(&scene, &question, "2024-01:4(2 3 1 1)");
    question.order = TIMELINE_BY_NAME;
    assert_page(&scene, &question, "2024-01:4(1 1 2 3)");
    question.photos_per_group = 3;
    assert_page(&scene, &question, "2024-01:4(1 1 2)");
}

/* Many photos in any order: the first few are those that sorting them all would give. */
static void test_the_first_of_many(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    for (int i = 0; i < 60; i++) {
        g_autofree char *path = g_strdup_printf("/photos/%02d", i * 37 % 60);
        library_scene_add(&scene, path, "2024-01-01");
    }
    TimelineQuestion question = {
        .grain = TIMELINE_DAYS, .span = always, .groups = 1, .photos_per_group = 7};
    assert_page(&scene, &question, "2024-01-01:60(00 01 02 03 04 05 06)");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/timeline/grains", test_grains);
    store_fixture_add("/timeline/weeks", test_weeks_before_the_first_monday);
    store_fixture_add("/timeline/spans", test_spans_include_both_ends);
    store_fixture_add("/timeline/far", test_dates_far_away);
    store_fixture_add("/timeline/changes", test_follows_changes);
    store_fixture_add("/timeline/duplicates", test_duplicates_may_be_hidden);
    store_fixture_add("/timeline/nobody", test_nobody_sees_anything);
    store_fixture_add("/timeline/pages", test_pages);
    store_fixture_add("/timeline/orders", test_orders_within_groups);
    store_fixture_add("/timeline/many", test_the_first_of_many);
    return g_test_run();
}
