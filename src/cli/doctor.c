#include "base/path_text.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "jobs/worker_pool.h"
#include "library/failures.h"
#include "library/photo_query.h"
#include "library/source.h"

/* One line a finding; FALSE when it is one that should not be. */
static gboolean tell(gboolean good, const char *what, const char *detail)
{
    printf("%-4s %s: %s\n", good ? "ok" : "BAD", what, detail);
    return good;
}

static gboolean check_sandbox(int workers)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WorkerPool) pool = worker_pool_new("/proc/self/exe", workers);
    g_autofree char *walls = worker_pool_describe_sandbox(pool, &error);
    return tell(walls != NULL, "sandbox of the decoders", walls ? walls : error->message);
}

static gboolean check_sources(StoreTx *tx)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) sources = source_list(tx, &error);
    if (!sources) {
        return tell(FALSE, "folders", error->message);
    }
    gboolean good = TRUE;
    for (guint i = 0; i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        g_autoptr(GError) failure = NULL;
        g_autofree char *bytes = path_from_text(source->path);
        g_autofree char *path = options_folder(bytes, &failure);
        good &= tell(path != NULL, source->path, path ? "can be read" : failure->message);
    }
    return good;
}

static gboolean check_counts(StoreTx *tx)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(GError) error = NULL;
    PhotoFilter everything;
    photo_filter_init(&everything);
    gint64 photos = photo_count(tx, owner, &everything, &error);
    gint64 failures = photos >= 0 ? failure_count(tx, owner, &error) : -1;
    if (failures < 0) {
        return tell(FALSE, "database", error->message);
    }
    g_autofree char *counts = g_strdup_printf("%" G_GINT64_FORMAT " photos, %" G_GINT64_FORMAT
                                              " files that could not be read",
                                              photos, failures);
    return tell(TRUE, "database", counts);
}

static gboolean check_library(const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Library) library = options_open_library(options, &error);
    g_autoptr(StoreTx) tx = library ? store_read(library_store(library), &error) : NULL;
    if (!tx) {
        return tell(FALSE, "database", error->message);
    }
    gboolean counts = check_counts(tx);
    return check_sources(tx) && counts;
}

int cli_doctor(int argc, char **argv)
{
    g_auto(Options) options = {0};
    if (!options_parse(&options, NULL, "Checks the program, its sandbox and the library.", NULL,
                       &argc, &argv)) {
        return EXIT_USAGE;
    }
    gboolean sandbox = check_sandbox(options.workers);
    gboolean library = check_library(&options);
    return sandbox && library ? EXIT_DONE : EXIT_FAILED;
}
