/**
 * Converts one model.
 *   node dist/main.js MANIFEST PACKAGE FILE
 * MANIFEST says what to convert and what comes out, PACKAGE is the folder into which the npm package
 * was unpacked, FILE is written. Whether its checksum is the manifest's, the caller finds out.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertGraph } from './convert.js';
import { faceResnet } from './face_resnet.js';
import { type Manifest, readManifest } from './manifest.js';
import { writeModel } from './onnx.js';
import { readGraphModel, readWeights, type WeightSpec } from './tfjs.js';
import { readVocabulary } from './vocabulary.js';

function convert(manifest: Manifest, folder: string): Buffer {
  const { source } = manifest;
  const read = (index: number): Buffer => readFileSync(join(folder, source.files[index]!.path));
  switch (source.converter) {
    case 'tfjs': {
      const means = source.means ?? {};
      const outputs = manifest.outputs.map(({ name }) => name).filter((name) => !(name in means));
      const model = readGraphModel(read(0).toString('utf8'), read(1));
      return writeModel(convertGraph(manifest.name, model, outputs, means));
    }
    case 'face-resnet': {
      const groups = JSON.parse(read(0).toString('utf8')) as { weights: WeightSpec[] }[];
      const specs = groups.flatMap((group) => group.weights);
      return writeModel(faceResnet(readWeights(specs, read(1))));
    }
    case 'clip-vocabulary':
      return readVocabulary(read(0).toString('utf8'));
    case 'copy':
      return read(0);
  }
}

const [manifestPath, folder, target] = process.argv.slice(2);
if (manifestPath === undefined || folder === undefined || target === undefined) {
  console.error('usage: main.js MANIFEST PACKAGE FILE');
  process.exit(2);
}
try {
  writeFileSync(target, convert(readManifest(manifestPath), folder));
} catch (error) {
  console.error(`${manifestPath}: ${(error as Error).message}`);
  process.exit(1);
}
