/* TIFF directories as EXIF, the first taken as each kind in turn. */
#include "fuzz.h"
#include "media/exif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (ExifDirectory first = EXIF_MAIN; first <= EXIF_PLACE; first++) {
        g_autoptr(ExifReader) reader = exif_reader_new();
        ByteSource source = source_of_memory(data, size);
        exif_reader_add(reader, &source, first);
        g_autoptr(MediaFacts) facts = exif_reader_facts(reader);
        g_autoptr(GBytes) xmp = exif_reader_xmp(reader);
        g_assert(!xmp || g_bytes_get_size(xmp) <= size);
        g_assert(facts->orientation >= 1 && facts->orientation <= 8);
        g_assert(!facts->description || g_utf8_validate(facts->description, -1, NULL));
    }
    return 0;
}
