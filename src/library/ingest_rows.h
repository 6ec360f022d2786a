/* Private to library/: what the parts of ingest share. */
#pragma once

#include "base/hash.h"
#include "base/ids.h"
#include "store/store.h"

/* The path of a file in a folder; owned by the caller. */
char *ingest_file_path(const char *folder_path, const char *name);
gboolean ingest_clear_failure(StoreTx *tx, const char *path, GError **error);
