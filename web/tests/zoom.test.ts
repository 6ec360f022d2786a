import assert from 'node:assert/strict';
import test from 'node:test';
import { clamp, fit, isZoomed, pan, zoomTo } from '../src/viewer/zoom';

const stage = { width: 1000, height: 500 };
const picture = { width: 4000, height: 3000 };

test('the whole picture fits, and a small one is not enlarged', () => {
  assert.deepEqual(fit(picture, stage), { x: 0, y: 0, scale: 1 / 6 });
  assert.equal(fit({ width: 100, height: 50 }, stage).scale, 1);
});

test('what lies under the pointer stays there', () => {
  const point = { x: 200, y: -100 };
  const before = fit(picture, stage);
  const after = zoomTo(before, 1, point);
  const at = (view: typeof before): number[] => [
    (point.x - view.x) / view.scale,
    (point.y - view.y) / view.scale,
  ];
  assert.deepEqual(at(after), at(before));
  assert.ok(isZoomed(after, picture, stage));
});

test('a picture cannot be pushed off the stage, nor zoomed beyond its limits', () => {
  const far = clamp(pan({ x: 0, y: 0, scale: 1 }, { x: 9e9, y: -9e9 }), picture, stage, 1);
  assert.deepEqual(far, { x: 1500, y: -1250, scale: 1 });
  assert.equal(clamp({ x: 0, y: 0, scale: 1e-9 }, picture, stage, 1).scale, 1 / 6);
  assert.equal(clamp({ x: 0, y: 0, scale: 1e9 }, picture, stage, 2).scale, 4);
});

test('a picture narrower than the stage stays in its middle', () => {
  const tall = { width: 100, height: 3000 };
  assert.equal(clamp({ x: 50, y: 0, scale: 1 }, tall, stage, 1).x, 0);
});
