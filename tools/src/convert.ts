/** Makes what a manifest describes out of the npm package that it names. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './checksum.js';
import { faceResnet } from './face_resnet.js';
import { convertGraph } from './graph.js';
import { type Manifest } from './manifest.js';
import { writeModel } from './onnx.js';
import { readGraphModel, readWeights, type WeightSpec } from './tfjs.js';
import { readVocabulary } from './vocabulary.js';

/** A file of the package; refused when it is not the one that the manifest means. */
function sourceFile(manifest: Manifest, folder: string, index: number): Buffer {
  const file = manifest.source.files[index];
  if (!file) throw new Error(`the manifest names no file ${index}`);
  const bytes = readFileSync(join(folder, file.path));
  if (sha256(bytes) !== file.sha256) throw new Error(`${file.path} is not the file it should be`);
  return bytes;
}

/** `folder`: where the package was unpacked. The same files give the same bytes. */
export function convert(manifest: Manifest, folder: string): Buffer {
  const { source } = manifest;
  const read = (index: number): Buffer => sourceFile(manifest, folder, index);
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
