#include "scan_scene.h"

#include "base/path_text.h"
#include "jobs/worker_main.h"
#include "library/source.h"
#include "library_fixture.h"
#include "media/jpeg.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#define WORKERS 2

/* The worker's side */

static MediaPicture *worker_picture(int fd, const char *name, GError **error)
{
    if (strstr(name, "slow")) {
        g_usleep(20000);
    }
    if (strstr(name, "crash")) {
        raise(SIGSEGV);
    }
    return media_read(fd, name, error);
}

int scene_worker(void)
{
    static const WorkerDecoders decoders = {
        .read = worker_picture,
        .render_jpeg = media_render_jpeg,
        .scale_jpeg = media_scale_jpeg,
        .crop = worker_vision_crop,
    };
    return media_init(NULL) ? worker_serve(&decoders) : 1;
}

/* The folders */

void scene_open(Scene *scene, StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
    scene->store = fixture;
    scene->library = library_open(data, fixture->url, &error);
    g_assert_no_error(error);
    scene->workers = worker_pool_new("/proc/self/exe", WORKERS);
    scene->photos = g_build_filename(fixture->folder, "photos", NULL);
    g_assert_cmpint(g_mkdir(scene->photos, 0700), ==, 0);
}

void scene_close(Scene *scene)
{
    worker_pool_free(scene->workers);
    library_close(scene->library);
    g_free(scene->photos);
}

Scheduler *scene_start(const Scene *scene, gboolean is_held)
{
    const SchedulerOptions options = {
        .library = scene->library,
        .workers = scene->workers,
        .is_held = is_held,
    };
    return scheduler_start(&options);
}

char *scene_path(const Scene *scene, const char *name)
{
    return g_build_filename(scene->photos, name, NULL);
}

GBytes *scene_jpeg(int width)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Bitmap) bitmap = bitmap_new(width, 30, 3, &error);
    memset(bitmap->pixels, width & 0xFF, bitmap_stride(bitmap) * 30);
    GBytes *jpeg = jpeg_encode(bitmap, 80, &error);
    g_assert_no_error(error);
    return jpeg;
}

void scene_put_bytes(const Scene *scene, const char *name, const void *data, gsize length)
{
    g_autofree char *path = scene_path(scene, name);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, data, (gssize)length, NULL));
}

void scene_put(const Scene *scene, const char *name, int width)
{
    g_autoptr(GBytes) jpeg = scene_jpeg(width);
    scene_put_bytes(scene, name, g_bytes_get_data(jpeg, NULL), g_bytes_get_size(jpeg));
}

void scene_put_many(const Scene *scene, const char *prefix, int count)
{
    for (int i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("%s%03d.jpg", prefix, i);
        scene_put(scene, name, 40 + i);
    }
}

void scene_take_away(const Scene *scene, const char *name)
{
    g_autofree char *path = scene_path(scene, name);
    g_assert_cmpint(g_remove(path), ==, 0);
}

void scene_move(const Scene *scene, const char *from, const char *to)
{
    g_autofree char *old_path = scene_path(scene, from);
    g_autofree char *new_path = scene_path(scene, to);
    g_assert_cmpint(g_rename(old_path, new_path), ==, 0);
}

gint64 scene_add_source(const Scene *scene, const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_to_text(folder);
    gint64 id = 0;
    g_autoptr(StoreTx) tx = fixture_write(scene->store);
    source_add(tx, path, &id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return id;
}
