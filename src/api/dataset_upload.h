/* Pictures that somebody sends into a dataset, for every dialect: where each is to stand, and
 * bringing it there. The picture becomes a photo of the library, or is one already. */
#pragma once

#include "api/api.h"
#include "studio/item.h"

/* Where a picture is to stand, its names clean. */
typedef struct {
    char dataset_uuid[UUID_CHARS + 1];
    char *directory, *filename;
    char *path;  /* of both, without a slash at the start */
    char *claim; /* names the place in UPLOAD_PUT_PREFIX and 32 hex digits: the id of what was put
                    for it */
} UploadPlace;
void upload_place_clear(UploadPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(UploadPlace, upload_place_clear)

/* `dataset`: UUID or name; `directory` may be NULL. NOT_FOUND, INVALID for names that cannot be. */
gboolean upload_place_find(StoreTx *tx, const Principal *viewer, const char *dataset,
                           const char *directory, const char *filename, UploadPlace *ret_place,
                           GError **error);
/* CONFLICT when an image stands there. */
gboolean upload_place_check_free(StoreTx *tx, const Principal *viewer, const UploadPlace *place,
                                 GError **error);

/* Bytes on their way, to be claimed later or put at once; no two ever have the same file. */
UploadFile *upload_place_begin(const Api *api, gint64 expected_bytes, GError **error);

/* The item that the sent picture is now, and the partial file is gone; any thread. CONFLICT when
 * the name is taken, also by somebody who sends it at this moment; UNSUPPORTED when it is no
 * picture (jobs/index_file.h). */
Item *upload_place_put(const Api *api, const Principal *viewer, const UploadPlace *place,
                       UploadFile *file, GCancellable *cancellable, GError **error);
/* The same with what waits under the place's claim; NOT_FOUND when nothing was sent. */
Item *upload_place_register(const Api *api, const Principal *viewer, const UploadPlace *place,
                            GCancellable *cancellable, GError **error);

/* Has models look at what came in. */
void upload_show_to_models(const Api *api);
