// A library whose folders change while it is looked at: by the watch, by scans, by people.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, run, scan, Server, temporaryFolder } from './harness.mjs';

const picture = fs.readFileSync(path.join(corpus().photos, 'formats/baseline.jpg'));
// A picture like no other: what follows a JPEG's end is not looked at, but hashed.
const bytes = (n) => Buffer.concat([picture, Buffer.from(`picture ${n}`)]);

// Long enough for any machine: only a test that fails waits for it.
const PATIENCE_MS = 120_000;
async function until(what, holds) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await holds();
    if (value) return value;
    assert.ok(Date.now() < end, `${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const names = async (server) => (await server.allPhotos()).map(({ filename }) => filename).sort();
const shows = (server, ...expected) =>
  until(`showing ${expected}`, async () => `${await names(server)}` === `${expected}`);
const settled = (server) =>
  until('the end of the scan', async () => {
    const { scan: last } = await server.get('/api/albumen/library');
    return last && !['queued', 'running'].includes(last.state) && last;
  });
const post = (server, target, json = {}, status = undefined) =>
  server.api('POST', `/api/albumen/${target}`, { json, ...(status && { status }) });
const problem = async (server, method, target, json) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await server.request(method, target, { headers, body: JSON.stringify(json) });
  return [answer.status, JSON.parse(answer.body.toString('utf8')).detail];
};
const scanNow = async (server, json = {}) => {
  await settled(server);
  await post(server, 'scans', json, 202);
  return settled(server);
};
const rate = (server, file, rating) =>
  server.api('POST', '/api/photo/set_rating', { json: { photo_path: file, rating } });
const rated = async (server) =>
  new Map((await server.allPhotos()).map((photo) => [photo.filename, photo.star_rating]));

onEachEngine('a watched folder', (engine) => {
  let home, photos, server;
  const place = (name) => path.join(photos, name);
  before(async () => {
    home = newHome(engine);
    photos = temporaryFolder('watched');
    server = await Server.start(home, { args: ['--photos', photos] });
    await until('watching', async () => (await server.get('/api/albumen/sources')).sources[0].watched);
  });
  after(async () => {
    await server.stop();
    home.remove();
    fs.rmSync(photos, { recursive: true });
  });

  it('shows a file as soon as it is there, under whatever name', async () => {
    fs.writeFileSync(place('a.jpg'), bytes('a'));
    await shows(server, 'a.jpg');
    await rate(server, place('a.jpg'), 5);
    fs.renameSync(place('a.jpg'), place('b.jpg'));
    await shows(server, 'b.jpg');
    assert.equal((await rated(server)).get('b.jpg'), 5);
  });

  it('shows what is in new folders, and nothing of those that went', async () => {
    fs.mkdirSync(place('new/er'), { recursive: true });
    fs.writeFileSync(place('new/er/c.jpg'), bytes('c'));
    await shows(server, 'b.jpg', 'c.jpg');
    fs.rmSync(place('new'), { recursive: true });
    await shows(server, 'b.jpg');
  });

  it('reads a sidecar when it comes, changes and goes, and never writes one', async () => {
    const sidecar = (stars) =>
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="${stars}"/></rdf:RDF></x:xmpmeta>`;
    const stars = (expected) =>
      until(`${expected} stars`, async () => (await rated(server)).get('s.jpg') === expected);
    fs.writeFileSync(place('s.jpg'), bytes('s'));
    await stars(0);
    fs.writeFileSync(place('s.XMP'), sidecar(2));
    await stars(2);
    fs.writeFileSync(place('s.jpg.xmp'), sidecar(4));
    await stars(4);
    assert.equal(fs.readFileSync(place('s.jpg.xmp'), 'utf8'), sidecar(4));
    fs.rmSync(place('s.jpg.xmp'));
    fs.rmSync(place('s.XMP'));
    await stars(0);
    fs.rmSync(place('s.jpg'));
    await shows(server, 'b.jpg');
  });

  it('tells whoever follows', async () => {
    const events = [];
    const { hostname, port } = new URL(server.url);
    const asking = http.get({ hostname, port, path: '/api/albumen/events', agent: false });
    const answer = await new Promise((resolve) => asking.on('response', resolve));
    assert.equal(answer.statusCode, 200);
    assert.match(answer.headers['content-type'], /^text\/event-stream/);
    let text = '';
    answer.on('data', (part) => {
      text += part;
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const found = /^event: (\w+)\ndata: (.*)$/m.exec(text.slice(0, end));
        if (found) events.push([found[1], JSON.parse(found[2])]);
      }
    });
    answer.on('error', () => {});
    const last = (name) => events.filter(([kind]) => kind === name).pop()?.[1];
    await until('the first events', () => last('library') && last('scan'));
    const { version } = last('library');
    fs.writeFileSync(place('z.jpg'), bytes('z'));
    await shows(server, 'b.jpg', 'z.jpg');
    await until('a new version', () => last('library').version > version);
    await post(server, 'scans', {}, 202);
    await until('a new scan', () => last('scan').done === 2 && last('scan').state === 'done');
    asking.destroy();
    fs.rmSync(place('z.jpg'));
    await shows(server, 'b.jpg');
  });
});

onEachEngine('what moves', (engine) => {
  it('keeps its photos: a folder of 200, without one being read again', async () => {
    const home = newHome(engine);
    const photos = temporaryFolder('moves');
    fs.mkdirSync(path.join(photos, 'old/deep'), { recursive: true });
    for (let n = 0; n < 200; n++) {
      fs.writeFileSync(path.join(photos, `old/deep/p${n}.jpg`), bytes(n));
    }
    assert.equal((await scan(home, photos)).indexed, 200);
    let server = await Server.start(home, { args: ['--no-watch'] });
    await settled(server);
    for (const n of [0, 7, 199]) await rate(server, path.join(photos, `old/deep/p${n}.jpg`), 3);
    await server.stop();

    fs.renameSync(path.join(photos, 'old'), path.join(photos, 'a new name'));
    const moved = await scan(home, photos);
    assert.deepEqual([moved.indexed, moved.moved, moved.failed, moved.missing], [200, 200, 0, 0]);
    const again = await scan(home, photos);
    assert.deepEqual([again.unchanged, again.missing], [200, 0]);
    server = await Server.start(home, { args: ['--no-watch'] });
    const stars = await rated(server);
    assert.equal(stars.size, 200);
    assert.deepEqual([0, 7, 199, 1].map((n) => stars.get(`p${n}.jpg`)), [3, 3, 3, 0]);
    await server.stop();
    home.remove();
    fs.rmSync(photos, { recursive: true });
  });
});

onEachEngine('the folders of a library', (engine) => {
  let home, one, two, server;
  before(async () => {
    home = newHome(engine);
    one = temporaryFolder('one');
    two = temporaryFolder('two');
    fs.writeFileSync(path.join(one, 'a.jpg'), bytes('a'));
    fs.writeFileSync(path.join(two, 'b.jpg'), bytes('b'));
    server = await Server.start(home, { args: ['--no-watch'] });
  });
  after(async () => {
    await server.stop();
    home.remove();
    for (const folder of [one, two]) fs.rmSync(folder, { recursive: true, force: true });
  });
  const add = async (folder) => {
    const source = await post(server, 'sources', { path: folder }, 201);
    await settled(server);
    return source;
  };
  const listed = async () => (await server.get('/api/albumen/sources')).sources;

  it('can be added, and are scanned at once', async () => {
    const source = await add(one);
    assert.deepEqual([source.path, source.watched, source.is_uploads], [one, false, false]);
    await add(two);
    await shows(server, 'a.jpg', 'b.jpg');
    assert.deepEqual((await listed()).map(({ photos }) => photos), [1, 1]);
    assert.equal((await add(one)).id, source.id); // once
  });

  it('must be there, be folders, lie apart and hold nothing of ours', async () => {
    const refused = async (folder, reason) => {
      const [status, detail] = await problem(server, 'POST', '/api/albumen/sources', { path: folder });
      assert.equal(status, 400, folder);
      assert.match(detail, reason);
    };
    fs.mkdirSync(path.join(one, 'sub'));
    await refused(path.join(one, 'none'), /No such file/);
    await refused(path.join(one, 'a.jpg'), /not a folder/);
    await refused('relative/path', /absolute/);
    await refused(path.join(one, 'sub'), /overlaps/);
    await refused(path.dirname(one), /overlaps|own data/);
    await refused(home.data, /own data/);
    await refused(path.join(home.data, 'thumbs'), /own data/);
    await refused('/', /overlaps|own data/);
  });

  it('take their photos with them, and bring them back as they were', async () => {
    await rate(server, path.join(two, 'b.jpg'), 4);
    const { id } = (await listed()).find(({ path: p }) => p === two);
    await server.api('DELETE', `/api/albumen/sources/${id}`);
    await shows(server, 'a.jpg');
    assert.equal((await listed()).length, 1);
    assert.equal((await problem(server, 'DELETE', `/api/albumen/sources/${id}`))[0], 404);
    const [, detail] = await problem(server, 'DELETE', '/api/albumen/sources/99999');
    assert.match(detail, /no such folder/);
    const { id: again } = await post(server, 'sources', { path: two }, 201);
    assert.equal(again, id);
    await shows(server, 'a.jpg', 'b.jpg'); // at once, before any scan needs to end
    assert.equal((await rated(server)).get('b.jpg'), 4);
    await settled(server);
  });

  it('that vanish lose nothing, unless somebody says so', async () => {
    const away = `${two}-away`;
    fs.renameSync(two, away);
    assert.equal((await scanNow(server)).state, 'failed');
    fs.mkdirSync(two); // as a mount point without its disk
    const failed = await scanNow(server);
    assert.equal(failed.state, 'failed');
    assert.match(failed.error, /may not be mounted/);
    await shows(server, 'a.jpg', 'b.jpg');
    assert.equal((await scanNow(server, { accept_empty: true })).missing, 1);
    await shows(server, 'a.jpg');
    fs.rmdirSync(two);
    fs.renameSync(away, two);
    await scanNow(server);
    await shows(server, 'a.jpg', 'b.jpg');
    assert.equal((await rated(server)).get('b.jpg'), 4);
  });

  it('say which of their folders and files cannot be read, until they can', async (t) => {
    if (process.getuid() === 0) return t.skip('root may read everything');
    const locked = path.join(one, 'sub');
    fs.writeFileSync(path.join(locked, 'c.jpg'), bytes('c'));
    fs.chmodSync(locked, 0);
    await scanNow(server);
    const { failures } = await server.get('/api/albumen/failures');
    assert.deepEqual(failures.map(({ path: p, code }) => [p, code]), [[locked, 'forbidden']]);
    fs.chmodSync(locked, 0o700);
    await scanNow(server);
    assert.equal((await server.get('/api/albumen/failures')).total, 0);
    await shows(server, 'a.jpg', 'b.jpg', 'c.jpg');
    fs.rmSync(path.join(locked, 'c.jpg'));
    await scanNow(server);
  });

  it('are read again where that failed, when somebody asks', async () => {
    const bad = path.join(one, 'bad.jpg');
    fs.writeFileSync(bad, 'no picture');
    await scanNow(server);
    const when = async () => (await server.get('/api/albumen/failures')).failures[0].failed_at;
    const first = await when();
    await scanNow(server);
    assert.equal(await when(), first);
    await until('a later failure', async () => {
      await scanNow(server, { retry_failed: true });
      return (await when()) !== first;
    });
    fs.rmSync(bad);
    await scanNow(server);
  });

  it('index what was removed only when asked', async () => {
    const tiles = await server.get('/api/albumen/photos', { ids: '1,2,3,4' });
    const { id } = tiles.photos.find(({ filename }) => filename === 'a.jpg');
    await post(server, 'removed', { ids: [id] });
    fs.renameSync(path.join(one, 'a.jpg'), path.join(one, 'moved.jpg'));
    await scanNow(server);
    await shows(server, 'b.jpg');
    await scanNow(server, { include_removed: true });
    await shows(server, 'b.jpg', 'moved.jpg');
    await post(server, 'removed', { ids: [id] });
    const again = await run(['scan', ...home.args, '--include-removed', '--json']);
    assert.equal(again.status, 0, again.stderr);
    await shows(server, 'b.jpg', 'moved.jpg');
  });

  it('may be chosen, and a scan may be stopped', async () => {
    const { id } = (await listed()).find(({ path: p }) => p === one);
    assert.equal((await scanNow(server, { sources: [id] })).found, 1);
    for (let n = 0; n < 400; n++) fs.writeFileSync(path.join(one, `many${n}.jpg`), bytes(`m${n}`));
    await post(server, 'scans', {}, 202);
    assert.equal((await post(server, 'scans/cancel')).cancelled, 1);
    assert.equal((await settled(server)).state, 'cancelled');
    const { photos } = await server.get('/api/albumen/library');
    assert.ok(photos <= 402);
    await until('rest', async () => (await scanNow(server)).state === 'done');
    assert.equal((await server.get('/api/albumen/library')).photos, 402);
  });
});

onEachEngine('a disk', (engine) => {
  const mounts = (t) => {
    const folder = temporaryFolder('mount');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' });
      execFileSync('umount', [folder]);
      return true;
    } catch {
      t.skip('nothing may be mounted here');
      return false;
    } finally {
      fs.rmdirSync(folder);
    }
  };

  it('that is unmounted while the server runs takes nothing with it', async (t) => {
    if (!mounts(t)) return;
    const home = newHome(engine);
    const disk = temporaryFolder('disk');
    const backing = temporaryFolder('backing');
    fs.writeFileSync(path.join(backing, 'a.jpg'), bytes('a'));
    execFileSync('mount', ['--bind', backing, disk]);
    const server = await Server.start(home, { args: ['--photos', disk] });
    try {
      await shows(server, 'a.jpg');
      await rate(server, path.join(disk, 'a.jpg'), 2);
      execFileSync('umount', [disk]);
      assert.equal((await scanNow(server)).state, 'failed');
      await shows(server, 'a.jpg');
      fs.writeFileSync(path.join(backing, 'b.jpg'), bytes('b'));
      execFileSync('mount', ['--bind', backing, disk]);
      await shows(server, 'a.jpg', 'b.jpg'); // the watch notices that it is there again
      assert.equal((await rated(server)).get('a.jpg'), 2);
    } finally {
      await server.stop();
      execFileSync('umount', [disk]);
      home.remove();
      for (const folder of [disk, backing]) fs.rmSync(folder, { recursive: true });
    }
  });

  it('that is full costs no picture its row, and the next scan goes on', async (t) => {
    if (!mounts(t)) return;
    const home = newHome(engine);
    const photos = temporaryFolder('photos');
    for (let n = 0; n < 60; n++) fs.writeFileSync(path.join(photos, `p${n}.jpg`), bytes(n));
    const thumbs = path.join(home.data, 'thumbs');
    fs.mkdirSync(thumbs);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', thumbs]);
    const full = await run(['scan', ...home.args, '--json', photos]);
    execFileSync('umount', [thumbs]);
    assert.equal(full.status, 1);
    assert.match(full.stderr, /space/i);
    const after = await scan(home, photos);
    assert.equal(after.indexed + after.unchanged, 60);
    assert.ok(after.indexed > 0);
    assert.equal(after.failed, 0);
    const server = await Server.start(home, { args: ['--no-watch'] });
    for (const photo of await server.allPhotos()) {
      const query = new URLSearchParams({ path: photo.path });
      assert.equal((await server.request('GET', `/thumbnail?${query}`)).status, 200);
    }
    await server.stop();
    home.remove();
    fs.rmSync(photos, { recursive: true });
  });
});

onEachEngine("Facet's scan", (engine) => {
  let home, photos, server, token;
  const enable = (on) =>
    fs.writeFileSync(
      path.join(home.data, 'scoring.json'),
      JSON.stringify({ viewer: { features: { show_scan_button: on } } }),
    );
  before(() => {
    home = newHome(engine);
    photos = temporaryFolder('scanned');
    for (let n = 0; n < 5; n++) fs.writeFileSync(path.join(photos, `p${n}.jpg`), bytes(n));
  });
  after(() => {
    home.remove();
    fs.rmSync(photos, { recursive: true });
  });
  const asked = async (method, target, json) => {
    const headers = { 'content-type': 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    const options = { headers, body: json && JSON.stringify(json) };
    const answer = await server.request(method, `/api/scan/${target}`, options);
    return [answer.status, JSON.parse(answer.body.toString('utf8'))];
  };

  it('is there with accounts alone, for superadmins, where it is switched on', async () => {
    server = await Server.start(home, { args: ['--no-watch', '--photos', photos] });
    assert.deepEqual(await asked('GET', 'status'), [403, { detail: 'Multi-user mode required' }]);
    await settled(server);
    await server.api('POST', '/api/albumen/users', {
      json: { username: 'sue', password: 'correct horse battery', role: 'superadmin' },
      status: 201,
    });
    assert.equal((await asked('GET', 'status'))[0], 401);
    const login = await server.api('POST', '/api/auth/login', {
      json: { username: 'sue', password: 'correct horse battery' },
    });
    token = login.access_token ?? login.token;
    assert.deepEqual(await asked('GET', 'status'), [403, { detail: 'Scan feature not enabled' }]);
    await server.stop();
  });

  it('scans what is configured, one at a time, and says how it goes', async () => {
    enable(true);
    server = await Server.start(home, { args: ['--no-watch'] });
    const [, { directories }] = await asked('GET', 'directories');
    assert.deepEqual(directories, [{ path: photos, owner: 'shared' }]);
    const start = (...list) => asked('POST', 'start', { directories: list });
    await until('the first scan', async () => (await start('/zz'))[0] === 400);
    assert.deepEqual(await start('/zz'), [400, { detail: 'Directory not configured: /zz' }]);
    assert.deepEqual(await start(), [400, { detail: 'No directories specified' }]);
    for (let n = 5; n < 60; n++) fs.writeFileSync(path.join(photos, `p${n}.jpg`), bytes(n));
    const [status, started] = await start(photos);
    assert.equal(status, 200);
    assert.deepEqual({ ...started, pid: 0 }, {
      success: true, message: 'Scan started', directories: [photos], pid: 0,
    });
    assert.deepEqual(await start(photos), [409, { detail: 'A scan is already running' }]);

    const answer = await server.request('GET', `/api/scan/stream?lines=50&token=${token}`);
    assert.equal(answer.status, 200);
    const events = answer.body.toString('utf8').split('\n\n').filter((event) => /^data: /.test(event));
    const told = events.map((event) => JSON.parse(event.slice('data: '.length)));
    assert.equal(told[0].running, true);
    const last = told.pop();
    assert.deepEqual([last.running, last.exit_code, last.directories], [false, 0, [photos]]);
    assert.match(last.output.pop(), /^60 pictures found: 55 indexed/);
    const [, ended] = await asked('GET', 'status?lines=1');
    assert.deepEqual([ended.running, ended.exit_code, ended.output.length], [false, 0, 1]);
    assert.equal((await asked('GET', 'status'))[1].elapsed_seconds, ended.elapsed_seconds);

    const none = await server.request('GET', '/api/scan/stream');
    assert.equal(none.status, 401);
    assert.equal(JSON.parse(none.body.toString('utf8')).detail, 'Authentication required');
    await server.stop();
  });
});
