#include "library_scene.h"

#include "base/calendar.h"

#define MS_PER_DAY 86400000LL

void library_scene_open(LibraryScene *scene, StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
    scene->fixture = fixture;
    scene->library = library_open(data, fixture->url, &error);
    g_assert_no_error(error);
    scene->owner = principal_new_owner();
}

void library_scene_close(LibraryScene *scene)
{
    g_autoptr(Principal) owner = g_steal_pointer(&scene->owner);
    g_clear_pointer(&scene->library, library_close);
}

gint64 library_scene_add(LibraryScene *scene, const char *path, const char *day)
{
    MediaPicture *picture = fixture_picture();
    gint32 number = 0;
    if (day) {
        g_assert_true(calendar_parse(day, &number));
        picture->facts->taken_local_ms = number * MS_PER_DAY + MS_PER_DAY / 2;
    }
    return fixture_add(scene->fixture, path, picture);
}

gint64 library_scene_add_at(LibraryScene *scene, const char *path, double latitude,
                            double longitude)
{
    MediaPicture *picture = fixture_picture();
    picture->facts->latitude = latitude;
    picture->facts->longitude = longitude;
    return fixture_add(scene->fixture, path, picture);
}

void library_scene_stack(LibraryScene *scene, gint64 member, gint64 lead)
{
    static const StoreQuery query = {
        .name = "scene_stack",
        .sql = "UPDATE photo SET stack_of = ?2, version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    StoreStatement *statement = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, member);
    store_bind_int(statement, 2, lead);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}
