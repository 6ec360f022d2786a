#include "library/library.h"

#include "library/catalog.h"
#include "library/selection.h"
#include "library/summary.h"
#include "library/vectors.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
    void (*changed)(gpointer data);
    gpointer data;
} Follower;

struct Library {
    char *data_folder;
    Store *store;
    Blobs *thumbnails;
    int trash;
    LruCache *selections;
    LruCache *summaries;
    Catalog *catalog;
    Vectors *vectors;
    GArray *followers; /* of Follower; does not change once the library is in use */
};

static gboolean open_trash(Library *library, GError **error)
{
    g_autofree char *path = g_build_filename(library->data_folder, "trash", NULL);
    if (g_mkdir(path, 0700) != 0 && errno != EEXIST) {
        return error_set_errno(error, errno, "make the folder of the trash");
    }
    library->trash = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return library->trash >= 0 || error_set_errno(error, errno, "open the folder of the trash");
}

static void catalog_follows(gpointer data)
{
    catalog_changed(data);
}

static gboolean open_parts(Library *library, const char *database_url, GError **error)
{
    g_autofree char *in_folder = g_build_filename(library->data_folder, "albumen.db", NULL);
    library->store = store_open(database_url ? database_url : in_folder, error);
    if (!library->store || !store_migrate(library->store, error)) {
        return FALSE;
    }
    g_autofree char *thumbs = g_build_filename(library->data_folder, "thumbs", NULL);
    library->thumbnails = blobs_open_folder(thumbs, error);
    library->catalog = catalog_new(library->store);
    library_follow(library, catalog_follows, library->catalog);
    g_autofree char *vectors = g_build_filename(library->data_folder, "vectors", NULL);
    library->vectors = vectors_new(library->store, vectors);
    return library->thumbnails && open_trash(library, error);
}

Library *library_open(const char *data_folder, const char *database_url, GError **error)
{
    if (g_mkdir_with_parents(data_folder, 0700) != 0) {
        int saved_errno = errno;
        g_autofree char *what = g_strdup_printf("make the data folder %s", data_folder);
        error_set_errno(error, saved_errno, what);
        return NULL;
    }
    g_autoptr(Library) library = g_new0(Library, 1);
    library->data_folder = g_canonicalize_filename(data_folder, NULL);
    library->trash = -1;
    library->selections = selection_cache_new();
    library->summaries = summary_cache_new();
    library->followers = g_array_new(FALSE, FALSE, sizeof(Follower));
    if (!open_parts(library, database_url, error)) {
        return NULL;
    }
    return g_steal_pointer(&library);
}

void library_close(Library *library)
{
    if (!library) {
        return;
    }
    if (library->trash >= 0) {
        close(library->trash);
    }
    vectors_free(library->vectors);
    catalog_free(library->catalog);
    g_clear_pointer(&library->thumbnails, blobs_free);
    g_clear_pointer(&library->store, store_close);
    lru_cache_free(library->selections);
    lru_cache_free(library->summaries);
    g_array_unref(library->followers);
    g_free(library->data_folder);
    g_free(library);
}

Store *library_store(Library *library)
{
    return library->store;
}

Blobs *library_thumbnails(Library *library)
{
    return library->thumbnails;
}

const char *library_data_folder(const Library *library)
{
    return library->data_folder;
}

int library_trash(const Library *library)
{
    return library->trash;
}

LruCache *library_selections(Library *library)
{
    return library->selections;
}

LruCache *library_summaries(Library *library)
{
    return library->summaries;
}

Catalog *library_catalog(Library *library)
{
    return library->catalog;
}

Vectors *library_vectors(Library *library)
{
    return library->vectors;
}

gboolean library_touch(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "library_touch",
        .sql = "UPDATE library_version SET version = version + 1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    return statement && store_run(statement, NULL, error);
}

gboolean library_commit(Library *library, StoreTx *tx, GError **error)
{
    if (!store_commit(tx, error)) {
        return FALSE;
    }
    for (guint i = 0; i < library->followers->len; i++) {
        const Follower *follower = &g_array_index(library->followers, Follower, i);
        follower->changed(follower->data);
    }
    return TRUE;
}

void library_follow(Library *library, void (*changed)(gpointer data), gpointer data)
{
    const Follower follower = {changed, data};
    g_array_append_val(library->followers, follower);
}

gint64 library_version(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "library_version",
        .sql = "SELECT version FROM library_version",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    gint64 version = 0;
    return row && store_step_int(row, &version, error) ? version : 0;
}

gint64 library_now_ms(void)
{
    return g_get_real_time() / 1000;
}
