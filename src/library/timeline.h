/* The library along time: groups of days, weeks, months or years. Photos without a date are in
 * none, nor are those that lists hide behind another. */
#pragma once

#include "library/access.h"
#include "library/library.h"

/* "2024-03-03", "2024-W09", "2024-03", "2024". Weeks begin on Monday; those before a year's first
 * Monday are its week 00 (strftime's %W, not ISO's). */
typedef enum { TIMELINE_DAYS, TIMELINE_WEEKS, TIMELINE_MONTHS, TIMELINE_YEARS } TimelineGrain;

/* Days since 1970-01-01, both included. */
typedef struct {
    gint32 from, to;
} TimelineSpan;

typedef struct {
    char key[sizeof "YYYY-MM-DD"];
    gint64 count;
    char *hero_path; /* of the best photo, and of equal ones the first by path */
    GArray *photos;  /* timeline_page: of gint64, the ids of the first of them; else NULL */
} TimelineGroup;

/* Every group of the span, oldest first. `hide_duplicates`: of photos with the same content one
 * counts. Of TimelineGroup. */
GArray *timeline_groups(Library *library, const Principal *viewer, TimelineGrain grain,
                        TimelineSpan span, gboolean hide_duplicates, GError **error);

typedef enum { TIMELINE_BY_SCORE, TIMELINE_BY_DATE, TIMELINE_BY_NAME } TimelineOrder;

typedef struct {
    TimelineGrain grain;
    TimelineSpan span;
    gboolean hide_duplicates;
    const char *cursor; /* a key; the page begins after it; NULL: at its end of time */
    gboolean newer;     /* oldest first; else newest first */
    guint groups;       /* at most; fewer when their photos would be over LIMIT_TIMELINE_PHOTOS */
    guint photos_per_group;
    TimelineOrder order; /* of the photos of a group; ties by path */
} TimelineQuestion;

/* A page of groups with their first photos. Of TimelineGroup. */
GArray *timeline_page(Library *library, const Principal *viewer, const TimelineQuestion *question,
                      gboolean *ret_more, GError **error);
