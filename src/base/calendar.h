/* Days since 1970-01-01 and dates of the Gregorian calendar, without time zones. */
#pragma once

#include <glib.h>

typedef struct {
    int year, month, day;
} CalendarDate;

/* What a year of four digits can name: 0001-01-01 and 9999-12-31. */
#define CALENDAR_FIRST_DAY (-719162)
#define CALENDAR_LAST_DAY  2932896

CalendarDate calendar_date(gint64 day);
/* Of a date that there is. */
gint64 calendar_day(int year, int month, int day);
gboolean calendar_is_date(int year, int month, int day);
/* Monday is 0. */
int calendar_weekday(gint64 day);

/* "YYYY-MM-DD", all ten characters; FALSE when the text is none, or no such day ever was. */
gboolean calendar_parse(const char *text, gint32 *ret_day);
