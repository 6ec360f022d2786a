// Months as the server writes them: `YYYY-MM`.

/** The last day of a month, in days since 1970-01-01. */
export function lastDayOf(month: string): number {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  return Date.UTC(year, number, 0) / 86_400_000;
}
