// The converter: the same bytes every time, and nothing made of files that are not the right ones.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { sha256 } from '../../tools/dist/checksum.js';
import { floats, transposed } from '../../tools/dist/constant.js';
import { convert } from '../../tools/dist/convert.js';
import { convertGraph } from '../../tools/dist/graph.js';
import { readGraphModel, readWeights } from '../../tools/dist/tfjs.js';
import { temporaryFolder } from '../server.mjs';
import { writeClipPair } from '../data/clip-pair.mjs';
import { installedPath, MANIFESTS, manifestOf, packageFolder } from './packages.mjs';

const MADE = MANIFESTS.filter(({ source }) => source.converter !== 'copy');

for (const manifest of MADE) {
  const skip = !manifest.is_default && installedPath(manifest) === null && 'not installed';
  test(`${manifest.name} comes out the same each time`, { skip }, () => {
    const once = convert(manifest, packageFolder(manifest));
    assert.equal(sha256(once), manifest.sha256);
    assert.ok(once.equals(convert(manifest, packageFolder(manifest))));
  });
}

test('a file of the package that was changed or cut off is refused by name', () => {
  const manifest = manifestOf('blazeface');
  const folder = temporaryFolder('convert');
  const [, { path: weights }] = manifest.source.files;
  const place = path.join(folder, weights);
  fs.cpSync(packageFolder(manifest), folder, { recursive: true });
  const bytes = fs.readFileSync(place);

  const changed = Buffer.from(bytes);
  changed[1000] ^= 1;
  fs.writeFileSync(place, changed);
  assert.throws(() => convert(manifest, folder), /blazeface\.bin is not the file it should be/);
  fs.writeFileSync(place, bytes.subarray(0, bytes.length - 1));
  assert.throws(() => convert(manifest, folder), /blazeface\.bin is not the file it should be/);
  fs.rmSync(folder, { recursive: true });
});

test('weights are read as they were stored, to the last byte', () => {
  const specs = [
    { name: 'half', shape: [4], dtype: 'float32', quantization: { dtype: 'float16' } },
    {
      name: 'byte',
      shape: [2],
      dtype: 'float32',
      quantization: { dtype: 'uint8', scale: 0.5, min: -1 },
    },
    { name: 'whole', shape: [1], dtype: 'int32' },
  ];
  // 1, -2, the smallest subnormal, 65504; 0 and 255; -3
  const bytes = Buffer.from('003c00c00100ff7b00fffdffffff', 'hex');
  const weights = readWeights(specs, bytes);
  assert.deepEqual([...weights.get('half').data], [1, -2, 2 ** -24, 65504]);
  assert.deepEqual([...weights.get('byte').data], [-1, 126.5]);
  assert.deepEqual([...weights.get('whole').data], [-3]);
  assert.throws(() => readWeights(specs, bytes.subarray(0, -1)), /whole: .* ends too early/);
  assert.throws(() => readWeights(specs, Buffer.concat([bytes, bytes])), /14 bytes too many/);
});

test('transposing moves every value to its place', () => {
  const counted = floats([2, 3, 4], Array.from({ length: 24 }, (_, k) => k));
  const turned = transposed(counted, [2, 0, 1]);
  assert.deepEqual(turned.shape, [4, 2, 3]);
  for (let i = 0; i < 24; i++) {
    const [a, b, c] = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
    assert.equal(turned.data[c * 6 + a * 3 + b], i);
  }
});

const graph = (...nodes) =>
  readGraphModel(
    JSON.stringify({
      modelTopology: {
        node: [
          {
            name: 'in',
            op: 'Placeholder',
            attr: { shape: { shape: { dim: [1, 4, 4, 2].map((size) => ({ size })) } } },
          },
          ...nodes,
        ],
      },
      weightsManifest: [
        { weights: [{ name: 'axes', shape: [4], dtype: 'int32' }] },
      ],
    }),
    Buffer.from(Int32Array.of(0, 3, 1, 2).buffer),
  );

test('transpositions that cancel leave nothing behind', () => {
  const there = { name: 'there', op: 'Transpose', input: ['in', 'axes'] };
  const axes = { name: 'axes', op: 'Const' };
  const relu = { name: 'relu', op: 'Relu', input: ['there'] };
  const made = convertGraph('small', graph(axes, there, relu), ['relu']);
  assert.deepEqual(
    made.nodes.map(({ op }) => op),
    ['Relu', 'Transpose', 'Identity'],
  );
  assert.deepEqual(made.outputs[0].shape, [1, 2, 4, 4]);
});

test('what the converter does not know is told by name', () => {
  const odd = { name: 'odd', op: 'Bincount', input: ['in'] };
  assert.throws(() => convertGraph('odd', graph(odd), ['odd']), /odd: .*Bincount is not known/);
  assert.throws(() => convertGraph('odd', graph(), ['none']), /no node called none/);
});

test('the pair of nets for words comes out the same each time', () => {
  const [one, two] = [temporaryFolder('pair'), temporaryFolder('pair')];
  writeClipPair(one);
  writeClipPair(two);
  for (const name of ['colours-image', 'colours-text']) {
    const file = path.join(name, `${name}.onnx`);
    const bytes = fs.readFileSync(path.join(one, file));
    assert.ok(bytes.equals(fs.readFileSync(path.join(two, file))));
    const { sha256: told } = JSON.parse(fs.readFileSync(path.join(one, name, 'model.json')));
    assert.equal(sha256(bytes), told);
  }
  fs.rmSync(one, { recursive: true });
  fs.rmSync(two, { recursive: true });
});
