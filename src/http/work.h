/* The threads on which a request may block, and the count of what runs there: the library cannot
 * stop while a connection is suspended, so a stop waits until nothing is left. */
#pragma once

#include <gio/gio.h>

typedef struct HttpWork HttpWork;

HttpWork *work_new(void);
/* After work_finish. */
void work_free(HttpWork *work);

typedef enum {
    WORK_NEW,   /* FALSE when LIMIT_HTTP_WORK_QUEUE wait already */
    WORK_BEGUN, /* the next piece of what was let in before: waits in any case */
} WorkKind;

/* FALSE when a task may not be run: too much waits, or the server stops. Else work_run must follow.
 */
gboolean work_reserve(HttpWork *work, WorkKind kind);
/* Has `task` called with `data` on one of the threads. */
void work_run(HttpWork *work, void (*task)(gpointer data), gpointer data);

/* Counts the streams, each of which holds memory. FALSE when there are LIMIT_HTTP_STREAMS. */
gboolean work_begin_stream(HttpWork *work);
void work_end_stream(HttpWork *work);

/* Cancelled by work_finish. */
GCancellable *work_cancellable(const HttpWork *work);
/* Takes no more, tells those that watch the cancellable, and waits until every task has returned.
 */
void work_finish(HttpWork *work);
