/* Frames on the socket between server and worker: a kind, a length, a body, and on the way to the
 * worker one open descriptor.
 *
 * Both sides wait in poll() with a deadline, so that neither can make the other hang by sending
 * half a frame. A frame over LIMIT_WORKER_REPLY_BYTES is refused from its header alone. */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef enum {
    FRAME_REQUEST = 1, /* server to worker; the others come back */
    FRAME_PICTURE,
    FRAME_JPEG,
    FRAME_TEXT,
    FRAME_ERROR,
    FRAME_FINDINGS,
} FrameKind;

/* How long to wait. */
typedef struct {
    gint64 deadline_us; /* of g_get_monotonic_time(); 0 waits for ever */
    GPollFD *cancel;    /* readable when the wait should end; NULL when nothing ends it */
} FrameWait;

/* Sends `body`, and a copy of `descriptor` unless that is -1. Errors: TIMEOUT, CANCELLED,
 * UNAVAILABLE (the other side is gone). */
gboolean frame_send(int socket, FrameKind kind, GBytes *body, int descriptor, const FrameWait *wait,
                    GError **error);

/* Receives one frame. The kind is what the other side said, unchecked. The descriptor that came
 * with it goes to ret_descriptor (-1 for none; the caller closes it); with NULL there, descriptors
 * that a hostile peer sends never enter this process. Errors: as frame_send; CORRUPT for a frame
 * over the cap. */
gboolean frame_receive(int socket, guint32 *ret_kind, GBytes **ret_body, int *ret_descriptor,
                       const FrameWait *wait, GError **error);

/* TRUE when nothing waits to be read and the other side is still there, as it must be between a
 * reply and the next request. */
gboolean frame_is_quiet(int socket);
