/* How often each key asks: at most so many requests in any hour. In memory, of this process; safe
 * from any thread.
 *
 * The hour slides by minutes: a request counts for 60 of them, and for what is left of the one it
 * came in. */
#pragma once

#include <glib.h>

typedef struct Rate Rate;

typedef struct {
    gint64 limit, remaining;
    gint64 reset_seconds; /* since 1970: when the oldest that counts ceases to */
    gint64 retry_seconds; /* until then, at least 1 */
} RateState;

/* `limit`: requests an hour, of a key that was given none. */
Rate *rate_new(gint64 limit);
void rate_free(Rate *rate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rate, rate_free)

/* What a key may that was given `own`: it only lowers; 0 is none. */
gint64 rate_limit_of(const Rate *rate, gint64 own);

/* Counts a request, unless there are too many already: then FALSE. */
gboolean rate_count(Rate *rate, gint64 key, gint64 own, gint64 now_seconds);
void rate_look(Rate *rate, gint64 key, gint64 own, gint64 now_seconds, RateState *ret_state);
