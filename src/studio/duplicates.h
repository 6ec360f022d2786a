/* Items of a dataset that show nearly the same: by the perceptual hashes of their photos, and by
 * their vectors where the library has them, as library/similar.h weighs the two. */
#pragma once

#include "studio/item.h"

typedef struct {
    double threshold;      /* 0..1: pairs of at least this similarity */
    gint64 sample;         /* items that are looked at, at most LIMIT_DUPLICATES_SAMPLE */
    gint64 neighbors;      /* the most similar ones of each item that count */
    gint64 max_pairs;      /* the most similar ones of all that count */
    const char *directory; /* in it and beneath it; NULL: everywhere */
} DuplicatesWanted;

typedef struct {
    GPtrArray *items;  /* of Item, borrowed from Duplicates.items; at least two */
    double similarity; /* the greatest of its pairs */
} DuplicatesGroup;

typedef struct {
    GPtrArray *items;  /* of Item: the sample, the newest ones */
    GPtrArray *groups; /* of DuplicatesGroup, the largest first */
    gint64 total;      /* items in use there */
    gint64 analyzed;   /* of the sample: those with a photo in the library */
    gboolean sample_capped, pairs_capped;
} Duplicates;
void duplicates_free(Duplicates *duplicates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Duplicates, duplicates_free)

/* Whoever is linked to another by such a pair is of its group. Not inside a transaction. */
Duplicates *duplicates_find(Library *library, const Dataset *dataset,
                            const DuplicatesWanted *wanted, GError **error);
