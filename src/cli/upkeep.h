/* What a library needs besides its jobs: ending what an earlier process could not, and emptying the
 * trash where the owner wants that. */
#pragma once

#include "cli/options.h"

/* Ends moves to and from the trash that were interrupted; says on standard error what it did. */
gboolean upkeep_recover(Library *library, GError **error);

/* Deletes for good what is older than [trash] keep_days of albumen.conf, now and every hour, from
 * the default main context; nothing where keep_days is not set. Returns what upkeep_stop takes.
 * The library must outlive it. */
typedef struct Upkeep Upkeep;
Upkeep *upkeep_start(Library *library, const Options *options, GError **error);
void upkeep_stop(Upkeep *upkeep);
