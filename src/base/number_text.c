#include "base/number_text.h"

#include <math.h>
#include <string.h>

char *number_digits_before(char *end, guint64 value, int least)
{
    char *first = end;
    for (; value > 0 || end - first < least; value /= 10) {
        *--first = (char)('0' + value % 10);
    }
    return first;
}

/* Writes a number of at most six decimals, as most are, without trying formats: if a whole number
 * of millionths divides to exactly this double, its digits read back as it, for reading rounds the
 * same quotient. 0 when it is none. */
static gsize millionths_text(char out[NUMBER_TEXT_BYTES], double value)
{
    double size = fabs(value);
    if (!(size >= 1e-4 && size < 1e6) && size != 0) {
        return 0; /* these are written with an exponent */
    }
    guint64 millionths = (guint64)(size * 1e6 + 0.5);
    if ((double)millionths / 1e6 != size) {
        return 0;
    }
    char text[NUMBER_TEXT_BYTES];
    char *end = text + sizeof text;
    char *point = number_digits_before(end, millionths % 1000000, 6) - 1;
    *point = '.';
    char *first = number_digits_before(point, millionths / 1000000, 1);
    if (signbit(value)) {
        *--first = '-';
    }
    while (end[-1] == '0') {
        end--;
    }
    end -= end - 1 == point;
    gsize length = (gsize)(end - first);
    memcpy(out, first, length);
    out[length] = '\0';
    return length;
}

/* Most numbers have few digits: try those first, and 17 always read back the same. */
static gsize shortest_text(char text[NUMBER_TEXT_BYTES], double value)
{
    static const char *const formats[] = {"%.6g", "%.9g", "%.15g", "%.16g", "%.17g"};
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, NUMBER_TEXT_BYTES, formats[i], value);
        if (g_ascii_strtod(text, NULL) == value) {
            break;
        }
    }
    return strlen(text);
}

gsize number_text(char text[NUMBER_TEXT_BYTES], double value)
{
    g_assert(isfinite(value));
    gsize length = millionths_text(text, value);
    return length > 0 ? length : shortest_text(text, value);
}
