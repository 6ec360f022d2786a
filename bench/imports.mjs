// What it costs to take in a million annotations of COCO: half boxes, half polygons of twelve
// points, over ten thousand photos, in no order. Beside it: node reading the same file as JSON.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CACHE, say, Server } from './tools.mjs';

const SHAPES = 1_000_000;
const IMAGES = 10_000;
const MEMORY_MB = 200;

const READ_JSON = `
  const began = performance.now();
  JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'));
  console.log(JSON.stringify({ ms: performance.now() - began, mb: process.resourceUsage().maxRSS / 1000 }));`;

function polygon(x, y) {
  const points = [];
  for (let i = 0; i < 12; i++) {
    const turn = (2 * Math.PI * i) / 12;
    points.push((x + 12 + 11.5 * Math.cos(turn)).toFixed(2), (y + 12 + 11.5 * Math.sin(turn)).toFixed(2));
  }
  return points;
}

// Places that follow each other like random numbers, and are the same each time.
function annotation(i, items) {
  const image = (i * 7919) % items.length;
  const x = (i * 104729) % (items[image].width - 30);
  const y = (i * 1299709) % (items[image].height - 30);
  const segmentation = i % 2 ? `,"segmentation":[[${polygon(x, y)}]]` : '';
  return `{"id":${i + 1},"image_id":${image},"category_id":${1 + (i % 20)},"bbox":[${x},${y},24,24]` +
    `,"area":576,"iscrowd":0${segmentation}}`;
}

function writeCoco(file, items) {
  const out = fs.openSync(file, 'w');
  const images = items.map((item, id) => ({
    id, file_name: `${item.directory.slice(1)}/${item.filename}`, width: item.width, height: item.height,
  }));
  const categories = Array.from({ length: 20 }, (_, i) => ({ id: i + 1, name: `class ${i + 1}` }));
  const head = JSON.stringify({ images, categories }).slice(0, -1);
  fs.writeSync(out, `${head},"annotations":[`);
  for (let i = 0; i < SHAPES; i += 1000) {
    const lines = Array.from({ length: 1000 }, (_, j) => annotation(i + j, items));
    fs.writeSync(out, (i ? ',' : '') + lines.join(',\n'));
  }
  fs.writeSync(out, ']}');
  fs.closeSync(out);
}

async function ask(server, method, target, body) {
  const answer = await fetch(`${server.url}/api/albumen/${target}`, {
    method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`${target} answers ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

async function settled(server, id) {
  for (;;) {
    const one = await ask(server, 'GET', `imports/${id}`);
    if (one.state === 'failed') throw new Error(one.error);
    if (one.state === 'ready' || one.state === 'applied') return one;
    await sleep(50);
  }
}

async function makeDataset(server) {
  const set = await ask(server, 'POST', 'datasets', { name: `Import ${Date.now()}` });
  const layout = await server.get('/api/albumen/layout'); // its header, then the ids
  const photos = Array.from({ length: IMAGES }, (_, i) => layout.readUInt32LE(16 + 4 * i));
  await ask(server, 'POST', `datasets/${set.id}/items`, { photos });
  const items = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await ask(server, 'GET', `datasets/${set.id}/items?limit=1000${cursor && `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return { set, items: items.filter(({ width, height }) => width > 60 && height > 60) };
}

function peakMb(server) {
  const status = fs.readFileSync(`/proc/${server.pids[0]}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)[1]) * 1.024e-3;
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

export async function importRows(name, args) {
  say(`Importing ${SHAPES.toLocaleString('en')} annotations (${name}) ...`);
  const file = path.join(CACHE, 'import.json');
  const making = await Server.start(...args);
  const { set, items } = await makeDataset(making);
  await making.stop();
  writeCoco(file, items);
  const server = await Server.start(...args); // of which nothing else has been asked yet
  const target = `${server.url}/api/albumen/datasets/${set.id}/imports?filename=import.json`;
  const began = performance.now();
  const sent = JSON.parse(execFileSync('curl', ['-sS', '-T', file, '-X', 'POST', target]));
  const ready = await settled(server, sent.id);
  const read = performance.now();
  await ask(server, 'POST', `imports/${sent.id}/apply`, {});
  const { preview } = await settled(server, sent.id);
  const applied = performance.now();
  const peak = peakMb(server);
  await server.stop();
  if (ready.preview.problem_count > 0 || preview.applied.annotations !== SHAPES) {
    throw new Error(`not all was written: ${JSON.stringify(preview).slice(0, 500)}`);
  }
  const node = JSON.parse(execFileSync(process.execPath, ['-e', READ_JSON, file]));
  const megabytes = Math.round(fs.statSync(file).size / 1e6);
  fs.rmSync(file);
  return [
    {
      what: `COCO import of ${SHAPES.toLocaleString('en')} annotations (${megabytes} MB) on ${name}: ` +
        'sent and looked at; applied',
      measured: `${seconds(read - began)}; ${seconds(applied - read)}`,
      yardstick: `node: JSON.parse ${seconds(node.ms)}`,
    },
    {
      what: `the same: peak memory of the server`,
      budget: `< ${MEMORY_MB} MB`,
      measured: `${Math.ceil(peak)} MB`,
      yardstick: `node: ${Math.ceil(node.mb)} MB`,
      met: peak < MEMORY_MB,
    },
  ];
}
