/* Content hashes: BLAKE2b-256 (RFC 7693) by libsodium. The hash names content; it is never a
 * capability. */
#pragma once

#include <glib.h>

#define HASH_BYTES     32
#define HASH_HEX_CHARS 64

typedef struct {
    guint8 bytes[HASH_BYTES];
} ContentHash;

/* Must be called once before the first hash, in every process. */
void hash_init(void);

void hash_data(const void *data, gsize length, ContentHash *ret_hash);

/* Hashes a regular file from its first byte to its end with pread, so that the descriptor's offset
 * stays. The number of bytes read goes to ret_length (may be NULL). */
gboolean hash_file(int fd, ContentHash *ret_hash, gint64 *ret_length, GError **error);

/* The same of its first `length` bytes, or of all when there are fewer. */
gboolean hash_file_beginning(int fd, gint64 length, ContentHash *ret_hash, GError **error);

/* 64 lower-case hex digits and a NUL. */
void hash_to_hex(const ContentHash *hash, char ret_hex[HASH_HEX_CHARS + 1]);
