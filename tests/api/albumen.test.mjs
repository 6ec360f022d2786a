// Our own dialect, /api/albumen/*: what the web app asks.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, decodeJpeg, newHome, onEachEngine, scan, Server } from './harness.mjs';

const { photos: folder, files } = corpus();
const indexed = files.filter((file) => file.outcome === 'indexed');
const failed = files.filter((file) => file.outcome === 'failed');

// The layout's arrays; src/api/albumen/layout.c tells the form.
function readLayout(bytes) {
  assert.equal(bytes.toString('latin1', 0, 8), 'ALBLAY01');
  const count = bytes.readUInt32LE(8);
  const list = (at, size, read) => Array.from({ length: count }, (_, i) => bytes[read](at + i * size));
  const aspects = 16 + count * 4;
  const days = (aspects + count * 2 + 3) & ~3;
  assert.equal(bytes.length, days + count * 4);
  return {
    ids: list(16, 4, 'readUInt32LE'),
    aspects: list(aspects, 2, 'readUInt16LE'),
    days: list(days, 4, 'readInt32LE'),
  };
}

onEachEngine('our own dialect', (engine) => {
  let home, server, layout;
  const ask = (target, headers) => server.request('GET', target, { headers });

  before(async () => {
    home = newHome(engine);
    await scan(home, folder);
    server = await Server.start(home);
    layout = readLayout((await ask('/api/albumen/layout')).body);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  it('tells what there is', async () => {
    const library = await server.get('/api/albumen/library');
    assert.equal(library.photos, indexed.length);
    assert.equal(library.failures, failed.length);
    assert.deepEqual(library.sources.map((source) => source.path), [folder]);
  });

  it('finds by a few letters', async () => {
    const found = await server.get('/api/albumen/search', { q: 'canon', limit: '3' });
    assert.deepEqual(Object.keys(found), ['people', 'objects', 'tags', 'folders', 'cameras', 'files']);
    const { cameras } = await server.get('/api/filter_options/cameras');
    const canons = cameras.filter(([name]) => /canon/i.test(name));
    assert.ok(canons.length > 0);
    assert.deepEqual(
      new Map(found.cameras.map(({ name, photos }) => [name, photos])), new Map(canons.slice(0, 3)));
    const { cameras: eight } = await server.get('/api/albumen/search', { q: 'canon' });
    assert.equal(eight.length, Math.min(8, canons.length));
    const name = path.basename(indexed[0].path ?? indexed[0].name);
    const { files: named } = await server.get('/api/albumen/search', { q: name, limit: '50' });
    assert.ok(named.some(({ filename }) => filename === name), name);
    assert.equal((await ask('/api/albumen/search?q=')).status, 422);
    assert.deepEqual((await server.get('/api/albumen/objects')).objects, []);
  });

  it('lays out every picture in the order of the list', async () => {
    assert.equal(layout.ids.length, indexed.length);
    assert.equal(new Set(layout.ids).size, indexed.length);
    for (const query of ['sort=date_taken&sort_direction=ASC', 'camera=Canon+EOS+R5', 'camera=none']) {
      const chosen = readLayout((await ask(`/api/albumen/layout?${query}`)).body);
      const { photos } = await server.get(`/api/photos?per_page=1000&${query}`);
      const tiles = [];
      for (let at = 0; at < chosen.ids.length; at += 200) {
        const ids = chosen.ids.slice(at, at + 200);
        tiles.push(...(await server.get('/api/albumen/photos', { ids: ids.join(',') })).photos);
      }
      const paths = new Map(tiles.map((tile) => [tile.id, tile.path]));
      assert.deepEqual(chosen.ids.map((id) => paths.get(id)), photos.map((photo) => photo.path), query);
      photos.forEach((photo, i) => {
        const aspect = Math.round((photo.image_width / photo.image_height) * 1000);
        assert.ok(Math.abs(chosen.aspects[i] - aspect) <= 1, photo.path);
      });
    }
  });

  it('says when a layout is still the same', async () => {
    const first = await ask('/api/albumen/layout');
    assert.match(first.headers.etag, /^"[^"]+"$/);
    assert.equal((await ask('/api/albumen/layout', { 'if-none-match': first.headers.etag })).status, 304);
  });

  it('tells all that is known of a picture', async () => {
    const tiles = (await server.get('/api/albumen/photos', { ids: layout.ids.join(',') })).photos;
    for (const tile of tiles) {
      const photo = await server.get(`/api/albumen/photos/${tile.id}`);
      const expected = files.find((file) => `${folder}/${file.path}` === photo.path);
      assert.equal(photo.format, expected.format, photo.path);
      assert.equal(photo.folder, path.posix.dirname(photo.path));
      assert.match(photo.content_hash, /^[0-9a-f]{64}$/);
      assert.match(photo.phash, /^[0-9a-f]{16}$/);
      if (expected.orientation) assert.equal(photo.orientation, expected.orientation, photo.path);
      const facts = {
        offset_minutes: photo.taken_offset_minutes,
        milliseconds: photo.taken_local_ms === null ? null : photo.taken_local_ms % 1000,
        title: photo.title,
        description: photo.caption,
        date_taken: photo.date_taken,
        keywords: photo.tags_list,
      };
      for (const [fact, value] of Object.entries(facts)) {
        if (fact in expected) assert.deepEqual(value, expected[fact], `${photo.path}: ${fact}`);
      }
      if ('altitude' in expected) assert.equal(photo.gps_altitude, expected.altitude, photo.path);
    }
  });

  it('gives copies the same content hash', async () => {
    const tiles = (await server.get('/api/albumen/photos', { ids: layout.ids.join(',') })).photos;
    const copies = tiles.filter((tile) => tile.path.includes('/copies/'));
    assert.equal(copies.length, 2);
    const [one, two] = await Promise.all(copies.map(({ id }) => server.get(`/api/albumen/photos/${id}`)));
    assert.equal(one.content_hash, two.content_hash);
    assert.notEqual(one.uuid, two.uuid);
  });

  it('shows pictures by their ids', async () => {
    const [id] = layout.ids;
    for (const route of ['thumbnail', 'image']) {
      const answer = await ask(`/api/albumen/photos/${id}/${route}`);
      assert.equal(answer.status, 200, route);
      assert.match(answer.headers['content-type'], /^image\//);
    }
    const small = decodeJpeg((await ask(`/api/albumen/photos/${id}/thumbnail?size=100`)).body);
    assert.equal(Math.max(small.width, small.height), 100);
  });

  it('writes its errors as problems', async () => {
    for (const [target, status] of [
      ['/api/albumen/photos/999999999', 404], ['/api/albumen/photos/999999999/image', 404],
      ['/api/albumen/nowhere', 404], ['/api/albumen/failures?limit=0', 422],
      ['/api/albumen/failures?limit=many', 422],
    ]) {
      const answer = await ask(target);
      assert.equal(answer.status, status, target);
      assert.match(answer.headers['content-type'], /^application\/problem\+json/, target);
      const problem = JSON.parse(answer.body.toString());
      assert.equal(problem.status, status);
      assert.equal(typeof problem.detail, 'string');
    }
  });

  it('lists what failed, page by page', async () => {
    const seen = [];
    let cursor;
    do {
      const page = await server.get('/api/albumen/failures', { limit: 5, ...(cursor && { cursor }) });
      assert.equal(page.total, failed.length);
      seen.push(...page.failures);
      cursor = page.next_cursor;
    } while (cursor);
    assert.deepEqual(seen.map((failure) => failure.path).sort(),
      failed.map((file) => `${folder}/${file.path}`).sort());
    for (const failure of seen) assert.ok(failure.reason.length > 10, failure.path);
  });

  it('scans when asked, and tells how it goes', async () => {
    const latest = async () => (await server.get('/api/albumen/library')).scan;
    const finished = async (earlier) => {
      for (let tries = 0; tries < 300; tries++) {
        const scanned = await latest();
        if (scanned?.finished_at && scanned.started_at !== earlier) return scanned;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return assert.fail('the scan does not end');
    };
    const first = await finished(); // the one that serve itself begins with
    await new Promise((resolve) => setTimeout(resolve, 1100)); // started_at tells whole seconds
    const { id } = await server.api('POST', '/api/albumen/scans', { status: 202 });
    assert.ok(id > 0);
    const scanned = await finished(first.started_at);
    assert.equal(scanned.error, null);
    assert.equal(scanned.found, files.length);
    assert.equal(scanned.unchanged + scanned.failed, files.length);
  });
});
