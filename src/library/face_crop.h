/* Pictures of faces: small JPEGs that lie beside the thumbnails, named by the content of their
 * photo and by the face's box. They can be made again from the original, so they are not backed up
 * and need not outlive a power cut.
 *
 * Whoever shows one asks face_crop_get; when that says NOT_FOUND, opens the original, has a worker
 * make it (worker_crop of jobs/worker_pool.h) and puts it here, as api/media.c does with
 * thumbnails. */
#pragma once

#include "base/hash.h"
#include "library/grant.h"
#include "library/library.h"
#include "vision/findings.h"

/* A stored crop; the box is the face's row's, in whole pixels. NOT_FOUND when it is lost. */
GBytes *face_crop_get(Library *library, const Grant *grant, const VisionBox *box, GError **error);
/* Keeps one; `content` is of the file that it was made from. */
gboolean face_crop_put(Library *library, const ContentHash *content, const VisionBox *box,
                       GBytes *jpeg, GError **error);

/* The names of the crops of a photo's faces, to be dropped when the photo is gone; of char *. Empty
 * when the rows cannot be read: doctor sweeps up what is left over. */
GPtrArray *face_crop_keys(Library *library, gint64 photo_id, const ContentHash *content);
void face_crops_drop(Library *library, const GPtrArray *keys);
