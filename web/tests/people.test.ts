import assert from 'node:assert/strict';
import test from 'node:test';
import type { Person } from '../src/api/people';
import { dayOf, decisionOf, keptOf, namesDiffer, sameName } from '../src/people/people';
import { Queue } from '../src/people/queue';
import { boxBetween, isMeant, nudged } from '../src/viewer/box';
import { countThings } from '../src/viewer/things';

function person(id: number, name: string | null, faces: number): Person {
  return {
    id,
    name,
    faces,
    photos: faces,
    is_hidden: false,
    avatar_face: null,
    first_taken: null,
    last_taken: null,
  };
}

test('who has a name remains in a merge, then who has the most faces', () => {
  const piles = [person(1, null, 90), person(2, 'Anna', 3), person(3, null, 100)];
  assert.equal(keptOf(piles)?.id, 2);
  assert.equal(keptOf([person(1, null, 5), person(2, null, 7)])?.id, 2);
  assert.equal(keptOf([person(9, 'Anna', 5), person(4, 'Ann', 5)])?.id, 4);
  assert.equal(keptOf([]), undefined);
});

test('somebody is asked only when names differ', () => {
  assert.equal(namesDiffer([person(1, 'Anna', 1), person(2, null, 1)]), false);
  assert.equal(namesDiffer([person(1, 'Anna', 1), person(2, 'Anna', 1)]), false);
  assert.equal(namesDiffer([person(1, 'Anna', 1), person(2, 'Ben', 1)]), true);
});

test('names are the same whatever their case and the blanks around them', () => {
  assert.equal(sameName(' anna ', 'Anna'), true);
  assert.equal(sameName('Ann', 'Anna'), false);
});

test('days are those of the camera', () => {
  assert.equal(dayOf('2024:02:29 23:59:59')?.toISOString(), '2024-02-29T00:00:00.000Z');
  assert.equal(dayOf('2024-02-29')?.toISOString(), '2024-02-29T00:00:00.000Z');
  assert.equal(dayOf(null), null);
  assert.equal(dayOf('2024:99:01 00:00:00'), null);
});

test('one key is one decision', () => {
  const press = (key: string, ctrlKey = false) =>
    decisionOf({ key, ctrlKey, metaKey: false, altKey: false });
  assert.deepEqual(['Enter', 'y', 'N', 'o', 's', 'i'].map((key) => press(key)), [
    'yes',
    'yes',
    'no',
    'other',
    'skip',
    'ignore',
  ]);
  assert.equal(press('z', true), null);
  assert.equal(press('x'), null);
});

test('a decided face leaves the queue and comes back when that is undone', () => {
  const queue = new Queue<{ id: number }>();
  queue.add([{ id: 1 }, { id: 2 }, { id: 3 }]);
  const [first] = [queue.current];
  queue.decide();
  assert.equal(queue.current?.id, 2);
  assert.equal(queue.decided, 1);
  // The server told of it before it heard the decision.
  queue.add([{ id: 1 }, { id: 4 }]);
  assert.equal(queue.length, 3);
  assert.ok(first);
  queue.putBack(first);
  assert.equal(queue.current?.id, 1);
  assert.equal(queue.decided, 0);
  queue.takeOut(first);
  assert.equal(queue.current?.id, 2);
  assert.equal(queue.decided, 1);
});

test('a skipped face comes after all others, and what was not decided cannot be put back', () => {
  const queue = new Queue<{ id: number }>();
  queue.add([{ id: 1 }, { id: 2 }]);
  queue.skip();
  assert.equal(queue.current?.id, 2);
  queue.skip();
  assert.equal(queue.current?.id, 1);
  queue.putBack({ id: 2 });
  assert.equal(queue.current?.id, 1);
  assert.equal(queue.length, 2);
});

test('a box is drawn from any corner and stays in the picture', () => {
  assert.deepEqual(boxBetween({ x: 0.75, y: 0.5 }, { x: 0.25, y: 0.25 }), [0.25, 0.25, 0.5, 0.25]);
  assert.deepEqual(boxBetween({ x: -1, y: -1 }, { x: 2, y: 0.5 }), [0, 0, 1, 0.5]);
  assert.equal(isMeant([0, 0, 0.001, 0.5]), false);
  assert.equal(isMeant([0, 0, 0.1, 0.1]), true);
});

test('keys move a box and change its size, no farther than the picture', () => {
  assert.deepEqual(nudged([0, 0, 0.5, 0.5], { x: -0.25, y: 0.25 }), [0, 0.25, 0.5, 0.5]);
  assert.deepEqual(nudged([0.25, 0.25, 0.5, 0.5], { x: 0, y: 0 }, { x: 0.5, y: 0 }), [
    0, 0.25, 1, 0.5,
  ]);
  assert.deepEqual(nudged([0.5, 0.5, 0.5, 0.5], { x: 0.25, y: 0.25 }), [0.5, 0.5, 0.5, 0.5]);
});

test('things are told by kind, the surest first', () => {
  const thing = (label: string, score: number) =>
    ({ label, score, box: [0, 0, 1, 1] }) as const;
  assert.deepEqual(countThings([thing('cup', 0.4), thing('dog', 0.9), thing('cup', 0.5)]), [
    ['dog', 1],
    ['cup', 2],
  ]);
});
