/**
 * Builds an ONNX graph whose tensors may lie in memory in another order of axes than the one in which
 * they are thought of. TensorFlow thinks "batch, height, width, channel", ONNX computes on "batch,
 * channel, height, width". Each tensor carries its order with it, so a transposition costs nothing
 * and a real Transpose appears only where two orders meet.
 */

import {
  broadcast,
  type Constant,
  type Element,
  ints,
  isConstant,
  reshaped,
  transposed,
} from './constant.js';
import { type Attribute, type Graph, type Node, type Port } from './onnx.js';

export interface Tensor {
  readonly name: string;
  readonly element: Element | 'bool';
  /** As it is thought of. */
  readonly shape: readonly number[];
  /** Axis k in memory is axis order[k] of the shape. */
  readonly order: readonly number[];
}

export type Operand = Tensor | Constant;

/** Batch, channel, height, width in memory, of what is thought of as batch, height, width, channel. */
export const CHANNELS_FIRST = [0, 3, 1, 2];

export function plainOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, k) => value === b[k]);
}

export class Builder {
  private readonly inputs: Port[] = [];
  private readonly outputs: Port[] = [];
  private readonly nodes: Node[] = [];
  private readonly weights = new Map<string, Constant>();
  private readonly turned = new Map<string, string>();
  private count = 0;

  constructor(private readonly name: string) {}

  finish(): Graph {
    const { name, inputs, outputs, nodes, weights } = this;
    return { name, inputs, outputs, nodes, weights };
  }

  input(name: string, shape: readonly number[], element: Element = 'float32'): Tensor {
    this.inputs.push({ name, element, shape });
    return { name, element, shape, order: plainOrder(shape.length) };
  }

  /** Gives a tensor out, in the order in which it is thought of. */
  output(name: string, of: Tensor): void {
    this.node('Identity', [this.inOrder(of, plainOrder(of.shape.length))], {}, [name]);
    this.outputs.push({ name, element: of.element, shape: of.shape });
  }

  /** Puts a weight in; its name. */
  weight(of: Constant): string {
    const name = `w${this.weights.size}`;
    this.weights.set(name, of);
    return name;
  }

  private node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: readonly string[],
  ): void {
    this.nodes.push({ op, inputs, outputs, attributes });
  }

  /** Puts a node in with one result. */
  add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    result: Omit<Tensor, 'name'>,
  ): Tensor {
    return this.addMany(op, inputs, attributes, [result])[0]!;
  }

  addMany(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    results: readonly Omit<Tensor, 'name'>[],
  ): Tensor[] {
    const tensors = results.map((result) => ({ ...result, name: `t${this.count++}` }));
    this.node(
      op,
      inputs,
      attributes,
      tensors.map((tensor) => tensor.name),
    );
    return tensors;
  }

  /** The name under which an operand lies in memory in that order. */
  inOrder(of: Operand, order: readonly number[]): string {
    if (isConstant(of)) return this.weight(transposed(of, order));
    if (sameList(of.order, order)) return of.name;
    const key = `${of.name} ${order.join()}`;
    const before = this.turned.get(key);
    if (before !== undefined) return before;
    const perm = order.map((axis) => of.order.indexOf(axis));
    const { name } = this.add('Transpose', [of.name], { perm }, { ...of, order });
    this.turned.set(key, name);
    return name;
  }

  /** In the order in which it is thought of. */
  plain(of: Operand): string {
    return this.inOrder(of, plainOrder(of.shape.length));
  }

  /** Of one operand, value by value. */
  unary(
    op: string,
    of: Tensor,
    attributes: Readonly<Record<string, Attribute>> = {},
    more: readonly Constant[] = [],
    element: Tensor['element'] = of.element,
  ): Tensor {
    const names = more.map((constant) => this.weight(constant));
    return this.add(op, [of.name, ...names], attributes, { ...of, element });
  }

  /** Of two operands, value by value, in the order that the first tensor of full rank has. */
  binary(op: string, a: Operand, b: Operand, element?: Tensor['element']): Tensor {
    const shape = broadcast(a.shape, b.shape);
    const leading = [a, b].find(
      (operand): operand is Tensor =>
        !isConstant(operand) && operand.shape.length === shape.length,
    );
    const order = leading?.order ?? plainOrder(shape.length);
    const names = [a, b].map((operand) => this.widened(operand, order));
    const source = isConstant(a) ? b : a;
    return this.add(op, names, {}, { element: element ?? source.element, shape, order });
  }

  /** Fills the shape up with leading ones, so that it can be turned into the order. */
  private widened(of: Operand, order: readonly number[]): string {
    const missing = order.length - of.shape.length;
    if (missing === 0) return this.inOrder(of, order);
    const shape = [...new Array<number>(missing).fill(1), ...of.shape];
    // A number alone goes with every order.
    if (isConstant(of) && of.data.length === 1) return this.weight(reshaped(of, []));
    return this.inOrder(isConstant(of) ? reshaped(of, shape) : this.reshape(of, shape), order);
  }

  reshape(of: Tensor, shape: readonly number[]): Tensor {
    return this.add('Reshape', [this.plain(of), this.weight(ints(shape))], {}, {
      element: of.element,
      shape,
      order: plainOrder(shape.length),
    });
  }

  /** Axis k of the result is axis axes[k] of `of`; nothing is moved. */
  transpose(of: Tensor, axes: readonly number[]): Tensor {
    return {
      ...of,
      shape: axes.map((axis) => of.shape[axis]!),
      order: of.order.map((axis) => axes.indexOf(axis)),
    };
  }
}
