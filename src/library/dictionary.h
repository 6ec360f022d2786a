/* Private to library/: texts that many rows share, kept once, each with a number and a count of its
 * uses. Number 0 is no text. */
#pragma once

#include <glib.h>

typedef struct Dictionary Dictionary;

Dictionary *dictionary_new(void);
void dictionary_free(Dictionary *dictionary);

/* Counts a use of the text and gives its number, a new one when there is none yet; 0 for NULL and
 * "". Numbers that nobody uses any more are given anew. */
guint32 dictionary_use(Dictionary *dictionary, const char *text);
void dictionary_use_again(Dictionary *dictionary, guint32 number);
void dictionary_drop(Dictionary *dictionary, guint32 number);

guint32 dictionary_find(const Dictionary *dictionary, const char *text); /* 0: none */
/* One more than the largest number. */
guint32 dictionary_count(const Dictionary *dictionary);
/* `count` of them; "" where a number is not in use. */
const char *const *dictionary_texts(const Dictionary *dictionary);
guint32 dictionary_uses(const Dictionary *dictionary, guint32 number);
