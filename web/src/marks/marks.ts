// What a person thinks of a photo, and how one mark changes the others.

export interface Marks {
  /** 0 to 5. */
  readonly stars: number;
  readonly favorite: boolean;
  readonly rejected: boolean;
}

export type MarksChange = Readonly<Partial<Marks>>;

export const NO_MARKS: Marks = { stars: 0, favorite: false, rejected: false };

/** The marks after a change, as the server reckons it: a favourite is not rejected, and what is
 * rejected has neither stars nor a heart. */
export function changed(marks: Marks, change: MarksChange): Marks {
  const next = { ...marks, ...change };
  if (change.rejected) return { stars: 0, favorite: false, rejected: true };
  if (change.favorite) next.rejected = false;
  return next;
}

/** Something that a person does to photos by a key or a button. */
export type MarkAct =
  | { readonly kind: 'stars'; readonly stars: number }
  | { readonly kind: 'favorite' | 'reject' | 'pick' | 'unflag' };

const KEYS: Readonly<Record<string, MarkAct>> = {
  f: { kind: 'favorite' },
  x: { kind: 'reject' },
  r: { kind: 'reject' },
  p: { kind: 'pick' },
  u: { kind: 'unflag' },
};

export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'
>;

/** What a key means. Digits count by their place too: some keyboards need shift for them. */
export function markActOf(event: KeyPress): MarkAct | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const digit = /^[0-5]$/.exec(event.key)?.[0] ?? /^Digit([0-5])$/.exec(event.code)?.[1];
  if (digit !== undefined) return { kind: 'stars', stars: Number(digit) };
  return event.shiftKey ? null : (KEYS[event.key.toLowerCase()] ?? null);
}

/** The change that an act makes to photos with these marks. A toggle that is not on everywhere is
 * put on everywhere. */
export function changeOf(act: MarkAct, all: readonly Marks[]): MarksChange {
  switch (act.kind) {
    case 'stars':
      // Whoever gives stars wants to keep the photo.
      return act.stars > 0 ? { stars: act.stars, rejected: false } : { stars: 0 };
    case 'favorite':
      return { favorite: !all.every((marks) => marks.favorite) };
    case 'reject':
      return { rejected: !all.every((marks) => marks.rejected) };
    case 'pick':
      return { favorite: true };
    case 'unflag':
      return { favorite: false, rejected: false };
  }
}

/** Marks that the server has confirmed, under changes that are on their way to it. */
export interface Pending {
  has(id: number): boolean;
  apply(marks: Marks, id: number): Marks;
}

export function withPending(
  confirmed: Marks,
  id: number,
  pending: readonly Pending[],
): Marks {
  return pending.reduce((marks, each) => (each.has(id) ? each.apply(marks, id) : marks), confirmed);
}
