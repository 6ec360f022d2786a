#include "library_fixture.h"

#include "library/catalog.h"
#include "library/library.h"
#include "library/selection.h"
#include "library/source.h"

#include <string.h>

/* Of the test that runs. */
static Library *library;

static StoreTx *begin(StoreFixture *fixture, StoreTx *(*kind)(Store *, GError **))
{
    g_autoptr(GError) error = NULL;
    StoreTx *tx = kind(fixture->store, &error);
    g_assert_no_error(error);
    return tx;
}

StoreTx *fixture_read(StoreFixture *fixture)
{
    return begin(fixture, store_read);
}

StoreTx *fixture_write(StoreFixture *fixture)
{
    return begin(fixture, store_write);
}

void fixture_commit(StoreTx *tx)
{
    g_autoptr(GError) error = NULL;
    store_commit(tx, &error);
    g_assert_no_error(error);
    if (library) {
        catalog_changed(library_catalog(library)); /* the fixture's store is not the library's */
    }
}

MediaPicture *fixture_picture(void)
{
    static int pictures;
    int made = g_atomic_int_add(&pictures, 1) + 1;
    MediaPicture *picture = g_new0(MediaPicture, 1);
    hash_data(&made, sizeof made, &picture->hash);
    picture->format = MEDIA_JPEG;
    picture->width = 400;
    picture->height = 300;
    picture->file_bytes = 1000;
    picture->phash = G_MAXUINT64 - (guint64)made;
    picture->facts = media_facts_new();
    return picture;
}

void fixture_tag(MediaPicture *picture, const char *tag)
{
    MediaFacts *facts = picture->facts;
    if (!facts->keywords) {
        facts->keywords = g_ptr_array_new_with_free_func(g_free);
    }
    g_ptr_array_add(facts->keywords, g_strdup(tag));
}

gint64 fixture_source(StoreTx *tx)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    source_add(tx, FIXTURE_SOURCE, &id, &error);
    g_assert_no_error(error);
    return id;
}

typedef struct {
    char *folder;
    char *name;
} Place;

static IngestFile file_at(StoreTx *tx, const char *path, Place *ret_place)
{
    ret_place->folder = g_path_get_dirname(path);
    ret_place->name = g_path_get_basename(path);
    return (IngestFile){
        .source_id = fixture_source(tx),
        .folder_path = ret_place->folder,
        .name = ret_place->name,
        .file_bytes = 1000,
        .modified_ns = 1700000000123456789,
    };
}

static void place_clear(Place *place)
{
    g_free(place->folder);
    g_free(place->name);
}

StoreTx *fixture_change(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    StoreTx *tx = fixture_write(fixture);
    library_touch(tx, &error);
    g_assert_no_error(error);
    return tx;
}

gint64 fixture_add(StoreFixture *fixture, const char *path, MediaPicture *picture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MediaPicture) owned = picture ? picture : fixture_picture();
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    Place place;
    IngestFile file = file_at(tx, path, &place);
    ingest_photo(tx, &file, owned, &error);
    g_assert_no_error(error);
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Photo) photo = photo_get_by_path(tx, owner, path, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    place_clear(&place);
    return photo->id;
}

void fixture_add_failure(StoreFixture *fixture, const char *path, AlbumenError code,
                         const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) failure = g_error_new_literal(ALBUMEN_ERROR, (gint)code, reason);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    Place place;
    IngestFile file = file_at(tx, path, &place);
    ingest_failure(tx, &file, failure, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    place_clear(&place);
}

void fixture_lose(StoreFixture *fixture, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    ingest_missing(tx, folder, name, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void close_library(gpointer unused)
{
    g_clear_pointer(&library, library_close);
}

Library *fixture_library(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    if (!library) {
        g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
        library = library_open(data, fixture->url, &error);
        g_assert_no_error(error);
        g_test_queue_destroy(close_library, NULL);
    }
    return library;
}

GPtrArray *fixture_list(StoreFixture *fixture, const Principal *viewer, const PhotoFilter *filter,
                        const PhotoSort *sort, gboolean ascending, gint64 offset, gint64 limit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Selection) selection = selection_get(fixture_library(fixture), viewer, filter, sort,
                                                   ascending, SELECTION_PAGES, &error);
    g_assert_no_error(error);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    GPtrArray *photos = selection_page(selection, tx, viewer, offset, limit, &error);
    g_assert_no_error(error);
    return photos;
}

gint64 fixture_count(StoreFixture *fixture, const Principal *viewer, const PhotoFilter *filter)
{
    g_autoptr(GError) error = NULL;
    gint64 count = photo_count(fixture_library(fixture), viewer, filter, &error);
    g_assert_no_error(error);
    return count;
}

char *fixture_names(StoreFixture *fixture, const PhotoFilter *filter, const char *sort,
                    gboolean ascending)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_assert_nonnull(photo_sort_find(sort));
    g_autoptr(GPtrArray) photos =
        fixture_list(fixture, owner, filter, photo_sort_find(sort), ascending, 0, 1000);
    g_assert_cmpint(fixture_count(fixture, owner, filter), ==, photos->len);

    GString *names = g_string_new(NULL);
    for (guint i = 0; i < photos->len; i++) {
        const Photo *photo = g_ptr_array_index(photos, i);
        g_string_append_printf(names, "%s%s", i ? " " : "", photo->name);
    }
    return g_string_free(names, FALSE);
}
