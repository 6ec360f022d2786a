/* Keeping what models found on a photo: its objects, faces and vectors. What a task found before is
 * replaced; what people said of a face stays with it. docs/internals/analysis.md tells how. */
#pragma once

#include "base/hash.h"
#include "library/library.h"
#include "vision/findings.h"

/* What came of looking at a photo. */
typedef struct {
    gint64 photo_id;
    ContentHash content;             /* that was looked at */
    int tasks;                       /* that were asked for */
    const char *names[VISION_TASKS]; /* of their models, as in library/analysis.h */
    const char *vector_model;        /* of the faces' vectors; NULL: there are none */
    const VisionFindings *findings; /* NULL: it could not be looked at, and what was found before */
    const char *failure;            /* stays; why, for a person */
} PhotoFindings;

/* Within a transaction that began with library_touch. *ret_stored is FALSE, and nothing is changed,
 * when the photo is gone or has another content by now. */
gboolean findings_store(StoreTx *tx, const PhotoFindings *photo, gboolean *ret_stored,
                        GError **error);

/* Keeps the pictures of the faces that were found, before the rows that name them. */
gboolean findings_store_crops(Library *library, const PhotoFindings *photo, GError **error);

/* The objects on a photo, by falling score; of VisionObject. *ret_known is FALSE while no model has
 * looked. NULL on error. */
GPtrArray *findings_objects(StoreTx *tx, gint64 photo_id, gboolean *ret_known, GError **error);
