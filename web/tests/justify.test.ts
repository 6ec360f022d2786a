import assert from 'node:assert/strict';
import test from 'node:test';
import {
  beginsDay,
  justify,
  placesOf,
  ROW_DAYS,
  ROW_HEADING,
  rowAt,
  rowOf,
  sectionAt,
  type JustifyOptions,
} from '../src/gallery/justify';
import { move } from '../src/gallery/movement';
import { listOf, someList } from './lists';

const options: JustifyOptions = {
  width: 1000,
  height: 200,
  gap: 6,
  dated: false,
  headingHeight: 50,
  dayHeight: 20,
};

test('rows hold every photo once, in order, edge to edge', () => {
  for (const width of [360, 1000, 2500]) {
    const list = someList(5_000);
    const rows = justify(list, { ...options, width, dated: true });
    let photo = 0;
    for (let row = 0; row < rows.count; row++) {
      const places = placesOf(list, rows, row, options.gap);
      assert.ok(places.length > 0);
      for (const place of places) assert.equal(place.photo, photo++);
      const last = places.at(-1);
      const right = (last?.x ?? 0) + (last?.width ?? 0);
      const ends = rows.sections.some((section) => section.photo === rows.first[row + 1]);
      if (!ends && photo < list.count) assert.ok(Math.abs(right - width) <= 1, `row ${row}`);
      assert.ok(right <= width + 1);
    }
    assert.equal(photo, list.count);
  }
});

test('rows stand below each other, and their heights stay near the target', () => {
  const list = someList(5_000);
  const rows = justify(list, options);
  for (let row = 0; row < rows.count; row++) {
    const height = rows.height[row] ?? 0;
    assert.ok(height > options.height * 0.5 && height < options.height * 1.8, `${height}`);
    const below = (rows.top[row] ?? 0) + height + options.gap;
    assert.ok(Math.abs((rows.top[row + 1] ?? 0) - below) < 0.01);
  }
  assert.equal(rows.top[rows.count], rows.totalHeight);
});

test('a single photo is shown at the target height', () => {
  const rows = justify(listOf([{ aspect: 1.5 }]), options);
  assert.equal(rows.count, 1);
  assert.equal(rows.height[0], options.height);
});

test('no photos make no rows', () => {
  const rows = justify(listOf([]), options);
  assert.equal(rows.count, 0);
  assert.equal(rows.totalHeight, 0);
  assert.equal(rows.sections.length, 0);
});

test('months begin sections, days are marked, photos without a date come as one section', () => {
  const may1 = 19_844;
  const list = listOf([
    { aspect: 1.5, day: may1 + 1 },
    { aspect: 1.5, day: may1 },
    { aspect: 1.5, day: may1 },
    { aspect: 1.5, day: may1 - 1 },
    { aspect: 1.5 },
    { aspect: 1.5 },
  ]);
  const rows = justify(list, { ...options, dated: true });
  assert.deepEqual(
    rows.sections.map((section) => [section.photo, section.month?.year, section.month?.month]),
    [
      [0, 2024, 5],
      [3, 2024, 4],
      [4, undefined, undefined],
    ],
  );
  assert.deepEqual([...rows.marks], [ROW_HEADING | ROW_DAYS, ROW_HEADING | ROW_DAYS, ROW_HEADING]);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((photo) => beginsDay(list, photo)),
    [true, true, false, true, false],
  );
  const firstRow = options.headingHeight + options.dayHeight + (rows.height[0] ?? 0) + options.gap;
  assert.ok(Math.abs((rows.top[1] ?? 0) - firstRow) < 0.01);
});

test('the same month of another year is another section', () => {
  const list = listOf([
    { aspect: 1, day: 19_844 },
    { aspect: 1, day: 19_844 - 366 },
  ]);
  assert.equal(justify(list, { ...options, dated: true }).sections.length, 2);
});

test('rows and sections are found by place and by photo', () => {
  const list = someList(2_000);
  const rows = justify(list, { ...options, dated: true });
  for (let row = 0; row < rows.count; row++) {
    const top = rows.top[row] ?? 0;
    assert.equal(rowAt(rows, top), row);
    assert.equal(rowAt(rows, (rows.top[row + 1] ?? 0) - 0.01), row);
    assert.equal(rowOf(rows, rows.first[row] ?? 0), row);
    assert.equal(rowOf(rows, (rows.first[row + 1] ?? 0) - 1), row);
  }
  assert.equal(rowAt(rows, -5), 0);
  assert.equal(rowAt(rows, rows.totalHeight + 1_000), rows.count - 1);
  rows.sections.forEach((section, index) => assert.equal(sectionAt(rows, section.top), index));
});

test('keys lead to the neighbours, and stop at the ends', () => {
  const list = listOf(Array.from({ length: 14 }, () => ({ aspect: 1 })));
  const rows = justify(list, options); // Five to a row.
  assert.deepEqual([...rows.first], [0, 5, 10, 14]);
  const go = (photo: number, movement: Parameters<typeof move>[3]): number =>
    move(list, rows, photo, movement, 600);
  assert.equal(go(2, 'down'), 7);
  assert.equal(go(7, 'up'), 2);
  assert.equal(go(9, 'down'), 13);
  assert.equal(go(0, 'left'), 0);
  assert.equal(go(0, 'up'), 0);
  assert.equal(go(13, 'right'), 13);
  assert.equal(go(11, 'down'), 13);
  assert.equal(go(6, 'first'), 0);
  assert.equal(go(6, 'last'), 13);
  assert.equal(go(1, 'pageDown'), 6);
  assert.equal(go(12, 'pageUp'), 8);
});
