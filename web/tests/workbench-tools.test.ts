import assert from 'node:assert/strict';
import test from 'node:test';
import { Desk, type DeskPointer } from '../src/studio/workbench/desk';
import { Document } from '../src/studio/workbench/document';
import type { Point } from '../src/studio/workbench/geometry';
import { actionOf } from '../src/studio/workbench/keys';
import { boundsOf, newBox, newKeypoint, newPolygon, type Shape } from '../src/studio/workbench/shape';
import type { ToolName } from '../src/studio/workbench/tool';

const SIZE = { width: 1000, height: 800 };
const p = (x: number, y: number): Point => ({ x, y });

/** A desk whose places are pixels of the picture. */
function deskWith(shapes: readonly Shape[] = [], tool: ToolName = 'select') {
  const refused: string[] = [];
  const document = new Document(SIZE, shapes);
  const desk = new Desk(document, {
    className: () => 'car',
    skeleton: () => null,
    made: () => {},
    refused: (fault) => refused.push(fault),
    changed: () => {},
  });
  desk.resize(SIZE, 1);
  desk.zoom(1 / desk.view.scale);
  desk.pan(p(-desk.view.x, -desk.view.y));
  desk.choose(tool);
  const at = (place: Point, more: Partial<DeskPointer> = {}): DeskPointer => ({
    id: 1,
    place,
    kind: 'mouse',
    button: 0,
    shift: false,
    alt: false,
    ...more,
  });
  const click = (place: Point, more?: Partial<DeskPointer>): void => {
    desk.move(at(place, more));
    desk.down(at(place, more));
    desk.up(at(place, more));
  };
  const drag = (from: Point, to: Point, more?: Partial<DeskPointer>): void => {
    desk.move(at(from, more));
    desk.down(at(from, more));
    desk.move(at(p((from.x + to.x) / 2, (from.y + to.y) / 2), more));
    desk.move(at(to, more));
    desk.up(at(to, more));
  };
  return { desk, document, refused, at, click, drag };
}

test('the desk of these tests shows pixel for pixel', () => {
  const { desk } = deskWith();
  assert.deepEqual(desk.view, { scale: 1, x: 0, y: 0 });
});

test('a box is pulled or clicked, and ends at the edge of the picture', () => {
  const { desk, document, drag, click } = deskWith([], 'box');
  drag(p(10, 20), p(60, 50));
  assert.deepEqual(boundsOf(document.shapes[0]!), { x: 10, y: 20, w: 50, h: 30 });
  assert.equal(document.shapes[0]!.name, 'car');
  click(p(300, 300));
  assert.equal(desk.tool.busy, true);
  click(p(200, 250));
  assert.deepEqual(boundsOf(document.shapes[1]!), { x: 200, y: 250, w: 100, h: 50 });
  drag(p(900, 700), p(1200, 1100));
  assert.deepEqual(boundsOf(document.shapes[2]!), { x: 900, y: 700, w: 100, h: 100 });
});

test('a box is drawn inside a box, whatever lies beneath', () => {
  const outer = newBox('lorry', { x: 0, y: 0, w: 500, h: 500 });
  const { document, drag } = deskWith([outer], 'box');
  drag(p(100, 100), p(200, 200));
  assert.equal(document.shapes.length, 2);
  assert.equal(document.shapes[0], outer);
});

test('shift makes a square and alt begins in the middle', () => {
  const { document, drag } = deskWith([], 'box');
  drag(p(100, 100), p(150, 120), { shift: true });
  assert.deepEqual(boundsOf(document.shapes[0]!), { x: 100, y: 100, w: 50, h: 50 });
  drag(p(300, 300), p(320, 310), { alt: true });
  assert.deepEqual(boundsOf(document.shapes[1]!), { x: 280, y: 290, w: 40, h: 20 });
});

test('a turned box is a side and a height', () => {
  const { document, drag, click } = deskWith([], 'rotated');
  drag(p(100, 100), p(200, 100));
  click(p(150, 140));
  const { frame } = document.shapes[0]!;
  assert.deepEqual(frame, { cx: 150, cy: 120, w: 100, h: 40, angle: 0 });
  drag(p(500, 100), p(500, 300));
  click(p(460, 200));
  assert.equal(document.shapes[1]!.frame!.angle, 90);
});

test('a polygon is clicked and closed by its first point, a second click, or Enter', () => {
  const { desk, document, click } = deskWith([], 'polygon');
  for (const place of [p(10, 10), p(100, 10), p(100, 100)]) click(place);
  click(p(12, 11));
  assert.deepEqual(document.shapes[0]!.rings, [[p(10, 10), p(100, 10), p(100, 100)]]);
  for (const place of [p(300, 10), p(400, 10), p(400, 100)]) click(place);
  click(p(400, 100), { double: true });
  assert.equal(document.shapes.length, 2);
  for (const place of [p(500, 10), p(600, 10), p(600, 100)]) click(place);
  assert.equal(desk.enter(), true);
  assert.equal(document.shapes.length, 3);
  assert.equal(desk.enter(), false);
});

test('a polygon that crosses itself is not taken, and can be mended', () => {
  const { desk, document, click, refused } = deskWith([], 'polygon');
  for (const place of [p(0, 0), p(100, 100), p(100, 0), p(0, 100)]) click(place);
  desk.finish();
  assert.deepEqual(refused, ['crossing']);
  assert.equal(document.shapes.length, 0);
  desk.erase();
  assert.equal(desk.finish(), true);
  assert.equal(document.shapes.length, 1);
});

test('a hand draws a line that is simplified, and comes back to close a ring', () => {
  const { desk, document, at } = deskWith([], 'polygon');
  const circle = (i: number): Point => p(300 + 100 * Math.cos(i / 20), 300 + 100 * Math.sin(i / 20));
  desk.down(at(circle(0)));
  for (let i = 1; i <= 125; i++) desk.move(at(circle(i)));
  desk.up(at(circle(125.6)));
  const [ring] = document.shapes[0]!.rings;
  assert.ok(ring!.length > 12 && ring!.length < 60, `${ring!.length} points`);
});

test('space moves the picture while a polygon is being drawn', () => {
  const { desk, document, click, drag } = deskWith([], 'polygon');
  desk.zoom(2, p(0, 0));
  click(p(100, 100));
  click(p(300, 100));
  desk.space(true);
  drag(p(300, 300), p(250, 260));
  desk.space(false);
  assert.equal(desk.tool.busy, true);
  click(p(250, 260));
  desk.finish();
  assert.deepEqual(document.shapes[0]!.rings[0], [p(50, 50), p(150, 50), p(150, 150)]);
});

test('a hole is cut into the polygon that is chosen', () => {
  const polygon = newPolygon('lake', [[p(0, 0), p(400, 0), p(400, 400), p(0, 400)]]);
  const { desk, document, click } = deskWith([polygon]);
  document.select([polygon.id]);
  desk.choose('hole');
  for (const place of [p(100, 100), p(200, 100), p(200, 200)]) click(place);
  desk.finish();
  assert.equal(document.shapes[0]!.rings.length, 2);
  assert.equal(desk.tool.name, 'select');
  document.undo();
  assert.equal(document.shapes[0]!.rings.length, 1);
});

test('a press takes hold of what is chosen, a click goes on to what lies beneath', () => {
  const outer = newBox('outer', { x: 0, y: 0, w: 500, h: 500 });
  const inner = newBox('inner', { x: 100, y: 100, w: 100, h: 100 });
  const { document, click, drag } = deskWith([inner, outer]);
  click(p(150, 150));
  assert.deepEqual([...document.selection], [inner.id]);
  click(p(150, 150));
  assert.deepEqual([...document.selection], [outer.id]);
  drag(p(150, 150), p(160, 170));
  assert.deepEqual(boundsOf(document.get(outer.id)!), { x: 10, y: 20, w: 500, h: 500 });
  assert.equal(document.get(inner.id), inner);
});

test('what is moved stays in the picture, what is locked where it is', () => {
  const box = newBox('a', { x: 10, y: 10, w: 100, h: 100 });
  const { document, drag } = deskWith([box]);
  drag(p(60, 60), p(-500, 70));
  assert.deepEqual(boundsOf(document.shapes[0]!), { x: 0, y: 20, w: 100, h: 100 });
  document.lock([box.id], true);
  drag(p(60, 60), p(200, 200));
  assert.deepEqual(boundsOf(document.shapes[0]!), { x: 0, y: 20, w: 100, h: 100 });
});

test('a box has handles, and turns', () => {
  const box = newBox('a', { x: 100, y: 100, w: 100, h: 100 });
  const { document, drag } = deskWith([box]);
  document.select([box.id]);
  drag(p(200, 200), p(250, 230));
  assert.deepEqual(boundsOf(document.shapes[0]!), { x: 100, y: 100, w: 150, h: 130 });
  drag(p(175, 74), p(400, 165));
  assert.ok(Math.abs(document.shapes[0]!.frame!.angle - 90) < 1e-9);
});

test('points of a ring are moved, put in between, and taken away', () => {
  const polygon = newPolygon('a', [[p(100, 100), p(300, 100), p(300, 300), p(100, 300)]]);
  const { desk, document, drag, click, refused } = deskWith([polygon]);
  document.select([polygon.id]);
  drag(p(100, 100), p(50, 60));
  assert.deepEqual(document.shapes[0]!.rings[0]![0], p(50, 60));
  drag(p(300, 200), p(350, 210));
  assert.equal(document.shapes[0]!.rings[0]!.length, 5);
  assert.deepEqual(document.shapes[0]!.rings[0]![2], p(350, 210));
  desk.erase();
  assert.equal(document.shapes[0]!.rings[0]!.length, 4);
  click(p(300, 300), { alt: true });
  assert.equal(document.shapes[0]!.rings[0]!.length, 3);
  document.undo();
  // Across the other side: it goes back to where it was.
  drag(p(50, 60), p(400, 200));
  assert.deepEqual(refused, ['crossing']);
  assert.deepEqual(document.shapes[0]!.rings[0]![0], p(50, 60));
});

test('a box around shapes chooses what lies in it as a whole', () => {
  const [a, b, c] = [10, 100, 300].map((x) => newBox('a', { x, y: 10, w: 50, h: 50 }));
  const { document, drag, click } = deskWith([a!, b!, c!]);
  drag(p(0, 0), p(200, 100));
  assert.deepEqual([...document.selection], [a!.id, b!.id]);
  click(p(320, 30), { shift: true });
  assert.equal(document.selection.size, 3);
  click(p(800, 600));
  assert.equal(document.selection.size, 0);
});

test('arrow keys nudge, and twenty of them are one step', () => {
  const box = newBox('a', { x: 10, y: 10, w: 50, h: 50 });
  const { desk, document } = deskWith([box]);
  assert.equal(desk.nudge(p(1, 0)), false);
  document.select([box.id]);
  for (let i = 0; i < 20; i++) desk.nudge(p(1, 0));
  assert.equal(boundsOf(document.shapes[0]!)!.x, 30);
  document.undo();
  assert.equal(document.shapes[0], box);
});

test('a box is drawn by keys alone', () => {
  const { desk, document } = deskWith([], 'box');
  desk.nudge(p(-300, -300));
  desk.enter();
  desk.nudge(p(50, 0));
  desk.nudge(p(0, 40));
  desk.enter();
  assert.deepEqual(boundsOf(document.shapes[0]!), { x: 200, y: 100, w: 50, h: 40 });
});

test('a finger on nothing moves the picture, two zoom it and draw nothing', () => {
  const { desk, document, at } = deskWith([], 'box');
  const finger = { kind: 'touch' } as const;
  desk.down(at(p(100, 100), finger));
  desk.move(at(p(110, 110), finger));
  desk.down(at(p(300, 300), { ...finger, id: 2 }));
  desk.move(at(p(500, 500), { ...finger, id: 2 }));
  desk.up(at(p(500, 500), { ...finger, id: 2 }));
  desk.up(at(p(110, 110), finger));
  assert.ok(desk.view.scale > 1.5);
  assert.equal(desk.tool.busy, false);
  assert.equal(document.shapes.length, 0);
  desk.choose('select');
  const before = desk.view;
  desk.down(at(p(100, 100), finger));
  desk.move(at(p(90, 80), finger));
  desk.up(at(p(90, 80), finger));
  assert.deepEqual(desk.view, { ...before, x: before.x - 10, y: before.y - 20 });
});

test('points of one object go on with it', () => {
  const first = newKeypoint('nose', p(100, 100), 4);
  const { desk, document, click } = deskWith([first]);
  document.select([first.id]);
  desk.choose('point');
  click(p(200, 200));
  assert.equal(document.shapes[1]!.instance, 4);
});

test('a skeleton is set into the box that is pulled', () => {
  const document = new Document(SIZE, [newKeypoint('nose', p(1, 1), 7)]);
  const desk = new Desk(document, {
    className: () => 'person',
    skeleton: () => ({ nodes: [{ name: 'head', x: 0.5, y: 0 }, { name: 'foot', x: 0.5, y: 1 }], edges: [[0, 1]] }),
    made: () => {},
    refused: () => {},
    changed: () => {},
  });
  desk.resize(SIZE, 1);
  desk.zoom(1 / desk.view.scale);
  desk.pan(p(-desk.view.x, -desk.view.y));
  desk.choose('point');
  const at = (place: Point): DeskPointer => ({ id: 1, place, kind: 'pen', button: 0, shift: false, alt: false });
  desk.down(at(p(100, 100)));
  desk.move(at(p(200, 300)));
  desk.up(at(p(200, 300)));
  assert.deepEqual(
    document.shapes.slice(1).map((shape) => [shape.name, shape.rings[0]![0], shape.instance]),
    [['head', p(150, 100), 8], ['foot', p(150, 300), 8]],
  );
});

test('keys are acts', () => {
  const key = (key: string, more = {}): Parameters<typeof actionOf>[0] => ({
    key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more,
  });
  assert.deepEqual(actionOf(key('b')), { name: 'tool', tool: 'box' });
  assert.deepEqual(actionOf(key('3')), { name: 'class', index: 2 });
  assert.deepEqual(actionOf(key('z', { ctrlKey: true })), { name: 'undo' });
  assert.deepEqual(actionOf(key('Z', { metaKey: true, shiftKey: true })), { name: 'redo' });
  assert.deepEqual(actionOf(key('ArrowLeft', { shiftKey: true })), { name: 'nudge', x: -10, y: 0 });
  assert.equal(actionOf(key('b', { altKey: true })), null);
  assert.equal(actionOf(key('q')), null);
});
