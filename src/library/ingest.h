/* Bringing files into the library: the rows that a scan writes. Each call
 * runs in the caller's write transaction unless it says otherwise. Paths are texts
 * (base/path_text.h). */
#pragma once

#include "base/hash.h"
#include "media/picture.h"
#include "store/store.h"

/* What the library knows of a file: enough to tell whether it changed. */
typedef struct {
    gint64 file_bytes;
    gint64 modified_ns;
    gboolean is_photo; /* has a row in photo */
    gboolean failed;   /* has one in failure, of these bytes and this time */
    gboolean retry; /* it was refused rather than broken: that may pass while it stays as it is */
    gboolean present;
} KnownFile;

/* The files of a folder by name (text) -> KnownFile; reads only. Empty for a folder that is not
 * known. */
GHashTable *ingest_known_files(StoreTx *tx, const char *folder_path, GError **error);

/* The ids of every folder of the source that has photos present or failures, by path -> gint64;
 * reads only. */
GHashTable *ingest_known_folders(StoreTx *tx, gint64 source_id, GError **error);

typedef struct {
    gint64 source_id;
    const char *folder_path;
    const char *name;
    gint64 file_bytes;
    gint64 modified_ns;
} IngestFile;

/* Writes what was read from the file: a new photo, or an old one brought up to date (its identity
 * stays). Clears its failure. */
gboolean ingest_photo(StoreTx *tx, const IngestFile *file, const MediaPicture *picture,
                      GError **error);

/* Records why the file could not be read. A photo that the file was before keeps its row. */
gboolean ingest_failure(StoreTx *tx, const IngestFile *file, const GError *failure, GError **error);

/* The file is not there any more: its photo is marked missing and keeps all else; its failure is
 * forgotten. */
gboolean ingest_missing(StoreTx *tx, const char *folder_path, const char *name, GError **error);
/* The same for every file directly in a folder. */
gboolean ingest_folder_missing(StoreTx *tx, gint64 folder_id, gint64 *ret_photos, GError **error);
/* The file is there again, unchanged. */
gboolean ingest_returned(StoreTx *tx, const char *folder_path, const char *name, GError **error);
