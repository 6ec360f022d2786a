/** Dense arrays whose values are known while converting: weights, shapes, axes. */

export type Element = 'float32' | 'int64';

export interface Constant {
  readonly element: Element;
  readonly shape: readonly number[];
  /** Row by row. Whole numbers are kept as doubles, which hold them exactly up to 2^53. */
  readonly data: Float32Array | Float64Array;
}

export function isConstant(thing: object): thing is Constant {
  return 'data' in thing;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function floats(shape: readonly number[], values: ArrayLike<number>): Constant {
  return constant('float32', shape, Float32Array.from(values));
}

export function ints(values: readonly number[]): Constant {
  return constant('int64', [values.length], Float64Array.from(values));
}

export function constant(
  element: Element,
  shape: readonly number[],
  data: Float32Array | Float64Array,
): Constant {
  if (data.length !== sizeOf(shape)) {
    throw new Error(`${data.length} values do not fill the shape ${shape.join(' x ')}`);
  }
  return { element, shape, data };
}

export function reshaped(of: Constant, shape: readonly number[]): Constant {
  return constant(of.element, shape, of.data);
}

/** Axis k of the result is axis order[k] of `of`. */
export function transposed(of: Constant, order: readonly number[]): Constant {
  const rank = of.shape.length;
  const strides = new Array<number>(rank).fill(1);
  for (let axis = rank - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1]! * of.shape[axis + 1]!;
  }
  const shape = order.map((axis) => of.shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const data = of.data.slice();
  const at = new Array<number>(rank).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    data[to] = of.data[from]!;
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return constant(of.element, shape, data);
}

/** The shape that two shapes make together, by the rules that TensorFlow and ONNX share. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, k) => {
    const x = a[a.length - rank + k] ?? 1;
    const y = b[b.length - rank + k] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new Error(`${a.join(' x ')} and ${b.join(' x ')} do not go together`);
    }
    return Math.max(x, y);
  });
}

/** The values as plain whole numbers: a shape, axes, paddings. */
export function listOf(of: Constant): number[] {
  return Array.from(of.data);
}
