/* What models find on a picture. Coordinates are pixels of the upright original, in floats; a box
 * lies within the picture. Vectors are float32. What no installed model measures is absent: NaN, no
 * floats, an empty array. */
#pragma once

#include <glib.h>

/* What can be asked of a picture; each needs models of its own (vision/model.h). */
typedef enum {
    VISION_OBJECTS = 1 << 0,
    VISION_FACES = 1 << 1,
    VISION_SIMILAR = 1 << 2, /* a vector of the look of the whole */
    VISION_WORDS = 1 << 3,   /* a vector in a space shared with texts (CLIP-shaped models) */
} VisionTask;
#define VISION_TASKS 4

/* "objects", "faces", "similar", "words": the texts of analysis.task. */
const char *vision_task_name(VisionTask task);

typedef struct {
    float x1, y1, x2, y2; /* x2 > x1, y2 > y1 */
} VisionBox;

typedef struct {
    char *label; /* as the model calls it: "dog" */
    float score; /* 0..1 */
    VisionBox box;
} VisionObject;

/* In this order: right eye (left in the picture), left eye, tip of the nose, right and left corner
 * of the mouth. */
#define VISION_LANDMARKS 5

typedef struct {
    VisionBox box;
    float confidence;                     /* 0..1; NaN: a person drew the box */
    float landmarks[VISION_LANDMARKS][2]; /* x, y */
    float eye_openness;                   /* height over width of the eyes' openings; NaN */
    float yaw, pitch, roll;               /* degrees: positive to the subject's left, up, and
                                             clockwise as one sees it; NaN */
    GArray *vector; /* of float, as the model gives it; NULL: too small, or no model */
    GBytes *crop;   /* JPEG of the face and a little around it, upright: the worker's
                       (jobs/worker_vision.c); NULL before */
} VisionFace;

typedef struct {
    int tasks;          /* VisionTask: what was done; the rest is absent */
    GPtrArray *objects; /* VisionObject, by falling score */
    GPtrArray *faces;   /* VisionFace, from left to right */
    GArray *similar;    /* of float, length 1; NULL */
    GArray *words;
} VisionFindings;

VisionFindings *vision_findings_new(int tasks);
void vision_findings_free(VisionFindings *findings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VisionFindings, vision_findings_free)
void vision_object_free(VisionObject *object);
void vision_face_free(VisionFace *face);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VisionFace, vision_face_free)
