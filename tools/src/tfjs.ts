/** Reads TensorFlow.js graph models: a JSON file with nodes and a list of weights, and their bytes. */

import { type Constant, constant, sizeOf } from './constant.js';

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, RawAttribute>>;
}

interface RawAttribute {
  readonly s?: string;
  readonly i?: string | number;
  readonly f?: number;
  readonly b?: boolean;
  readonly list?: { readonly s?: readonly string[]; readonly i?: readonly (string | number)[] };
  readonly shape?: { readonly dim?: readonly { readonly size: string | number }[] };
  readonly type?: string;
}

export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: {
    readonly dtype: string;
    readonly scale?: number;
    readonly min?: number;
  };
}

interface ModelFile {
  readonly modelTopology: { readonly node: readonly GraphNode[] };
  readonly weightsManifest: readonly { readonly weights: readonly WeightSpec[] }[];
}

export interface GraphModel {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly weights: ReadonlyMap<string, Constant>;
}

/** IEEE 754 half precision. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}

type Reader = (bytes: Buffer, at: number) => number;

const READERS: Readonly<Record<string, readonly [width: number, read: Reader]>> = {
  float32: [4, (bytes, at) => bytes.readFloatLE(at)],
  float16: [2, (bytes, at) => halfToFloat(bytes.readUInt16LE(at))],
  int32: [4, (bytes, at) => bytes.readInt32LE(at)],
  uint8: [1, (bytes, at) => bytes.readUInt8(at)],
  uint16: [2, (bytes, at) => bytes.readUInt16LE(at)],
};

function readWeight(spec: WeightSpec, bytes: Buffer, offset: number): [Constant, number] {
  const stored = spec.quantization?.dtype ?? spec.dtype;
  const reader = READERS[stored];
  if (!reader || (spec.dtype !== 'float32' && spec.dtype !== 'int32')) {
    throw new Error(`${spec.name}: weights of the kind ${spec.dtype}/${stored} are not known`);
  }
  const [width, read] = reader;
  const count = sizeOf(spec.shape);
  const end = offset + count * width;
  if (end > bytes.length) throw new Error(`${spec.name}: the file of weights ends too early`);
  const data = spec.dtype === 'int32' ? new Float64Array(count) : new Float32Array(count);
  const { scale = 1, min = 0 } = spec.quantization ?? {};
  for (let k = 0; k < count; k++) data[k] = read(bytes, offset + k * width) * scale + min;
  return [constant(spec.dtype === 'int32' ? 'int64' : 'float32', spec.shape, data), end];
}

/** Every byte must be used up: a file that is longer is not the one that the list describes. */
export function readWeights(specs: readonly WeightSpec[], bytes: Buffer): Map<string, Constant> {
  const weights = new Map<string, Constant>();
  let offset = 0;
  for (const spec of specs) {
    const [weight, end] = readWeight(spec, bytes, offset);
    weights.set(spec.name, weight);
    offset = end;
  }
  if (offset !== bytes.length) {
    throw new Error(`the file of weights has ${bytes.length - offset} bytes too many`);
  }
  return weights;
}

export function readGraphModel(json: string, bytes: Buffer): GraphModel {
  const file = JSON.parse(json) as ModelFile;
  const specs = file.weightsManifest.flatMap((group) => group.weights);
  return {
    nodes: new Map(file.modelTopology.node.map((node) => [node.name, node])),
    weights: readWeights(specs, bytes),
  };
}

/** A node's attributes; texts are base64 in the file. */
export class Attributes {
  constructor(private readonly node: GraphNode) {}

  private raw(name: string): RawAttribute | undefined {
    return this.node.attr?.[name];
  }

  text(name: string, otherwise: string): string {
    const value = this.raw(name)?.s;
    return value === undefined ? otherwise : Buffer.from(value, 'base64').toString('latin1');
  }

  texts(name: string): string[] {
    const values = this.raw(name)?.list?.s ?? [];
    return values.map((value) => Buffer.from(value, 'base64').toString('latin1'));
  }

  number(name: string, otherwise: number): number {
    const raw = this.raw(name);
    return Number(raw?.i ?? raw?.f ?? otherwise);
  }

  numbers(name: string, otherwise: readonly number[]): number[] {
    const values = this.raw(name)?.list?.i;
    return values?.length ? values.map(Number) : [...otherwise];
  }

  flag(name: string): boolean {
    return this.raw(name)?.b ?? false;
  }

  type(name: string): string {
    return this.raw(name)?.type ?? '';
  }

  /** Lengths that are open become 1: the batch. */
  shape(name: string): number[] {
    const dimensions = this.raw(name)?.shape?.dim ?? [];
    return dimensions.map(({ size }) => Math.max(1, Number(size)));
  }
}
