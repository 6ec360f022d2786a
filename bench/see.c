/* Shows pictures to the models that find faces, and says what they see and how much of the
 * processor it took: what bench/quality.mjs measures the bare models with, and the stages one by
 * one.
 *
 *   see MODELS < requests > answers
 *
 * MODELS is a folder of models (docs/internals/models.md). A request is a line of JSON:
 *   {"file":PATH,"shrink":1,"turn":0,"light":1,"pixels":1280}
 * `shrink` makes the picture so many times smaller and puts it into a black one of its old size,
 * `turn` turns it clockwise by degrees, `light` scales its brightness. The answer is a line of
 * JSON:
 *   {"width":W,"height":H,"ms":MS,"faces":[{"box":[x1,y1,x2,y2],"confidence":C,"eyes":E,
 *    "pose":[yaw,pitch,roll],"vector":[...]}]}
 * with boxes in pixels of the picture that was shown. */
#include "vision/faces.h"
#include "vision/model.h"
#include "vision/vision.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>
#include <vips/vips.h>

static VisionSession *session_of(VisionRuntime *runtime, const char *models, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".onnx", NULL);
    g_autofree char *path = g_build_filename(models, name, file, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GMappedFile) mapped = g_mapped_file_new(path, FALSE, &error);
    if (mapped == NULL) {
        g_error("%s", error->message);
    }
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(mapped);
    VisionSession *session = vision_session_new(runtime, bytes, &error);
    if (session == NULL) {
        g_error("%s: %s", name, error->message);
    }
    return session;
}

static double number_of(const json_t *request, const char *name, double otherwise)
{
    const json_t *value = json_object_get(request, name);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

/* The picture as asked for: RGB, owned by the caller; NULL with vips' error. */
static VipsImage *picture_of(const json_t *request)
{
    VipsObject *context = VIPS_OBJECT(vips_image_new());
    VipsImage **t = (VipsImage **)vips_object_local_array(context, 8);
    const char *file = json_string_value(json_object_get(request, "file"));
    const int pixels = (int)number_of(request, "pixels", 1280);
    const double light = number_of(request, "light", 1), turn = number_of(request, "turn", 0);
    const double shrink = number_of(request, "shrink", 1);
    VipsImage *made = NULL;
    if (vips_thumbnail(file, &t[0], pixels, "height", pixels, "size", VIPS_SIZE_DOWN, NULL) == 0 &&
        vips_colourspace(t[0], &t[1], VIPS_INTERPRETATION_sRGB, NULL) == 0 &&
        vips_linear1(t[1], &t[2], light, 0, "uchar", TRUE, NULL) == 0 &&
        vips_resize(t[2], &t[3], 1 / shrink, NULL) == 0 &&
        vips_gravity(t[3], &t[4], VIPS_COMPASS_DIRECTION_CENTRE, t[2]->Xsize, t[2]->Ysize, NULL) ==
            0 &&
        (t[5] = vips_image_copy_memory(t[4])) != NULL &&
        vips_rotate(t[5], &t[6], turn, NULL) == 0) {
        made = vips_image_copy_memory(t[6]);
    }
    g_object_unref(context);
    return made;
}

static json_t *face_json(const VisionFace *face)
{
    json_t *vector = json_array();
    for (guint i = 0; face->vector != NULL && i < face->vector->len; i++) {
        json_array_append_new(vector, json_real(g_array_index(face->vector, float, i)));
    }
    json_t *landmarks = json_array();
    for (int i = 0; i < VISION_LANDMARKS; i++) {
        json_array_append_new(landmarks,
                              json_pack("[ff]", face->landmarks[i][0], face->landmarks[i][1]));
    }
    return json_pack("{s:[ffff],s:f,s:f,s:[fff],s:o,s:o}", "box", face->box.x1, face->box.y1,
                     face->box.x2, face->box.y2, "confidence", face->confidence, "eyes",
                     isnan(face->eye_openness) ? -1.0 : face->eye_openness, "pose",
                     isnan(face->yaw) ? 0.0 : face->yaw, isnan(face->yaw) ? 0.0 : face->pitch,
                     isnan(face->yaw) ? 0.0 : face->roll, "landmarks", landmarks, "vector", vector);
}

/* {"objects":true,"file":PATH}: {"objects":[{"label":L,"score":S,"box":[x1,y1,x2,y2]}]}, the boxes
 * in pixels of the original. */
static void answer_objects(Vision *vision, const json_t *request)
{
    const char *file = json_string_value(json_object_get(request, "file"));
    VipsImage *picture = picture_of(request), *original = vips_image_new_from_file(file, NULL);
    if (picture == NULL || original == NULL || picture->Bands != 3) {
        g_error("%s: %s", file, vips_error_buffer());
    }
    const VisionImage image = {
        .width = picture->Xsize,
        .height = picture->Ysize,
        .rgb = VIPS_IMAGE_ADDR(picture, 0, 0),
        .full_width = original->Xsize,
        .full_height = original->Ysize,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(VisionFindings) findings = vision_analyse(vision, &image, VISION_OBJECTS, &error);
    if (findings == NULL) {
        g_error("%s", error->message);
    }
    json_t *list = json_array();
    for (guint i = 0; i < findings->objects->len; i++) {
        const VisionObject *object = findings->objects->pdata[i];
        json_array_append_new(list, json_pack("{s:s,s:f,s:[ffff]}", "label", object->label, "score",
                                              object->score, "box", object->box.x1, object->box.y1,
                                              object->box.x2, object->box.y2));
    }
    json_t *told = json_pack("{s:o}", "objects", list);
    g_autofree char *line = json_dumps(told, JSON_COMPACT);
    puts(line);
    fflush(stdout);
    json_decref(told);
    g_object_unref(picture);
    g_object_unref(original);
}

/* With the model for objects that is in use; NULL when there is none. */
static Vision *vision_of(VisionRuntime *runtime, const char *models)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ModelSet) set = model_set_read(models, &error);
    const Model *model = set != NULL ? model_set_of(set, MODEL_OBJECTS) : NULL;
    if (model == NULL) {
        return NULL;
    }
    g_autoptr(GMappedFile) mapped = g_mapped_file_new(model->file, FALSE, &error);
    if (mapped == NULL) {
        g_error("%s", error->message);
    }
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(mapped);
    Vision *vision = vision_new(runtime);
    if (!vision_load(vision, MODEL_OBJECTS, model->family, model->options, bytes, &error)) {
        g_error("%s: %s", model->name, error->message);
    }
    return vision;
}

static void answer(const FaceModels *models, const json_t *request)
{
    VipsImage *picture = picture_of(request);
    if (picture == NULL || picture->Bands != 3) {
        g_error("%s: %s", json_string_value(json_object_get(request, "file")), vips_error_buffer());
    }
    const VisionImage image = {
        .width = picture->Xsize,
        .height = picture->Ysize,
        .rgb = VIPS_IMAGE_ADDR(picture, 0, 0),
        .full_width = picture->Xsize,
        .full_height = picture->Ysize,
    };
    g_autoptr(GError) error = NULL;
    const clock_t start = clock(); /* of the processor: others may be busy beside us */
    g_autoptr(GPtrArray) faces = faces_find(models, &image, &error);
    if (faces == NULL) {
        g_error("%s", error->message);
    }
    json_t *list = json_array();
    for (guint i = 0; i < faces->len; i++) {
        json_array_append_new(list, face_json(faces->pdata[i]));
    }
    json_t *told =
        json_pack("{s:i,s:i,s:f,s:o}", "width", image.width, "height", image.height, "ms",
                  (double)(clock() - start) * 1000 / CLOCKS_PER_SEC, "faces", list);
    g_autofree char *line = json_dumps(told, JSON_COMPACT);
    puts(line);
    fflush(stdout);
    json_decref(told);
    g_object_unref(picture);
}

int main(int argc, char **argv)
{
    if (argc != 2 || VIPS_INIT(argv[0]) != 0) {
        fprintf(stderr, "usage: see MODELS\n");
        return 2;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(argv[1], "onnxruntime", "libonnxruntime.so", NULL);
    g_autoptr(VisionRuntime) runtime = vision_runtime_load(path, &error);
    if (runtime == NULL) {
        g_error("%s", error->message);
    }
    const FaceModels models = {
        .detector = {"blazeface", session_of(runtime, argv[1], "blazeface")},
        .mesh = {"facemesh", session_of(runtime, argv[1], "facemesh")},
        .eyes = {"iris", session_of(runtime, argv[1], "iris")},
        .vector = {"face-resnet", session_of(runtime, argv[1], "face-resnet")},
    };
    const struct {
        ModelPurpose purpose;
        const FaceModel *model;
    } all[] = {{MODEL_FACE_DETECTOR, &models.detector},
               {MODEL_FACE_MESH, &models.mesh},
               {MODEL_EYES, &models.eyes},
               {MODEL_FACE_VECTOR, &models.vector}};
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        if (!face_model_check(all[i].purpose, all[i].model, &error)) {
            g_error("%s: %s", all[i].model->family, error->message);
        }
    }
    g_autoptr(Vision) vision = NULL;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        json_error_t problem;
        json_t *request = json_loads(line, 0, &problem);
        if (request == NULL) {
            g_error("a request is no JSON: %s", problem.text);
        }
        if (json_object_get(request, "objects") != NULL) {
            if (vision == NULL && (vision = vision_of(runtime, argv[1])) == NULL) {
                g_error("there is no model for objects");
            }
            answer_objects(vision, request);
        } else {
            answer(&models, request);
        }
        json_decref(request);
    }
    free(line);
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        vision_session_free((VisionSession *)all[i].model->session);
    }
    return 0;
}
