/* Names that are made of other names: slugs, and file names beside those that are taken. */
#pragma once

#include <glib.h>

/* Lower-case ASCII letters and digits; other runs become one '-'; none at either end. "dataset"
 * where nothing is left. The caller's. */
char *name_slug(const char *name);
/* "a-2.jpg" of "a.jpg"; an ending is what follows the last dot, unless nothing stands before it. At
 * most `most_bytes` long: the stem loses its end. The caller's. */
char *name_numbered(const char *filename, guint number, gsize most_bytes);
/* 1 to `most_characters` characters, none of them a control character, not blank. */
gboolean name_is_good(const char *name, glong most_characters);
