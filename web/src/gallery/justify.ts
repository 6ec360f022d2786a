// Rows of equal width: every photo of the list gets its place in one pass over typed arrays.

import { civilDay } from './calendar';
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

export function justify(list: PhotoList, options: JustifyOptions): Rows {
  const { width, height: target, gap } = options;
  const first: number[] = [];
  const heights: number[] = [];
  const marks: number[] = [];
  const tops: number[] = [];
  const sections: Section[] = [];
  let top = 0;

  const pushRow = (from: number, rowHeight: number, mark: number): void => {
    first.push(from);
    tops.push(top);
    heights.push(rowHeight);
    marks.push(mark);
    top += rowHeight + gap;
    if (mark & ROW_HEADING) top += options.headingHeight;
    if (mark & ROW_DAYS) top += options.dayHeight;
  };

  const layOut = (from: number, end: number, headed: boolean): void => {
    let mark = headed ? ROW_HEADING : 0;
    let start = from;
    let aspects = 0;
    for (let photo = from; photo < end; photo++) {
      const aspect = shownAspect(list, photo);
      aspects += aspect;
      const fitted = (width - gap * (photo - start)) / aspects;
      if (fitted > target) continue;
      // The row is full. It ends with this photo or before it, whichever comes closer to the target.
      const without = (width - gap * (photo - start - 1)) / (aspects - aspect);
      const before = photo > start && without / target < target / fitted;
      const next = before ? photo : photo + 1;
      pushRow(start, before ? without : fitted, mark | dayMark(list, options, start, next));
      mark = 0;
      start = next;
      aspects = before ? aspect : 0;
      // What was put off may fill a row by itself.
      const alone = width / aspect;
      if (before && alone <= target) {
        pushRow(photo, alone, dayMark(list, options, photo, photo + 1));
        start = photo + 1;
        aspects = 0;
      }
    }
    if (start < end) {
      const fitted = (width - gap * (end - start - 1)) / aspects;
      const last = fitted <= target * LAST_ROW_STRETCH ? fitted : target;
      pushRow(start, last, mark | dayMark(list, options, start, end));
    }
  };

  for (let from = 0; from < list.count; ) {
    const end = options.dated ? monthEnd(list, from) : list.count;
    const day = list.days[from] ?? NO_DAY;
    sections.push({
      row: first.length,
      photo: from,
      top,
      month: options.dated && day !== NO_DAY ? civilDay(day) : null,
    });
    layOut(from, end, options.dated);
    from = end;
  }

  const count = first.length;
  first.push(list.count);
  tops.push(top);
  return {
    count,
    first: Uint32Array.from(first),
    top: Float64Array.from(tops),
    height: Float32Array.from(heights),
    marks: Uint8Array.from(marks),
    sections,
    totalHeight: top,
  };
}

function monthEnd(list: PhotoList, from: number): number {
  const { days, count } = list;
  let day = days[from] ?? NO_DAY;
  const month = monthNumber(day);
  let photo = from + 1;
  for (; photo < count; photo++) {
    const next = days[photo] ?? NO_DAY;
    if (next === day) continue;
    if (monthNumber(next) !== month) break;
    day = next;
  }
  return photo;
}

function monthNumber(day: number): number {
  if (day === NO_DAY) return NO_DAY;
  const { year, month } = civilDay(day);
  return year * 12 + month;
}

function dayMark(list: PhotoList, options: JustifyOptions, from: number, end: number): number {
  if (!options.dated) return 0;
  for (let photo = from; photo < end; photo++) {
    if (beginsDay(list, photo)) return ROW_DAYS;
  }
  return 0;
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
