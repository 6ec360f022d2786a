// Running programs and measuring them.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const CACHE = path.join(REPOSITORY, 'build/bench');
export const PROGRAM = path.join(REPOSITORY, 'build/albumen');
export const SAMPLE = path.join(REPOSITORY, 'sample-library');

export function say(text) {
  process.stderr.write(`${text}\n`);
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

export function emptyFolder(name) {
  const folder = path.join(CACHE, name);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

// Runs a program to its end; what it writes, and the seconds that it and the children it waited for
// took: wall clock, and processor in user and system mode together.
export function timed(program, ...args) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" 2>&3';
  const done = spawnSync('bash', ['-c', script, 'bash', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (done.status !== 0) {
    throw new Error(`${program} ended with ${done.status ?? done.signal}: ${done.output[3]}`);
  }
  const [wall, user, system] = done.stderr.trim().split(' ').map(Number);
  return { stdout: done.stdout, wall, cpu: user + system };
}

// The same for a shell script that is given `args`.
export function timedScript(script, ...args) {
  return timed('bash', '-c', script, 'bash', ...args);
}

export function childrenOf(pid) {
  try {
    return fs
      .readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
      .filter((child) => child !== '');
  } catch {
    return []; // it ended in between
  }
}

// The processor time that processes have taken so far; the kernel counts in hundredths of seconds.
export function cpuSeconds(...pids) {
  const ticks = pids.flatMap((pid) => {
    const afterName = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ');
    return [Number(afterName[11]), Number(afterName[12])];
  });
  return ticks.reduce((sum, each) => sum + each, 0) / 100;
}

// The most memory that a process has had so far, in MB; 0 of one that has ended.
function peakMemory(pid) {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1.024e-3;
  } catch {
    return 0;
  }
}

// Runs the program, looking at its children every few milliseconds; the most memory (MB) one of
// them had.
export async function childrenPeak(program, ...args) {
  const child = spawn(program, args, { stdio: 'ignore' });
  let peak = 0;
  const timer = setInterval(() => {
    for (const worker of childrenOf(child.pid)) peak = Math.max(peak, peakMemory(worker));
  }, 5);
  const status = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(timer);
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
  return peak;
}

export function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Asks `url`, which the processes `pids` serve, for the paths, over and over.
export function wrk({ url, pids }, paths, { connections, seconds }) {
  const list = path.join(CACHE, 'wrk-paths.txt');
  fs.writeFileSync(list, `${paths.join('\n')}\n`);
  const threads = Math.min(connections, 2);
  const args = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, '--timeout', '30s'];
  const script = path.join(REPOSITORY, 'bench/wrk.lua');
  const before = cpuSeconds(...pids);
  const out = execFileSync('wrk', [...args, '-s', script, url, '--', list], { encoding: 'utf8' });
  const result = JSON.parse(out.trim().split('\n').pop());
  if (result.failed > 0) throw new Error(`${result.failed} requests failed, such as ${paths[0]}`);
  const cpu_ms = ((cpuSeconds(...pids) - before) * 1000) / result.requests;
  return { ...result, cpu_ms, rate: result.requests / result.seconds };
}

// The program serving, from the moment it was started.
export class Server {
  static async start(...args) {
    const server = new Server();
    server.began = performance.now();
    const log = fs.openSync(path.join(CACHE, 'server.log'), 'w');
    server.process = spawn(PROGRAM, ['serve', '--listen', '127.0.0.1:0', ...args], {
      stdio: ['ignore', 'pipe', log],
    });
    fs.closeSync(log);
    server.ended = new Promise((resolve) => {
      server.process.on('exit', (code, signal) => {
        if (!server.stopping) say(`The server ended by itself: ${code ?? signal}`);
        resolve();
      });
    });
    server.url = await server.#listening();
    const ready = await fetch(`${server.url}/ready`);
    await ready.arrayBuffer();
    if (ready.status !== 200) throw new Error(`/ready answers ${ready.status}`);
    server.ready_ms = performance.now() - server.began;
    return server;
  }

  #listening() {
    return new Promise((resolve, reject) => {
      let out = '';
      this.process.stdout.on('data', (bytes) => {
        out += bytes;
        const line = /^listening on (http:\/\/\S+)$/m.exec(out);
        if (line) resolve(line[1]);
      });
      this.process.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
  }

  get pids() {
    return [this.process.pid];
  }

  async get(target) {
    const answer = await fetch(this.url + target);
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 200) throw new Error(`${target} answers ${answer.status}: ${body}`);
    return body;
  }

  async json(target) {
    return JSON.parse(await this.get(target));
  }

  // Resident memory in MB: as `ps` counts it, a page once for each of its mappings; and in truth.
  memory() {
    const rollup = fs.readFileSync(`/proc/${this.process.pid}/smaps_rollup`, 'utf8');
    const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)[1]) * 1.024e-3;
    return { counted: field('Rss'), real: field('Pss') };
  }

  stop() {
    this.stopping = true;
    this.process.kill('SIGTERM');
    return this.ended;
  }
}
