/* Who is on an uploaded picture, which is kept nowhere. */
#include "api/pictopy/pictopy.h"
#include "base/limits.h"
#include "base/memory_file.h"
#include "http/multipart.h"
#include "jobs/vision_pool.h"
#include "library/face_links.h"

#include <string.h>
#include <unistd.h>

#define DEFAULT_THRESHOLD 0.6

/* A form being read. */
typedef struct {
    Multipart *form;
    GByteArray *file; /* NULL: none came */
    GString *threshold;
    enum { OTHER, FILE_PART, THRESHOLD_PART } part;
} Form;

static void form_free(gpointer data)
{
    Form *form = data;
    multipart_free(form->form);
    g_clear_pointer(&form->file, g_byte_array_unref);
    g_string_free(form->threshold, TRUE);
    g_free(form);
}

static gboolean begin_part(gpointer data, const MultipartPart *part, GError **error)
{
    Form *form = data;
    form->part = OTHER;
    if (strcmp(part->name, "file") == 0 && !form->file) {
        form->part = FILE_PART;
        form->file = g_byte_array_new();
    } else if (strcmp(part->name, "threshold") == 0) {
        form->part = THRESHOLD_PART;
        g_string_truncate(form->threshold, 0);
    }
    return TRUE;
}

static gboolean take_part(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    Form *form = data;
    if (form->part == FILE_PART) { /* as a whole the body is capped already */
        g_byte_array_append(form->file, bytes, (guint)length);
    } else if (form->part == THRESHOLD_PART && form->threshold->len + length < 32) {
        g_string_append_len(form->threshold, (const char *)bytes, (gssize)length);
    }
    return TRUE;
}

static gboolean end_part(gpointer data, GError **error)
{
    return TRUE;
}

static gboolean write_form(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    return multipart_write(((Form *)data)->form, bytes, length, error);
}

/* Clients choose a FaceNet's cosine. Where faces of one person are nearer to each other than there,
 * the distance that they allow becomes less by as much. */
static double allowed_cosine(const HttpRequest *request, const FaceLinks *links, double threshold)
{
    double same = pictopy_same_face(request, links);
    return 1 - (1 - threshold) * (1 - same) / (1 - FACE_LINKS_FACENET_SAME);
}

static float area(const VisionBox *box)
{
    return (box->x2 - box->x1) * (box->y2 - box->y1);
}

/* The largest whose vector is known; NULL: there is none. */
static const VisionFace *largest_face(const VisionFindings *findings)
{
    const VisionFace *largest = NULL;
    for (guint i = 0; findings->faces && i < findings->faces->len; i++) {
        const VisionFace *face = g_ptr_array_index(findings->faces, i);
        if (face->vector && (!largest || area(&face->box) > area(&largest->box))) {
            largest = face;
        }
    }
    return largest;
}

static gboolean answer_matches(HttpRequest *request, const GArray *matches, const char *message,
                               GError **error)
{
    guint count = matches ? matches->len : 0;
    JsonWriter *data = pictopy_writer();
    json_object_begin(data);
    json_key(data, "matches");
    json_array_begin(data);
    for (guint i = 0; i < count; i++) {
        const FaceNear *near = &g_array_index(matches, FaceNear, i);
        json_object_begin(data);
        json_member_string(data, "path", near->path);
        json_member_double(data, "similarity", near->similarity);
        json_object_end(data);
    }
    json_array_end(data);
    json_member_int(data, "count", count);
    json_object_end(data);
    return pictopy_answer(request, data, NULL, error, "%s", message);
}

static VisionFindings *look(HttpRequest *request, const Form *form, ModelSet *models,
                            GError **error)
{
    const Api *api = api_of(request);
    GCancellable *cancellable = http_request_cancellable(request);
    int fd = memory_file_new(form->file->data, form->file->len, error);
    g_autoptr(MediaPicture) picture =
        fd >= 0 ? worker_read(api->workers, fd, "picture", cancellable, error) : NULL;
    VisionFindings *findings = NULL;
    if (picture) {
        const VisionPicture shown = {fd, "picture", picture->width, picture->height};
        findings =
            vision_pool_analyse(api->vision, models, &shown, VISION_FACES, cancellable, error);
    }
    if (fd >= 0) {
        close(fd);
    }
    return findings;
}

static gboolean search(HttpRequest *request, const Form *form, ModelSet *models, double threshold,
                       GError **error)
{
    g_autoptr(VisionFindings) findings = look(request, form, models, error);
    if (!findings) {
        return FALSE;
    }
    const VisionFace *face = largest_face(findings);
    if (!face) {
        return pictopy_refuse(request, 400, NULL, "No faces detected");
    }
    g_autoptr(FaceLinks) links =
        face_links_read(api_of(request)->library, api_principal(request), error);
    if (!links) {
        return FALSE;
    }
    g_autofree char *model = vision_face_vector_model(models);
    gboolean comparable = g_strcmp0(model, face_links_model(links)) == 0;
    g_autoptr(GArray) matches = face_links_nearest(
        links, (const float *)(gpointer)face->vector->data, comparable ? face->vector->len : 0,
        allowed_cosine(request, links, threshold));
    g_autofree char *message = g_strdup_printf("Found %u images with similar faces", matches->len);
    return answer_matches(request, matches, message, error);
}

static gboolean finish_form(HttpRequest *request, gpointer data, GError **error)
{
    Form *form = data;
    if (!multipart_finish(form->form, error)) {
        return FALSE;
    }
    if (!form->file || form->file->len == 0) {
        return pictopy_refuse(request, 400, "A picture is required", "Missing 'file' in form");
    }
    char *end = NULL;
    double threshold = g_ascii_strtod(form->threshold->str, &end);
    if (form->threshold->len == 0) {
        threshold = DEFAULT_THRESHOLD;
    } else if (*end || !(threshold >= 0 && threshold <= 1)) {
        return pictopy_refuse(request, 400, "A threshold is a number from 0 to 1",
                              "Invalid 'threshold'");
    }
    const Api *api = api_of(request);
    g_autoptr(ModelSet) models = api->vision ? vision_pool_models(api->vision) : NULL;
    if (!models || !(model_set_tasks(models) & VISION_FACES)) {
        return answer_matches(request, NULL, PICTOPY_NO_FACE_MODEL, error);
    }
    return search(request, form, models, threshold, error);
}

gboolean pictopy_tag_search(HttpRequest *request, GError **error)
{
    static const MultipartHandler handler = {begin_part, take_part, end_part};
    static const HttpSink sink = {write_form, finish_form, form_free};
    Form *form = g_new0(Form, 1);
    form->threshold = g_string_new(NULL);
    form->form = multipart_new(http_request_header(request, "Content-Type"), &handler, form, error);
    if (!form->form) {
        form_free(form);
        return FALSE;
    }
    return http_take_body(request, &sink, form, error);
}
