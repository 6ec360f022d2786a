// The command line: what it prints, what it returns, what it refuses.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, run, scan, Server, temporaryFolder } from './harness.mjs';

const { photos: folder } = corpus();

onEachEngine('the command line', (engine) => {
  let home;
  before(() => (home = newHome(engine)));
  after(() => home.remove());

  it('explains itself', async () => {
    for (const args of [['--help'], ['serve', '--help'], ['scan', '--help']]) {
      const help = await run(args);
      assert.equal(help.status, 0, args.join(' '));
      assert.match(help.stdout, /albumen|Usage/);
    }
    assert.match((await run(['--version'])).stdout, /^albumen \d+\.\d+\.\d+$/m);
  });

  it('returns 2 for wrong usage and says what is wrong', async () => {
    for (const args of [[], ['dance'], ['scan', '--nonsense'], ['serve', 'somewhere']]) {
      const answer = await run(args);
      assert.equal(answer.status, 2, args.join(' '));
      assert.notEqual(answer.stderr, '');
    }
  });

  it('returns 1 for what cannot be done and says why', async () => {
    const missing = await run(['scan', ...home.args, '/nowhere/at/all']);
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /nowhere/);
    const file = await run(['scan', ...home.args, path.join(folder, 'formats/baseline.jpg')]);
    assert.equal(file.status, 1);
    assert.match(file.stderr, /not a folder/);
    const database = await run(['scan', '--data', home.data, '--database', 'postgresql://127.0.0.1:1/x']);
    assert.equal(database.status, 1);
  });

  it('refuses to be reached by others while there are no accounts', async () => {
    const answer = await run(['serve', ...home.args, '--listen', '0.0.0.0:0']);
    assert.equal(answer.status, 1);
    assert.match(answer.stderr, /neither accounts nor a password/);
  });

  it('refuses an address that is taken', async () => {
    const server = await Server.start(home);
    const other = newHome(engine);
    const answer = await run(['serve', ...other.args, '--listen', server.url.slice('http://'.length)]);
    assert.equal(answer.status, 1);
    assert.match(answer.stderr, /in use/);
    other.remove();
    assert.equal(await server.stop(), 0);
  });

  it('prints a summary for people and one object for programs', async () => {
    const summary = await scan(home, path.join(folder, 'orientation'));
    for (const key of ['found', 'indexed', 'unchanged', 'failed', 'seconds']) {
      assert.equal(typeof summary[key], 'number', key);
    }
    const told = await run(['scan', ...home.args]);
    assert.equal(told.status, 0);
    assert.match(told.stdout, new RegExp(`${summary.found} pictures found.* ${summary.found} unchanged`));
  });

  it('serves the folder that it is given, and scans it by itself', async () => {
    const other = newHome(engine);
    const server = await Server.start(other, { args: ['--photos', path.join(folder, 'copies')] });
    let total = 0;
    for (let tries = 0; total < 2 && tries < 200; tries++) {
      ({ total } = await server.get('/api/photos'));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(total, 2);
    assert.equal(await server.stop(), 0);
    other.remove();
  });

  it('reads the owner’s settings, and says where they are wrong', async () => {
    const other = newHome(engine);
    const settings = path.join(other.data, 'scoring.json');
    fs.writeFileSync(settings, JSON.stringify({ viewer: { pagination: { default_per_page: 7 } } }));
    const server = await Server.start(other);
    assert.equal((await server.get('/api/config')).pagination.default_per_page, 7);
    assert.equal((await server.get('/api/photos')).per_page, 7);
    await server.stop();
    fs.writeFileSync(settings, '{"viewer": ');
    const answer = await run(['serve', ...other.args, '--listen', '127.0.0.1:0']);
    assert.equal(answer.status, 1);
    assert.match(answer.stderr, /scoring\.json/);
    other.remove();
  });

  it('keeps the data folder to its owner', () => {
    const other = temporaryFolder('parent');
    const data = path.join(other, 'data');
    return run(['scan', '--data', data, ...home.args.slice(2)]).then(() => {
      assert.equal(fs.statSync(data).mode & 0o777, 0o700);
      fs.rmSync(other, { recursive: true });
    });
  });

  it('tells how things are', async () => {
    const answer = await run(['doctor', ...home.args]);
    assert.equal(answer.status, 0, answer.stdout);
    assert.match(answer.stdout, /^ok +sandbox/m);
    assert.match(answer.stdout, /^ok +database/m);
  });
});
