/* The tokeniser: a vocabulary, an empty line, a text. */
#include "fuzz.h"
#include "vision/bpe.h"

#include <string.h>

#define MOST_TOKENS 75

int LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
    g_autofree char *input = g_strndup((const char *)data, length);
    char *text = strstr(input, "\n\n");
    gsize size = text ? (gsize)(text + 1 - input) : strlen(input);
    g_autoptr(GBytes) vocabulary = g_bytes_new(input, size);
    g_autoptr(Bpe) bpe = bpe_new(vocabulary, NULL);
    g_autoptr(GArray) tokens =
        bpe ? bpe_encode(bpe, text ? text + 2 : "", MOST_TOKENS, NULL) : NULL;
    for (guint i = 0; tokens && i < tokens->len; i++) {
        gint64 token = g_array_index(tokens, gint64, i);
        g_assert_true(token >= 0 && token < bpe_start(bpe));
    }
    g_assert_true(!tokens || tokens->len <= MOST_TOKENS);
    return 0;
}
