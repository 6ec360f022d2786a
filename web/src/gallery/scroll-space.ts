// Browsers cap an element's height (Firefox near 17.8 million pixels, others near 33.5 million); a
// million photos are taller. So a column higher than `SCROLL_HEIGHT_MAX` scrolls in a lower one:
// small movements (wheel, touch, keys) move by real pixels, a jump of the scrollbar goes to the
// proportional place. Near both ends the two heights run alike, so that first and last photo are met
// exactly.

const SCROLL_HEIGHT_MAX = 8_000_000;
const EDGE_HEIGHT = 1_000_000;

export class ScrollSpace {
  /** Height of the element that scrolls. */
  readonly scrollHeight: number;
  /** What to add to a place in the column to get its place in the element. */
  shift = 0;

  readonly #columnMax: number;
  readonly #scrollMax: number;
  readonly #jump: number;
  #last = 0;

  constructor(
    readonly columnHeight: number,
    readonly viewHeight: number,
    scrollHeightMax = SCROLL_HEIGHT_MAX,
    private readonly edge = EDGE_HEIGHT,
  ) {
    this.scrollHeight = Math.min(columnHeight, scrollHeightMax);
    this.#columnMax = Math.max(0, columnHeight - viewHeight);
    this.#scrollMax = Math.max(0, this.scrollHeight - viewHeight);
    // One pixel of a scrollbar's travel is worth more than this, a wheel's turn less.
    this.#jump = this.scaled ? this.scrollHeight / Math.max(1, viewHeight) / 3 : Infinity;
  }

  get scaled(): boolean {
    return this.columnHeight > this.scrollHeight;
  }

  /** Takes in where the element has scrolled to; returns the place in the column. */
  scrolled(scrollTop: number): number {
    if (Math.abs(scrollTop - this.#last) > this.#jump) {
      this.shift = Math.round(scrollTop - this.#toColumn(scrollTop));
    }
    this.#last = scrollTop;
    return scrollTop - this.shift;
  }

  /** Prepares a move to a place in the column; returns the scrollTop to set. */
  moveTo(place: number): number {
    const wanted = Math.min(Math.max(0, place), this.#columnMax);
    const scrollTop = Math.round(this.#toScroll(wanted));
    this.shift = Math.round(scrollTop - wanted);
    this.#last = scrollTop;
    return scrollTop;
  }

  /** Whether small movements have led past an end, or about to, so that `moveTo` must realign. */
  strayed(scrollTop: number): boolean {
    if (!this.scaled) return false;
    const place = scrollTop - this.shift;
    return (
      place < 0 ||
      place > this.#columnMax ||
      (scrollTop < this.viewHeight && place > scrollTop + 1) ||
      (this.#scrollMax - scrollTop < this.viewHeight &&
        this.#columnMax - place > this.#scrollMax - scrollTop + 1)
    );
  }

  #toColumn(scrollTop: number): number {
    if (!this.scaled || scrollTop <= this.edge) return scrollTop;
    if (scrollTop >= this.#scrollMax - this.edge) {
      return this.#columnMax - (this.#scrollMax - scrollTop);
    }
    return this.edge + (scrollTop - this.edge) * this.#ratio();
  }

  #toScroll(place: number): number {
    if (!this.scaled || place <= this.edge) return place;
    if (place >= this.#columnMax - this.edge) return this.#scrollMax - (this.#columnMax - place);
    return this.edge + (place - this.edge) / this.#ratio();
  }

  #ratio(): number {
    return (this.#columnMax - 2 * this.edge) / (this.#scrollMax - 2 * this.edge);
  }
}
