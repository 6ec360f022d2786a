/* Items of a dataset that look like one of them, as library/similar.h weighs it. */
#pragma once

#include "studio/item.h"

typedef struct {
    char uuid[UUID_CHARS + 1];
    double similarity;
} LookAlike;

typedef struct {
    double threshold;      /* 0..1: at least so alike */
    guint limit;           /* at most LIMIT_SIMILAR_PHOTOS */
    const char *directory; /* clean path: in it and beneath it; "/": everywhere */
} LookAlikesWanted;

/* The most alike first; of LookAlike. Empty when the item's photo is not in the library. Not inside
 * a transaction. */
GArray *look_alikes_of(Library *library, const Item *item, const LookAlikesWanted *wanted,
                       GError **error);
