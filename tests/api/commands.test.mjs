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

  it('makes, lists and changes accounts', async () => {
    const other = newHome(engine);
    const user = (args, input = '') => run(['user', ...args, ...other.args], { input });
    const first = await user(['add', 'alice', '--display-name', 'Alice A.'], 'alicepw\n');
    assert.deepEqual([first.status, first.stdout], [0, 'made the superadmin alice\n']);
    assert.equal((await user(['add', 'bob', '--dir', '/photos/bob/', '--dir', '/b'], 'bobpw')).status, 0);
    const refused = [
      [['add', 'bob'], 'x', /bob already/],
      [['add', 'carol'], '', /no password/],
      [['add', 'carol'], '\n', /must not be empty/],
      [['add', 'carol', '--role', 'owner'], 'x', /--role/],
      [['add', '_legacy'], 'x', /name/],
      [['passwd', 'carol'], 'x', /no such account/],
      [['remove', 'carol'], '', /no such account/],
      [['remove', 'alice'], '', /last superadmin/],
    ];
    for (const [args, input, why] of refused) {
      const answer = await user(args, input);
      assert.equal(answer.status, 1, args.join(' '));
      assert.match(answer.stderr, why, args.join(' '));
    }
    for (const args of [[], ['dance'], ['add'], ['list', 'alice'], ['passwd', 'a', 'b']]) {
      assert.equal((await user(args)).status, 2, args.join(' '));
    }
    const listed = (await user(['list'])).stdout.trim().split('\n');
    assert.equal(listed.length, 2);
    assert.match(listed[0], /^alice +superadmin +Alice A\. +\(every folder\)$/);
    assert.match(listed[1], /^bob +user +bob +\/b \/photos\/bob$/);
    assert.equal((await user(['passwd', 'bob'], 'other\n')).status, 0);
    const server = await Server.start(other, { args: ['--listen', '0.0.0.0:0'] }); // there are accounts
    const json = { username: 'bob', password: 'bobpw' };
    await server.api('POST', '/api/auth/login', { json, status: 401 });
    await server.api('POST', '/api/auth/login', { json: { ...json, password: 'other' } });
    await server.stop();
    assert.equal((await user(['remove', 'bob'])).status, 0);
    assert.equal((await user(['remove', 'alice'])).status, 0); // the only one: the library is open again
    assert.equal((await user(['list'])).stdout, '');
    other.remove();
  });

  it('makes, lists and revokes keys', async () => {
    const other = newHome(engine);
    const key = (...args) => run(['key', ...args, ...other.args]);
    const mine = await key('create', 'mine');
    assert.equal(mine.status, 0);
    assert.match(mine.stdout, /\npk_live_[\w-]{43}\n$/); // alone on the last line
    assert.match((await key('create', 'mine')).stderr, /mine already/);
    assert.match((await key('create', 'x', '--scope', 'all')).stderr, /--scope/);
    assert.match((await key('create', 'x', '--user', 'bob')).stderr, /no such account/);
    assert.match((await key('list')).stdout, /^mine +pk_live_[\w-]{4} +read +\(owner\) +made \d{4}-\d\d-\d\d +used never +expires never\n$/);
    for (const name of ['alice', 'bob']) await run(['user', 'add', name, ...other.args], { input: 'pw' });
    assert.match((await key('list')).stdout, /^mine +pk_live_[\w-]{4} +read +alice /); // the first superadmin took it over
    assert.equal((await key('create', 'mine', '--user', 'bob', '--scope', 'admin')).status, 0);
    assert.match((await key('revoke', 'mine')).stderr, /--user/);
    assert.equal((await key('revoke', 'mine', '--user', 'bob')).status, 0);
    assert.equal((await key('list', '--user', 'bob')).stdout, '');
    assert.equal((await key('revoke', 'mine')).status, 0);
    assert.match((await key('revoke', 'mine')).stderr, /no key mine/);
    for (const args of [[], ['dance'], ['create'], ['list', 'mine']]) assert.equal((await key(...args)).status, 2);
    other.remove();
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
    assert.match(answer.stdout, /^(ok|warn) +sandbox/m); // sanitizers want more memory than a worker may have
    assert.match(answer.stdout, /^ok +database/m);
  });
});
