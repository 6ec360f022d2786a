/* multipart/form-data (RFC 7578), as it comes: bytes go in, parts come out, nothing is kept but the
 * headers of one part. */
#pragma once

#include "base/error.h"

typedef struct {
    const char *name;     /* of the form's field; UTF-8 */
    const char *filename; /* as the client calls it, any text, UTF-8; NULL: no file */
    const char *mime;     /* NULL: not said */
} MultipartPart;

/* What is done with the parts; a FALSE with an error ends it all. The part lives as long as the
 * call. */
typedef struct {
    gboolean (*begin)(gpointer data, const MultipartPart *part, GError **error);
    gboolean (*write)(gpointer data, const guint8 *bytes, gsize length, GError **error);
    gboolean (*end)(gpointer data, GError **error);
} MultipartHandler;

typedef struct Multipart Multipart;

/* `content_type`: the header of the request, may be NULL. UNSUPPORTED when it is no form, INVALID
 * when its boundary is missing or none. */
Multipart *multipart_new(const char *content_type, const MultipartHandler *handler, gpointer data,
                         GError **error);
void multipart_free(Multipart *multipart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Multipart, multipart_free)

/* The next bytes. INVALID for what is no form, TOO_LARGE for more than LIMIT_HTTP_PARTS parts or
 * headers over LIMIT_HTTP_PART_HEADER_BYTES, UNSUPPORTED for a transfer encoding; and the handler's
 * errors. After an error it may only be freed. */
gboolean multipart_write(Multipart *multipart, const guint8 *bytes, gsize length, GError **error);
/* All has come. INVALID when its last boundary has not. */
gboolean multipart_finish(const Multipart *multipart, GError **error);
