import assert from 'node:assert/strict';
import test from 'node:test';
import { Gestures, type GestureActs } from '../src/viewer/gestures';

/** A stage that writes down what it is told; `fingers` plays events to it. */
function stage(pannable = false) {
  const told: string[] = [];
  const note =
    (name: string) =>
    (...values: unknown[]): void => {
      told.push(`${name} ${values.map((value) => JSON.stringify(value)).join(' ')}`);
    };
  const acts: GestureActs = {
    isPannable: () => pannable,
    pan: note('pan'),
    pinch: note('pinch'),
    swiping: () => {},
    swiped: note('swiped'),
    tapped: note('tapped'),
    doubleTapped: note('doubleTapped'),
  };
  const gestures = new Gestures(acts);
  const play =
    (act: 'down' | 'move' | 'up', type = `pointer${act}`) =>
    (x: number, y: number, pointerId = 1, timeStamp = 0): void => {
      const event = { pointerId, timeStamp, type, pointerType: 'touch' } as PointerEvent;
      gestures[act](event, { x, y });
    };
  return {
    told,
    down: play('down'),
    move: play('move'),
    up: play('up'),
    cancel: play('up', 'pointercancel'),
  };
}

test('a short press is a tap, two in a row are a double tap', () => {
  const { told, down, up } = stage();
  down(10, 20);
  up(12, 20, 1, 100);
  down(10, 20);
  up(11, 21, 1, 300);
  down(10, 20);
  up(10, 20, 1, 350);
  assert.deepEqual(told, ['tapped true', 'doubleTapped {"x":11,"y":21}', 'tapped true']);
});

test('a drag across the whole picture is a swipe', () => {
  for (const [x, y, expected] of [
    [-90, 10, ['swiped "left"']],
    [90, -20, ['swiped "right"']],
    [10, 150, ['swiped "down"']],
    [10, -150, []],
    [30, 10, []],
  ] as const) {
    const { told, down, move, up } = stage();
    down(0, 0);
    move(x, y);
    up(x, y);
    assert.deepEqual(told, expected);
  }
});

test('a swipe that the browser takes over leads nowhere', () => {
  const { told, down, move, cancel } = stage();
  down(0, 0);
  move(-200, 0);
  cancel(-200, 0);
  assert.deepEqual(told, []);
});

test('a drag of an enlarged picture moves it about', () => {
  const { told, down, move, up } = stage(true);
  down(0, 0);
  move(-100, 0);
  move(-150, 10);
  up(-150, 10);
  assert.deepEqual(told, ['pan {"x":-100,"y":0}', 'pan {"x":-50,"y":10}']);
});

test('two fingers pinch, and lifting them is neither tap nor swipe', () => {
  const { told, down, move, up } = stage();
  down(0, 0, 1);
  down(100, 0, 2);
  move(200, 0, 2);
  up(0, 0, 1);
  move(300, 0, 2);
  up(300, 0, 2);
  assert.deepEqual(told, ['pinch {"x":50,"y":0} {"x":100,"y":0} 2']);
});
