/* Private to library/: the loops of filters, each one pass over a column. `keep` has a byte for
 * each of `rows` rows, 1 while it matches; every pass takes from it. Written so that the compiler
 * makes vectors of them; built with -O3 for that. */
#pragma once

#include <glib.h>

/* Rows whose number is this one. */
void scan_number(guint8 *keep, guint32 rows, const guint32 *column, guint32 number);
/* Rows whose number is marked in `wanted`. */
void scan_numbers(guint8 *keep, guint32 rows, const guint32 *column, const guint8 *wanted);
/* Adds (not takes) them. */
void scan_add_numbers(guint8 *keep, guint32 rows, const guint32 *column, const guint8 *wanted);
/* Bounds are inclusive. */
void scan_ints(guint8 *keep, guint32 rows, const gint32 *column, gint32 min, gint32 max);
void scan_floats(guint8 *keep, guint32 rows, const float *column, float min, float max);
void scan_doubles(guint8 *keep, guint32 rows, const double *column, double min, double max);
/* Of the bits of `mask`. */
void scan_bits(guint8 *keep, guint32 rows, const guint8 *column, guint8 mask, guint8 min,
               guint8 max);
void scan_and(guint8 *keep, guint32 rows, const guint8 *also);
void scan_and_not(guint8 *keep, guint32 rows, const guint8 *without);
guint32 scan_count(const guint8 *keep, guint32 rows);
