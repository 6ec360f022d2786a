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

gboolean hash_file(int fd, ContentHash *ret_hash, gint64 *ret_length, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(READ_BYTES);
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);

    gint64 offset = 0;
    for (;;) {
        ssize_t got = pread(fd, buffer, READ_BYTES, offset);
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

void hash_to_hex(const ContentHash *hash, char ret_hex[HASH_HEX_CHARS + 1])
{
    sodium_bin2hex(ret_hex, HASH_HEX_CHARS + 1, hash->bytes, HASH_BYTES);
}
