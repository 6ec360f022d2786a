// What the tests of the models work with: the manifests, the packages in the cache, what is installed.
//
// ALBUMEN_MODELS    the models folder that scripts/models filled
// XDG_CACHE_HOME    its cache is in albumen/ below
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { REPOSITORY } from '../server.mjs';
import { readManifests } from '../../tools/dist/manifest.js';

export const CACHE = path.join(
  process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'),
  'albumen',
);
export const MODELS = process.env.ALBUMEN_MODELS || path.join(CACHE, 'models');

// By file name without its ending.
export const MANIFESTS = readManifests(path.join(REPOSITORY, 'models')).map(
  ({ manifest }) => manifest,
);

export function manifestOf(name) {
  return MANIFESTS.find((manifest) => manifest.name === name);
}

// The file of a model as it is installed; null when it is not.
export function installedPath(manifest) {
  const file = path.join(MODELS, manifest.name, manifest.file);
  return fs.existsSync(file) ? file : null;
}

function unpack(manifest, files) {
  const { source } = manifest;
  const tarball = path.join(CACHE, 'tarballs', `${source.tarball_sha256}.tgz`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'albumen-package-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  execFileSync('tar', [
    ...['-xzf', tarball, '-C', folder, '--strip-components', '1'],
    ...files.map((file) => `package/${file}`),
  ]);
  return folder;
}

const unpacked = new Map();

// A folder with the files that the manifests take from its package, unpacked once.
export function packageFolder(manifest) {
  const key = manifest.source.tarball_sha256;
  if (!unpacked.has(key)) {
    const same = MANIFESTS.filter(({ source }) => source.tarball_sha256 === key);
    const files = new Set(same.flatMap(({ source }) => source.files.map((file) => file.path)));
    unpacked.set(key, unpack(manifest, [...files]));
  }
  return unpacked.get(key);
}

// TensorFlow.js with its plain CPU back end, and face-api's nets, out of the package from which the
// face net's weights come anyway. It was made for browsers and wants to see a little of one.
export async function loadTensorflow() {
  const bundle = 'dist/face-api.esm.js';
  const folder = unpack(manifestOf('face-resnet'), [bundle]);
  const file = path.join(folder, 'face-api.mjs');
  fs.renameSync(path.join(folder, bundle), file);
  globalThis.window = globalThis;
  globalThis.document = { createElement: () => ({ getContext: () => null }) };
  globalThis.navigator ??= { userAgent: '' };
  const faceapi = await import(file);
  const { tf } = faceapi;
  await tf.setBackend('cpu');
  await tf.ready();
  return { tf, faceapi };
}
