import assert from 'node:assert/strict';
import test from 'node:test';
import { hitsOf, narrowed } from '../src/bar/found';
import { objectsOf, peopleOf, withObjectToggled, withPersonToggled } from '../src/filters/filters';
import { DEFAULT_QUERY, withFilters } from '../src/route/query';

const FOUND = {
  people: [{ id: 7, name: 'Anna', photos: 3 }],
  objects: [{ label: 'dog', photos: 2 }],
  tags: [{ name: 'sea', photos: 1 }],
  folders: [{ path: '/p/2024/', name: '2024', photos: 9 }],
  cameras: [{ name: 'X100', photos: 4 }],
  files: [{ id: 12, filename: 'a.jpg' }],
};

test('what is found comes in groups, each with a key of its own', () => {
  const hits = hitsOf(FOUND);
  assert.deepEqual(
    hits.map((hit) => hit.group),
    ['people', 'objects', 'tags', 'folders', 'cameras', 'files'],
  );
  assert.equal(new Set(hits.map((hit) => hit.key)).size, hits.length);
  assert.equal(hits.at(-1)?.photo, 12);
});

test('a hit takes the place of what was typed and narrows what was there', () => {
  const typed = withFilters(DEFAULT_QUERY, { search: 'an', camera: 'X100', person_id: '3' });
  const filters = hitsOf(FOUND).map((hit) => narrowed(typed, hit).filters);
  const rest = { camera: 'X100', person_id: '3' };
  assert.deepEqual(filters, [
    { camera: 'X100', person_id: '3,7' },
    { ...rest, object: 'dog' },
    { ...rest, tag: 'sea' },
    { ...rest, path_prefix: '/p/2024/' },
    rest,
    rest,
  ]);
});

test('who was there already is not taken away by a hit', () => {
  const there = withFilters(DEFAULT_QUERY, { person_id: '7', object: 'dog', tag: 'sea' });
  for (const hit of hitsOf(FOUND).slice(0, 3)) {
    assert.deepEqual(narrowed(there, hit).filters, there.filters);
  }
});

test('people and things are toggled one by one', () => {
  const one = withPersonToggled(DEFAULT_QUERY, 4);
  const two = withPersonToggled(one, 9);
  assert.deepEqual(peopleOf(two.filters), [4, 9]);
  assert.deepEqual(withPersonToggled(two, 4).filters, { person_id: '9' });
  assert.deepEqual(withPersonToggled(one, 4).filters, {});
  assert.deepEqual(peopleOf({ person_id: '3,x,-1,3' }), [3]);
  const things = withObjectToggled(withObjectToggled(DEFAULT_QUERY, 'dog'), 'traffic light');
  assert.deepEqual(objectsOf(things.filters), ['dog', 'traffic light']);
  assert.deepEqual(withObjectToggled(things, 'dog').filters, { object: 'traffic light' });
});
