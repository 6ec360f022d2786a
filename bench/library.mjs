// A library of made-up photos whose thumbnails are real ones.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { emptyFolder, PROGRAM, REPOSITORY, SAMPLE, say } from './tools.mjs';

const SQL = path.join(REPOSITORY, 'bench/library.sql');

// What each engine has to make a content hash of a text, before and after it; and the same here.
const HASHES = {
  sqlite: { content: 'sha3', end: ', 256)', name: 'sha3-256' },
  postgres: { content: 'sha256(convert_to', end: ", 'UTF8'))", name: 'sha256' },
};

function seedHashes(data, database) {
  const asked = database
    ? execFileSync('psql', ['-qXAtd', database, '-c', "SELECT encode(content_hash, 'hex') FROM photo ORDER BY id"])
    : execFileSync('sqlite3', [path.join(data, 'albumen.db'), 'SELECT lower(hex(content_hash)) FROM photo ORDER BY id']);
  return asked.toString().trim().split('\n');
}

// Gives every photo of library.sql the thumbnails of its seed.
function linkThumbnails(data, engine, photos, seeds) {
  const file = (hash, size) => path.join(data, 'thumbs', hash.slice(0, 2), `${hash}-${size}.jpg`);
  for (let folder = 0; folder < 256; folder++) {
    fs.mkdirSync(path.join(data, 'thumbs', folder.toString(16).padStart(2, '0')), { recursive: true });
  }
  for (let i = 1; i <= photos; i++) {
    if (i % 100 === 0) continue; // a copy of the one before
    const hash = createHash(HASHES[engine].name).update(`photo ${i}`).digest('hex');
    for (const size of ['small', 'large']) {
      fs.linkSync(file(seeds[i % seeds.length], size), file(hash, size));
    }
  }
}

export function multiplySqlite(data, photos) {
  const { content, end } = HASHES.sqlite;
  const seeds = seedHashes(data);
  const sql = fs
    .readFileSync(SQL, 'utf8')
    .replaceAll(':photos', photos)
    .replaceAll(':content', content)
    .replaceAll(':end', end);
  const settings = 'PRAGMA foreign_keys = ON;\n';
  execFileSync('sqlite3', ['-bail', path.join(data, 'albumen.db')], { input: settings + sql });
  linkThumbnails(data, 'sqlite', photos, seeds);
}

// PostgreSQL would look at the new tables by itself within a minute; here nobody waits for that.
function multiplyPostgres(data, database, photos) {
  const { content, end } = HASHES.postgres;
  const seeds = seedHashes(data, database);
  const psql = ['-qX', '-v', 'ON_ERROR_STOP=1', '-v', `photos=${photos}`, '-d', database];
  execFileSync('psql', [...psql, '-v', `content=${content}`, '-v', `end=${end}`, '-f', SQL]);
  execFileSync('psql', [...psql, '-c', 'VACUUM ANALYZE']);
  linkThumbnails(data, 'postgres', photos, seeds);
}

function newDatabase() {
  const server = process.env.ALBUMEN_TEST_POSTGRES;
  const psql = ['-qX', '-d', server];
  execFileSync('psql', [...psql, '-c', 'DROP DATABASE IF EXISTS bench']);
  execFileSync('psql', [...psql, '-c', 'CREATE DATABASE bench']);
  return server.replace('/postgres?', '/bench?');
}

// The arguments by which the program serves it. `seeds` are folders of pictures.
export function makeLibrary(engine, photos, ...seeds) {
  say(`Making a library of ${photos.toLocaleString('en')} photos (${engine}) ...`);
  const data = emptyFolder(`library-${engine}`);
  const database = engine === 'postgres' ? newDatabase() : null;
  const args = ['--data', data, ...(database ? ['--database', database] : [])];
  execFileSync(PROGRAM, ['scan', ...args, '--json', SAMPLE, ...seeds]);
  if (database) multiplyPostgres(data, database, photos);
  else multiplySqlite(data, photos);
  return args;
}
