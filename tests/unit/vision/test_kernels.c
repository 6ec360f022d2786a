#include "vision/kernels.h"

#include "base/limits.h"

#include <string.h>

#define ODD_COUNT 7 /* no multiple of what a kernel takes at once */

static gint32 dot(const gint8 *query, const guint8 *code, gsize stride)
{
    gint32 sum = 0;
    for (gsize i = 0; i < stride; i++) {
        sum += (gint32)query[i] * ((gint32)code[i] - KERNEL_BIAS);
    }
    return sum;
}

static void check(const VectorKernel *kernel, const gint8 *query, const guint8 *codes, gsize stride,
                  gsize count)
{
    gint32 dots[ODD_COUNT];
    kernel->dots(query, codes, stride, count, dots);
    for (gsize i = 0; i < count; i++) {
        g_assert_cmpint(dots[i], ==, dot(query, codes + i * stride, stride));
    }
}

static void fill_random(gint8 *query, guint8 *codes, gsize stride)
{
    for (gsize i = 0; i < stride; i++) {
        query[i] = (gint8)g_test_rand_int_range(-127, 128);
    }
    for (gsize i = 0; i < stride * ODD_COUNT; i++) {
        codes[i] = (guint8)(g_test_rand_int_range(-127, 128) + KERNEL_BIAS);
    }
}

/* The largest sums of either sign: where sixteen or thirty-two bits would not do, they show it. */
static void fill_extreme(gint8 *query, guint8 *codes, gsize stride)
{
    memset(query, -127, stride);
    for (gsize i = 0; i < ODD_COUNT; i++) {
        memset(codes + i * stride, i % 2 ? KERNEL_BIAS - 127 : KERNEL_BIAS + 127, stride);
    }
}

static void test_kernel(gconstpointer data)
{
    const VectorKernel *kernel = data;
    static gint8 query[LIMIT_VECTOR_FLOATS];
    static guint8 codes[LIMIT_VECTOR_FLOATS * ODD_COUNT];
    const gsize strides[] = {64, 128, 192, 256, 512, 1792, LIMIT_VECTOR_FLOATS};
    for (gsize i = 0; i < G_N_ELEMENTS(strides); i++) {
        for (gsize count = 0; count <= ODD_COUNT; count++) {
            fill_random(query, codes, strides[i]);
            check(kernel, query, codes, strides[i], count);
        }
        fill_extreme(query, codes, strides[i]);
        check(kernel, query, codes, strides[i], ODD_COUNT);
    }
}

static void test_choice(void)
{
    const VectorKernel *kernels[VECTOR_KERNELS];
    gsize count = vector_kernels(kernels);
    g_assert_cmpuint(count, >=, 1);
    g_assert_cmpuint(count, <=, VECTOR_KERNELS);
    g_assert_cmpstr(kernels[count - 1]->name, ==, "plain");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const VectorKernel *kernels[VECTOR_KERNELS];
    gsize count = vector_kernels(kernels);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf("/kernels/%s", kernels[i]->name);
        g_test_add_data_func(path, kernels[i], test_kernel);
    }
    g_test_add_func("/kernels/choice", test_choice);
    return g_test_run();
}
