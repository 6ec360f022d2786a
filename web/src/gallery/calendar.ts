// Days since 1970-01-01 as a calendar has them, without time zones: a photo's day is the one its
// camera's clock showed.

export interface CivilDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** Howard Hinnant's civil_from_days: exact for every day of the proleptic Gregorian calendar. */
export function civilDay(days: number): CivilDay {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** The first day of a day's month, and the first day after it. */
export function monthOf(days: number): [begin: number, end: number] {
  const { year, month, day } = civilDay(days);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  const begin = days - day + 1;
  return [begin, begin + length];
}

/** The day as a date that `Intl.DateTimeFormat` with `timeZone: 'UTC'` shows unchanged. */
export function dayAsDate(days: number): Date {
  return new Date(days * 86_400_000);
}
