/** Turns a TensorFlow.js graph model into an ONNX graph, with the batch fixed at one. */

import { Builder, CHANNELS_FIRST, type Operand, type Tensor, plainOrder } from './builder.js';
import {
  type Constant,
  constant,
  floats,
  ints,
  isConstant,
  listOf,
  reshaped,
  transposed,
} from './constant.js';
import { type Mean } from './manifest.js';
import { type Graph } from './onnx.js';
import { Attributes, type GraphModel, type GraphNode } from './tfjs.js';

/** A node on its way: what it reads, what it says of itself, where its results go. */
interface Step {
  readonly builder: Builder;
  readonly inputs: readonly Operand[];
  readonly attributes: Attributes;
  readonly name: string;
}

type Rule = (step: Step) => Operand | readonly Operand[];

function tensorAt(step: Step, index: number): Tensor {
  const operand = step.inputs[index];
  if (!operand || isConstant(operand)) throw new Error(`input ${index} is not a tensor`);
  return operand;
}

function constantAt(step: Step, index: number): Constant {
  const operand = step.inputs[index];
  if (!operand || !isConstant(operand)) throw new Error(`input ${index} is not a constant`);
  return operand;
}

function operandAt(step: Step, index: number): Operand {
  const operand = step.inputs[index];
  if (!operand) throw new Error(`input ${index} is missing`);
  return operand;
}

// Windows that move over height and width: convolutions and pools.

interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
}

function pair(list: readonly number[]): [number, number] {
  return [list[1] ?? 1, list[2] ?? 1];
}

function windowOf(step: Step, kernel: readonly [number, number]): Window {
  const { attributes } = step;
  if (attributes.text('data_format', 'NHWC') !== 'NHWC') {
    throw new Error('only graphs with the channels last are known');
  }
  return {
    kernel,
    strides: pair(attributes.numbers('strides', [])),
    dilations: pair(attributes.numbers('dilations', [])),
  };
}

/**
 * The padding (top, left, bottom, right) and the size of what comes out. "SAME" fills up to a whole
 * number of steps, the odd pixel after.
 */
function placed(step: Step, of: Tensor, window: Window): { pads: number[]; size: number[] } {
  const padding = step.attributes.text('padding', 'VALID');
  if (padding !== 'SAME' && padding !== 'VALID') throw new Error(`padding ${padding}`);
  const before: number[] = [];
  const after: number[] = [];
  const size = [0, 1].map((axis) => {
    const length = of.shape[axis + 1]!;
    const stride = window.strides[axis]!;
    const reach = (window.kernel[axis]! - 1) * window.dilations[axis]! + 1;
    const count =
      padding === 'SAME' ? Math.ceil(length / stride) : Math.floor((length - reach) / stride) + 1;
    const missing = padding === 'SAME' ? Math.max(0, (count - 1) * stride + reach - length) : 0;
    before.push(Math.floor(missing / 2));
    after.push(Math.ceil(missing / 2));
    return count;
  });
  return { pads: [...before, ...after], size };
}

/** What a fused convolution does to its sum: the third input is the bias, the fourth Prelu's slope. */
function finishFused(step: Step, sum: Tensor): Tensor {
  let result = sum;
  for (const op of step.attributes.texts('fused_ops')) {
    if (op === 'BiasAdd') continue;
    const activation = ACTIVATIONS[op];
    if (!activation) throw new Error(`fused with ${op}`);
    result = activation({ ...step, inputs: [result, ...step.inputs.slice(3)] });
  }
  return result;
}

function convolve(step: Step, weight: Constant, window: Window, group: number): Tensor {
  const of = tensorAt(step, 0);
  const { pads, size } = placed(step, of, window);
  const names = [step.builder.inOrder(of, CHANNELS_FIRST), step.builder.weight(weight)];
  if (step.attributes.texts('fused_ops').includes('BiasAdd')) {
    const bias = constantAt(step, 2);
    names.push(step.builder.weight(reshaped(bias, [bias.data.length])));
  }
  const { kernel, strides, dilations } = window;
  const sum = step.builder.add(
    'Conv',
    names,
    { kernel_shape: kernel, strides, dilations, pads, group },
    {
      element: of.element,
      shape: [of.shape[0]!, ...size, weight.shape[0]!],
      order: CHANNELS_FIRST,
    },
  );
  return finishFused(step, sum);
}

function convolution(step: Step): Tensor {
  // height, width, in, out -> out, in, height, width
  const weight = transposed(constantAt(step, 1), [3, 2, 0, 1]);
  return convolve(step, weight, windowOf(step, [weight.shape[2]!, weight.shape[3]!]), 1);
}

function depthwise(step: Step): Tensor {
  // height, width, channel, multiplier -> channel x multiplier, 1, height, width
  const filter = transposed(constantAt(step, 1), [2, 3, 0, 1]);
  const [channels, multiplier, height, width] = filter.shape as [number, number, number, number];
  const weight = reshaped(filter, [channels * multiplier, 1, height, width]);
  return convolve(step, weight, windowOf(step, [height, width]), channels);
}

function maxPool(step: Step): Tensor {
  const of = tensorAt(step, 0);
  const window = windowOf(step, pair(step.attributes.numbers('ksize', [])));
  const { pads, size } = placed(step, of, window);
  return step.builder.add(
    'MaxPool',
    [step.builder.inOrder(of, CHANNELS_FIRST)],
    { kernel_shape: window.kernel, strides: window.strides, pads },
    {
      element: of.element,
      shape: [of.shape[0]!, ...size, of.shape[3]!],
      order: CHANNELS_FIRST,
    },
  );
}

function resizeBilinear(step: Step): Tensor {
  const { builder, attributes } = step;
  const of = tensorAt(step, 0);
  const [height, width] = listOf(constantAt(step, 1)) as [number, number];
  const corners = attributes.flag('align_corners')
    ? 'align_corners'
    : attributes.flag('half_pixel_centers')
     ? 'half_pixel'
     : 'asymmetric';
  const shape = [of.shape[0]!, height, width, of.shape[3]!];
  const sizes = ints(CHANNELS_FIRST.map((axis) => shape[axis]!));
  return builder.add(
    'Resize',
    [builder.inOrder(of, CHANNELS_FIRST), '', '', builder.weight(sizes)],
    { mode: 'linear', coordinate_transformation_mode: corners },
    { element: of.element, shape, order: CHANNELS_FIRST },
  );
}

// Value by value.

const scalar = (value: number): Constant => floats([], [value]);

const ACTIVATIONS: Readonly<Record<string, (step: Step) => Tensor>> = {
  Relu: (step) => step.builder.unary('Relu', tensorAt(step, 0)),
  Relu6: (step) => step.builder.unary('Clip', tensorAt(step, 0), {}, [scalar(0), scalar(6)]),
  Sigmoid: (step) => step.builder.unary('Sigmoid', tensorAt(step, 0)),
  LeakyRelu: (step) =>
    step.builder.unary('LeakyRelu', tensorAt(step, 0), {
      alpha: { float: step.attributes.number('alpha', 0.2) },
    }),
  Prelu: (step) => step.builder.binary('PRelu', tensorAt(step, 0), constantAt(step, 1)),
};

/** Sums of constants are known; everything else is left to the graph. */
function sum(step: Step): Operand {
  const [a, b] = [operandAt(step, 0), operandAt(step, 1)];
  if (!isConstant(a) || !isConstant(b)) return step.builder.binary('Add', a, b);
  if (a.data.length !== b.data.length) throw new Error('constants of different lengths');
  return constant(
    a.element,
    a.shape,
    a.data.map((value, k) => value + b.data[k]!),
  );
}

function floorDivision(step: Step): Tensor {
  const { builder } = step;
  const [a, b] = [operandAt(step, 0), operandAt(step, 1)];
  if (a.element !== 'int64') throw new Error('only whole numbers are divided so');
  // ONNX rounds towards zero; less the remainder, the quotient is exact.
  return builder.binary('Div', builder.binary('Sub', a, builder.binary('Mod', a, b)), b);
}

function cast(step: Step): Tensor {
  const to = step.attributes.type('DstT');
  if (to !== 'DT_FLOAT') throw new Error(`to ${to}`);
  return step.builder.unary('Cast', tensorAt(step, 0), { to: 1 }, [], 'float32');
}

// Shapes and places.

function identity(step: Step): Operand {
  return operandAt(step, 0);
}

function pad(step: Step): Tensor {
  const { builder } = step;
  const of = tensorAt(step, 0);
  const amounts = listOf(constantAt(step, 1));
  const value = step.inputs[2] ? constantAt(step, 2) : scalar(0);
  const before = of.order.map((axis) => amounts[axis * 2]!);
  const after = of.order.map((axis) => amounts[axis * 2 + 1]!);
  const shape = of.shape.map((n, axis) => n + amounts[axis * 2]! + amounts[axis * 2 + 1]!);
  const names = [of.name, builder.weight(ints([...before, ...after])), builder.weight(value)];
  return builder.add('Pad', names, {}, { ...of, shape });
}

/** An axis that may be counted from the end. */
function axisOf(of: Constant, rank: number): number {
  const axis = of.data[0]!;
  return axis < 0 ? axis + rank : axis;
}

function concat(step: Step): Tensor {
  const { builder } = step;
  const parts = step.inputs.slice(0, -1);
  const first = tensorAt(step, 0);
  const axis = axisOf(constantAt(step, step.inputs.length - 1), first.shape.length);
  const shape = [...first.shape];
  shape[axis] = parts.reduce((total, part) => total + part.shape[axis]!, 0);
  return builder.add(
    'Concat',
    parts.map((part) => builder.inOrder(part, first.order)),
    { axis: first.order.indexOf(axis) },
    { ...first, shape },
  );
}

function split(step: Step): Tensor[] {
  const { builder } = step;
  const of = tensorAt(step, 0);
  const lengths = constantAt(step, 1);
  const axis = axisOf(constantAt(step, 2), of.shape.length);
  const results = listOf(lengths).map((length) => ({
    ...of,
    shape: of.shape.map((n, k) => (k === axis ? length : n)),
  }));
  return builder.addMany(
    'Split',
    [of.name, builder.weight(lengths)],
    { axis: of.order.indexOf(axis) },
    results,
  );
}

function averaged(builder: Builder, of: Tensor, axes: readonly number[]): Tensor {
  return builder.add(
    'ReduceMean',
    [of.name],
    { axes: axes.map((axis) => of.order.indexOf(axis)), keepdims: 1 },
    { ...of, shape: of.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)) },
  );
}

function mean(step: Step): Tensor {
  const of = tensorAt(step, 0);
  if (!step.attributes.flag('keep_dims')) throw new Error('only means that keep their axes');
  const axes = listOf(constantAt(step, 1)).map((axis) => (axis < 0 ? axis + of.shape.length : axis));
  return averaged(step.builder, of, axes);
}

function reshape(step: Step): Tensor {
  const of = tensorAt(step, 0);
  const wanted = listOf(constantAt(step, 1));
  const known = wanted.reduce((product, n) => (n < 0 ? product : product * n), 1);
  const count = of.shape.reduce((product, n) => product * n, 1);
  return step.builder.reshape(
    of,
    wanted.map((n) => (n < 0 ? count / known : n)),
  );
}

function expandDims(step: Step): Tensor {
  const of = tensorAt(step, 0);
  const axis = axisOf(constantAt(step, 1), of.shape.length + 1);
  return step.builder.reshape(of, [...of.shape.slice(0, axis), 1, ...of.shape.slice(axis)]);
}

function transpose(step: Step): Operand {
  const of = operandAt(step, 0);
  const axes = listOf(constantAt(step, 1));
  return isConstant(of) ? transposed(of, axes) : step.builder.transpose(of, axes);
}

function stridedSlice(step: Step): Tensor {
  const { builder, attributes } = step;
  const of = tensorAt(step, 0);
  const [starts, ends, steps] = [1, 2, 3].map((index) => listOf(constantAt(step, index)));
  for (const mask of ['ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask']) {
    if (attributes.number(mask, 0)) throw new Error(`with ${mask}`);
  }
  const [open, endless] = ['begin_mask', 'end_mask'].map((mask) => attributes.number(mask, 0));
  if (steps!.some((each) => each !== 1)) throw new Error('with steps other than one');
  const bounds = starts!.map((start, axis) => {
    const length = of.shape[axis]!;
    const within = (at: number): number => Math.min(length, at < 0 ? at + length : at);
    return [
      open! & (1 << axis) ? 0 : within(start),
      endless! & (1 << axis) ? length : within(ends![axis]!),
    ] as const;
  });
  const names = [
    ints(bounds.map(([from]) => from)),
    ints(bounds.map(([, to]) => to)),
    ints(bounds.map((_, axis) => of.order.indexOf(axis))),
  ].map((list) => builder.weight(list));
  const shape = of.shape.map((n, axis) => {
    const [from, to] = bounds[axis] ?? [0, n];
    return to - from;
  });
  return builder.add('Slice', [of.name, ...names], {}, { ...of, shape });
}

function gather(step: Step): Tensor {
  const { builder } = step;
  const of = tensorAt(step, 0);
  const places = tensorAt(step, 1);
  const axis = axisOf(constantAt(step, 2), of.shape.length);
  const shape = [...of.shape.slice(0, axis), ...places.shape, ...of.shape.slice(axis + 1)];
  return builder.add('Gather', [builder.plain(of), builder.plain(places)], { axis }, {
    element: of.element,
    shape,
    order: plainOrder(shape.length),
  });
}

function topK(step: Step): Tensor[] {
  const { builder } = step;
  const of = tensorAt(step, 0);
  const count = constantAt(step, 1).data[0]!;
  const shape = [...of.shape.slice(0, -1), count];
  const order = plainOrder(shape.length);
  return builder.addMany('TopK', [builder.plain(of), builder.weight(ints([count]))], {}, [
    { element: of.element, shape, order },
    { element: 'int64', shape, order },
  ]);
}

/** Only constants: some graphs write shapes in this way. */
function sparseToDense(step: Step): Constant {
  const [places, shape, values, rest] = [0, 1, 2, 3].map((index) => constantAt(step, index));
  if (shape!.data.length !== 1) throw new Error('of more than one axis');
  const dense = new Float64Array(shape!.data[0]!).fill(rest!.data[0]!);
  places!.data.forEach((at, k) => (dense[at] = values!.data[k] ?? values!.data[0]!));
  return constant(rest!.element, [dense.length], dense);
}

const RULES: Readonly<Record<string, Rule>> = {
  ...ACTIVATIONS,
  Add: sum,
  AddV2: sum,
  Cast: cast,
  ConcatV2: concat,
  Conv2D: convolution,
  DepthwiseConv2dNative: depthwise,
  Equal: (step) => step.builder.binary('Equal', operandAt(step, 0), operandAt(step, 1), 'bool'),
  ExpandDims: expandDims,
  FloorDiv: floorDivision,
  FloorMod: (step) => step.builder.binary('Mod', operandAt(step, 0), operandAt(step, 1)),
  FusedDepthwiseConv2dNative: depthwise,
  GatherV2: gather,
  Identity: identity,
  MaxPool: maxPool,
  Mean: mean,
  Mul: (step) => step.builder.binary('Mul', operandAt(step, 0), operandAt(step, 1)),
  Pad: pad,
  PadV2: pad,
  Reshape: reshape,
  ResizeBilinear: resizeBilinear,
  SparseToDense: sparseToDense,
  SplitV: split,
  StridedSlice: stridedSlice,
  Sub: (step) => step.builder.binary('Sub', operandAt(step, 0), operandAt(step, 1)),
  TopKV2: topK,
  Transpose: transpose,
  _FusedConv2D: convolution,
};

/** Follows the graph from what is asked of it back to its inputs. */
class Conversion {
  readonly builder: Builder;
  private readonly done = new Map<string, readonly Operand[]>();

  constructor(
    name: string,
    private readonly model: GraphModel,
  ) {
    this.builder = new Builder(name);
    for (const node of model.nodes.values()) {
      if (node.op !== 'Placeholder') continue;
      const shape = new Attributes(node).shape('shape');
      this.done.set(node.name, [this.builder.input(node.name, shape)]);
    }
  }

  /** "name" or "name:output" */
  operand(reference: string): Operand {
    const [, name, index = '0'] = /^(.*?)(?::(\d+))?$/.exec(reference)!;
    const operand = this.results(name!)[Number(index)];
    if (!operand) throw new Error(`${name} has no output ${index}`);
    return operand;
  }

  private results(name: string): readonly Operand[] {
    const before = this.done.get(name);
    if (before) return before;
    const node = this.model.nodes.get(name);
    if (!node) throw new Error(`there is no node called ${name}`);
    const results = node.op === 'Const' ? [this.weight(node)] : this.apply(node);
    this.done.set(name, results);
    return results;
  }

  private weight(node: GraphNode): Constant {
    const weight = this.model.weights.get(node.name);
    if (!weight) throw new Error(`${node.name} has no values`);
    return weight;
  }

  private apply(node: GraphNode): readonly Operand[] {
    const rule = RULES[node.op];
    if (!rule) throw new Error(`${node.name}: the operation ${node.op} is not known`);
    // Names with a caret only say what must come first.
    const references = (node.input ?? []).filter((reference) => !reference.startsWith('^'));
    const inputs = references.map((reference) => this.operand(reference));
    const { builder } = this;
    try {
      const result = rule({ builder, inputs, attributes: new Attributes(node), name: node.name });
      return Array.isArray(result) ? (result as Operand[]) : [result as Operand];
    } catch (error) {
      throw new Error(`${node.name} (${node.op}): ${(error as Error).message}`);
    }
  }
}

/**
 * `outputs`: the nodes that the ONNX file gives out under their own names. `means`: averages over
 * some axes of a node that it gives out too, by the name that each gets.
 */
export function convertGraph(
  name: string,
  model: GraphModel,
  outputs: readonly string[],
  means: Readonly<Record<string, Mean>> = {},
): Graph {
  const conversion = new Conversion(name, model);
  const { builder } = conversion;
  const tensor = (reference: string): Tensor => {
    const operand = conversion.operand(reference);
    if (isConstant(operand)) throw new Error(`${reference} does not depend on the input`);
    return operand;
  };
  for (const output of outputs) builder.output(output, tensor(output));
  for (const [output, { node, axes }] of Object.entries(means)) {
    const average = averaged(builder, tensor(node), axes);
    const kept = average.shape.filter((_, axis) => !axes.includes(axis));
    builder.output(output, builder.reshape(average, kept));
  }
  return builder.finish();
}
