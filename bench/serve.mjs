// What a large library costs to serve.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, emptyFolder, freePort, median, say, Server, wrk } from './tools.mjs';
import { atLeast, milliseconds, whole } from './table.mjs';

// As Facet's client asks.
const HIDDEN = 'hide_blinks=1&hide_bursts=1&hide_duplicates=1&hide_rejected=1';
const DATE = 'sort=date_taken&sort_direction=DESC';

const PAGES = [
  ['by date', DATE],
  ['by date, hiding blinks, bursts, duplicates, rejected', `${DATE}&${HIDDEN}`],
  ['by date, page 800', DATE, 800],
  ['by aggregate (of which there is none yet), hiding the same', `sort=aggregate&sort_direction=DESC&${HIDDEN}`],
  ['by rating', 'sort=star_rating&sort_direction=DESC'],
  ['by ISO, ascending', 'sort=iso&sort_direction=ASC'],
  ['by shutter speed', 'sort=shutter_speed&sort_direction=DESC'],
  ['a camera, by date', `${DATE}&camera=Camera+3`],
  ['a lens, by date', `${DATE}&lens=Lens+5+24-70mm+f%2F2.8`],
  ['a tag, by date', `${DATE}&tag=subject+17`],
  ['ISO 400 to 1600, by date', `${DATE}&min_iso=400&max_iso=1600`],
  ['one year, by date', `${DATE}&date_from=2015-01-01&date_to=2015-12-31`],
  ['rated 4 or 5, by date', `${DATE}&min_rating=4`],
  ['a place, by date', `${DATE}&gps_lat=43.2&gps_lng=-4.85&gps_radius_km=2000`],
  ['a search, by date', `${DATE}&search=river`],
  ['a folder, by date', `${DATE}&path_prefix=/srv/photos+of+the+benchmark/2015`],
];
const OTHERS = [
  ['layout of all photos', `/api/albumen/layout?${DATE}`],
  ['cameras', '/api/filter_options/cameras'],
  ['lenses', '/api/filter_options/lenses'],
  ['apertures', '/api/filter_options/apertures'],
  ['focal lengths', '/api/filter_options/focal_lengths'],
  ['tags', '/api/filter_options/tags'],
  ['type counts', '/api/type_counts'],
  ['state of the library', '/api/albumen/library'],
  ['years of the timeline', '/api/timeline/years'],
  ['months of a year', '/api/timeline/months?year=2015'],
  ['days of a year', '/api/timeline/dates?year=2015'],
  ['timeline, ten days', '/api/timeline?limit=10'],
  ['memories of a day', '/api/memories?date=2024-03-14'],
  ['are there memories', '/api/memories/check?date=2024-03-14'],
  ['photos with a place', '/api/photos/map/count'],
  ['map of the world', '/api/photos/map?bounds=-90,-180,90,180&zoom=3'],
  ['map of a country', '/api/photos/map?bounds=41,-5,51,9&zoom=6'],
  ['map of a town', '/api/photos/map?bounds=43,5,43.5,5.7&zoom=12'],
  ['folders in a folder', '/api/folders?prefix=/srv/photos+of+the+benchmark/2015/'],
];

// What a page of 64 may take in a library of so many photos.
function pageBudget(photos) {
  return photos > 100_000 ? { p50: 3, p99: 20 } : { p50: 1, p99: 10 };
}

function ofEach({ rate, cpu_ms }) {
  const cpu = cpu_ms < 0.1 ? `${Math.round(cpu_ms * 1000)} CPU-µs` : `${cpu_ms.toFixed(2)} CPU-ms`;
  return `${whole(rate)}/s of ${cpu}`;
}

// A slow answer is waited for a few times over.
async function rates(server, target, shortest) {
  const began = performance.now();
  await server.get(target);
  const first_ms = performance.now() - began;
  const seconds = Math.max(shortest, Math.ceil((4 * first_ms) / 1000));
  const one = wrk(server, [target], { connections: 1, seconds });
  const two = wrk(server, [target], { connections: 2, seconds });
  const after = `then p50 ${milliseconds(one.p50_ms)}, p99 ${milliseconds(one.p99_ms)}`;
  return { ...one, rate: two.rate, text: `first ${milliseconds(first_ms)}, ${after}; ${ofEach(two)}` };
}

async function pageRow(server, where, [name, query, page = 1], seconds, { p50, p99 }) {
  const target = `/api/photos?page=${page}&per_page=64&${query}`;
  const found = await rates(server, target, seconds);
  const answer = await server.json(target);
  if (answer.photos.length !== 64) throw new Error(`${target} gives ${answer.photos.length} photos`);
  return {
    what: `page of 64, ${where}: ${name} (${whole(answer.total)} photos)`,
    budget: `p50 < ${p50} ms, p99 < ${p99} ms; > 2,000/s`,
    measured: found.text,
    met: found.p50_ms < p50 && found.p99_ms < p99 && found.rate > 2000,
  };
}

async function otherRow(server, where, [name, target], seconds) {
  const found = await rates(server, target, seconds);
  const bytes = (await server.get(target)).length;
  return {
    what: `${name}, ${where} (${whole(bytes)} bytes)`,
    budget: 'p99 < 50 ms',
    measured: found.text,
    met: found.p99_ms < 50,
  };
}

async function startRow(where, args, rounds, most) {
  const took = [];
  for (let round = 0; round < rounds; round++) {
    const server = await Server.start(...args);
    took.push(server.ready_ms);
    await server.stop();
  }
  return {
    what: `start until /ready answers, ${where}`,
    budget: most ? `< ${most} ms` : '',
    measured: milliseconds(median(took)),
    met: most ? median(took) < most : undefined,
  };
}

function memoryRow(server, when, most) {
  const { counted, real } = server.memory();
  return {
    what: `memory of the server process ${when}`,
    budget: most ? `< ${most} MB` : '',
    measured: `${whole(counted)} MB, in truth ${whole(real)} MB`,
    met: most ? counted < most : undefined,
  };
}

// nginx serving `folder`, with room for as many requests on a connection as wrk likes.
async function startNginx(folder) {
  const home = emptyFolder('nginx');
  const port = await freePort();
  const config = `
    ${process.getuid() === 0 ? 'user root;' : ''}
    worker_processes 2;
    daemon off;
    pid ${home}/nginx.pid;
    error_log ${home}/error.log;
    events {}
    http {
      types { image/jpeg jpg; }
      access_log ${home}/access.log;
      client_body_temp_path ${home}/body;
      proxy_temp_path ${home}/proxy;
      fastcgi_temp_path ${home}/fastcgi;
      uwsgi_temp_path ${home}/uwsgi;
      scgi_temp_path ${home}/scgi;
      sendfile on;
      tcp_nopush on;
      keepalive_requests 1000000000;
      server { listen 127.0.0.1:${port}; root "${folder}"; }
    }`;
  fs.writeFileSync(path.join(home, 'nginx.conf'), config);
  const program = fs.existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';
  const child = spawn(program, ['-e', `${home}/error.log`, '-c', `${home}/nginx.conf`], { stdio: 'inherit' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    try {
      await fetch(url);
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await sleep(50);
    }
  }
  return { url, pids: childrenOf(child.pid), stop: () => (child.kill('SIGTERM'), ended) };
}

async function somePhotos(server, count) {
  const layout = await server.get('/api/albumen/layout');
  const total = layout.readUInt32LE(8);
  const ids = Array.from({ length: count }, (_, at) =>
    layout.readUInt32LE(16 + 4 * Math.floor((at * total) / count)),
  );
  const photos = [];
  for (let at = 0; at < count; at += 100) {
    const answer = await server.json(`/api/albumen/photos?ids=${ids.slice(at, at + 100)}`);
    photos.push(...answer.photos);
  }
  return photos;
}

async function thumbnailRows(server, where, seconds) {
  const photos = await somePhotos(server, 400);
  const ways = [
    ['/api/albumen/photos/ID/thumbnail?size=320', (p) => `/api/albumen/photos/${p.id}/thumbnail?size=320`],
    ['/thumbnail?path=PATH&size=320', (p) => `/thumbnail?path=${encodeURIComponent(p.path)}&size=320`],
    ['/api/albumen/photos/ID/thumbnail?size=640', (p) => `/api/albumen/photos/${p.id}/thumbnail?size=640`],
  ];
  const rows = [];
  for (const [name, target] of ways) {
    const folder = emptyFolder('thumbnails');
    const ours = photos.map(target);
    const theirs = photos.map((photo) => `/${photo.id}.jpg`);
    for (let at = 0; at < photos.length; at++) {
      fs.writeFileSync(path.join(folder, theirs[at]), await server.get(ours[at]));
    }
    const nginx = await startNginx(folder);
    const most = { connections: 16, seconds };
    const their = wrk(nginx, theirs, most);
    await nginx.stop();
    const our = wrk(server, ours, most);
    const { p50_ms } = wrk(server, ours, { connections: 1, seconds });
    const ratio = our.rate / their.rate;
    rows.push({
      what: `thumbnail, ${where}: ${name}`,
      budget: 'p50 < 0.3 ms; > 20,000/s; ≥ half of nginx',
      measured: `p50 ${milliseconds(p50_ms)}; ${ofEach(our)}`,
      yardstick: `${ofEach(their)}, nginx, same bytes`,
      ...atLeast(ratio, 0.5),
      met: p50_ms < 0.3 && our.rate > 20000 && ratio >= 0.5,
    });
  }
  return rows;
}

// `engine` is what people call it.
export async function serveRows(engine, args, { photos, quick }) {
  const where = `${engine}, ${whole(photos)} photos`;
  say(`Serving it (${where}) ...`);
  const isLarge = photos > 100_000;
  const seconds = quick ? 1 : 2;
  const rows = [await startRow(where, args, quick || isLarge ? 3 : 9, isLarge ? 0 : 300)];
  const server = await Server.start(...args);
  try {
    await sleep(1000);
    rows.push(memoryRow(server, `at rest, ${where}`, isLarge ? 0 : 80));
    for (const page of PAGES) rows.push(await pageRow(server, where, page, seconds, pageBudget(photos)));
    for (const other of OTHERS) rows.push(await otherRow(server, where, other, seconds));
    rows.push(...(await thumbnailRows(server, where, seconds)));
    rows.push(memoryRow(server, `after all that, ${where}`));
  } finally {
    await server.stop();
  }
  return rows;
}
