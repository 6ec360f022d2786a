#include "api/albumen/tus.h"

#include "base/limits.h"

#include <string.h>

#define MOST_BYTES (1LL << 53) /* what a number in JSON can say */

gboolean tus_parse_bytes(const char *text, gint64 *ret_bytes)
{
    gint64 bytes = 0;
    if (!text || !*text || strlen(text) > 16) {
        return FALSE;
    }
    for (; *text; text++) {
        if (!g_ascii_isdigit(*text)) {
            return FALSE;
        }
        bytes = bytes * 10 + g_ascii_digit_value(*text);
    }
    *ret_bytes = bytes;
    return bytes <= MOST_BYTES;
}

void tus_metadata_clear(TusMetadata *metadata)
{
    g_free(metadata->filename);
}

static gboolean fail(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "Upload-Metadata should be pairs of a key and a value in base64");
    return FALSE;
}

/* As a text; NULL when it is no base64, or no text. */
static char *decode(const char *value)
{
    gsize length = strlen(value), bytes;
    if (length % 4 != 0 ||
        strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") +
                strspn(value + strcspn(value, "="), "=") !=
            length) {
        return NULL;
    }
    g_autofree guchar *decoded = g_base64_decode(value, &bytes);
    return g_utf8_validate((const char *)decoded, (gssize)bytes, NULL)
               ? g_strndup((const char *)decoded, bytes)
               : NULL;
}

static gboolean is_key(const char *key)
{
    for (const char *at = key; *at; at++) {
        if (!g_ascii_isgraph(*at)) {
            return FALSE;
        }
    }
    return *key != '\0';
}

/* Milliseconds since 1970, as browsers tell a file's time; what is before or far ahead is no time.
 */
static gint64 parse_time(const char *text)
{
    gint64 ms;
    return tus_parse_bytes(text, &ms) && ms < 32503680000000 /* the year 3000 */ ? ms : 0;
}

static void take(TusMetadata *metadata, const char *key, const char *value)
{
    if (strcmp(key, "filename") == 0 || (strcmp(key, "name") == 0 && !metadata->filename)) {
        g_free(metadata->filename);
        metadata->filename = g_strdup(value);
    } else if (strcmp(key, "lastModified") == 0) {
        metadata->modified_ms = parse_time(value);
    } else if (strcmp(key, "skip_duplicates") == 0) {
        metadata->skip_duplicates = strcmp(value, "0") != 0 && strcmp(value, "false") != 0;
    }
}

gboolean tus_metadata_parse(const char *header, TusMetadata *ret_metadata, GError **error)
{
    *ret_metadata = (TusMetadata){0};
    if (header && strlen(header) > LIMIT_UPLOAD_METADATA_BYTES) {
        return fail(error);
    }
    g_auto(GStrv) pairs = g_strsplit(header ? header : "", ",", -1);
    g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; pairs[i]; i++) {
        char *key = g_strstrip(pairs[i]);
        char *space = strchr(key, ' ');
        if (space) {
            *space = '\0';
        }
        g_autofree char *value = decode(space ? g_strstrip(space + 1) : "");
        if (!value || !is_key(key) || !g_hash_table_add(keys, key)) {
            return fail(error);
        }
        take(ret_metadata, key, value);
    }
    return TRUE;
}
