#include "base/path_text.h"

#include <string.h>

/* U+F700 + byte; only bytes above 0x7f are ever escaped, so U+F780..U+F7FF. */
#define ESCAPE_BASE  0xF700U
#define ESCAPE_FIRST 0xF780U
#define ESCAPE_LAST  0xF7FFU

static gboolean is_escape(gunichar character)
{
    return character >= ESCAPE_FIRST && character <= ESCAPE_LAST;
}

char *path_to_text(const char *path_bytes)
{
    GString *text = g_string_sized_new(strlen(path_bytes) + 1);
    const char *at = path_bytes;
    while (*at) {
        gunichar character = g_utf8_get_char_validated(at, -1);
        gboolean valid = character != (gunichar)-1 && character != (gunichar)-2;
        if (valid && !is_escape(character)) {
            const char *next = g_utf8_next_char(at);
            g_string_append_len(text, at, next - at);
            at = next;
        } else {
            g_string_append_unichar(text, ESCAPE_BASE + (guchar)*at);
            at++;
        }
    }
    return g_string_free(text, FALSE);
}

char *path_from_text(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL)) {
        return NULL;
    }
    GString *bytes = g_string_sized_new(strlen(text) + 1);
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (is_escape(character)) {
            g_string_append_c(bytes, (char)(character - ESCAPE_BASE));
        } else {
            g_string_append_len(bytes, at, g_utf8_next_char(at) - at);
        }
    }
    /* Escapes that together spell valid UTF-8 name a path that has another, shorter text. */
    g_autofree char *again = path_to_text(bytes->str);
    if (strcmp(again, text) != 0) {
        g_string_free(bytes, TRUE);
        return NULL;
    }
    return g_string_free(bytes, FALSE);
}
