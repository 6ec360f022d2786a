/* How often somebody may try a password: a bucket of attempts for each name and for each address,
 * which fills up again slowly. In memory; safe from any thread.
 *
 * The buckets are a table of fixed size, found by a keyed hash that nobody outside can aim at: the
 * memory is bounded whatever names and addresses come, and two that share a bucket are only limited
 * sooner. */
#pragma once

#include <glib.h>

typedef struct Attempts Attempts;

Attempts *attempts_new(void);
void attempts_free(Attempts *attempts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attempts, attempts_free)

/* Takes an attempt for both, at `now_us` (g_get_monotonic_time); FALSE when either has none left,
 * and then takes none. */
gboolean attempts_take(Attempts *attempts, const char *name, const char *address, gint64 now_us);

/* The attempt that was taken succeeded: the name's bucket is full again, the address has its
 * attempt back. */
void attempts_succeeded(Attempts *attempts, const char *name, const char *address);
