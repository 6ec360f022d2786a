// GET /api/download, /api/download/options, and archives of selections: /api/albumen/downloads.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { corpus, decodeJpeg, newHome, onEachEngine, scan, Server, temporaryFolder } from './harness.mjs';

const { photos: samples } = corpus();

onEachEngine('downloads', (engine) => {
  let home, server, folder, ids;
  const file = (name) => path.join(folder, name);
  const get = (query) => server.request('GET', `/api/download?${new URLSearchParams(query)}`);
  const options = (query, status) => server.api('GET', '/api/download/options', { query, status });
  const prepare = (list, status = 201) => server.api('POST', '/api/albumen/downloads', { json: { ids: list }, status });
  const copy = (sample, name) => {
    fs.mkdirSync(path.dirname(file(name)), { recursive: true });
    fs.copyFileSync(path.join(samples, sample), file(name));
  };
  // Every picture is another, or they would be copies of one.
  const jpeg = (name, more = 0) => {
    copy('formats/baseline.jpg', name);
    fs.appendFileSync(file(name), name);
    if (more) fs.truncateSync(file(name), fs.statSync(file(name)).size + more);
  };

  before(async () => {
    folder = temporaryFolder('downloads');
    jpeg('shot.jpg');
    copy('raw/no-preview.dng', 'shot.DNG');
    jpeg('alone.jpg');
    jpeg('été 日本.jpg');
    jpeg('other/alone.jpg');
    jpeg('large.jpg', 48 << 20);
    jpeg('late.jpg');
    jpeg('gone.jpg');
    home = newHome(engine);
    await scan(home, folder);
    server = await Server.start(home, { args: ['--no-watch'] }); // nobody notices what is gone
    ids = new Map();
    for (let id = 1; id <= 20; id++) {
      const { photos } = await server.get('/api/albumen/photos', { ids: id });
      for (const photo of photos) ids.set(path.relative(folder, photo.path), photo.id);
    }
  });
  after(async () => {
    await server?.stop();
    home?.remove();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  describe('of one photo', () => {
    it('are its own bytes under its own name', async () => {
      for (const [name, disposition] of [
        ['alone.jpg', 'attachment; filename="alone.jpg"'],
        ['été 日本.jpg', 'attachment; filename="_t_ __.jpg"; filename*=UTF-8\'\'%C3%A9t%C3%A9%20%E6%97%A5%E6%9C%AC.jpg'],
      ]) {
        const answer = await get({ path: file(name) });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers['content-type'], 'application/octet-stream');
        assert.equal(answer.headers['content-disposition'], disposition);
        assert.deepEqual(answer.body, fs.readFileSync(file(name)));
      }
    });

    it('develop a RAW file', async () => {
      const answer = await get({ path: file('shot.DNG') });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'image/jpeg');
      assert.equal(answer.headers['content-disposition'], 'attachment; filename="shot.jpg"');
      const { width, height } = decodeJpeg(answer.body);
      assert.deepEqual([width, height], [480, 320]);
    });

    it('give the RAW file as it is', async () => {
      for (const name of ['shot.jpg', 'shot.DNG']) {
        const answer = await get({ path: file(name), type: 'raw' });
        assert.equal(answer.headers['content-disposition'], 'attachment; filename="shot.DNG"');
        assert.deepEqual(answer.body, fs.readFileSync(file('shot.DNG')));
      }
      const none = await get({ path: file('alone.jpg'), type: 'raw' });
      assert.deepEqual(none.body, fs.readFileSync(file('alone.jpg')));
    });

    it('have no darktable profile', async () => {
      const query = { path: file('shot.jpg'), type: 'darktable', profile: 'Mono' };
      assert.deepEqual(await server.api('GET', '/api/download', { query, status: 400 }),
        { detail: 'Unknown darktable profile: Mono' });
      const none = await get({ path: file('alone.jpg'), type: 'darktable', profile: 'Mono' });
      assert.deepEqual(none.body, fs.readFileSync(file('alone.jpg')));
    });

    it('offer what there is', async () => {
      const original = { type: 'original', label: 'original' };
      const raw = { type: 'raw', label: 'raw', extension: 'dng' };
      assert.deepEqual(await options({ path: file('alone.jpg') }), { options: [original] });
      assert.deepEqual(await options({ path: file('shot.jpg') }), { options: [original, raw] });
      assert.deepEqual(await options({ path: file('shot.DNG'), is_shared: 'false' }), { options: [original, raw] });
      assert.deepEqual(await options({ path: file('shot.jpg'), is_shared: 'true' }), { options: [original] });
    });

    it('say what is wrong', async () => {
      for (const target of ['/api/download', '/api/download/options']) {
        const ask = (query, status) => server.api('GET', target, { query, status });
        assert.deepEqual(await ask({ path: '' }, 400), { detail: 'path required' });
        assert.deepEqual(await ask({}, 400), { detail: 'path required' });
        assert.deepEqual(await ask({ path: file('nowhere.jpg') }, 404), { detail: 'File not found' });
        fs.renameSync(file('gone.jpg'), file('away'));
        assert.deepEqual(await ask({ path: file('gone.jpg') }, 404), { detail: 'File not found on disk' });
        fs.renameSync(file('away'), file('gone.jpg'));
      }
      const query = { path: file('alone.jpg'), type: 'tiff' };
      await server.api('GET', '/api/download', { query, status: 422 });
    });

    it('may be gone on with', async () => {
      const whole = fs.readFileSync(file('alone.jpg'));
      const target = `/api/download?${new URLSearchParams({ path: file('alone.jpg') })}`;
      const answer = await server.request('GET', target, { headers: { range: 'bytes=100-' } });
      assert.equal(answer.status, 206);
      assert.deepEqual(answer.body, whole.subarray(100));
    });
  });

  describe('of many', () => {
    // The archive's entries, as unzip takes them out.
    const unpack = (bytes) => {
      const target = temporaryFolder('archive');
      fs.writeFileSync(path.join(target, 'a.zip'), bytes);
      execFileSync('unzip', ['-tqq', path.join(target, 'a.zip')]);
      execFileSync('unzip', ['-q', 'a.zip'], { cwd: target, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
      fs.rmSync(path.join(target, 'a.zip'));
      const entries = new Map(fs.readdirSync(target).map((name) => [name, fs.readFileSync(path.join(target, name))]));
      fs.rmSync(target, { recursive: true });
      return entries;
    };
    const fetch = async (names) => {
      const { url } = await prepare(names.map((name) => ids.get(name)));
      const answer = await server.request('GET', url);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'application/zip');
      assert.equal(answer.headers['content-disposition'], 'attachment; filename="photos.zip"');
      assert.equal(Number(answer.headers['content-length']), answer.body.length);
      return unpack(answer.body);
    };

    it('come in one archive', async () => {
      const names = ['alone.jpg', 'été 日本.jpg', 'shot.DNG', 'other/alone.jpg', 'large.jpg'];
      const entries = await fetch(names);
      assert.deepEqual([...entries.keys()].sort(),
        ['alone (2).jpg', 'alone.jpg', 'large.jpg', 'shot.DNG', 'été 日本.jpg']);
      assert.ok(entries.get('alone (2).jpg').equals(fs.readFileSync(file('other/alone.jpg'))));
      for (const name of ['alone.jpg', 'été 日本.jpg', 'shot.DNG', 'large.jpg']) {
        assert.ok(entries.get(name).equals(fs.readFileSync(file(name))), name);
      }
    });

    it('name what is missing', async () => {
      fs.renameSync(file('gone.jpg'), file('away'));
      const entries = await fetch(['gone.jpg', 'alone.jpg']);
      fs.renameSync(file('away'), file('gone.jpg'));
      assert.deepEqual([...entries.keys()].sort(), ['alone.jpg', 'not in this archive.txt']);
      assert.ok(entries.get('not in this archive.txt').toString().startsWith(`${file('gone.jpg')}: `));
    });

    it('may be asked for again, and only by their address', async () => {
      const { url, photos } = await prepare([ids.get('alone.jpg'), 9e9]);
      assert.equal(photos, 1);
      for (let i = 0; i < 2; i++) assert.equal((await server.request('GET', url)).status, 200);
      const head = await server.request('HEAD', url);
      assert.equal(head.status, 200);
      for (const other of [`/api/albumen/downloads/${'0'.repeat(32)}`, `${url}0`]) {
        await server.api('GET', other, { status: 404 });
      }
      // Who is not at this machine is nobody, and nobody finds nothing.
      const stranger = await server.request('GET', url, { headers: { host: 'elsewhere.example' } });
      assert.ok([401, 404].includes(stranger.status));
    });

    it('break off when a file vanishes meanwhile', async () => {
      const { url } = await prepare([ids.get('large.jpg'), ids.get('late.jpg')]);
      const { hostname, port } = new URL(server.url);
      const received = await new Promise((resolve, reject) => {
        const socket = net.connect(Number(port), hostname);
        let length = 0, head;
        socket.on('error', reject);
        socket.on('close', () => resolve({ head, length }));
        socket.on('data', (bytes) => {
          length += bytes.length;
          if (head) return;
          head = bytes.toString('latin1').split('\r\n\r\n')[0];
          length -= head.length + 4;
          fs.rmSync(file('late.jpg'));
        });
        socket.write(`GET ${url} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
      });
      const promised = Number(/content-length: (\d+)/i.exec(received.head)[1]);
      assert.ok(received.length > 40 << 20, `${received.length}`);
      assert.ok(received.length < promised, `${received.length} of ${promised}`);
      assert.equal((await server.get('/health')).status, 'ok');
    });

    it('have bounds', async () => {
      await prepare([], 422);
      await prepare(['x'], 422);
      await prepare([9e9], 404);
      await prepare(Array.from({ length: 10_001 }, (_, i) => i + 1), 422);
      const many = Array.from({ length: 10_000 }, (_, i) => i + 1);
      assert.equal((await prepare(many)).photos, ids.size);
    });
  });
});
