// `albumen models`: what it lists, checks, adds and chooses.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { MODELS, run, temporaryFolder } from './harness.mjs';

// The fewest bytes that make an ONNX file: protobuf messages, field by field.
const varint = (value) => (value > 0x7f ? [(value & 0x7f) | 0x80, ...varint(value >>> 7)] : [value]);
const number = (field, value) => [...varint(field << 3), ...varint(value)];
const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content];
const text = (field, content) => bytes(field, [...Buffer.from(content)]);
const port = (name, shape) =>
  [...text(1, name), ...bytes(2, bytes(1, [...number(1, 1), ...bytes(2, shape.flatMap((size) => bytes(1, number(1, size))))]))];

// One node, of floats.
function model(type, [input, inputShape], [output, outputShape], attributes = []) {
  const node = [...text(1, input), ...text(2, output), ...text(4, type), ...attributes.flatMap((one) => bytes(5, one))];
  const graph = [...bytes(1, node), ...text(2, 'test'), ...bytes(11, port(input, inputShape)), ...bytes(12, port(output, outputShape))];
  return Buffer.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 13))]);
}
const ints = (name, values) => [...text(1, name), ...values.flatMap((value) => number(8, value)), ...number(20, 7)];
const int = (name, value) => [...text(1, name), ...number(3, value), ...number(20, 2)];

// A picture's mean colour as its vector: as small as an image net can be.
const imageNet = model('ReduceMean', ['pixel_values', [1, 3, 8, 8]], ['image_embeds', [1, 3]], [ints('axes', [2, 3]), int('keepdims', 0)]);
const puzzling = model('Neg', ['x', [1, 7]], ['y', [1, 7]]);

const library = path.join(MODELS ?? '', 'onnxruntime', 'libonnxruntime.so');

describe('albumen models', () => {
  let home;
  const models = (...args) => run(['models', ...args, '--models', path.join(home, 'models')]);
  const put = (name, content) => {
    const file = path.join(home, name);
    fs.writeFileSync(file, content);
    return file;
  };
  const listed = async () => JSON.parse((await models('list', '--json')).stdout);

  before(() => {
    assert.ok(fs.existsSync(library), `these tests need the runtime (${library}): make models fetches it, and ALBUMEN_MODELS names its folder`);
    home = temporaryFolder('models');
  });
  after(() => fs.rmSync(home, { recursive: true, force: true }));

  it('says what is off where nothing is installed', async () => {
    const { models: all, tasks } = await listed();
    assert.deepEqual(all, []);
    assert.deepEqual(tasks.map(({ task }) => task), ['objects', 'faces', 'similar', 'words']);
    for (const { available, model: name, detail } of tasks) {
      assert.deepEqual([available, name], [false, null]);
      assert.match(detail, /installed/);
    }
    const told = await models('list');
    assert.equal(told.status, 0);
    assert.match(told.stdout, /faces: No model/);
    assert.equal((await models('verify')).status, 0);
  });

  it('installs the runtime and a model that says by its shape what it is', async () => {
    const runtime = await models('install', library, '--name', 'runtime');
    assert.deepEqual([runtime.status, runtime.stdout], [0, 'installed runtime for runtime (onnxruntime)\n']);
    const first = await models('install', put('Colours.onnx', imageNet));
    assert.deepEqual([first.status, first.stdout], [0, 'installed colours for image-words (clip)\n']);
    const { models: all, tasks } = await listed();
    const colours = all.find(({ name }) => name === 'colours');
    assert.deepEqual(
      [colours.purpose, colours.family, colours.bytes, colours.in_use, colours.detail],
      ['image-words', 'clip', imageNet.length, true, null],
    );
    assert.equal(tasks[3].available, true);
    assert.match(tasks[3].model, /^colours@[0-9a-f]{12}$/);
  });

  it('keeps what is in use until another is chosen', async () => {
    const second = await models('install', path.join(home, 'Colours.onnx'), '--name', 'others');
    assert.equal(second.status, 0);
    assert.match(second.stdout, /colours stays in use; albumen models use others/);
    assert.equal((await models('use', 'others')).status, 0);
    assert.match((await listed()).tasks[3].model, /^others@/);
    const none = await models('use', 'nobody');
    assert.equal(none.status, 1);
    assert.match(none.stderr, /no model called "nobody"/);
  });

  it('takes a manifest for what cannot be told', async () => {
    const file = put('puzzling.onnx', puzzling);
    const alone = await models('install', file);
    assert.equal(alone.status, 1);
    assert.match(alone.stderr, /puzzling: what the model is for cannot be told/);
    const wrong = put('wrong.json', JSON.stringify({ purpose: 'objects', family: 'yolo', options: { labels: ['cat'] } }));
    const refused = await models('install', file, '--manifest', wrong);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /puzzling: the model does not take one picture/);
    const good = put('good.json', JSON.stringify({ name: 'by-manifest', purpose: 'image-words', family: 'clip', licence: 'ours' }));
    const taken = await models('install', path.join(home, 'Colours.onnx'), '--manifest', good);
    assert.equal(taken.status, 0, taken.stderr);
    assert.equal((await listed()).models.find(({ name }) => name === 'by-manifest').licence, 'ours');
  });

  it('refuses what does not work and leaves nothing of it', async () => {
    const before = fs.readdirSync(path.join(home, 'models')).sort();
    const cut = await models('install', put('cut.onnx', imageNet.subarray(0, 60)));
    assert.equal(cut.status, 1);
    assert.match(cut.stderr, /cut: the model cannot be loaded/);
    assert.equal((await models('install', path.join(home, 'nowhere.onnx'))).status, 1);
    const again = await models('install', path.join(home, 'Colours.onnx'));
    assert.equal(again.status, 1);
    assert.match(again.stderr, /"colours" is installed already/);
    const name = await models('install', path.join(home, 'Colours.onnx'), '--name', '../up');
    assert.equal(name.status, 1);
    assert.deepEqual(fs.readdirSync(path.join(home, 'models')).sort(), before);
  });

  it('finds a file that is not what it was', async () => {
    assert.equal((await models('verify')).status, 0);
    const file = path.join(home, 'models/others/others.onnx');
    const changed = Buffer.from(imageNet);
    changed[0] ^= 1;
    fs.writeFileSync(file, changed);
    const verified = await models('verify');
    assert.equal(verified.status, 1);
    assert.match(verified.stdout, /others: its file is not the one/);
    assert.match(verified.stdout, /^colours$/m);
    fs.truncateSync(file, 10);
    const others = (await listed()).models.find((one) => one.name === 'others');
    assert.match(others.detail, /10 bytes/);
    assert.equal(others.in_use, false);
  });

  it('returns 2 for wrong usage', async () => {
    for (const args of [[], ['dance'], ['install'], ['use'], ['list', 'more']]) {
      const answer = await models(...args);
      assert.equal(answer.status, 2, args.join(' '));
      assert.match(answer.stderr, /models takes list/);
    }
  });
});
