// Stars, favourites and rejects: POST /api/photo/*, /api/photos/batch_*, PUT /api/albumen/ratings.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server } from './harness.mjs';

const { photos: folder } = corpus();
const A = path.join(folder, 'formats/baseline.jpg');
const B = path.join(folder, 'formats/rgb8.png');
const NOWHERE = path.join(folder, 'nowhere.jpg');

onEachEngine('ratings', (engine) => {
  let home, server, ids;
  const post = (target, json, status) => server.api('POST', target, { json, status });
  const rate = (json, status) => server.api('PUT', '/api/albumen/ratings', { json, status });
  const clear = () => rate({ ids: [ids.get(A), ids.get(B)], stars: 0, favorite: false, rejected: false });

  before(async () => {
    home = newHome(engine);
    await scan(home, folder);
    server = await Server.start(home);
    ids = new Map();
    for (let id = 1; id <= 200; id++) {
      const { photos } = await server.get('/api/albumen/photos', { ids: id });
      for (const photo of photos) ids.set(photo.path, photo.id);
    }
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  describe('of one photo', () => {
    it('sets and clears stars', async () => {
      const target = '/api/photo/set_rating';
      assert.deepEqual(await post(target, { photo_path: A, rating: 5 }), { success: true, rating: 5 });
      assert.deepEqual(await post(target, { photo_path: A, rating: '3' }), { success: true, rating: 3 });
      assert.deepEqual(await post(target, { photo_path: A, rating: 0 }), { success: true, rating: 0 });
    });

    it('refuses stars that there are not', async () => {
      for (const rating of [-1, 6, 1000]) {
        assert.deepEqual(await post('/api/photo/set_rating', { photo_path: A, rating }, 400),
          { detail: 'rating must be integer 0-5' });
      }
      for (const json of [{ photo_path: A }, { rating: 1 }, { photo_path: A, rating: 'x' },
        { photo_path: A, rating: 1.5 }, { photo_path: 7, rating: 1 }]) {
        await post('/api/photo/set_rating', json, 422);
      }
    });

    it('toggles, and tells null of what it leaves alone', async () => {
      await clear();
      const favorite = () => post('/api/photo/toggle_favorite', { photo_path: A });
      const reject = () => post('/api/photo/toggle_rejected', { photo_path: A });
      assert.deepEqual(await favorite(), { success: true, is_favorite: true, is_rejected: false });
      assert.deepEqual(await favorite(), { success: true, is_favorite: false, is_rejected: null });
      const rejected = { success: true, is_rejected: true, star_rating: 0, is_favorite: false };
      assert.deepEqual(await reject(), rejected);
      assert.deepEqual(await favorite(), { success: true, is_favorite: true, is_rejected: false });
      assert.deepEqual(await reject(), rejected);
      assert.deepEqual(await reject(),
        { success: true, is_rejected: false, star_rating: null, is_favorite: null });
    });

    it('is told wherever the photo is', async () => {
      await clear();
      await post('/api/photo/set_rating', { photo_path: A, rating: 2 });
      await post('/api/photo/toggle_favorite', { photo_path: A });
      const marks = ({ star_rating, is_favorite, is_rejected }) => [star_rating, is_favorite, is_rejected].map(Number);
      assert.deepEqual(marks(await server.get('/api/photo', { path: A })), [2, 1, 0]);
      const { photos } = await server.get('/api/photos', { favorites_only: '1' });
      assert.deepEqual(photos.map((photo) => [photo.path, ...marks(photo)]), [[A, 2, 1, 0]]);
      assert.deepEqual(marks(await server.get(`/api/albumen/photos/${ids.get(A)}`)), [2, 1, 0]);
      await post('/api/photo/toggle_rejected', { photo_path: A });
      assert.deepEqual(marks(await server.get('/api/photo', { path: A })), [0, 0, 1]);
      await clear();
    });

    it('does not know what is not there', async () => {
      for (const [target, more] of [['set_rating', { rating: 1 }], ['toggle_favorite'], ['toggle_rejected']]) {
        assert.deepEqual(await post(`/api/photo/${target}`, { photo_path: NOWHERE, ...more }, 404),
          { detail: 'Photo not found' });
      }
    });
  });

  describe('of many', () => {
    it('count those that there are', async () => {
      await clear();
      const photo_paths = [A, NOWHERE, B, A];
      assert.deepEqual(await post('/api/photos/batch_rating', { photo_paths, rating: 4 }),
        { success: true, count: 2 });
      assert.deepEqual(await post('/api/photos/batch_favorite', { photo_paths }), { success: true, count: 2 });
      assert.deepEqual(await post('/api/photos/batch_reject', { photo_paths: [B] }),
        { success: true, count: 1 });
      const { ratings } = await rate({ ids: [ids.get(A), ids.get(B)] });
      assert.deepEqual(ratings.map(({ stars, favorite, rejected }) => [stars, favorite, rejected]),
        [[4, true, false], [0, false, true]]);
    });

    it('may be none', async () => {
      for (const target of ['batch_favorite', 'batch_reject', 'batch_rating']) {
        assert.deepEqual(await post(`/api/photos/${target}`, { photo_paths: [], rating: 1 }),
          { success: true, count: 0 });
      }
    });

    it('have bounds', async () => {
      await post('/api/photos/batch_rating', { photo_paths: [A], rating: 6 }, 422);
      await post('/api/photos/batch_rating', { photo_paths: [A], rating: -1 }, 422);
      await post('/api/photos/batch_rating', { photo_paths: [A] }, 422);
      const many = Array.from({ length: 1000 }, (_, i) => `${folder}/${i}`);
      assert.deepEqual(await post('/api/photos/batch_favorite', { photo_paths: many }),
        { success: true, count: 0 });
      const answer = await post('/api/photos/batch_favorite', { photo_paths: [...many, A] }, 422);
      assert.equal(answer.detail[0].type, 'too_long');
    });
  });

  describe('that can be undone', () => {
    it('tell what was', async () => {
      await clear();
      const both = [ids.get(A), ids.get(B)];
      await rate({ ids: [both[0]], stars: 4, favorite: true });
      const done = await rate({ ids: [...both, 9e9], rejected: true });
      assert.deepEqual(done.ratings, [
        { id: both[0], stars: 0, favorite: false, rejected: true, previous: { stars: 4, favorite: true, rejected: false } },
        { id: both[1], stars: 0, favorite: false, rejected: true, previous: { stars: 0, favorite: false, rejected: false } },
      ]);
      const undone = await rate({ ratings: done.ratings.map(({ id, previous }) => ({ id, ...previous })) });
      assert.deepEqual(undone.ratings.map(({ stars, favorite, rejected }) => [stars, favorite, rejected]),
        [[4, true, false], [0, false, false]]);
    });

    it('must make sense', async () => {
      const id = ids.get(A);
      await rate({}, 400);
      await rate({ ids: [id], ratings: [] }, 400);
      await rate({ ids: [id], favorite: true, rejected: true }, 400);
      await rate({ ratings: [{ id, favorite: true, rejected: true }] }, 400);
      await rate({ ids: [id], stars: 6 }, 422);
      await rate({ ratings: [7] }, 422);
      const answer = await rate({ ratings: [{ id }, { id, stars: 9 }] }, 422);
      assert.equal(answer.errors[0].name, 'ratings');
      assert.match(answer.errors[0].detail, /^stars: /);
      assert.deepEqual((await rate({ ids: [] })).ratings, []);
      assert.deepEqual((await rate({ ratings: [] })).ratings, []);
    });
  });
});
