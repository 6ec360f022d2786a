// Rows of equal width: every photo of the list gets its place in one pass over typed arrays.

import { civilDay, monthOf } from './calendar';
import { NO_DAY, type PhotoList } from './photo-list';

export interface JustifyOptions {
  /** Of the column of rows, in CSS pixels. */
  readonly width: number;
  /** The row height to aim at. */
  readonly height: number;
  readonly gap: number;
  /** Whether months begin sections and days are marked: only for lists in order of date. */
  readonly dated: boolean;
  /** Room above a section's first row. */
  readonly headingHeight: number;
  /** Room above a row in which a day begins. */
  readonly dayHeight: number;
}

/** A month, or the photos without a date; one section holds all when the list is not dated. */
export interface Section {
  readonly row: number;
  readonly photo: number;
  readonly top: number;
  /** Null for photos without a date. */
  readonly month: { readonly year: number; readonly month: number } | null;
}

export interface Rows {
  readonly count: number;
  /** First photo of each row; one more than `count`, so that row r ends before first[r + 1]. */
  readonly first: Uint32Array;
  /** Top edge of each row with its heading and day marks; one more than `count`. */
  readonly top: Float64Array;
  /** Height of the photos in each row. */
  readonly height: Float32Array;
  /** `ROW_HEADING` and `ROW_DAYS` bits. */
  readonly marks: Uint8Array;
  readonly sections: readonly Section[];
  readonly totalHeight: number;
}

export const ROW_HEADING = 1;
export const ROW_DAYS = 2;

/** Panoramas and strips are cropped to these in the gallery, so that no row becomes a thread. */
const ASPECT_MIN = 0.45;
const ASPECT_MAX = 3.2;
/** How much taller than the target a section's last row may grow to fill the width. */
const LAST_ROW_STRETCH = 1.25;

export function shownAspect(list: PhotoList, photo: number): number {
  const aspect = (list.aspects[photo] ?? 1000) / 1000;
  return aspect < ASPECT_MIN ? ASPECT_MIN : aspect > ASPECT_MAX ? ASPECT_MAX : aspect;
}

/** Lays the whole list out. Linear in the number of photos. */
export function justify(list: PhotoList, options: JustifyOptions): Rows {
  const builder = new RowsBuilder(list, options);
  for (let from = 0; from < list.count;) {
    const end = options.dated ? monthEnd(list, from) : list.count;
    builder.addSection(from, end);
    from = end;
  }
  return builder.finish();
}

class RowsBuilder {
  #count = 0;
  #top = 0;
  readonly #first: Uint32Array;
  readonly #tops: Float64Array;
  readonly #heights: Float32Array;
  readonly #marks: Uint8Array;
  readonly #sections: Section[] = [];

  constructor(
    private readonly list: PhotoList,
    private readonly options: JustifyOptions,
  ) {
    const { count } = list; // No row is empty.
    this.#first = new Uint32Array(count + 1);
    this.#tops = new Float64Array(count + 1);
    this.#heights = new Float32Array(count);
    this.#marks = new Uint8Array(count);
  }

  addSection(from: number, end: number): void {
    const { list, options } = this;
    const { width, height: target, gap, dated } = options;
    const day = list.days[from] ?? NO_DAY;
    const month = dated && day !== NO_DAY ? civilDay(day) : null;
    this.#sections.push({ row: this.#count, photo: from, top: this.#top, month });
    let heading = dated ? ROW_HEADING : 0;
    let start = from;
    let aspects = 0;
    let dayBegan = -1; // The last photo so far that begins a day.
    for (let photo = from; photo < end; photo++) {
      const aspect = shownAspect(list, photo);
      const dayBeganBefore = dayBegan;
      if (dated && beginsDay(list, photo)) dayBegan = photo;
      aspects += aspect;
      const fitted = (width - gap * (photo - start)) / aspects;
      if (fitted > target) continue;
      // The row is full. It ends with this photo or before it: whichever is closer to the target.
      const without = (width - gap * (photo - start - 1)) / (aspects - aspect);
      const before = photo > start && without / target < target / fitted;
      const began = before ? dayBeganBefore : dayBegan;
      this.#addRow(start, before ? without : fitted, heading | (began >= start ? ROW_DAYS : 0));
      heading = 0;
      start = before ? photo : photo + 1;
      aspects = before ? aspect : 0;
      // What was put off may fill a row by itself.
      if (before && width / aspect <= target) {
        this.#addRow(photo, width / aspect, dayBegan === photo ? ROW_DAYS : 0);
        start = photo + 1;
        aspects = 0;
      }
    }
    if (start === end) return;
    const fitted = (width - gap * (end - start - 1)) / aspects;
    const last = fitted <= target * LAST_ROW_STRETCH ? fitted : target;
    this.#addRow(start, last, heading | (dayBegan >= start ? ROW_DAYS : 0));
  }

  finish(): Rows {
    const count = this.#count;
    this.#first[count] = this.list.count;
    this.#tops[count] = this.#top;
    return {
      count,
      first: this.#first.slice(0, count + 1),
      top: this.#tops.slice(0, count + 1),
      height: this.#heights.slice(0, count),
      marks: this.#marks.slice(0, count),
      sections: this.#sections,
      totalHeight: this.#top,
    };
  }

  #addRow(first: number, height: number, marks: number): void {
    const { gap, headingHeight, dayHeight } = this.options;
    const row = this.#count++;
    this.#first[row] = first;
    this.#tops[row] = this.#top;
    this.#heights[row] = height;
    this.#marks[row] = marks;
    this.#top += height + gap;
    if (marks & ROW_HEADING) this.#top += headingHeight;
    if (marks & ROW_DAYS) this.#top += dayHeight;
  }
}

/** Where the month of the photo at `from` ends in the list, whichever way its dates run. */
function monthEnd(list: PhotoList, from: number): number {
  const { days, count } = list;
  const day = days[from] ?? NO_DAY;
  const [begin, end] = day === NO_DAY ? [NO_DAY, NO_DAY + 1] : monthOf(day);
  let photo = from + 1;
  for (; photo < count; photo++) {
    const next = days[photo] ?? NO_DAY;
    if (next < begin || next >= end) break;
  }
  return photo;
}

/** Whether a photo is the first of its day in a dated list. */
export function beginsDay(list: PhotoList, photo: number): boolean {
  const day = list.days[photo] ?? NO_DAY;
  return day !== NO_DAY && (photo === 0 || list.days[photo - 1] !== day);
}

/** The row at a height, clamped to the first and the last one. */
export function rowAt(rows: Rows, y: number): number {
  return lastAtMost(rows.top, rows.count, y);
}

/** The row that holds a photo. */
export function rowOf(rows: Rows, photo: number): number {
  return lastAtMost(rows.first, rows.count, photo);
}

/** The index of the last of `count` rising values that is at most `value`, or 0. */
function lastAtMost(values: ArrayLike<number>, count: number, value: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((values[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The section at a height, as an index. */
export function sectionAt(rows: Rows, y: number): number {
  let low = 0;
  let high = rows.sections.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows.sections[middle]?.top ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

export interface Place {
  readonly photo: number;
  readonly x: number;
  readonly width: number;
}

/** Where the photos of a row stand. Edges are whole pixels, so that gaps are equally wide. */
export function placesOf(list: PhotoList, rows: Rows, row: number, gap: number): Place[] {
  const end = rows.first[row + 1] ?? 0;
  const height = rows.height[row] ?? 0;
  const places: Place[] = [];
  let x = 0;
  for (let photo = rows.first[row] ?? 0; photo < end; photo++) {
    const right = x + shownAspect(list, photo) * height;
    const left = Math.round(x);
    places.push({ photo, x: left, width: Math.max(1, Math.round(right) - left) });
    x = right + gap;
  }
  return places;
}
