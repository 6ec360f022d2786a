import assert from 'node:assert/strict';
import test from 'node:test';
import { crumbsOf } from '../src/folders/crumbs';
import { inYear, isoDay } from '../src/memories/today';
import { lastDayOf } from '../src/timeline/months';

test('the way to a folder begins where the library branches', () => {
  assert.deepEqual(crumbsOf('/photos/', '/photos/2024/Sea trip/'), [
    { name: '', path: '' },
    { name: '2024', path: '/photos/2024/' },
    { name: 'Sea trip', path: '/photos/2024/Sea trip/' },
  ]);
  assert.deepEqual(crumbsOf('/photos/', ''), [{ name: '', path: '' }]);
});

test('a folder beside the base is reached from the root', () => {
  assert.deepEqual(crumbsOf('/photos/', '/other/'), [
    { name: '', path: '' },
    { name: 'other', path: '/other/' },
  ]);
});

test('months end on their last day', () => {
  const isoOf = (month: string): string =>
    new Date(lastDayOf(month) * 86_400_000).toISOString().slice(0, 10);
  assert.equal(isoOf('2024-02'), '2024-02-29');
  assert.equal(isoOf('2023-12'), '2023-12-31');
});

test('a day is written as it is here', () => {
  assert.equal(isoDay(new Date(2024, 0, 5, 23, 59)), '2024-01-05');
  assert.equal(inYear('2024-07-03', '1999'), '1999-07-03');
});
