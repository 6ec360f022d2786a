/* Files that lie in memory alone, for what wants a descriptor and is never kept. */
#pragma once

#include "base/error.h"

#include <glib.h>

/* Open for reading, from its beginning; -1 with UNAVAILABLE or IO. The caller closes it. */
int memory_file_new(const void *bytes, gsize length, GError **error);
