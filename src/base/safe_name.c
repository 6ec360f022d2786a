#include "base/safe_name.h"

#include <string.h>

/* Where the ending begins, its dot included: the end of the name when it has none. A dot in front
 * begins no ending. */
static gsize stem_bytes(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? (gsize)(dot - name) : strlen(name);
}

/* The first bytes of `text`, as many whole characters as fit into `most`. */
static gsize whole_characters(const char *text, gsize length, gsize most)
{
    if (length <= most) {
        return length;
    }
    while (most > 0 && ((guchar)text[most] & 0xC0) == 0x80) {
        most--;
    }
    return most;
}

/* The stem, `addition` and the ending, in SAFE_NAME_BYTES_MOST. */
static char *joined(const char *name, const char *addition)
{
    gsize stem = stem_bytes(name);
    gsize ending = strlen(name + stem);
    gsize added = strlen(addition);
    if (ending + added >= SAFE_NAME_BYTES_MOST) { /* an ending that long is none */
        stem = strlen(name);
        ending = 0;
    }
    gsize kept = whole_characters(name, stem, SAFE_NAME_BYTES_MOST - ending - added);
    return g_strdup_printf("%.*s%s%s", (int)kept, name, addition, ending ? name + stem : "");
}

static gboolean is_refused(gunichar c)
{
    /* U+F780..U+F7FF stand for bytes that are no text. */
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c < 0x80 && strchr("<>:\"/\\|?*", (int)c)) ||
           (c >= 0xF780 && c <= 0xF7FF) || c == 0xFFFE || c == 0xFFFF;
}

/* CON, NUL.txt, com1: Windows opens its devices whatever the ending says. */
static gboolean is_device(const char *name)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul"};
    gsize stem = strcspn(name, ".");
    for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
        if (stem == 3 && g_ascii_strncasecmp(name, devices[i], 3) == 0) {
            return TRUE;
        }
    }
    return stem == 4 && g_ascii_isdigit(name[3]) &&
           (g_ascii_strncasecmp(name, "com", 3) == 0 || g_ascii_strncasecmp(name, "lpt", 3) == 0);
}

/* Dots and blanks at the end, which Windows drops. */
static void replace_end(char *name)
{
    for (gsize end = strlen(name); end > 0 && strchr(". ", name[end - 1]); end--) {
        name[end - 1] = '_';
    }
}

char *safe_name(const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    g_autoptr(GString) safe = g_string_new(is_device(valid) ? "_" : NULL);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        gboolean leads = at == valid && (c == '-' || c == '~');
        g_string_append_unichar(safe, leads || is_refused(c) ? '_' : c);
    }
    if (safe->len == 0) {
        g_string_append_c(safe, '_');
    }
    char *fitting = joined(safe->str, "");
    replace_end(fitting);
    return fitting;
}

GHashTable *safe_names_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* Remembers the name; FALSE when one that looks the same is there already. */
static gboolean take(GHashTable *taken, const char *name)
{
    g_autofree char *composed = g_utf8_normalize(name, -1, G_NORMALIZE_NFC);
    return g_hash_table_add(taken, g_utf8_casefold(composed, -1));
}

char *safe_names_take(GHashTable *taken, const char *name)
{
    g_autofree char *safe = safe_name(name);
    if (take(taken, safe)) {
        return g_steal_pointer(&safe);
    }
    for (guint number = 2;; number++) {
        g_autofree char *addition = g_strdup_printf(" (%u)", number);
        g_autofree char *other = joined(safe, addition);
        if (take(taken, other)) {
            return g_steal_pointer(&other);
        }
    }
}
