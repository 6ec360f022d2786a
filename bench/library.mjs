// A library of made-up photos whose thumbnails are real ones.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { emptyFolder, PROGRAM, REPOSITORY, SAMPLE, say } from './tools.mjs';

const SQL = path.join(REPOSITORY, 'bench/library.sql');

export function multiplySqlite(data, photos) {
  const sql = fs.readFileSync(SQL, 'utf8').replaceAll(':photos', photos);
  const settings = 'PRAGMA foreign_keys = ON;\n';
  execFileSync('sqlite3', ['-bail', path.join(data, 'albumen.db')], { input: settings + sql });
}

// PostgreSQL would look at the new tables by itself within a minute; here nobody waits for that.
function multiplyPostgres(database, photos) {
  const psql = ['-qX', '-v', 'ON_ERROR_STOP=1', '-v', `photos=${photos}`, '-d', database];
  execFileSync('psql', [...psql, '-f', SQL]);
  execFileSync('psql', [...psql, '-c', 'VACUUM ANALYZE']);
}

function newDatabase() {
  const server = process.env.ALBUMEN_TEST_POSTGRES;
  execFileSync('psql', ['-qXd', server, '-c', 'CREATE DATABASE bench']);
  return server.replace('/postgres?', '/bench?');
}

// The arguments by which the program serves it. `seeds` are folders of pictures.
export function makeLibrary(engine, photos, ...seeds) {
  say(`Making a library of ${photos.toLocaleString('en')} photos (${engine}) ...`);
  const data = emptyFolder(`library-${engine}`);
  const database = engine === 'postgres' ? newDatabase() : null;
  const args = ['--data', data, ...(database ? ['--database', database] : [])];
  execFileSync(PROGRAM, ['scan', ...args, '--json', SAMPLE, ...seeds]);
  if (database) multiplyPostgres(database, photos);
  else multiplySqlite(data, photos);
  return args;
}
