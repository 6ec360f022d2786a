// One model in npm's onnxruntime-node: node node-runs.mjs FOLDER MODEL RUNS, where FOLDER holds
// node_modules. Prints {"ms":MEDIAN,"best":MS}. A process of its own, so that nothing else is in it.
import { createRequire } from 'node:module';
import path from 'node:path';

const [folder, file, runs] = process.argv.slice(2);
const ort = createRequire(path.join(path.resolve(folder), 'package.json'))('onnxruntime-node');
const session = await ort.InferenceSession.create(file, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const { name, shape } = session.inputMetadata[0];
const dims = shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
const values = new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(0.5);
const feed = { [name]: new ort.Tensor('float32', values, dims) };
const times = [];
for (let i = 0; i < Number(runs); i++) {
  const start = process.hrtime.bigint();
  await session.run(feed);
  times.push(Number(process.hrtime.bigint() - start) / 1e6);
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({ ms: times[times.length >> 1], best: times[0] }));
