import assert from 'node:assert/strict';
import test from 'node:test';
import { justify, placesOf } from '../src/gallery/justify';
import { photoAt, photosBetween } from '../src/selection/hits';
import { sequence, someList } from './lists';

const GAP = 6;
const list = someList(400);
const rows = justify(list, {
  width: 900,
  height: 200,
  gap: GAP,
  dated: true,
  headingHeight: 56,
  dayHeight: 26,
});

/** Every photo with its edges, the slow way. */
const boxes = Array.from({ length: rows.count }, (_, row) => {
  const bottom = (rows.top[row + 1] ?? 0) - GAP;
  const top = bottom - (rows.height[row] ?? 0);
  return placesOf(list, rows, row, GAP).map((place) => ({ ...place, top, bottom }));
}).flat();

test('a rectangle finds what it touches and nothing else', () => {
  const random = sequence(7);
  const spot = (): { x: number; y: number } => ({
    x: random() * 900,
    y: random() * rows.totalHeight,
  });
  for (let turn = 0; turn < 200; turn++) {
    const [one, other] = [spot(), spot()];
    const [left, right] = [Math.min(one.x, other.x), Math.max(one.x, other.x)];
    const [top, bottom] = [Math.min(one.y, other.y), Math.max(one.y, other.y)];
    const expected = boxes.filter(
      (box) =>
        box.top <= bottom && box.bottom >= top && box.x <= right && box.x + box.width >= left,
    );
    assert.deepEqual(
      photosBetween(list, rows, GAP, one, other),
      expected.map((box) => box.photo),
    );
  }
});

test('the photo under a finger is found in all its parts', () => {
  for (const box of boxes) {
    for (const share of [0.1, 0.5, 0.9]) {
      const spot = {
        x: box.x + box.width * share,
        y: box.top + (box.bottom - box.top) * share,
      };
      assert.equal(photoAt(list, rows, GAP, spot), box.photo);
    }
  }
});

test('beside and above all photos the nearest one before is meant', () => {
  assert.equal(photoAt(list, rows, GAP, { x: 5, y: -50 }), 0);
  assert.equal(photoAt(list, rows, GAP, { x: 9000, y: rows.totalHeight + 99 }), list.count - 1);
});
