import assert from 'node:assert/strict';
import test from 'node:test';
import { chosenFrom } from '../src/upload/chosen';
import { fingerprintOf } from '../src/upload/memory';

const file = (name: string, lastModified = 1): File => ({ name, size: 3, lastModified }) as File;

test('what systems put beside photos is left out', () => {
  const names = ['a.jpg', '.DS_Store', '._a.jpg', 'Thumbs.db', 'desktop.ini', 'b.CR3'];
  const chosen = chosenFrom(names.map((name) => file(name)));
  assert.deepEqual(
    chosen.map(({ path }) => path),
    ['a.jpg', 'b.CR3'],
  );
});

test('a file is the same when its place, size and time are', () => {
  assert.equal(fingerprintOf(file('a'), 'x/a'), fingerprintOf(file('a'), 'x/a'));
  assert.notEqual(fingerprintOf(file('a'), 'x/a'), fingerprintOf(file('a'), 'y/a'));
  assert.notEqual(fingerprintOf(file('a'), 'x/a'), fingerprintOf(file('a', 2), 'x/a'));
});
