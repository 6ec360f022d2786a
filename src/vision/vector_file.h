/* Private to vector_index: where its vectors lie. A file that is mapped into memory, or memory
 * alone: a page of facts, then segments of VECTOR_SEGMENT_SLOTS slots, which never move.
 *
 * A process that is killed leaves the file as its last store left it, because the pages are the
 * kernel's: a slot is being written while its key is 0, and what counts (the version) is told in
 * one of two records in turn, each with a checksum. A machine that loses its power leaves pages of
 * any age: the record names the boot it was written in, unless the file was closed and brought to
 * the disk; one of another boot is begun anew. */
#pragma once

#include "vision/vector_index.h"

#define VECTOR_SEGMENT_SLOTS 4096

/* Arrays of VECTOR_SEGMENT_SLOTS. */
typedef struct {
    gint64 *keys; /* 0: nothing in this slot */
    gint64 *owners;
    double *scales, *errors, *norms; /* vector_codes.h; the scale of an empty slot is NaN */
    guint8 *codes;                   /* of `stride` bytes each, biased (kernels.h) */
    float *floats;
} VectorSegment;

typedef struct {
    guint floats;
    VectorMetric metric;
    const char *space;
} VectorShape;

typedef struct VectorFile VectorFile;

/* As vector_index_open. */
VectorFile *vector_file_open(const char *path, const VectorShape *shape, GError **error);
/* Brings it to the disk first, when something changed. */
void vector_file_close(VectorFile *file);

guint vector_file_segments(const VectorFile *file);
/* Stays where it is until the file is shrunk. */
const VectorSegment *vector_file_segment(const VectorFile *file, guint number);
/* Adds an empty segment; room on the disk is taken for it. UNAVAILABLE: there is none. */
gboolean vector_file_grow(VectorFile *file, GError **error);
/* Gives back those from `segments` on. */
void vector_file_shrink(VectorFile *file, guint segments);

gint64 vector_file_version(const VectorFile *file);
/* Before the first change of a slot and after the last one. */
gboolean vector_file_touch(VectorFile *file, GError **error);
void vector_file_commit(VectorFile *file, gint64 version);
