/* Private to vector_index: how it is in memory. */
#pragma once

#include "vision/kernels.h"
#include "vision/slot_table.h"
#include "vision/vector_codes.h"
#include "vision/vector_file.h"

struct VectorIndex {
    gatomicrefcount references;
    VectorMetric metric;
    guint floats;
    gsize stride;
    const VectorKernel *kernel;

    /* Who comes waits for `gate`, and so behind a change that waits for the searches inside. */
    GMutex gate;
    GRWLock lock;
    VectorFile *file;
    guint32 used;       /* slots beyond it are empty */
    GArray *free_slots; /* of guint32: empty ones before it */
    SlotTable by_key, by_owner;
};

static inline const VectorSegment *vector_segment_of(const VectorIndex *index, guint32 slot)
{
    return vector_file_segment(index->file, slot / VECTOR_SEGMENT_SLOTS);
}

/* Shares the index with other searches, until vector_index_let_go(). */
void vector_index_hold(VectorIndex *index);
void vector_index_let_go(VectorIndex *index);

/* For tests: another kernel than the fastest. FALSE when this processor has none of that name. */
gboolean vector_index_set_kernel(VectorIndex *index, const char *name);
