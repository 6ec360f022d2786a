// Choosing photos by drawing: a rectangle with the mouse, a long press and a stroke with a finger.

import type { GalleryView } from '../gallery/gallery-view.svelte';
import { photoAt, photosBetween, type Spot } from './hits';
import { selection } from './selection.svelte';

/** A mouse that moves less than this clicks. */
const DRAG_PX = 6;
/** A finger that moves more than this scrolls. */
const PRESS_SLOP_PX = 10;
const LONG_PRESS_MS = 450;
/** So close to the edge of the view it scrolls, the faster the closer. */
const EDGE_PX = 56;
const EDGE_SPEED = 0.4;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export class Picker {
  /** The rectangle that is being drawn, in the pixels of the view; null when none is. */
  box = $state.raw<Box | null>(null);

  #pointer: number | null = null;
  #touch = false;
  #drawing = false;
  /** Something was drawn since the pointer went down. */
  #drew = false;
  /** Where it was chosen last, as text. */
  #last = '';
  #pressTimer = 0;
  #frame = 0;
  #client: Spot = { x: 0, y: 0 };
  #press: Spot = { x: 0, y: 0 };
  #start: Spot = { x: 0, y: 0 };

  constructor(
    private readonly view: GalleryView,
    private readonly scroller: HTMLElement,
    private readonly column: HTMLElement,
  ) {}

  /** Listens until the answer is called. */
  attach(): () => void {
    const { scroller } = this;
    const abort = new AbortController();
    const { signal } = abort;
    scroller.addEventListener('pointerdown', (event) => this.#down(event), { signal });
    scroller.addEventListener('pointermove', (event) => this.#move(event), { signal });
    scroller.addEventListener('pointerup', () => this.#end(), { signal });
    scroller.addEventListener('pointercancel', () => this.#end(), { signal });
    // The click that ends a drawing is none.
    scroller.addEventListener('click', (event) => this.#click(event), { signal, capture: true });
    const hold = (event: Event): void => {
      if (this.#drawing || this.#touch) event.preventDefault();
    };
    scroller.addEventListener('contextmenu', hold, { signal });
    const still = (event: TouchEvent): void => {
      if (this.#drawing && event.cancelable) event.preventDefault();
    };
    scroller.addEventListener('touchmove', still, { signal, passive: false });
    return () => {
      abort.abort();
      this.#end();
    };
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0 || this.#pointer !== null) return;
    if (event.target instanceof Element && event.target.closest('button')) return;
    this.#pointer = event.pointerId;
    this.#touch = event.pointerType === 'touch';
    this.#client = { x: event.clientX, y: event.clientY };
    this.#press = this.#client;
    this.#start = this.#spot();
    this.#drew = false;
    if (this.#touch) this.#pressTimer = window.setTimeout(() => this.#beginStroke(), LONG_PRESS_MS);
  }

  #move(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    this.#client = { x: event.clientX, y: event.clientY };
    const moved = Math.hypot(this.#client.x - this.#press.x, this.#client.y - this.#press.y);
    if (this.#drawing) return;
    if (this.#touch) {
      if (moved > PRESS_SLOP_PX) this.#end();
    } else if (moved > DRAG_PX) {
      this.scroller.setPointerCapture(event.pointerId);
      this.#begin();
    }
  }

  /** The finger has rested: from here on it chooses instead of scrolling. */
  #beginStroke(): void {
    const { list, rows, gap } = this.view;
    if (list === null || rows === null) return;
    const id = list.ids[photoAt(list, rows, gap, this.#start)];
    if (id === undefined) return;
    selection.toggle(id, true);
    navigator.vibrate?.(10);
    this.#begin();
  }

  #begin(): void {
    this.#drawing = true;
    this.#drew = true;
    const step = (): void => {
      this.#scrollAtEdge();
      this.#choose();
      this.#frame = requestAnimationFrame(step);
    };
    step();
  }

  #end(): void {
    clearTimeout(this.#pressTimer);
    cancelAnimationFrame(this.#frame);
    if (this.#drawing) {
      this.#choose();
      selection.settle();
    }
    this.#pointer = null;
    this.#touch = false;
    this.#drawing = false;
    this.box = null;
  }

  #click(event: MouseEvent): void {
    if (!this.#drew) return;
    this.#drew = false;
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(): void {
    const { list, rows, gap } = this.view;
    if (list === null || rows === null) return;
    const spot = this.#spot();
    const now = `${spot.x} ${spot.y}`;
    if (now === this.#last) return;
    this.#last = now;
    if (this.#touch) {
      const start = photoAt(list, rows, gap, this.#start);
      selection.extendTo(photoAt(list, rows, gap, spot), start);
      return;
    }
    const positions = photosBetween(list, rows, gap, this.#start, spot);
    selection.lasso(positions.map((position) => list.ids[position] ?? 0));
    this.#showBox(spot);
  }

  #showBox(spot: Spot): void {
    const area = this.scroller.getBoundingClientRect();
    const shift = this.column.getBoundingClientRect().left - area.left;
    this.box = {
      left: Math.min(spot.x, this.#start.x) + shift,
      top: Math.min(spot.y, this.#start.y) - this.view.offset,
      width: Math.abs(spot.x - this.#start.x),
      height: Math.abs(spot.y - this.#start.y),
    };
  }

  #scrollAtEdge(): void {
    const { top, bottom } = this.scroller.getBoundingClientRect();
    const above = top + EDGE_PX - this.#client.y;
    const below = this.#client.y - (bottom - EDGE_PX);
    const by = above > 0 ? -above : below > 0 ? below : 0;
    if (by !== 0) this.scroller.scrollBy(0, by * EDGE_SPEED);
  }

  /** Where the pointer is in the column. */
  #spot(): Spot {
    const { top } = this.scroller.getBoundingClientRect();
    const { left } = this.column.getBoundingClientRect();
    return { x: this.#client.x - left, y: this.#client.y - top + this.view.offset };
  }
}
