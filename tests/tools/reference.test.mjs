// Every converted model gives what its source gives: TensorFlow.js on the plain CPU back end beside
// ONNX Runtime behind src/vision/session, on the same pseudo-random input, every output.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileSha256 } from '../../tools/dist/checksum.js';
import { REPOSITORY, temporaryFolder } from '../server.mjs';
import {
  installedPath,
  loadTensorflow,
  MANIFESTS,
  manifestOf,
  MODELS,
  packageFolder,
} from './packages.mjs';

const RUN_ONNX = process.env.ALBUMEN_RUN_ONNX ?? path.join(REPOSITORY, 'build/tests/tools/run-onnx');
// Of this architecture; absent where the system has one of its own.
const RUNTIME_FILE = path.join(MODELS, 'onnxruntime', 'libonnxruntime.so');
const RUNTIME = fs.existsSync(RUNTIME_FILE) ? RUNTIME_FILE : '';
const NETS = MANIFESTS.filter(({ file }) => file.endsWith('.onnx'));

const folder = temporaryFolder('reference');
test.after(() => fs.rmSync(folder, { recursive: true }));

// The most that two values may differ. Coordinates are in pixels of the input, in the hundreds.
const COORDINATE = 1e-3;
const SCORE = 1e-5;
const TOLERANCES = {
  blazeface: { Identity_2: COORDINATE, Identity_3: COORDINATE },
  facemesh: { Identity: COORDINATE, Identity_2: COORDINATE },
  iris: { Identity: COORDINATE },
  // Distances to the sides, before softmax.
  nanodet: { Identity_3: COORDINATE, Identity_4: COORDINATE, Identity_5: COORDINATE },
};
const sigmoid = (values) => values.map((value) => 1 / (1 + Math.exp(-value)));
// Raw scores are compared as what they mean.
const MEANINGS = { blazeface: { Identity: sigmoid, Identity_1: sigmoid } };
// Nets that take 0..255; the others take about -1..1.
const BYTES = ['centernet', 'face-resnet'];

const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

function pseudoRandom(manifest) {
  let state = 7;
  return Float32Array.from({ length: sizeOf(manifest.inputs[0].shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = state / 2 ** 32;
    return BYTES.includes(manifest.name) ? Math.floor(value * 256) : value * 2 - 1;
  });
}

// What the program's own session gives: by output, in the manifest's order.
function runOnnx(manifest, input) {
  const from = path.join(folder, `${manifest.name}.in`);
  const to = path.join(folder, `${manifest.name}.out`);
  fs.writeFileSync(from, Buffer.from(input.buffer));
  execFileSync(RUN_ONNX, [RUNTIME, installedPath(manifest), from, to]);
  const bytes = fs.readFileSync(to);
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let at = 0;
  return manifest.outputs.map(({ shape }) => all.subarray(at, (at += sizeOf(shape))));
}

function exactBuffer(file) {
  const bytes = fs.readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

async function runGraph({ tf }, manifest, input) {
  const [json, bin] = manifest.source.files.map(({ path: file }) =>
    path.join(packageFolder(manifest), file),
  );
  const { modelTopology, weightsManifest } = JSON.parse(fs.readFileSync(json, 'utf8'));
  const weightSpecs = weightsManifest.flatMap((group) => group.weights);
  const model = await tf.loadGraphModel(
    tf.io.fromMemory({ modelTopology, weightSpecs, weightData: exactBuffer(bin) }),
  );
  const means = manifest.source.means ?? {};
  const names = manifest.outputs.map(({ name }) => means[name]?.node ?? name);
  const [{ name, shape }] = manifest.inputs;
  const results = [model.execute({ [name]: tf.tensor(input, shape) }, names)].flat();
  return manifest.outputs.map((output, k) => {
    const mean = means[output.name];
    return (mean ? tf.mean(results[k], mean.axes) : results[k]).dataSync();
  });
}

async function runFaceNet({ tf, faceapi }, manifest, input) {
  const [json, bin] = manifest.source.files.map(({ path: file }) =>
    path.join(packageFolder(manifest), file),
  );
  const specs = JSON.parse(fs.readFileSync(json, 'utf8')).flatMap((group) => group.weights);
  const net = new faceapi.FaceRecognitionNet();
  net.loadFromWeightMap(tf.io.decodeWeights(exactBuffer(bin), specs));
  const batch = { toBatchTensor: () => tf.tensor(input, manifest.inputs[0].shape) };
  return [net.forwardInput(batch).dataSync()];
}

// The rows of findings are ordered by score, so that near ties may change places.
function rowsOf(values) {
  return Array.from({ length: values.length / 6 }, (_, k) => values.subarray(k * 6, k * 6 + 6));
}

function compareDetections(want, got) {
  const rows = rowsOf(got);
  const [last] = rowsOf(want).slice(-1);
  for (const row of rowsOf(want)) {
    // Beside the last row there may have been others with the same score.
    if (row[4] - last[4] < 2 * SCORE) continue;
    const near = rows.findIndex((other) =>
      other.every((value, k) => Math.abs(value - row[k]) <= (k < 4 ? COORDINATE : SCORE)),
    );
    assert.notEqual(near, -1, `no row like ${row.join(' ')}`);
    rows.splice(near, 1);
  }
}

function compare(manifest, output, want, got) {
  assert.equal(got.length, want.length);
  if (manifest.family === 'centernet' && output.name === 'tower_0/detections') {
    compareDetections(want, got);
    return;
  }
  const meaning = MEANINGS[manifest.name]?.[output.name] ?? ((values) => values);
  const [a, b] = [meaning(Float64Array.from(want)), meaning(Float64Array.from(got))];
  const worst = a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k])), 0);
  const tolerance = TOLERANCES[manifest.name]?.[output.name] ?? SCORE;
  // Written so that NaN fails too.
  assert.ok(worst <= tolerance && b.every(Number.isFinite), `${output.name} differs by ${worst}`);
}

let tensorflow;

for (const manifest of NETS) {
  const missing = installedPath(manifest) === null;
  const skip = missing && !manifest.is_default && 'optional, and not installed';

  test(`${manifest.name} is what its manifest says`, { skip }, async () => {
    const file = installedPath(manifest);
    assert.equal(await fileSha256(file), manifest.sha256);
    assert.equal(fs.statSync(file).size, manifest.bytes);
    const lines = execFileSync(RUN_ONNX, [RUNTIME, file], { encoding: 'utf8' });
    const told = (kind, ports) =>
      ports.map(({ name, element, shape }) => `${kind} ${element} ${shape.join('x')} ${name}\n`);
    const expected = [...told('input', manifest.inputs), ...told('output', manifest.outputs)];
    assert.equal(lines, expected.join(''));
  });

  test(`${manifest.name} gives what TensorFlow.js gives`, { skip }, async () => {
    tensorflow ??= await loadTensorflow();
    const input = pseudoRandom(manifest);
    const reference = manifest.source.converter === 'tfjs' ? runGraph : runFaceNet;
    const want = await reference(tensorflow, manifest, input);
    const got = runOnnx(manifest, input);
    manifest.outputs.forEach((output, k) => compare(manifest, output, want[k], got[k]));
  });
}

test('the options name outputs and sizes that the nets have', () => {
  for (const manifest of NETS) {
    const { options } = JSON.parse(
      fs.readFileSync(path.join(REPOSITORY, 'models', `${manifest.name}.json`), 'utf8'),
    );
    const named = manifest.outputs.find(({ name }) => name === options.similar?.output);
    if (options.similar) assert.equal(named.shape.at(-1), options.similar.mean.length);
    if (options.labels) assert.equal(new Set(options.labels).size, 80);
  }
  const [{ shape }] = manifestOf('face-resnet').outputs;
  assert.deepEqual(shape, [1, 128]);
});
