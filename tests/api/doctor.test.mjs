// `doctor --deep` finds every way in which rows and files can disagree, and repairs what is safe.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, run, scan, Server, temporaryFolder } from './harness.mjs';

const picture = path.join(corpus().photos, 'formats/baseline.jpg');

onEachEngine('the doctor', (engine) => {
  let home, photos;
  const place = (name) => path.join(photos, name);
  const bytes = (n) => Buffer.concat([fs.readFileSync(picture), Buffer.from(`picture ${n}`)]);

  // Exit status, the findings by kind, and the last line.
  const examine = async (...args) => {
    const { status, stdout } = await run(['doctor', '--deep', '--json', ...home.args, ...args]);
    const lines = stdout.trim().split('\n').map((line) => JSON.parse(line));
    const findings = lines.filter((line) => line.finding);
    return { status, findings, kinds: findings.map((one) => one.finding), summary: lines.at(-1) };
  };
  const finds = async (kind, status, ...args) => {
    const answer = await examine(...args);
    assert.deepEqual(answer.kinds, [kind], JSON.stringify(answer.findings));
    assert.equal(answer.status, status);
    assert.match(answer.findings[0].detail, /^[A-Za-z0-9/"].* .*/);
    return answer.findings[0];
  };
  const well = async () => {
    const answer = await examine();
    assert.deepEqual(answer.kinds, []);
    assert.equal(answer.status, 0);
    assert.equal(answer.summary.good, true);
  };
  const thumbnails = () =>
    fs
      .readdirSync(path.join(home.data, 'thumbs'), { recursive: true })
      .filter((name) => name.endsWith('.jpg'))
      .map((name) => path.join(home.data, 'thumbs', name));

  before(async () => {
    home = newHome(engine);
    photos = temporaryFolder('photos');
    for (let n = 0; n < 4; n++) fs.writeFileSync(place(`p${n}.jpg`), bytes(n));
    await scan(home, photos);
  });
  after(() => {
    home.remove();
    fs.rmSync(photos, { recursive: true });
  });

  it('finds nothing where all agree, and says how much it looked at', async () => {
    await well();
    const told = await run(['doctor', '--deep', ...home.args]);
    assert.match(told.stdout, /ok +rows and files: 4 rows, 4 files, 8 thumbnails/);
  });

  it('finds a file that is gone, changed, or damaged while size and time stay', async () => {
    fs.renameSync(place('p0.jpg'), place('.hidden'));
    assert.equal((await finds('file_missing', 1)).path, place('p0.jpg'));
    fs.renameSync(place('.hidden'), place('p0.jpg'));
    const { mtimeMs, size } = fs.statSync(place('p0.jpg'));
    const damaged = bytes(0);
    damaged[size - 1] ^= 1;
    const facts = fs.statSync(place('p0.jpg'), { bigint: true });
    fs.writeFileSync(place('p0.jpg'), damaged);
    await finds('file_changed', 1);
    const seconds = facts.mtimeNs / 1000000000n;
    const nanoseconds = `${facts.mtimeNs % 1000000000n}`.padStart(9, '0');
    const timeAsBefore = () =>
      execFileSync('touch', ['-d', `@${seconds}.${nanoseconds}`, place('p0.jpg')]);
    timeAsBefore();
    assert.equal(fs.statSync(place('p0.jpg')).mtimeMs, mtimeMs);
    await finds('file_damaged', 1);
    fs.writeFileSync(place('p0.jpg'), bytes(0));
    timeAsBefore();
    await well();
  });

  it('finds thumbnails that are lost or broken, and makes them again', async () => {
    const [one, other] = thumbnails();
    fs.rmSync(one);
    await finds('thumbnail_lost', 1);
    assert.equal((await finds('thumbnail_lost', 0, '--repair')).repaired, true);
    fs.truncateSync(other, fs.statSync(other).size >> 1);
    await finds('thumbnail_lost', 1);
    await finds('thumbnail_lost', 0, '--repair');
    await well();
  });

  it('finds what is left over, and takes it away', async () => {
    const [one] = thumbnails();
    const name = path.basename(one).replace(/^../, 'ff');
    fs.mkdirSync(path.join(home.data, 'thumbs/ff'), { recursive: true });
    fs.copyFileSync(one, path.join(home.data, 'thumbs/ff', name));
    assert.equal((await finds('thumbnail_orphan', 0)).left_over, true);
    await finds('thumbnail_orphan', 0, '--repair');
    const partial = path.join(home.data, 'uploads/.partial');
    fs.mkdirSync(partial, { recursive: true });
    fs.writeFileSync(path.join(partial, '0123456789abcdef0123456789abcdef'), 'half');
    await finds('upload_orphan', 0);
    await finds('upload_orphan', 0, '--repair');
    assert.deepEqual(fs.readdirSync(partial), []);
    await well();
  });

  it('finds a folder that cannot be reached as one finding', async () => {
    fs.renameSync(photos, `${photos}-away`);
    const answer = await examine();
    assert.deepEqual(answer.kinds, ['source_unreachable']);
    assert.equal(answer.status, 1);
    fs.renameSync(`${photos}-away`, photos);
    await well();
  });

  it('looks into the trash, and ends what was interrupted', async () => {
    const server = await Server.start(home);
    const ids = [1, 2];
    await server.api('POST', '/api/albumen/trash', { json: { ids } });
    await server.stop();
    await well();
    const trash = path.join(home.data, 'trash');
    const [uuid] = fs.readdirSync(trash).filter((name) => name !== '.lock');
    const [name] = fs.readdirSync(path.join(trash, uuid));
    const kept = path.join(trash, uuid, name);
    const safe = fs.readFileSync(kept);
    fs.writeFileSync(kept, 'damaged');
    await finds('file_damaged', 1);
    fs.rmSync(kept);
    await finds('trash_lost', 1);
    fs.writeFileSync(place(name), safe); // where a kill before the move leaves it
    await finds('trash_lost', 1);
    assert.equal((await finds('trash_unfinished', 0, '--repair')).repaired, true);
    assert.deepEqual(fs.readFileSync(kept), safe);
    fs.mkdirSync(path.join(trash, '01890000-0000-7000-8000-000000000000'));
    fs.writeFileSync(path.join(trash, '01890000-0000-7000-8000-000000000000/x.jpg'), 'whose?');
    await finds('trash_orphan', 1, '--repair');
    fs.rmSync(path.join(trash, '01890000-0000-7000-8000-000000000000'), { recursive: true });
    await well();
  });

  it('warns of a data folder that others may read, and of plain HTTP', async () => {
    fs.chmodSync(home.data, 0o755);
    fs.writeFileSync(path.join(home.data, 'albumen.conf'), '[server]\nlisten=0.0.0.0:5000\n');
    const told = await run(['doctor', ...home.args]);
    assert.match(told.stdout, /warn data folder: .*chmod 700/);
    assert.match(told.stdout, /warn reach: .*plain HTTP/);
    assert.equal(told.status, 0);
  });
});
