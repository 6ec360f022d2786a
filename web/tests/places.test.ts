import assert from 'node:assert/strict';
import test from 'node:test';
import { distanceKm, placesOf } from '../src/map/places';
import { sequence } from './lists';

const photo = (lat: number, lng: number, name = 'a.jpg') => ({
  path: `/p/${name}`,
  filename: name,
  lat,
  lng,
  date_taken: null,
});

test('one photo is a place with its name', () => {
  const [place, ...others] = placesOf({ clusters: [], photos: [photo(48.85, 2.35)] }, 14, 64);
  assert.equal(others.length, 0);
  assert.deepEqual([place?.count, place?.filename, place?.path], [1, 'a.jpg', '/p/a.jpg']);
});

test('what is too near to stand apart is one place, and reaches over all its photos', () => {
  const random = sequence(3);
  const photos = Array.from({ length: 300 }, (_, at) =>
    photo(48.8 + random() * 0.1, 2.3 + random() * 0.1, `${at}.jpg`),
  );
  const places = placesOf({ clusters: [], photos }, 12, 64);
  assert.ok(places.length > 1 && places.length < 100);
  assert.equal(places.reduce((sum, place) => sum + place.count, 0), 300);
  for (const each of photos) {
    const here = { latitude: each.lat, longitude: each.lng };
    assert.ok(places.some((place) => distanceKm(place, here) <= place.radiusKm), each.filename);
  }
  assert.ok(placesOf({ clusters: [], photos }, 17, 64).length > places.length);
});

test('clusters are told largest first', () => {
  const clusters = [
    { lat: 10, lng: 10, count: 3, representative_path: '/p/x.jpg' },
    { lat: -40, lng: 100, count: 90, representative_path: null },
  ];
  const places = placesOf({ clusters, photos: [] }, 2, 64);
  assert.deepEqual(places.map((place) => place.count), [90, 3]);
  assert.ok((places[0]?.radiusKm ?? 0) > 1000, 'a cell at this zoom is a continent');
});

test('a degree of longitude is shorter far from the equator', () => {
  const east = (latitude: number): number =>
    distanceKm({ latitude, longitude: 0 }, { latitude, longitude: 1 });
  assert.ok(Math.abs(east(0) - 112) < 1);
  assert.ok(Math.abs(east(60) - 56) < 1);
});
