#include "studio/names.h"

#include <string.h>

char *name_slug(const char *name)
{
    GString *slug = g_string_new(NULL);
    for (; *name; name++) {
        if (g_ascii_isalnum(*name)) {
            g_string_append_c(slug, g_ascii_tolower(*name));
        } else if (slug->len > 0 && slug->str[slug->len - 1] != '-') {
            g_string_append_c(slug, '-');
        }
    }
    if (slug->len > 0 && slug->str[slug->len - 1] == '-') {
        g_string_truncate(slug, slug->len - 1);
    }
    if (slug->len == 0) {
        g_string_assign(slug, "dataset");
    }
    return g_string_free(slug, FALSE);
}

/* The most of the first `bytes` of valid UTF-8 that ends between two characters. */
static gsize whole_characters(const char *text, gsize bytes)
{
    while (bytes > 0 && ((guchar)text[bytes] & 0xC0) == 0x80) {
        bytes--;
    }
    return bytes;
}

char *name_numbered(const char *filename, guint number, gsize most_bytes)
{
    const char *dot = strrchr(filename, '.');
    const char *ending = dot && dot > filename ? dot : filename + strlen(filename);
    g_autofree char *tail = g_strdup_printf("-%u%s", number, ending);
    gsize room = most_bytes > strlen(tail) ? most_bytes - strlen(tail) : 0;
    gsize stem = (gsize)(ending - filename);
    stem = stem <= room ? stem : whole_characters(filename, room);
    return g_strdup_printf("%.*s%s", (int)stem, filename, tail);
}

gboolean name_is_good(const char *name, glong most_characters)
{
    gboolean blank = TRUE;
    glong characters = 0;
    if (!g_utf8_validate(name, -1, NULL)) {
        return FALSE;
    }
    for (; *name; name = g_utf8_next_char(name)) {
        gunichar character = g_utf8_get_char(name);
        if (g_unichar_iscntrl(character)) {
            return FALSE;
        }
        blank = blank && g_unichar_isspace(character);
        characters++;
    }
    return !blank && characters <= most_characters;
}
