import assert from 'node:assert/strict';
import test from 'node:test';
import {
  boundsOf,
  placeOf,
  RANGES,
  rejectedOf,
  rounded,
  starsOf,
  tagsOf,
  THUMB_STEPS,
  thumbOf,
  valueAt,
  withBounds,
  withPlace,
  withRejected,
  withStars,
  withTagToggled,
} from '../src/filters/filters';
import { addressParams, DEFAULT_QUERY, readQuery, withFilter, type Query } from '../src/route/query';

/** What is left of a query after it has been an address. */
const sent = (query: Query): Query => readQuery(addressParams(query));

test('one keyword is asked for exactly, several for any of them', () => {
  const one = withTagToggled(DEFAULT_QUERY, 'sea');
  assert.deepEqual(one.filters, { tag: 'sea' });
  const two = withTagToggled(sent(one), 'snow & ice');
  assert.deepEqual(two.filters, { require_tags: 'sea,snow & ice' });
  assert.deepEqual(tagsOf(sent(two).filters), ['sea', 'snow & ice']);
  assert.deepEqual(withTagToggled(two, 'sea').filters, { tag: 'snow & ice' });
  assert.deepEqual(withTagToggled(withTagToggled(two, 'sea'), 'snow & ice').filters, {});
});

test('stars are a least, a most, or exact', () => {
  for (const mode of ['at_least', 'exactly', 'at_most'] as const) {
    const query = withStars(DEFAULT_QUERY, 3, mode);
    assert.deepEqual(starsOf(sent(query).filters), { stars: 3, mode });
    assert.deepEqual(withStars(query, null, mode).filters, {});
  }
});

test('rejected photos are shown, hidden or alone', () => {
  for (const mode of ['show', 'hide', 'only'] as const) {
    assert.equal(rejectedOf(sent(withRejected(DEFAULT_QUERY, mode)).filters), mode);
  }
  const only = withRejected(withRejected(DEFAULT_QUERY, 'hide'), 'only');
  assert.deepEqual(only.filters, { show_rejected: '1' });
});

test('a bound at the end of its range is none', () => {
  const query = withBounds(DEFAULT_QUERY, RANGES.iso, 50, 800);
  assert.deepEqual(query.filters, { max_iso: '800' });
  assert.deepEqual(boundsOf(sent(query).filters, RANGES.iso), [null, 800]);
  assert.deepEqual(withBounds(query, RANGES.iso, null, 25_600).filters, {});
  assert.deepEqual(boundsOf({ min_iso: 'many' }, RANGES.iso), [null, null]);
});

test('every thumb stands where its value is', () => {
  for (const range of Object.values(RANGES)) {
    assert.equal(valueAt(range, 0), range.low);
    assert.equal(valueAt(range, THUMB_STEPS), range.high);
    let last = 0;
    for (let thumb = 0; thumb <= THUMB_STEPS; thumb++) {
      const value = valueAt(range, thumb);
      assert.ok(value >= last && value <= range.high);
      assert.equal(rounded(range, value), value);
      last = value;
    }
    assert.equal(thumbOf(range, range.low / 2), 0);
    assert.equal(thumbOf(range, range.high * 2), THUMB_STEPS);
  }
  assert.equal(rounded(RANGES.aperture, 2.84), 2.8);
  assert.equal(rounded(RANGES.iso, 130), 150);
});

test('a place is three numbers or none', () => {
  const place = { latitude: 48.853_41, longitude: -2.348_8, radiusKm: 2.5 };
  const query = withPlace(DEFAULT_QUERY, place);
  assert.deepEqual(placeOf(sent(query).filters), place);
  assert.deepEqual(withPlace(query, null).filters, {});
  assert.equal(placeOf(withFilter(query, 'gps_radius_km', '').filters), null);
  assert.equal(placeOf(withFilter(query, 'gps_lat', 'north').filters), null);
});
