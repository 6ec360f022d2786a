/** What models/NAME.json says; docs/internals/models.md explains the members. */

import { readFileSync } from 'node:fs';

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
}

export interface Manifest {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly outputs: readonly Port[];
  readonly source: Source;
}

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}
