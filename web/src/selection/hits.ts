// Which photos lie where in the gallery's column.

import { placesOf, rowAt, type Rows } from '../gallery/justify';
import type { PhotoList } from '../gallery/photo-list';

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Positions of the photos that a rectangle between two corners touches. */
export function photosBetween(
  list: PhotoList,
  rows: Rows,
  gap: number,
  one: Spot,
  other: Spot,
): number[] {
  const [left, right] = [Math.min(one.x, other.x), Math.max(one.x, other.x)];
  const [top, bottom] = [Math.min(one.y, other.y), Math.max(one.y, other.y)];
  const touched: number[] = [];
  const last = rowAt(rows, bottom);
  for (let row = rowAt(rows, top); row <= last; row++) {
    const end = (rows.top[row + 1] ?? 0) - gap;
    const begin = end - (rows.height[row] ?? 0);
    if (end < top || begin > bottom) continue;
    for (const { photo, x, width } of placesOf(list, rows, row, gap)) {
      if (x + width >= left && x <= right) touched.push(photo);
    }
  }
  return touched;
}

/** The photo at a spot, or the last one before it; -1 in an empty gallery. */
export function photoAt(list: PhotoList, rows: Rows, gap: number, spot: Spot): number {
  if (rows.count === 0) return -1;
  const row = rowAt(rows, spot.y);
  const end = (rows.top[row + 1] ?? 0) - gap;
  const first = rows.first[row] ?? 0;
  // Above the photos of a row is what names its month and days.
  if (spot.y < end - (rows.height[row] ?? 0)) return Math.max(0, first - 1);
  const before = placesOf(list, rows, row, gap).filter(({ x }) => x <= spot.x);
  return before.at(-1)?.photo ?? first;
}
