/* Runs a model through src/vision/session, for the tests that compare what it gives with another
 * runtime.
 *   run-onnx RUNTIME MODEL                  its inputs and outputs, one in a line:
 *                                           "input", element, sizes joined by 'x', name
 *   run-onnx RUNTIME MODEL INPUT OUTPUT     reads the floats of its one input from a file and
 * writes those of all outputs, one after the other, to another RUNTIME "" is the system's own. */
#include "vision/session.h"

#include <stdio.h>

static const char *element_name(VisionElement element)
{
    switch (element) {
    case VISION_FLOAT:
        return "float32";
    case VISION_INT64:
        return "int64";
    case VISION_INT32:
        return "int32";
    default:
        return "other";
    }
}

static void print_ports(const char *kind, const VisionPort *ports, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        printf("%s %s ", kind, element_name(ports[i].element));
        for (int axis = 0; axis < ports[i].rank; axis++) {
            printf("%s%" G_GINT64_FORMAT, axis > 0 ? "x" : "", ports[i].shape[axis]);
        }
        printf(" %s\n", ports[i].name);
    }
}

static gboolean write_outputs(const VisionResult *result, gsize count, const char *path,
                              GError **error)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    for (gsize i = 0; i < count; i++) {
        const VisionTensor *tensor = vision_result_at(result, i);
        g_byte_array_append(all, (const guint8 *)tensor->floats,
                            (guint)(tensor->count * sizeof(float)));
    }
    return g_file_set_contents(path, (const char *)all->data, (gssize)all->len, error);
}

static gboolean time_runs(const VisionSession *session, int rounds, GError **error)
{
    gsize input_count = 0;
    const VisionPort *input = vision_session_inputs(session, &input_count);
    g_assert(input_count == 1);
    VisionTensor tensor = {.element = VISION_FLOAT, .rank = input->rank, .count = 1};
    for (int axis = 0; axis < input->rank; axis++) {
        tensor.shape[axis] = input->shape[axis];
        tensor.count *= (gsize)input->shape[axis];
    }
    g_autofree float *values = g_new(float, tensor.count);
    for (gsize i = 0; i < tensor.count; i++) {
        values[i] = 0.5F;
    }
    tensor.floats = values;
    gint64 least_us = G_MAXINT64;
    for (int round = 0; round < rounds; round++) {
        const gint64 start_us = g_get_monotonic_time();
        g_autoptr(VisionResult) result = vision_session_run(session, &tensor, 1, error);
        if (!result) {
            return FALSE;
        }
        least_us = MIN(least_us, g_get_monotonic_time() - start_us);
    }
    printf("%.3f\n", (double)least_us / 1000);
    return TRUE;
}

static gboolean run(const VisionSession *session, const char *from, const char *to, GError **error)
{
    g_autofree char *values = NULL;
    gsize length = 0, input_count = 0, output_count = 0;
    const VisionPort *input = vision_session_inputs(session, &input_count);
    vision_session_outputs(session, &output_count);
    g_assert(input_count == 1);
    if (!g_file_get_contents(from, &values, &length, error)) {
        return FALSE;
    }
    VisionTensor tensor = {.element = VISION_FLOAT,
                           .rank = input->rank,
                           .count = length / sizeof(float),
                           .floats = (const float *)(const void *)values};
    memcpy(tensor.shape, input->shape, sizeof tensor.shape);
    g_autoptr(VisionResult) result = vision_session_run(session, &tensor, 1, error);
    return result && write_outputs(result, output_count, to, error);
}

static gboolean use(int argc, char **argv, GError **error)
{
    g_autoptr(VisionRuntime) runtime = vision_runtime_load(argv[1][0] ? argv[1] : NULL, error);
    if (!runtime) {
        return FALSE;
    }
    g_autofree char *model = NULL;
    gsize length = 0;
    if (!g_file_get_contents(argv[2], &model, &length, error)) {
        return FALSE;
    }
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&model), length);
    g_autoptr(VisionSession) session = vision_session_new(runtime, bytes, error);
    if (!session) {
        return FALSE;
    }
    if (argc == 5) {
        return run(session, argv[3], argv[4], error);
    }
    if (argc == 4) {
        gint64 rounds = 0;
        return g_ascii_string_to_signed(argv[3], 10, 1, G_MAXINT, &rounds, error) &&
               time_runs(session, (int)rounds, error);
    }
    gsize count = 0;
    const VisionPort *inputs = vision_session_inputs(session, &count);
    print_ports("input", inputs, count);
    const VisionPort *outputs = vision_session_outputs(session, &count);
    print_ports("output", outputs, count);
    return TRUE;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 5) {
        fputs("usage: run-onnx RUNTIME MODEL [ROUNDS | INPUT OUTPUT]\n", stderr);
        return 2;
    }
    g_autoptr(GError) error = NULL;
    if (!use(argc, argv, &error)) {
        fprintf(stderr, "run-onnx: %s\n", error->message);
        return 1;
    }
    return 0;
}
