#include "library_fixture.h"

#include <math.h>
#include <string.h>

static MediaPicture *full_picture(void)
{
    MediaPicture *picture = fixture_picture();
    MediaFacts *facts = picture->facts;
    picture->phash = 0xFEDCBA9876543210; /* the highest bit is no sign */
    facts->orientation = 6;
    facts->taken_local_ms = -12345;
    facts->taken_offset_minutes = -570;
    facts->camera_make = g_strdup("Maker");
    facts->camera_model = g_strdup("Model '\"\\ \xF0\x9F\x93\xB7");
    facts->lens_model = g_strdup("Lens");
    facts->software = g_strdup("Software");
    facts->artist = g_strdup("Artist");
    facts->copyright = g_strdup("Copyright");
    facts->title = g_strdup("Title");
    facts->description = g_strdup("Two\nlines");
    facts->iso = 204800;
    facts->f_stop = 1.0 / 3;
    facts->shutter_seconds = 1.0 / 8000;
    facts->focal_length_mm = 23.5;
    facts->focal_length_35mm = 35;
    facts->exposure_bias_ev = -0.7;
    facts->flash = 0;
    facts->latitude = -33.8567844;
    facts->longitude = 151.2152967;
    facts->altitude = -3.25;
    facts->rating = -1;
    fixture_tag(picture, "second of the alphabet");
    fixture_tag(picture, "first");
    return picture;
}

static void assert_same_facts(const MediaFacts *a, const MediaFacts *b)
{
    g_assert_cmpint(a->orientation, ==, b->orientation);
    g_assert_cmpint(a->taken_local_ms, ==, b->taken_local_ms);
    g_assert_cmpint(a->taken_offset_minutes, ==, b->taken_offset_minutes);
    g_assert_cmpstr(a->camera_make, ==, b->camera_make);
    g_assert_cmpstr(a->camera_model, ==, b->camera_model);
    g_assert_cmpstr(a->lens_model, ==, b->lens_model);
    g_assert_cmpstr(a->software, ==, b->software);
    g_assert_cmpstr(a->artist, ==, b->artist);
    g_assert_cmpstr(a->copyright, ==, b->copyright);
    g_assert_cmpstr(a->title, ==, b->title);
    g_assert_cmpstr(a->description, ==, b->description);
    g_assert_cmpint(a->iso, ==, b->iso);
    g_assert_cmpint(a->flash, ==, b->flash);
    g_assert_cmpint(a->rating, ==, b->rating);
    const double numbers[][2] = {
        {a->f_stop, b->f_stop},
        {a->shutter_seconds, b->shutter_seconds},
        {a->focal_length_mm, b->focal_length_mm},
        {a->focal_length_35mm, b->focal_length_35mm},
        {a->exposure_bias_ev, b->exposure_bias_ev},
        {a->latitude, b->latitude},
        {a->longitude, b->longitude},
        {a->altitude, b->altitude},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_assert_true(numbers[i][0] == numbers[i][1] ||
                      (isnan(numbers[i][0]) && isnan(numbers[i][1])));
    }
    g_assert_cmpuint(a->keywords ? a->keywords->len : 0, ==, b->keywords ? b->keywords->len : 0);
    for (guint i = 0; a->keywords && i < a->keywords->len; i++) {
        g_assert_cmpstr(g_ptr_array_index(a->keywords, i), ==, g_ptr_array_index(b->keywords, i));
    }
}

static void assert_round_trip(StoreFixture *fixture, const char *path, MediaPicture *picture,
                              const MediaPicture *like)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    ContentHash hash = picture->hash;
    gint64 id = fixture_add(fixture, path, picture);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(Photo) photo = photo_get(tx, owner, id, &error);
    g_assert_no_error(error);
    g_assert_cmpint(photo->id, ==, id);
    g_assert_true(uuid_is_valid(photo->uuid));
    g_assert_cmpstr(photo->path, ==, path);
    g_assert_cmpstr(photo->name, ==, strrchr(path, '/') + 1);
    g_assert_cmpint(photo->file_bytes, ==, 1000);
    g_assert_cmpint(photo->modified_ns, ==, 1700000000123456789);
    g_assert_cmpmem(photo->content_hash.bytes, HASH_BYTES, hash.bytes, HASH_BYTES);
    g_assert_cmpstr(photo->format, ==, "jpeg");
    g_assert_cmpint(photo->width, ==, 400);
    g_assert_cmpint(photo->height, ==, 300);
    g_assert_cmpuint(photo->phash, ==, like->phash);
    g_assert_cmpint(photo->indexed_ms, >, 0);
    assert_same_facts(photo->facts, like->facts);
}

static void test_what_was_ingested_is_read(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(MediaPicture) full = full_picture();
    assert_round_trip(fixture, "/photos/full\n\xEF\x9F\xBF.jpg", full_picture(), full);
    MediaPicture *empty = fixture_picture();
    g_autoptr(MediaPicture) like = fixture_picture();
    like->phash = empty->phash;
    assert_round_trip(fixture, "/photos/empty", empty, like);
}

static void test_stars(StoreFixture *fixture, gconstpointer unused)
{
    static const struct {
        gint64 rating;
        int stars;
        gboolean rejected;
    } cases[] = {{FACT_NONE, 0, FALSE}, {-1, 0, TRUE}, {0, 0, FALSE}, {1, 1, FALSE}, {5, 5, FALSE}};
    g_autoptr(Principal) owner = principal_new_owner();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        MediaPicture *picture = fixture_picture();
        picture->facts->rating = cases[i].rating;
        gint64 id = fixture_add(fixture, "/photos/a", picture);
        g_autoptr(StoreTx) tx = fixture_read(fixture);
        g_autoptr(Photo) photo = photo_get(tx, owner, id, &error);
        g_assert_no_error(error);
        g_assert_cmpint(photo->stars, ==, cases[i].stars);
        g_assert_cmpint(photo->is_rejected, ==, cases[i].rejected);
    }
}

static void assert_not_found(StoreFixture *fixture, const Principal *viewer, gint64 id,
                             const char *path)
{
    g_autoptr(GError) by_id = NULL;
    g_autoptr(GError) by_path = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_null(photo_get(tx, viewer, id, &by_id));
    g_assert_error(by_id, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_assert_null(photo_get_by_path(tx, viewer, path, &by_path));
    g_assert_error(by_path, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_autoptr(GPtrArray) photos = photo_get_many(tx, viewer, &id, 1, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(photos->len, ==, 0);
}

static void test_what_may_not_be_seen_is_not_found(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) nobody = principal_new_anonymous();
    gint64 id = fixture_add(fixture, "/photos/a", NULL);
    assert_not_found(fixture, nobody, id, "/photos/a");
    assert_not_found(fixture, owner, id + 1, "/photos/A");
    assert_not_found(fixture, owner, 0, "");
    assert_not_found(fixture, owner, G_MININT64, "/photos");
    fixture_lose(fixture, "/photos/a");
    assert_not_found(fixture, owner, id, "/photos/a");
}

static void test_many_come_in_the_order_asked(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    gint64 a = fixture_add(fixture, "/photos/a", full_picture());
    gint64 b = fixture_add(fixture, "/photos/b", NULL);
    gint64 c = fixture_add(fixture, "/photos/c", NULL);
    fixture_lose(fixture, "/photos/b");
    const gint64 ids[] = {c, 999999, b, a, -1, c, 0};
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) photos = photo_get_many(tx, owner, ids, G_N_ELEMENTS(ids), &error);
    g_assert_no_error(error);
    g_assert_cmpuint(photos->len, ==, 2);
    g_assert_cmpint(((Photo *)g_ptr_array_index(photos, 0))->id, ==, c);
    const Photo *last = g_ptr_array_index(photos, 1);
    g_assert_cmpint(last->id, ==, a);
    g_assert_cmpuint(last->facts->keywords->len, ==, 2);
    g_autoptr(GPtrArray) none = photo_get_many(tx, owner, NULL, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(none->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/photo/round_trip", test_what_was_ingested_is_read);
    store_fixture_add("/photo/stars", test_stars);
    store_fixture_add("/photo/not_found", test_what_may_not_be_seen_is_not_found);
    store_fixture_add("/photo/many", test_many_come_in_the_order_asked);
    return g_test_run();
}
