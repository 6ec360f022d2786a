// A folder of every kind of picture and every kind of trouble becomes a library.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, decodeJpeg, newHome, onEachEngine, scan, Server } from './harness.mjs';

const { photos: folder, files, ignored, corners } = corpus();
const indexed = files.filter((file) => file.outcome === 'indexed');
const failed = files.filter((file) => file.outcome === 'failed');

// Names, sizes, times and content of everything in a folder, read without following links.
function fingerprint(root) {
  const hash = crypto.createHash('sha256');
  const visit = (directory) => {
    const entries = fs.readdirSync(directory, { encoding: 'buffer' }).sort(Buffer.compare);
    for (const name of entries) {
      const whole = Buffer.concat([directory, Buffer.from('/'), name]);
      const facts = fs.lstatSync(whole, { bigint: true });
      hash.update(name).update(`${facts.mode} ${facts.size} ${facts.mtimeNs}`);
      if (facts.isDirectory()) visit(whole);
      if (facts.isFile()) hash.update(fs.readFileSync(whole));
    }
  };
  visit(Buffer.from(root));
  return hash.digest('hex');
}

function close(actual, expected, tolerance, what) {
  const near = typeof actual === 'number' && Math.abs(actual - expected) <= tolerance;
  assert.ok(near, `${what}: ${actual} is not ${expected}`);
}

onEachEngine('a scanned folder', (engine) => {
  let home, server, first, second, fingerprints;
  const byPath = new Map();

  before(async () => {
    home = newHome(engine);
    fingerprints = [fingerprint(folder)];
    first = await scan(home, folder);
    second = await scan(home, folder);
    fingerprints.push(fingerprint(folder));
    server = await Server.start(home);
    for (const photo of await server.allPhotos()) {
      assert.ok(photo.path.startsWith(`${folder}/`), photo.path);
      byPath.set(photo.path.slice(folder.length + 1), photo);
    }
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  it('counts what was found, indexed and failed', () => {
    assert.equal(first.found, files.length);
    assert.equal(first.indexed, indexed.length);
    assert.equal(first.failed, failed.length);
    assert.equal(first.unchanged, 0);
  });

  it('touches nothing that did not change the second time', () => {
    assert.equal(second.found, files.length);
    assert.equal(second.indexed, 0);
    assert.equal(second.unchanged + second.failed, files.length);
  });

  it('leaves the originals alone', () => {
    assert.equal(fingerprints[1], fingerprints[0]);
  });

  it('lists every good file, under its own name, and nothing else', () => {
    assert.deepEqual([...byPath.keys()].sort(), indexed.map((file) => file.path).sort());
    for (const name of ignored) assert.ok(!byPath.has(name), name);
  });

  for (const file of failed) {
    it(`says why it cannot show ${file.path}`, () => {
      const told = first.failures.find(({ path: p }) => p.endsWith(`/${file.path}`));
      assert.ok(told, 'it is not among the failures');
      assert.match(told.reason, new RegExp(file.reason, 'i'));
    });
  }

  for (const file of indexed) {
    it(`knows ${JSON.stringify(file.path)}`, () => {
      const photo = byPath.get(file.path);
      assert.ok(photo, 'it is not in the library');
      assert.equal(photo.filename, path.posix.basename(file.path));
      assert.deepEqual([photo.image_width, photo.image_height], [file.width, file.height]);
      const same = {
        date_taken: 'date_taken', camera: 'camera_model', lens: 'lens_model', iso: 'iso',
      };
      for (const [ours, theirs] of Object.entries(same)) {
        if (ours in file) assert.equal(photo[theirs], file[ours], theirs);
      }
      if ('f_stop' in file) close(photo.f_stop, file.f_stop, 0.001, 'f_stop');
      if ('focal_length' in file) close(photo.focal_length, file.focal_length, 0.001, 'focal_length');
      if ('shutter_seconds' in file) {
        close(Number(photo.shutter_speed), file.shutter_seconds, 1e-6, 'shutter_speed');
      }
      if ('latitude' in file) {
        close(photo.gps_latitude, file.latitude, 1e-6, 'gps_latitude');
        close(photo.gps_longitude, file.longitude, 1e-6, 'gps_longitude');
      }
      if ('rating' in file) assert.equal(photo.star_rating, Math.max(0, file.rating ?? 0));
      if (file.rating === -1) assert.equal(photo.is_rejected, 1);
      if (file.keywords) assert.equal(photo.tags, file.keywords.join(','));
    });
  }

  for (const file of indexed.filter(({ colour_tolerance: tolerance }) => tolerance)) {
    it(`shows ${file.path} upright and in its colours`, async () => {
      const query = new URLSearchParams({ path: `${folder}/${file.path}` });
      const answer = await server.request('GET', `/thumbnail?${query}`);
      assert.equal(answer.status, 200);
      const picture = decodeJpeg(answer.body);
      close(picture.width / picture.height, file.width / file.height, 0.02, 'shape');
      const x = { left: 0.1, right: 0.9 };
      const y = { top: 0.1, bottom: 0.9 };
      for (const [corner, colour] of Object.entries(corners)) {
        const [vertical, horizontal] = corner.split('_');
        const seen = picture.at(
          Math.floor(picture.width * x[horizontal]),
          Math.floor(picture.height * y[vertical]),
        );
        seen.forEach((value, i) => {
          close(value, colour[i], file.colour_tolerance, `${corner} is ${seen}, channel ${i}`);
        });
      }
    });
  }
});

onEachEngine('a folder that changes', (engine) => {
  it('is followed: new, changed, renamed and removed files', async () => {
    const home = newHome(engine);
    const root = fs.mkdtempSync(path.join(home.data, 'changing-'));
    const copy = (from, to) => fs.copyFileSync(path.join(folder, from), path.join(root, to));
    copy('facts/everything.jpg', 'a.jpg');
    copy('facts/rejected.jpg', 'b.jpg');
    copy('formats/rgb8.png', 'c.png');
    assert.equal((await scan(home, root)).indexed, 3);

    copy('facts/north-east.jpg', 'a.jpg');
    fs.renameSync(path.join(root, 'b.jpg'), path.join(root, 'renamed.jpg'));
    fs.rmSync(path.join(root, 'c.png'));
    copy('formats/lossy.webp', 'new.webp');
    const again = await scan(home, root);
    assert.equal(again.found, 3);
    assert.equal(again.unchanged, 0);

    const server = await Server.start(home);
    const photos = await server.allPhotos();
    const names = photos.map(({ filename }) => filename).sort();
    assert.deepEqual(names, ['a.jpg', 'new.webp', 'renamed.jpg']);
    const changed = photos.find(({ filename }) => filename === 'a.jpg');
    close(changed.gps_latitude, 35.6894875, 1e-6, 'gps_latitude');
    assert.equal(await server.stop(), 0);
    home.remove();
  });
});
