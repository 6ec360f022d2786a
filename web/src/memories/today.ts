// The day it is for whoever looks.

export function isoDay(moment: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** The same day of another year, as the server writes days. */
export function inYear(day: string, year: string): string {
  return `${year}${day.slice(4)}`;
}
