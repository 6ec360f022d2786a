/* Watches the sources while the server runs, and has what changed in them scanned (docs/internals/
 * scan.md): by inotify, folder by folder, a moment after the last change; where that does not work,
 * by looking through the whole source from time to time. Sources that are added or removed, by
 * whatever process, are noticed. */
#pragma once

#include "library/library.h"

typedef struct Watch Watch;

typedef struct {
    Library *library;
    int rescan_minutes; /* between two looks at a source that cannot be watched */
    /* Called on the watch's thread when it has queued a scan. */
    void (*queued)(gpointer data);
    /* Called there once, when every source is watched: what a scan sees from now on is not missed.
     */
    void (*ready)(gpointer data);
    gpointer data;
} WatchOptions;

/* What the options point to must outlive it. */
Watch *watch_start(const WatchOptions *options);
void watch_stop(Watch *watch); /* may be NULL */

/* The list of sources has changed: looks at once. Any thread. */
void watch_wake(Watch *watch);

/* Whether changes in the source are noticed at once, and what is amiss with it, in a sentence
 * (NULL: nothing; owned by the caller). Any thread; `watch` NULL: nobody watches. */
gboolean watch_sees(Watch *watch, gint64 source_id, char **ret_problem);
