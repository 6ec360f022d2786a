// Starts the program as a person would. Shared by the tests over HTTP and those in a browser.
//
// ALBUMEN_PROGRAM         the program under test (default: build/albumen)
// ALBUMEN_TEST_POSTGRES   the URL of a PostgreSQL server that scripts/test-postgres started
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const PROGRAM = process.env.ALBUMEN_PROGRAM ?? path.join(REPOSITORY, 'build/albumen');
// The folder of real models, for the tests that put them into a library: no other shall have any.
export const MODELS = process.env.ALBUMEN_MODELS;
delete process.env.ALBUMEN_MODELS;
const POSTGRES = process.env.ALBUMEN_TEST_POSTGRES;
const READY_MS = 60_000; // sanitizers are slow to start

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
export function newHome(engine = 'sqlite') {
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

// The program serving.
export class Program {
  // `files`: how many it may have open; else as many as this process.
  static async start(home, { args = [], files } = {}) {
    const server = new this();
    const all = ['serve', ...home.args, '--listen', '127.0.0.1:0', ...args];
    const limit = files ? ['prlimit', `--nofile=${files}`] : [];
    const [program, ...rest] = [...limit, PROGRAM, ...all];
    server.process = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
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
