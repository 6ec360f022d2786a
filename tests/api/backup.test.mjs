// A backup made while a scan runs becomes the same library again, in either database.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import {
  corpus,
  engines,
  newHome,
  onEachEngine,
  run,
  scan,
  Server,
  temporaryFolder,
} from './harness.mjs';

const picture = path.join(corpus().photos, 'formats/baseline.jpg');

onEachEngine('a backup', (engine) => {
  let home, photos, place, file;
  const bytes = (n) => Buffer.concat([fs.readFileSync(picture), Buffer.from(`picture ${n}`)]);
  const doctor = async (other) => {
    const { status, stdout } = await run(['doctor', '--deep', '--json', ...other.args]);
    return { status, findings: stdout.split('\n').filter((line) => line.includes('"finding"')) };
  };
  // What a client sees of the library, but for where it lies.
  const seen = async (other, root) => {
    const server = await Server.start(other);
    const list = await server.allPhotos();
    const trash = await server.get('/api/albumen/trash');
    await server.stop();
    const told = (photo) => ({ ...photo, path: photo.path.replace(root, '') });
    return JSON.stringify([list.map(told), trash.photos.map(told)]);
  };

  before(async () => {
    home = newHome(engine);
    photos = temporaryFolder('photos');
    place = temporaryFolder('backups');
    file = path.join(place, 'whole.tar.zst');
    for (let n = 0; n < 40; n++) fs.writeFileSync(path.join(photos, `p${n}.jpg`), bytes(n));
    await scan(home, photos);
    const server = await Server.start(home);
    await server.api('POST', '/api/albumen/trash', { json: { ids: [3, 4] } });
    await server.stop();
  });
  after(() => {
    home.remove();
    for (const folder of [photos, place]) fs.rmSync(folder, { recursive: true });
  });

  it('is whole though a scan runs meanwhile', async () => {
    for (let n = 40; n < 200; n++) fs.writeFileSync(path.join(photos, `p${n}.jpg`), bytes(n));
    const scanning = scan(home);
    const done = await run(['backup', ...home.args, place]);
    assert.equal(done.status, 0, done.stderr);
    const [name] = fs.readdirSync(place);
    assert.match(name, /^albumen-.*\.tar\.zst$/);
    assert.equal(fs.statSync(path.join(place, name)).mode & 0o777, 0o600);
    await scanning;
    const other = newHome('sqlite');
    const restored = await run(['restore', ...other.args, path.join(place, name)]);
    assert.equal(restored.status, 0, restored.stderr);
    const { findings } = await doctor(other);
    assert.deepEqual(findings.filter((line) => !line.includes('thumbnail_lost')), []);
    other.remove();
    fs.rmSync(path.join(place, name));
  });

  for (const into of engines) {
    it(`becomes the same library in ${into}, its originals elsewhere`, async () => {
      fs.rmSync(file, { force: true });
      const args = ['backup', ...home.args, '--originals', '--thumbnails', file];
      assert.equal((await run(args)).status, 0);
      assert.equal((await run(['restore', '--verify', file])).status, 0);
      const other = newHome(into);
      const originals = path.join(other.data, '../', `${path.basename(other.data)}-originals`);
      const restored = await run(['restore', ...other.args, '--originals', originals, file]);
      assert.equal(restored.status, 0, restored.stderr);
      assert.deepEqual(await doctor(other), { status: 0, findings: [] });
      const again = await scan(other);
      assert.equal(again.unchanged, 198);
      const root = path.join(fs.realpathSync(originals), '1');
      assert.equal(await seen(other, root), await seen(home, photos));
      fs.rmSync(originals, { recursive: true });
      other.remove();
    });
  }

  it('does not overwrite anything', async () => {
    const again = await run(['backup', ...home.args, file]);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /there already/);
    const over = await run(['restore', ...home.args, file]);
    assert.equal(over.status, 1);
    assert.match(over.stderr, /already/);
    assert.deepEqual(await doctor(home), { status: 0, findings: [] });
    if (engine === 'postgres') return;
    const forced = await run(['restore', ...home.args, '--force', file]);
    assert.equal(forced.status, 0, forced.stderr);
    const [, aside] = /before is in (\S+)/.exec(forced.stdout);
    assert.ok(fs.existsSync(path.join(aside, 'albumen.db')));
    fs.rmSync(aside, { recursive: true });
    assert.deepEqual(await doctor(home), { status: 0, findings: [] });
  });

  it('is refused when it was cut off or altered, and nothing is left behind', async () => {
    const whole = fs.readFileSync(file);
    const other = newHome('sqlite');
    const bad = path.join(place, 'bad.tar.zst');
    for (const what of [whole.subarray(0, whole.length >> 1), Buffer.from('no backup')]) {
      fs.writeFileSync(bad, what);
      const answer = await run(['restore', ...other.args, bad]);
      assert.equal(answer.status, 1);
      assert.match(answer.stderr, /bad\.tar\.zst: /);
      assert.deepEqual(fs.readdirSync(other.data), []);
    }
    assert.equal((await run(['restore', ...other.args, path.join(place, 'none')])).status, 1);
    assert.equal((await run(['restore', ...other.args])).status, 2);
    assert.equal((await run(['backup', ...other.args])).status, 2);
    other.remove();
  });
});
