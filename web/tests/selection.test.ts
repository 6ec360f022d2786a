import assert from 'node:assert/strict';
import test from 'node:test';
import { Selection } from '../src/selection/selection';

/** Photos 100, 101, 102 … at positions 0, 1, 2 …. */
function listOf(count: number): { count: number; ids: Uint32Array } {
  return { count, ids: Uint32Array.from({ length: count }, (_, at) => 100 + at) };
}
const list = listOf(20);
const positionOf = (id: number): number => id - 100;
const chosen = (selection: Selection): number[] =>
  selection.ids().map(positionOf).sort((one, other) => one - other);

test('photos are chosen one by one and let go', () => {
  const selection = new Selection();
  selection.toggle(103);
  selection.toggle(105);
  selection.toggle(103);
  assert.deepEqual(chosen(selection), [5]);
  assert.ok(selection.has(105) && !selection.has(103));
  selection.clear();
  assert.equal(selection.count, 0);
});

test('a range reaches from the photo chosen last, either way', () => {
  const selection = new Selection();
  selection.toggle(105);
  selection.extendTo(list, 8, 0, positionOf);
  assert.deepEqual(chosen(selection), [5, 6, 7, 8]);
  selection.extendTo(list, 3, 0, positionOf);
  assert.deepEqual(chosen(selection), [3, 4, 5], 'the other side is let go');
});

test('without a photo to begin with a range begins where one stands', () => {
  const selection = new Selection();
  selection.extendTo(list, 4, 2, positionOf);
  selection.extendTo(list, 5, 4, positionOf);
  assert.deepEqual(chosen(selection), [2, 3, 4, 5], 'the beginning stays');
});

test('a range that shrinks leaves what was chosen before it', () => {
  const selection = new Selection();
  selection.toggle(107);
  selection.toggle(104);
  selection.extendTo(list, 9, 0, positionOf);
  assert.deepEqual(chosen(selection), [4, 5, 6, 7, 8, 9]);
  selection.extendTo(list, 5, 0, positionOf);
  assert.deepEqual(chosen(selection), [4, 5, 7]);
  selection.extendTo(list, 4, 0, positionOf);
  assert.deepEqual(chosen(selection), [4, 7]);
});

test('a rectangle takes and gives back what it passes over', () => {
  const selection = new Selection();
  selection.toggle(101);
  selection.lasso([101, 102, 103]);
  assert.deepEqual(chosen(selection), [1, 2, 3]);
  selection.lasso([103, 104]);
  assert.deepEqual(chosen(selection), [1, 3, 4]);
  selection.lasso([]);
  assert.deepEqual(chosen(selection), [1]);
  selection.lasso([106]);
  selection.settle();
  selection.lasso([107]);
  assert.deepEqual(chosen(selection), [1, 6, 7], 'a second rectangle leaves the first');
});

test('a range whose first photo is gone begins anew', () => {
  const selection = new Selection();
  selection.toggle(999);
  selection.extendTo(list, 3, 2, (id) => (id === 999 ? -1 : positionOf(id)));
  assert.deepEqual(selection.ids().sort(), [102, 103, 999]);
});

test('photos that are gone are not chosen any longer', () => {
  const selection = new Selection();
  selection.all(list);
  assert.equal(selection.count, 20);
  selection.retain((id) => id % 2 === 0);
  assert.equal(selection.count, 10);
});

test('a range costs what changes, not what it holds', () => {
  const large = listOf(100_000);
  const selection = new Selection();
  selection.extendTo(large, 99_998, 0, positionOf);
  let read = 0;
  const watched = {
    count: large.count,
    ids: new Proxy(large.ids, {
      get: (ids, key) => {
        read += 1;
        return Reflect.get(ids, key) as number;
      },
    }),
  };
  selection.extendTo(watched, 99_999, 0, positionOf);
  assert.equal(selection.count, 100_000);
  assert.ok(read < 10, `${read} photos were read`);
});
