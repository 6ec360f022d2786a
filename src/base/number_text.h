/* Numbers as text that every program reads back as the same number, whatever the locale. */
#pragma once

#include <glib.h>

#define NUMBER_TEXT_BYTES 40

/* The shortest usual form of a finite number: "12", "0.25", "-1e-07". Returns its length. */
gsize number_text(char text[NUMBER_TEXT_BYTES], double value);

/* The decimal digits of `value`, at least `least` of them, ending at `end`; returns the first. */
char *number_digits_before(char *end, guint64 value, int least);
