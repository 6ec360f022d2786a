/* Files that people send: the rows of uploads that go on over several requests, and what happens
 * when one is whole (library/upload_file.h has the bytes).
 *
 * An upload is its account's: to others it is not there. A whole file is in the library when
 * upload_finish returns, unless a scan finds it is no picture; somebody should look at the folder
 * then. */
#pragma once

#include "library/access.h"
#include "library/upload_file.h"

#define UPLOAD_ID_CHARS 32

typedef struct {
    char *id;
    char *name; /* cleaned */
    gint64 file_bytes;
    gint64 modified_ms; /* 0: not told */
    char *metadata;     /* Upload-Metadata as sent */
    gboolean done;
    char *path; /* when it is done, and known; a text */
    gint64 created_ms, expires_ms;
} Upload;
void upload_free(Upload *upload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Upload, upload_free)

/* What a client says of its file. */
typedef struct {
    const char *name;     /* as the client has it */
    gint64 file_bytes;    /* above 0 */
    gint64 modified_ms;   /* 0: not told */
    const char *metadata; /* "" for none */
} UploadOffer;

/* Begins one, and sweeps away those that have expired. UNSUPPORTED by the name, TOO_LARGE,
 * UNAVAILABLE without room on the disk, BUSY when the account has LIMIT_UPLOADS_OPEN. */
Upload *upload_begin(Library *library, const Principal *viewer, const UploadOffer *offer,
                     GError **error);
/* NOT_FOUND when there is none of this id, it is another account's, or it has expired. */
Upload *upload_find(Library *library, const Principal *viewer, const char *id, GError **error);
/* How many bytes of it are there. */
gint64 upload_offset(Library *library, const Upload *upload);

/* All bytes have come: brings the file to its place and marks the upload done. With `copy_id` not
 * NULL a content that `viewer` sees in the library already is not kept: that photo's id goes there,
 * else 0. */
gboolean upload_finish(Library *library, const Principal *viewer, Upload *upload, UploadFile *file,
                       gint64 *copy_id, GError **error);
/* The same for a file that came in one go and has no row; its path, the caller's, or NULL with
 * `copy_id` above 0, or NULL with an error. */
char *upload_keep(Library *library, const Principal *viewer, UploadFile *file, const char *name,
                  gint64 *copy_id, GError **error);

/* A photo of this content that the viewer sees already; 0: none. */
gboolean upload_find_copy(Library *library, const Principal *viewer, const ContentHash *hash,
                          gint64 *ret_id, GError **error);

/* Forgets it and what came of it; CONFLICT while a request is sending. A file that came to its
 * place stays. */
gboolean upload_cancel(Library *library, const Upload *upload, GError **error);

/* Deletes what has expired, rows and partial files. */
gboolean upload_sweep(Library *library, GError **error);
