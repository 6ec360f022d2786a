// The library that is tormented, and what must be true of it: what its photos are, where each may
// be, and what was acknowledged.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { corpus, newHome, run, temporaryFolder } from '../server.mjs';

const picture = fs.readFileSync(path.join(corpus().photos, 'formats/baseline.jpg'));

// Each photo's bytes are its own, and tell its number.
export function bytesOf(number) {
  return Buffer.concat([picture, Buffer.from(`photo ${number}`)]);
}

export class Library {
  constructor(engine, random, folder = temporaryFolder('kill')) {
    this.home = newHome(engine);
    this.engine = engine;
    this.random = random;
    this.folder = folder;
    this.photos = [];
    this.uploads = [];
    this.numbers = 0;
  }

  newUpload() {
    const number = this.numbers++;
    const upload = { number, name: `u${number}.jpg`, location: null, acknowledged: 0, done: false };
    this.uploads.push(upload);
    return upload;
  }

  // A new file in one of a few folders, there at once and whole.
  addFile() {
    const number = this.numbers++;
    const photo = {
      number,
      name: `p${number}.jpg`,
      folder: this.#anyFolder(),
      id: null,
      states: new Set(['new']),
      stars: new Set([null]),
      busy: false,
    };
    fs.mkdirSync(path.join(this.folder, photo.folder), { recursive: true });
    const hidden = path.join(this.folder, photo.folder, `.${photo.name}`);
    fs.writeFileSync(hidden, bytesOf(number));
    fs.renameSync(hidden, this.place(photo));
    this.photos.push(photo);
    return photo;
  }

  moveFile(photo) {
    const from = this.place(photo);
    photo.folder = this.#anyFolder();
    fs.mkdirSync(path.join(this.folder, photo.folder), { recursive: true });
    if (from !== this.place(photo)) fs.renameSync(from, this.place(photo));
  }

  #anyFolder() {
    return `f${this.random.below(4)}/g${this.random.below(3)}`;
  }

  place(photo) {
    return path.join(this.folder, photo.folder, photo.name);
  }

  // Rows of columns, straight from the database: what a client is told is tested elsewhere.
  sql(query) {
    const url = this.home.args[this.home.args.indexOf('--database') + 1];
    const text =
      this.engine === 'sqlite'
        ? execFileSync('sqlite3', ['-separator', '\t', path.join(this.home.data, 'albumen.db'), query])
        : execFileSync('psql', ['-qXAtF', '\t', '-d', url, '-c', query]);
    const lines = text.toString().split('\n').filter((line) => line !== '');
    return lines.map((line) => line.split('\t'));
  }

  learnIds() {
    const ids = new Map(this.sql('SELECT name, id FROM photo').map(([name, id]) => [name, Number(id)]));
    for (const photo of this.photos) photo.id ??= ids.get(photo.name) ?? null;
  }

  async command(...args) {
    const [name, ...rest] = args;
    return run([name, ...this.home.args, ...rest]);
  }

  // Ends what was interrupted and brings the rows up to date; then nothing may be wrong.
  async check() {
    const folders = this.photos.some((photo) => photo.id) ? [] : [this.folder];
    const scanned = await this.command('scan', '--json', ...folders);
    assert.equal(scanned.status, 0, `the scan failed: ${scanned.stderr}`);
    const doctor = await this.command('doctor', '--deep', '--json');
    const lines = doctor.stdout.trim().split('\n').map((line) => JSON.parse(line));
    const wrong = lines.filter((line) => line.finding && !line.left_over);
    assert.deepEqual(wrong, [], 'the doctor finds that rows and files do not agree');
    assert.equal(doctor.status, 0, doctor.stdout);
    this.#checkPhotos();
    const again = await this.command('doctor', '--deep', '--repair', '--json');
    assert.equal(again.status, 0, again.stdout);
  }

  #checkPhotos() {
    this.learnIds();
    const rows = new Map();
    const query =
      "SELECT p.id, p.uuid, p.name, p.path, coalesce(p.kept_out, 'shown'), p.state, r.stars " +
      'FROM photo p LEFT JOIN rating r ON r.photo_id = p.id ORDER BY p.id';
    for (const [id, uuid, name, where, state, presence, stars] of this.sql(query)) {
      assert.ok(!rows.has(Number(id)));
      rows.set(Number(id), { uuid, name, where, state, presence, stars });
    }
    for (const photo of this.photos) {
      try {
        this.#checkPhoto(photo, rows.get(photo.id));
      } catch (error) {
        const same = [...rows].filter(([, row]) => row.name === photo.name);
        error.message += `\nrows of its name: ${JSON.stringify(same)}\nit is in ${this.place(photo)}`;
        error.stack = `${error.message}\n${error.stack}`;
        throw error;
      }
    }
    this.#checkUploads(rows);
    const known = new Set(this.photos.map((photo) => photo.id));
    for (const [id, row] of rows) {
      // A file that was read where it lay for a moment may leave a row behind, of a missing photo
      // without any marks.
      const passed = row.presence === 'missing' && row.state === 'shown' && row.stars === '';
      assert.ok(known.has(id) || passed, `a row of no photo: ${JSON.stringify(row)}`);
    }
  }

  // What was acknowledged is there, and whatever is there is whole. Takes their rows away.
  #checkUploads(rows) {
    const folder = path.join(this.home.data, 'uploads');
    const files = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }) : [];
    for (const upload of this.uploads) {
      const places = files.filter((file) => path.basename(file) === upload.name);
      assert.ok(places.length <= 1, `${upload.name} came twice: ${places}`);
      assert.ok(!upload.done || places.length === 1, `${upload.name} was acknowledged and is lost`);
      for (const place of places) {
        const found = fs.readFileSync(path.join(folder, place));
        assert.ok(found.equals(bytesOf(upload.number)), `${upload.name} is not whole`);
        const row = [...rows].find(([, one]) => one.name === upload.name);
        assert.ok(row, `${upload.name} has no row`);
        assert.deepEqual([row[1].state, row[1].presence], ['shown', 'present'], upload.name);
        rows.delete(row[0]);
      }
    }
  }

  #checkPhoto(photo, row) {
    const told = `${photo.name} (${photo.id}): ${JSON.stringify(row)}, expected ${[...photo.states]}`;
    const state = row ? row.state : 'gone';
    const may = new Set(photo.states);
    if (may.delete('new')) may.add('shown');
    assert.ok(may.has(state), `the state of ${told}`);
    photo.states = new Set([state]);
    const kept = row && path.join(this.home.data, 'trash', row.uuid, photo.name);
    if (state === 'gone') {
      assert.ok(!fs.existsSync(this.place(photo)), `deleted, and still there: ${told}`);
      return;
    }
    const file = state === 'trash' ? kept : this.place(photo);
    const other = state === 'trash' ? this.place(photo) : kept;
    assert.ok(fs.existsSync(file), `lost: ${told}`);
    assert.ok(fs.readFileSync(file).equals(bytesOf(photo.number)), `not its own bytes: ${told}`);
    assert.ok(!fs.existsSync(other), `in two places: ${told}`);
    assert.equal(row.presence, 'present', told);
    if (state !== 'trash') assert.equal(row.where, this.place(photo), told);
    const stars = row.stars === '' || row.stars === undefined ? null : Number(row.stars);
    assert.ok(photo.stars.has(stars), `the stars of ${told}, ${[...photo.stars]}`);
    photo.stars = new Set([stars]);
  }

  remove() {
    this.home.remove();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

// Numbers that are the same for the same seed (mulberry32, public domain, by Tommy Ettinger).
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(limit) {
    return Math.floor(this.next() * limit);
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}
