// GET /thumbnail and /image: the bytes of pictures.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, decodeJpeg, newHome, onEachEngine, scan, Server } from './harness.mjs';

const { photos: folder, files, ignored } = corpus();

onEachEngine('pictures', (engine) => {
  let home, server;
  const ask = (route, file, more = {}, headers = {}) => {
    const query = new URLSearchParams({ path: path.join(folder, file), ...more });
    return server.request('GET', `${route}?${query}`, { headers });
  };

  before(async () => {
    home = newHome(engine);
    await scan(home, folder);
    server = await Server.start(home);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  it('have a thumbnail each, whatever their names', async () => {
    for (const file of files.filter(({ outcome }) => outcome === 'indexed')) {
      const answer = await ask('/thumbnail', file.path);
      assert.equal(answer.status, 200, file.path);
      assert.equal(answer.headers['content-type'], 'image/jpeg');
      assert.deepEqual([...answer.body.subarray(0, 2)], [0xff, 0xd8]);
    }
  });

  it('are made smaller, never larger', async () => {
    for (const [size, longest] of [[48, 48], [160, 160], [320, 320], [640, 480], [0, 480], [-5, 480]]) {
      const { width, height } = decodeJpeg((await ask('/thumbnail', 'formats/baseline.jpg', { size })).body);
      assert.equal(Math.max(width, height), longest, `size ${size}`);
    }
  });

  it('are cached by their tag', async () => {
    const first = await ask('/thumbnail', 'formats/baseline.jpg');
    const tag = first.headers.etag;
    assert.match(tag, /^"[^"]+"$/);
    assert.match(first.headers['cache-control'], /max-age=\d+/);
    for (const sent of [tag, `W/${tag}`, tag.replaceAll('"', ''), `"other", ${tag}`, '*']) {
      const again = await ask('/thumbnail', 'formats/baseline.jpg', {}, { 'if-none-match': sent });
      assert.equal(again.status, 304, sent);
      assert.equal(again.body.length, 0);
      assert.equal(again.headers.etag, tag);
    }
    const other = await ask('/thumbnail', 'formats/baseline.jpg', {}, { 'if-none-match': '"other"' });
    assert.equal(other.status, 200);
  });

  it('get their thumbnails back when these were lost', async () => {
    const sizes = [{}, { size: 320 }, { size: 100 }];
    const get = async (more) => (await ask('/thumbnail', 'formats/lzw.tif', more)).body;
    const before = [];
    for (const more of sizes) before.push(await get(more));
    for (const more of sizes) {
      const thumbs = path.join(home.data, 'thumbs');
      for (const name of fs.readdirSync(thumbs)) {
        if (!name.startsWith('.')) fs.rmSync(path.join(thumbs, name), { recursive: true }); // rm -r thumbs/*
      }
      const again = await get(more);
      assert.ok(again.equals(before.shift()), JSON.stringify(more));
    }
  });

  it('come as their own bytes when browsers can show them', async () => {
    for (const [name, mime] of [
      ['formats/baseline.jpg', 'image/jpeg'], ['formats/rgb16.png', 'image/png'],
      ['formats/lossy.webp', 'image/webp'], ['formats/animated.gif', 'image/gif'],
      ['names/a-png-at-heart.jpg', 'image/png'],
    ]) {
      const answer = await ask('/image', name);
      assert.equal(answer.status, 200, name);
      assert.equal(answer.headers['content-type'], mime, name);
      assert.ok(answer.body.equals(fs.readFileSync(path.join(folder, name))), name);
    }
  });

  it('come as JPEG when they cannot', async () => {
    for (const name of [
      'formats/apple.heic', 'formats/lzw.tif', 'raw/preview.dng', 'raw/no-preview.dng', 'raw/turned.DNG',
      'orientation/tiff-6.tif',
    ]) {
      const answer = await ask('/image', name);
      assert.equal(answer.status, 200, name);
      assert.equal(answer.headers['content-type'], 'image/jpeg', name);
      const { width, height } = decodeJpeg(answer.body);
      assert.deepEqual([width, height], [480, 320], name);
    }
  });

  it('come in parts', async () => {
    const whole = fs.readFileSync(path.join(folder, 'formats/baseline.jpg'));
    for (const [range, from, to] of [
      ['bytes=0-9', 0, 10], ['bytes=100-', 100, whole.length], ['bytes=-7', whole.length - 7, whole.length],
      ['bytes=5-99999999', 5, whole.length],
    ]) {
      const answer = await ask('/image', 'formats/baseline.jpg', {}, { range });
      assert.equal(answer.status, 206, range);
      assert.equal(answer.headers['content-range'], `bytes ${from}-${to - 1}/${whole.length}`);
      assert.ok(answer.body.equals(whole.subarray(from, to)), range);
    }
    const beyond = await ask('/image', 'formats/baseline.jpg', {}, { range: `bytes=${whole.length}-` });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers['content-range'], `bytes */${whole.length}`);
  });

  it('are nobody else’s files', async () => {
    const outside = ['../expected.json', '../outside/elsewhere.jpg', 'names/readme.txt', ...ignored];
    for (const name of [...outside, '/etc/passwd', 'broken/text.jpg', 'broken/claims-huge.png']) {
      for (const route of ['/thumbnail', '/image']) {
        const answer = await ask(route, name);
        assert.equal(answer.status, 404, `${route} ${name}`);
        assert.equal(answer.headers['content-type'], undefined);
      }
    }
    assert.equal((await ask('/thumbnail', 'nowhere.jpg')).body.toString(), 'Thumbnail not found');
    assert.equal((await ask('/image', 'nowhere.jpg')).body.toString(), 'Not found');
  });

  it('need a name', async () => {
    for (const route of ['/thumbnail', '/image']) {
      const answer = await server.request('GET', route);
      assert.equal(answer.status, 422);
      assert.equal(JSON.parse(answer.body.toString()).detail[0].type, 'missing');
    }
    const answer = await server.request('GET', '/thumbnail?path=x&size=large');
    assert.equal(answer.status, 422);
    assert.equal(JSON.parse(answer.body.toString()).detail[0].type, 'int_parsing');
  });
});
