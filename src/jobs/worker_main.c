#include "jobs/worker_main.h"

#include "base/limits.h"
#include "jobs/sandbox.h"
#include "jobs/worker_findings.h"
#include "jobs/worker_protocol.h"
#include "media/sidecar.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const FrameWait for_ever = {0};

/* Libraries' warnings have no reader here. But GLib ends a process that is out of memory as it ends
 * one with a bug, and the server is told which. */
static void log_message(const char *domain, GLogLevelFlags level, const char *message,
                        gpointer data)
{
    if ((level & G_LOG_LEVEL_ERROR) && message && strstr(message, "failed to allocate")) {
        _exit(WORKER_EXIT_MEMORY);
    }
}

static GLogWriterOutput log_nothing(GLogLevelFlags level, const GLogField *fields, gsize count,
                                    gpointer data)
{
    return G_LOG_WRITER_HANDLED;
}

static gboolean reply_send(FrameKind kind, GBytes *body)
{
    return frame_send(WORKER_SOCKET, kind, body, -1, &for_ever, NULL);
}

static gboolean reply_send_failure(const GError *failure)
{
    g_autoptr(GBytes) body = worker_failure_encode(failure);
    return reply_send(FRAME_ERROR, body);
}

static GBytes *encode_findings(VisionFindings *taken, const WorkerSize *size)
{
    g_autoptr(VisionFindings) findings = taken;
    return findings ? worker_findings_encode(findings, size->width, size->height) : NULL;
}

static GBytes *perform_load(const WorkerModels *models, const WorkerRequest *request, int fd,
                            GError **error)
{
    if (fd < 0) {
        models->drop(models->vision, request->purpose);
        return g_bytes_new_static("dropped", strlen("dropped"));
    }
    g_autoptr(GMappedFile) mapped = g_mapped_file_new_from_fd(fd, FALSE, error);
    if (!mapped) {
        return NULL;
    }
    g_autoptr(GBytes) contents = g_mapped_file_get_bytes(mapped);
    return models->load(models->vision, request->purpose, request->family, request->text, contents,
                        error)
               ? g_bytes_new_static("loaded", strlen("loaded"))
               : NULL;
}

static GBytes *perform_with_models(const WorkerModels *models, const WorkerRequest *request, int fd,
                                   FrameKind *ret_kind, GError **error)
{
    WorkerSize size = {0};
    if (!models) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                            "this worker process has no runtime for models");
        return NULL;
    }
    *ret_kind = FRAME_FINDINGS;
    switch (request->operation) {
    case WORKER_ANALYSE:
        return encode_findings(
            models->analyse(models->vision, fd, request->name, request->tasks, &size, error),
            &size);
    case WORKER_FACE:
        return encode_findings(
            models->face(models->vision, fd, request->name, &request->box, &size, error), &size);
    case WORKER_TEXT:
        return encode_findings(models->text(models->vision, request->text, error), &size);
    case WORKER_LOAD:
        *ret_kind = FRAME_TEXT;
        return perform_load(models, request, fd, error);
    default: {
        const char *version = models->runtime(models->vision);
        *ret_kind = FRAME_TEXT;
        return g_bytes_new(version, strlen(version));
    }
    }
}

/* The reply's body, or NULL with the error that becomes the reply. */
static GBytes *request_perform(const WorkerDecoders *decoders, const WorkerRequest *request, int fd,
                               FrameKind *ret_kind, GError **error)
{
    *ret_kind = FRAME_JPEG;
    switch (request->operation) {
    case WORKER_READ: {
        *ret_kind = FRAME_PICTURE;
        g_autoptr(MediaPicture) picture = decoders->read(fd, request->name, error);
        if (picture && request->sidecar) {
            sidecar_apply(picture->facts, request->sidecar);
        }
        return picture ? worker_picture_encode(picture) : NULL;
    }
    case WORKER_RENDER:
        return decoders->render_jpeg(fd, request->name, request->max_pixels, request->quality,
                                     error);
    case WORKER_SCALE:
        return decoders->scale_jpeg(request->jpeg, request->max_pixels, request->quality, error);
    case WORKER_CROP:
        return decoders->crop(fd, request->name, &request->box, error);
    case WORKER_RUNTIME:
    case WORKER_LOAD:
    case WORKER_ANALYSE:
    case WORKER_FACE:
    case WORKER_TEXT:
        return perform_with_models(decoders->models, request, fd, ret_kind, error);
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "no such operation");
    return NULL;
}

static gboolean request_answer(const WorkerDecoders *decoders, GBytes *request_body, int fd)
{
    g_autoptr(GError) error = NULL;
    g_auto(WorkerRequest) request = {0};
    g_autoptr(GBytes) body = NULL;
    FrameKind kind = FRAME_ERROR;
    if (worker_request_decode(request_body, &request, &error)) {
        body = request_perform(decoders, &request, fd, &kind, &error);
    }
    if (body && g_bytes_get_size(body) > LIMIT_WORKER_REPLY_BYTES) {
        g_set_error(&error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "the picture is larger than %u MB as a JPEG", LIMIT_WORKER_REPLY_BYTES >> 20);
    }
    return error ? reply_send_failure(error) : reply_send(kind, body);
}

int worker_serve(const WorkerDecoders *decoders)
{
    g_log_set_default_handler(log_message, NULL);
    g_log_set_writer_func(log_nothing, NULL, NULL);
    g_autofree char *walls = sandbox_close();
    g_autoptr(GBytes) greeting = g_bytes_new(walls, strlen(walls));
    gboolean served = reply_send(FRAME_TEXT, greeting);
    while (served) {
        guint32 kind;
        int fd = -1;
        g_autoptr(GBytes) body = NULL;
        served = frame_receive(WORKER_SOCKET, &kind, &body, &fd, &for_ever, NULL) &&
                 request_answer(decoders, body, fd);
        if (fd >= 0) {
            close(fd);
        }
    }
    return 0;
}

/* Those who look at pictures come after those who wait for them. */
#define VISION_NICENESS 10

int worker_main(int argc, char **argv)
{
    WorkerModels models = {
        .runtime = worker_vision_runtime,
        .load = worker_vision_load,
        .drop = worker_vision_drop,
        .analyse = worker_vision_analyse,
        .face = worker_vision_face,
        .text = worker_vision_text,
    };
    WorkerDecoders decoders = {
        .read = media_read,
        .render_jpeg = media_render_jpeg,
        .scale_jpeg = media_scale_jpeg,
        .crop = worker_vision_crop,
    };
    g_autoptr(GError) error = NULL;
    if (argc > 1 && strcmp(argv[1], "--vision") == 0) {
        setpriority(PRIO_PROCESS, 0, VISION_NICENESS);
        models.vision = worker_vision_new(argc > 2 ? argv[2] : NULL, &error);
        decoders.models = &models;
    }
    if (error || !media_init(&error)) {
        reply_send_failure(error);
        return 1;
    }
    return worker_serve(&decoders);
}
