/* Archives, through the guess of their format and every reader. */
#include "format_sink.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memory_file_new(data, size, NULL);
    if (fd >= 0) {
        g_autoptr(GError) error = NULL;
        const Format *format = format_guess(fd, "a.zip", NULL, &error);
        g_assert((format == NULL) == (error != NULL));
        close(fd);
    }
    fuzz_read(&read_yolo_pose, "a.zip", data, size);
    fuzz_read(&read_coco, "a.zip", data, size);
    fuzz_read(&read_pascal_voc, "a.zip", data, size);
    return 0;
}
