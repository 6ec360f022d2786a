#include "media/metadata.h"

#include "base/limits.h"
#include "media/boxes.h"
#include "media/exif.h"
#include "media/jpeg.h"
#include "media/xmp.h"

#include <brotli/decode.h>

#define JXL_BOXES_MAX 256 /* looked at for metadata */

typedef struct {
    ExifReader *exif;
    GBytes *xmp;
} Blocks;

static void add_exif(Blocks *blocks, GBytes *exif)
{
    if (exif) {
        ByteSource source = source_of_bytes(exif);
        exif_reader_add(blocks->exif, &source, EXIF_MAIN);
    }
}

static void add_xmp(Blocks *blocks, GBytes *xmp)
{
    if (xmp && !blocks->xmp) {
        blocks->xmp = g_bytes_ref(xmp);
    }
}

static void add_box(Blocks *blocks, const ByteSource *parent, const char *type,
                    ExifDirectory directory)
{
    Box box;
    if (box_find(parent, type, NULL, &box)) {
        exif_reader_add(blocks->exif, &box.body, directory);
    }
}

static void add_xmp_source(Blocks *blocks, const ByteSource *source)
{
    g_autoptr(GBytes) xmp = source_load(source, LIMIT_XMP_BYTES, NULL);
    add_xmp(blocks, xmp);
}

/* Canon's CR3: four TIFF structures, one a directory, in a box of its own kind; XMP beside. After
 * L. Cyril, "Canon CR3 file format". */
static void add_cr3(Blocks *blocks, const ByteSource *source)
{
    static const guint8 canon[16] = {0x85, 0xC0, 0xB6, 0x87, 0x82, 0x0F, 0x11, 0xE0,
                                     0x81, 0x11, 0xF4, 0xCE, 0x46, 0x2B, 0x6A, 0x48};
    static const guint8 xmp[16] = {0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
                                   0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};
    Box box;
    if (box_find(source, "moov", NULL, &box)) {
        ByteSource moov = box.body;
        if (box_find(&moov, "uuid", canon, &box)) {
            ByteSource parts = box.body;
            add_box(blocks, &parts, "CMT1", EXIF_MAIN);
            add_box(blocks, &parts, "CMT2", EXIF_CAMERA);
            add_box(blocks, &parts, "CMT4", EXIF_PLACE);
        }
    }
    if (box_find(source, "uuid", xmp, &box)) {
        add_xmp_source(blocks, &box.body);
    }
}

/* Fuji's RAF: a JPEG inside, whose place is in the header, carries the metadata. */
static void add_raf(Blocks *blocks, const ByteSource *source)
{
    guint8 place[8]; /* offset and length, big-endian, at byte 84 */
    if (!source_read_all(source, 84, place, sizeof place)) {
        return;
    }
    guint32 offset = (guint32)place[0] << 24 | place[1] << 16 | place[2] << 8 | place[3];
    guint32 length = (guint32)place[4] << 24 | place[5] << 16 | place[6] << 8 | place[7];
    ByteSource jpeg = source_part(source, offset, length);
    g_auto(Decoded) decoded = {0};
    if (jpeg_read_metadata(&jpeg, &decoded, NULL)) {
        add_exif(blocks, decoded.exif);
        add_xmp(blocks, decoded.xmp);
    }
}

static void add_raw(Blocks *blocks, const ByteSource *source)
{
    guint8 head[8] = {0};
    source_read_all(source, 0, head, sizeof head);
    if (memcmp(head + 4, "ftyp", 4) == 0) {
        add_cr3(blocks, source);
    } else if (memcmp(head, "FUJIFILM", 8) == 0) {
        add_raf(blocks, source);
    } else {
        exif_reader_add(blocks->exif, source, EXIF_MAIN);
    }
}

/* The output of a Brotli stream, or NULL when it is damaged or over `cap_bytes`. */
static GBytes *unpack_brotli(GBytes *packed, gsize cap_bytes)
{
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(packed, &length);
    gsize room = MIN(cap_bytes, 64 * length + 4096); /* text and tables pack no better */
    g_autofree guint8 *unpacked = g_malloc(room);
    if (BrotliDecoderDecompress(length, data, &room, unpacked) != BROTLI_DECODER_RESULT_SUCCESS) {
        return NULL;
    }
    return g_bytes_new(unpacked, room);
}

/* ISO 18181-2: the Exif block begins with how far behind these 4 bytes the TIFF structure is. */
static void add_jxl_exif(Blocks *blocks, GBytes *body)
{
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(body, &length);
    if (length > 4) {
        guint32 skip = (guint32)data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
        ByteSource source = source_of_bytes(body);
        ByteSource tiff = source_part(&source, 4 + (gint64)skip, source.length);
        exif_reader_add(blocks->exif, &tiff, EXIF_MAIN);
    }
}

/* Metadata stand in boxes of their own type, or packed in a "brob" box that names it first. */
static void add_jxl(Blocks *blocks, const ByteSource *source)
{
    Box box;
    gint64 offset = 0;
    for (int i = 0; i < JXL_BOXES_MAX && box_next(source, &offset, &box); i++) {
        gboolean packed = memcmp(box.type, "brob", 4) == 0;
        char type[4];
        memcpy(type, box.type, sizeof type);
        if (packed && source_read_all(&box.body, 0, type, sizeof type)) {
            box.body = source_part(&box.body, sizeof type, box.body.length);
        }
        gboolean is_exif = memcmp(type, "Exif", 4) == 0, is_xmp = memcmp(type, "xml ", 4) == 0;
        if (!is_exif && !is_xmp) {
            continue;
        }
        g_autoptr(GBytes) body = source_load(&box.body, LIMIT_XMP_BYTES, NULL);
        if (body && packed) {
            GBytes *unpacked = unpack_brotli(body, LIMIT_XMP_BYTES);
            g_bytes_unref(body);
            body = unpacked;
        }
        if (body && is_exif) {
            add_jxl_exif(blocks, body);
        } else if (body) {
            add_xmp(blocks, body);
        }
    }
}

/* An editor's word counts for what people write, the camera's for the rest. */
static MediaFacts *join(MediaFacts *exif, MediaFacts *xmp)
{
    MediaFacts *facts = media_facts_new();
    facts->orientation = exif->orientation;
    if (xmp) {
        facts->rating = xmp->rating;
        facts->keywords = g_steal_pointer(&xmp->keywords);
        facts->title = g_steal_pointer(&xmp->title);
        facts->description = g_steal_pointer(&xmp->description);
    }
    media_facts_merge(facts, exif);
    if (xmp) {
        media_facts_merge(facts, xmp);
    }
    return facts;
}

MediaFacts *metadata_read(const ByteSource *source, MediaFormat format, const Decoded *decoded)
{
    g_autoptr(ExifReader) reader = exif_reader_new();
    Blocks blocks = {.exif = reader};
    add_exif(&blocks, decoded->exif);
    add_xmp(&blocks, decoded->xmp);
    switch (format) {
    case MEDIA_TIFF:
        exif_reader_add(reader, source, EXIF_MAIN);
        break;
    case MEDIA_RAW:
        add_raw(&blocks, source);
        break;
    case MEDIA_JXL:
        add_jxl(&blocks, source);
        break;
    default:
        break;
    }
    g_autoptr(GBytes) in_exif = exif_reader_xmp(reader);
    add_xmp(&blocks, in_exif);
    g_autoptr(MediaFacts) exif = exif_reader_facts(reader);
    g_autoptr(MediaFacts) xmp = blocks.xmp ? xmp_read(blocks.xmp, NULL) : NULL;
    g_clear_pointer(&blocks.xmp, g_bytes_unref);
    MediaFacts *facts = join(exif, xmp);
    if (decoded->facts) {
        media_facts_merge(facts, decoded->facts);
    }
    if (decoded->is_upright || decoded->orientation) {
        facts->orientation = decoded->is_upright ? 1 : decoded->orientation;
    }
    return facts;
}
