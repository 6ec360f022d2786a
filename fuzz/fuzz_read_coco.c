/* COCO and Pictograph JSON. */
#include "format_sink.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read(&read_coco, "a.json", data, size);
    fuzz_read(&read_pictograph, "a.json", data, size);
    return 0;
}
