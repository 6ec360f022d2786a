/* The catalogue's rows as the database tells them. */
#include "base/error.h"
#include "library/catalog_parts.h"
#include "library/library.h"

#include <math.h>
#include <string.h>

/* Where a folder lies, and whether its source is in the library. */
typedef struct {
    char *path;
    gboolean shown;
} Folder;

static void folder_free(gpointer data)
{
    Folder *folder = data;
    g_free(folder->path);
    g_free(folder);
}

#define FOLDERS                                                                                    \
    "SELECT f.id, f.path, CASE WHEN s.removed_ms IS NULL THEN 1 ELSE 0 END "                       \
    "FROM folder f JOIN source s ON s.id = f.source_id"

/* By their ids; asked for once and not with every photo. */
static GHashTable *read_folders(StoreTx *tx, gint64 version, GError **error)
{
    static const StoreQuery all = {.name = "catalog_folders", .sql = FOLDERS};
    static const StoreQuery changed = {
        .name = "catalog_folders_changed",
        .sql = FOLDERS " WHERE f.id IN (SELECT p.folder_id FROM photo p WHERE p.version > ?1)",
    };
    StoreStatement *row = store_prepare(tx, version ? &changed : &all, error);
    if (!row) {
        return NULL;
    }
    if (version) {
        store_bind_int(row, 1, version);
    }
    g_autoptr(GHashTable) folders =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, folder_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        Folder *folder = g_new(Folder, 1);
        folder->path = g_strdup(store_column_text(row, 1));
        folder->shown = store_column_int(row, 2) != 0;
        g_hash_table_insert(folders, g_memdup2(&id, sizeof id), folder);
    }
    return step == STORE_DONE ? g_steal_pointer(&folders) : NULL;
}

#define PHOTOS                                                                                     \
    "SELECT p.id, p.folder_id, CASE WHEN p.state = 'present' AND p.kept_out IS NULL THEN 1 "       \
    "ELSE 0 END, p.name, p.title, p.caption, p.camera_model, p.lens_model, p.tags, p.format, "     \
    "p.stack_of, p.taken_local_ms, p.width, p.height, p.orientation, p.iso, p.shutter_seconds, "   \
    "p.focal_length_mm, p.f_stop, p.latitude, p.longitude, p.file_rating, p.content_hash, "        \
    "p.persons, p.objects, p.face_count, p.faces_unknown, p.faces_blinking, p.phash "              \
    "FROM photo p WHERE "

static guint16 aspect_of(gint64 width, gint64 height)
{
    gint64 aspect = width > 0 && height > 0 ? width * 1000 / height : 4000 / 3;
    return (guint16)CLAMP(aspect, 100, 10000);
}

static gint64 int_or(const StoreStatement *row, int column, gint64 fallback)
{
    return store_column_is_null(row, column) ? fallback : store_column_int(row, column);
}

static gint64 int_between(const StoreStatement *row, int column, gint64 least, gint64 most,
                          gint64 fallback)
{
    gint64 value = int_or(row, column, fallback);
    return value == fallback ? fallback : CLAMP(value, least, most);
}

static void read_photo(const StoreStatement *row, CatalogPhoto *ret_photo)
{
    CatalogPhoto *photo = ret_photo;
    int at = 2;
    photo->id = (guint32)store_column_int(row, 0);
    photo->shown = store_column_int(row, at++) != 0;
    photo->name = store_column_text(row, at++);
    photo->title = store_column_text(row, at++);
    photo->caption = store_column_text(row, at++);
    photo->camera = store_column_text(row, at++);
    photo->lens = store_column_text(row, at++);
    photo->tags = store_column_text(row, at++);
    photo->format = store_column_text(row, at++);
    photo->stack_of = (guint32)int_or(row, at++, 0);
    photo->taken_ms = int_or(row, at++, CATALOG_NO_DATE);
    photo->aspect = aspect_of(store_column_int(row, at), store_column_int(row, at + 1));
    at += 2;
    photo->orientation = (guint8)int_between(row, at++, 1, 8, 1);
    photo->iso = (gint32)int_between(row, at++, -1, G_MAXINT32, -1);
    photo->shutter_seconds = (float)store_column_double(row, at++);
    photo->focal_length_mm = (float)store_column_double(row, at++);
    photo->f_stop = (float)store_column_double(row, at++);
    photo->latitude = store_column_double(row, at++);
    photo->longitude = store_column_double(row, at++);
    photo->file_rating = (gint8)int_between(row, at++, -1, 5, 0);
    gsize length = 0;
    gconstpointer hash = store_column_blob(row, at++, &length);
    g_assert(length == HASH_BYTES);
    memcpy(photo->content.bytes, hash, HASH_BYTES);
    photo->persons = store_column_text(row, at++);
    photo->objects = store_column_text(row, at++);
    photo->face_count = (gint32)int_between(row, at++, 0, G_MAXINT32, -1);
    photo->faces_unknown = (gint32)int_between(row, at++, 0, G_MAXINT32, -1);
    photo->blinks = int_or(row, at++, 0) > 0;
    photo->phash = (guint64)store_column_int(row, at);
}

typedef void (*PhotoVisit)(gpointer data, const CatalogPhoto *photo);

static gboolean read_photos(StoreTx *tx, gint64 version, PhotoVisit visit, gpointer data,
                            GError **error)
{
    static const StoreQuery all = {
        .name = "catalog_photos",
        .sql = PHOTOS "p.state = 'present' AND p.kept_out IS NULL ORDER BY p.id",
    };
    static const StoreQuery changed = {
        .name = "catalog_photos_changed",
        .sql = PHOTOS "p.version > ?1",
    };
    g_autoptr(GHashTable) folders = read_folders(tx, version, error);
    StoreStatement *row = folders ? store_prepare(tx, version ? &changed : &all, error) : NULL;
    if (!row) {
        return FALSE;
    }
    if (version) {
        store_bind_int(row, 1, version);
    }
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        if (store_column_int(row, 0) > G_MAXUINT32) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                                "The library has used up its numbers for photos");
            return FALSE;
        }
        gint64 folder_id = store_column_int(row, 1);
        const Folder *folder = g_hash_table_lookup(folders, &folder_id);
        CatalogPhoto photo;
        read_photo(row, &photo);
        photo.folder = folder->path;
        photo.shown = photo.shown && folder->shown;
        visit(data, &photo);
    }
    return step == STORE_DONE;
}

static guint8 marks_of(const StoreStatement *row)
{
    int marks = CATALOG_MARK_OWN | (int)CLAMP(store_column_int(row, 2), 0, 5);
    marks |= store_column_int(row, 3) ? CATALOG_MARK_FAVORITE : 0;
    marks |= store_column_int(row, 4) ? CATALOG_MARK_REJECTED : 0;
    return (guint8)marks;
}

#define RATINGS "SELECT r.account_id, r.photo_id, r.stars, r.favorite, r.rejected FROM rating r"

/* A photo that comes back brings its ratings, however old. */
static gboolean read_ratings(StoreTx *tx, gint64 version, GArray *ratings, GError **error)
{
    static const StoreQuery all = {.name = "catalog_ratings", .sql = RATINGS};
    static const StoreQuery changed = {
        .name = "catalog_ratings_changed",
        .sql = RATINGS " WHERE r.version > ?1 UNION " RATINGS
                       " WHERE r.photo_id IN (SELECT p.id FROM photo p WHERE p.version > ?1)",
    };
    StoreStatement *row = store_prepare(tx, version ? &changed : &all, error);
    if (!row) {
        return FALSE;
    }
    if (version) {
        store_bind_int(row, 1, version);
    }
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const CatalogRating rating = {
            .account = store_column_int(row, 0),
            .photo_id = (guint32)store_column_int(row, 1),
            .marks = marks_of(row),
        };
        g_array_append_val(ratings, rating);
    }
    return step == STORE_DONE;
}

/* Names' texts end with the row: `names` keeps them. */
static gboolean read_people(StoreTx *tx, gint64 version, GStringChunk *names, GArray *people,
                            GError **error)
{
    static const StoreQuery query = {
        .name = "catalog_people",
        .sql = "SELECT id, name, is_hidden FROM person WHERE version > ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, version);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const char *name = store_column_text(row, 1);
        const CatalogPerson person = {
            .id = store_column_int(row, 0),
            .name = name ? g_string_chunk_insert(names, name) : NULL,
            .is_hidden = store_column_int(row, 2) != 0,
        };
        g_array_append_val(people, person);
    }
    return step == STORE_DONE;
}

static gboolean read_owner_has_none(StoreTx *tx, gboolean *ret_none, GError **error)
{
    static const StoreQuery query = {
        .name = "catalog_owner_ratings",
        .sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM rating WHERE account_id = 0) "
               "THEN 0 ELSE 1 END",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    gint64 none = 0;
    gboolean read = row && store_step_int(row, &none, error);
    *ret_none = none != 0;
    return read;
}

static gboolean read_gone(StoreTx *tx, gint64 version, GArray *gone, GError **error)
{
    static const StoreQuery query = {
        .name = "catalog_gone",
        .sql = "SELECT photo_id FROM photo_gone WHERE version > ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, version);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        guint32 id = (guint32)store_column_int(row, 0);
        g_array_append_val(gone, id);
    }
    return step == STORE_DONE;
}

/* The row's texts end with its next step, so they are copied. */
static void keep_photo(gpointer data, const CatalogPhoto *photo)
{
    CatalogChange *change = data;
    CatalogPhoto kept = *photo;
    const char **texts[] = {&kept.folder, &kept.name,   &kept.title, &kept.caption, &kept.camera,
                            &kept.lens,   &kept.format, &kept.tags,  &kept.persons, &kept.objects};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        *texts[i] = *texts[i] ? g_string_chunk_insert(change->texts, *texts[i]) : NULL;
    }
    g_array_append_val(change->photos, kept);
}

#define TEXT_BLOCK_BYTES 4096

CatalogChange *catalog_change_read(StoreTx *tx, gint64 version, GError **error)
{
    g_autoptr(CatalogChange) change = g_new0(CatalogChange, 1);
    change->gone = g_array_new(FALSE, FALSE, sizeof(guint32));
    change->photos = g_array_new(FALSE, FALSE, sizeof(CatalogPhoto));
    change->ratings = g_array_new(FALSE, FALSE, sizeof(CatalogRating));
    change->texts = g_string_chunk_new(TEXT_BLOCK_BYTES);
    change->people = g_array_new(FALSE, FALSE, sizeof(CatalogPerson));
    gboolean read = read_gone(tx, version, change->gone, error) &&
                    read_photos(tx, version, keep_photo, change, error) &&
                    read_ratings(tx, version, change->ratings, error) &&
                    read_people(tx, version, change->texts, change->people, error) &&
                    read_owner_has_none(tx, &change->owner_has_none, error);
    return read ? g_steal_pointer(&change) : NULL;
}

void catalog_change_free(CatalogChange *change)
{
    if (!change) {
        return;
    }
    g_array_unref(change->gone);
    g_array_unref(change->photos);
    g_array_unref(change->ratings);
    g_array_unref(change->people);
    g_string_chunk_free(change->texts);
    g_free(change);
}

static void add_photo(gpointer data, const CatalogPhoto *photo)
{
    if (photo->shown) {
        catalog_rows_add(data, photo);
    }
}

gboolean catalog_load(Catalog *catalog, StoreTx *tx, GError **error)
{
    g_autoptr(GArray) ratings = g_array_new(FALSE, FALSE, sizeof(CatalogRating));
    g_autoptr(GArray) people = g_array_new(FALSE, FALSE, sizeof(CatalogPerson));
    g_autoptr(GStringChunk) names = g_string_chunk_new(TEXT_BLOCK_BYTES);
    if (!read_photos(tx, 0, add_photo, catalog, error) || !read_ratings(tx, 0, ratings, error) ||
        !read_people(tx, 0, names, people, error)) {
        return FALSE;
    }
    for (guint i = 0; i < people->len; i++) {
        catalog_rows_know(catalog, &g_array_index(people, CatalogPerson, i));
    }
    catalog_rows_flag(catalog);
    for (guint i = 0; i < ratings->len; i++) {
        catalog_rows_rate(catalog, &g_array_index(ratings, CatalogRating, i));
    }
    return TRUE;
}
