/* JSON as a stream, with values that are passed over and copied. */
#include "base/json_reader.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MemoryBytes memory = {data, size, 0};
    const ByteSource source = byte_source_memory(&memory);
    g_autoptr(JsonReader) reader = json_reader_new(&source, 1000);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) copy = g_string_new(NULL);
    int depth = 0;
    for (int i = 0;; i++) {
        JsonRead token = json_reader_next(reader, &error);
        if (token == JSON_READ_FAILED || token == JSON_READ_END) {
            g_assert((token == JSON_READ_FAILED) == (error != NULL));
            g_assert(error || depth == 0);
            break;
        }
        g_autofree char *path = json_reader_path(reader);
        g_assert(g_utf8_validate(path, -1, NULL));
        gboolean ends = token == JSON_READ_OBJECT_END || token == JSON_READ_ARRAY_END;
        if (i % 5 == 4 && !ends) {
            json_reader_skip(reader, token, &error);
        } else if (i % 5 == 3 && !ends) {
            json_reader_copy(reader, token, copy, 10000, &error);
        } else {
            depth += token == JSON_READ_OBJECT || token == JSON_READ_ARRAY;
            depth -= ends;
        }
        if (error) {
            break;
        }
    }
    g_assert(g_utf8_validate(copy->str, (gssize)copy->len, NULL));
    return 0;
}
