/* Stars, favourites and rejects: what somebody thinks of photos. Until they say, a photo has what
 * its file says. */
#pragma once

#include "library/access.h"
#include "library/library.h"

typedef struct {
    int stars; /* 0..5 */
    gboolean favorite, rejected;
} Rating;

#define RATING_STARS_MOST 5

typedef enum { RATING_KEEP, RATING_SET, RATING_CLEAR, RATING_TOGGLE } RatingMark;

/* Applied in this order: setting `rejected` takes stars and favourite away, setting `favorite`
 * takes the reject away, stars stand alone. So a change that names all three gives exactly them,
 * unless it sets both marks: then the photo is a favourite. */
typedef struct {
    RatingMark rejected, favorite;
    int stars; /* -1: as they are */
} RatingChange;

typedef struct {
    const char *path; /* base/path_text.h, borrowed; NULL: the photo is named by its id */
    gint64 photo_id;
    RatingChange change;
} RatingWish;

typedef struct {
    gint64 photo_id;
    Rating before, now;
} RatingResult;

/* Changes `viewer`'s ratings, all of them or, on an error, none. Photos that `viewer` may not know
 * of are passed over, and so is every mention of a photo but its first. A RatingResult for each
 * that was changed, in the order of the wishes. */
GArray *rating_apply(Library *library, const Principal *viewer, const RatingWish *wishes,
                     gsize count, GError **error);
