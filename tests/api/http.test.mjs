// Requests that no browser sends, and what holds for every answer.
import assert from 'node:assert/strict';
import zlib from 'node:zlib';
import { after, before, it } from 'node:test';
import { newHome, onEachEngine, Server } from './harness.mjs';

onEachEngine('the server', (engine) => {
  let home, server;
  before(async () => {
    home = newHome(engine);
    server = await Server.start(home);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  const alive = async () => assert.equal((await server.request('GET', '/health')).status, 200);

  it('survives what is not HTTP', async () => {
    for (const bytes of [
      '\r\n\r\n', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\0\0\0\0\r\n\r\n', '\x16\x03\x01\x02\0\x01\0',
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      `GET / HTTP/1.1\r\n${'X-Long: b\r\n'.repeat(20_000)}\r\n`,
      'POST /api/photos HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n',
      'POST /api/photos HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ]) {
      const socket = server.raw(bytes, { timeoutMs: 3000 }).catch(() => '');
      const answer = await socket;
      assert.doesNotMatch(answer, /^HTTP\/1\.[01] 2/, JSON.stringify(bytes.slice(0, 60)));
      await alive();
    }
  });

  it('refuses paths and values that are no text', async () => {
    for (const target of ['/api/photos?camera=%00', '/api/photo?path=%ff%fe', '/%00', '/api/%c3%28']) {
      const answer = await server.request('GET', target);
      assert.ok(answer.status >= 400 && answer.status < 500 || target.includes('camera'), target);
      assert.ok(answer.status < 500, target);
      await alive();
    }
  });

  it('answers HEAD as GET without the body', async () => {
    const get = await server.request('GET', '/health');
    const head = await server.request('HEAD', '/health');
    assert.equal(head.status, get.status);
    assert.equal(head.body.length, 0);
    assert.equal(head.headers['content-length'], get.headers['content-length']);
  });

  it('keeps a connection for the next request', async () => {
    const twice = 'GET /health HTTP/1.1\r\nHost: a\r\n\r\n';
    const last = 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const answer = await server.raw(twice + last);
    assert.equal(answer.match(/HTTP\/1\.1 200/g).length, 2);
  });

  it('compresses for who can read it', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const packed = await server.request('GET', '/api/openapi.json', { headers });
    const plain = await server.request('GET', '/api/openapi.json');
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.match(packed.headers.vary ?? '', /accept-encoding/i);
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.ok(zlib.gunzipSync(packed.body).equals(plain.body));
    assert.ok(packed.body.length < plain.body.length);
  });

  it('lets only known pages of other origins read', async () => {
    const allowed = await server.request('GET', '/api/config', { headers: { origin: 'http://localhost:4200' } });
    assert.equal(allowed.headers['access-control-allow-origin'], 'http://localhost:4200');
    assert.equal(allowed.headers['access-control-allow-credentials'], 'true');
    const other = await server.request('GET', '/api/config', { headers: { origin: 'http://evil.example' } });
    assert.equal(other.headers['access-control-allow-origin'], undefined);
  });

  it('logs requests without what was asked for', async () => {
    await server.request('GET', '/api/photos?camera=very-secret-camera');
    await alive();
    assert.match(server.log, /\/api\/photos/);
    assert.doesNotMatch(server.log, /very-secret-camera/);
  });

  it('serves many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => server.request('GET', '/api/photos')));
    for (const answer of answers) assert.equal(answer.status, 200);
  });
});
