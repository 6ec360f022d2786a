#include "media/jpeg_markers.h"

#include "base/error.h"
#include "base/limits.h"

static const char exif_name[] = "Exif\0";                      /* EXIF 2.32, 4.7.2: two NULs */
static const char xmp_name[] = "http://ns.adobe.com/xap/1.0/"; /* XMP part 3, 1.1.3 */
static const char icc_name[] = "ICC_PROFILE";                  /* ICC.1:2022, annex B.4 */
#define ICC_HEADER_BYTES (sizeof icc_name + 2) /* then a chunk's number and their count */

static gboolean starts_with(const guint8 *segment, gsize length, const char *name, gsize bytes)
{
    return length > bytes && memcmp(segment, name, bytes) == 0;
}

static void keep_segment(JpegMarkers *markers, int marker, const guint8 *segment, gsize length)
{
    if (markers->length_bytes + length > LIMIT_EXIF_BYTES) {
        return;
    }
    GBytes **place = NULL;
    gsize header = 0;
    if (marker == JPEG_APP0 + 1 && starts_with(segment, length, exif_name, sizeof exif_name)) {
        place = &markers->exif;
        header = sizeof exif_name;
    } else if (marker == JPEG_APP0 + 1 && starts_with(segment, length, xmp_name, sizeof xmp_name)) {
        place = &markers->xmp;
        header = sizeof xmp_name;
    }
    if (place && !*place) {
        *place = g_bytes_new(segment + header, length - header);
        markers->length_bytes += length;
    }
    if (marker == JPEG_APP0 + 2 && length > ICC_HEADER_BYTES &&
        starts_with(segment, length, icc_name, sizeof icc_name) &&
        segment[sizeof icc_name] == markers->icc_chunks + 1) {
        if (!markers->icc) {
            markers->icc = g_byte_array_new();
        }
        g_byte_array_append(markers->icc, segment + ICC_HEADER_BYTES,
                            (guint)(length - ICC_HEADER_BYTES));
        markers->icc_chunks++;
        markers->length_bytes += length;
    }
}

static guint8 next_byte(j_decompress_ptr info)
{
    struct jpeg_source_mgr *source = info->src;
    if (source->bytes_in_buffer == 0) {
        source->fill_input_buffer(info);
    }
    source->bytes_in_buffer--;
    return *source->next_input_byte++;
}

/* libjpeg's own way of saving markers keeps any number of them; this one has a cap. */
static boolean read_segment(j_decompress_ptr info)
{
    guint8 segment[G_MAXUINT16];
    gsize length = (gsize)next_byte(info) << 8;
    length |= next_byte(info);
    if (length < 2) {
        jpeg_errors_fail((JpegErrors *)info->err, ALBUMEN_ERROR_CORRUPT,
                         "the picture's data is damaged");
    }
    length -= 2;
    struct jpeg_source_mgr *source = info->src;
    for (gsize done = 0; done < length;) {
        if (source->bytes_in_buffer == 0) {
            source->fill_input_buffer(info);
        }
        gsize part = MIN(length - done, source->bytes_in_buffer);
        memcpy(segment + done, source->next_input_byte, part);
        source->next_input_byte += part;
        source->bytes_in_buffer -= part;
        done += part;
    }
    keep_segment(info->client_data, info->unread_marker, segment, length);
    return TRUE;
}

void jpeg_markers_install(JpegMarkers *markers, j_decompress_ptr info)
{
    info->client_data = markers;
    jpeg_set_marker_processor(info, JPEG_APP0 + 1, read_segment);
    jpeg_set_marker_processor(info, JPEG_APP0 + 2, read_segment);
}

void jpeg_markers_take(JpegMarkers *markers, Decoded *decoded)
{
    decoded->exif = g_steal_pointer(&markers->exif);
    decoded->xmp = g_steal_pointer(&markers->xmp);
    if (markers->icc) {
        decoded->icc = g_byte_array_free_to_bytes(g_steal_pointer(&markers->icc));
    }
}

void jpeg_markers_clear(JpegMarkers *markers)
{
    g_clear_pointer(&markers->exif, g_bytes_unref);
    g_clear_pointer(&markers->xmp, g_bytes_unref);
    g_clear_pointer(&markers->icc, g_byte_array_unref);
}
