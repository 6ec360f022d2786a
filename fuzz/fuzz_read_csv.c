/* CSV. */
#include "format_sink.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read(&read_csv, "a.csv", data, size);
    return 0;
}
