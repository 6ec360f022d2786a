#include "base/calendar.h"

#include <string.h>

#define DAYS_PER_ERA 146097 /* 400 years */
#define DAYS_TO_1970 719468 /* since 0000-03-01 */

/* Eras of 400 years, years that begin in March, so that the leap day is the last: civil_from_days
 * and days_from_civil of H. Hinnant's "chrono-Compatible Low-Level Date Algorithms". A GDateTime
 * would cost a tenth of a page of photos. */
CalendarDate calendar_date(gint64 day)
{
    gint64 shifted = day + DAYS_TO_1970;
    gint64 era = (shifted >= 0 ? shifted : shifted - DAYS_PER_ERA + 1) / DAYS_PER_ERA;
    gint64 in_era = shifted - era * DAYS_PER_ERA;
    gint64 year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    gint64 in_year = in_era - (365 * year + year / 4 - year / 100);
    gint64 month_from_march = (5 * in_year + 2) / 153;
    CalendarDate date = {
        .day = (int)(in_year - (153 * month_from_march + 2) / 5 + 1),
        .month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9),
    };
    date.year = (int)(year + era * 400 + (date.month <= 2));
    return date;
}

gint64 calendar_day(int year, int month, int day)
{
    gint64 from_march = year - (month <= 2);
    gint64 era = (from_march >= 0 ? from_march : from_march - 399) / 400;
    gint64 of_era = from_march - era * 400;
    gint64 in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    gint64 in_era = of_era * 365 + of_era / 4 - of_era / 100 + in_year;
    return era * DAYS_PER_ERA + in_era - DAYS_TO_1970;
}

gboolean calendar_is_date(int year, int month, int day)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
        return FALSE;
    }
    CalendarDate same = calendar_date(calendar_day(year, month, day));
    return same.month == month; /* the 30th of February would be in March */
}

int calendar_weekday(gint64 day)
{
    gint64 since_monday = (day + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(since_monday < 0 ? since_monday + 7 : since_monday);
}

/* What the digits from `at` on spell; -1 when they are not digits. */
static int digits(const char *text, int at, int count)
{
    int number = 0;
    for (int i = at; i < at + count; i++) {
        if (!g_ascii_isdigit(text[i])) {
            return -1;
        }
        number = number * 10 + g_ascii_digit_value(text[i]);
    }
    return number;
}

gboolean calendar_parse(const char *text, gint32 *ret_day)
{
    if (strlen(text) != strlen("YYYY-MM-DD") || text[4] != '-' || text[7] != '-') {
        return FALSE;
    }
    int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    if (!calendar_is_date(year, month, day)) {
        return FALSE;
    }
    *ret_day = (gint32)calendar_day(year, month, day);
    return TRUE;
}
