// Clients that are slow, broken or hostile: afterwards the server answers as before, and holds no more
// than it did.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, it } from 'node:test';
import { newHome, onEachEngine, Server } from './harness.mjs';

const HOST = 'Host: localhost\r\n';
const GET = `GET /health HTTP/1.1\r\n${HOST}\r\n`;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

onEachEngine('in bad weather', (engine) => {
  if (engine !== 'sqlite') return; // no database is asked for any of it
  let home, server;
  before(async () => {
    home = newHome(engine);
    server = await Server.start(home);
    await alive();
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    home.remove();
  });

  const alive = async () => assert.equal((await server.request('GET', '/health')).status, 200);
  const proc = (file) => `/proc/${server.process.pid}/${file}`;
  const descriptors = () => fs.readdirSync(proc('fd')).length;
  const residentMiB = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(proc('status'), 'utf8'))[1]) / 1024;

  // What the program itself holds; a sanitizer keeps what was freed, and more.
  const heldLessThan = (mib, before) => {
    if (fs.readFileSync(proc('maps'), 'utf8').includes('libasan')) return;
    const now = residentMiB();
    assert.ok(now - before < mib, `${now} MiB, ${before} before`);
  };

  // Waits until what the misbehaving clients held is free again.
  const settled = async (before) => {
    while (descriptors() > before + 8) await sleep(20);
    await alive();
  };

  // So many connections, each of which has sent `bytes`.
  const connect = async (count, bytes) => {
    const sockets = [];
    for (let i = 0; i < count; i += 200) {
      const some = await Promise.all(Array.from({ length: Math.min(200, count - i) }, () => server.connect()));
      for (const socket of some) {
        socket.on('error', () => {});
        if (bytes) socket.write(bytes);
      }
      sockets.push(...some);
    }
    return sockets;
  };

  // The statuses of all answers on a connection that the server closes.
  const statuses = async (bytes) => {
    const text = await server.raw(bytes);
    return [...text.matchAll(/HTTP\/1\.1 (\d+) [^\r]*\r\nDate/g)].map((match) => Number(match[1]));
  };

  it('slow headers and slow bodies hold up nobody', async () => {
    const before = descriptors();
    const sockets = await connect(200, 'GET /health HTT');
    sockets.push(...(await connect(200, `POST /api/albumen/scans HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\n{`)));
    sockets.push(...(await connect(50, `POST /api/albumen/photos HTTP/1.1\r\n${HOST}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9999\r\n\r\n--b`)));
    for (let round = 0; round < 5; round++) {
      for (const socket of sockets) socket.write('P');
      await alive();
    }
    for (const socket of sockets) socket.destroy();
    await settled(before);
  });

  it('10,000 idle connections, and a page is served', async () => {
    const before = descriptors();
    const memory = residentMiB();
    const allowed = Number(/Max open files\s+(\d+)/.exec(fs.readFileSync(proc('limits'), 'utf8'))[1]);
    const count = Math.min(10_000, allowed - 600);
    const sockets = await connect(count);
    const page = await server.request('GET', '/');
    assert.equal(page.status, 200);
    assert.match(page.body.toString(), /<html/);
    assert.ok(descriptors() > count, 'all of them are open');
    // 32 KiB are set aside for the headers of each, and little more.
    heldLessThan((count * 48) / 1024 + 64, memory);
    for (const socket of sockets) socket.destroy();
    await settled(before);
  });

  it('more connections than there are descriptors wait, and are served later', async () => {
    const own = newHome(engine);
    const small = await Server.start(own, { files: 400 });
    const sockets = [];
    for (let i = 0; i < 600; i++) {
      const socket = await small.connect();
      socket.on('error', () => {});
      sockets.push(socket);
    }
    for (const socket of sockets) socket.destroy();
    assert.equal((await small.request('GET', '/health')).status, 200);
    assert.equal(await small.stop(), 0);
    own.remove();
  });

  it('a client that never reads is left alone with its answer', async () => {
    const before = descriptors();
    const memory = residentMiB();
    const ask = `GET /api/openapi.json HTTP/1.1\r\n${HOST}\r\n`;
    const sockets = await connect(200, ask.repeat(100));
    for (const socket of sockets) socket.pause();
    for (let i = 0; i < 20; i++) await alive();
    heldLessThan(300, memory);
    for (const socket of sockets) socket.resetAndDestroy();
    await settled(before);
  });

  it('what is too long is refused', async () => {
    const before = descriptors();
    assert.deepEqual(await statuses(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${HOST}\r\n`), [414]);
    for (const header of [`Cookie: a=${'b'.repeat(100_000)}`, 'a: b\r\n'.repeat(20_000).trimEnd(), `${'x'.repeat(100_000)}: y`]) {
      assert.deepEqual(await statuses(`GET /health HTTP/1.1\r\n${HOST}${header}\r\n\r\n`), [431]);
    }
    await settled(before);
  });

  it('nothing is smuggled in a body', async () => {
    const post = `POST /api/albumen/scans HTTP/1.1\r\n${HOST}`;
    for (const framing of [
      'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
      'Content-Length : 5\r\n\r\nhello',
      'Transfer-Encoding: chunked\r\n\r\n5\r\nhelloworld\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n',
    ]) {
      assert.deepEqual(await statuses(post + framing + GET), [400], JSON.stringify(framing));
    }
    await alive();
  });

  it('requests in a row are answered in their order', async () => {
    const last = `GET /api/nothing HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
    const row = GET.repeat(50) + `HEAD /health HTTP/1.1\r\n${HOST}\r\n` + GET.repeat(49) + last;
    assert.deepEqual(await statuses(row), [...Array(100).fill(200), 404]);
  });

  it('connections end in every way there is', async () => {
    const before = descriptors();
    for (const bytes of ['', 'G', GET.slice(0, -2), GET, GET + 'G', GET.repeat(10), `GET /api/openapi.json HTTP/1.1\r\n${HOST}\r\n`]) {
      const [reset, gone, half] = await connect(3, bytes);
      reset.resetAndDestroy();
      gone.destroy();
      half.end(); // sends no more, and reads on
      half.resume();
      await new Promise((resolve) => half.on('close', resolve));
    }
    await settled(before);
  });

  it('a client that has sent all gets its answer, though it sends no more', async () => {
    const socket = await server.connect();
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (bytes) => (text += bytes));
    socket.end(GET);
    await new Promise((resolve) => socket.on('close', resolve));
    assert.match(text, /^HTTP\/1\.1 200 /);
  });

  it('thousands of short connections leave nothing behind', async () => {
    const before = descriptors();
    const memory = residentMiB();
    for (let round = 0; round < 20; round++) {
      const sockets = await connect(100, GET);
      for (const socket of sockets) round % 2 ? socket.resetAndDestroy() : socket.destroy();
      await Promise.all(Array.from({ length: 50 }, alive));
    }
    await settled(before);
    heldLessThan(64, memory);
  });
});
