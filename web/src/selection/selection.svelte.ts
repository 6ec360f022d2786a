// The selection of this page.

import { listing } from '../gallery/listing.svelte';
import { Selection } from './selection';

class PageSelection {
  readonly #chosen = new Selection();
  #version = $state(0);

  get count(): number {
    void this.#version;
    return this.#chosen.count;
  }

  get active(): boolean {
    return this.count > 0;
  }

  has(id: number): boolean {
    void this.#version;
    return this.#chosen.has(id);
  }

  /** In the order of the gallery. */
  ids(): number[] {
    void this.#version;
    const { list } = listing;
    if (list === null || this.#chosen.count < 2) return this.#chosen.ids();
    const inOrder: number[] = [];
    for (const id of list.ids) if (this.#chosen.has(id)) inOrder.push(id);
    return inOrder;
  }

  clear(): void {
    if (this.#chosen.count > 0) this.#change((chosen) => chosen.clear());
  }

  toggle(id: number, wanted?: boolean): void {
    this.#change((chosen) => chosen.toggle(id, wanted));
  }

  /** Lets photos go. */
  drop(ids: readonly number[]): void {
    this.#change((chosen) => {
      for (const id of ids) chosen.toggle(id, false);
    });
  }

  all(): void {
    const { list } = listing;
    if (list) this.#change((chosen) => chosen.all(list));
  }

  /** Chooses from where the last photo was chosen, or else from `start`, up to a position. */
  extendTo(position: number, start: number): void {
    const { list } = listing;
    if (list === null) return;
    const positionOf = (id: number): number => listing.positionOf(id);
    this.#change((chosen) => chosen.extendTo(list, position, start, positionOf));
  }

  lasso(ids: Iterable<number>): void {
    this.#change((chosen) => chosen.lasso(ids));
  }

  settle(): void {
    this.#chosen.settle();
  }

  /** The list has come anew: lets go of what is no longer in it. */
  retain(): void {
    if (this.#chosen.count === 0) return;
    this.#change((chosen) => chosen.retain((id) => listing.positionOf(id) >= 0));
  }

  #change(change: (chosen: Selection) => void): void {
    change(this.#chosen);
    this.#version += 1;
  }
}

export const selection = new PageSelection();
