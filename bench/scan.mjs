// What a scan costs, beside libjpeg-turbo's and libvips' own programs on the same files.
import fs from 'node:fs';
import path from 'node:path';
import { childrenPeak, emptyFolder, PROGRAM, say, timed, timedScript } from './tools.mjs';
import { atMost, milliseconds } from './table.mjs';

// 2/8 is the smallest scale at which the long side of 5616 pixels stays above the 1280 that the
// program asks for.
const DJPEG = 'for file; do djpeg -scale 2/8 -outfile /dev/null "$file"; done';

function scan(data, ...folders) {
  const done = timed(PROGRAM, 'scan', '--workers', '2', '--data', data, '--json', ...folders);
  return { ...done, summary: JSON.parse(done.stdout.trim().split('\n').pop()) };
}

function firstScan(folder, pictures) {
  const done = scan(emptyFolder('scan'), folder);
  if (done.summary.indexed !== pictures) throw new Error(`not all indexed: ${done.stdout}`);
  return done;
}

// Each is measured in turn, `rounds` times, and the least counts: whatever else runs on the machine
// can only add to it.
function measure(folder, files, rounds) {
  const least = {};
  const keep = (name, { wall, cpu }) => {
    const before = least[name] ?? { wall: Infinity, cpu: Infinity };
    least[name] = { wall: Math.min(before.wall, wall), cpu: Math.min(before.cpu, cpu) };
  };
  const thumbnails = path.join(emptyFolder('vipsthumbnail'), '%s.jpg');
  timedScript('cat "$@" >/dev/null', ...files); // into the page cache
  for (let round = 0; round < rounds; round++) {
    keep('djpeg', timedScript(DJPEG, ...files));
    keep('scan', firstScan(folder, files.length));
    keep('again', scan(path.join(path.dirname(thumbnails), '../scan'), folder));
    keep('vips', timed('env', 'VIPS_CONCURRENCY=1', 'vipsthumbnail', '-s', '640', '-o', thumbnails, ...files));
  }
  return least;
}

export function scanRows(corpus, { quick }) {
  say('Scanning ...');
  const all = fs.readdirSync(corpus.photographs).map((name) => path.join(corpus.photographs, name));
  let folder = corpus.photographs;
  let files = all;
  if (quick) {
    folder = emptyFolder('few');
    files = all.slice(0, 10).map((file) => path.join(folder, path.basename(file)));
    files.forEach((file, at) => fs.linkSync(all[at], file));
  }
  const least = measure(folder, files, quick ? 1 : 3);
  const each = (name) => least[name].cpu / files.length;
  const perPicture = (name) => `${each(name).toFixed(3)} CPU-s`;
  return [
    {
      what: `scan, a picture of 21 megapixels (${files.length} of them): read, hash, EXIF, two thumbnails, pHash`,
      budget: '≤ 1.2 × djpeg',
      measured: perPicture('scan'),
      yardstick: `${perPicture('djpeg')} djpeg -scale 2/8`,
      ...atMost(each('scan') / each('djpeg'), 1.2),
    },
    {
      what: 'the same beside libvips',
      budget: 'less than sharp, vipsthumbnail',
      measured: perPicture('scan'),
      yardstick: `${perPicture('vips')} vipsthumbnail -s 640`,
      ...atMost(each('scan') / each('vips'), 1),
    },
    {
      what: 'the same by the clock, two workers',
      measured: `${(files.length / least.scan.wall).toFixed(1)} pictures/s`,
    },
    {
      what: 'second scan, nothing changed',
      budget: '< 1/10 of the first',
      measured: milliseconds(least.again.wall * 1000),
      yardstick: `${milliseconds(least.scan.wall * 1000)} the first`,
      ...atMost(least.again.wall / least.scan.wall, 0.1),
    },
  ];
}

export async function memoryRows(corpus) {
  say('Scanning giants ...');
  const data = emptyFolder('giants');
  const peak = await childrenPeak(PROGRAM, 'scan', '--workers', '2', '--data', data, '--json', corpus.giants);
  return [
    {
      what: `peak memory of a worker: ${fs.readdirSync(corpus.giants).join(', ')}`,
      budget: '< 512 MB',
      measured: `${Math.ceil(peak)} MB`,
      met: peak < 512,
    },
  ];
}
