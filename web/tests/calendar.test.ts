import assert from 'node:assert/strict';
import test from 'node:test';
import { civilDay, dayAsDate, monthOf } from '../src/gallery/calendar';

test('days are those of the calendar, before 1970 and in leap years too', () => {
  assert.deepEqual(civilDay(0), { year: 1970, month: 1, day: 1 });
  assert.deepEqual(civilDay(-1), { year: 1969, month: 12, day: 31 });
  assert.deepEqual(civilDay(11_016), { year: 2000, month: 2, day: 29 });
});

test('every day of two centuries agrees with Date', () => {
  for (let day = -36_600; day <= 36_600; day++) {
    const date = dayAsDate(day);
    const expected = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    const { year, month, day: dayOfMonth } = civilDay(day);
    assert.deepEqual([year, month, dayOfMonth], expected);
    const [begin, end] = monthOf(day);
    assert.equal(begin, day - dayOfMonth + 1);
    assert.deepEqual(civilDay(end).day, 1);
    assert.ok(end > day && end - begin <= 31);
  }
});
