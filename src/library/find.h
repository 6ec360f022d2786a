/* What a few typed letters may mean: people, things, tags, folders, cameras and files of what a
 * viewer is shown, from the catalogue's memory. */
#pragma once

#include "library/access.h"
#include "library/library.h"

typedef enum {
    FIND_PEOPLE,
    FIND_OBJECTS,
    FIND_TAGS,
    FIND_FOLDERS,
    FIND_CAMERAS,
    FIND_FILES,
    FIND_KINDS,
} FindKind;

typedef struct {
    gint64 id;     /* person.id or photo.id; 0 for the other kinds */
    char *text;    /* a name; a folder's path */
    gint64 photos; /* how many lists show the viewer; 1 for a file */
} FindHit;

/* Hits of each kind (GPtrArray of FindHit), at most `limit`: those whose words begin so first, then
 * those with more photos, then by text. Files: the newest first. Letters match in any case; a
 * folder matches by its last part. NULL with an error. */
typedef struct {
    GPtrArray *hits[FIND_KINDS];
} FindResult;

FindResult *find_by_text(Library *library, const Principal *viewer, const char *text, guint limit,
                         GError **error);
void find_result_free(FindResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FindResult, find_result_free)
