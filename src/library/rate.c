#include "library/rate.h"

#include "base/lock.h"

#define MINUTES 61 /* an hour, and the minute that has begun */

/* Of one key: how many came in each of the last minutes, by the minute's number modulo MINUTES. */
typedef struct {
    gint64 minute; /* the latest */
    gint64 total;
    gint64 counts[MINUTES];
} Hour;

struct Rate {
    gint64 limit;
    GMutex lock;
    GHashTable *hours; /* Hour by key */
    gint64 swept_minute;
};

Rate *rate_new(gint64 limit)
{
    g_assert(limit > 0);
    Rate *rate = g_new0(Rate, 1);
    rate->limit = limit;
    g_mutex_init(&rate->lock);
    rate->hours = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return rate;
}

void rate_free(Rate *rate)
{
    if (!rate) {
        return;
    }
    g_hash_table_unref(rate->hours);
    g_mutex_clear(&rate->lock);
    g_free(rate);
}

gint64 rate_limit_of(const Rate *rate, gint64 own)
{
    return own > 0 ? MIN(own, rate->limit) : rate->limit;
}

/* Forgets what is more than an hour old. A clock that was set back stands still until it has caught
 * up. */
static void advance(Hour *hour, gint64 minute)
{
    gint64 steps = MIN(minute - hour->minute, MINUTES);
    for (gint64 i = 1; i <= steps; i++) {
        gint64 *count = &hour->counts[(hour->minute + i) % MINUTES];
        hour->total -= *count;
        *count = 0;
    }
    hour->minute = MAX(minute, hour->minute);
}

static gboolean is_over(gpointer key, gpointer value, gpointer data)
{
    Hour *hour = value;
    advance(hour, *(const gint64 *)data);
    return hour->total == 0;
}

/* Keys that have not asked for an hour are not kept. */
static void sweep(Rate *rate, gint64 minute)
{
    if (minute - rate->swept_minute >= MINUTES) {
        rate->swept_minute = minute;
        g_hash_table_foreach_remove(rate->hours, is_over, &minute);
    }
}

gboolean rate_count(Rate *rate, gint64 key, gint64 own, gint64 now_seconds)
{
    gint64 minute = now_seconds / 60;
    LOCK_UNTIL_END(&rate->lock);
    sweep(rate, minute);
    Hour *hour = g_hash_table_lookup(rate->hours, &key);
    if (!hour) {
        hour = g_new0(Hour, 1);
        hour->minute = minute;
        g_hash_table_insert(rate->hours, g_memdup2(&key, sizeof key), hour);
    }
    advance(hour, minute);
    if (hour->total >= rate_limit_of(rate, own)) {
        return FALSE;
    }
    hour->total++;
    hour->counts[hour->minute % MINUTES]++;
    return TRUE;
}

/* The first minute of which something counts; the present one when nothing does. */
static gint64 oldest_minute(const Hour *hour)
{
    for (gint64 minute = MAX(hour->minute - MINUTES + 1, 0); minute < hour->minute; minute++) {
        if (hour->counts[minute % MINUTES] > 0) {
            return minute;
        }
    }
    return hour->minute;
}

void rate_look(Rate *rate, gint64 key, gint64 own, gint64 now_seconds, RateState *ret_state)
{
    gint64 oldest = now_seconds / 60, total = 0;
    {
        LOCK_UNTIL_END(&rate->lock);
        Hour *hour = g_hash_table_lookup(rate->hours, &key);
        if (hour) {
            advance(hour, now_seconds / 60);
            oldest = oldest_minute(hour);
            total = hour->total;
        }
    }
    gint64 limit = rate_limit_of(rate, own);
    gint64 reset = (oldest + MINUTES) * 60;
    *ret_state = (RateState){
        .limit = limit,
        .remaining = MAX(limit - total, 0),
        .reset_seconds = reset,
        .retry_seconds = MAX(reset - now_seconds, 1),
    };
}
