#include "library/catalog_scan.h"

/* Conditions are joined by & and not by &&, which would be a branch. */
#define PASS(condition)                                                                            \
    for (guint32 i = 0; i < rows; i++) {                                                           \
        keep[i] &= (guint8)(condition);                                                            \
    }

void scan_number(guint8 *restrict keep, guint32 rows, const guint32 *restrict column,
                 guint32 number)
{
    PASS(column[i] == number)
}

void scan_numbers(guint8 *restrict keep, guint32 rows, const guint32 *restrict column,
                  const guint8 *restrict wanted)
{
    PASS(wanted[column[i]])
}

void scan_add_numbers(guint8 *restrict keep, guint32 rows, const guint32 *restrict column,
                      const guint8 *restrict wanted)
{
    for (guint32 i = 0; i < rows; i++) {
        keep[i] |= wanted[column[i]];
    }
}

void scan_ints(guint8 *restrict keep, guint32 rows, const gint32 *restrict column, gint32 min,
               gint32 max)
{
    PASS((column[i] >= min) & (column[i] <= max))
}

void scan_floats(guint8 *restrict keep, guint32 rows, const float *restrict column, float min,
                 float max)
{
    PASS((column[i] >= min) & (column[i] <= max))
}

void scan_doubles(guint8 *restrict keep, guint32 rows, const double *restrict column, double min,
                  double max)
{
    PASS((column[i] >= min) & (column[i] <= max))
}

void scan_bits(guint8 *restrict keep, guint32 rows, const guint8 *restrict column, guint8 mask,
               guint8 min, guint8 max)
{
    PASS(((column[i] & mask) >= min) & ((column[i] & mask) <= max))
}

void scan_and(guint8 *restrict keep, guint32 rows, const guint8 *restrict also)
{
    PASS(also[i])
}

void scan_and_not(guint8 *restrict keep, guint32 rows,
                  const guint8 *restrict without){PASS(without[i] ^ 1)}

guint32 scan_count(const guint8 *keep, guint32 rows)
{
    guint32 count = 0;
    for (guint32 i = 0; i < rows; i++) {
        count += keep[i];
    }
    return count;
}
