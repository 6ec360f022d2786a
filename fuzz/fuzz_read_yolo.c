/* YOLO: data.yaml by itself, and labels by each of its readers. */
#include "format_sink.h"
#include "fuzz.h"
#include "studio/formats/yolo_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(YoloNames) yaml = yolo_names_new();
    g_autoptr(YoloNames) lines = yolo_names_new();
    g_autofree char *text = g_strndup((const char *)data, size);
    yolo_names_read_yaml(yaml, (const char *)data, size, NULL);
    yolo_names_read_lines(lines, text, size, NULL);
    fuzz_read(&read_yolo, "a.txt", data, size);
    fuzz_read(&read_yolo_obb, "a.txt", data, size);
    return 0;
}
