// Pictures shown to models: by the real runtime and the real models, in the program's own workers.
//
// ALBUMEN_MODELS    the folder that `make models` fills
// ALBUMEN_SAMPLES   photographs of people: the folder that `node bench/samples.mjs` prints
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, it } from 'node:test';
import { MODELS, newHome, onEachEngine, run, scan, Server, temporaryFolder } from './harness.mjs';

const SAMPLES = process.env.ALBUMEN_SAMPLES;
assert.ok(MODELS && SAMPLES, 'this test needs ALBUMEN_MODELS (make models) and ALBUMEN_SAMPLES (node bench/samples.mjs)');

const FACES = ['blazeface', 'facemesh', 'iris', 'face-resnet'];
const ALL = ['onnxruntime', ...FACES, 'centernet'];

const until = async (what, done) => {
  for (let tries = 0; tries < 1200; tries++) {
    const value = await done();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return assert.fail(`never came: ${what}`);
};

const modelsOf = (home) => path.join(home.data, 'models');

// Models appear in a library's folder as if they had been fetched. How the last one's weights are
// called in `model`: the server looks at the folder every few seconds, and goes on with what it had.
function install(home, names, { change, as } = {}) {
  let weights;
  fs.mkdirSync(modelsOf(home), { recursive: true, mode: 0o700 });
  for (const name of names) {
    const folder = path.join(modelsOf(home), `.${name}`);
    fs.cpSync(path.join(MODELS, name), folder, { recursive: true });
    change?.(folder);
    const place = path.join(modelsOf(home), as ?? name);
    fs.rmSync(place, { recursive: true, force: true });
    fs.renameSync(folder, place);
    weights = JSON.parse(fs.readFileSync(path.join(place, 'model.json'), 'utf8')).sha256.slice(0, 12);
  }
  return `${as ?? names.at(-1)}@${weights}`;
}

function changeManifest(folder, changes) {
  const file = path.join(folder, 'model.json');
  const manifest = { ...JSON.parse(fs.readFileSync(file, 'utf8')), ...changes };
  fs.writeFileSync(file, JSON.stringify(manifest));
  return manifest;
}

// The same weights under another name, which is another model.
const installOther = (home) => install(home, ['centernet'], {
  as: 'other', change: (folder) => changeManifest(folder, { name: 'other', is_default: false }),
});

// Some of its weights become numbers that are none.
function spoil(folder) {
  const name = changeManifest(folder, {}).file;
  const bytes = fs.readFileSync(path.join(folder, name));
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 4096);
  fs.writeFileSync(path.join(folder, name), bytes);
  changeManifest(folder, { sha256: crypto.createHash('sha256').update(bytes).digest('hex') });
}

function cutShort(folder) {
  const file = path.join(folder, changeManifest(folder, {}).file);
  fs.truncateSync(file, 1000);
}

// The right size and the right checksum of something that is no model.
function fillWithNoise(folder) {
  const file = path.join(folder, changeManifest(folder, {}).file);
  const bytes = crypto.createHash('sha512').update('noise').digest();
  fs.writeFileSync(file, bytes);
  changeManifest(folder, { bytes: bytes.length, sha256: crypto.createHash('sha256').update(bytes).digest('hex') });
}

function photographs(count) {
  const folder = temporaryFolder('faces');
  for (let i = 1; i <= count; i++) {
    fs.copyFileSync(path.join(SAMPLES, `vladmandic-face-api-1.7.15/demo/sample${i}.jpg`), path.join(folder, `${i}.jpg`));
  }
  return folder;
}

const taskOf = async (server, name) =>
  (await server.get('/api/albumen/models')).tasks.find(({ task }) => task === name);
const whenDone = (server, name, photos, model = '') =>
  until(`${photos} photos looked at for ${name}`, async () => {
    const task = await taskOf(server, name);
    return task.done + task.failed === photos && (task.model ?? '').startsWith(model) && task;
  });
onEachEngine('an analysis', (engine) => {
  const home = newHome(engine);
  const photos = photographs(4);
  let server;
  after(async () => {
    await server?.stop();
    home.remove();
    fs.rmSync(photos, { recursive: true, force: true });
  });

  const ids = async () => {
    const found = [];
    for (let id = 1; found.length < 4 && id < 50; id++) {
      const answer = await server.request('GET', `/api/albumen/photos/${id}`);
      if (answer.status === 200) found.push(id);
    }
    return found;
  };

  it('leaves a library without models alone, and says what is off', async () => {
    const summary = await scan(home, photos);
    assert.equal(summary.indexed, 4);
    assert.equal(summary.analysed, 0);
    server = await Server.start(home);
    const { runtime, models, tasks, fetch } = await server.get('/api/albumen/models');
    assert.deepEqual(models, []);
    assert.equal(fetch.state, 'idle');
    assert.ok(runtime.available || runtime.detail);
    for (const task of tasks) {
      assert.equal(task.available, false);
      assert.match(task.detail, /\w+/);
      assert.equal(task.pending, 4);
    }
    for (const id of await ids()) {
      assert.equal((await server.get(`/api/albumen/photos/${id}`)).objects, null);
    }
  });

  it('begins by itself when models arrive', async () => {
    fs.mkdirSync(modelsOf(home), { recursive: true });
    fs.writeFileSync(path.join(modelsOf(home), 'fetch.json'),
      JSON.stringify({ state: 'running', done_bytes: 5, total_bytes: 10, detail: 'centernet' }));
    const { fetch } = await server.get('/api/albumen/models');
    assert.deepEqual(fetch, { state: 'running', done_bytes: 5, total_bytes: 10, detail: 'centernet' });
    install(home, ALL);
    const objects = await whenDone(server, 'objects', 4, 'centernet@');
    assert.deepEqual([objects.done, objects.failed, objects.pending], [4, 0, 0]);
    assert.equal((await whenDone(server, 'faces', 4)).failed, 0);
    assert.equal((await whenDone(server, 'similar', 4)).failed, 0);
    const { runtime, models } = await server.get('/api/albumen/models');
    assert.match(runtime.version, /^1\.\d+\.\d+$/);
    assert.ok(models.every(({ detail }) => detail === null));
    for (const id of await ids()) {
      const { objects: found } = await server.get(`/api/albumen/photos/${id}`);
      const people = found.filter(({ label }) => label === 'person');
      assert.ok(people.length > 0);
      for (const { box: [x, y, width, height] } of found) {
        assert.ok(x >= 0 && y >= 0 && width > 0 && height > 0 && x + width < 1.0001 && y + height < 1.0001);
      }
    }
  });

  it('looks again when another model is used, and keeps the old until then', async () => {
    await server.api('POST', '/api/albumen/models/none/use', { status: 404 });
    installOther(home);
    await server.api('POST', '/api/albumen/models/other/use');
    const task = await whenDone(server, 'objects', 4, 'other@');
    assert.equal(task.done, 4);
    const { models } = await server.get('/api/albumen/models');
    const used = models.filter(({ purpose, in_use: inUse }) => purpose === 'objects' && inUse);
    assert.deepEqual(used.map(({ name }) => name), ['other']);
    await server.api('POST', '/api/albumen/models/centernet/use');
    await whenDone(server, 'objects', 4, 'centernet@');
  });

  it('names a model that was cut short, and loses nothing', async () => {
    const [id] = await ids();
    const before = (await server.get(`/api/albumen/photos/${id}`)).objects;
    install(home, ['centernet'], { change: cutShort });
    const { models } = await until('the problem', async () => {
      const answer = await server.get('/api/albumen/models');
      return /bytes/.test(answer.models.find(({ name }) => name === 'centernet').detail) && answer;
    });
    assert.equal(models.find(({ name }) => name === 'iris').detail, null);
    assert.deepEqual((await server.get(`/api/albumen/photos/${id}`)).objects, before);
  });

  it('names a model that is none', async () => {
    const noise = install(home, ['centernet'], { change: fillWithNoise });
    await server.api('POST', '/api/albumen/analysis', { json: {}, status: 202 });
    const task = await until('the refusal', async () => {
      const answer = await taskOf(server, 'objects');
      return !answer.available && answer.model === noise && /centernet/.test(answer.detail) && answer;
    });
    assert.equal(task.available, false);
    assert.equal((await taskOf(server, 'faces')).available, true);
  });

  it('takes numbers that are none for no answer, and remembers it', async () => {
    const spoilt = install(home, ['centernet'], { change: spoil });
    const task = await whenDone(server, 'objects', 4, spoilt);
    assert.equal(task.failed, 4);
    const [id] = await ids();
    assert.ok((await server.get(`/api/albumen/photos/${id}`)).objects.length > 0); // as before
    const good = install(home, ['centernet']);
    assert.equal((await whenDone(server, 'objects', 4, good)).failed, 0);
  });

  it('goes on when its workers are killed', async () => {
    await server.api('POST', '/api/albumen/models/other/use');
    const kill = () => {
      const listed = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', `${server.process.pid}`], { encoding: 'utf8' });
      const pids = listed.split('\n').filter((line) => line.includes('--vision')).map((line) => parseInt(line, 10));
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      return pids.length;
    };
    await until('a worker to kill', kill);
    const task = await whenDone(server, 'objects', 4, 'other@');
    assert.equal(task.failed, 0);
  });

  it('refuses tasks that there are none of', async () => {
    await server.api('POST', '/api/albumen/analysis', { json: { tasks: ['ghosts'] }, status: 400 });
  });

  it('leaves no face behind of a photo that is deleted', async () => {
    const faces = () => fs.readdirSync(path.join(home.data, 'thumbs'), { recursive: true })
      .filter((name) => name.includes('-face-')).length;
    assert.ok(faces() > 0);
    const all = { json: { ids: await ids() } };
    await server.api('POST', '/api/albumen/trash', all);
    assert.ok(faces() > 0);
    await server.api('DELETE', '/api/albumen/trash', all);
    assert.equal(faces(), 0);
  });

  it('follows a scan in the foreground, unless it is told not to', async () => {
    await server.stop();
    server = undefined;
    const other = newHome(engine);
    const folder = photographs(2);
    try {
      install(other, ALL);
      const plain = await run(['scan', ...other.args, '--json', '--no-analysis', folder]);
      assert.equal(JSON.parse(plain.stdout).analysed, 0);
      assert.equal((await scan(other, folder)).analysed, 2);
      assert.equal((await scan(other, folder)).analysed, 0);
    } finally {
      other.remove();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
