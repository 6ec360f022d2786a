#include "media/exif_values.h"

#include "base/limits.h"
#include "media/facts.h"
#include "media/text_fact.h"

/* TIFF 6.0, section 2, and 13 (IFD) of its supplement. */
enum {
    TYPE_BYTE = 1,
    TYPE_ASCII,
    TYPE_SHORT,
    TYPE_LONG,
    TYPE_RATIONAL,
    TYPE_SBYTE,
    TYPE_UNDEFINED,
    TYPE_SSHORT,
    TYPE_SLONG,
    TYPE_SRATIONAL,
    TYPE_FLOAT,
    TYPE_DOUBLE,
    TYPE_IFD,
};

static gsize type_bytes(guint16 type)
{
    static const guint8 sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
    return type < G_N_ELEMENTS(sizes) ? sizes[type] : 0;
}

guint16 exif_u16(const ExifTiff *tiff, const guint8 *bytes)
{
    return (guint16)(tiff->big_endian ? bytes[0] << 8 | bytes[1] : bytes[1] << 8 | bytes[0]);
}

guint32 exif_u32(const ExifTiff *tiff, const guint8 *bytes)
{
    guint32 first = exif_u16(tiff, bytes), second = exif_u16(tiff, bytes + 2);
    return tiff->big_endian ? first << 16 | second : second << 16 | first;
}

gboolean exif_tiff_open(const ByteSource *source, ExifTiff *ret_tiff, gint64 *ret_directory)
{
    guint8 head[8];
    if (!source_read_all(source, 0, head, sizeof head)) {
        return FALSE;
    }
    gboolean big = head[0] == 'M' && head[1] == 'M';
    if (!big && (head[0] != 'I' || head[1] != 'I')) {
        return FALSE;
    }
    *ret_tiff = (ExifTiff){.source = *source, .big_endian = big};
    switch (exif_u16(ret_tiff, head + 2)) {
    case 42:
    case 0x0055: /* RW2 */
    case 0x4F52: /* ORF */
    case 0x5352:
        *ret_directory = exif_u32(ret_tiff, head + 4);
        return TRUE;
    default:
        return FALSE;
    }
}

ExifEntry exif_entry_parse(const ExifTiff *tiff, const guint8 bytes[12])
{
    ExifEntry entry = {
        .tiff = tiff,
        .tag = exif_u16(tiff, bytes),
        .type = exif_u16(tiff, bytes + 2),
        .count = exif_u32(tiff, bytes + 4),
    };
    memcpy(entry.field, bytes + 8, sizeof entry.field);
    return entry;
}

/* Reads `length` bytes of the value from its byte `start`. */
static gboolean read_value(const ExifEntry *entry, guint64 start, void *buffer, gsize length)
{
    guint64 total = (guint64)entry->count * type_bytes(entry->type);
    if (start + length > total) {
        return FALSE;
    }
    if (total <= sizeof entry->field) {
        memcpy(buffer, entry->field + start, length);
        return TRUE;
    }
    gint64 offset = exif_u32(entry->tiff, entry->field);
    return source_read_all(&entry->tiff->source, offset + (gint64)start, buffer, length);
}

GBytes *exif_entry_bytes(const ExifEntry *entry, gsize cap_bytes)
{
    guint64 total = (guint64)entry->count * type_bytes(entry->type);
    /* The source's length bounds the allocation too: a short file cannot ask for much. */
    if (total == 0 || total > cap_bytes || (gint64)total > entry->tiff->source.length) {
        return NULL;
    }
    g_autofree guint8 *data = g_malloc(total);
    return read_value(entry, 0, data, total) ? g_bytes_new_take(g_steal_pointer(&data), total)
                                             : NULL;
}

/* Text longer than is ever kept is read only so far. */
static gsize read_text(const ExifEntry *entry, guint8 *buffer, gsize cap_bytes)
{
    if (type_bytes(entry->type) != 1) {
        return 0;
    }
    gsize length = MIN(entry->count, cap_bytes);
    return read_value(entry, 0, buffer, length) ? length : 0;
}

char *exif_entry_text(const ExifEntry *entry)
{
    guint8 buffer[4 * LIMIT_TEXT_FACT_BYTES];
    gsize length = read_text(entry, buffer, sizeof buffer);
    return text_fact_new(buffer, length);
}

char *exif_entry_text_utf16(const ExifEntry *entry)
{
    guint8 buffer[4 * LIMIT_TEXT_FACT_BYTES];
    gsize length = read_text(entry, buffer, sizeof buffer);
    return text_fact_new_utf16le(buffer, length);
}

static double ratio(double numerator, double denominator)
{
    return denominator == 0 ? NAN : numerator / denominator;
}

double exif_entry_number(const ExifEntry *entry, guint i)
{
    guint8 bytes[8];
    gsize size = type_bytes(entry->type);
    if (size == 0 || !read_value(entry, (guint64)i * size, bytes, size)) {
        return NAN;
    }
    const ExifTiff *tiff = entry->tiff;
    guint32 low = size >= 4 ? exif_u32(tiff, bytes) : 0;
    guint32 high = size == 8 ? exif_u32(tiff, bytes + 4) : 0;
    guint64 both = tiff->big_endian ? (guint64)low << 32 | high : (guint64)high << 32 | low;
    float single;
    double wide;
    switch (entry->type) {
    case TYPE_BYTE:
        return bytes[0];
    case TYPE_SBYTE:
        return (gint8)bytes[0];
    case TYPE_SHORT:
        return exif_u16(tiff, bytes);
    case TYPE_SSHORT:
        return (gint16)exif_u16(tiff, bytes);
    case TYPE_LONG:
    case TYPE_IFD:
        return low;
    case TYPE_SLONG:
        return (gint32)low;
    case TYPE_RATIONAL:
        return ratio(low, high);
    case TYPE_SRATIONAL:
        return ratio((gint32)low, (gint32)high);
    case TYPE_FLOAT:
        memcpy(&single, &low, sizeof single);
        return (double)single;
    case TYPE_DOUBLE:
        memcpy(&wide, &both, sizeof wide);
        return wide;
    default:
        return NAN;
    }
}

gint64 exif_entry_integer(const ExifEntry *entry)
{
    double number = exif_entry_number(entry, 0);
    return number >= G_MININT32 && number <= G_MAXUINT32 ? (gint64)number : FACT_NONE;
}
