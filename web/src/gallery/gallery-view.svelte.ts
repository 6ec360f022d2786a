// What the gallery shows of its list: rows, where it has scrolled to, which rows are in sight.

import { tick } from 'svelte';
import {
  justify,
  placesOf,
  rowAt,
  rowOf,
  type JustifyOptions,
  type Place,
  type Rows,
} from './justify';
import type { PhotoList } from './photo-list';
import { ScrollSpace } from './scroll-space';
import type { Anchor } from '../route/route.svelte';

export interface RowView {
  readonly row: number;
  readonly top: number;
  /** Of the whole row. */
  readonly room: number;
  /** Of its photos. */
  readonly height: number;
  readonly marks: number;
  readonly places: readonly Place[];
}

/** Room under the last row. */
export const FOOTER_HEIGHT = 120;

/** Faster than this, in pixels a millisecond, photos fly by and are not fetched. */
const FAST_PX_PER_MS = 4;
/** Scrolling rests when nothing has moved for this long. */
const REST_MS = 120;
/** After photos have flown by, a pause on the way is not an arrival yet. */
const REST_AFTER_FLIGHT_MS = 240;
/** Rows kept ready outside the view, in view heights. */
const OVERSCAN = 0.75;
/** What stays visible above a row that is scrolled into view. */
const REVEAL_MARGIN = 24;

export class GalleryView {
  list = $state.raw<PhotoList | null>(null);
  rows = $state.raw<Rows | null>(null);
  /** Height of the element that scrolls. */
  scrollHeight = $state(0);
  /** What to add to a row's top to place it in that element. */
  shift = $state(0);
  /** The place in the column at the view's top edge. */
  offset = $state(0);
  viewHeight = $state(0);
  /** Photos are fetched only while true. */
  calm = $state(true);
  /** Position of the photo that the keyboard stands on. */
  active = $state(0);
  gap = 0;

  #fromRow = $state(0);
  #toRow = $state(0);
  #scroller: HTMLElement | null = null;
  #space = new ScrollSpace(0, 0);
  #cache = new Map<number, RowView>();
  #lastMove = 0;
  #restTimer = 0;

  /** Called when scrolling has come to rest. */
  onrest: () => void = () => {};

  readonly visible: readonly RowView[] = $derived.by(() => {
    if (this.rows === null || this.rows.count === 0) return [];
    const shown: RowView[] = [];
    for (let row = this.#fromRow; row < this.#toRow; row++) shown.push(this.#rowView(row));
    // The active photo's row stays, so that focus is not lost when it scrolls away.
    const activeRow = rowOf(this.rows, this.active);
    if (activeRow < this.#fromRow) shown.unshift(this.#rowView(activeRow));
    if (activeRow >= this.#toRow) shown.push(this.#rowView(activeRow));
    return shown;
  });

  attach(scroller: HTMLElement): () => void {
    this.#scroller = scroller;
    return () => {
      clearTimeout(this.#restTimer);
      this.#scroller = null;
    };
  }

  /** Lays the list out anew; the place `anchor` names, or the top, comes into view. */
  async layOut(
    list: PhotoList,
    options: JustifyOptions,
    viewHeight: number,
    anchor: Anchor | null,
    positionOf: (id: number) => number,
  ): Promise<void> {
    const activeId = this.list?.ids[this.active];
    this.list = list;
    this.rows = justify(list, options);
    this.gap = options.gap;
    this.viewHeight = viewHeight;
    this.#cache.clear();
    this.#space = new ScrollSpace(this.rows.totalHeight + FOOTER_HEIGHT, viewHeight);
    this.scrollHeight = this.#space.scrollHeight;
    const position = anchor === null ? -1 : positionOf(anchor.photo);
    const place =
      position < 0 || anchor === null
        ? 0
        : (this.rows.top[rowOf(this.rows, position)] ?? 0) + anchor.offset;
    const activePosition = activeId === undefined ? -1 : positionOf(activeId);
    this.active = Math.max(0, activePosition < 0 ? position : activePosition);
    this.#arrive(place);
    await tick(); // The element must have its new height before it can scroll there.
    this.scrollTo(place);
    this.rest();
  }

  /** The photo at the view's top edge, and how far its row is scrolled. */
  get anchor(): Anchor | null {
    const { rows, list } = this;
    if (rows === null || list === null || list.count === 0) return null;
    const row = rowAt(rows, this.offset);
    const photo = list.ids[rows.first[row] ?? 0] ?? 0;
    return { photo, offset: this.offset - (rows.top[row] ?? 0) };
  }

  /** Where a part of the column lies in the element that scrolls. What the shift carries past its
   * end is far out of sight, and stays at the end: the element must not grow. */
  placed(top: number, room: number): number {
    return Math.min(top + this.shift, this.scrollHeight - room);
  }

  scrollTo(place: number): void {
    if (this.#scroller === null) return;
    const scrollTop = this.#space.moveTo(place);
    this.shift = this.#space.shift;
    this.#scroller.scrollTop = scrollTop;
    this.#arrive(scrollTop - this.shift);
  }

  /** The element has scrolled, by whatever means. */
  scrolled(): void {
    if (this.#scroller === null) return;
    const { scrollTop } = this.#scroller;
    const before = this.offset;
    const place = this.#space.scrolled(scrollTop);
    this.shift = this.#space.shift;
    if (this.#space.strayed(scrollTop)) this.scrollTo(place);
    else this.#arrive(place);

    const now = performance.now();
    const speed = Math.abs(this.offset - before) / Math.max(1, now - this.#lastMove);
    this.#lastMove = now;
    if (speed > FAST_PX_PER_MS) this.calm = false;
    clearTimeout(this.#restTimer);
    const wait = this.calm ? REST_MS : REST_AFTER_FLIGHT_MS;
    this.#restTimer = window.setTimeout(() => this.rest(), wait);
  }

  /** Scrolling has come to rest: photos in sight are fetched. */
  rest(): void {
    clearTimeout(this.#restTimer);
    this.calm = true;
    if (this.rows === null || this.#scroller === null) return;
    // Realign the scrollbar with the place, once small movements have led it astray.
    const aligned = new ScrollSpace(this.#space.columnHeight, this.viewHeight).moveTo(this.offset);
    if (Math.abs(aligned - this.#scroller.scrollTop) > this.viewHeight) this.scrollTo(this.offset);
    if (!this.#scroller.contains(document.activeElement)) {
      const row = rowAt(this.rows, this.offset);
      const next = Math.min(row + 1, this.rows.count - 1);
      const cut = (this.rows.top[row] ?? 0) < this.offset;
      this.active = this.rows.first[cut ? next : row] ?? 0;
    }
    this.onrest();
  }

  /** Brings a photo into view with as little movement as can be. */
  reveal(photo: number): void {
    if (this.rows === null) return;
    const row = rowOf(this.rows, photo);
    const top = this.rows.top[row] ?? 0;
    const bottom = this.rows.top[row + 1] ?? 0;
    if (top - REVEAL_MARGIN < this.offset) this.scrollTo(top - REVEAL_MARGIN);
    else if (bottom + REVEAL_MARGIN > this.offset + this.viewHeight) {
      this.scrollTo(bottom + REVEAL_MARGIN - this.viewHeight);
    }
  }

  /** Moves the keyboard to a photo, and focus with it. */
  async focus(photo: number): Promise<void> {
    this.active = photo;
    this.reveal(photo);
    await tick();
    const tile = this.#scroller?.querySelector<HTMLElement>(`[data-position="${photo}"]`);
    tile?.focus({ preventScroll: true });
  }

  /** Identifiers of the photos in sight. */
  get idsInSight(): number[] {
    const { rows, list } = this;
    if (rows === null || list === null || rows.count === 0) return [];
    const from = rows.first[rowAt(rows, this.offset)] ?? 0;
    const end = rows.first[rowAt(rows, this.offset + this.viewHeight) + 1] ?? 0;
    return Array.from(list.ids.subarray(from, end));
  }

  #arrive(place: number): void {
    this.offset = place;
    if (this.rows === null) return;
    const margin = this.viewHeight * OVERSCAN;
    this.#fromRow = rowAt(this.rows, place - margin);
    this.#toRow = Math.min(this.rows.count, rowAt(this.rows, place + this.viewHeight + margin) + 1);
  }

  #rowView(row: number): RowView {
    const known = this.#cache.get(row);
    if (known) return known;
    const { rows, list } = this as { rows: Rows; list: PhotoList };
    const view: RowView = {
      row,
      top: rows.top[row] ?? 0,
      room: (rows.top[row + 1] ?? 0) - (rows.top[row] ?? 0),
      height: rows.height[row] ?? 0,
      marks: rows.marks[row] ?? 0,
      places: placesOf(list, rows, row, this.gap),
    };
    if (this.#cache.size > 500) this.#cache.clear();
    this.#cache.set(row, view);
    return view;
  }
}
