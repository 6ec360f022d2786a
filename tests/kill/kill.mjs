// Kills the server, its workers and scans at random moments while photos are rated, thrown away,
// restored, removed, moved and added; afterwards rows and files must agree, and whatever was
// acknowledged must be there.
//   node tests/kill/kill.mjs [--rounds N] [--seed S] [--check-every N] [--engine sqlite|postgres]
// On SQLite, and on PostgreSQL too where ALBUMEN_TEST_POSTGRES is set (scripts/test-postgres).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { parseArgs } from 'node:util';
import { Program, PROGRAM } from '../server.mjs';
import { bytesOf, Library, Random } from './library.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000_000}` },
    engine: { type: 'string' },
    'check-every': { type: 'string', default: '5' },
  },
});
const rounds = Number(options.rounds);
const seed = Number(options.seed);
const checkEvery = Number(options['check-every']);
const PHOTOS = 40;
const AT_ONCE = 4;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// One request: the answer, or null when there was none, and nobody knows what became of it.
function send(url, method, target, headers, body) {
  const all = { 'content-length': body?.length ?? 0, ...headers };
  return new Promise((resolve) => {
    const request = http.request(new URL(target, url), { method, headers: all, agent: false }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', () => resolve(null));
      answer.on('end', () => {
        const { statusCode: status, headers: answered, complete } = answer;
        resolve(complete ? { status, headers: answered, body: Buffer.concat(parts) } : null);
      });
    });
    request.on('error', () => resolve(null));
    request.end(body);
  });
}

async function ask(url, method, target, json) {
  const headers = { 'content-type': 'application/json' };
  const answer = await send(url, method, target, headers, Buffer.from(JSON.stringify(json)));
  return answer && { status: answer.status, value: JSON.parse(answer.body.toString()) };
}

// What one operation may make of a photo. `from`: the state it needs; `to`: the state it brings.
const changes = {
  trash: { from: 'shown', to: 'trash', method: 'POST', target: 'trash', word: 'trashed' },
  restore: { from: 'trash', to: 'shown', method: 'POST', target: 'trash/restore', word: 'restored' },
  remove: { from: 'shown', to: 'removed', method: 'POST', target: 'removed', word: 'removed' },
  show: { from: 'removed', to: 'shown', method: 'POST', target: 'removed/restore', word: 'restored' },
  delete: { from: 'trash', to: 'gone', method: 'DELETE', target: 'trash', word: 'deleted' },
};
const wishes = ['rate', 'rate', 'rate', 'trash', 'trash', 'restore', 'remove', 'show', 'delete', 'move',
  'add', 'upload', 'upload', 'scan'];

class Torment {
  constructor(library, random) {
    this.library = library;
    this.random = random;
    this.counts = { answered: 0, unanswered: 0, refused: 0, server: 0, worker: 0, scan: 0 };
  }

  // A photo that nobody works on and whose state is known.
  #choose(state) {
    const fit = this.library.photos.filter(
      (photo) => !photo.busy && photo.id && photo.states.size === 1 && photo.states.has(state),
    );
    return fit.length > 0 ? this.random.pick(fit) : null;
  }

  async #change(wish) {
    const { from, to, method, target, word } = changes[wish];
    const photo = this.#choose(from);
    // Deleting for good is rare: the library would run out.
    if (!photo || (wish === 'delete' && this.random.below(4) > 0)) return;
    photo.busy = true;
    photo.states = new Set([from, to]);
    const answer = await ask(this.url, method, `/api/albumen/${target}`, { ids: [photo.id] });
    photo.busy = false;
    this.#count(answer);
    if (!answer) return;
    assert.equal(answer.status, 200, JSON.stringify(answer));
    photo.states = new Set([answer.value[word] === 1 ? to : from]);
    // Its file was moved, and no scan has seen that yet.
    this.counts.refused += answer.value.refused.length;
  }

  async #rate() {
    const photo = this.#choose('shown');
    if (!photo) return;
    const stars = 1 + this.random.below(5);
    const before = photo.stars;
    photo.busy = true;
    photo.stars = new Set([...before, stars]);
    const answer = await ask(this.url, 'PUT', '/api/albumen/ratings', { ids: [photo.id], stars });
    photo.busy = false;
    this.#count(answer);
    if (!answer) return;
    assert.equal(answer.status, 200, JSON.stringify(answer));
    if (answer.value.ratings.length === 1) photo.stars = new Set([stars]);
    else photo.stars = before;
  }

  // In two parts; what was interrupted goes on another time, where it was.
  async #upload() {
    const waiting = this.library.uploads.filter((one) => !one.busy && !one.done && one.location);
    const upload = waiting.length > 0 ? this.random.pick(waiting) : this.library.newUpload();
    upload.busy = true;
    const bytes = bytesOf(upload.number);
    const tus = { 'tus-resumable': '1.0.0' };
    let offset = 0;
    if (upload.location) {
      const answer = await send(this.url, 'HEAD', upload.location, tus);
      this.#count(answer);
      if (!answer) return;
      assert.equal(answer.status, 200, `an upload is not known any more: ${upload.location}`);
      offset = Number(answer.headers['upload-offset']);
      assert.ok(offset >= upload.acknowledged, 'bytes of an upload were lost');
    } else {
      const name = Buffer.from(upload.name).toString('base64');
      const headers = { ...tus, 'upload-length': bytes.length, 'upload-metadata': `filename ${name}` };
      const answer = await send(this.url, 'POST', '/api/albumen/uploads', headers);
      this.#count(answer);
      if (!answer) return;
      assert.equal(answer.status, 201, answer.body.toString());
      upload.location = new URL(answer.headers.location, this.url).pathname;
    }
    for (const end of [bytes.length >> 1, bytes.length]) {
      if (offset >= end && end < bytes.length) continue;
      const headers = {
        ...tus,
        'upload-offset': offset,
        'content-type': 'application/offset+octet-stream',
      };
      const part = bytes.subarray(offset, end);
      const answer = await send(this.url, 'PATCH', upload.location, headers, part);
      this.#count(answer);
      if (!answer) return;
      if (answer.status === 409) break; // an earlier request still holds it: another time
      assert.equal(answer.status, 204, answer.body.toString());
      offset = end;
      upload.acknowledged = end;
    }
    upload.done = offset === bytes.length;
    upload.busy = false;
  }

  #count(answer) {
    if (answer) this.counts.answered++;
    else this.counts.unanswered++;
  }

  async #one() {
    const wish = this.random.pick(wishes);
    if (wish === 'rate') await this.#rate();
    else if (wish === 'add') this.library.addFile();
    else if (wish === 'upload') await this.#upload();
    else if (wish === 'scan') await ask(this.url, 'POST', '/api/albumen/scans', {});
    else if (wish === 'move') {
      const photo = this.#choose('shown');
      if (photo) this.library.moveFile(photo);
    } else await this.#change(wish);
  }

  async #work() {
    while (this.alive) {
      await this.#one();
      await pause(this.random.below(10));
    }
  }

  #workers() {
    const server = `${this.server.process.pid}`;
    return fs.readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        const [, parent] = fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
        return parent === server;
      } catch {
        return false;
      }
    });
  }

  async #killWorker() {
    const workers = this.#workers();
    if (workers.length === 0) return;
    try {
      process.kill(Number(this.random.pick(workers)), 'SIGKILL');
      this.counts.worker++;
    } catch {
      // It ended by itself.
    }
    await pause(this.random.below(300));
  }

  async #killScan() {
    const args = ['scan', ...this.library.home.args, this.library.folder];
    const scan = spawn(PROGRAM, args, { stdio: 'ignore' });
    const ended = new Promise((resolve) => scan.on('exit', resolve));
    await pause(this.random.below(600));
    if (scan.exitCode === null && scan.kill('SIGKILL')) this.counts.scan++;
    await ended;
  }

  async round() {
    for (let added = this.random.below(6); added > 0; added--) this.library.addFile();
    this.server = await Program.start(this.library.home, { args: ['--quiet'] });
    this.url = this.server.url;
    this.alive = true;
    let failure = null;
    const working = Array.from({ length: AT_ONCE }, () =>
      this.#work().catch((error) => (failure ??= error)),
    );
    await pause(this.random.below(1000));
    const victim = this.random.below(4);
    if (victim === 0) await this.#killWorker();
    if (victim === 1) await this.#killScan();
    this.alive = false;
    await this.server.stop('SIGKILL');
    this.counts.server++;
    await Promise.all(working);
    if (failure) throw failure;
    for (const one of [...this.library.photos, ...this.library.uploads]) one.busy = false;
  }
}

async function torment(engine) {
  const random = new Random(seed);
  const library = new Library(engine, random);
  for (let n = 0; n < PHOTOS; n++) library.addFile();
  await library.check();
  const work = new Torment(library, random);
  for (let round = 1; round <= rounds; round++) {
    await work.round();
    if (round % checkEvery === 0 || round === rounds) await library.check();
  }
  library.remove();
  const uploads = library.uploads.filter((upload) => upload.done).length;
  return { ...work.counts, photos: library.photos.length, uploads };
}

const all = process.env.ALBUMEN_TEST_POSTGRES ? ['sqlite', 'postgres'] : ['sqlite'];
const engines = options.engine ? [options.engine] : all;
let failed = false;
for (const engine of engines) {
  try {
    const counts = await torment(engine);
    const told = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    console.log(`kill: ${engine}: well, ${rounds} rounds, seed ${seed}: ${told.join(', ')}`);
  } catch (error) {
    failed = true;
    console.log(`kill: ${engine}: FAILED, ${rounds} rounds, seed ${seed}: ${error.stack}`);
  }
}
process.exitCode = failed ? 1 : 0;
