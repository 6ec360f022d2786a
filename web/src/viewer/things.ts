import type { Thing } from '../api/types';

/** Each kind of thing with how many there are, in the order in which they are surest. */
export function countThings(things: readonly Thing[]): [label: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { label } of [...things].sort((a, b) => b.score - a.score)) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts];
}
