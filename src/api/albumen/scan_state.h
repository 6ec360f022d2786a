/* The scan that a person should know of: "scan" of /api/albumen/library, and of the events. */
#pragma once

#include "base/json_writer.h"
#include "library/library.h"

/* An object, or null when there never was a scan. */
gboolean scan_state_write(JsonWriter *writer, StoreTx *tx, GError **error);
