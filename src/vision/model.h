/* Installed models: a folder (DATA/models) with a folder for each, and in it model.json, which says
 * what it is, and the file that it names. docs/internals/models.md has the members of model.json;
 * models/ in the source tree has the manifests of the models that `make models` fetches.
 *
 * A model has a purpose and a family. The purpose says what it is for; the family how it is fed and
 * read. For each purpose one model is in use: the one that `albumen models use` chose
 * (DATA/models/use.json), else the installed one that its manifest calls the default, else none. */
#pragma once

#include "base/error.h"
#include "vision/findings.h"

#include <glib.h>

typedef enum {
    MODEL_RUNTIME = 1,   /* the ONNX Runtime library itself */
    MODEL_OBJECTS,       /* "objects": families "centernet", "nanodet", "yolo" */
    MODEL_FACE_DETECTOR, /* "face-detector": "blazeface", "scrfd" */
    MODEL_FACE_MESH,     /* "face-mesh": "facemesh" */
    MODEL_EYES,          /* "eyes": "iris" */
    MODEL_FACE_VECTOR,   /* "face-vector": "face-resnet", "arcface" */
    MODEL_SIMILAR,       /* "similar": "objects" (an output of the objects' model), "mobilenet" */
    MODEL_IMAGE_WORDS,   /* "image-words": "clip" */
    MODEL_TEXT_WORDS,    /* "text-words": "clip" */
    MODEL_VOCABULARY,    /* "vocabulary": "clip-bpe" */
} ModelPurpose;
#define MODEL_PURPOSES 10

const char *model_purpose_name(ModelPurpose purpose);
ModelPurpose model_purpose_from_name(const char *name); /* 0 when it is none */

typedef struct {
    char *name; /* "centernet": also its folder's */
    ModelPurpose purpose;
    char *family;
    char *version;
    char *package, *licence, *origin; /* where it comes from, for people; NULL: not told */
    char *file;                       /* its path */
    char *sha256;                     /* 64 hex digits, of the file */
    gint64 bytes;
    gboolean is_default;
    char
        *options; /* JSON that the family reads: labels, thresholds, names of outputs; never NULL */
    char *problem; /* why it cannot be used, for a person; NULL: nothing is known against it */
} Model;

void model_unref(Model *model);
Model *model_ref(Model *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Model, model_unref)

/* What is installed, as it was when it was read; never changes. */
typedef struct ModelSet ModelSet;

/* Reads the folder; an empty set when there is none. A broken manifest makes a Model with a
 * problem, never an error. */
ModelSet *model_set_read(const char *folder, GError **error);
void model_set_unref(ModelSet *set);
ModelSet *model_set_ref(ModelSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ModelSet, model_set_unref)

const GPtrArray *model_set_all(const ModelSet *set); /* Model, by name */
/* The one in use; NULL: none. */
const Model *model_set_of(const ModelSet *set, ModelPurpose purpose);
/* Whether a model of the set is in use for anything. */
gboolean model_set_serves(const ModelSet *set, const Model *model);
/* The tasks that the models in use can do. */
int model_set_tasks(const ModelSet *set);
/* Names the weights that a task works with, for analysis.model: "centernet@0123456789ab", joined by
 * '+' when they are several. NULL when the set cannot do the task. The set's own. */
const char *model_set_task_model(const ModelSet *set, VisionTask task);
/* Why not, for a person; NULL when it can. The set's own. */
const char *model_set_task_problem(const ModelSet *set, VisionTask task);

/* Which model a purpose has from now on. NOT_FOUND when none of that name is installed. */
gboolean model_use(const char *folder, const char *name, GError **error);
/* Copies a file (.onnx, a runtime library, a vocabulary) into the folder, with a manifest that is
 * given (`manifest`, a path; NULL: worked out from its inputs and outputs) and under a name (NULL:
 * the manifest's, or the file's). Loads it once to see that it works: nothing is left behind when
 * it does not. Where its purpose had no model, it is in use from now on. CONFLICT when there is one
 * of that name. */
Model *model_install(const char *folder, const char *file, const char *manifest, const char *name,
                     GError **error);
/* The file has the manifest's size and checksum. */
gboolean model_verify(const Model *model, GError **error);
