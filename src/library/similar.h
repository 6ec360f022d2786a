/* Photos like another one, of those that lists show the viewer. */
#pragma once

#include "library/access.h"
#include "library/library.h"

/* What the likeness of two photos is made of: of the bits of their hashes that are equal, and of
 * the cosine of their vectors. */
#define SIMILAR_HASH_BITS     64
#define SIMILAR_HASH_WEIGHT   0.7
#define SIMILAR_VECTOR_WEIGHT 0.3

typedef struct {
    gint64 photo_id;
    double similarity; /* 0..1 */
} SimilarPhoto;

/* By how they look: the similarity of the perceptual hashes, p = 1 - differing bits / 64, and where
 * both photos have a vector in the space 'similar' their cosine k, as 0.7 p + 0.3 k (0.7 p when
 * only the asked one has one; p alone when it has none, which `ret_has_vector` tells). At most
 * LIMIT_SIMILAR_PHOTOS of at least `least`, the most similar first, ties by id: of SimilarPhoto.
 * NOT_FOUND when the viewer sees no such photo. Not inside a transaction; nor the next. */
GArray *similar_by_look(Library *library, const Principal *viewer, gint64 photo_id, double least,
                        gboolean *ret_has_vector, GError **error);

/* By the nearness of their vectors in the space 'words' to one of a text, a cosine of at least
 * `least`: the `limit` nearest. Empty when there are no vectors, or of another length. */
GArray *similar_to_words(Library *library, const Principal *viewer, const GArray *vector,
                         double least, guint limit, GError **error);

/* By who is on them: when somebody on the photo is a known person, all photos of these persons,
 * with a similarity of 1, the latest first; else by the greatest cosine of any two faces, of at
 * least `least`. `ret_has_faces` tells whether the photo has faces to go by. */
GArray *similar_by_faces(Library *library, const Principal *viewer, gint64 photo_id, double least,
                         gboolean *ret_has_faces, GError **error);
