/* The library's vectors, ready to be searched: an index for each space (vision/vector_index.h),
 * kept in DATA/vectors/ and brought up to date from the database, which is the truth, by whoever
 * asks for it, as the catalogue is: by photo.version and photo_gone. An index holds every vector of
 * the model in use, also of photos that are not shown: who searches filters by what the viewer
 * sees.
 *
 * The files may be deleted at any time; they are made again. One process at a time keeps them: the
 * others have their indexes in memory. docs/internals/vectors.md tells more. Thread safe. */
#pragma once

#include "store/store.h"
#include "vision/vector_index.h"

typedef struct Vectors Vectors;

typedef enum {
    VECTORS_SIMILAR, /* photos by the look of them: key and owner are photo.id; VECTOR_COSINE */
    VECTORS_WORDS,   /* photos in the space of texts: likewise */
    VECTORS_FACES, /* faces: key is face.id, owner photo.id; VECTOR_EUCLIDEAN; without ignored ones
                    */
} VectorSpace;
#define VECTOR_SPACES 3

/* `folder` is made when it is needed; `store` must outlive this. */
Vectors *vectors_new(Store *store, const char *folder);
void vectors_free(Vectors *vectors);

/* Which model's vectors a space has from now on (photo_vector.model, face.vector_model); NULL: that
 * of the photo or face that came last, which is also so until somebody tells. */
void vectors_use(Vectors *vectors, VectorSpace space, const char *model);

/* The index, up to date with the database. NULL in `ret_index` when there is no vector of the model
 * in use; else a reference of the caller's, for this one task: another model brings another index.
 * Not inside a transaction. */
gboolean vectors_index(Vectors *vectors, VectorSpace space, VectorIndex **ret_index,
                       GError **error);
