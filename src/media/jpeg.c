#include "media/jpeg.h"

#include "base/error.h"
#include "base/limits.h"
#include "media/jpeg_markers.h"
#include "media/jpeg_session.h"

#define READ_BYTES  (128U << 10)
#define DCT_SCALES  8   /* libjpeg scales by 1/8 .. 8/8 */
#define BLOCK_BYTES 128 /* a block's 64 coefficients */

typedef struct {
    JpegErrors errors;
    JpegMarkers markers;
    struct jpeg_decompress_struct info;
    struct jpeg_source_mgr manager;
    struct jpeg_progress_mgr progress;
    ByteSource source;
    gint64 offset;   /* of the next read */
    gboolean at_end; /* the source had no more bytes */
    int min_long_pixels;
    guint8 *buffer;
    Bitmap *bitmap;
} Decoder;

static Decoder *decoder_of(j_decompress_ptr info)
{
    return (Decoder *)((guint8 *)info - G_STRUCT_OFFSET(Decoder, info));
}

static void start_source(j_decompress_ptr info)
{
}

/* At the end of the bytes libjpeg gets an end-of-image marker, so that it stops by itself; it warns
 * if that was too early, and on_message in jpeg_session.c notes it. */
static boolean fill_buffer(j_decompress_ptr info)
{
    static const guint8 end_of_image[] = {0xFF, JPEG_EOI};
    Decoder *decoder = decoder_of(info);
    gssize got = source_read(&decoder->source, decoder->offset, decoder->buffer, READ_BYTES);
    if (got < 0) {
        jpeg_errors_fail(&decoder->errors, ALBUMEN_ERROR_IO, "the file cannot be read");
    }
    decoder->at_end = got == 0;
    decoder->offset += got;
    decoder->manager.next_input_byte = got ? decoder->buffer : end_of_image;
    decoder->manager.bytes_in_buffer = got ? (gsize)got : sizeof end_of_image;
    return TRUE;
}

static void skip_bytes(j_decompress_ptr info, long count)
{
    Decoder *decoder = decoder_of(info);
    gsize skip = count > 0 ? (gsize)count : 0;
    gsize here = MIN(skip, decoder->manager.bytes_in_buffer);
    decoder->manager.next_input_byte += here;
    decoder->manager.bytes_in_buffer -= here;
    decoder->offset += (gint64)(skip - here);
}

static void end_source(j_decompress_ptr info)
{
}

/* A progressive picture may repeat scans without end, each as long as a decode of its own. */
static void on_progress(j_common_ptr common)
{
    j_decompress_ptr info = (j_decompress_ptr)common;
    if (info->input_scan_number > LIMIT_JPEG_SCANS) {
        jpeg_errors_fail((JpegErrors *)common->err, ALBUMEN_ERROR_UNSUPPORTED,
                         "this JPEG is cut into more than %d scans", LIMIT_JPEG_SCANS);
    }
}

static void read_header(gpointer data)
{
    Decoder *decoder = data;
    struct jpeg_decompress_struct *info = &decoder->info;
    jpeg_create_decompress(info);
    decoder->manager = (struct jpeg_source_mgr){
        .init_source = start_source,
        .fill_input_buffer = fill_buffer,
        .skip_input_data = skip_bytes,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = end_source,
    };
    info->src = &decoder->manager;
    decoder->progress.progress_monitor = on_progress;
    info->progress = &decoder->progress;
    jpeg_markers_install(&decoder->markers, info);
    jpeg_read_header(info, TRUE);

    GError *error = NULL;
    if (!decoded_check_size(info->image_width, info->image_height, &error)) {
        decoder->errors.error = error;
        longjmp(decoder->errors.jump, 1);
    }
}

/* A picture in several scans is decoded in two steps, with all coefficients in between. */
static gint64 coefficient_bytes(struct jpeg_decompress_struct *info)
{
    gint64 bytes = 0;
    for (int i = 0; i < info->num_components && jpeg_has_multiple_scans(info); i++) {
        const jpeg_component_info *component = &info->comp_info[i];
        bytes += (gint64)component->width_in_blocks * component->height_in_blocks * BLOCK_BYTES;
    }
    return bytes;
}

static void check_coefficients(Decoder *decoder)
{
    struct jpeg_decompress_struct *info = &decoder->info;
    if (coefficient_bytes(info) > LIMIT_DECODER_BYTES) {
        jpeg_errors_fail(&decoder->errors, ALBUMEN_ERROR_TOO_LARGE,
                         "a progressive JPEG of %u x %u pixels needs more memory to decode than "
                         "the %lld MB it may have",
                         info->image_width, info->image_height, LIMIT_DECODER_BYTES >> 20);
    }
}

static gboolean scale_serves(const struct jpeg_decompress_struct *info, guint64 scale,
                             int min_long_pixels)
{
    guint64 edge = MAX(info->image_width, info->image_height);
    return (edge * scale + DCT_SCALES - 1) / DCT_SCALES >= (guint64)min_long_pixels;
}

static gboolean scale_fits(struct jpeg_decompress_struct *info, guint64 scale)
{
    guint64 room = (guint64)(LIMIT_DECODER_BYTES - coefficient_bytes(info));
    guint64 width = (info->image_width * scale + DCT_SCALES - 1) / DCT_SCALES;
    guint64 height = (info->image_height * scale + DCT_SCALES - 1) / DCT_SCALES;
    return width * height * (guint64)info->out_color_components <= MIN(room, LIMIT_BITMAP_BYTES);
}

static void choose_scale(Decoder *decoder)
{
    struct jpeg_decompress_struct *info = &decoder->info;
    guint scale = DCT_SCALES;
    if (decoder->min_long_pixels > 0) {
        scale = 1;
        while (scale < DCT_SCALES && !scale_serves(info, scale, decoder->min_long_pixels)) {
            scale *= 2; /* the scales between are coded without SIMD and cost more than the next */
        }
    }
    while (scale > 1 && !scale_fits(info, scale)) {
        scale--;
    }
    info->scale_num = scale;
    info->scale_denom = DCT_SCALES;
}

static void choose_colours(struct jpeg_decompress_struct *info)
{
    switch (info->jpeg_color_space) {
    case JCS_GRAYSCALE:
        info->out_color_space = JCS_GRAYSCALE;
        info->out_color_components = 1;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        info->out_color_space = JCS_CMYK;
        info->out_color_components = 4;
        break;
    default:
        info->out_color_space = JCS_RGB;
        info->out_color_components = 3;
        break;
    }
}

/* Adobe's programs store CMYK the other way round, 255 for no ink, and say so by their marker. */
static void invert_inks(Bitmap *bitmap)
{
    gsize bytes = bitmap_stride(bitmap) * (gsize)bitmap->height;
    for (gsize i = 0; i < bytes; i++) {
        bitmap->pixels[i] = (guint8)~bitmap->pixels[i];
    }
}

static void read_pixels(gpointer data)
{
    Decoder *decoder = data;
    struct jpeg_decompress_struct *info = &decoder->info;
    check_coefficients(decoder);
    choose_colours(info);
    choose_scale(decoder);
    jpeg_start_decompress(info);
    decoder->bitmap = bitmap_new((int)info->output_width, (int)info->output_height,
                                 info->output_components, &decoder->errors.error);
    if (!decoder->bitmap) {
        longjmp(decoder->errors.jump, 1);
    }
    while (info->output_scanline < info->output_height) {
        JSAMPROW rows[4];
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
            guint y = MIN(info->output_scanline + i, info->output_height - 1);
            rows[i] = bitmap_row(decoder->bitmap, (int)y);
        }
        guint left = info->output_height - info->output_scanline;
        jpeg_read_scanlines(info, rows, MIN(left, (guint)G_N_ELEMENTS(rows)));
    }
    /* Bytes after the last row, such as an appended film, do not concern us. */
    jpeg_abort_decompress(info);
    if (decoder->errors.ended_early) {
        jpeg_errors_fail(&decoder->errors, ALBUMEN_ERROR_CORRUPT,
                         "the file ends in the middle of the picture");
    }
    if (decoder->bitmap->bands == 4 && info->saw_Adobe_marker) {
        invert_inks(decoder->bitmap);
    }
}

static gboolean run(Decoder *decoder, gboolean with_pixels, Decoded *ret_decoded, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(READ_BYTES);
    decoder->buffer = buffer;
    jpeg_errors_init(&decoder->errors);
    decoder->info.err = &decoder->errors.manager;
    gboolean done = jpeg_errors_run(&decoder->errors, read_header, decoder) &&
                    (!with_pixels || jpeg_errors_run(&decoder->errors, read_pixels, decoder));
    if (done) {
        *ret_decoded = (Decoded){
            .bitmap = g_steal_pointer(&decoder->bitmap),
            .full_width = (int)decoder->info.image_width,
            .full_height = (int)decoder->info.image_height,
        };
        jpeg_markers_take(&decoder->markers, ret_decoded);
    } else if (decoder->at_end &&
               g_error_matches(decoder->errors.error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT)) {
        /* Whatever libjpeg stumbled over, it was our end-of-image marker. */
        g_clear_error(&decoder->errors.error);
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "the file ends in the middle of the picture");
    } else {
        g_propagate_error(error, decoder->errors.error);
    }
    jpeg_destroy_decompress(&decoder->info);
    jpeg_markers_clear(&decoder->markers);
    bitmap_free(decoder->bitmap);
    return done;
}

gboolean jpeg_decode(const ByteSource *source, int min_long_pixels, Decoded *ret_decoded,
                     GError **error)
{
    Decoder decoder = {.source = *source, .min_long_pixels = min_long_pixels};
    return run(&decoder, TRUE, ret_decoded, error);
}

gboolean jpeg_read_metadata(const ByteSource *source, Decoded *ret_decoded, GError **error)
{
    Decoder decoder = {.source = *source};
    return run(&decoder, FALSE, ret_decoded, error);
}
