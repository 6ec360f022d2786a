// Files that people send: tus and forms.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { corpus, newHome, onEachEngine, Server } from './harness.mjs';

const TUS = { 'tus-resumable': '1.0.0' };
const BYTES = { ...TUS, 'content-type': 'application/offset+octet-stream' };

const base64 = (text) => Buffer.from(text).toString('base64');
const metadata = (values) =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${base64(value)}`)
    .join(',');

// Two pictures of different content.
const { photos, files } = corpus();
const contents = files
  .filter((file) => file.outcome === 'indexed' && file.format === 'jpeg' && /^[ -~]+$/.test(file.path))
  .map((file) => fs.readFileSync(path.join(photos, file.path)));
const picture = contents[0];
const another = contents.find((content) => !content.equals(picture));

onEachEngine('uploads', (engine) => {
  let home, server;
  before(async () => {
    home = newHome(engine);
    server = await Server.start(home);
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    home.remove();
  });

  const begin = (name, length, more = {}, options = {}) =>
    server.request('POST', '/api/albumen/uploads', {
      headers: {
        ...TUS,
        'upload-length': `${length}`,
        'upload-metadata': metadata({ filename: name, ...more }),
        ...options.headers,
      },
      body: options.body,
    });

  const patch = (location, offset, body, headers = {}) =>
    server.request('PATCH', location, {
      headers: { ...BYTES, 'upload-offset': `${offset}`, 'content-length': `${body.length}`, ...headers },
      body,
    });

  const send = async (name, bytes, more) => {
    const begun = await begin(name, bytes.length, more);
    assert.equal(begun.status, 201, begun.body.toString());
    const sent = await patch(begun.headers.location, 0, bytes);
    assert.equal(sent.status, 204, sent.body.toString());
    return { location: begun.headers.location, sent };
  };

  const state = (location) => server.get(location);
  const uploads = () =>
    fs
      .readdirSync(path.join(home.data, 'uploads'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(home.data, path.join(entry.path, entry.name)))
      .sort();

  // Until the scan that an upload asked for has shown so many photos.
  const photosShown = async (count) => {
    for (;;) {
      const { total } = await server.get('/api/photos', { hide_duplicates: 'false' });
      if (total >= count) return total;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  test('a file arrives in pieces, survives a lost connection, and is shown', async () => {
    const begun = await begin('Holiday.JPG', picture.length, { lastModified: '1577934245000' });
    assert.equal(begun.status, 201);
    const { location } = begun.headers;
    assert.match(location, /^\/api\/albumen\/uploads\/[0-9a-f]{32}$/);
    assert.equal(begun.headers['upload-offset'], '0');
    assert.ok(Date.parse(begun.headers['upload-expires']) > Date.now());
    const first = await patch(location, 0, picture.subarray(0, 1000));
    assert.equal(first.status, 204);
    assert.equal(first.headers['upload-offset'], '1000');
    // A client that leaves in the middle: what came is kept.
    const head =
      `PATCH ${location} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 1000\r\n` +
      `Content-Type: application/offset+octet-stream\r\nContent-Length: 2000\r\n\r\n`;
    const socket = await server.connect();
    socket.write(Buffer.concat([Buffer.from(head), picture.subarray(1000, 1500)]));
    while ((await state(location)).offset < 1500) await new Promise((next) => setTimeout(next, 10));
    socket.destroy();
    const asked = await server.request('HEAD', location, { headers: TUS });
    assert.equal(asked.status, 200);
    assert.equal(asked.headers['upload-offset'], '1500');
    assert.equal(asked.headers['upload-length'], `${picture.length}`);
    assert.equal(asked.headers['cache-control'], 'no-store');
    assert.match(asked.headers['upload-metadata'], /^filename /);
    let rest;
    do rest = await patch(location, 1500, picture.subarray(1500)); // free again when the server has noticed
    while (rest.status === 409);
    assert.equal(rest.status, 204, rest.body.toString());
    const done = await state(location);
    assert.equal(done.done, true);
    assert.equal(done.offset, picture.length);
    assert.match(done.path, /\/uploads\/\d{4}\/\d{2}\/Holiday\.JPG$/);
    assert.deepEqual(fs.readFileSync(done.path), picture);
    assert.equal(Math.round(fs.statSync(done.path).mtimeMs), 1577934245000);
    await photosShown(1);
    const { photos: shown } = await server.get('/api/photos');
    assert.equal(shown[0].filename, 'Holiday.JPG');
  });

  test('names are metadata: no path, nothing hidden, nothing but pictures', async () => {
    const cases = {
      '../../../etc/evil.jpg': 'evil.jpg',
      'C:\\pictures\\win.jpg': 'win.jpg',
      '/absolute.png': 'absolute.png',
      'a/b\u0001c\n.jpg': 'bc.jpg',
      'what?*.jpg': 'what__.jpg',
      [`${'ä'.repeat(300)}.jpg`]: undefined,
      'photo.jpg.xmp': 'photo.jpg.xmp',
    };
    for (const [name, kept] of Object.entries(cases)) {
      const begun = await begin(name, 10);
      assert.equal(begun.status, 201, name);
      const { filename } = await state(begun.headers.location);
      if (kept) assert.equal(filename, kept);
      assert.ok(Buffer.byteLength(filename) <= 200 && !/[/\\]/.test(filename) && filename[0] !== '.');
      assert.equal((await server.request('DELETE', begun.headers.location, { headers: TUS })).status, 204);
    }
    for (const name of ['.hidden.jpg', '._photo.jpg', '.jpg', 'page.html', 'x', '', 'run.jpg.exe']) {
      const refused = await begin(name, 10);
      assert.equal(refused.status, 415, name);
      assert.match(JSON.parse(refused.body).detail, /no picture/);
    }
    assert.deepEqual(fs.readdirSync(path.join(home.data, 'uploads/.partial')), []);
  });

  test('what is wrong is told in words, and changes nothing', async () => {
    const begun = await begin('a.jpg', 1000);
    const { location } = begun.headers;
    const half = picture.subarray(0, 500);
    assert.equal((await patch(location, 5, half)).status, 409);
    assert.equal((await patch(location, 'x', half)).status, 400);
    assert.equal((await patch(location, '-1', half)).status, 400);
    assert.equal((await patch(location, 0, half, { 'content-type': 'image/jpeg' })).status, 415);
    assert.equal((await patch(location, 0, half, { 'tus-resumable': '0.2.2' })).status, 412);
    assert.equal((await patch(location, 0, picture.subarray(0, 1001))).status, 413);
    assert.equal((await state(location)).offset, 0);
    assert.equal((await patch(location, 0, half)).status, 204);
    const gone = location.replace(/.{4}$/, '0000');
    assert.equal((await patch(gone, 0, half)).status, 404);
    assert.equal((await patch('/api/albumen/uploads/nonsense', 0, half)).status, 422);
    assert.equal((await server.request('DELETE', location, { headers: TUS })).status, 204);
    assert.equal((await patch(location, 500, half)).status, 404);
    for (const [headers, status] of [
      [{ 'upload-length': '0', 'upload-metadata': 'filename eC5qcGc=' }, 400],
      [{ 'upload-length': '-5', 'upload-metadata': 'filename eC5qcGc=' }, 400],
      [{ 'upload-length': '99999999999999', 'upload-metadata': 'filename eC5qcGc=' }, 413],
      [{ 'upload-defer-length': '1', 'upload-metadata': 'filename eC5qcGc=' }, 400],
      [{ 'upload-length': '5' }, 400],
      [{ 'upload-length': '5', 'upload-metadata': 'filename x$x' }, 400],
    ]) {
      const answer = await server.request('POST', '/api/albumen/uploads', { headers: { ...TUS, ...headers } });
      assert.equal(answer.status, status, JSON.stringify(headers));
      assert.equal(answer.headers['tus-resumable'], '1.0.0');
    }
    const options = await server.request('OPTIONS', '/api/albumen/uploads');
    assert.equal(options.headers['tus-version'], '1.0.0');
    assert.match(options.headers['tus-extension'], /creation.*expiration.*termination/);
    assert.ok(Number(options.headers['tus-max-size']) > 1e9);
  });

  test('one request at a time writes an upload', async () => {
    const begun = await begin('b.jpg', 1000);
    const { location } = begun.headers;
    const socket = await server.connect();
    socket.write(
      `PATCH ${location} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n` +
        `Content-Type: application/offset+octet-stream\r\nContent-Length: 1000\r\n\r\n` + 'a'.repeat(100),
    );
    while ((await state(location)).offset < 100) await new Promise((next) => setTimeout(next, 10));
    const second = await patch(location, 100, Buffer.alloc(10));
    assert.equal(second.status, 409);
    assert.match(JSON.parse(second.body).detail, /Another request/);
    assert.equal((await server.request('DELETE', location, { headers: TUS })).status, 409);
    socket.destroy();
    let deleted;
    do deleted = await server.request('DELETE', location, { headers: TUS });
    while (deleted.status === 409);
    assert.equal(deleted.status, 204);
  });

  test('the first bytes may come with the beginning', async () => {
    const begun = await begin('c.jpg', another.length, {}, { headers: BYTES, body: another });
    assert.equal(begun.status, 201);
    assert.equal(begun.headers['upload-offset'], `${another.length}`);
    const done = await state(begun.headers.location);
    assert.equal(done.done, true);
    assert.deepEqual(fs.readFileSync(done.path), another);
  });

  test('two of one name lie side by side; a known content is passed over when asked', async () => {
    const known = await photosShown(2);
    const { location } = await send('Holiday.JPG', picture);
    assert.match((await state(location)).path, /Holiday \(2\)\.JPG$/);
    await photosShown(known + 1);
    const before = uploads();
    const again = await send('Holiday.JPG', picture, { skip_duplicates: '1' });
    assert.match(again.sent.headers['albumen-duplicate-of'], /^\d+$/);
    const passed = await state(again.location);
    assert.equal(passed.done, true);
    assert.equal(passed.path, null);
    assert.deepEqual(uploads(), before);
  });

  const form = (parts, boundary = 'limit') => ({
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([
      ...parts.flatMap(([disposition, bytes]) => [
        Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
        Buffer.from(bytes),
        Buffer.from('\r\n'),
      ]),
      Buffer.from(`--${boundary}--\r\n`),
    ]),
  });

  test('a form brings many files, and tells of each', async () => {
    const sent = form([
      ['name="file"; filename="one.jpg"', picture],
      ['name="file"; filename="page.html"', '<p>'],
      ['name="comment"', 'words'],
      ['name="file"; filename="two.jpg"', another],
      ['name="file"; filename="empty.jpg"', ''],
      ['name="skip_duplicates"', '1'],
      ['name="file"; filename="three.jpg"', picture],
    ]);
    const answer = await server.api('POST', '/api/albumen/photos', {
      headers: { ...sent.headers },
      status: 201,
      body: sent.body,
    });
    assert.deepEqual(answer.uploaded.map(({ filename }) => filename), ['one.jpg', 'two.jpg', 'three.jpg']);
    assert.deepEqual(fs.readFileSync(answer.uploaded[0].path), picture);
    assert.deepEqual(fs.readFileSync(answer.uploaded[1].path), another);
    assert.equal(answer.uploaded[2].path, null);
    assert.ok(answer.uploaded[2].duplicate_of > 0);
    assert.deepEqual(answer.refused.map(({ filename }) => filename), ['page.html', 'empty.jpg']);
    assert.deepEqual(fs.readdirSync(path.join(home.data, 'uploads/.partial')), []);
  });

  test('a form that is none leaves nothing behind', async () => {
    const whole = form([['name="file"; filename="half.jpg"', picture]]);
    const cut = { ...whole, body: whole.body.subarray(0, whole.body.length - 20) };
    assert.equal((await server.request('POST', '/api/albumen/photos', cut)).status, 400);
    const json = { headers: { 'content-type': 'application/json' }, body: '{}' };
    assert.equal((await server.request('POST', '/api/albumen/photos', json)).status, 415);
    const socket = await server.connect();
    socket.write(
      'POST /api/albumen/photos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n' +
        'Content-Type: multipart/form-data; boundary=limit\r\n\r\n',
    );
    socket.write(whole.body.subarray(0, 2000));
    const partial = path.join(home.data, 'uploads/.partial');
    while (fs.readdirSync(partial).length === 0) await new Promise((next) => setTimeout(next, 10));
    socket.destroy();
    while (fs.readdirSync(partial).length > 0) await new Promise((next) => setTimeout(next, 10));
    assert.ok(uploads().every((name) => !name.includes('half')));
  });
});
