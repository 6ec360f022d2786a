import assert from 'node:assert/strict';
import test from 'node:test';
import {
  angleTowards,
  clampTo,
  cornersOf,
  distanceToLine,
  enclosure,
  frameOf,
  isInside,
  isWithin,
  moveWithin,
  normalAngle,
  resizeFrame,
  ringFault,
  signedArea,
  simplify,
  simplifyRing,
  withoutRepeats,
  type Point,
} from '../src/studio/workbench/geometry';
import { SpatialIndex } from '../src/studio/workbench/spatial';
import {
  boundsOf,
  hitOf,
  isSame,
  newBox,
  newKeypoint,
  newPolygon,
  newPolyline,
  readShape,
  scaledTo,
  withoutPoint,
  writeShape,
} from '../src/studio/workbench/shape';
import { clampView, fitPicture, toPicture, toStage, zoomBy } from '../src/studio/workbench/view';

const p = (x: number, y: number): Point => ({ x, y });
const SQUARE = [p(0, 0), p(10, 0), p(10, 10), p(0, 10)];
const HOLE = [p(3, 3), p(7, 3), p(7, 7), p(3, 7)];
const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test('a hole is outside, and what lies in an island of it inside again', () => {
  assert.equal(isInside([SQUARE, HOLE], p(1, 1)), true);
  assert.equal(isInside([SQUARE, HOLE], p(5, 5)), false);
  assert.equal(isInside([SQUARE, HOLE, [p(4, 4), p(6, 4), p(6, 6), p(4, 6)]], p(5, 5)), true);
  assert.equal(isInside([SQUARE], p(11, 5)), false);
  assert.equal(isInside([], p(0, 0)), false);
});

test('a ring says what keeps it from being one', () => {
  assert.equal(ringFault(SQUARE), null);
  assert.equal(ringFault(SQUARE.slice(0, 2)), 'few');
  assert.equal(ringFault([p(0, 0), p(10, 10), p(10, 0), p(0, 10)]), 'crossing');
  assert.equal(ringFault([p(0, 0), p(10, 0), p(5, 0)]), 'crossing');
  // A spike that runs back along itself, and a ring that touches itself in a point.
  assert.equal(ringFault([p(0, 0), p(10, 0), p(10, 10), p(10, 2), p(0, 10)]), 'crossing');
  assert.equal(ringFault([p(0, 0), p(10, 0), p(5, 5), p(10, 10), p(0, 10), p(5, 5)]), 'crossing');
  // Points on a straight line are none.
  assert.equal(ringFault([p(0, 0), p(5, 0), p(10, 0), p(10, 10), p(0, 10)]), null);
});

test('a large ring is judged', () => {
  const ring = Array.from({ length: 5_000 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 5_000;
    const far = 100 + 20 * Math.sin(angle * 40);
    return p(200 + far * Math.cos(angle), 200 + far * Math.sin(angle));
  });
  assert.equal(ringFault(ring), null);
  assert.equal(ringFault([...ring.slice(0, 10), p(200, 400), p(0, 200), ...ring.slice(10)]), 'crossing');
});

test('area is signed by the way the ring runs', () => {
  assert.equal(signedArea(SQUARE), 100);
  assert.equal(signedArea([...SQUARE].reverse()), -100);
});

test('what repeats the point before it goes', () => {
  assert.deepEqual(withoutRepeats([p(0, 0), p(0, 0), p(1, 0), p(0, 0)], true), [p(0, 0), p(1, 0)]);
  assert.deepEqual(withoutRepeats([p(0, 0), p(1, 0), p(0, 0)], false).length, 3);
});

test('a simpler line keeps its ends and its corners', () => {
  const line = Array.from({ length: 101 }, (_, i) => p(i, i === 50 ? 20 : Math.sin(i) * 0.1));
  const simple = simplify(line, 1);
  assert.ok(simple.length < 8);
  assert.deepEqual(simple[0], line[0]);
  assert.deepEqual(simple.at(-1), line[100]);
  assert.ok(simple.some((point) => point.y === 20));
  const ring = Array.from({ length: 40 }, (_, i) => p(i < 20 ? i : 39 - i, i < 20 ? 0 : 10));
  assert.equal(simplifyRing(ring, 0.5).length, 4);
});

test('a box is pulled by its handles; sides may change places', () => {
  const frame = frameOf({ x: 10, y: 10, w: 20, h: 10 });
  assert.deepEqual(resizeFrame(frame, { x: 1, y: 1 }, p(40, 40)), frameOf({ x: 10, y: 10, w: 30, h: 30 }));
  assert.deepEqual(resizeFrame(frame, { x: 1, y: 0 }, p(0, 99)), frameOf({ x: 0, y: 10, w: 10, h: 10 }));
  assert.deepEqual(
    resizeFrame(frame, { x: 1, y: 0 }, p(35, 0), { fromMiddle: true }),
    frameOf({ x: 5, y: 10, w: 30, h: 10 }),
  );
  assert.deepEqual(
    resizeFrame(frame, { x: 1, y: 1 }, p(50, 11), { proportional: true }),
    frameOf({ x: 10, y: 10, w: 40, h: 20 }),
  );
  assert.equal(resizeFrame(frame, { x: -1, y: 0 }, p(30, 15)).w, 1);
});

test('the opposite corner of a turned box stays where it is', () => {
  const frame = { cx: 50, cy: 50, w: 30, h: 20, angle: 30 };
  const before = cornersOf(frame);
  const after = cornersOf(resizeFrame(frame, { x: 1, y: 1 }, p(80, 90)));
  near(before[0].x, after[0].x);
  near(before[0].y, after[0].y);
  near(after[2].x, 80);
  near(after[2].y, 90);
});

test('angles are clockwise from upright', () => {
  const frame = { cx: 0, cy: 0, w: 2, h: 2, angle: 0 };
  near(angleTowards(frame, p(0, -5)), 0);
  near(angleTowards(frame, p(5, 0)), 90);
  near(angleTowards(frame, p(-5, 0)), 270);
  assert.equal(angleTowards(frame, p(5, 0.3), 15), 90);
  assert.equal(normalAngle(-90), 270);
  assert.equal(normalAngle(720), 0);
});

test('nothing is moved out of the picture, and what is outside not further', () => {
  const size = { width: 100, height: 50 };
  assert.deepEqual(moveWithin(size, { x: 90, y: 0, w: 10, h: 10 }, p(5, 5)), p(0, 5));
  assert.deepEqual(moveWithin(size, { x: -5, y: 0, w: 10, h: 10 }, p(-5, 0)), p(0, 0));
  assert.deepEqual(moveWithin(size, { x: -5, y: 0, w: 10, h: 10 }, p(5, 0)), p(5, 0));
  assert.deepEqual(clampTo(size, p(-1, 99)), p(0, 50));
  assert.equal(isWithin(size, [p(0, 0), p(100, 50)]), true);
  assert.equal(isWithin(size, [p(100.1, 0)]), false);
});

test('a place is on an outline, inside, or beside', () => {
  assert.equal(hitOf(newBox('a', { x: 0, y: 0, w: 10, h: 10 }), p(5, 5), 1), 'inside');
  assert.equal(hitOf(newBox('a', { x: 0, y: 0, w: 10, h: 10 }), p(5, -1), 1), 'line');
  const turned = newBox('a', { cx: 0, cy: 0, w: 20, h: 2, angle: 90 });
  assert.equal(hitOf(turned, p(0, 9), 0.5), 'inside');
  assert.equal(hitOf(turned, p(9, 0), 0.5), null);
  assert.equal(hitOf(newPolygon('a', [SQUARE, HOLE]), p(5, 5), 0.5), null);
  assert.equal(hitOf(newPolygon('a', [SQUARE, HOLE]), p(3, 5), 0.5), 'line');
  assert.equal(hitOf(newPolyline('a', [p(0, 0), p(10, 0)]), p(5, 0.4), 0.5), 'line');
  // The way back from the last point to the first is no part of a line.
  assert.equal(hitOf(newPolyline('a', [p(0, 0), p(10, 0), p(10, 10)]), p(5, 5), 0.5), null);
  assert.equal(hitOf(newKeypoint('a', p(3, 3), null), p(3, 4), 1), 'line');
  assert.equal(distanceToLine(p(5, 5), SQUARE, true), 5);
});

test('of what lies one upon the other the smaller is meant, and points before all', () => {
  const large = newBox('large', { x: 0, y: 0, w: 100, h: 100 });
  const small = newBox('small', { x: 20, y: 20, w: 20, h: 20 });
  const point = newKeypoint('point', p(30, 30), null);
  const size = { width: 200, height: 200 };
  const index = new SpatialIndex([point, small, large], size);
  const names = (place: Point): string[] => index.at(place, 2).map((shape) => shape.name);
  assert.deepEqual(names(p(30, 30)), ['point', 'small', 'large']);
  assert.deepEqual(names(p(80, 80)), ['large']);
  assert.deepEqual(names(p(150, 150)), []);
});

test('the index finds what asking each finds', () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const size = { width: 4000, height: 3000 };
  const shapes = Array.from({ length: 2_000 }, () =>
    newBox('a', { x: random() * 3900 - 50, y: random() * 2900, w: random() ** 4 * 2000 + 1, h: random() * 90 + 1 }),
  );
  const index = new SpatialIndex(shapes, size);
  for (let i = 0; i < 200; i++) {
    const place = p(random() * 4000, random() * 3000);
    const found = new Set(index.at(place, 4).map((shape) => shape.id));
    const expected = shapes.filter((shape) => hitOf(shape, place, 4) !== null);
    assert.deepEqual([...found].sort(), expected.map((shape) => shape.id).sort());
  }
});

test('a shape is written as it was read', () => {
  const common = {
    confidence: 0.5,
    created_by: 'ann',
    attributes: { occluded: true },
    source: 'model',
    model: 'm1',
    proposed: true,
  } as const;
  const all = [
    { id: '1', name: 'a', type: 'bbox', bounding_box: { x: 1.5, y: 2, w: 3, h: 4 }, ...common },
    { id: '3', name: 'ü', type: 'polygon', polygon: { paths: [SQUARE, HOLE] }, ...common },
    { id: '4', name: 'a', type: 'polyline', polyline: { path: SQUARE }, ...common },
    { id: '5', name: 'a', type: 'keypoint', keypoint: p(1, 2), instance_id: 3, ...common },
    { id: '6', name: 'a', type: 'tag', answers: [{ a: 1 }], ...common },
  ] as const;
  for (const each of all) {
    assert.equal(writeShape(readShape(each)), each, 'untouched, to the last bit');
    assert.deepEqual(writeShape({ ...readShape(each) }), each);
    assert.ok(isSame(readShape(each), { ...readShape(each), author: 'bo' }));
    assert.ok(!isSame(readShape(each), { ...readShape(each), name: 'b' }));
  }
  const turned = { cx: 10, cy: 10, w: 8, h: 2, angle: 90 };
  const written = writeShape(newBox('a', turned));
  assert.deepEqual(written.oriented_box, turned);
  const { x, y, w, h } = written.bounding_box!;
  [x, y, w, h].forEach((value, i) => near(value, [9, 6, 2, 8][i]!));
  assert.deepEqual(readShape(written).frame, turned);
});

test('a shape goes to a picture of another size, and loses points until it is none', () => {
  const box = scaledTo(newBox('a', { x: 10, y: 10, w: 20, h: 20 }), { width: 100, height: 100 }, { width: 200, height: 50 });
  assert.deepEqual(boundsOf(box), { x: 20, y: 5, w: 40, h: 10 });
  const holed = newPolygon('a', [SQUARE, HOLE.slice(0, 3)]);
  assert.equal(withoutPoint(holed, 1, 0)!.rings.length, 1);
  assert.equal(withoutPoint(newPolygon('a', [SQUARE.slice(0, 3)]), 0, 0), null);
  assert.deepEqual(enclosure(withoutPoint(newPolygon('a', [SQUARE]), 0, 2)!.rings[0]!), { x: 0, y: 0, w: 10, h: 10 });
});

test('what lies under the pointer stays there when it is zoomed', () => {
  const stage = { width: 1000, height: 600 };
  const view = fitPicture({ width: 4000, height: 3000 }, stage);
  const place = p(300, 200);
  const at = toPicture(view, place);
  const zoomed = zoomBy(view, 3.7, place);
  near(toStage(zoomed, at).x, place.x);
  near(toStage(zoomed, at).y, place.y);
  assert.equal(fitPicture({ width: 20, height: 20 }, stage).scale, 8);
});

test('the picture cannot be lost out of sight', () => {
  const stage = { width: 1000, height: 600 };
  const picture = { width: 4000, height: 3000 };
  const far = clampView({ scale: 1, x: 9e9, y: -9e9 }, picture, stage);
  const corner = toPicture(far, p(1000, 0));
  assert.ok(corner.x > 0 && corner.y < 3000);
  assert.equal(clampView({ scale: 1e9, x: 0, y: 0 }, picture, stage).scale, 96);
});
