// A pair of tiny nets of CLIP's shape, made here, so that the way from words to pictures is tested
// with real files and a real runtime: they know six colours by name and by sight.
//   node tests/data/clip-pair.mjs FOLDER    puts them into a models folder, two folders with model.json
//
// Both map onto four directions of a space of 512: red, green, blue (each -1..1) and a constant, which
// keeps grey from having no direction at all. A plain picture of a colour and its word meet (cosine 1);
// other colours stay below 0.4.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constant, floats, ints } from '../../tools/dist/constant.js';
import { writeModel } from '../../tools/dist/onnx.js';

const FLOATS = 512;
const SIDE = 224;
const TOKENS = 77;
const CONSTANT = 0.53;
// CLIP's own, of red, green and blue on 0..1.
const MEAN = [0.48145466, 0.4578275, 0.40821073];
const DEVIATION = [0.26862954, 0.26130258, 0.27577711];
const FLOAT_TYPE = 1;

/** Words, their numbers in CLIP's vocabulary, and what they look like. */
export const COLOURS = [
  { word: 'red', token: 736, rgb: [255, 0, 0] },
  { word: 'green', token: 1901, rgb: [0, 255, 0] },
  { word: 'blue', token: 1746, rgb: [0, 0, 255] },
  { word: 'white', token: 1579, rgb: [255, 255, 255] },
  { word: 'black', token: 1449, rgb: [0, 0, 0] },
  { word: 'yellow', token: 4481, rgb: [255, 255, 0] },
];

/** Directions at right angles to each other, of length one: the same every time. */
function directions(count) {
  let state = 20170101;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0);
  const rows = [];
  while (rows.length < count) {
    let row = Array.from({ length: FLOATS }, random);
    for (const other of rows) {
      const shared = dot(row, other);
      row = row.map((value, k) => value - shared * other[k]);
    }
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

// Red, green, blue, the constant; and where texts go that name no colour.
const [RED, GREEN, BLUE, SOME, NONE] = directions(5);

function mix(weights, rows) {
  return rows[0].map((_, k) => weights.reduce((sum, weight, row) => sum + weight * rows[row][k], 0));
}

function embeddingOf(rgb) {
  return mix([...rgb.map((value) => (2 * value) / 255 - 1), CONSTANT], [RED, GREEN, BLUE, SOME]);
}

const node = (op, inputs, outputs, attributes = {}) => ({ op, inputs, outputs, attributes });

function imageNet() {
  // The average of the normalised picture, undone and put on -1..1, is one scale and one shift.
  const scale = DEVIATION.map((value) => 2 * value);
  const shift = MEAN.map((value) => 2 * value - 1);
  return {
    name: 'colours-image',
    inputs: [{ name: 'pixel_values', element: 'float32', shape: [-1, 3, SIDE, SIDE] }],
    outputs: [{ name: 'image_embeds', element: 'float32', shape: [-1, FLOATS] }],
    weights: new Map([
      ['scale', floats([3], scale)],
      ['shift', floats([3], shift)],
      ['rows', floats([3, FLOATS], [RED, GREEN, BLUE].flat())],
      ['some', floats([FLOATS], SOME.map((value) => CONSTANT * value))],
    ]),
    nodes: [
      node('ReduceMean', ['pixel_values'], ['average'], { axes: [2, 3], keepdims: 0 }),
      node('Mul', ['average', 'scale'], ['scaled']),
      node('Add', ['scaled', 'shift'], ['colour']),
      node('MatMul', ['colour', 'rows'], ['turned']),
      node('Add', ['turned', 'some'], ['image_embeds']),
    ],
  };
}

function textNet() {
  return {
    name: 'colours-text',
    inputs: [{ name: 'input_ids', element: 'int64', shape: [-1, TOKENS] }],
    outputs: [{ name: 'text_embeds', element: 'float32', shape: [-1, FLOATS] }],
    weights: new Map([
      ['last', ints([2])],
      ['tokens', constant('int64', [1, 1, COLOURS.length], Float64Array.from(COLOURS, (c) => c.token))],
      ['rows', floats([COLOURS.length, FLOATS], COLOURS.flatMap((c) => embeddingOf(c.rgb)))],
      ['none', floats([FLOATS], NONE.map((value) => 1e-3 * value))],
    ]),
    nodes: [
      node('Unsqueeze', ['input_ids', 'last'], ['column']),
      node('Equal', ['column', 'tokens'], ['same']),
      node('Cast', ['same'], ['one'], { to: FLOAT_TYPE }),
      node('ReduceMax', ['one'], ['named'], { axes: [1], keepdims: 0 }),
      node('MatMul', ['named', 'rows'], ['sum']),
      node('Add', ['sum', 'none'], ['text_embeds']),
    ],
  };
}

function install(folder, graph, purpose, options) {
  const { name, inputs, outputs } = graph;
  const bytes = writeModel(graph);
  const manifest = {
    name,
    purpose,
    family: 'clip',
    version: '1',
    package: null,
    licence: 'Apache-2.0',
    origin: 'made by the tests of Albumen',
    is_default: true,
    file: `${name}.onnx`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    inputs,
    outputs,
    options: { space: 'colours', ...options },
  };
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, manifest.file), bytes);
  writeFileSync(join(folder, name, 'model.json'), JSON.stringify(manifest, null, 2) + '\n');
}

/** Puts both nets into a models folder. */
export function writeClipPair(folder) {
  install(folder, imageNet(), 'image-words', {
    input: 'pixel_values',
    output: 'image_embeds',
    side: SIDE,
    mean: MEAN,
    deviation: DEVIATION,
  });
  install(folder, textNet(), 'text-words', {
    input: 'input_ids',
    output: 'text_embeds',
    tokens: TOKENS,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.length !== 3) {
    console.error('usage: clip-pair.mjs FOLDER');
    process.exit(2);
  }
  writeClipPair(process.argv[2]);
}
