/* Proves that rows, files and thumbnails agree: what `albumen doctor --deep` does.
 *
 * Reads page by page and keeps nothing, so a library of any size takes the same memory. It may run
 * beside a server: what changed while it was looked at is not reported. */
#pragma once

#include "library/library.h"
#include "media/picture.h"

typedef struct {
    const char *kind;     /* a stable word, for programs; see docs/internals/safety.md */
    const char *path;     /* of the photo or file it is about; may be NULL */
    const char *sentence; /* for a person */
    gboolean repaired;
    gboolean is_left_over; /* of something that was interrupted: takes room, and costs nothing */
} CheckFinding;

typedef struct {
    Library *library;
    gboolean repair; /* what is safe: orphans away, thumbnails made again, moves ended */
    int threads;     /* that look at files at once */
    /* Called by one thread at a time. */
    void (*found)(const CheckFinding *finding, gpointer data);
    /* Whether these bytes are a whole JPEG; from several threads. */
    gboolean (*is_whole_jpeg)(GBytes *jpeg, gpointer data);
    /* The picture read again, for its thumbnails; from several threads. */
    MediaPicture *(*read)(int fd, const char *name, gpointer data, GError **error);
    gpointer data;
} CheckOptions;

typedef struct {
    gint64 photos;     /* rows */
    gint64 files;      /* originals hashed, those in the trash included */
    gint64 thumbnails; /* decoded */
    gint64 findings;   /* where rows and files do not agree, and were not made to */
    gint64 left_over;  /* and still there */
    gint64 repaired;   /* of either kind */
} CheckCounts;

/* FALSE with an error when it could not be carried through. Findings are no error. */
gboolean check_library(const CheckOptions *options, CheckCounts *ret_counts, GError **error);
