/* The worker's side: a process that takes one picture after another from its socket. */
#pragma once

#include "jobs/worker_vision.h"
#include "media/picture.h"

/* Descriptor of the socket to the server, from the start on. */
#define WORKER_SOCKET 3

/* Exit status of a worker that had no memory left for what its picture wants. */
#define WORKER_EXIT_MEMORY 71

/* The functions of jobs/worker_vision.h, or what a test puts in their place. */
typedef struct {
    gpointer vision; /* their first argument */
    const char *(*runtime)(gpointer vision);
    gboolean (*load)(gpointer vision, ModelPurpose purpose, const char *family, const char *options,
                     GBytes *contents, GError **error);
    void (*drop)(gpointer vision, ModelPurpose purpose);
    VisionFindings *(*analyse)(gpointer vision, int fd, const char *name, int tasks,
                               WorkerSize *ret_size, GError **error);
    VisionFindings *(*face)(gpointer vision, int fd, const char *name, const VisionBox *box,
                            WorkerSize *ret_size, GError **error);
    VisionFindings *(*text)(gpointer vision, const char *text, GError **error);
} WorkerModels;

/* The functions of media/picture.h, or what a test puts in their place. */
typedef struct {
    MediaPicture *(*read)(int fd, const char *name, GError **error);
    GBytes *(*render_jpeg)(int fd, const char *name, int max_pixels, int quality, GError **error);
    GBytes *(*scale_jpeg)(GBytes *jpeg, int max_pixels, int quality, GError **error);
    GBytes *(*crop)(int fd, const char *name, const VisionBox *box, GError **error);
    const WorkerModels *models; /* NULL: there is no runtime for any */
} WorkerDecoders;

/* `albumen worker [--vision [PATH]]`, after its first word: loads the decoders, closes the sandbox,
 * serves until the server hangs up. With --vision it also loads the runtime of models, by its path
 * or the system's, and lets others go first. Returns the exit status. */
int worker_main(int argc, char **argv);

/* The part after loading, with other decoders. */
int worker_serve(const WorkerDecoders *decoders);
