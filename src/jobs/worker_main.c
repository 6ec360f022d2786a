#include "jobs/worker_main.h"

#include "base/limits.h"
#include "jobs/sandbox.h"
#include "jobs/worker_protocol.h"
#include "media/sidecar.h"

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

int worker_main(void)
{
    static const WorkerDecoders decoders = {media_read, media_render_jpeg, media_scale_jpeg};
    g_autoptr(GError) error = NULL;
    if (!media_init(&error)) {
        reply_send_failure(error);
        return 1;
    }
    return worker_serve(&decoders);
}
