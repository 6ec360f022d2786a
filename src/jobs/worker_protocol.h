/* What server and worker say to each other, as GVariants inside frames (jobs/worker_frame.h).
 *
 * The worker has decoded outside bytes and may have been taken over by them: the server believes
 * nothing in a reply. Whatever has not the very form, type and range that a picture can have makes
 * the whole reply refused. */
#pragma once

#include "jobs/worker_frame.h"
#include "media/picture.h"
#include "vision/findings.h"
#include "vision/model.h"

/* Pictures come with a descriptor; what is answered stands behind. */
typedef enum {
    WORKER_READ = 1, /* PICTURE */
    WORKER_RENDER,   /* JPEG */
    WORKER_SCALE,    /* no descriptor, `jpeg`; JPEG */
    WORKER_CROP,     /* the face in `box`; JPEG */
    /* The rest is for workers that have the runtime of models. */
    WORKER_RUNTIME, /* no descriptor; TEXT: its version */
    WORKER_LOAD,    /* the descriptor of a model, of none to drop what is loaded; TEXT: "loaded" */
    WORKER_ANALYSE, /* FINDINGS of `tasks` */
    WORKER_FACE,    /* FINDINGS: the one face that is in `box` */
    WORKER_TEXT,    /* no descriptor, `text`; FINDINGS: its vector, as `words` */
} WorkerOperation;

typedef struct {
    WorkerOperation operation;
    char *name; /* the file's own, any bytes; empty without one */
    int max_pixels;
    int quality;
    GBytes *jpeg;         /* NULL but for SCALE */
    GBytes *sidecar;      /* READ: an XMP file that says more of the picture; NULL: there is none */
    int tasks;            /* ANALYSE: VisionTask */
    VisionBox box;        /* CROP, FACE: in pixels of the upright original */
    ModelPurpose purpose; /* LOAD */
    char *family;         /* LOAD */
    char *text;           /* TEXT; LOAD: the options, JSON */
} WorkerRequest;

void worker_request_clear(WorkerRequest *request);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WorkerRequest, worker_request_clear)

/* The body of a FRAME_REQUEST. TOO_LARGE when it would not fit into a frame. */
GBytes *worker_request_encode(const WorkerRequest *request, GError **error);
gboolean worker_request_decode(GBytes *body, WorkerRequest *ret_request, GError **error);

/* What a reply says: of its parts the one that its kind names, the others NULL. */
typedef struct {
    MediaPicture *picture;    /* FRAME_PICTURE */
    GBytes *jpeg;             /* FRAME_JPEG */
    char *text;               /* FRAME_TEXT */
    VisionFindings *findings; /* FRAME_FINDINGS */
    int width, height;        /* of the picture that they are of; 0 for a text */
    GError *failure;          /* FRAME_ERROR: the worker is well, the picture is not */
} WorkerReply;

void worker_reply_clear(WorkerReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WorkerReply, worker_reply_clear)

/* The bodies of replies. What facts hold beyond the ranges that the server accepts is left out. */
GBytes *worker_picture_encode(const MediaPicture *picture);
GBytes *worker_failure_encode(const GError *failure);

/* Reads a reply of a hostile sender. FALSE with CORRUPT when anything about it is not as it must
 * be, or when it is neither of the kind `expected` nor a FRAME_ERROR. */
gboolean worker_reply_decode(guint32 kind, GBytes *body, FrameKind expected, WorkerReply *ret_reply,
                             GError **error);
