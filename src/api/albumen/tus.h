/* The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload), as functions of texts. */
#pragma once

#include "base/error.h"

#define TUS_VERSION      "1.0.0"
#define TUS_EXTENSIONS   "creation,creation-with-upload,expiration,termination"
#define TUS_CONTENT_TYPE "application/offset+octet-stream"

/* A number of bytes: digits and nothing else, up to 2^53. FALSE for anything else, also NULL. */
gboolean tus_parse_bytes(const char *text, gint64 *ret_bytes);

/* What an Upload-Metadata says that means something here. */
typedef struct {
    char *filename;           /* UTF-8; NULL: not told */
    gint64 modified_ms;       /* lastModified; 0: not told, or nonsense */
    gboolean skip_duplicates; /* keep nothing whose content is here already */
} TusMetadata;

/* INVALID for a header that is not as it should be, or says a key twice, or is over
 * LIMIT_UPLOAD_METADATA_BYTES. NULL says nothing. Clear ret_metadata in any case. */
gboolean tus_metadata_parse(const char *header, TusMetadata *ret_metadata, GError **error);
void tus_metadata_clear(TusMetadata *metadata);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TusMetadata, tus_metadata_clear)
