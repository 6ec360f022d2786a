// GET /api/similar_photos/{path}, /api/search and /api/albumen/photos/{id}/similar, as far as they go
// without models: by the pictures' hashes, and by what is written of them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server } from './harness.mjs';

const { photos: folder } = corpus();

onEachEngine('similar photos and search', (engine) => {
  let home, server, photos, twins;
  const target = (path) => `/api/similar_photos/${encodeURIComponent(path)}`;
  const similar = (path, query) => server.get(target(path), query);
  const distance = (a, b) => {
    let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
    let count = 0;
    for (; bits; bits &= bits - 1n) count++;
    return count;
  };

  before(async () => {
    home = newHome(engine);
    await scan(home, folder);
    server = await Server.start(home);
    photos = await server.allPhotos();
    twins = photos.filter((photo) => photo.duplicate_group_id !== null);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  describe('similar photos', () => {
    it('orders all photos by their hashes', async () => {
      const source = photos[0];
      const answer = await similar(source.path, { min_similarity: 0, limit: 500 });
      const listed = answer.similar.map((photo) => photo.path);
      assert.equal(answer.source, source.path);
      assert.equal(answer.mode, 'visual');
      assert.equal(answer.total, photos.length - 1);
      assert.equal(answer.has_more, false);
      assert.ok(!listed.includes(source.path));
      let last = 1;
      for (const { path, similarity } of answer.similar) {
        const other = photos.find((photo) => photo.path === path);
        const expected = 1 - distance(source.phash, other.phash) / 64;
        assert.ok(Math.abs(similarity - expected) < 1e-4, path);
        assert.ok(similarity <= last);
        last = similarity;
      }
    });

    it('finds copies first, and takes the default for a least similarity', async () => {
      const [source] = twins;
      const { similar: found } = await similar(source.path);
      assert.equal(found[0].similarity, 1);
      assert.ok(found.every((photo) => photo.similarity >= 0.4));
      const exact = await similar(source.path, { min_similarity: 1 });
      assert.ok(exact.similar.every((photo) => photo.similarity === 1));
      assert.ok(exact.total >= 1);
    });

    it('goes page by page', async () => {
      const { path } = photos[0];
      const whole = await similar(path, { min_similarity: 0, limit: 500 });
      const seen = [];
      for (let offset = 0; ; offset += 7) {
        const page = await similar(path, { min_similarity: 0, limit: 7, offset });
        assert.equal(page.total, whole.total);
        seen.push(...page.similar);
        if (!page.has_more) break;
      }
      assert.deepEqual(seen, whole.similar);
    });

    it('gives whole photos when asked, without their formatted dates', async () => {
      const { similar: found } = await similar(twins[0].path, { full: 1 });
      assert.ok(Array.isArray(found[0].tags_list));
      assert.ok(Array.isArray(found[0].persons));
      assert.ok(!('date_formatted' in found[0]));
      assert.equal(found[0].similarity, 1);
    });

    it('says what it lacks', async () => {
      const color = await similar(photos[0].path, { mode: 'color' });
      assert.deepEqual([color.mode, color.similar, color.message], ['color', [], 'no_histogram']);
      const person = await similar(photos[0].path, { mode: 'person' });
      assert.deepEqual([person.mode, person.similar, person.message], ['person', [], 'no_faces']);
      assert.equal((await similar(photos[0].path, { mode: 'smell' })).mode, 'visual');
    });

    it('tells of errors in the answer, but of bad numbers', async () => {
      assert.deepEqual(await similar('/nowhere/at all.jpg'), { error: 'Photo not found' });
      assert.deepEqual(await similar(`/${photos[0].path}`), { error: 'Photo not found' });
      assert.equal((await similar(photos[0].path, { limit: 0, offset: -5, min_similarity: 0 })).similar.length, 1);
      assert.ok((await similar(photos[0].path, { limit: 1_000_000 })).similar.length <= 500);
      for (const query of [{ limit: 'x' }, { offset: '1.5' }, { min_similarity: 'y' }]) {
        await server.api('GET', target(photos[0].path), { query, status: 422 });
      }
    });

    it('are told under our own address by their ids', async () => {
      const ids = Array.from({ length: 200 }, (_, i) => i + 1).join(',');
      const tiles = (await server.get('/api/albumen/photos', { ids })).photos;
      const { id } = tiles.find((tile) => tile.path === twins[0].path);
      const answer = await server.get(`/api/albumen/photos/${id}/similar`, { min_similarity: 1 });
      assert.equal(typeof answer.detail, 'string');
      assert.ok(answer.photos.length >= 1);
      assert.ok(answer.photos.every((photo) => photo.id !== id && photo.similarity === 1));
      const few = await server.get(`/api/albumen/photos/${id}/similar`, { min_similarity: 0, limit: 2 });
      assert.equal(few.photos.length, 2);
      await server.api('GET', '/api/albumen/photos/999999/similar', { status: 404 });
      await server.api('GET', `/api/albumen/photos/${id}/similar`, { query: { limit: 0 }, status: 422 });
    });
  });

  describe('search', () => {
    const search = (query) => server.get('/api/search', query);

    it('finds by captions, tags and names, the best first', async () => {
      const captioned = photos.find((photo) => /[a-z]{4}/i.test(photo.caption ?? ''));
      const word = /[a-z]{4,}/i.exec(captioned.caption)[0];
      const answer = await search({ q: word.toUpperCase() });
      assert.equal(answer.query, word.toUpperCase());
      assert.equal(answer.total, answer.photos.length);
      assert.ok(answer.photos.some((photo) => photo.path === captioned.path));
      assert.equal(answer.photos[0].similarity, 0.3);
      const tagged = photos.find((photo) => photo.tags_list.length > 0);
      const byTag = await search({ q: `tags:"${tagged.tags_list[0]}"`, limit: 200 });
      assert.ok(byTag.photos.some((photo) => photo.path === tagged.path));
      assert.ok(byTag.photos.every((photo) => photo.tags.includes(tagged.tags_list[0])));
    });

    it('takes whatever is typed', async () => {
      for (const q of ["it's", '"', 'a OR', '***', 'tags:', '%', "'; DROP TABLE photo; --", 'é', '\u{1F600}']) {
        const answer = await search({ q });
        assert.equal(answer.error, undefined, q);
        assert.equal(answer.query, q);
      }
      const long = await search({ q: 'a '.repeat(200) });
      assert.match(long.error, /at most/);
      assert.deepEqual(long.photos, []);
    });

    it('keeps to its bounds', async () => {
      assert.equal((await search({ q: 'jpg', limit: 3 })).photos.length, 3);
      assert.ok((await search({ q: 'jpg', limit: 5000 })).photos.length <= 200);
      for (const query of [{}, { q: '' }, { q: 'x'.repeat(501) }, { q: 'x', limit: 0 }, { q: 'x', threshold: 2 }]) {
        await server.api('GET', '/api/search', { query, status: 422 });
      }
    });
  });

  it('is told to be there', async () => {
    const { features } = await server.get('/api/config');
    assert.equal(features.show_similar_button, true);
    assert.equal(features.show_semantic_search, true);
  });
});
