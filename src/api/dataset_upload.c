#include "api/dataset_upload.h"

#include "base/hash.h"
#include "base/ids.h"
#include "jobs/vision_job.h"
#include "library/upload_file.h"
#include "studio/directory.h"

#include <string.h>

/* --- the place --- */

void upload_place_clear(UploadPlace *place)
{
    g_clear_pointer(&place->directory, g_free);
    g_clear_pointer(&place->filename, g_free);
    g_clear_pointer(&place->path, g_free);
    g_clear_pointer(&place->claim, g_free);
}

/* Neither part of the name can hold a line's end. */
static char *claim_of(const UploadPlace *place)
{
    ContentHash hash;
    char hex[HASH_HEX_CHARS + 1];
    g_autofree char *text = g_strconcat(place->dataset_uuid, "\n", place->path, NULL);
    hash_data(text, strlen(text), &hash);
    hash_to_hex(&hash, hex);
    return g_strdup_printf(UPLOAD_PUT_PREFIX "%.*s", UPLOAD_ID_CHARS, hex);
}

gboolean upload_place_find(StoreTx *tx, const Principal *viewer, const char *dataset,
                           const char *directory, const char *filename, UploadPlace *ret_place,
                           GError **error)
{
    g_auto(UploadPlace) place = {0};
    g_autoptr(Dataset) found = dataset_find(tx, viewer, dataset, error);
    place.directory = found ? directory_clean_path(directory ? directory : "", error) : NULL;
    place.filename = place.directory ? directory_clean_filename(filename, error) : NULL;
    if (!place.filename) {
        return FALSE;
    }
    g_strlcpy(place.dataset_uuid, found->uuid, sizeof place.dataset_uuid);
    gboolean is_root = strcmp(place.directory, "/") == 0;
    place.path = g_strconcat(place.directory + 1, is_root ? "" : "/", place.filename, NULL);
    place.claim = claim_of(&place);
    *ret_place = place;
    place = (UploadPlace){0};
    return TRUE;
}

gboolean upload_place_check_free(StoreTx *tx, const Principal *viewer, const UploadPlace *place,
                                 GError **error)
{
    const ItemFilter there = {
        .directory = place->directory, .filename = place->filename, .archived = ITEM_ANY};
    g_autoptr(Dataset) dataset = dataset_find(tx, viewer, place->dataset_uuid, error);
    g_autoptr(GPtrArray) items = dataset ? item_list(tx, dataset, &there, 0, 1, NULL, error) : NULL;
    if (items && items->len > 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "An image '%s' already exists in '%s'", place->filename, place->directory);
        return FALSE;
    }
    return items != NULL;
}

/* --- bytes --- */

UploadFile *upload_place_begin(const Api *api, gint64 expected_bytes, GError **error)
{
    g_autofree char *hex = random_hex(UPLOAD_ID_CHARS / 2);
    g_autofree char *id = g_strconcat(UPLOAD_PUT_PREFIX, hex, NULL);
    return upload_check_space(api->library, expected_bytes, error)
               ? upload_file_make(api->library, id, error)
               : NULL;
}

static gboolean is_free(const Api *api, const Principal *viewer, const UploadPlace *place,
                        GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(api->library), error);
    return tx && upload_place_check_free(tx, viewer, place, error);
}

static Item *add_item(const Api *api, const Principal *viewer, const UploadPlace *place,
                      gint64 photo_id, GError **error)
{
    gint64 id = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    g_autoptr(Dataset) dataset = tx && library_touch(tx, error)
                                     ? dataset_find(tx, viewer, place->dataset_uuid, error)
                                     : NULL;
    if (!dataset || !dataset_touch(tx, dataset->id, error) ||
        !item_add_named(tx, viewer, dataset, place->directory, place->filename, photo_id, &id,
                        error)) {
        return NULL;
    }
    g_autoptr(Item) item = item_find_by_path(tx, dataset, place->path, error);
    return item && library_commit(api->library, tx, error) ? g_steal_pointer(&item) : NULL;
}

/* The place is the caller's alone. */
static Item *put(const Api *api, const Principal *viewer, const UploadPlace *place,
                 UploadFile *file, GCancellable *cancellable, GError **error)
{
    if (!is_free(api, viewer, place, error)) {
        return NULL;
    }
    gint64 photo = index_upload(api->indexer, file, place->filename, cancellable, error);
    return photo ? add_item(api, viewer, place, photo, error) : NULL;
}

Item *upload_place_put(const Api *api, const Principal *viewer, const UploadPlace *place,
                       UploadFile *file, GCancellable *cancellable, GError **error)
{
    if (!indexer_claim(api->indexer, place->claim, error)) {
        return NULL;
    }
    Item *item = put(api, viewer, place, file, cancellable, error);
    indexer_let_go(api->indexer, place->claim);
    return item;
}

static Item *put_what_waits(const Api *api, const Principal *viewer, const UploadPlace *place,
                            GCancellable *cancellable, GError **error)
{
    if (upload_file_look(api->library, place->claim) < 0) {
        /* Who asks twice is told that it is there, not that nothing came. */
        if (is_free(api, viewer, place, error)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                        "No bytes were uploaded for '%s'", place->filename);
        }
        return NULL;
    }
    g_autoptr(UploadFile) file = upload_file_open(api->library, place->claim, error);
    return file ? put(api, viewer, place, file, cancellable, error) : NULL;
}

Item *upload_place_register(const Api *api, const Principal *viewer, const UploadPlace *place,
                            GCancellable *cancellable, GError **error)
{
    if (!indexer_claim(api->indexer, place->claim, error)) {
        return NULL;
    }
    Item *item = put_what_waits(api, viewer, place, cancellable, error);
    indexer_let_go(api->indexer, place->claim);
    return item;
}

void upload_show_to_models(const Api *api)
{
    gboolean queued = FALSE;
    g_autoptr(GError) error = NULL;
    if (!vision_queue_pending(api->library, api->vision, &queued, &error)) {
        g_warning("an analysis could not be queued: %s", error->message);
    } else if (queued && api->wake) {
        api->wake(api->wake_data);
    }
}
