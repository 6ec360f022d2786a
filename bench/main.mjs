// See bench/run.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { browserRows } from './browser.mjs';
import { corpus } from './corpus.mjs';
import { exportRows } from './exports.mjs';
import { importRows } from './imports.mjs';
import { inferenceRows } from './inference.mjs';
import { makeLibrary } from './library.mjs';
import { folderRows, objectRows, qualityRows } from './quality.mjs';
import { memoryRows, scanRows } from './scan.mjs';
import { serveRows } from './serve.mjs';
import { circumstances, markdown, writePage } from './table.mjs';
import { CACHE } from './tools.mjs';
import { vectorRows } from './vectors.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    photos: { type: 'string', default: '100000' },
    large: { type: 'string', default: '1000000' },
    quality: { type: 'boolean', default: false },
    faces: { type: 'string' },
    coco: { type: 'string' },
    images: { type: 'string' },
  },
});
const photos = Number(options.photos);
const large = Number(options.large);
for (const [name, number, least] of [['photos', photos, 1000], ['large', large, 0]]) {
  if (!Number.isInteger(number) || number < least || number > 1_000_000) {
    console.error(`bench/run: --${name} takes a number from ${least} to 1000000`);
    process.exit(2);
  }
}

// The same library at each size on each engine, one after the other, for they take much room.
async function libraryRows(engine, name, size, seeds) {
  const args = makeLibrary(engine, size, ...seeds);
  const rows = await serveRows(name, args, { photos: size, quick: options.quick });
  if (engine === 'sqlite' && size === photos) rows.push(...(await browserRows(args)));
  if (!options.quick && size === photos) rows.push(...(await importRows(name, args)), ...(await exportRows(name, args)));
  return rows;
}

// Only how good the models are; the page keeps what it says.
async function onlyQuality() {
  const rows = options.quality ? await qualityRows() : [];
  if (options.faces) rows.push(...(await folderRows(options.faces)));
  if (options.coco) rows.push(...(await objectRows(options.coco, options.images)));
  console.log(`${circumstances()}\n\n${markdown(rows)}`);
}

if (Boolean(options.coco) !== Boolean(options.images)) {
  console.error('bench/run: --coco and --images belong together');
  process.exit(2);
}
fs.mkdirSync(CACHE, { recursive: true });
if (options.quality || options.faces || options.coco) {
  await onlyQuality();
  process.exit(0);
}
const where = circumstances();
const pictures = corpus();
const rows = [...scanRows(pictures, options), ...(await memoryRows(pictures))];
rows.push(...vectorRows(options));
rows.push(...(await inferenceRows(options)));
const sizes = options.quick || large === 0 ? [photos] : [photos, large];
for (const size of sizes) {
  rows.push(...(await libraryRows('sqlite', 'SQLite', size, [pictures.photographs])));
  if (!options.quick) rows.push(...(await libraryRows('postgres', 'PostgreSQL', size, [])));
}

if (!options.quick) rows.push(...(await qualityRows()));

const text = `${where}; ${photos.toLocaleString('en')} photos\n\n${markdown(rows)}\n`;
console.log(text);
if (!options.quick && photos === 100_000) writePage(text);
