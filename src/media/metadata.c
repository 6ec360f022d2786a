#include "media/metadata.h"

#include "base/limits.h"
#include "media/boxes.h"
#include "media/exif.h"
#include "media/jpeg.h"
#include "media/xmp.h"

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

/* ISO 18181-2: the Exif box begins with how far behind its own 4 bytes the TIFF structure is. */
static void add_jxl(Blocks *blocks, const ByteSource *source)
{
    Box box;
    guint8 skip[4];
    if (box_find(source, "Exif", NULL, &box) && source_read_all(&box.body, 0, skip, sizeof skip)) {
        guint32 bytes = (guint32)skip[0] << 24 | skip[1] << 16 | skip[2] << 8 | skip[3];
        ByteSource tiff = source_part(&box.body, sizeof skip + (gint64)bytes, box.body.length);
        exif_reader_add(blocks->exif, &tiff, EXIF_MAIN);
    }
    if (box_find(source, "xml ", NULL, &box)) {
        add_xmp_source(blocks, &box.body);
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
