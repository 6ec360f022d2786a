// What needs neither the page nor the server: who is kept in a merge, ranges of days, keys.

import type { Person } from '../api/people';

/** Who remains when piles become one: who has a name, then who has the most faces. */
export function keptOf(people: readonly Person[]): Person | undefined {
  return [...people].sort(
    (a, b) =>
      Number(b.name !== null) - Number(a.name !== null) || b.faces - a.faces || a.id - b.id,
  )[0];
}

/** Whether somebody has to say whose name remains. */
export function namesDiffer(people: readonly Person[]): boolean {
  return new Set(people.flatMap((each) => each.name ?? [])).size > 1;
}

export function sameName(a: string, b: string): boolean {
  return a.trim().toLocaleLowerCase() === b.trim().toLocaleLowerCase();
}

/** A moment by the camera's clock (`YYYY:MM:DD HH:MM:SS`, or with dashes), as a day whose UTC fields
 * are the camera's; null when it is none. */
export function dayOf(taken: string | null): Date | null {
  const parts = /^(\d{4})[:-](\d{2})[:-](\d{2})/.exec(taken ?? '');
  if (!parts) return null;
  const day = new Date(`${parts[1]}-${parts[2]}-${parts[3]}T00:00:00Z`);
  return Number.isNaN(day.getTime()) ? null : day;
}

export const DECISIONS = ['yes', 'no', 'other', 'skip', 'ignore'] as const;
export type Decision = (typeof DECISIONS)[number];

const KEYS: Readonly<Record<string, Decision>> = {
  Enter: 'yes',
  y: 'yes',
  n: 'no',
  o: 'other',
  s: 'skip',
  i: 'ignore',
};

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** What a key says of an uncertain face. */
export function decisionOf(event: KeyPress): Decision | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  return KEYS[event.key] ?? KEYS[event.key.toLowerCase()] ?? null;
}
