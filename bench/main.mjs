// See bench/run.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { browserRows } from './browser.mjs';
import { corpus } from './corpus.mjs';
import { makeLibrary } from './library.mjs';
import { memoryRows, scanRows } from './scan.mjs';
import { postgresRows, sqliteRows } from './serve.mjs';
import { circumstances, markdown, writePage } from './table.mjs';
import { CACHE } from './tools.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    photos: { type: 'string', default: '100000' },
  },
});
const photos = Number(options.photos);
if (!Number.isInteger(photos) || photos < 1000 || photos > 1_000_000) {
  console.error('bench/run: --photos takes a number from 1000 to 1000000');
  process.exit(2);
}

fs.mkdirSync(CACHE, { recursive: true });
const where = circumstances();
const pictures = corpus();
const rows = [...scanRows(pictures, options), ...(await memoryRows(pictures))];
const sqlite = makeLibrary('sqlite', photos, pictures.photographs);
rows.push(...(await sqliteRows(sqlite, options)), ...(await browserRows(sqlite)));
if (!options.quick) rows.push(...(await postgresRows(makeLibrary('postgres', photos))));

const text = `${where}; ${photos.toLocaleString('en')} photos\n\n${markdown(rows)}\n`;
console.log(text);
if (!options.quick && photos === 100_000) writePage(text);
