// Where a key leads from a photo.

import { placesOf, rowOf, type Rows } from './justify';
import type { PhotoList } from './photo-list';

export type Movement = 'left' | 'right' | 'up' | 'down' | 'pageUp' | 'pageDown' | 'first' | 'last';

const KEYS: Readonly<Record<string, Movement>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
  Home: 'first',
  End: 'last',
};

/** With shift a movement takes the selection along. */
export function movementOf(event: KeyboardEvent): Movement | null {
  if (event.altKey || event.metaKey) return null;
  return KEYS[event.key] ?? null;
}

/** The photo a movement leads to; `pageHeight` is what a page key passes over. */
export function move(
  list: PhotoList,
  rows: Rows,
  photo: number,
  movement: Movement,
  pageHeight: number,
): number {
  switch (movement) {
    case 'left':
      return Math.max(0, photo - 1);
    case 'right':
      return Math.min(list.count - 1, photo + 1);
    case 'first':
      return 0;
    case 'last':
      return list.count - 1;
    case 'up':
    case 'down':
    case 'pageUp':
    case 'pageDown':
      return moveByRow(list, rows, photo, movement, pageHeight);
  }
}

function moveByRow(
  list: PhotoList,
  rows: Rows,
  photo: number,
  movement: 'up' | 'down' | 'pageUp' | 'pageDown',
  pageHeight: number,
): number {
  const row = rowOf(rows, photo);
  const rowHeight = (rows.top[row + 1] ?? 0) - (rows.top[row] ?? 0);
  const page = Math.max(1, Math.floor(pageHeight / Math.max(1, rowHeight)) - 1);
  const steps = { up: -1, down: 1, pageUp: -page, pageDown: page }[movement];
  const goal = Math.min(Math.max(0, row + steps), rows.count - 1);
  if (goal === row) return steps < 0 ? 0 : list.count - 1;
  return nearestInRow(list, rows, goal, centreOf(list, rows, row, photo));
}

function centreOf(list: PhotoList, rows: Rows, row: number, photo: number): number {
  const place = placesOf(list, rows, row, 0).find((each) => each.photo === photo);
  return place ? place.x + place.width / 2 : 0;
}

function nearestInRow(list: PhotoList, rows: Rows, row: number, x: number): number {
  let nearest = rows.first[row] ?? 0;
  let distance = Infinity;
  for (const place of placesOf(list, rows, row, 0)) {
    const away = Math.abs(place.x + place.width / 2 - x);
    if (away < distance) {
      distance = away;
      nearest = place.photo;
    }
  }
  return nearest;
}
