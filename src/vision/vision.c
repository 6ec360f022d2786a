#include "vision/vision.h"

#include "vision/faces.h"
#include "vision/objects.h"
#include "vision/options.h"
#include "vision/similar.h"
#include "vision/words.h"

/* The model that serves a purpose; all NULL: none. */
typedef struct {
    char *family;
    VisionSession *session;
    Objects *objects; /* of MODEL_OBJECTS */
    Similar *similar; /* of MODEL_SIMILAR */
    Words *words;     /* of MODEL_IMAGE_WORDS and MODEL_TEXT_WORDS */
    Bpe *vocabulary;  /* of MODEL_VOCABULARY, which has no session */
} Loaded;

struct Vision {
    VisionRuntime *runtime;
    Loaded loaded[MODEL_PURPOSES + 1];
};

static void loaded_clear(Loaded *loaded)
{
    g_clear_pointer(&loaded->objects, objects_free); /* they use the session */
    g_clear_pointer(&loaded->similar, similar_free);
    g_clear_pointer(&loaded->words, words_free);
    g_clear_pointer(&loaded->vocabulary, bpe_free);
    g_clear_pointer(&loaded->session, vision_session_free);
    g_clear_pointer(&loaded->family, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Loaded, loaded_clear)

Vision *vision_new(VisionRuntime *runtime)
{
    Vision *vision = g_new0(Vision, 1);
    vision->runtime = vision_runtime_ref(runtime);
    return vision;
}

void vision_free(Vision *vision)
{
    if (!vision) {
        return;
    }
    for (int i = 0; i <= MODEL_PURPOSES; i++) {
        loaded_clear(&vision->loaded[i]);
    }
    vision_runtime_unref(vision->runtime);
    g_free(vision);
}

/* Makes what reads the session, which is how it is found out whether it fits. */
static gboolean load_reader(Loaded *loaded, ModelPurpose purpose, ModelOptions *options,
                            GError **error)
{
    switch (purpose) {
    case MODEL_OBJECTS:
        loaded->objects = objects_new(loaded->session, loaded->family, options, error);
        return loaded->objects != NULL;
    case MODEL_SIMILAR:
        loaded->similar = similar_new(loaded->session, options, error);
        return loaded->similar != NULL;
    case MODEL_IMAGE_WORDS:
        loaded->words = words_image_new(loaded->session, options, error);
        return loaded->words != NULL;
    case MODEL_TEXT_WORDS:
        loaded->words = words_text_new(loaded->session, options, error);
        return loaded->words != NULL;
    case MODEL_FACE_DETECTOR:
    case MODEL_FACE_MESH:
    case MODEL_EYES:
    case MODEL_FACE_VECTOR: {
        FaceModel model = {loaded->family, loaded->session};
        return face_model_check(purpose, &model, error);
    }
    default:
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "a model for %s is not loaded here", model_purpose_name(purpose));
        return FALSE;
    }
}

gboolean vision_load(Vision *vision, ModelPurpose purpose, const char *family, const char *options,
                     GBytes *contents, GError **error)
{
    g_auto(Loaded) loaded = {.family = g_strdup(family)};
    g_autoptr(ModelOptions) read = model_options_read(options, error);
    if (!read) {
        return FALSE;
    }
    if (purpose == MODEL_VOCABULARY) {
        loaded.vocabulary = bpe_new(contents, error);
    } else {
        loaded.session = vision_session_new(vision->runtime, contents, error);
    }
    if (!loaded.vocabulary && (!loaded.session || !load_reader(&loaded, purpose, read, error))) {
        return FALSE;
    }
    loaded_clear(&vision->loaded[purpose]);
    vision->loaded[purpose] = loaded;
    loaded = (Loaded){0};
    return TRUE;
}

void vision_drop(Vision *vision, ModelPurpose purpose)
{
    loaded_clear(&vision->loaded[purpose]);
}

/* The tasks that the loaded models can do. */
static int tasks_of(const Vision *vision)
{
    const Loaded *loaded = vision->loaded;
    const Objects *objects = loaded[MODEL_OBJECTS].objects;
    int tasks = objects ? VISION_OBJECTS : 0;
    tasks |= loaded[MODEL_FACE_DETECTOR].session ? VISION_FACES : 0;
    tasks |= loaded[MODEL_SIMILAR].similar || (objects && objects_have_similar(objects))
                 ? VISION_SIMILAR
                 : 0;
    return tasks | (loaded[MODEL_IMAGE_WORDS].words ? VISION_WORDS : 0);
}

static FaceModels face_models(const Vision *vision)
{
    const Loaded *loaded = vision->loaded;
    return (FaceModels){
        .detector = {loaded[MODEL_FACE_DETECTOR].family, loaded[MODEL_FACE_DETECTOR].session},
        .mesh = {loaded[MODEL_FACE_MESH].family, loaded[MODEL_FACE_MESH].session},
        .eyes = {loaded[MODEL_EYES].family, loaded[MODEL_EYES].session},
        .vector = {loaded[MODEL_FACE_VECTOR].family, loaded[MODEL_FACE_VECTOR].session},
    };
}

static gboolean find_faces(Vision *vision, const VisionImage *image, VisionFindings *findings,
                           GError **error)
{
    FaceModels models = face_models(vision);
    GPtrArray *faces = faces_find(&models, image, error);
    if (!faces) {
        return FALSE;
    }
    g_ptr_array_unref(findings->faces);
    findings->faces = faces;
    return TRUE;
}

static gboolean find_similar(Vision *vision, const VisionImage *image, VisionFindings *findings,
                             GError **error)
{
    g_clear_pointer(&findings->similar, g_array_unref);
    findings->similar = similar_find(vision->loaded[MODEL_SIMILAR].similar, image, error);
    return findings->similar != NULL;
}

/* Objects, and what the same run tells of the picture's look. */
static gboolean find_objects(Vision *vision, const VisionImage *image, VisionFindings *findings,
                             GError **error)
{
    return objects_find(vision->loaded[MODEL_OBJECTS].objects, image, findings, error);
}

static gboolean find_words(Vision *vision, const VisionImage *image, VisionFindings *findings,
                           GError **error)
{
    findings->words = words_of_image(vision->loaded[MODEL_IMAGE_WORDS].words, image, error);
    return findings->words != NULL;
}

VisionFindings *vision_analyse(Vision *vision, const VisionImage *image, int tasks, GError **error)
{
    int missing = tasks & ~tasks_of(vision);
    if (missing) {
        VisionTask task = (VisionTask)(1 << g_bit_nth_lsf((gulong)missing, -1));
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE, "no model for %s is loaded",
                    vision_task_name(task));
        return NULL;
    }
    const gboolean own_similar = vision->loaded[MODEL_SIMILAR].similar != NULL;
    g_autoptr(VisionFindings) findings = vision_findings_new(tasks);
    const gboolean with_objects =
        (tasks & VISION_OBJECTS) || ((tasks & VISION_SIMILAR) && !own_similar);
    if ((with_objects && !find_objects(vision, image, findings, error)) ||
        ((tasks & VISION_SIMILAR) && own_similar &&
         !find_similar(vision, image, findings, error)) ||
        ((tasks & VISION_WORDS) && !find_words(vision, image, findings, error)) ||
        ((tasks & VISION_FACES) && !find_faces(vision, image, findings, error))) {
        return NULL;
    }
    return g_steal_pointer(&findings);
}

VisionFace *vision_describe_face(Vision *vision, const VisionImage *image, const VisionBox *box,
                                 GError **error)
{
    FaceModels models = face_models(vision);
    return faces_describe(&models, image, box, error);
}

GArray *vision_text_vector(Vision *vision, const char *text, GError **error)
{
    const Words *words = vision->loaded[MODEL_TEXT_WORDS].words;
    const Bpe *vocabulary = vision->loaded[MODEL_VOCABULARY].vocabulary;
    if (!words || !vocabulary) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE, "no %s is loaded",
                    words ? "vocabulary" : "model for texts");
        return NULL;
    }
    return words_of_text(words, vocabulary, text, error);
}
