/* Which photos show the same people, by the cosines of their faces' vectors alone: pairs of photos,
 * groups, and what lies near a face. library/people_group.h makes people; this is the plain rule of
 * clients that know no people, with what users said of faces on top.
 *
 * Faces that a user assigned to somebody, and all faces of somebody who has a name, belong
 * together; a face never joins whom it was said not to be, nor two people each other. */
#pragma once

#include "library/access.h"
#include "library/library.h"

typedef struct FaceLinks FaceLinks;

/* The faces on the photos that `viewer` may see, in the order in which they were found: those with
 * a vector of the model that most faces have. Outside of any transaction. */
FaceLinks *face_links_read(Library *library, const Principal *viewer, GError **error);
void face_links_free(FaceLinks *links);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaceLinks, face_links_free)

/* Whose vectors they are (face.vector_model); NULL: there are none. */
const char *face_links_model(const FaceLinks *links);
guint face_links_count(const FaceLinks *links);

/* The cosine from which on two faces are one person's, where the model's manifest says none
 * ("cosine_same"). A FaceNet (512 floats): 0.7, PictoPy's; others: 0.94, as face-resnet, measured
 * with no two people in one group. */
#define FACE_LINKS_FACENET_FLOATS 512
#define FACE_LINKS_FACENET_SAME   0.7
#define FACE_LINKS_SAME           0.94
double face_links_same(const FaceLinks *links);

typedef struct {
    const char *path1, *path2; /* the links' own; path1's photo came first */
    double similarity;         /* the cosine of their two most similar faces */
} FacePair;

/* Pairs of different photos with two faces whose cosine is at least `same`: the most similar first,
 * then by path, at most `limit`. Of FacePair. Beyond FACE_GROUPS_EXACT faces only the nearest of
 * each face are looked at. */
GArray *face_links_pairs(const FaceLinks *links, double same, guint limit, gboolean *ret_cut);

/* The number of each face's group, -1 for one that is in none: groups are connected by cosines of
 * at least `same`, and numbered from 0 by their first faces. The caller's. */
int *face_links_groups(const FaceLinks *links, double same);
/* The photo of a face, by its place in the order; the links' own. */
const char *face_links_path(const FaceLinks *links, guint face);

typedef struct {
    const char *path; /* the links' own */
    double similarity;
} FaceNear;

/* Photos with a face whose cosine to one on the photo at `path` is at least `same`, without the
 * photo itself: the most similar first, then by path. Of FaceNear. */
GArray *face_links_related(const FaceLinks *links, const char *path, double same);
/* The same for a face of `floats` numbers that is on no photo; empty when those of the library have
 * another number. */
GArray *face_links_nearest(const FaceLinks *links, const float *vector, guint floats, double same);
