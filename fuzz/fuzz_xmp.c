/* XMP packets. */
#include "fuzz.h"
#include "media/xmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) packet = g_bytes_new_static(data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(MediaFacts) facts = xmp_read(packet, &error);
    g_assert((facts == NULL) == (error != NULL));
    g_assert(!facts || (facts->rating >= -1 && facts->rating <= 5) || facts->rating == FACT_NONE);
    return 0;
}
