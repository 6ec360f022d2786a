/* NEON, which every 64-bit ARM processor has. */
#include "vision/kernels.h"

#ifdef __aarch64__

#include <arm_neon.h>

static int32x4_t add_products(int32x4_t sum, const gint8 *query, const guint8 *code)
{
    int8x16_t one = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(code), vdupq_n_u8(KERNEL_BIAS)));
    int8x16_t other = vld1q_s8(query);
    sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(one), vget_low_s8(other)));
    return vpadalq_s16(sum, vmull_high_s8(one, other));
}

static void dots_neon(const gint8 *query, const guint8 *codes, gsize stride, gsize count,
                      gint32 *ret_dots)
{
    for (gsize i = 0; i < count; i++) {
        const guint8 *code = codes + i * stride;
        int32x4_t sums[2] = {vdupq_n_s32(0), vdupq_n_s32(0)};
        for (gsize j = 0; j < stride; j += 2 * sizeof(int8x16_t)) {
            sums[0] = add_products(sums[0], query + j, code + j);
            sums[1] =
                add_products(sums[1], query + j + sizeof(int8x16_t), code + j + sizeof(int8x16_t));
        }
        ret_dots[i] = vaddvq_s32(vaddq_s32(sums[0], sums[1]));
    }
}

static const VectorKernel neon = {"neon", dots_neon};

gsize vector_kernels_native(const VectorKernel **ret_kernels)
{
    ret_kernels[0] = &neon;
    return 1;
}

#endif
