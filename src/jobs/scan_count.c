#include "jobs/scan_count.h"

#include "base/path_text.h"
#include "jobs/walk.h"
#include "library/source.h"
#include "media/picture.h"

struct ScanCount {
    const GPtrArray *sources;
    GThread *thread;
    gint stop; /* atomic */
    gint done; /* atomic; total may be read once it is set */
    gint64 total;
};

/* A source that cannot be walked counts as empty: the scan itself says what is wrong with it. */
static gint64 count_source(const ScanCount *count, const Source *source)
{
    g_autofree char *path = path_from_text(source->path);
    g_autoptr(WalkRoot) root = walk_root_open(path, NULL);
    g_autoptr(Walk) walk = root ? walk_new(root, media_name_is_picture) : NULL;
    gint64 total = 0;
    while (walk && !g_atomic_int_get(&count->stop)) {
        g_autoptr(WalkFolder) folder = walk_next(walk, NULL);
        if (!folder) {
            break;
        }
        total += folder->files ? folder->files->len : 0;
    }
    return total;
}

static gpointer run(gpointer data)
{
    ScanCount *count = data;
    gint64 total = 0;
    for (guint i = 0; i < count->sources->len; i++) {
        const Source *source = g_ptr_array_index(count->sources, i);
        total += source->named_only ? 0 : count_source(count, source); /* few, and soon found */
    }
    count->total = total;
    g_atomic_int_set(&count->done, 1);
    return NULL;
}

ScanCount *scan_count_start(const GPtrArray *sources)
{
    ScanCount *count = g_new0(ScanCount, 1);
    count->sources = sources;
    count->thread = g_thread_new("scan-count", run, count);
    return count;
}

gint64 scan_count_total(const ScanCount *count)
{
    return g_atomic_int_get(&count->done) ? count->total : -1;
}

void scan_count_stop(ScanCount *count)
{
    g_atomic_int_set(&count->stop, 1);
    g_thread_join(count->thread);
    g_free(count);
}
