/* AVX-512 with VNNI, AVX-512 and AVX2. Built for the oldest processor all the same: each function
 * says what it needs, and is called only where that is there. */
#include "vision/kernels.h"

#ifdef __x86_64__

#include <immintrin.h>

/* The query's own sum, times the bias, is what the stored bytes' bias adds to each dot product. */
static gint32 bias_of(const gint8 *query, gsize stride)
{
    gint32 sum = 0;
    for (gsize j = 0; j < stride; j++) {
        sum += query[j];
    }
    return sum * KERNEL_BIAS;
}

#define AT_ONCE 4 /* vectors, so that several streams of memory are read side by side */

#define VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))

VNNI static gint32 dot_vnni(const gint8 *query, const guint8 *code, gsize stride)
{
    __m512i sum = _mm512_setzero_si512();
    for (gsize j = 0; j < stride; j += sizeof sum) {
        sum = _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(code + j), _mm512_loadu_si512(query + j));
    }
    return _mm512_reduce_add_epi32(sum);
}

VNNI static void dots_vnni(const gint8 *query, const guint8 *codes, gsize stride, gsize count,
                           gint32 *ret_dots)
{
    gint32 bias = bias_of(query, stride);
    gsize i = 0;
    for (; i + AT_ONCE <= count; i += AT_ONCE) {
        const guint8 *code = codes + i * stride;
        __m512i sums[AT_ONCE] = {0};
        for (gsize j = 0; j < stride; j += sizeof sums[0]) {
            __m512i part = _mm512_loadu_si512(query + j);
            for (gsize k = 0; k < AT_ONCE; k++) {
                sums[k] =
                    _mm512_dpbusd_epi32(sums[k], _mm512_loadu_si512(code + k * stride + j), part);
            }
        }
        for (gsize k = 0; k < AT_ONCE; k++) {
            ret_dots[i + k] = _mm512_reduce_add_epi32(sums[k]) - bias;
        }
    }
    for (; i < count; i++) {
        ret_dots[i] = dot_vnni(query, codes + i * stride, stride) - bias;
    }
}

#define AVX512 __attribute__((target("avx512f,avx512bw")))

AVX512 static void dots_avx512(const gint8 *query, const guint8 *codes, gsize stride, gsize count,
                               gint32 *ret_dots)
{
    gint32 bias = bias_of(query, stride);
    for (gsize i = 0; i < count; i++) {
        const guint8 *code = codes + i * stride;
        __m512i sum = _mm512_setzero_si512();
        for (gsize j = 0; j < stride; j += sizeof(__m256i)) {
            __m512i one =
                _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(gpointer)(code + j)));
            __m512i other =
                _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(gpointer)(query + j)));
            sum = _mm512_add_epi32(sum, _mm512_madd_epi16(one, other));
        }
        ret_dots[i] = _mm512_reduce_add_epi32(sum) - bias;
    }
}

#define AVX2 __attribute__((target("avx2")))

/* Bytes of -127..127 as their size and, moved to the other factor, their sign: a pair of products
 * then fits sixteen bits, which the instruction keeps to. */
AVX2 static __m256i add_products(__m256i sum, const gint8 *query, const guint8 *code)
{
    __m256i biased = _mm256_loadu_si256((const __m256i *)(gpointer)code);
    __m256i one = _mm256_xor_si256(biased, _mm256_set1_epi8((char)KERNEL_BIAS));
    __m256i other = _mm256_loadu_si256((const __m256i *)(gpointer)query);
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(one), _mm256_sign_epi8(other, one));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

AVX2 static gint32 reduce_avx2(__m256i sum)
{
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, _MM_SHUFFLE(1, 0, 3, 2)));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm_cvtsi128_si32(half);
}

AVX2 static void dots_avx2(const gint8 *query, const guint8 *codes, gsize stride, gsize count,
                           gint32 *ret_dots)
{
    for (gsize i = 0; i < count; i++) {
        const guint8 *code = codes + i * stride;
        __m256i sums[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
        for (gsize j = 0; j < stride; j += sizeof sums) {
            sums[0] = add_products(sums[0], query + j, code + j);
            sums[1] =
                add_products(sums[1], query + j + sizeof(__m256i), code + j + sizeof(__m256i));
        }
        ret_dots[i] = reduce_avx2(_mm256_add_epi32(sums[0], sums[1]));
    }
}

static const VectorKernel vnni = {"avx512vnni", dots_vnni};
static const VectorKernel avx512 = {"avx512", dots_avx512};
static const VectorKernel avx2 = {"avx2", dots_avx2};

gsize vector_kernels_native(const VectorKernel **ret_kernels)
{
    gsize count = 0;
    gboolean wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
    if (wide && __builtin_cpu_supports("avx512vnni")) {
        ret_kernels[count++] = &vnni;
    }
    if (wide) {
        ret_kernels[count++] = &avx512;
    }
    if (__builtin_cpu_supports("avx2")) {
        ret_kernels[count++] = &avx2;
    }
    return count;
}

#endif
