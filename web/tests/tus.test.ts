import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import test, { type TestContext } from 'node:test';
import { ApiError } from '../src/api/http';
import { metadataText, nextPiece, upload, type Upload, type UploadMemory } from '../src/upload/tus';
import { bodyOf, serve } from './server';

class Memory implements UploadMemory {
  readonly urls: Map<string, string>;

  constructor(urls: readonly [string, string][] = []) {
    this.urls = new Map(urls);
  }

  get(key: string): string | null {
    return this.urls.get(key) ?? null;
  }

  set(key: string, url: string): void {
    this.urls.set(key, url);
  }

  delete(key: string): void {
    this.urls.delete(key);
  }
}

type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A server of the protocol. Before it answers it asks `fault`, which may answer instead. */
class TusServer {
  readonly files = new Map<string, { length: number; bytes: Buffer; metadata: string }>();
  readonly asked: string[] = [];
  fault: Fault = () => false;
  #next = 1;

  async start(context: TestContext): Promise<string> {
    return `${await serve(context, (request, response) => this.#answer(request, response))}/uploads`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    this.asked.push(method);
    assert.equal(headers['tus-resumable'], '1.0.0');
    if (this.fault(request, response)) return;
    const body = await bodyOf(request);
    if (method === 'POST') {
      const path = `${url}/${this.#next++}`;
      const metadata = String(headers['upload-metadata']);
      const length = Number(headers['upload-length']);
      this.files.set(path, { length, bytes: Buffer.alloc(0), metadata });
      response.writeHead(201, { Location: path }).end();
      return;
    }
    const file = this.files.get(url);
    if (!file) {
      response.writeHead(404).end();
    } else if (method === 'PATCH' && Number(headers['upload-offset']) !== file.bytes.length) {
      response.writeHead(409).end();
    } else {
      if (method === 'PATCH') {
        assert.equal(headers['content-type'], 'application/offset+octet-stream');
        file.bytes = Buffer.concat([file.bytes, body]);
      }
      const offset = { 'Upload-Offset': file.bytes.length, 'Upload-Length': file.length };
      response.writeHead(method === 'HEAD' ? 200 : 204, offset).end();
    }
  }

  get only(): { bytes: Buffer; metadata: string } {
    assert.equal(this.files.size, 1);
    return [...this.files.values()][0] ?? assert.fail();
  }
}

const bytes = new Uint8Array(randomBytes(3_000_000));

function made(endpoint: string, change: Partial<Upload> = {}): Upload {
  return {
    endpoint,
    body: new Blob([bytes]),
    metadata: { filename: 'Grüße.jpg' },
    fingerprint: 'a',
    memory: new Memory(),
    signal: new AbortController().signal,
    onprogress: () => {},
    wait: () => Promise.resolve(),
    ...change,
  };
}

test('a file arrives whole, in pieces, with its name', async (context) => {
  const server = new TusServer();
  const endpoint = await server.start(context);
  const memory = new Memory();
  const progress: number[] = [];
  await upload(made(endpoint, { memory, onprogress: (sent) => progress.push(sent) }));
  assert.ok(server.only.bytes.equals(bytes));
  assert.equal(server.only.metadata, `filename ${Buffer.from('Grüße.jpg').toString('base64')}`);
  assert.ok(server.asked.filter((method) => method === 'PATCH').length > 1);
  assert.equal(progress.at(-1), bytes.length);
  assert.equal(memory.urls.size, 0);
});

test('a copy of what is there already is told', async (context) => {
  const server = new TusServer();
  const endpoint = await server.start(context);
  server.fault = (incoming, response) => {
    if (incoming.method === 'PATCH') response.setHeader('Albumen-Duplicate-Of', '17');
    return false;
  };
  const { url, duplicateOf } = await upload(made(endpoint));
  assert.equal(duplicateOf, 17);
  assert.equal(url, `${endpoint}/1`);
});

test('an empty file arrives too', async (context) => {
  const server = new TusServer();
  const endpoint = await server.start(context);
  await upload(made(endpoint, { body: new Blob([]) }));
  assert.equal(server.only.bytes.length, 0);
});

test('what was interrupted goes on where the server says it stopped', async (context) => {
  const server = new TusServer();
  const endpoint = await server.start(context);
  const memory = new Memory();
  const abort = new AbortController();
  const first = made(endpoint, {
    memory,
    signal: abort.signal,
    onprogress: (sent) => sent > 0 && abort.abort(),
  });
  await assert.rejects(upload(first), { name: 'AbortError' });
  const before = server.only.bytes.length;
  assert.ok(before > 0 && before < bytes.length);

  const progress: number[] = [];
  await upload(made(endpoint, { memory, onprogress: (sent) => progress.push(sent) }));
  assert.equal(progress[0], before);
  assert.ok(server.only.bytes.equals(bytes));
});

test('lost lines and busy servers cost a wait, not the upload', async (context) => {
  const server = new TusServer();
  const endpoint = await server.start(context);
  let request = 0;
  server.fault = (incoming, response) => {
    request++;
    if (request % 5 === 3) incoming.socket.destroy();
    else if (request % 5 === 4) {
      incoming.resume();
      response.writeHead(503, { 'Retry-After': '2' }).end();
    } else return false;
    return true;
  };
  const waits: number[] = [];
  await upload(
    made(endpoint, {
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    }),
  );
  assert.ok(server.only.bytes.equals(bytes));
  assert.ok(waits.some((ms) => ms >= 2_000), 'the server was not given its time');
});

test('an upload that has expired begins anew', async (context) => {
  const server = new TusServer();
  const endpoint = await server.start(context);
  const memory = new Memory([['a', `${endpoint}/gone`]]);
  await upload(made(endpoint, { memory }));
  assert.ok(server.only.bytes.equals(bytes));
});

test('a refusal ends it at once, and says why', async (context) => {
  const server = new TusServer();
  const endpoint = await server.start(context);
  server.fault = (_, response) => {
    response.writeHead(415).end(JSON.stringify({ detail: 'this is no picture' }));
    return true;
  };
  await assert.rejects(
    upload(made(endpoint)),
    (error) => error instanceof ApiError && error.message === 'This is no picture.',
  );
  assert.deepEqual(server.asked, ['POST']);
});

test('a server that never recovers ends it after a while', async (context) => {
  const server = new TusServer();
  const endpoint = await server.start(context);
  server.fault = (_, response) => {
    response.writeHead(500).end();
    return true;
  };
  const waits: number[] = [];
  const wait = (ms: number): Promise<void> => {
    waits.push(ms);
    return Promise.resolve();
  };
  await assert.rejects(upload(made(endpoint, { wait })), ApiError);
  assert.ok(waits.length >= 5);
  assert.ok(waits.every((ms, i) => i === 0 || ms >= (waits[i - 1] ?? 0)), 'waits grow');
});

test('a file that can no longer be read says so', async (context) => {
  const server = new TusServer();
  const endpoint = await server.start(context);
  const body = new Blob([bytes]);
  server.fault = (incoming) => {
    incoming.socket.destroy();
    return true;
  };
  body.slice = () => {
    throw new DOMException('gone', 'NotReadableError');
  };
  await assert.rejects(upload(made(endpoint, { body })), { name: 'NotReadableError' });
});

test('pieces follow the line, within bounds and without leaps', () => {
  const piece = 1_000_000;
  assert.equal(nextPiece(piece, 1), piece * 2);
  assert.equal(nextPiece(piece, 1_000_000), piece / 2);
  assert.equal(nextPiece(piece, 800), 1_250_000);
  assert.equal(nextPiece(16 * 1024 * 1024, 1), 16 * 1024 * 1024);
  assert.equal(nextPiece(256 * 1024, 60_000), 256 * 1024);
});

test('metadata is a list of keys and their values in base64', () => {
  assert.equal(metadataText({ filename: 'a b', filetype: '' }), 'filename YSBi,filetype ');
});
