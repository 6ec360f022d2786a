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
    gboolean kept_out; /* a person removed it */
    gboolean has_sidecar;
    gint64 sidecar_bytes, sidecar_modified_ns; /* of the sidecar whose facts the photo has */
} KnownFile;

/* The files of a folder by name (text) -> KnownFile; reads only. Empty for a folder that is not
 * known. What lies in the trash is not among them. The name "" stands for the folder itself, which
 * could not be read. */
GHashTable *ingest_known_files(StoreTx *tx, const char *folder_path, GError **error);

/* The ids of every folder of the source that has photos present or failures, by path -> gint64;
 * reads only. */
GHashTable *ingest_known_folders(StoreTx *tx, gint64 source_id, GError **error);

typedef struct {
    gint64 source_id;
    const char *folder_path;
    const char *name; /* "": the folder itself, for ingest_failure */
    gint64 file_bytes;
    gint64 modified_ns;
    gboolean has_sidecar; /* an XMP file beside it, whose facts were read too */
    gint64 sidecar_bytes, sidecar_modified_ns;
    gboolean take_back; /* although a person removed it */
} IngestFile;

/* Writes what was read from the file: a new photo, or an old one brought up to date (its identity
 * stays). Clears its failure. What was removed comes back if its content is another by now. */
gboolean ingest_photo(StoreTx *tx, const IngestFile *file, const MediaPicture *picture,
                      GError **error);

/* A photo of some content. */
typedef struct {
    gint64 photo_id;
    char *source_path;
    char *folder_path;
    char *name;
    gint64 file_bytes;
    gint64 modified_ns;
    char *root_identity; /* of the source; NULL: not known */
    gboolean source_removed;
    gboolean is_trashed; /* its file lies in the trash, and may be moved by none but
                            library/kept_out.h */
    gboolean has_sidecar;
    gint64 sidecar_bytes, sidecar_modified_ns;
} ContentMatch;
void content_match_free(ContentMatch *match);

/* The photos that have this content, at most LIMIT_SCAN_COPIES, the likeliest to have become
 * FOLDER/NAME first: the one that is there, those that are shown, those of the same name, those of
 * the same folder, those that are missing. Of ContentMatch; reads only. */
GPtrArray *ingest_find_content(StoreTx *tx, const ContentHash *content, const char *folder_path,
                               const char *name, GError **error);

typedef struct {
    gboolean moved;          /* FALSE: the photo has another content by now */
    gint64 missing_since_ms; /* it was missing; 0: it was there */
    gboolean displaced;      /* another photo had the path, and is missing now */
} IngestMoved;

/* The file is this photo's, of which the content is known: it was moved or renamed, returned, or
 * only touched. The photo takes the place and keeps all else. Another photo that was there takes
 * the old place and is missing, until its own file is found. */
gboolean ingest_move(StoreTx *tx, const IngestFile *file, gint64 photo_id,
                     const ContentHash *content, IngestMoved *ret_moved, GError **error);

/* What became of the file: the photo's id, or why it could not be read, as it was recorded.
 * CONFLICT when neither is known: it was passed over. Reads only. */
gboolean ingest_outcome(StoreTx *tx, const char *path, gint64 *ret_photo_id, GError **error);

/* Records why the file could not be read. A photo that the file was before keeps its row. */
gboolean ingest_failure(StoreTx *tx, const IngestFile *file, const GError *failure, GError **error);

/* The file is not there any more: its photo is marked missing and keeps all else; its failure is
 * forgotten. *ret_photos (may be NULL): 1 when it was there before. */
gboolean ingest_missing(StoreTx *tx, const char *folder_path, const char *name, gint64 *ret_photos,
                        GError **error);
/* The same for every file directly in a folder. */
gboolean ingest_folder_missing(StoreTx *tx, gint64 folder_id, gint64 *ret_photos, GError **error);
/* The file is there again, unchanged. With `take_back` it is shown again, too, if a person removed
 * it. */
gboolean ingest_returned(StoreTx *tx, const char *folder_path, const char *name, gboolean take_back,
                         GError **error);
