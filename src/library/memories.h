/* The same day in the years before. */
#pragma once

#include "library/access.h"
#include "library/library.h"

typedef struct {
    int year;
    gint64 count;   /* photos of that day */
    GArray *photos; /* of gint64: the ids of the best of them */
} MemoryYear;

#define MEMORY_YEARS_MOST 50

/* The years before the date's that have photos of its day of the month, newest first, at most
 * MEMORY_YEARS_MOST; of each at most `most` photos, the best first and equal ones by path. What the
 * viewer rejected, duplicates, and what lists hide are not among them. Of MemoryYear. */
GArray *memories_of_day(Library *library, const Principal *viewer, int year, int month, int day,
                        guint most, GError **error);
