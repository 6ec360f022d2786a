import assert from 'node:assert/strict';
import test from 'node:test';
import { NO_DAY, parsePhotoList } from '../src/gallery/photo-list';

function encode(ids: number[], aspects: number[], days: number[]): ArrayBuffer {
  const daysAt = (16 + 6 * ids.length + 3) & ~3;
  const buffer = new ArrayBuffer(daysAt + 4 * ids.length);
  const view = new DataView(buffer);
  [...'ALBLAY01'].forEach((letter, index) => view.setUint8(index, letter.charCodeAt(0)));
  view.setUint32(8, ids.length, true);
  ids.forEach((id, index) => view.setUint32(16 + 4 * index, id, true));
  aspects.forEach((aspect, index) => view.setUint16(16 + 4 * ids.length + 2 * index, aspect, true));
  days.forEach((day, index) => view.setInt32(daysAt + 4 * index, day, true));
  return buffer;
}

test('an odd number of photos is padded before the days', () => {
  const list = parsePhotoList(
    encode([7, 8, 4_000_000_000], [1500, 667, 100], [20_000, -1, NO_DAY]),
  );
  assert.equal(list.count, 3);
  assert.deepEqual([...list.ids], [7, 8, 4_000_000_000]);
  assert.deepEqual([...list.aspects], [1500, 667, 100]);
  assert.deepEqual([...list.days], [20_000, -1, NO_DAY]);
});

test('no photos are a list too', () => {
  assert.equal(parsePhotoList(encode([], [], [])).count, 0);
});

test('what is no layout is refused', () => {
  const good = encode([1, 2], [1000, 1000], [0, 0]);
  assert.throws(() => parsePhotoList(new ArrayBuffer(3)), /too short/);
  assert.throws(() => parsePhotoList(good.slice(0, -1)), /incomplete/);
  const other = good.slice(0);
  new DataView(other).setUint8(7, '2'.charCodeAt(0));
  assert.throws(() => parsePhotoList(other), /unknown kind/);
});
