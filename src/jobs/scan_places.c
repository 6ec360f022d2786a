#include "jobs/scan_places.h"

#include "base/beneath.h"
#include "base/lock.h"
#include "base/path_text.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct ScanPlaces {
    GMutex lock;
    GHashTable *roots; /* source path -> WalkRoot, or NULL where there is none to believe */
};

static void root_free(gpointer root)
{
    walk_root_free(root);
}

ScanPlaces *scan_places_new(void)
{
    ScanPlaces *places = g_new0(ScanPlaces, 1);
    g_mutex_init(&places->lock);
    places->roots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, root_free);
    return places;
}

void scan_places_free(ScanPlaces *places)
{
    g_hash_table_unref(places->roots);
    g_mutex_clear(&places->lock);
    g_free(places);
}

/* The root of a photo's source; NULL when it is away, as an unmounted disk is, and nothing can be
 * told. */
static const WalkRoot *find_root(ScanPlaces *places, const ContentMatch *match)
{
    gpointer known;
    LOCK_UNTIL_END(&places->lock);
    if (g_hash_table_lookup_extended(places->roots, match->source_path, NULL, &known)) {
        return known;
    }
    g_autofree char *path = path_from_text(match->source_path);
    WalkRoot *root = path ? walk_root_open(path, NULL) : NULL;
    if (root && !walk_root_is_believable(root, match->root_identity)) {
        g_clear_pointer(&root, walk_root_free);
    }
    g_hash_table_insert(places->roots, g_strdup(match->source_path), root);
    return root;
}

/* Bytes, from the source's root; NULL when the folder is not in it. */
static char *relative_path(const ContentMatch *match)
{
    g_autofree char *text = g_build_filename(match->folder_path, match->name, NULL);
    const char *relative = beneath_relative(match->source_path, text);
    return relative ? path_from_text(relative) : NULL;
}

/* Names of one file that differ by their capitals alone are one name on a file system that does not
 * tell them apart. */
static gboolean is_renamed_in_place(const ContentMatch *match, const WalkLook *look,
                                    const char *folder_path, const char *name, int fd)
{
    struct stat info;
    g_autofree char *old_path = g_build_filename(match->folder_path, match->name, NULL);
    g_autofree char *new_path = g_build_filename(folder_path, name, NULL);
    g_autofree char *old_folded = g_utf8_casefold(old_path, -1);
    g_autofree char *new_folded = g_utf8_casefold(new_path, -1);
    return strcmp(old_folded, new_folded) == 0 && fstat(fd, &info) == 0 && info.st_nlink == 1 &&
           look->device == info.st_dev && look->number == info.st_ino;
}

/* The same size, another time: touched, or replaced. */
static gboolean still_holds(const WalkRoot *root, const char *relative, const WalkLook *look,
                            const ContentHash *content)
{
    ContentHash found;
    int fd = walk_open_file(root, relative, look->size_bytes, look->mtime_ns, NULL);
    if (fd < 0) {
        return TRUE; /* it cannot be told that it does not */
    }
    gboolean hashed = hash_file(fd, &found, NULL, NULL);
    close(fd);
    return !hashed || memcmp(found.bytes, content->bytes, HASH_BYTES) == 0;
}

gboolean scan_places_left(ScanPlaces *places, const ContentMatch *match, const ContentHash *content,
                          const char *folder_path, const char *name, int fd)
{
    WalkLook look;
    const WalkRoot *root = find_root(places, match);
    g_autofree char *relative = root ? relative_path(match) : NULL;
    if (!relative) {
        return match->source_removed; /* nobody will look there again */
    }
    switch (walk_look(root, relative, &look)) {
    case WALK_GONE:
        return TRUE;
    case WALK_UNKNOWN:
        return FALSE;
    case WALK_THERE:
        break;
    }
    if (is_renamed_in_place(match, &look, folder_path, name, fd)) {
        return TRUE;
    }
    if (look.size_bytes != match->file_bytes) {
        return TRUE;
    }
    return look.mtime_ns != match->modified_ns && !still_holds(root, relative, &look, content);
}
