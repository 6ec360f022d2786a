// Starts the program as a person would, asks it over HTTP, and checks every JSON answer against the
// program's own OpenAPI document.
//
// ALBUMEN_PROGRAM         the program under test (default: build/albumen)
// ALBUMEN_TEST_POSTGRES   the URL of a PostgreSQL server that scripts/test-postgres started; without
//                         it the tests run on SQLite alone
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv2020 from 'ajv/dist/2020.js';

const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const PROGRAM = process.env.ALBUMEN_PROGRAM ?? path.join(REPOSITORY, 'build/albumen');
const POSTGRES = process.env.ALBUMEN_TEST_POSTGRES;
const READY_MS = 60_000; // sanitizers are slow to start

export const engines = POSTGRES ? ['sqlite', 'postgres'] : ['sqlite'];

// describe() once for each database engine.
export function onEachEngine(name, body) {
  for (const engine of engines) describe(`${name} (${engine})`, () => body(engine));
}

export function temporaryFolder(name) {
  return fs.mkdtempSync(path.join(os.tmpdir(), `albumen-${name}-`));
}

let databases = 0;

// The --database argument of a new, empty database; none for SQLite, which lies in the data folder.
function databaseArguments(engine) {
  if (engine === 'sqlite') return [];
  const name = `api_${process.pid}_${++databases}`;
  execFileSync('psql', ['-qXd', POSTGRES, '-c', `CREATE DATABASE ${name}`]);
  return ['--database', POSTGRES.replace('/postgres?', `/${name}?`)];
}

// A place of its own for the program: data folder and database. Remove it when done.
export function newHome(engine) {
  const data = temporaryFolder('data');
  return {
    engine,
    data,
    args: ['--data', data, ...databaseArguments(engine)],
    remove: () => fs.rmSync(data, { recursive: true, force: true }),
  };
}

// Runs the program to its end. Never rejects.
export function run(args, { input } = {}) {
  return new Promise((resolve) => {
    const options = { maxBuffer: 256 << 20 };
    const child = execFile(PROGRAM, args, options, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
    child.stdin.end(input ?? '');
  });
}

// Scans folders in the foreground and gives the summary, its last line.
export async function scan(home, ...folders) {
  const done = await run(['scan', ...home.args, '--json', ...folders]);
  assert.equal(done.status, 0, `scan failed: ${done.stderr}`);
  return JSON.parse(done.stdout.trim().split('\n').pop());
}

export class Server {
  static async start(home, { args = [] } = {}) {
    const server = new Server();
    const all = ['serve', ...home.args, '--listen', '127.0.0.1:0', ...args];
    server.process = spawn(PROGRAM, all, { stdio: ['ignore', 'pipe', 'pipe'] });
    server.log = '';
    server.process.stderr.on('data', (bytes) => (server.log += bytes));
    server.ended = new Promise((resolve) => {
      server.process.on('exit', (code, signal) => {
        if (!server.stopping) console.error(`the server ended with ${code ?? signal}:\n${server.log}`);
        resolve(code ?? signal);
      });
    });
    server.url = await server.#ready();
    return server;
  }

  #ready() {
    return new Promise((resolve, reject) => {
      const give = (why) => reject(new Error(`the server ${why}\n${this.log}`));
      const timer = setTimeout(() => {
        this.process.kill('SIGKILL');
        give('did not become ready');
      }, READY_MS);
      let out = '';
      this.process.stdout.on('data', (bytes) => {
        out += bytes;
        const ready = /^listening on (http:\/\/\S+)$/m.exec(out);
        if (!ready) return;
        clearTimeout(timer);
        resolve(ready[1]);
      });
      this.process.on('exit', (code, signal) => {
        clearTimeout(timer);
        give(`ended with ${code ?? signal}`);
      });
    });
  }

  // Ends it as an operator would; gives its exit status.
  async stop(signal = 'SIGTERM') {
    this.stopping = true;
    this.process.kill(signal);
    return this.ended;
  }

  // One request; the answer's body as bytes. `target` is sent as it is.
  request(method, target, { headers = {}, body } = {}) {
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const options = { hostname, port, method, path: target, headers, agent: false };
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
  async api(method, target, { query, json, headers = {}, status = 200 } = {}) {
    const options = { headers: { ...headers } };
    if (json !== undefined) {
      options.headers['content-type'] = 'application/json';
      options.body = JSON.stringify(json);
    }
    const asked = query ? `${target}?${new URLSearchParams(query)}` : target;
    const answer = await this.request(method, asked, options);
    const text = answer.body.toString('utf8');
    assert.equal(answer.status, status, `${method} ${asked}: ${text.slice(0, 500)}`);
    assert.match(answer.headers['content-type'] ?? '', /^application\/json\b/, `${method} ${asked}`);
    const value = JSON.parse(text);
    (await this.#document()).check(method, target.split('?')[0], status, value);
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
      return { template, pattern: new RegExp(`^${escaped.replace(/\{[^}]+\}/g, '.+')}$`) };
    });
    this.templates.sort((a, b) => a.template.split('{').length - b.template.split('{').length);
  }

  check(method, target, status, value) {
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
    if (!answers[key].$ref) steps.push('content', 'application/json', 'schema');
    const schema = answers[key].$ref
      ? { $ref: `openapi${answers[key].$ref}/content/application~1json/schema` }
      : { $ref: `openapi#/${pointer(steps)}` };
    this.compiled ??= new Map();
    const name = steps.join(' ');
    if (!this.compiled.has(name)) this.compiled.set(name, this.ajv.compile(schema));
    const validate = this.compiled.get(name);
    const wrong = () => JSON.stringify(validate.errors?.slice(0, 5));
    assert.ok(validate(value), `${method} ${target} is not as documented: ${wrong()}`);
  }
}

// The corpus of tests/data, made once for all test files and runs.
export function corpus() {
  const sources = path.join(REPOSITORY, 'tests/data');
  const hash = crypto.createHash('sha256');
  for (const name of fs.readdirSync(sources).sort()) {
    if (name.endsWith('.mjs')) hash.update(fs.readFileSync(path.join(sources, name)));
  }
  const folder = path.join(os.tmpdir(), `albumen-corpus-${hash.digest('hex').slice(0, 12)}`);
  if (!fs.existsSync(path.join(folder, 'expected.json'))) {
    const making = temporaryFolder('corpus-making');
    const script = path.join(sources, 'make-corpus.mjs');
    execFileSync(process.execPath, [script, making], { stdio: 'inherit' });
    try {
      fs.renameSync(making, folder);
    } catch {
      fs.rmSync(making, { recursive: true }); // another test file was quicker
    }
  }
  return {
    photos: path.join(folder, 'photos'),
    ...JSON.parse(fs.readFileSync(path.join(folder, 'expected.json'), 'utf8')),
  };
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
