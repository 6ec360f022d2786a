// Two people changed the same picture: what was one's work and what the other's, shape by shape.

import { isSame, type Shape } from './shape';

export interface Sides {
  /** What both began with. */
  readonly base: readonly Shape[];
  readonly mine: readonly Shape[];
  readonly theirs: readonly Shape[];
}

export interface Merged {
  readonly shapes: readonly Shape[];
  /** Shapes that both changed, each in another way: mine are kept. */
  readonly clashes: readonly string[];
}

/** Both sides' changes in one. Nothing that somebody drew or changed goes away: what one side deleted
 * and the other changed stays. The order is mine, with their new shapes on top. */
export function merge({ base, mine, theirs }: Sides): Merged {
  const [baseOf, mineOf, theirsOf] = [base, mine, theirs].map(
    (shapes) => new Map(shapes.map((shape) => [shape.id, shape])),
  ) as [Map<string, Shape>, Map<string, Shape>, Map<string, Shape>];
  const clashes: string[] = [];
  const shapes = mine.flatMap((own) => {
    const before = baseOf.get(own.id);
    const other = theirsOf.get(own.id);
    const changedHere = before === undefined || !isSame(before, own);
    if (other === undefined) return changedHere ? [own] : [];
    if (isSame(own, other)) return [own];
    if (!changedHere) return [other];
    if (before === undefined || !isSame(before, other)) clashes.push(own.id);
    return [own];
  });
  for (const other of theirs) {
    if (mineOf.has(other.id)) continue;
    const before = baseOf.get(other.id);
    if (before === undefined || !isSame(before, other)) shapes.push(other);
  }
  return { shapes, clashes };
}

export interface Changes {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** What one side did. */
export function changesOf(base: readonly Shape[], side: readonly Shape[]): Changes {
  const before = new Map(base.map((shape) => [shape.id, shape]));
  const ids = new Set(side.map((shape) => shape.id));
  let [added, changed] = [0, 0];
  for (const shape of side) {
    const was = before.get(shape.id);
    if (was === undefined) added += 1;
    else if (!isSame(was, shape)) changed += 1;
  }
  return { added, changed, removed: base.filter((shape) => !ids.has(shape.id)).length };
}
