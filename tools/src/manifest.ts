/** What models/NAME.json says; docs/internals/models.md explains the members. */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Port {
  readonly name: string;
  readonly element: 'float32' | 'int64';
  readonly shape: readonly number[];
}

export interface SourceFile {
  /** In the package. */
  readonly path: string;
  readonly sha256: string;
}

export interface Mean {
  readonly node: string;
  readonly axes: readonly number[];
}

export interface Source {
  readonly package: string;
  readonly version: string;
  readonly tarball_sha256: string;
  readonly tarball_bytes: number;
  readonly converter: 'tfjs' | 'face-resnet' | 'clip-vocabulary' | 'copy';
  /** In the order in which the converter reads them. */
  readonly files: readonly SourceFile[];
  /** Outputs that the graph does not have by itself: averages of a node's result. */
  readonly means?: Readonly<Record<string, Mean>>;
  /** As uname -m says it, when the file is for one alone. */
  readonly architecture?: string;
}

export interface Manifest {
  readonly name: string;
  readonly purpose: string;
  readonly is_default: boolean;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly source: Source;
}

export interface ManifestFile {
  readonly manifest: Manifest;
  /** The whole, as it becomes model.json. */
  readonly text: string;
}

export function readManifest(path: string): ManifestFile {
  const text = readFileSync(path, 'utf8');
  return { manifest: JSON.parse(text) as Manifest, text };
}

/** All of a folder, by file name. */
export function readManifests(folder: string): ManifestFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => readManifest(join(folder, name)));
}
