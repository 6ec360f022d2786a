// Disks that fill up, folders that may only be read, and a share that vanishes: what cannot be done
// is refused, nothing is lost, and when the trouble is over all is as it should be. Needs mounts of
// its own, so it asks for root and says so where it is not.
//   node tests/kill/troubles.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Program, temporaryFolder } from '../server.mjs';
import { Library, Random } from './library.mjs';

const PHOTOS = 30;

const mount = (...args) => execFileSync('mount', args);
const unmount = (folder) => execFileSync('umount', ['-l', folder]);

async function ask(server, method, target, json) {
  const body = json && JSON.stringify(json);
  const headers = body ? { 'content-type': 'application/json' } : {};
  const answer = await fetch(`${server.url}/api/albumen/${target}`, { method, body, headers });
  return { status: answer.status, value: await answer.json() };
}

// A library in folders of the test's choice, all of it indexed.
async function libraryIn(folder) {
  const library = new Library('sqlite', new Random(1), folder);
  for (let n = 0; n < PHOTOS; n++) library.addFile();
  return library;
}

const settle = (photo, answer, word, to) => {
  const done = answer.status === 200 && answer.value[word] === 1;
  photo.states = new Set([done ? to : 'shown']);
  return done;
};

// The data folder's disk fills up while photos are rated, thrown away and added.
async function fullDisk() {
  const library = await libraryIn(temporaryFolder('kill'));
  const data = library.home.data;
  mount('-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', data);
  try {
    await library.check();
    let server = await Program.start(library.home, { args: ['--quiet'] });
    const ballast = path.join(data, 'ballast');
    try {
      for (;;) fs.appendFileSync(ballast, Buffer.alloc(4096));
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
    let refused = 0;
    for (const photo of library.photos.slice(0, 20)) {
      const stars = 1 + (photo.number % 5);
      const rated = await ask(server, 'PUT', 'ratings', { ids: [photo.id], stars });
      if (rated.status === 200) photo.stars = new Set([stars]);
      const thrown = await ask(server, 'POST', 'trash', { ids: [photo.id] });
      refused += !settle(photo, thrown, 'trashed', 'trash') + (rated.status !== 200);
    }
    for (let n = 0; n < 5; n++) library.addFile();
    await library.command('scan', library.folder); // may fail, and says so
    const backup = await library.command('backup', path.join(data, 'backup'));
    assert.equal(backup.status, 1, 'there is no room for a backup');
    assert.deepEqual(fs.readdirSync(data).filter((name) => name.startsWith('backup')), []);
    await server.stop('SIGKILL');
    fs.rmSync(ballast);
    await library.check();
    server = await Program.start(library.home, { args: ['--quiet'] });
    assert.equal((await ask(server, 'GET', 'library')).status, 200);
    await server.stop();
    return `${refused} changes refused for want of room`;
  } finally {
    unmount(data);
    library.remove();
  }
}

// A source that may only be read: photos cannot go to the trash, and can be removed.
async function readOnly() {
  const folder = temporaryFolder('kill');
  const library = await libraryIn(folder);
  await library.check();
  mount('--bind', folder, folder);
  mount('-o', 'remount,bind,ro', folder);
  try {
    const server = await Program.start(library.home, { args: ['--quiet'] });
    for (const photo of library.photos.slice(0, 5)) {
      const answer = await ask(server, 'POST', 'trash', { ids: [photo.id] });
      assert.equal(settle(photo, answer, 'trashed', 'trash'), false);
      assert.match(answer.value.refused[0].detail, /remove it from the library instead/);
      const removed = await ask(server, 'POST', 'removed', { ids: [photo.id] });
      assert.equal(settle(photo, removed, 'removed', 'removed'), true);
    }
    await server.stop();
    await library.check();
    return '5 refused, and removed instead';
  } finally {
    unmount(folder);
    library.remove();
  }
}

// The source's disk goes away while it is scanned, and comes back.
async function vanishingShare() {
  const disk = temporaryFolder('kill-disk');
  const folder = temporaryFolder('kill');
  mount('--bind', disk, folder);
  let mounted = true;
  const library = await libraryIn(folder);
  try {
    await library.check();
    const server = await Program.start(library.home, { args: ['--quiet'] });
    const [photo, other] = library.photos;
    assert.ok(settle(other, await ask(server, 'POST', 'trash', { ids: [other.id] }), 'trashed', 'trash'));
    const scanning = ask(server, 'POST', 'scans', {});
    unmount(folder);
    mounted = false;
    await scanning;
    const answer = await ask(server, 'POST', 'trash', { ids: [photo.id] });
    assert.equal(settle(photo, answer, 'trashed', 'trash'), false);
    const back = await ask(server, 'POST', 'trash/restore', { ids: [other.id] });
    assert.match(back.value.refused[0].detail, /may not be mounted/);
    assert.notEqual((await library.command('scan', folder)).status, 0);
    await server.stop('SIGKILL');
    const missing = library.sql("SELECT count(*) FROM photo WHERE state = 'missing'");
    assert.deepEqual(missing, [['0']], 'nothing is taken for deleted');
    mount('--bind', disk, folder);
    mounted = true;
    await library.check();
    return 'nothing was taken for deleted';
  } finally {
    if (mounted) unmount(folder);
    library.remove();
    fs.rmSync(disk, { recursive: true, force: true });
  }
}

const troubles = { full_disk: fullDisk, read_only: readOnly, vanishing_share: vanishingShare };
for (const [name, trouble] of Object.entries(troubles)) {
  if (process.getuid() !== 0) {
    console.log(`kill: ${name}: not tried, because only root may mount`);
    continue;
  }
  try {
    console.log(`kill: ${name}: well, ${await trouble()}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`kill: ${name}: FAILED, ${error.stack}`);
  }
}
process.exit(process.exitCode ?? 0); // a server of a trouble that failed may still run
