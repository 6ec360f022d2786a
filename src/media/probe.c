#include "media/probe.h"

#include "base/error.h"
#include "base/limits.h"
#include "media/exif_values.h"

#define HEAD_BYTES 64

typedef struct {
    const char *extension;
    MediaFormat format;
} Extension;

static const Extension extensions[] = {
    {"jpg", MEDIA_JPEG},  {"jpeg", MEDIA_JPEG}, {"jpe", MEDIA_JPEG},  {"jfif", MEDIA_JPEG},
    {"png", MEDIA_PNG},   {"webp", MEDIA_WEBP}, {"gif", MEDIA_GIF},   {"tif", MEDIA_TIFF},
    {"tiff", MEDIA_TIFF}, {"bmp", MEDIA_BMP},   {"dib", MEDIA_BMP},   {"heic", MEDIA_HEIF},
    {"heif", MEDIA_HEIF}, {"hif", MEDIA_HEIF},  {"avif", MEDIA_AVIF}, {"jxl", MEDIA_JXL},
    {"dng", MEDIA_RAW},   {"cr2", MEDIA_RAW},   {"cr3", MEDIA_RAW},   {"crw", MEDIA_RAW},
    {"nef", MEDIA_RAW},   {"nrw", MEDIA_RAW},   {"arw", MEDIA_RAW},   {"orf", MEDIA_RAW},
    {"rw2", MEDIA_RAW},   {"raf", MEDIA_RAW},   {"pef", MEDIA_RAW},   {"srw", MEDIA_RAW},
};

static const char *const format_names[] = {
    [MEDIA_UNKNOWN] = "unknown", [MEDIA_JPEG] = "jpeg", [MEDIA_PNG] = "png", [MEDIA_WEBP] = "webp",
    [MEDIA_GIF] = "gif",         [MEDIA_TIFF] = "tiff", [MEDIA_BMP] = "bmp", [MEDIA_HEIF] = "heif",
    [MEDIA_AVIF] = "avif",       [MEDIA_JXL] = "jxl",   [MEDIA_RAW] = "raw",
};

const char *media_format_name(MediaFormat format)
{
    return format_names[(gsize)format < G_N_ELEMENTS(format_names) ? format : MEDIA_UNKNOWN];
}

static MediaFormat format_of_name(const char *name)
{
    const char *dot = name ? strrchr(name, '.') : NULL;
    for (gsize i = 0; dot && i < G_N_ELEMENTS(extensions); i++) {
        if (g_ascii_strcasecmp(dot + 1, extensions[i].extension) == 0) {
            return extensions[i].format;
        }
    }
    return MEDIA_UNKNOWN;
}

gboolean media_name_is_picture(const char *name)
{
    return name[0] != '.' && format_of_name(name) != MEDIA_UNKNOWN;
}

typedef struct {
    const guint8 *data;
    gsize length;
} Head;

static gboolean has(Head head, gsize offset, const char *magic, gsize length)
{
    return head.length >= offset + length && memcmp(head.data + offset, magic, length) == 0;
}
#define HAS(head, offset, magic) has(head, offset, magic, sizeof(magic) - 1)

/* ISO 14496-12: a "ftyp" box first; its brands say what the rest is. */
static MediaFormat probe_brands(Head head)
{
    if (!HAS(head, 4, "ftyp")) {
        return MEDIA_UNKNOWN;
    }
    gsize end = MIN((gsize)head.data[2] << 8 | head.data[3], head.length);
    MediaFormat format = MEDIA_UNKNOWN;
    for (gsize at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) { /* 12..15 is a version number */
        if (HAS(head, at, "crx ")) {
            return MEDIA_RAW;
        }
        if (HAS(head, at, "avif") || HAS(head, at, "avis")) {
            return MEDIA_AVIF;
        }
        if (HAS(head, at, "heic") || HAS(head, at, "heix") || HAS(head, at, "hevc") ||
            HAS(head, at, "heim") || HAS(head, at, "heis") || HAS(head, at, "mif1") ||
            HAS(head, at, "msf1")) {
            format = MEDIA_HEIF;
        }
    }
    return format;
}

/* RAW formats that the first bytes give away. */
static gboolean is_raw_magic(Head head)
{
    return HAS(head, 0, "FUJIFILMCCD-RAW") || HAS(head, 0, "II\x55\0") ||          /* RAF, RW2 */
           HAS(head, 0, "IIRO") || HAS(head, 0, "IIRS") || HAS(head, 0, "MMOR") || /* ORF */
           HAS(head, 6, "HEAPCCDR") ||                                             /* CRW */
           (HAS(head, 0, "II*\0") && HAS(head, 8, "CR\x02"));                      /* CR2 */
}

/* Only a DNG's first directory has a DNGVersion. */
static gboolean is_dng(const ByteSource *source)
{
    ExifTiff tiff;
    gint64 offset = 0;
    guint8 bytes[12];
    if (!exif_tiff_open(source, &tiff, &offset) || !source_read_all(source, offset, bytes, 2)) {
        return FALSE;
    }
    guint count = exif_u16(&tiff, bytes);
    for (guint i = 0; i < MIN(count, LIMIT_EXIF_ENTRIES); i++) {
        if (!source_read_all(source, offset + 2 + (gint64)i * 12, bytes, sizeof bytes)) {
            return FALSE;
        }
        if (exif_u16(&tiff, bytes) == 0xC612) {
            return TRUE;
        }
    }
    return FALSE;
}

static MediaFormat probe_tiff(const ByteSource *source, Head head, const char *name)
{
    if (is_raw_magic(head)) {
        return MEDIA_RAW;
    }
    if (HAS(head, 0, "II*\0") || HAS(head, 0, "MM\0*") || HAS(head, 0, "II+\0") ||
        HAS(head, 0, "MM\0+")) {
        return format_of_name(name) == MEDIA_RAW || is_dng(source) ? MEDIA_RAW : MEDIA_TIFF;
    }
    return MEDIA_UNKNOWN;
}

MediaFormat probe_format(const ByteSource *source, const char *name)
{
    guint8 bytes[HEAD_BYTES];
    gssize got = source_read(source, 0, bytes, sizeof bytes);
    Head head = {bytes, got > 0 ? (gsize)got : 0};
    if (HAS(head, 0, "\xFF\xD8\xFF")) {
        return MEDIA_JPEG;
    }
    if (HAS(head, 0, "\x89PNG\r\n\x1A\n")) {
        return MEDIA_PNG;
    }
    if (HAS(head, 0, "RIFF") && HAS(head, 8, "WEBP")) {
        return MEDIA_WEBP;
    }
    if (HAS(head, 0, "GIF87a") || HAS(head, 0, "GIF89a")) {
        return MEDIA_GIF;
    }
    if (HAS(head, 0, "\xFF\x0A") || HAS(head, 0, "\0\0\0\x0CJXL \r\n\x87\n")) {
        return MEDIA_JXL;
    }
    if (HAS(head, 0, "BM") && head.length >= 26 && head.data[15] == 0 && head.data[16] == 0) {
        return MEDIA_BMP; /* and a plausible size of its second header */
    }
    MediaFormat format = probe_brands(head);
    return format != MEDIA_UNKNOWN ? format : probe_tiff(source, head, name);
}

void probe_set_unknown(const ByteSource *source, const char *name, GError **error)
{
    guint8 bytes[HEAD_BYTES];
    gssize got = source_read(source, 0, bytes, sizeof bytes);
    gboolean text = got > 0, zeros = got > 0;
    for (gssize i = 0; i < got; i++) {
        text = text && (bytes[i] >= ' ' || g_ascii_isspace(bytes[i]));
        zeros = zeros && bytes[i] == 0;
    }
    const char *what = text    ? "the file holds text"
                       : zeros ? "the file holds nothing but zeros"
                               : "the file begins like no picture that is known";
    MediaFormat expected = format_of_name(name);
    if (expected != MEDIA_UNKNOWN) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "%s, though its name says %s",
                    what, media_format_name(expected));
    } else {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "%s: this kind of file is not supported", what);
    }
}
