import assert from 'node:assert/strict';
import test from 'node:test';
import {
  changed,
  changeOf,
  markActOf,
  NO_MARKS,
  withPending,
  type KeyPress,
  type Marks,
  type Pending,
} from '../src/marks/marks';

const good: Marks = { stars: 4, favorite: true, rejected: false };
const bad: Marks = { stars: 0, favorite: false, rejected: true };

test('what is rejected has neither stars nor heart', () => {
  assert.deepEqual(changed(good, { rejected: true }), bad);
  assert.deepEqual(changed(bad, { rejected: false }), NO_MARKS);
});

test('a favourite is not rejected', () => {
  assert.deepEqual(changed(bad, { favorite: true }), { ...NO_MARKS, favorite: true });
  assert.deepEqual(changed(good, { favorite: false }), { ...good, favorite: false });
});

test('stars leave the heart, and bring a rejected photo back', () => {
  assert.deepEqual(changed(good, changeOf({ kind: 'stars', stars: 2 }, [good])), {
    ...good,
    stars: 2,
  });
  assert.deepEqual(changed(bad, changeOf({ kind: 'stars', stars: 3 }, [bad])), {
    ...NO_MARKS,
    stars: 3,
  });
  assert.deepEqual(changed(bad, changeOf({ kind: 'stars', stars: 0 }, [bad])), bad);
});

test('a toggle that is not on everywhere is put on everywhere', () => {
  assert.deepEqual(changeOf({ kind: 'favorite' }, [good, bad]), { favorite: true });
  assert.deepEqual(changeOf({ kind: 'favorite' }, [good, good]), { favorite: false });
  assert.deepEqual(changeOf({ kind: 'reject' }, [bad, NO_MARKS]), { rejected: true });
  assert.deepEqual(changeOf({ kind: 'reject' }, [bad]), { rejected: false });
  assert.deepEqual(changed(bad, changeOf({ kind: 'unflag' }, [bad])), NO_MARKS);
});

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  return { key, code: '', ...none, ...more };
}

test('keys rate and flag', () => {
  assert.deepEqual(markActOf(press('3')), { kind: 'stars', stars: 3 });
  assert.deepEqual(markActOf(press('0')), { kind: 'stars', stars: 0 });
  assert.deepEqual(markActOf(press('x')), { kind: 'reject' });
  assert.deepEqual(markActOf(press('F')), { kind: 'favorite' }, 'with the capitals locked');
  assert.equal(markActOf(press('F', { shiftKey: true })), null, 'that is the full screen');
  assert.equal(markActOf(press('6')), null);
  assert.equal(markActOf(press('x', { ctrlKey: true })), null);
});

test('a digit counts by its place where it needs shift', () => {
  const french = press('&', { code: 'Digit1' });
  assert.deepEqual(markActOf(french), { kind: 'stars', stars: 1 });
  assert.deepEqual(markActOf(press('1', { code: 'Digit1', shiftKey: true })), {
    kind: 'stars',
    stars: 1,
  });
});

test('changes on their way are shown over what is known, and vanish when they fail', () => {
  const favourite: Pending = { has: (id) => id === 7, apply: (marks) => changed(marks, { favorite: true }) };
  const reject: Pending = { has: () => true, apply: (marks) => changed(marks, { rejected: true }) };
  assert.deepEqual(withPending(NO_MARKS, 7, [favourite, reject]), bad);
  assert.deepEqual(withPending(NO_MARKS, 7, [favourite]), { ...NO_MARKS, favorite: true });
  assert.deepEqual(withPending(good, 8, [favourite]), good);
});
