// What it costs to write a hundred thousand shapes as COCO: half boxes, half polygons of eight
// points, some of them with all the digits that a double has, over ten thousand photos. Beside it:
// node writing the same as JSON, from memory.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CACHE, say, Server } from './tools.mjs';

const IMAGES = 10_000;
const SHAPES_EACH = 10;
const SECONDS = 3;
const MEMORY_MB = 50;
const ROUNDS = 3;

const WRITE_JSON = `
  const fs = require('fs');
  const value = JSON.parse(fs.readFileSync(process.argv[1], 'utf8'));
  const before = process.memoryUsage().rss;
  const began = performance.now();
  const text = JSON.stringify(value);
  fs.writeFileSync(process.argv[1] + '.again', text);
  require('zlib').deflateRawSync(text, { level: 3 });
  const ms = performance.now() - began;
  console.log(JSON.stringify({ ms, mb: process.resourceUsage().maxRSS / 1000 }));`;

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

async function ask(server, method, target, body, headers = {}) {
  const answer = await fetch(`${server.url}/api/albumen/${target}`, {
    method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers },
  });
  if (!answer.ok) throw new Error(`${target} answers ${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

// Places that follow each other like random numbers, and are the same each time. One in ten shapes
// has coordinates of as many digits as there are.
function shape(i, { width, height }) {
  const part = i % 10 === 0 ? 1 / 3 : 0.25;
  const x = ((i * 104729) % (width - 40)) + part;
  const y = ((i * 1299709) % (height - 40)) + part;
  const common = { id: `s${i}`, name: `class ${i % 20}`, confidence: 1, attributes: [] };
  if (i % 2 === 0) return { ...common, type: 'bbox', bounding_box: { x, y, w: 24.5, h: 20 } };
  const ring = Array.from({ length: 8 }, (_, n) => {
    const turn = (2 * Math.PI * n) / 8;
    const round = (value) => (i % 10 === 1 ? value : Math.round(value * 100) / 100);
    return { x: round(x + 12 + 11.5 * Math.cos(turn)), y: round(y + 12 + 11.5 * Math.sin(turn)) };
  });
  return { ...common, type: 'polygon', polygon: { paths: [ring] } };
}

async function makeDataset(server) {
  const set = await ask(server, 'POST', 'datasets', { name: `Export ${Date.now()}` });
  const layout = await server.get('/api/albumen/layout'); // its header, then the ids
  const photos = Array.from({ length: IMAGES }, (_, i) => layout.readUInt32LE(16 + 4 * i));
  await ask(server, 'POST', `datasets/${set.id}/items`, { photos });
  const items = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await ask(server, 'GET', `datasets/${set.id}/items?limit=1000${cursor && `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  const draw = async (item, at) => {
    const annotations = Array.from({ length: SHAPES_EACH }, (_, j) => shape(at * SHAPES_EACH + j, item));
    await ask(server, 'PUT', `items/${item.id}/annotations`, { annotations }, { 'if-match': '"0"' });
  };
  for (let i = 0; i < items.length; i += 8) {
    await Promise.all(items.slice(i, i + 8).map((item, j) => draw(item, i + j)));
  }
  return set;
}

const status = (server, field) => {
  const text = fs.readFileSync(`/proc/${server.pids[0]}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)[1]) * 1.024e-3;
};

// One export: from the request to its end, and by how much the server grew meanwhile.
async function once(server, set) {
  fs.writeFileSync(`/proc/${server.pids[0]}/clear_refs`, '5'); // forgets the peak so far
  const before = status(server, 'VmRSS');
  const began = performance.now();
  let value = await ask(server, 'POST', `datasets/${set.id}/exports`, { format: 'coco' });
  while (value.state === 'pending' || value.state === 'processing') {
    await sleep(5);
    value = await ask(server, 'GET', `exports/${value.id}`);
  }
  if (value.state !== 'completed') throw new Error(value.error);
  return { value, ms: performance.now() - began, mb: status(server, 'VmHWM') - before };
}

async function yardstick(server, { id }) {
  const zip = path.join(CACHE, 'export.zip');
  const file = path.join(CACHE, 'export.json');
  fs.writeFileSync(zip, await server.get(`/api/albumen/exports/${id}/download`));
  fs.writeFileSync(file, execFileSync('unzip', ['-p', zip, 'annotations.json'], { maxBuffer: 1 << 30 }));
  return { ...JSON.parse(execFileSync('node', ['-e', WRITE_JSON, file])), bytes: fs.statSync(file).size };
}

export async function exportRows(name, args) {
  say(`Exporting from ${name} ...`);
  const server = await Server.start(...args);
  const set = await makeDataset(server);
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(await once(server, set));
  const node = await yardstick(server, runs[0].value);
  await server.stop();
  const ms = Math.min(...runs.map((run) => run.ms));
  const mb = Math.max(...runs.map((run) => run.mb));
  const shapes = runs[0].value.annotations.toLocaleString('en');
  return [{
    what: `COCO export of ${shapes} shapes (${(node.bytes / 1e6).toFixed(0)} MB), ${name}: from the request to the end; what the server grew by`,
    budget: `< ${SECONDS} s, < ${MEMORY_MB} MB`,
    measured: `${seconds(ms)}, ${mb.toFixed(0)} MB`,
    yardstick: `${seconds(node.ms)}, ${node.mb.toFixed(0)} MB: node's JSON.stringify and deflate`,
    ratio: (ms / node.ms).toFixed(2),
    met: ms < SECONDS * 1000 && mb < MEMORY_MB,
  }];
}
