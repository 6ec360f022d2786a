/* Private to library/: the file that a backup is. A tar archive (POSIX pax) under Zstandard, so
 * that its parts can be had without this program. After every BACKUP_HASHED_MEMBERS members one
 * more, "hashes/N.json", names them with their BLAKE2b; the last member, "end.json", closes the
 * archive, so that one that was cut off is known by its end and an altered one by name. Behind the
 * archive stands a seal, the BLAKE2b of every byte before it in a frame that Zstandard skips: what
 * the members' hashes do not cover (times, padding) is proven by it. */
#pragma once

#include "base/error.h"
#include "base/hash.h"

#include <jansson.h>

#define BACKUP_HASHED_MEMBERS 1000

/* Names of members are bytes, with '/' between their parts. */

typedef struct BackupWriter BackupWriter;

/* Takes the descriptor, of a new and empty file, that can be read too. */
BackupWriter *backup_writer_new(int fd, GError **error);
/* A member of these bytes, in one. */
gboolean backup_writer_add(BackupWriter *writer, const char *name, gconstpointer data, gsize length,
                           GError **error);
/* A member read from an open file of `length` bytes; CONFLICT when it became shorter meanwhile. */
gboolean backup_writer_add_file(BackupWriter *writer, const char *name, int fd, gint64 length,
                                gint64 modified_ns, GError **error);
/* Writes the end, with `end` in it (an object; taken), and syncs the file. */
gboolean backup_writer_finish(BackupWriter *writer, json_t *end, GError **error);
gint64 backup_writer_members(const BackupWriter *writer);
void backup_writer_free(BackupWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BackupWriter, backup_writer_free)

typedef struct BackupReader BackupReader;

/* NOT_FOUND, FORBIDDEN, or CORRUPT when it is no backup. */
BackupReader *backup_reader_open(const char *path, GError **error);
/* Goes to the next member, having read the one before to its end: *ret_name is NULL after the last
 * one, when all is proven. The name is the reader's. CORRUPT with the name of the member that is
 * altered, or after which the archive is cut off. */
gboolean backup_reader_next(BackupReader *reader, const char **ret_name, gint64 *ret_bytes,
                            GError **error);
/* Up to `length` bytes of the member; 0 at its end, -1 on error. */
gssize backup_reader_read(BackupReader *reader, gpointer data, gsize length, GError **error);
gint64 backup_reader_modified_ns(const BackupReader *reader);
/* What backup_writer_finish was given; NULL before the end. The reader's. */
const json_t *backup_reader_end(const BackupReader *reader);
void backup_reader_free(BackupReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BackupReader, backup_reader_free)
