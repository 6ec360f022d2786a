/* What detectors found on the photos that somebody has looked at, for lists of all of them. */
#pragma once

#include "library/access.h"
#include "library/library.h"

/* A photo, and the names of its object classes, in the order of the classes, without repeats. */
typedef struct {
    char *path;
    char **names; /* NULL-terminated; empty: nothing was found, or the photo could not be read */
} SeenObjects;

/* Those of all photos that were looked at and `viewer` may see, in the order in which they came
 * into the library; of SeenObjects. */
GPtrArray *seen_objects_list(Library *library, const Principal *viewer, GError **error);

/* Whether a task (analysis.task) was done on any photo. Reads only. */
gboolean seen_any(StoreTx *tx, const char *task, gboolean *ret_any, GError **error);

/* The names of what is on one photo; NULL without an error when there is none of this path, or
 * nobody has looked. Owned by the caller. */
char **seen_objects_of(Library *library, const Principal *viewer, const char *path, GError **error);
