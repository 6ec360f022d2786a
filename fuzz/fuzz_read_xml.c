/* CVAT and Pascal VOC. */
#include "format_sink.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read(&read_cvat, "a.xml", data, size);
    fuzz_read(&read_pascal_voc, "a.xml", data, size);
    return 0;
}
