/* File names that every system takes: for what leaves the library, in archives. */
#pragma once

#include <glib.h>

#define SAFE_NAME_BYTES_MOST 255

/* `name` with "_" for what some system refuses: control characters, any of <>:"/\|?*, dots and
 * blanks at its end, a leading "-" or "~", and bytes that are no text (base/path_text.h). Never
 * empty, "." or "..", none of the devices of Windows (CON, LPT1), valid UTF-8 of at most
 * SAFE_NAME_BYTES_MOST bytes; what is too long loses the end of its stem. Owned by the caller. */
char *safe_name(const char *name);

/* The names given away already, compared as systems do that tell neither case nor composition
 * apart. Free with g_hash_table_unref. */
GHashTable *safe_names_new(void);
/* The safe name, or with " (2)", " (3)" ... before its ending when it is taken; remembers it. Owned
 * by the caller. */
char *safe_names_take(GHashTable *taken, const char *name);
