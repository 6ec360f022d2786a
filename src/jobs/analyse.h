/* Shows the library's photos to models, and keeps what they find. docs/internals/analysis.md. */
#pragma once

#include "jobs/vision_pool.h"
#include "library/library.h"

typedef struct {
    gint64 done;    /* looked at, and kept */
    gint64 failed;  /* could not be looked at */
    gint64 pending; /* wait */
} AnalyseProgress;

/* Called as it goes on, on any of its threads, one at a time. */
typedef void (*AnalyseReport)(const AnalyseProgress *progress, gpointer data);

typedef struct {
    Library *library;
    VisionPool *vision;
    int tasks;             /* of VisionTask; those that no model can do are passed over */
    gboolean retry_failed; /* look again at what could not be looked at */
    AnalyseReport report;  /* may be NULL */
    gpointer report_data;
    GCancellable *cancellable; /* may be NULL */
} AnalyseOptions;

/* Works until nothing waits. May be stopped at any moment and run again. Follows the models when
 * they change meanwhile. UNAVAILABLE: there is no runtime, or a model stopped working; CANCELLED.
 * *ret_progress is filled in either case. */
gboolean analyse_run(const AnalyseOptions *options, AnalyseProgress *ret_progress, GError **error);

/* Whether a photo waits for anything that the models in use can do. */
gboolean analyse_is_pending(Library *library, VisionPool *vision, gboolean *ret_pending,
                            GError **error);
