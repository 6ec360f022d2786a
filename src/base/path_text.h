/* File names are bytes; JSON and SQL text are Unicode. This is the one bridge, and it is exact both
 * ways.
 *
 * A name that is valid UTF-8 is its own text. A byte 0xNN of any other kind becomes the private-use
 * character U+F7NN (as in MirBSD's OPTU-8), and so do the bytes of a genuine U+F780..U+F7FF, which
 * keeps the mapping one to one. */
#pragma once

#include <glib.h>

/* The text of a file name or path (NUL-terminated bytes). Never fails. Owned by the caller. */
char *path_to_text(const char *path_bytes);

/* The bytes of a text made by path_to_text. NULL when `text` is not UTF-8 or could not have been
 * made by it. */
char *path_from_text(const char *text);
