/**
 * Writes ONNX files: the few messages of onnx.proto that a graph with its weights needs, in Protocol
 * Buffers' wire format (field numbers from onnx.proto of ONNX 1.8, IR version 8's readers know them
 * all). The same graph gives the same bytes.
 */

import { type Constant } from './constant.js';

export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface Port {
  readonly name: string;
  readonly element: 'float32' | 'int64' | 'bool';
  readonly shape: readonly number[];
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly weights: ReadonlyMap<string, Constant>;
}

const IR_VERSION = 8;
const OPSET = 13;
/** TensorProto.DataType */
const ELEMENT = { float32: 1, int64: 7, bool: 9 } as const;
/** AttributeProto.AttributeType */
const TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** One message, as pieces in the order in which they were put. */
class Message {
  private readonly pieces: Buffer[] = [];

  private varint(value: number): void {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.pieces.push(Buffer.from(bytes));
  }

  private tag(field: number, wire: 0 | 2 | 5): void {
    this.varint((field << 3) | wire);
  }

  int(field: number, value: number): this {
    this.tag(field, 0);
    this.varint(value);
    return this;
  }

  float(field: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    this.tag(field, 5);
    this.pieces.push(bytes);
    return this;
  }

  bytes(field: number, value: Buffer): this {
    this.tag(field, 2);
    this.varint(value.length);
    this.pieces.push(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.finish());
  }

  finish(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

function littleEndian(of: Constant): Buffer {
  const wide = of.element === 'int64';
  const bytes = Buffer.alloc(of.data.length * (wide ? 8 : 4));
  of.data.forEach((value, k) => {
    if (wide) bytes.writeBigInt64LE(BigInt(value), k * 8);
    else bytes.writeFloatLE(value, k * 4);
  });
  return bytes;
}

function tensor(name: string, of: Constant): Message {
  const message = new Message();
  for (const length of of.shape) message.int(1, length);
  return message.int(2, ELEMENT[of.element]).text(8, name).bytes(9, littleEndian(of));
}

function attribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, TYPE.int);
  if (typeof value === 'string') return message.text(4, value).int(20, TYPE.string);
  if ('float' in value) return message.float(2, value.float).int(20, TYPE.float);
  for (const item of value) message.int(8, item);
  return message.int(20, TYPE.ints);
}

function node(of: Node): Message {
  const message = new Message();
  for (const name of of.inputs) message.text(1, name);
  for (const name of of.outputs) message.text(2, name);
  message.text(4, of.op);
  for (const name of Object.keys(of.attributes).sort()) {
    message.message(5, attribute(name, of.attributes[name]!));
  }
  return message;
}

function port(of: Port): Message {
  const shape = new Message();
  // A length of -1 is one that the model leaves open.
  for (const length of of.shape) {
    const dimension = new Message();
    shape.message(1, length < 0 ? dimension.text(2, 'n') : dimension.int(1, length));
  }
  const type = new Message().int(1, ELEMENT[of.element]).message(2, shape);
  return new Message().text(1, of.name).message(2, new Message().message(1, type));
}

export function writeModel(graph: Graph): Buffer {
  const body = new Message();
  for (const each of graph.nodes) body.message(1, node(each));
  body.text(2, graph.name);
  for (const [name, weight] of graph.weights) body.message(5, tensor(name, weight));
  for (const each of graph.inputs) body.message(11, port(each));
  for (const each of graph.outputs) body.message(12, port(each));
  return new Message()
    .int(1, IR_VERSION)
    .text(2, 'albumen')
    .message(7, body)
    .message(8, new Message().text(1, '').int(2, OPSET))
    .finish();
}
