// What fingers and mouse mean on the stage: taps, drags, swipes and pinches.

import { distance, middle, type Point } from './zoom';

export interface GestureActs {
  /** Whether a drag moves the picture about; otherwise it is a swipe. */
  isPannable(): boolean;
  pan(by: Point): void;
  /** Two fingers: what lay under `from` comes to lie under `to`, `factor` times as large. */
  pinch(from: Point, to: Point, factor: number): void;
  /** A swipe on its way; (0, 0) when it is over. */
  swiping(by: Point): void;
  swiped(way: 'left' | 'right' | 'down'): void;
  tapped(touch: boolean): void;
  doubleTapped(place: Point): void;
}

/** A pointer that moves less than this stays where it is. */
const TAP_SLOP_PX = 8;
const SWIPE_PX = 56;
const SWIPE_DOWN_PX = 112;
const DOUBLE_TAP_MS = 300;

export class Gestures {
  readonly #pointers = new Map<number, Point>();
  #pressed: Point = { x: 0, y: 0 };
  #moved = false;
  /** Two fingers were down: until all are lifted, none of them swipes. */
  #pinched = false;
  #lastTapAt = -Infinity;

  constructor(private readonly acts: GestureActs) {}

  down(event: PointerEvent, place: Point): void {
    this.#pointers.set(event.pointerId, place);
    this.#pinched = this.#pointers.size > 1;
    this.#moved = this.#pinched;
    if (!this.#pinched) this.#pressed = place;
  }

  move(event: PointerEvent, place: Point): void {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const other = [...this.#pointers].find(([pointer]) => pointer !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, place);
    if (distance(place, this.#pressed) > TAP_SLOP_PX) this.#moved = true;
    if (other) {
      const factor = distance(place, other) / Math.max(1, distance(before, other));
      this.acts.swiping({ x: 0, y: 0 });
      this.acts.pinch(middle(before, other), middle(place, other), factor);
    } else if (this.acts.isPannable()) {
      this.acts.pan({ x: place.x - before.x, y: place.y - before.y });
    } else if (this.#moved && !this.#pinched) {
      this.acts.swiping(this.#fromPress(place));
    }
  }

  up(event: PointerEvent, place: Point): void {
    if (!this.#pointers.delete(event.pointerId) || this.#pointers.size > 0) return;
    this.acts.swiping({ x: 0, y: 0 });
    if (event.type === 'pointercancel') return;
    if (!this.#moved) this.#tap(event, place);
    else if (!this.#pinched && !this.acts.isPannable()) this.#swipe(this.#fromPress(place));
  }

  #fromPress(place: Point): Point {
    return { x: place.x - this.#pressed.x, y: place.y - this.#pressed.y };
  }

  #swipe({ x, y }: Point): void {
    if (Math.abs(x) > SWIPE_PX && Math.abs(x) > Math.abs(y)) {
      this.acts.swiped(x < 0 ? 'left' : 'right');
    } else if (y > SWIPE_DOWN_PX && y > Math.abs(x)) this.acts.swiped('down');
  }

  #tap(event: PointerEvent, place: Point): void {
    const doubled = event.timeStamp - this.#lastTapAt < DOUBLE_TAP_MS;
    this.#lastTapAt = doubled ? -Infinity : event.timeStamp;
    if (doubled) this.acts.doubleTapped(place);
    else this.acts.tapped(event.pointerType !== 'mouse');
  }
}
