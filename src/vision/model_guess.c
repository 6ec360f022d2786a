#include "vision/model_guess.h"

#include "base/json_writer.h"
#include "base/limits.h"
#include "vision/faces.h"
#include "vision/words.h"

#define ARCFACE_PIXELS 112

/* Distances of vectors of 512 floats trained with angular margins (cosine): what is usual for such
 * networks, on the careful side, as nobody has measured this one. model.json may say better. */
#define ARCFACE_OPTIONS                                                                            \
    "{\"metric\":\"cosine\",\"join\":0.5,\"average\":0.5,\"suggest\":0.6,\"cosine_same\":0.5}"

/* The classes of COCO 2017, in their order: what nearly every detector of 80 classes was trained
 * with. */
static const char *const coco_labels[] = {
    "person",        "bicycle",      "car",
    "motorcycle",    "airplane",     "bus",
    "train",         "truck",        "boat",
    "traffic light", "fire hydrant", "stop sign",
    "parking meter", "bench",        "bird",
    "cat",           "dog",          "horse",
    "sheep",         "cow",          "elephant",
    "bear",          "zebra",        "giraffe",
    "backpack",      "umbrella",     "handbag",
    "tie",           "suitcase",     "frisbee",
    "skis",          "snowboard",    "sports ball",
    "kite",          "baseball bat", "baseball glove",
    "skateboard",    "surfboard",    "tennis racket",
    "bottle",        "wine glass",   "cup",
    "fork",          "knife",        "spoon",
    "bowl",          "banana",       "apple",
    "sandwich",      "orange",       "broccoli",
    "carrot",        "hot dog",      "pizza",
    "donut",         "cake",         "chair",
    "couch",         "potted plant", "bed",
    "dining table",  "toilet",       "tv",
    "laptop",        "mouse",        "remote",
    "keyboard",      "cell phone",   "microwave",
    "oven",          "toaster",      "sink",
    "refrigerator",  "book",         "clock",
    "vase",          "scissors",     "teddy bear",
    "hair drier",    "toothbrush",
};

/* {"labels": [...]}: COCO's, or numbers, which the owner may replace by names in model.json. */
static char *label_options(gint64 classes)
{
    JsonWriter *writer = json_writer_new(LIMIT_MODEL_MANIFEST_BYTES);
    json_object_begin(writer);
    json_key(writer, "labels");
    json_array_begin(writer);
    for (gint64 i = 0; i < classes; i++) {
        g_autofree char *number = g_strdup_printf("class %" G_GINT64_FORMAT, i);
        json_text(writer, classes == G_N_ELEMENTS(coco_labels) ? coco_labels[i] : number);
    }
    json_array_end(writer);
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    json_writer_free(writer);
    gsize length = 0;
    const char *text = bytes ? g_bytes_get_data(bytes, &length) : NULL;
    return text ? g_strndup(text, length) : NULL;
}

static gboolean is_face_model(const VisionSession *session, ModelPurpose purpose,
                              const char *family)
{
    FaceModel model = {family, session};
    return face_model_check(purpose, &model, NULL);
}

/* One output of 1 x (4 + classes) x findings, and many more findings than classes. */
static gboolean is_yolo(const VisionPort *outputs, gsize count, gint64 *ret_classes)
{
    *ret_classes = count == 1 && outputs->rank == 3 ? outputs->shape[1] - 4 : 0;
    return *ret_classes >= 1 && *ret_classes <= LIMIT_MODEL_LABELS &&
           outputs->element == VISION_FLOAT &&
           (outputs->shape[2] < 0 || outputs->shape[2] > outputs->shape[1]);
}

static gboolean is_arcface(const VisionSession *session)
{
    gsize count = 0;
    const VisionPort *input = vision_session_inputs(session, &count);
    return count == 1 && input->rank == 4 &&
           (input->shape[2] == ARCFACE_PIXELS || input->shape[1] == ARCFACE_PIXELS) &&
           is_face_model(session, MODEL_FACE_VECTOR, "arcface");
}

gboolean model_guess(const VisionSession *session, ModelGuess *ret_guess, GError **error)
{
    gsize count = 0;
    gint64 classes = 0;
    const VisionPort *outputs = vision_session_outputs(session, &count);
    gboolean tokens = words_takes_tokens(session), pictures = words_takes_pictures(session);
    if (tokens) {
        *ret_guess = (ModelGuess){pictures ? MODEL_IMAGE_WORDS : MODEL_TEXT_WORDS, "clip",
                                  g_strdup(pictures ? "{\"text\":true}" : "{}")};
    } else if (is_face_model(session, MODEL_FACE_DETECTOR, "scrfd")) {
        *ret_guess = (ModelGuess){MODEL_FACE_DETECTOR, "scrfd", g_strdup("{}")};
    } else if (is_arcface(session)) {
        *ret_guess = (ModelGuess){MODEL_FACE_VECTOR, "arcface", g_strdup(ARCFACE_OPTIONS)};
    } else if (pictures && is_yolo(outputs, count, &classes)) {
        *ret_guess = (ModelGuess){MODEL_OBJECTS, "yolo", label_options(classes)};
    } else if (pictures && vision_session_output(session, "image_embeds")) {
        *ret_guess = (ModelGuess){MODEL_IMAGE_WORDS, "clip", g_strdup("{}")};
    } else {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "what the model is for cannot be told from its inputs and outputs: give a "
                    "manifest with its purpose and family");
        return FALSE;
    }
    return TRUE;
}
