import assert from 'node:assert/strict';
import test from 'node:test';
import {
  addressParams,
  DEFAULT_QUERY,
  readQuery,
  requestParams,
  withFilter,
} from '../src/route/query';

test('an address says what differs from the default, a request says all', () => {
  assert.equal(`${addressParams(DEFAULT_QUERY)}`, '');
  assert.equal(`${requestParams(DEFAULT_QUERY)}`, 'sort=date_taken&sort_direction=DESC');
});

test('a query survives the address', () => {
  const query = {
    filters: { search: 'sea & sky', camera: 'EOS R5', min_star_rating: '3' },
    sort: 'iso',
    ascending: true,
  } as const;
  assert.deepEqual(readQuery(addressParams(query)), query);
});

test('what is not understood is left out', () => {
  const params = new URLSearchParams('sort=nonsense&sort_direction=up&camera=&colour=red&photo=4');
  assert.deepEqual(readQuery(params), DEFAULT_QUERY);
});

test('a filter is set, changed and taken away', () => {
  const filtered = withFilter(DEFAULT_QUERY, 'camera', 'X100V');
  assert.deepEqual(filtered.filters, { camera: 'X100V' });
  assert.deepEqual(withFilter(filtered, 'camera', '').filters, {});
  assert.deepEqual(DEFAULT_QUERY.filters, {});
});
