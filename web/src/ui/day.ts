import { date } from '../i18n/i18n.svelte';

/** The local day of a moment the server told. */
export function dayText(moment: string): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return date(new Date(moment), { dateStyle: 'medium', timeZone });
}

/** The local day and time of a moment the server told. */
export function momentText(moment: string): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return date(new Date(moment), { dateStyle: 'medium', timeStyle: 'short', timeZone });
}
