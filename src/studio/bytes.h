/* Little-endian bytes of our own making: written into a GByteArray, read with every length checked.
 * What geometry columns and packed shapes are made of. */
#pragma once

#include <glib.h>
#include <string.h>

static inline void bytes_put_u8(GByteArray *out, guint value)
{
    guint8 byte = (guint8)value;
    g_byte_array_append(out, &byte, 1);
}

/* Seven bits a byte, the low ones first, the top bit set on all but the last. */
void bytes_put_count(GByteArray *out, guint64 value);
/* The length and the text; NULL is written as "". */
void bytes_put_text(GByteArray *out, const char *text);
/* IEEE 754, 8 bytes each. */
void bytes_put_doubles(GByteArray *out, const double *values, gsize count);

/* Reads from its start; once something was missing `failed` stays set and all else reads as 0. */
typedef struct {
    const guint8 *data;
    gsize left;
    gboolean failed;
} BytesReader;

guint8 bytes_get_u8(BytesReader *reader);
guint64 bytes_get_count(BytesReader *reader);
/* A count of things of which each takes at least `least_bytes` of what is left; more than `most`,
 * or than there can be, fails. */
guint bytes_get_count_of(BytesReader *reader, gsize least_bytes, guint most);
/* Valid UTF-8 without NUL, else it fails; the caller's. "" is NULL. */
char *bytes_get_text(BytesReader *reader);
void bytes_get_doubles(BytesReader *reader, double *ret_values, gsize count);
