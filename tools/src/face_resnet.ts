/**
 * The net that turns a face into a vector. Its package has weights and no graph, so the graph is
 * written down here: a residual net of dlib's shape (ResNet-29 with half the filters), as face-api
 * runs it.
 */

import { Builder, CHANNELS_FIRST, type Tensor } from './builder.js';
import { type Constant, constant, floats, ints, transposed } from './constant.js';
import { type Graph } from './onnx.js';

const SIDE = 150;
const MEAN = [122.782, 117.001, 104.298];

class FaceNet {
  readonly builder = new Builder('face-resnet');

  constructor(private readonly weights: ReadonlyMap<string, Constant>) {}

  weight(name: string): Constant {
    const found = this.weights.get(name);
    if (!found) throw new Error(`the weight ${name} is missing`);
    return found;
  }

  /** A convolution whose result is scaled and shifted, with both folded into it. */
  private conv(name: string, of: Tensor, stride: number, pad: number): Tensor {
    const scale = this.weight(`${name}/scale/weights`).data;
    const shift = this.weight(`${name}/scale/biases`).data;
    const bias = this.weight(`${name}/conv/bias`).data;
    const filter = transposed(this.weight(`${name}/conv/filters`), [3, 2, 0, 1]);
    const [out, , height, width] = filter.shape as [number, number, number, number];
    const each = filter.data.length / out;
    const folded = filter.data.map((value, k) => value * scale[Math.floor(k / each)]!);
    const size = [of.shape[1]!, of.shape[2]!].map(
      (length) => Math.floor((length + 2 * pad - height) / stride) + 1,
    );
    return this.builder.add(
      'Conv',
      [
        this.builder.inOrder(of, CHANNELS_FIRST),
        this.builder.weight(constant('float32', filter.shape, folded)),
        this.builder.weight(
          floats(
            [out],
            bias.map((value, k) => value * scale[k]! + shift[k]!),
          ),
        ),
      ],
      {
        kernel_shape: [height, width],
        strides: [stride, stride],
        pads: [pad, pad, pad, pad],
      },
      { element: 'float32', shape: [1, ...size, out], order: CHANNELS_FIRST },
    );
  }

  private relu(of: Tensor): Tensor {
    return this.builder.unary('Relu', of);
  }

  private pool(op: 'MaxPool' | 'AveragePool', of: Tensor, kernel: number): Tensor {
    const size = [of.shape[1]!, of.shape[2]!].map((n) => Math.floor((n - kernel) / 2) + 1);
    return this.builder.add(
      op,
      [this.builder.inOrder(of, CHANNELS_FIRST)],
      { kernel_shape: [kernel, kernel], strides: [2, 2] },
      { ...of, shape: [1, ...size, of.shape[3]!], order: CHANNELS_FIRST },
    );
  }

  /** Zeros at the end of height, width and channels, up to that shape. */
  private filled(of: Tensor, shape: readonly number[]): Tensor {
    const after = of.order.map((axis) => shape[axis]! - of.shape[axis]!);
    if (after.every((n) => n === 0)) return of;
    const amounts = this.builder.weight(ints([0, 0, 0, 0, ...after]));
    return this.builder.add('Pad', [of.name, amounts], {}, { ...of, shape });
  }

  first(of: Tensor): Tensor {
    return this.pool('MaxPool', this.relu(this.conv('conv32_down', of, 2, 0)), 3);
  }

  plain(name: string, of: Tensor): Tensor {
    const once = this.relu(this.conv(`${name}/conv1`, of, 1, 1));
    return this.relu(this.builder.binary('Add', this.conv(`${name}/conv2`, once, 1, 1), of));
  }

  /** Halves height and width; the way around is an average, filled up to more channels. */
  down(name: string, of: Tensor): Tensor {
    const once = this.relu(this.conv(`${name}/conv1`, of, 2, 0));
    const twice = this.conv(`${name}/conv2`, once, 1, 1);
    const around = this.pool('AveragePool', of, 2);
    const shape = twice.shape.map((n, axis) => Math.max(n, around.shape[axis]!));
    const both = this.builder.binary('Add', this.filled(around, shape), this.filled(twice, shape));
    return this.relu(both);
  }
}

export function faceResnet(weights: ReadonlyMap<string, Constant>): Graph {
  const net = new FaceNet(weights);
  const { builder } = net;
  const input = builder.input('input', [1, SIDE, SIDE, 3]);
  const centred = builder.binary('Sub', input, floats([3], MEAN));
  let at = builder.binary('Div', centred, floats([], [255]));
  at = net.first(at);
  for (const name of ['conv32_1', 'conv32_2', 'conv32_3']) at = net.plain(name, at);
  at = net.down('conv64_down', at);
  for (const name of ['conv64_1', 'conv64_2', 'conv64_3']) at = net.plain(name, at);
  at = net.down('conv128_down', at);
  for (const name of ['conv128_1', 'conv128_2']) at = net.plain(name, at);
  at = net.down('conv256_down', at);
  for (const name of ['conv256_1', 'conv256_2']) at = net.plain(name, at);
  at = net.down('conv256_down_out', at);
  const channels = at.shape[3]!;
  const average = builder.add('GlobalAveragePool', [at.name], {}, {
    ...at,
    shape: [1, 1, 1, channels],
  });
  const row = builder.reshape(average, [1, channels]);
  const matrix = net.weight('fc');
  const vector = builder.add('MatMul', [row.name, builder.weight(matrix)], {}, {
    element: 'float32',
    shape: [1, matrix.shape[1]!],
    order: [0, 1],
  });
  builder.output('vector', vector);
  return builder.finish();
}
