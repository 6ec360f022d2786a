#include "store/placeholders.h"

#include <string.h>

/* PostgreSQL counts parameters in 16 bits. */
#define NUMBER_MAX 65535

static gboolean is_name_character(char c)
{
    return g_ascii_isalnum(c) || c == '_' || (guchar)c >= 0x80;
}

/* Each skip_ answers where what begins at `at` ends: behind the closing mark, or at the end of the
 * text when there is none. */

static const char *skip_until(const char *at, const char *mark)
{
    const char *found = strstr(at, mark);
    return found ? found + strlen(mark) : at + strlen(at);
}

/* A doubled quote stands for one; it reads as two texts side by side, which comes to the same. */
static const char *skip_quoted(const char *at, gboolean backslash_escapes)
{
    char quote = *at++;
    while (*at && *at != quote) {
        at += backslash_escapes && at[0] == '\\' && at[1] ? 2 : 1;
    }
    return *at ? at + 1 : at;
}

/* These nest in PostgreSQL, unlike in SQLite. */
static const char *skip_block_comment(const char *at)
{
    int depth = 0;
    do {
        if (g_str_has_prefix(at, "/*")) {
            depth++;
            at += 2;
        } else if (g_str_has_prefix(at, "*/")) {
            depth--;
            at += 2;
        } else {
            at++;
        }
    } while (*at && depth > 0);
    return at;
}

/* $tag$ ... $tag$; a lone '$' is one character. */
static const char *skip_dollar_quoted(const char *at)
{
    const char *end = at + 1;
    while (is_name_character(*end)) {
        end++;
    }
    if (*end != '$' || g_ascii_isdigit(at[1])) {
        return at + 1;
    }
    g_autofree char *mark = g_strndup(at, (gsize)(end + 1 - at));
    return skip_until(end + 1, mark);
}

static const char *skip_token(const char *start, const char *at)
{
    gboolean after_name = at > start && is_name_character(at[-1]);
    if (*at == '\'') {
        gboolean escapes = at > start && (at[-1] == 'E' || at[-1] == 'e') &&
                           !(at - 1 > start && is_name_character(at[-2]));
        return skip_quoted(at, escapes);
    }
    if (*at == '"') {
        return skip_quoted(at, FALSE);
    }
    if (g_str_has_prefix(at, "--")) {
        return skip_until(at, "\n");
    }
    if (g_str_has_prefix(at, "/*")) {
        return skip_block_comment(at);
    }
    if (*at == '$' && !after_name) {
        return skip_dollar_quoted(at);
    }
    return at + 1;
}

char *placeholders_to_postgres(const char *sql, int *ret_highest)
{
    GString *text = g_string_sized_new(strlen(sql) + 1);
    guint64 highest = 0;
    for (const char *at = sql; *at;) {
        if (at[0] == '?' && g_ascii_isdigit(at[1])) {
            char *end = NULL;
            guint64 number = g_ascii_strtoull(at + 1, &end, 10);
            highest = MAX(highest, MIN(number, NUMBER_MAX));
            g_string_append_c(text, '$');
            g_string_append_len(text, at + 1, end - at - 1);
            at = end;
        } else {
            const char *next = skip_token(sql, at);
            g_string_append_len(text, at, next - at);
            at = next;
        }
    }
    *ret_highest = (int)highest;
    return g_string_free(text, FALSE);
}
