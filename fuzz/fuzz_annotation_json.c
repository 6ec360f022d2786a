/* Annotations as clients and files send them, in every spelling: read, and if they are good written
 * and read again. */
#include "base/limits.h"
#include "fuzz.h"
#include "studio/formats/annotation_json.h"

static GPtrArray *again(const GPtrArray *shapes, AnnotationSpelling spelling)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    annotation_json_write_list(writer, shapes, spelling);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    gsize length = 0;
    const char *text = g_bytes_get_data(bytes, &length);
    json_t *list = json_loadb(text, length, 0, NULL);
    g_assert(list);
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    GPtrArray *read = annotation_json_read_list(list, spelling, faults);
    json_decref(list);
    return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *list = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    for (int spelling = ANNOTATION_PATH; list && spelling <= ANNOTATION_OWN; spelling++) {
        g_autoptr(GPtrArray) faults = annotation_faults_new();
        g_autoptr(GPtrArray) shapes =
            annotation_json_read_list(list, (AnnotationSpelling)spelling, faults);
        g_assert((shapes == NULL) == (faults->len > 0));
        if (!shapes) {
            g_autofree char *path = annotation_fault_path(g_ptr_array_index(faults, 0), "a");
            g_assert(*path);
            continue;
        }
        g_autoptr(GPtrArray) read = again(shapes, (AnnotationSpelling)spelling);
        g_assert(read && read->len == shapes->len);
        for (guint i = 0; i < read->len; i++) {
            g_assert(
                shape_equal_geometry(g_ptr_array_index(read, i), g_ptr_array_index(shapes, i)));
        }
    }
    json_decref(list);
    return 0;
}
