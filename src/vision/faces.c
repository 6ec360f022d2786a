#include "vision/faces.h"

#include "base/limits.h"
#include "vision/boxes.h"
#include "vision/face_eyes.h"
#include "vision/face_mesh.h"
#include "vision/face_search.h"
#include "vision/face_vector.h"

#include <math.h>

#define MOST_UNION    0.3F /* overlap of two finds of the detector: more is one face */
#define MOST_SHARE    0.4F /* of the smaller of two verified faces that the other may cover */
#define ANY_SHARE     2
#define WITHOUT_TILES 256 /* pixels of a picture that the detector sees whole without shrinking */
#define DETECTOR_SLACK                                                                             \
    0.7F                      /* its box may be so much narrower than the face that the mesh finds \
                               */
#define SURELY_UPRIGHT   0.7F /* confidence */
#define UPSIDE_DOWN_LINE ((float)G_PI_2)

/* What is worked with while a picture is looked at. */
typedef struct {
    const FaceModels *models;
    const VisionImage *image;
    Warp *warp;
    GArray *found;  /* FaceCandidate, in the image's pixels; number: its place among the meshes */
    GArray *meshes; /* FaceMesh; score 0 where the mesh saw no face or there is no model for it */
} Look;

static void look_clear(Look *look)
{
    g_clear_pointer(&look->warp, warp_free);
    g_clear_pointer(&look->found, g_array_unref);
    g_clear_pointer(&look->meshes, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

static Look look_begin(const FaceModels *models, const VisionImage *image)
{
    return (Look){
        .models = models,
        .image = image,
        .warp = warp_new(image),
        .found = g_array_new(FALSE, FALSE, sizeof(FaceCandidate)),
        .meshes = g_array_new(FALSE, TRUE, sizeof(FaceMesh)),
    };
}

gboolean face_model_check(ModelPurpose purpose, const FaceModel *model, GError **error)
{
    switch (purpose) {
    case MODEL_FACE_DETECTOR:
        return face_search_check(model->family, model->session, error);
    case MODEL_FACE_VECTOR:
        return face_vector_check(model->family, model->session, error);
    case MODEL_FACE_MESH:
        if (g_str_equal(model->family, "facemesh")) {
            return face_mesh_check(model->session, error);
        }
        break;
    case MODEL_EYES:
        if (g_str_equal(model->family, "iris")) {
            return face_eyes_check(model->session, error);
        }
        break;
    default:
        break;
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                "\"%s\" is no family of models for faces that is known", model->family);
    return FALSE;
}

/* A find of SCRFD stands by itself, and its landmarks are what vectors are made from; one of
 * blazeface needs the mesh for both. */
static gboolean mesh_decides(const FaceModels *models)
{
    return models->mesh.session != NULL && g_str_equal(models->detector.family, "blazeface");
}

static float box_width(const VisionBox *box)
{
    return MIN(box->x2 - box->x1, box->y2 - box->y1); /* a head on its side is wider than high */
}

static gboolean is_large_enough(const Look *look, const VisionBox *box, float slack)
{
    const float side = (float)MAX(look->image->width, look->image->height);
    return box_width(box) >= slack * MAX(FACE_LEAST_SHARE * side, FACE_LEAST_PIXELS);
}

/* Looks at a candidate with the mesh, and a second time at what the mesh took for the face: tiles
 * show one face in two sizes, and this brings both to the same box. */
static gboolean mesh_look_twice(const Look *look, const FaceSquare *square, FaceMesh *ret_mesh,
                                GError **error)
{
    const VisionSession *session = look->models->mesh.session;
    if (!face_mesh_look(session, look->warp, square, ret_mesh, error)) {
        return FALSE;
    }
    if (ret_mesh->score < FACE_MESH_LEAST) {
        return TRUE;
    }
    const FaceSquare own = face_mesh_square(ret_mesh);
    return face_mesh_look(session, look->warp, &own, ret_mesh, error);
}

static FaceSquare candidate_square(const FaceCandidate *candidate)
{
    const VisionBox *box = &candidate->box;
    return (FaceSquare){
        .x = (box->x1 + box->x2) / 2,
        .y = (box->y1 + box->y2) / 2,
        .side = MAX(box->x2 - box->x1, box->y2 - box->y1),
        .angle = face_line_of_eyes(candidate->landmarks),
    };
}

/* Puts a candidate among the found, if it is a face. */
static gboolean candidate_verify(Look *look, FaceCandidate candidate, GError **error)
{
    FaceMesh mesh = {.score = 0};
    if (look->models->mesh.session != NULL) {
        const FaceSquare square = candidate_square(&candidate);
        if (!mesh_look_twice(look, &square, &mesh, error)) {
            return FALSE;
        }
    }
    if (mesh_decides(look->models)) {
        if (mesh.score < FACE_MESH_LEAST) {
            return TRUE;
        }
        candidate.box = face_mesh_box(&mesh);
        face_mesh_landmarks(&mesh, candidate.landmarks);
        candidate.score *= mesh.score;
    }
    candidate.number = look->meshes->len;
    if (is_large_enough(look, &candidate.box, 1) &&
        box_clip(&candidate.box, (float)look->image->width, (float)look->image->height)) {
        g_array_append_val(look->found, candidate);
        g_array_append_val(look->meshes, mesh);
    }
    return TRUE;
}

static gboolean look_find(Look *look, gboolean is_turned, GError **error)
{
    const FaceModel *detector = &look->models->detector;
    const gboolean tiles =
        !is_turned && MAX(look->image->width, look->image->height) > WITHOUT_TILES;
    g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(FaceCandidate));
    if (!face_search_picture(detector->family, detector->session, look->image, tiles, is_turned,
                             candidates, error)) {
        return FALSE;
    }
    face_candidates_suppress(candidates, MOST_UNION, ANY_SHARE);
    const guint count = MIN(candidates->len, LIMIT_FACE_CANDIDATES_PER_PICTURE);
    for (guint i = 0; i < count; i++) {
        const FaceCandidate *candidate = &g_array_index(candidates, FaceCandidate, i);
        if (is_large_enough(look, &candidate->box, DETECTOR_SLACK) &&
            !candidate_verify(look, *candidate, error)) {
            return FALSE;
        }
    }
    face_candidates_suppress(look->found, MOST_UNION, MOST_SHARE);
    return TRUE;
}

/* The detector finds faces that lie on a side, but few that stand on their heads, and the mesh puts
 * an upright one into some of these, with little confidence. So a picture without one face that is
 * surely upright is shown to the detector the other way round too; the better find stays. */
static gboolean is_perhaps_upside_down(const Look *look)
{
    for (guint i = 0; i < look->found->len; i++) {
        const FaceCandidate *found = &g_array_index(look->found, FaceCandidate, i);
        if (found->score >= SURELY_UPRIGHT &&
            fabsf(face_line_of_eyes(found->landmarks)) <= UPSIDE_DOWN_LINE) {
            return FALSE;
        }
    }
    return TRUE;
}

/* From the image's pixels to those of the original. */
static void face_tell_place(VisionFace *face, const VisionImage *image, const FaceCandidate *found)
{
    const float across = (float)image->full_width / (float)image->width;
    const float down = (float)image->full_height / (float)image->height;
    face->box = (VisionBox){found->box.x1 * across, found->box.y1 * down, found->box.x2 * across,
                            found->box.y2 * down};
    for (int i = 0; i < VISION_LANDMARKS; i++) {
        face->landmarks[i][0] = found->landmarks[i][0] * across;
        face->landmarks[i][1] = found->landmarks[i][1] * down;
    }
}

/* Eyes, pose and vector of a face that was found. */
static gboolean face_measure(VisionFace *face, const Look *look, const FaceCandidate *found,
                             GError **error)
{
    const FaceModels *models = look->models;
    const FaceMesh *mesh = &g_array_index(look->meshes, FaceMesh, found->number);
    if (mesh->score >= FACE_MESH_LEAST) {
        face_mesh_pose(mesh, &face->yaw, &face->pitch, &face->roll);
        if (models->eyes.session != NULL &&
            !face_eyes_look(models->eyes.session, look->warp, mesh, &face->eye_openness, error)) {
            return FALSE;
        }
    }
    return models->vector.session == NULL || box_width(&found->box) < FACE_LEAST_VECTOR_PIXELS ||
           face_vector_take(models->vector.family, models->vector.session, look->warp,
                            found->landmarks, &face->vector, error);
}

static VisionFace *face_new(void)
{
    VisionFace *face = g_new0(VisionFace, 1);
    face->confidence = face->eye_openness = face->yaw = face->pitch = face->roll = NAN;
    for (int i = 0; i < VISION_LANDMARKS; i++) {
        face->landmarks[i][0] = face->landmarks[i][1] = NAN;
    }
    return face;
}

static int face_compare(gconstpointer a, gconstpointer b)
{
    const VisionFace *first = *(VisionFace *const *)a, *second = *(VisionFace *const *)b;
    const float from = first->box.x1 + first->box.x2, to = second->box.x1 + second->box.x2;
    return (from > to) - (from < to);
}

GPtrArray *faces_find(const FaceModels *models, const VisionImage *image, GError **error)
{
    g_auto(Look) look = look_begin(models, image);
    if (!look_find(&look, FALSE, error)) {
        return NULL;
    }
    if (is_perhaps_upside_down(&look) && !look_find(&look, TRUE, error)) {
        return NULL;
    }
    g_autoptr(GPtrArray) faces = g_ptr_array_new_with_free_func((GDestroyNotify)vision_face_free);
    const guint count = MIN(look.found->len, LIMIT_FACES_PER_PICTURE);
    for (guint i = 0; i < count; i++) {
        const FaceCandidate *found = &g_array_index(look.found, FaceCandidate, i);
        VisionFace *face = face_new();
        g_ptr_array_add(faces, face);
        face->confidence = found->score;
        face_tell_place(face, image, found);
        if (!face_measure(face, &look, found, error)) {
            return NULL;
        }
    }
    g_ptr_array_sort(faces, face_compare);
    return g_steal_pointer(&faces);
}

/* The best of the found whose middle lies in the box; NULL: none. */
static const FaceCandidate *found_in_box(const Look *look, const VisionBox *box)
{
    for (guint i = 0; i < look->found->len; i++) {
        const FaceCandidate *found = &g_array_index(look->found, FaceCandidate, i);
        const float x = (found->box.x1 + found->box.x2) / 2;
        const float y = (found->box.y1 + found->box.y2) / 2;
        if (x >= box->x1 && x <= box->x2 && y >= box->y1 && y <= box->y2) {
            return found;
        }
    }
    return NULL;
}

/* Somebody says that there is a face: first what the detector sees round the box, for it knows how
 * the head is turned, then the mesh on the box as it is. */
static gboolean look_into_box(Look *look, const VisionBox *box, GError **error)
{
    const FaceModel *detector = &look->models->detector;
    g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(FaceCandidate));
    if (!face_search_box(detector->family, detector->session, look->image, box, candidates,
                         error)) {
        return FALSE;
    }
    face_candidates_suppress(candidates, MOST_UNION, ANY_SHARE);
    for (guint i = 0; i < candidates->len && found_in_box(look, box) == NULL; i++) {
        if (!candidate_verify(look, g_array_index(candidates, FaceCandidate, i), error)) {
            return FALSE;
        }
    }
    if (found_in_box(look, box) != NULL || !mesh_decides(look->models)) {
        return TRUE;
    }
    const FaceCandidate itself = {.box = *box, .score = 1};
    return candidate_verify(look, itself, error);
}

VisionFace *faces_describe(const FaceModels *models, const VisionImage *image, const VisionBox *box,
                           GError **error)
{
    const float across = (float)image->width / (float)image->full_width;
    const float down = (float)image->height / (float)image->full_height;
    VisionBox here = {box->x1 * across, box->y1 * down, box->x2 * across, box->y2 * down};
    if (!(box->x2 > box->x1 && box->y2 > box->y1) ||
        !box_clip(&here, (float)image->width, (float)image->height)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "the box is empty or lies outside the picture");
        return NULL;
    }
    g_auto(Look) look = look_begin(models, image);
    g_autoptr(VisionFace) face = face_new();
    if (!look_into_box(&look, &here, error)) {
        return NULL;
    }
    const FaceCandidate *found = found_in_box(&look, &here);
    if (found != NULL) {
        face_tell_place(face, image, found);
        if (!face_measure(face, &look, found, error)) {
            return NULL;
        }
    }
    face->box = *box;
    return g_steal_pointer(&face);
}
