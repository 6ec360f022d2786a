/* How long the nearest of many vectors take to be found, on one core, beside the time that the C
 * library's memchr needs to read the bytes of the first pass. Prints one JSON object.
 *
 *     vectors FILE [VECTORS [FLOATS]]     FILE is made, and removed in the end */
#include "vision/vector_index_parts.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT    20
#define SEARCHES 15
#define CLUSTERS 1000

/* xorshift64*: Vigna 2016. */
static guint64 state = 88172645463325252;

static float noise(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (float)((double)(state * G_GUINT64_CONSTANT(2685821657736338717) >> 40) / (1 << 23)) - 1;
}

/* Pictures come in kinds: a vector is its kind's, and as much of its own. */
static void make(const float *kinds, guint floats, gint64 key, float *ret_vector)
{
    const float *kind = kinds + (gsize)(key % CLUSTERS) * floats;
    for (guint i = 0; i < floats; i++) {
        ret_vector[i] = kind[i] + noise();
    }
}

static void fill(VectorIndex *index, const float *kinds, gint64 vectors)
{
    guint floats = vector_index_floats(index);
    g_autofree float *vector = g_new(float, floats);
    g_autoptr(GError) error = NULL;
    for (gint64 key = 1; key <= vectors; key++) {
        make(kinds, floats, key, vector);
        if (!vector_index_set(index, key, &key, vector, 1, &error)) {
            fprintf(stderr, "%s\n", error->message);
            exit(1);
        }
    }
    vector_index_commit(index, 1);
}

/* Of this thread: what others do on the machine is not counted. */
static gint64 now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static gint by_size(gconstpointer a, gconstpointer b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

/* Median and best of SEARCHES, in milliseconds; the first, which may have to read the file, does
 * not count. */
static void print_times(const char *name, double *times, gboolean last)
{
    qsort(times + 1, SEARCHES, sizeof *times, by_size);
    printf("\"%s\":{\"median_ms\":%.2f,\"best_ms\":%.2f}%s", name, times[1 + SEARCHES / 2],
           times[1], last ? "" : ",");
}

static void time_kernel(VectorIndex *index, const char *kernel, const float *kinds)
{
    double times[SEARCHES + 1];
    g_autofree float *vector = g_new(float, index->floats);
    vector_index_set_kernel(index, kernel);
    for (guint i = 0; i <= SEARCHES; i++) {
        make(kinds, index->floats, i, vector);
        gint64 start_us = now_us();
        g_autoptr(GArray) found = vector_index_search(index, vector, LIMIT, -2, NULL, NULL);
        times[i] = (double)(now_us() - start_us) / 1000;
        g_assert(found->len == LIMIT);
    }
    print_times(kernel, times, FALSE);
}

/* The same bytes in the same pieces, read to their ends: none of them is 0. */
static void time_reading(const VectorIndex *index)
{
    double times[SEARCHES + 1];
    for (guint i = 0; i <= SEARCHES; i++) {
        gint64 start_us = now_us();
        for (guint32 slot = 0; slot < index->used; slot += VECTOR_SEGMENT_SLOTS) {
            gsize slots = MIN(VECTOR_SEGMENT_SLOTS, index->used - slot);
            const guint8 *codes = vector_segment_of(index, slot)->codes;
            g_assert(!memchr(codes, 0, slots * index->stride));
        }
        times[i] = (double)(now_us() - start_us) / 1000;
    }
    print_times("memchr", times, TRUE);
}

int main(int argc, char **argv)
{
    gint64 vectors = argc > 2 ? g_ascii_strtoll(argv[2], NULL, 10) : 1000000;
    guint floats = argc > 3 ? (guint)g_ascii_strtoull(argv[3], NULL, 10) : 512;
    g_autoptr(GError) error = NULL;
    if (argc < 2 || vectors < LIMIT || floats == 0) {
        fprintf(stderr, "usage: %s FILE [VECTORS [FLOATS]]\n", argv[0]);
        return 2;
    }
    g_autoptr(VectorIndex) index =
        vector_index_open(argv[1], "bench", VECTOR_COSINE, floats, &error);
    if (!index) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    g_unlink(argv[1]);
    g_autofree float *kinds = g_new(float, (gsize)CLUSTERS *floats);
    for (gsize i = 0; i < (gsize)CLUSTERS * floats; i++) {
        kinds[i] = noise();
    }
    gint64 start_us = now_us();
    fill(index, kinds, vectors);
    printf("{\"vectors\":%" G_GINT64_FORMAT ",\"floats\":%u,\"fill_s\":%.1f,", vectors, floats,
           (double)(now_us() - start_us) / 1e6);
    const VectorKernel *kernels[VECTOR_KERNELS];
    gsize count = vector_kernels(kernels);
    printf("\"kernel\":\"%s\",", kernels[0]->name);
    for (gsize i = 0; i < count; i++) {
        time_kernel(index, kernels[i]->name, kinds);
    }
    time_reading(index);
    printf("}\n");
    return 0;
}
