#include "base/zip_stream.h"

#include <string.h>
#include <zlib.h>

#define LOCAL_SIGNATURE      0x04034b50
#define DESCRIPTOR_SIGNATURE 0x08074b50
#define CENTRAL_SIGNATURE    0x02014b50
#define END64_SIGNATURE      0x06064b50
#define LOCATOR64_SIGNATURE  0x07064b50
#define END_SIGNATURE        0x06054b50
#define LOCAL_BYTES          30
#define DESCRIPTOR_BYTES     16
#define DESCRIPTOR64_BYTES   24
#define CENTRAL_BYTES        46
#define END64_BYTES          56
#define LOCATOR64_BYTES      20
#define END_BYTES            22
#define TIME_EXTRA_BYTES     9
#define LOCAL64_EXTRA_BYTES  20
#define EXTRA_HEAD_BYTES     4

#define FLAGS         0x0808 /* the CRC follows the content; names are UTF-8 */
#define VERSION       20
#define VERSION_ZIP64 45
#define MADE_ON_UNIX  (3 << 8)
#define FILE_MODE     (0100644U << 16)
#define EXTRA_ZIP64   0x0001
#define EXTRA_TIME    0x5455

/* What a 32-bit, or 16-bit, field says when the true number stands in the ZIP64 one. */
#define FULL32 0xffffffffU
#define FULL16 0xffffU

typedef enum { STAGE_LOCAL, STAGE_CONTENT, STAGE_DESCRIPTOR, STAGE_CENTRAL, STAGE_END } Stage;

struct ZipStream {
    const ZipEntry *entries;
    gsize count;
    ZipRead read;
    gpointer data;
    guint32 *crcs;

    Stage stage;
    gsize entry;    /* of the stage */
    guint64 left;   /* of its content */
    guint64 offset; /* STAGE_CENTRAL: where its local header stands */
    gboolean ended;
    GByteArray *pending; /* headers not given yet, from pending_at on */
    guint pending_at;
};

/* --- sizes --- */

static gboolean is_large(const ZipEntry *entry)
{
    return entry->bytes >= FULL32;
}

static guint64 local_bytes(const ZipEntry *entry)
{
    return LOCAL_BYTES + strlen(entry->name) + TIME_EXTRA_BYTES +
           (is_large(entry) ? LOCAL64_EXTRA_BYTES : 0);
}

/* Header, content and descriptor. */
static guint64 entry_bytes(const ZipEntry *entry)
{
    return local_bytes(entry) + entry->bytes +
           (is_large(entry) ? DESCRIPTOR64_BYTES : DESCRIPTOR_BYTES);
}

/* Of the numbers that do not fit into the central header. */
static guint16 central64_bytes(const ZipEntry *entry, guint64 offset)
{
    return (guint16)((is_large(entry) ? 16 : 0) + (offset >= FULL32 ? 8 : 0));
}

static guint64 central_bytes(const ZipEntry *entry, guint64 offset)
{
    guint16 large = central64_bytes(entry, offset);
    return CENTRAL_BYTES + strlen(entry->name) + TIME_EXTRA_BYTES +
           (large > 0 ? (guint)EXTRA_HEAD_BYTES + large : 0);
}

typedef struct {
    guint64 start, bytes;
} Directory;

static Directory directory_of(const ZipEntry *entries, gsize count)
{
    Directory directory = {0};
    for (gsize i = 0; i < count; i++) {
        directory.bytes += central_bytes(&entries[i], directory.start);
        directory.start += entry_bytes(&entries[i]);
    }
    return directory;
}

static gboolean end_is_large(const Directory *directory, gsize count)
{
    return count >= FULL16 || directory->start >= FULL32 || directory->bytes >= FULL32;
}

guint64 zip_stream_bytes(const ZipEntry *entries, gsize count)
{
    Directory directory = directory_of(entries, count);
    return directory.start + directory.bytes + END_BYTES +
           (end_is_large(&directory, count) ? END64_BYTES + LOCATOR64_BYTES : 0);
}

/* --- headers --- */

static void put16(GByteArray *bytes, guint64 number)
{
    guint16 little = GUINT16_TO_LE((guint16)number);
    g_byte_array_append(bytes, (const guint8 *)&little, sizeof little);
}

static void put32(GByteArray *bytes, guint64 number)
{
    guint32 little = GUINT32_TO_LE((guint32)number);
    g_byte_array_append(bytes, (const guint8 *)&little, sizeof little);
}

static void put64(GByteArray *bytes, guint64 number)
{
    guint64 little = GUINT64_TO_LE(number);
    g_byte_array_append(bytes, (const guint8 *)&little, sizeof little);
}

/* The number, or what says that it stands elsewhere. */
static void put32_or_full(GByteArray *bytes, guint64 number)
{
    put32(bytes, MIN(number, FULL32));
}

/* MS-DOS time and date, to two seconds, from 1980 to 2107; who knows the extra field needs neither.
 */
static void put_dos_time(GByteArray *bytes, gint64 modified_s)
{
    const gint64 first_s = 315532800, last_s = 4354819199; /* 1980-01-01, 2107-12-31 */
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(CLAMP(modified_s, first_s, last_s));
    put16(bytes, (guint64)(g_date_time_get_hour(time) << 11 | g_date_time_get_minute(time) << 5 |
                           g_date_time_get_second(time) / 2));
    put16(bytes, (guint64)((g_date_time_get_year(time) - 1980) << 9 |
                           g_date_time_get_month(time) << 5 | g_date_time_get_day_of_month(time)));
}

static void put_time_extra(GByteArray *bytes, gint64 modified_s)
{
    const guint8 has_modified = 1;
    put16(bytes, EXTRA_TIME);
    put16(bytes, TIME_EXTRA_BYTES - EXTRA_HEAD_BYTES);
    g_byte_array_append(bytes, &has_modified, 1);
    put32(bytes, (guint64)CLAMP(modified_s, 0, G_MAXINT32));
}

static void put_name(GByteArray *bytes, const char *name)
{
    g_byte_array_append(bytes, (const guint8 *)name, (guint)strlen(name));
}

/* What both headers of an entry have in common, up to the length of the name. */
static void put_entry(GByteArray *bytes, const ZipEntry *entry, gboolean zip64, guint32 crc)
{
    put16(bytes, zip64 ? VERSION_ZIP64 : VERSION);
    put16(bytes, FLAGS);
    put16(bytes, 0); /* stored */
    put_dos_time(bytes, entry->modified_s);
    put32(bytes, crc);
    put32_or_full(bytes, entry->bytes);
    put32_or_full(bytes, entry->bytes);
    put16(bytes, strlen(entry->name));
}

/* The sizes are told here too, although the descriptor has them: who reads without seeking can then
 * pass over a content. */
static void put_local(GByteArray *bytes, const ZipEntry *entry)
{
    put32(bytes, LOCAL_SIGNATURE);
    put_entry(bytes, entry, is_large(entry), 0);
    put16(bytes, TIME_EXTRA_BYTES + (is_large(entry) ? LOCAL64_EXTRA_BYTES : 0));
    put_name(bytes, entry->name);
    if (is_large(entry)) {
        put16(bytes, EXTRA_ZIP64);
        put16(bytes, LOCAL64_EXTRA_BYTES - EXTRA_HEAD_BYTES);
        put64(bytes, entry->bytes);
        put64(bytes, entry->bytes);
    }
    put_time_extra(bytes, entry->modified_s);
}

static void put_descriptor(GByteArray *bytes, const ZipEntry *entry, guint32 crc)
{
    void (*put_size)(GByteArray *, guint64) = is_large(entry) ? put64 : put32;
    put32(bytes, DESCRIPTOR_SIGNATURE);
    put32(bytes, crc);
    put_size(bytes, entry->bytes);
    put_size(bytes, entry->bytes);
}

static void put_central(GByteArray *bytes, const ZipEntry *entry, guint32 crc, guint64 offset)
{
    guint16 large = central64_bytes(entry, offset);
    put32(bytes, CENTRAL_SIGNATURE);
    put16(bytes, MADE_ON_UNIX | VERSION_ZIP64);
    put_entry(bytes, entry, large > 0, crc);
    put16(bytes, TIME_EXTRA_BYTES + (large > 0 ? (guint)EXTRA_HEAD_BYTES + large : 0));
    put16(bytes, 0); /* no comment */
    put16(bytes, 0); /* on the first disk */
    put16(bytes, 0);
    put32(bytes, FILE_MODE);
    put32_or_full(bytes, offset);
    put_name(bytes, entry->name);
    if (large > 0) {
        put16(bytes, EXTRA_ZIP64);
        put16(bytes, large);
    }
    if (is_large(entry)) {
        put64(bytes, entry->bytes);
        put64(bytes, entry->bytes);
    }
    if (offset >= FULL32) {
        put64(bytes, offset);
    }
    put_time_extra(bytes, entry->modified_s);
}

static void put_end64(GByteArray *bytes, const Directory *directory, gsize count)
{
    put32(bytes, END64_SIGNATURE);
    put64(bytes, END64_BYTES - 12); /* of what follows */
    put16(bytes, MADE_ON_UNIX | VERSION_ZIP64);
    put16(bytes, VERSION_ZIP64);
    put32(bytes, 0); /* this disk, and that of the directory */
    put32(bytes, 0);
    put64(bytes, count);
    put64(bytes, count);
    put64(bytes, directory->bytes);
    put64(bytes, directory->start);
    put32(bytes, LOCATOR64_SIGNATURE);
    put32(bytes, 0);
    put64(bytes, directory->start + directory->bytes);
    put32(bytes, 1); /* disks */
}

static void put_end(GByteArray *bytes, const ZipEntry *entries, gsize count)
{
    Directory directory = directory_of(entries, count);
    if (end_is_large(&directory, count)) {
        put_end64(bytes, &directory, count);
    }
    put32(bytes, END_SIGNATURE);
    put16(bytes, 0);
    put16(bytes, 0);
    put16(bytes, MIN(count, FULL16));
    put16(bytes, MIN(count, FULL16));
    put32_or_full(bytes, directory.bytes);
    put32_or_full(bytes, directory.start);
    put16(bytes, 0); /* no comment */
}

/* --- the stream --- */

ZipStream *zip_stream_new(const ZipEntry *entries, gsize count, ZipRead read, gpointer data)
{
    ZipStream *stream = g_new0(ZipStream, 1);
    for (gsize i = 0; i < count; i++) {
        g_assert(strlen(entries[i].name) <= ZIP_NAME_BYTES_MOST);
    }
    stream->entries = entries;
    stream->count = count;
    stream->read = read;
    stream->data = data;
    stream->crcs = g_new0(guint32, count);
    stream->stage = count > 0 ? STAGE_LOCAL : STAGE_END;
    stream->pending = g_byte_array_new();
    return stream;
}

void zip_stream_free(ZipStream *stream)
{
    if (!stream) {
        return;
    }
    g_byte_array_unref(stream->pending);
    g_free(stream->crcs);
    g_free(stream);
}

/* Goes to the next entry of a stage that has one turn for each, or to the stage after it. */
static void next_entry(ZipStream *stream, Stage same, Stage after)
{
    stream->entry++;
    stream->stage = same;
    if (stream->entry == stream->count) {
        stream->entry = 0;
        stream->stage = after;
    }
}

/* Puts the headers that come next into `pending`. */
static void write_headers(ZipStream *stream)
{
    const ZipEntry *entry = &stream->entries[stream->entry];
    guint32 *crc = &stream->crcs[stream->entry];
    switch (stream->stage) {
    case STAGE_LOCAL:
        put_local(stream->pending, entry);
        *crc = (guint32)crc32(0, NULL, 0);
        stream->left = entry->bytes;
        stream->stage = STAGE_CONTENT;
        break;
    case STAGE_CONTENT:
        break;
    case STAGE_DESCRIPTOR:
        put_descriptor(stream->pending, entry, *crc);
        next_entry(stream, STAGE_LOCAL, STAGE_CENTRAL);
        break;
    case STAGE_CENTRAL:
        put_central(stream->pending, entry, *crc, stream->offset);
        stream->offset += entry_bytes(entry);
        next_entry(stream, STAGE_CENTRAL, STAGE_END);
        break;
    case STAGE_END:
        put_end(stream->pending, stream->entries, stream->count);
        stream->ended = TRUE;
        break;
    }
}

static gsize take_pending(ZipStream *stream, guint8 *buffer, gsize most)
{
    gsize taken = MIN(most, stream->pending->len - stream->pending_at);
    if (taken > 0) {
        memcpy(buffer, stream->pending->data + stream->pending_at, taken);
    }
    stream->pending_at += (guint)taken;
    if (stream->pending_at == stream->pending->len) {
        g_byte_array_set_size(stream->pending, 0);
        stream->pending_at = 0;
    }
    return taken;
}

static gssize read_content(ZipStream *stream, guint8 *buffer, gsize most, GError **error)
{
    gsize wanted = (gsize)MIN(stream->left, most);
    gssize given = stream->read(stream->data, stream->entry, buffer, wanted, error);
    if (given < 0) {
        return -1;
    }
    if (given == 0 || (gsize)given > wanted) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "%s changed while it was put into an archive",
                    stream->entries[stream->entry].name);
        return -1;
    }
    guint32 *crc = &stream->crcs[stream->entry];
    *crc = (guint32)crc32_z(*crc, buffer, (gsize)given);
    stream->left -= (guint64)given;
    return given;
}

gssize zip_stream_pull(ZipStream *stream, guint8 *buffer, gsize most, GError **error)
{
    gsize given = 0;
    while (given < most) {
        if (stream->pending->len > 0) {
            given += take_pending(stream, buffer + given, most - given);
        } else if (stream->stage == STAGE_CONTENT && stream->left > 0) {
            gssize content = read_content(stream, buffer + given, most - given, error);
            if (content < 0) {
                return -1;
            }
            given += (gsize)content;
        } else if (stream->stage == STAGE_CONTENT) {
            stream->stage = STAGE_DESCRIPTOR;
        } else if (stream->ended) {
            break;
        } else {
            write_headers(stream);
        }
    }
    return (gssize)given;
}
