/* Photos by what is written of them: caption, title, tags, the names of persons and of the file.
 *
 * Words are found whole, in any case and with or without accents; all of them must be there. "two
 * words" in quotes stand side by side, word* begins so, OR between words means either side of it,
 * NOT before one that it is not there; caption:, title:, tags:, person: and name: look in one place
 * alone. Whatever else is typed is taken as words: no query is wrong.
 *
 * A word counts for more the fewer photos have it (the inverse document frequency of BM25,
 * Robertson and Zaragoza 2009, section 3.3), once for each place where it is found, and half in the
 * file's name. */
#pragma once

#include "library/access.h"
#include "library/library.h"

typedef struct {
    gint64 photo_id;
    double score; /* 1 for the best of those found, 0 for the last; 1 when all are equal */
} TextMatch;

/* The best `limit` of those that lists show the viewer, ties by id; of TextMatch. TOO_LARGE for
 * more than LIMIT_SEARCH_TERMS words. Not inside a transaction. */
GArray *text_search(Library *library, const Principal *viewer, const char *query, guint limit,
                    GError **error);
