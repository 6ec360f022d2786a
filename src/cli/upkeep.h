/* What a library needs besides its jobs: ending what an earlier process could not, sweeping away
 * uploads that were given up, and emptying the trash where the owner wants that. */
#pragma once

#include "cli/options.h"

/* Ends moves to and from the trash that were interrupted; says on standard error what it did. */
gboolean upkeep_recover(Library *library, GError **error);

/* Does the rest now and every hour, from the default main context: deletes for good the uploads
 * that have expired and, where albumen.conf has [trash] keep_days, what is older in the trash.
 * Returns what upkeep_stop takes. The library must outlive it. */
typedef struct Upkeep Upkeep;
Upkeep *upkeep_start(Library *library, const Options *options, GError **error);
void upkeep_stop(Upkeep *upkeep);
