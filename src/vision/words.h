/* Pictures and texts as vectors of one space: CLIP's two networks, from one file or two (family
 * "clip"). Names, sizes and the element of the tokens are taken from the session; options say what
 * that does not tell:
 *   image  "input", "output", "side" (pixels, where it is open), "mean" and "deviation" (of red,
 *          green, blue on 0..1; CLIP's otherwise), "shape" (crop; SigLIP: stretch)
 *   text   "input", "output", "tokens" (length of the row, where it is open), "pad"
 * A file with both nets has "text": true, and serves for both. */
#pragma once

#include "vision/bpe.h"
#include "vision/image.h"
#include "vision/options.h"
#include "vision/session.h"

typedef struct Words Words;

/* Either half, of a session that lives longer. UNSUPPORTED when it has no such half. */
Words *words_image_new(const VisionSession *session, ModelOptions *options, GError **error);
Words *words_text_new(const VisionSession *session, ModelOptions *options, GError **error);
void words_free(Words *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Words, words_free)

/* Of float, length 1; the caller's. CORRUPT for numbers that are none. */
GArray *words_of_image(const Words *words, const VisionImage *image, GError **error);
GArray *words_of_text(const Words *words, const Bpe *vocabulary, const char *text, GError **error);

/* Whether a session has an input for pictures, and one for tokens. */
gboolean words_takes_pictures(const VisionSession *session);
gboolean words_takes_tokens(const VisionSession *session);
