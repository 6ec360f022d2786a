/* Tells whoever follows /api/albumen/events what changes, in whatever process: the library's
 * version, that of the datasets, and the scan, looked at once a second. */
#pragma once

#include "http/http.h"
#include "library/library.h"

typedef struct Tidings Tidings;

/* `library` and `events` must outlive it. */
Tidings *tidings_start(Library *library, HttpEvents *events);
void tidings_stop(Tidings *tidings);
