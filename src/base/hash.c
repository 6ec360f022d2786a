#include "base/hash.h"

#include "base/error.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

/* Large enough that the calls do not count, small enough to stay in the second-level cache. */
#define READ_BYTES (256U << 10)

G_STATIC_ASSERT(HASH_BYTES == crypto_generichash_BYTES);

void hash_init(void)
{
    if (sodium_init() < 0) {
        g_error("libsodium does not start");
    }
}

void hash_data(const void *data, gsize length, ContentHash *ret_hash)
{
    crypto_generichash(ret_hash->bytes, HASH_BYTES, data, length, NULL, 0);
}

static gboolean hash_up_to(int fd, gint64 end, ContentHash *ret_hash, gint64 *ret_length,
                           GError **error)
{
    g_autofree guint8 *buffer = g_malloc(READ_BYTES);
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);

    gint64 offset = 0;
    while (offset < end) {
        ssize_t got = pread(fd, buffer, (gsize)MIN(end - offset, (gint64)READ_BYTES), offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return error_set_errno(error, errno, "read the file");
        }
        if (got == 0) {
            break;
        }
        crypto_generichash_update(&state, buffer, (unsigned long long)got);
        offset += got;
    }
    crypto_generichash_final(&state, ret_hash->bytes, HASH_BYTES);
    if (ret_length) {
        *ret_length = offset;
    }
    return TRUE;
}

gboolean hash_file(int fd, ContentHash *ret_hash, gint64 *ret_length, GError **error)
{
    return hash_up_to(fd, G_MAXINT64, ret_hash, ret_length, error);
}

gboolean hash_file_beginning(int fd, gint64 length, ContentHash *ret_hash, GError **error)
{
    return hash_up_to(fd, length, ret_hash, NULL, error);
}

void hash_to_hex(const ContentHash *hash, char ret_hex[HASH_HEX_CHARS + 1])
{
    sodium_bin2hex(ret_hex, HASH_HEX_CHARS + 1, hash->bytes, HASH_BYTES);
}
