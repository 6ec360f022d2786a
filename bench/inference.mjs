// One run of each model through the program's own session, beside the same file through the runtime's
// binding for Node: one thread each, the same version of the runtime, in turn.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ort from 'onnxruntime-node';
import { atMost, milliseconds } from './table.mjs';
import { REPOSITORY, say } from './tools.mjs';

const CACHE = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'albumen');
const MODELS = process.env.ALBUMEN_MODELS || path.join(CACHE, 'models');
const RUN_ONNX = path.join(REPOSITORY, 'build/tests/tools/run-onnx');

function ourLeast(file, rounds) {
  const own = path.join(MODELS, 'onnxruntime', 'libonnxruntime.so');
  const runtime = fs.existsSync(own) ? own : '';
  return Number(execFileSync(RUN_ONNX, [runtime, file, String(rounds)], { encoding: 'utf8' }));
}

async function bindingLeast(file, { inputs: [{ name, shape }] }, rounds) {
  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const count = shape.reduce((product, length) => product * length, 1);
  const input = new ort.Tensor('float32', new Float32Array(count).fill(0.5), shape);
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await session.run({ [name]: input });
    least = Math.min(least, performance.now() - start);
  }
  await session.release();
  return least;
}

function netsInstalled() {
  return fs
    .readdirSync(MODELS)
    .map((name) => path.join(MODELS, name, 'model.json'))
    .filter((file) => fs.existsSync(file))
    .map((file) => ({ folder: path.dirname(file), ...JSON.parse(fs.readFileSync(file, 'utf8')) }))
    .filter(({ file }) => file.endsWith('.onnx'));
}

export async function inferenceRows({ quick }) {
  say('Running models ...');
  const rounds = quick ? 5 : 30;
  const rows = [];
  for (const net of netsInstalled()) {
    const file = path.join(net.folder, net.file);
    let [ours, binding] = [Infinity, Infinity];
    for (let turn = 0; turn < (quick ? 1 : 5); turn++) {
      ours = Math.min(ours, ourLeast(file, rounds));
      binding = Math.min(binding, await bindingLeast(file, net, rounds));
    }
    rows.push({
      what: `one run of ${net.name}, one thread`,
      budget: '≤ 1.1 × onnxruntime-node',
      measured: milliseconds(ours),
      yardstick: `${milliseconds(binding)} onnxruntime-node`,
      ...atMost(ours / binding, 1.1),
    });
  }
  return rows;
}
