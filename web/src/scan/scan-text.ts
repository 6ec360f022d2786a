import type { Scan } from '../api/types';
import { number, t, tn } from '../i18n/i18n.svelte';

function timeLeft(seconds: number): string {
  if (seconds < 60) return tn('scan.seconds_left', Math.max(1, Math.ceil(seconds)));
  if (seconds < 5400) return tn('scan.minutes_left', Math.round(seconds / 60));
  return tn('scan.hours_left', Math.round(seconds / 3600));
}

/** How far a running scan is, in one line. */
export function progressText(scan: Scan): string {
  const parts = [
    scan.total === null
      ? t('scan.looking', { found: number(scan.found) })
      : t('scan.progress', { done: number(scan.done), total: number(scan.total) }),
  ];
  if (scan.rate) {
    parts.push(t('scan.rate', { rate: number(scan.rate, { maximumFractionDigits: 0 }) }));
  }
  if (scan.seconds_left !== null) parts.push(timeLeft(scan.seconds_left));
  return parts.join(' · ');
}
