/* A file on its way into the library, on the disk: bytes gather in uploads/.partial/ID beneath the
 * data folder, and a whole file comes to lie in uploads/YEAR/MONTH/NAME, by the day it arrived: a
 * picture, its RAW and its sidecar are sent together and so stay together.
 *
 * How far it is, is how long the partial file is. One process and one request at a time writes it:
 * the open file is locked, and whoever dies lets go. */
#pragma once

#include "base/hash.h"
#include "library/library.h"

typedef struct UploadFile UploadFile;

/* Names the client's file as one of ours: the last part of a path, not hidden, no longer than
 * LIMIT_UPLOAD_NAME_BYTES, a picture or an XMP sidecar by its extension. UNSUPPORTED when it is
 * neither. Owned by the caller. */
char *upload_clean_name(const char *name, GError **error);

/* UNAVAILABLE when the disk has no room for so many bytes and LIMIT_UPLOAD_SPARE_BYTES. */
gboolean upload_check_space(Library *library, gint64 bytes, GError **error);

/* The folder of uploads, absolute; made when missing. Owned by the caller; NULL on failure. */
char *upload_folder(Library *library, GError **error);

/* What a file's id begins with that came to a signed address, and waits to be called for: it is
 * swept away after LIMIT_UPLOAD_PUT_HOURS. */
#define UPLOAD_PUT_PREFIX "put-"

/* A new one. `id`: 32 hex digits, perhaps after UPLOAD_PUT_PREFIX. */
UploadFile *upload_file_make(Library *library, const char *id, GError **error);
/* One that is there; NOT_FOUND, or CONFLICT while somebody else has it open. */
UploadFile *upload_file_open(Library *library, const char *id, GError **error);
void upload_file_free(UploadFile *file);
/* Goes on under another id, in the place of a file that had it. */
gboolean upload_file_rename(UploadFile *file, const char *id, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UploadFile, upload_file_free)

/* Its length without opening it; -1 when it is not there. */
gint64 upload_file_look(Library *library, const char *id);
gint64 upload_file_bytes(const UploadFile *file);

/* TOO_LARGE beyond LIMIT_PICTURE_FILE_BYTES; UNAVAILABLE when the disk is full. */
gboolean upload_file_append(UploadFile *file, const guint8 *bytes, gsize length, GError **error);
/* What was appended outlives a power cut. */
gboolean upload_file_sync(UploadFile *file, GError **error);
/* Open for reading; the file's own. */
int upload_file_descriptor(const UploadFile *file);
gboolean upload_file_hash(const UploadFile *file, ContentHash *ret_hash, GError **error);

/* Brings it to its place, under `name` or, when that is taken, "NAME (2)"; `modified_ms` becomes
 * the file's time (0: as it is). The partial file stays until upload_file_delete. The path, a text
 * (base/path_text.h), owned by the caller; "" when it had been brought there before and it is not
 * known where. NULL on failure. */
char *upload_file_place(UploadFile *file, const char *name, gint64 arrived_ms, gint64 modified_ms,
                        GError **error);
/* Deletes the partial file; what was brought to its place stays. */
void upload_file_delete(UploadFile *file);

/* Deletes partial files that nobody has touched since `before_ms`, of an upload whose row is gone,
 * and those of UPLOAD_PUT_PREFIX that nobody has touched since `put_before_ms`. */
void upload_files_sweep(Library *library, gint64 before_ms, gint64 put_before_ms);
