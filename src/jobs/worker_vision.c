#include "jobs/worker_vision.h"

#include "base/limits.h"
#include "media/crop.h"

#include <math.h>

/* The long edge that models are given, at least: vision/faces.h. */
#define LOOK_LONG_PIXELS 1280

/* Of the crop of a face. */
#define CROP_PIXELS 192
/* A crop that has fewer pixels than this is cut from a larger decode, if there is one. */
#define CROP_COARSE_PIXELS 96
/* Which goes no further than this. */
#define CROP_LONG_PIXELS 4096

struct WorkerVision {
    VisionRuntime *runtime;
    Vision *vision;
};

WorkerVision *worker_vision_new(const char *path, GError **error)
{
    VisionRuntime *runtime = vision_runtime_load(path, error);
    if (!runtime) {
        return NULL;
    }
    WorkerVision *vision = g_new0(WorkerVision, 1);
    vision->runtime = runtime;
    vision->vision = vision_new(runtime);
    return vision;
}

const char *worker_vision_runtime(gpointer vision)
{
    const WorkerVision *loaded = vision;
    return vision_runtime_version(loaded->runtime);
}

gboolean worker_vision_load(gpointer vision, ModelPurpose purpose, const char *family,
                            const char *options, GBytes *contents, GError **error)
{
    const WorkerVision *loaded = vision;
    return vision_load(loaded->vision, purpose, family, options, contents, error);
}

void worker_vision_drop(gpointer vision, ModelPurpose purpose)
{
    const WorkerVision *loaded = vision;
    vision_drop(loaded->vision, purpose);
}

static VisionImage image_of(const MediaPixels *pixels)
{
    return (VisionImage){
        .width = pixels->bitmap->width,
        .height = pixels->bitmap->height,
        .rgb = pixels->bitmap->pixels,
        .full_width = pixels->full_width,
        .full_height = pixels->full_height,
    };
}

/* Whole pixels, outward, within the picture. Written so that NaN ends within it too. */
static VisionBox whole_box(const VisionBox *box, const MediaPixels *pixels)
{
    float right = (float)pixels->full_width, bottom = (float)pixels->full_height;
    VisionBox whole = {
        .x1 = fmaxf(0, fminf(floorf(box->x1), right - 1)),
        .y1 = fmaxf(0, fminf(floorf(box->y1), bottom - 1)),
    };
    whole.x2 = fmaxf(whole.x1 + 1, fminf(ceilf(box->x2), right));
    whole.y2 = fmaxf(whole.y1 + 1, fminf(ceilf(box->y2), bottom));
    return whole;
}

static MediaBox media_box(const VisionBox *box)
{
    return (MediaBox){(double)box->x1, (double)box->y1, (double)box->x2, (double)box->y2};
}

/* The long edge of a decode in which the crops of all faces have pixels enough; 0: this one serves.
 */
static int finer_long_pixels(const MediaPixels *pixels, const GPtrArray *faces)
{
    int edge = MAX(pixels->bitmap->width, pixels->bitmap->height);
    double side = CROP_COARSE_PIXELS;
    for (guint i = 0; i < faces->len; i++) {
        const VisionFace *face = g_ptr_array_index(faces, i);
        MediaBox box = media_box(&face->box);
        side = MIN(side, crop_side_pixels(pixels, &box));
    }
    int finer = (int)MIN(edge * CROP_COARSE_PIXELS / MAX(side, 1), CROP_LONG_PIXELS);
    int whole = MAX(pixels->full_width, pixels->full_height);
    return finer > edge && whole > edge ? MIN(finer, whole) : 0;
}

/* Puts a crop beside each face. When there is no room for a larger decode, coarse ones do. */
static gboolean add_crops(const MediaPixels *pixels, int fd, const char *name, GPtrArray *faces,
                          GError **error)
{
    g_auto(MediaPixels) finer = {0};
    int finer_long = finer_long_pixels(pixels, faces);
    gboolean has_finer = finer_long > 0 && media_pixels(fd, name, finer_long, &finer, NULL);
    for (guint i = 0; i < faces->len; i++) {
        VisionFace *face = g_ptr_array_index(faces, i);
        MediaBox box = media_box(&face->box);
        gboolean is_coarse = crop_side_pixels(pixels, &box) < CROP_COARSE_PIXELS;
        face->crop = crop_jpeg(has_finer && is_coarse ? &finer : pixels, &box, CROP_PIXELS,
                               LIMIT_FACE_CROP_BYTES, error);
        if (!face->crop) {
            return FALSE;
        }
    }
    return TRUE;
}

static VisionFindings *finish(VisionFindings *taken, const MediaPixels *pixels, int fd,
                              const char *name, WorkerSize *ret_size, GError **error)
{
    g_autoptr(VisionFindings) findings = taken;
    for (guint i = 0; i < findings->objects->len; i++) {
        VisionObject *object = g_ptr_array_index(findings->objects, i);
        object->box = whole_box(&object->box, pixels);
    }
    for (guint i = 0; i < findings->faces->len; i++) {
        VisionFace *face = g_ptr_array_index(findings->faces, i);
        face->box = whole_box(&face->box, pixels);
    }
    *ret_size = (WorkerSize){pixels->full_width, pixels->full_height};
    return add_crops(pixels, fd, name, findings->faces, error) ? g_steal_pointer(&findings) : NULL;
}

VisionFindings *worker_vision_analyse(gpointer vision, int fd, const char *name, int tasks,
                                      WorkerSize *ret_size, GError **error)
{
    const WorkerVision *loaded = vision;
    g_auto(MediaPixels) pixels = {0};
    if (!media_pixels(fd, name, LOOK_LONG_PIXELS, &pixels, error)) {
        return NULL;
    }
    VisionImage image = image_of(&pixels);
    VisionFindings *findings = vision_analyse(loaded->vision, &image, tasks, error);
    return findings ? finish(findings, &pixels, fd, name, ret_size, error) : NULL;
}

VisionFindings *worker_vision_face(gpointer vision, int fd, const char *name, const VisionBox *box,
                                   WorkerSize *ret_size, GError **error)
{
    const WorkerVision *loaded = vision;
    g_auto(MediaPixels) pixels = {0};
    if (!media_pixels(fd, name, LOOK_LONG_PIXELS, &pixels, error)) {
        return NULL;
    }
    VisionImage image = image_of(&pixels);
    VisionBox whole = whole_box(box, &pixels);
    VisionFace *face = vision_describe_face(loaded->vision, &image, &whole, error);
    if (!face) {
        return NULL;
    }
    VisionFindings *findings = vision_findings_new(VISION_FACES);
    g_ptr_array_add(findings->faces, face);
    return finish(findings, &pixels, fd, name, ret_size, error);
}

VisionFindings *worker_vision_text(gpointer vision, const char *text, GError **error)
{
    const WorkerVision *loaded = vision;
    GArray *vector = vision_text_vector(loaded->vision, text, error);
    if (!vector) {
        return NULL;
    }
    VisionFindings *findings = vision_findings_new(VISION_WORDS);
    findings->words = vector;
    return findings;
}

GBytes *worker_vision_crop(int fd, const char *name, const VisionBox *box, GError **error)
{
    g_auto(MediaPixels) pixels = {0};
    if (!media_pixels(fd, name, LOOK_LONG_PIXELS, &pixels, error)) {
        return NULL;
    }
    VisionFace *face = g_new0(VisionFace, 1);
    g_autoptr(GPtrArray) faces = g_ptr_array_new_with_free_func((GDestroyNotify)vision_face_free);
    face->box = whole_box(box, &pixels);
    g_ptr_array_add(faces, face);
    return add_crops(&pixels, fd, name, faces, error) ? g_bytes_ref(face->crop) : NULL;
}
