/* A pair of networks that know six colours, shaped as CLIP's exports are: a picture's vector is its
 * mean colour, a text's the colours that it names. */
#pragma once

#include <glib.h>

typedef struct {
    int side;             /* of the picture; 0: open */
    int tokens;           /* of the row; 0: open */
    gboolean small;       /* tokens of 32 bits */
    gboolean mask;        /* with an attention mask, which must have a 1 for each token */
    gboolean other_names; /* "in", "ids", "out" rather than those of CLIP's exports */
} WordsShape;

GBytes *make_image_words(const WordsShape *shape);
GBytes *make_text_words(const WordsShape *shape);
GBytes *make_both_words(const WordsShape *shape);
