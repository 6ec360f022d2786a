/* A library, workers, and a folder of small real JPEGs, for tests of what scans. */
#pragma once

#include "jobs/scheduler.h"
#include "jobs/worker_pool.h"
#include "library/library.h"
#include "store_fixture.h"

/* The test's main calls this when its first argument is "worker", and returns what it returns: as
 * `albumen worker`, but a file whose name holds "slow" takes its time, and "crash" crashes. */
int scene_worker(void);

typedef struct {
    StoreFixture *store;
    Library *library; /* on the fixture's database */
    WorkerPool *workers;
    char *photos; /* the folder, empty at first; bytes */
} Scene;

void scene_open(Scene *scene, StoreFixture *fixture);
void scene_close(Scene *scene);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_close)

Scheduler *scene_start(const Scene *scene, gboolean is_held);

/* Makes a folder a source; its id. */
gint64 scene_add_source(const Scene *scene, const char *folder);

/* Names are bytes, beneath the folder. */
char *scene_path(const Scene *scene, const char *name);
GBytes *scene_jpeg(int width);
void scene_put_bytes(const Scene *scene, const char *name, const void *data, gsize length);
/* A picture `width` pixels wide, so that the library tells which one it read. */
void scene_put(const Scene *scene, const char *name, int width);
/* PREFIX000.jpg and so on. */
void scene_put_many(const Scene *scene, const char *prefix, int count);
void scene_take_away(const Scene *scene, const char *name);
void scene_move(const Scene *scene, const char *from, const char *to);
