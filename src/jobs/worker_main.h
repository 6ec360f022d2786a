/* The worker's side: a process that takes one picture after another from its socket. */
#pragma once

#include "media/picture.h"

/* Descriptor of the socket to the server, from the start on. */
#define WORKER_SOCKET 3

/* Exit status of a worker that had no memory left for what its picture wants. */
#define WORKER_EXIT_MEMORY 71

/* The functions of media/picture.h, or what a test puts in their place. */
typedef struct {
    MediaPicture *(*read)(int fd, const char *name, GError **error);
    GBytes *(*render_jpeg)(int fd, const char *name, int max_pixels, int quality, GError **error);
    GBytes *(*scale_jpeg)(GBytes *jpeg, int max_pixels, int quality, GError **error);
} WorkerDecoders;

/* `albumen worker`: loads the decoders, closes the sandbox, serves until the server hangs up.
 * Returns the exit status. */
int worker_main(void);

/* The part after loading, with other decoders. */
int worker_serve(const WorkerDecoders *decoders);
