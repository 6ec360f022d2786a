#include "media/jpeg.h"
#include "media/jpeg_session.h"

typedef struct {
    JpegErrors errors;
    struct jpeg_compress_struct info;
    const Bitmap *bitmap;
    int quality;
    unsigned char *data; /* grown by libjpeg with malloc */
    unsigned long length;
} Encoder;

static void encode(gpointer data)
{
    Encoder *encoder = data;
    struct jpeg_compress_struct *info = &encoder->info;
    jpeg_create_compress(info);
    jpeg_mem_dest(info, &encoder->data, &encoder->length);
    info->image_width = (JDIMENSION)encoder->bitmap->width;
    info->image_height = (JDIMENSION)encoder->bitmap->height;
    info->input_components = 3;
    info->in_color_space = JCS_RGB;
    jpeg_set_defaults(info); /* YCbCr 4:2:0 */
    jpeg_set_quality(info, encoder->quality, TRUE);
    jpeg_start_compress(info, TRUE);
    while (info->next_scanline < info->image_height) {
        JSAMPROW row = bitmap_row(encoder->bitmap, (int)info->next_scanline);
        jpeg_write_scanlines(info, &row, 1);
    }
    jpeg_finish_compress(info);
}

static void free_malloced(gpointer data)
{
    free(data);
}

GBytes *jpeg_encode(const Bitmap *bitmap, int quality, GError **error)
{
    g_assert(bitmap->bands == 3);
    Encoder encoder = {.bitmap = bitmap, .quality = CLAMP(quality, 1, 100)};
    jpeg_errors_init(&encoder.errors);
    encoder.info.err = &encoder.errors.manager;
    gboolean done = jpeg_errors_run(&encoder.errors, encode, &encoder);
    jpeg_destroy_compress(&encoder.info);
    if (!done) {
        free(encoder.data);
        g_propagate_error(error, encoder.errors.error);
        return NULL;
    }
    return g_bytes_new_with_free_func(encoder.data, encoder.length, free_malloced, encoder.data);
}
