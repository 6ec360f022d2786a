// Starts the program as a person would, asks it over HTTP, and checks every JSON answer against the
// program's own OpenAPI document.
//
// ALBUMEN_TEST_POSTGRES   without it the tests run on SQLite alone; see ../server.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { describe } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { Program } from '../server.mjs';

export { corpus, MODELS, newHome, PROGRAM, run, scan, temporaryFolder } from '../server.mjs';

export const engines = process.env.ALBUMEN_TEST_POSTGRES ? ['sqlite', 'postgres'] : ['sqlite'];

// describe() once for each database engine.
export function onEachEngine(name, body) {
  for (const engine of engines) describe(`${name} (${engine})`, () => body(engine));
}

export class Server extends Program {
  // One request; the answer's body as bytes. `target` is sent as it is.
  request(method, target, { headers = {}, body } = {}) {
    const { hostname, port } = new URL(this.url);
    // Node sends the body of a DELETE without its length, unless it is told.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const all = { ...length, ...headers };
      const options = { hostname, port, method, path: target, headers: all, agent: false };
      const request = http.request(options, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status, headers: answered } = response;
          resolve({ status, headers: answered, body: Buffer.concat(parts) });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  // A JSON request whose answer must have `status` (200) and be as the OpenAPI document says.
  async api(method, target, { query, json, body, headers = {}, status = 200 } = {}) {
    const options = { headers: { ...headers }, body };
    if (json !== undefined) {
      options.headers['content-type'] = 'application/json';
      options.body = JSON.stringify(json);
    }
    const asked = query ? `${target}?${new URLSearchParams(query)}` : target;
    const answer = await this.request(method, asked, options);
    const text = answer.body.toString('utf8');
    assert.equal(answer.status, status, `${method} ${asked}: ${text.slice(0, 500)}`);
    const mime = /^application\/(problem\+)?json\b/.exec(answer.headers['content-type'] ?? '')?.[0];
    assert.ok(mime, `${method} ${asked}: ${answer.headers['content-type']}`);
    const value = JSON.parse(text);
    (await this.#document()).check(method, target.split('?')[0], status, value, mime);
    return value;
  }

  get(target, query) {
    return this.api('GET', target, { query });
  }

  #document() {
    this.document ??= this.request('GET', '/api/openapi.json').then((answer) => {
      assert.equal(answer.status, 200);
      return new ApiDocument(JSON.parse(answer.body.toString('utf8')));
    });
    return this.document;
  }

  // A connection, for tests that misbehave on it. Its errors are theirs.
  connect() {
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), hostname, () => resolve(socket));
      socket.on('error', reject);
    });
  }

  // Sends bytes as they are and gives what comes back until the server closes.
  raw(bytes, { timeoutMs = 20_000 } = {}) {
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), hostname);
      const parts = [];
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer')));
      socket.on('data', (part) => parts.push(part));
      socket.on('error', (error) => {
        if (parts.length > 0 || error.code === 'ECONNRESET') socket.destroy();
        else reject(error);
      });
      socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')));
      socket.write(bytes);
    });
  }

  // Every photo of the library, page by page.
  async allPhotos(query = {}) {
    const photos = [];
    for (let page = 1; ; page++) {
      const answer = await this.get('/api/photos', { ...query, page, per_page: 100 });
      photos.push(...answer.photos);
      if (!answer.has_more) return photos;
    }
  }
}

// The document of the program's own routes, as a judge of its answers.
class ApiDocument {
  constructor(document) {
    assert.match(document.openapi, /^3\.1\./);
    this.document = document;
    this.ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    this.ajv.addSchema(document, 'openapi');
    this.templates = Object.keys(document.paths).map((template) => {
      const escaped = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
      // Names of paths take any number of parts; a slash at the end makes no difference.
      const parts = escaped.replace(/\{(photo_)?path\}/g, '.+').replace(/\{[^}]+\}/g, '[^/]+');
      return { template, pattern: new RegExp(`^${parts}/?$`) };
    });
    // The fewest names first, and of as many the one with more said beside them.
    const names = ({ template }) => template.split('{').length;
    this.templates.sort((a, b) => names(a) - names(b) || b.template.length - a.template.length);
  }

  check(method, target, status, value, mime) {
    const found = this.templates.find(({ pattern }) => pattern.test(target));
    const operation = found && this.document.paths[found.template][method.toLowerCase()];
    // What is no route has no schema: its errors are checked by the tests that ask for it.
    if (!operation && (status === 404 || status === 405)) return;
    assert.ok(operation, `${method} ${target} is not in the OpenAPI document`);
    const answers = operation.responses;
    const key = [`${status}`, `${status}`[0] + 'XX', 'default'].find((name) => answers[name]);
    assert.ok(key, `${method} ${target}: status ${status} is not in the OpenAPI document`);
    if (status >= 400 && !answers[key].content && !answers[key].$ref) return; // an error without a schema
    const steps = ['paths', found.template, method.toLowerCase(), 'responses', key];
    const pointer = (parts) =>
      parts.map((p) => encodeURIComponent(p.replace(/~/g, '~0').replace(/\//g, '~1'))).join('/');
    if (!answers[key].$ref) steps.push('content', mime, 'schema');
    const schema = answers[key].$ref
      ? { $ref: `openapi${answers[key].$ref}/content/${pointer([mime])}/schema` }
      : { $ref: `openapi#/${pointer(steps)}` };
    this.compiled ??= new Map();
    const name = steps.join(' ');
    if (!this.compiled.has(name)) this.compiled.set(name, this.ajv.compile(schema));
    const validate = this.compiled.get(name);
    const wrong = () => JSON.stringify(validate.errors?.slice(0, 5));
    assert.ok(validate(value), `${method} ${target} is not as documented: ${wrong()}`);
  }
}

// Width, height and a colour at (x, y) of a JPEG.
export function decodeJpeg(bytes) {
  const ppm = execFileSync('djpeg', ['-rgb', '-pnm'], { input: bytes, maxBuffer: 1 << 30 });
  const [header, width, height] = /^P6\s(\d+)\s(\d+)\s255\s/.exec(ppm.toString('latin1', 0, 40));
  const at = (x, y) => {
    const start = header.length + (y * Number(width) + x) * 3;
    return [...ppm.subarray(start, start + 3)];
  };
  return { width: Number(width), height: Number(height), at };
}
