/* CLIP's tokeniser: byte pair encoding (Sennrich and others, 2016) over UTF-8 bytes, with 256
 * tokens for bytes, the same at a word's end, one for each merge, and a mark for the beginning and
 * for the end of a text.
 *
 * Texts are cleaned first: HTML's entities decoded, composed (NFC), lower-case, white space
 * collapsed. Words are runs of letters, single digits, runs of other characters, and 's 't 're 've
 * 'm 'll 'd. */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct Bpe Bpe;

/* `vocabulary` has a merge in each line, the most frequent first: two tokens with a blank between,
 * written as CLIP's vocabulary does (a byte is a printable character, "</w>" a word's end). CORRUPT
 * when a line is something else. */
Bpe *bpe_new(GBytes *vocabulary, GError **error);
void bpe_free(Bpe *bpe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bpe, bpe_free)

gint64 bpe_start(const Bpe *bpe); /* the marks: 49406 and 49407 in CLIP's own vocabulary */
gint64 bpe_end(const Bpe *bpe);

/* The tokens of a text, at most so many, without the marks; of gint64, the caller's. INVALID when
 * it is no UTF-8, TOO_LARGE when it is over LIMIT_WORDS_TEXT_BYTES. */
GArray *bpe_encode(const Bpe *bpe, const char *text, guint most, GError **error);
