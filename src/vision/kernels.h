/* Private to vector_index: whole-number dot products of one vector of bytes with many, by what the
 * processor can do. Every kernel gives the same numbers. */
#pragma once

#include <glib.h>

/* A stored byte is the code -127..127 plus this, because the processors' instruction multiplies
 * unsigned with signed bytes. */
#define KERNEL_BIAS 128
/* Vectors of bytes are filled up with KERNEL_BIAS (zeros) to multiples of it, and begin there. */
#define KERNEL_BLOCK_BYTES 64

typedef struct {
    const char *name;
    /* ret_dots[i] = sum of query[j] * (codes[i * stride + j] - KERNEL_BIAS). `query` has codes
     * -127..127; `stride` is a multiple of KERNEL_BLOCK_BYTES and at most LIMIT_VECTOR_FLOATS. */
    void (*dots)(const gint8 *query, const guint8 *codes, gsize stride, gsize count,
                 gint32 *ret_dots);
} VectorKernel;

/* Those that this processor has, the fastest first; the last is plain C. */
#define VECTOR_KERNELS 4
gsize vector_kernels(const VectorKernel *ret_kernels[VECTOR_KERNELS]);

/* kernels_x86.c and kernels_arm.c: adds theirs, and returns how many. */
gsize vector_kernels_native(const VectorKernel **ret_kernels);
