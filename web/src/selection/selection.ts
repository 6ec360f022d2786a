// Which photos are chosen: a set of ids, whatever is loaded of them. Nothing here costs more than the
// photos that change.

export interface Positions {
  readonly count: number;
  readonly ids: ArrayLike<number>;
}

export class Selection {
  #ids = new Set<number>();
  /** Where a range begins: the photo that was chosen last. */
  #anchor: number | null = null;
  /** The range that follows the keyboard or the finger: positions, both ends included. */
  #range: { from: number; to: number } | null = null;
  /** The photos under a rectangle that is being drawn. */
  #lassoed = new Set<number>();
  /** Photos in the range or the rectangle that were chosen before it came over them. */
  #before = new Set<number>();

  get count(): number {
    return this.#ids.size;
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  ids(): number[] {
    return [...this.#ids];
  }

  clear(): void {
    this.#ids = new Set();
    this.#settle();
    this.#anchor = null;
  }

  /** Chooses a photo, or lets it go. A range that comes next begins here. */
  toggle(id: number, wanted = !this.#ids.has(id)): void {
    this.#settle();
    if (wanted) this.#ids.add(id);
    else this.#ids.delete(id);
    this.#anchor = id;
  }

  all(list: Positions): void {
    this.#settle();
    for (let at = 0; at < list.count; at++) this.#ids.add(list.ids[at] ?? 0);
  }

  /** Chooses everything between where the range began and a position; what an earlier reach of the
   * same range covered and this one does not is as it was before. `start` is where it begins when
   * nothing has been chosen yet. */
  extendTo(
    list: Positions,
    position: number,
    start: number,
    positionOf: (id: number) => number,
  ): void {
    const known = this.#anchor === null ? -1 : positionOf(this.#anchor);
    const anchor = known < 0 ? start : known;
    this.#anchor = list.ids[anchor] ?? null;
    const next = { from: Math.min(anchor, position), to: Math.max(anchor, position) };
    const last = this.#range;
    if (last === null) this.#before = new Set();
    if (last) {
      for (let at = last.from; at <= last.to; at++) {
        if (at < next.from || at > next.to) this.#release(list.ids[at] ?? 0);
      }
    }
    for (let at = next.from; at <= next.to; at++) {
      if (!last || at < last.from || at > last.to) this.#cover(list.ids[at] ?? 0);
    }
    this.#range = next;
  }

  /** Chooses what a rectangle covers now, and lets go of what it no longer does. */
  lasso(ids: Iterable<number>): void {
    if (this.#range) this.#settle();
    const next = new Set(ids);
    for (const id of this.#lassoed) if (!next.has(id)) this.#release(id);
    for (const id of next) if (!this.#lassoed.has(id)) this.#cover(id);
    this.#lassoed = next;
  }

  /** A range or rectangle is done: what it covers stays chosen. */
  settle(): void {
    this.#settle();
  }

  /** Photos that are gone are not chosen any longer. */
  retain(isThere: (id: number) => boolean): void {
    this.#settle();
    for (const id of this.#ids) if (!isThere(id)) this.#ids.delete(id);
  }

  #cover(id: number): void {
    if (this.#ids.has(id)) this.#before.add(id);
    else this.#ids.add(id);
  }

  #release(id: number): void {
    if (!this.#before.delete(id)) this.#ids.delete(id);
  }

  #settle(): void {
    this.#range = null;
    this.#lassoed = new Set();
    this.#before = new Set();
  }
}
