/* The folders in which the library's photos lie, as one walks down into them. */
#pragma once

#include "library/access.h"
#include "library/library.h"

typedef struct {
    char *name;
    char *path; /* with a slash at its end: what to ask for next */
    gint64 count;
    char *cover_path; /* the best photo in it or beneath it, and of equal ones the first by path */
} Folder;

/* The folders directly in `prefix` ("": the outermost), by their names, any case, that have photos
 * in them or beneath them; of Folder. Backslashes count as slashes. A prefix that has nothing
 * beneath it is tried again with a slash in front, which some clients lose. `ret_direct`: photos
 * lie in `prefix` itself. */
GArray *folders_in(Library *library, const Principal *viewer, const char *prefix,
                   gboolean hide_duplicates, gboolean *ret_direct, GError **error);
