#include "studio/bytes.h"

void bytes_put_count(GByteArray *out, guint64 value)
{
    for (; value >= 0x80; value >>= 7) {
        bytes_put_u8(out, (guint)(value & 0x7f) | 0x80);
    }
    bytes_put_u8(out, (guint)value);
}

void bytes_put_text(GByteArray *out, const char *text)
{
    gsize length = text ? strlen(text) : 0;
    bytes_put_count(out, length);
    if (length > 0) {
        g_byte_array_append(out, (const guint8 *)text, (guint)length);
    }
}

void bytes_put_doubles(GByteArray *out, const double *values, gsize count)
{
    guint before = out->len;
    g_byte_array_set_size(out, before + (guint)(count * sizeof *values));
    guint8 *to = out->data + before;
    for (gsize i = 0; i < count; i++) {
        guint64 bits = 0;
        memcpy(&bits, &values[i], sizeof bits);
        bits = GUINT64_TO_LE(bits);
        memcpy(to + i * sizeof bits, &bits, sizeof bits);
    }
}

static gboolean has(BytesReader *reader, gsize count)
{
    reader->failed |= reader->left < count;
    return !reader->failed;
}

static const guint8 *take(BytesReader *reader, gsize count)
{
    const guint8 *from = reader->data;
    reader->data += count;
    reader->left -= count;
    return from;
}

guint8 bytes_get_u8(BytesReader *reader)
{
    return has(reader, 1) ? *take(reader, 1) : 0;
}

guint64 bytes_get_count(BytesReader *reader)
{
    guint64 value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        guint8 byte = bytes_get_u8(reader);
        value |= (guint64)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            return value;
        }
    }
    reader->failed = TRUE;
    return 0;
}

guint bytes_get_count_of(BytesReader *reader, gsize least_bytes, guint most)
{
    guint64 count = bytes_get_count(reader);
    if (count > most || count * least_bytes > reader->left) {
        reader->failed = TRUE;
    }
    return reader->failed ? 0 : (guint)count;
}

char *bytes_get_text(BytesReader *reader)
{
    guint length = bytes_get_count_of(reader, 1, G_MAXINT);
    if (length == 0) {
        return NULL;
    }
    const char *from = (const char *)take(reader, length);
    if (!g_utf8_validate_len(from, length, NULL)) {
        reader->failed = TRUE;
        return NULL;
    }
    return g_strndup(from, length);
}

void bytes_get_doubles(BytesReader *reader, double *ret_values, gsize count)
{
    if (reader->failed || count > reader->left / sizeof *ret_values) {
        reader->failed = TRUE;
        memset(ret_values, 0, count * sizeof *ret_values);
        return;
    }
    const guint8 *from = take(reader, count * sizeof *ret_values);
    for (gsize i = 0; i < count; i++) {
        guint64 bits = 0;
        memcpy(&bits, from + i * sizeof bits, sizeof bits);
        bits = GUINT64_FROM_LE(bits);
        memcpy(&ret_values[i], &bits, sizeof bits);
    }
}
