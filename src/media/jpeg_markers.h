/* Metadata segments of a JPEG, taken while libjpeg reads its header. */
#pragma once

#include "media/bitmap.h"
#include "media/jpeg_session.h"

typedef struct {
    GBytes *exif, *xmp;
    GByteArray *icc;    /* the chunks so far, in file order, as the standard demands */
    int icc_chunks;     /* how many of them */
    gsize length_bytes; /* of all segments kept, against LIMIT_EXIF_BYTES */
} JpegMarkers;

/* `markers` must be zero and outlive the decompressor, whose client_data it becomes. */
void jpeg_markers_install(JpegMarkers *markers, j_decompress_ptr info);
/* Hands everything over. */
void jpeg_markers_take(JpegMarkers *markers, Decoded *decoded);
void jpeg_markers_clear(JpegMarkers *markers);
