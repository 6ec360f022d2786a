#include "vision/kernels.h"

static void dots_plain(const gint8 *query, const guint8 *codes, gsize stride, gsize count,
                       gint32 *ret_dots)
{
    for (gsize i = 0; i < count; i++) {
        const guint8 *code = codes + i * stride;
        gint32 sum = 0;
        for (gsize j = 0; j < stride; j++) {
            sum += query[j] * (code[j] - KERNEL_BIAS);
        }
        ret_dots[i] = sum;
    }
}

static const VectorKernel plain = {"plain", dots_plain};

gsize vector_kernels(const VectorKernel *ret_kernels[VECTOR_KERNELS])
{
    gsize count = vector_kernels_native(ret_kernels);
    ret_kernels[count++] = &plain;
    return count;
}

#if !defined(__x86_64__) && !defined(__aarch64__)
gsize vector_kernels_native(const VectorKernel **ret_kernels)
{
    return 0;
}
#endif
