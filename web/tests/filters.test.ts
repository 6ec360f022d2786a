import assert from 'node:assert/strict';
import test from 'node:test';
import {
  boundsOf,
  placeOf,
  RANGES,
  rejectedOf,
  rounded,
  starsOf,
  stopOf,
  stopsOf,
  tagsOf,
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

test('every stop of a thumb is another value, and is found by it', () => {
  for (const range of Object.values(RANGES)) {
    const stops = stopsOf(range);
    assert.equal(stops[0], range.low);
    assert.equal(stops.at(-1), range.high);
    stops.forEach((value, stop) => {
      assert.ok(stop === 0 || value > (stops[stop - 1] ?? 0));
      assert.equal(rounded(range, value), value);
      assert.equal(stopOf(stops, value), stop);
    });
    assert.equal(stopOf(stops, range.low / 2), 0);
    assert.equal(stopOf(stops, range.high * 2), stops.length - 1);
  }
  assert.equal(stopOf([50, 100, 200], 140), 1);
  assert.equal(stopOf([50, 100, 200], 160), 2);
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
