// Draws the two layers of the stage: the picture, and what is drawn on it. Lengths are device pixels.

import type { AnnotationClass, Skeleton } from '../api';
import { colorOf } from './colors';
import type { Desk } from './desk';
import { cornersOf, type Point, type Ring } from './geometry';
import { boundsOf, type Shape } from './shape';
import { gripsOf, SelectTool } from './select-tool';
import { sight, toStage, type View } from './view';

/** From here on single pixels are shown as what they are, with a grid between them. */
const GRID_SCALE = 10;
const DASH_PX = [6, 4];
const GRIP_PX = 4;
const POINT_PX = 5;
const LABEL_PX = 12;
/** More names than this hide the picture. */
const LABELS_MAX = 250;

/** The picture, or a smaller one of it until it has come. */
export interface Picture {
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

export interface PictureStyle {
  /** Edges of pixels stay sharp when they are enlarged. */
  readonly pixelated: boolean;
}

export function paintPicture(
  context: CanvasRenderingContext2D,
  desk: Desk,
  picture: Picture | null,
  { pixelated }: PictureStyle,
): void {
  const { stage, view } = desk;
  const { size } = desk.document;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, stage.width, stage.height);
  const seen = sight(view, stage);
  const left = Math.max(0, Math.floor(seen.x));
  const top = Math.max(0, Math.floor(seen.y));
  const right = Math.min(size.width, Math.ceil(seen.x + seen.w));
  const bottom = Math.min(size.height, Math.ceil(seen.y + seen.h));
  if (right <= left || bottom <= top) return;
  const at = toStage(view, { x: left, y: top });
  const [width, height] = [(right - left) * view.scale, (bottom - top) * view.scale];
  // What has transparent parts lies on squares, as they do everywhere.
  context.fillStyle = checker(context);
  context.fillRect(at.x, at.y, width, height);
  if (picture === null) return;
  const [fx, fy] = [picture.width / size.width, picture.height / size.height];
  context.imageSmoothingEnabled = !(pixelated && view.scale / fx > 1);
  context.imageSmoothingQuality = view.scale / fx < 0.6 ? 'high' : 'low';
  context.drawImage(
    picture.image,
    left * fx,
    top * fy,
    (right - left) * fx,
    (bottom - top) * fy,
    at.x,
    at.y,
    width,
    height,
  );
  if (view.scale >= GRID_SCALE) paintGrid(context, view, left, top, right, bottom);
}

let checkerPattern: CanvasPattern | null = null;

function checker(context: CanvasRenderingContext2D): CanvasPattern | string {
  if (checkerPattern !== null) return checkerPattern;
  const tile = document.createElement('canvas');
  tile.width = tile.height = 16;
  const paint = tile.getContext('2d');
  if (paint === null) return '#777';
  paint.fillStyle = '#8a8a8a';
  paint.fillRect(0, 0, 16, 16);
  paint.fillStyle = '#757575';
  paint.fillRect(0, 0, 8, 8);
  paint.fillRect(8, 8, 8, 8);
  checkerPattern = context.createPattern(tile, 'repeat');
  return checkerPattern ?? '#777';
}

function paintGrid(
  context: CanvasRenderingContext2D,
  view: View,
  left: number,
  top: number,
  right: number,
  bottom: number,
): void {
  context.beginPath();
  const from = toStage(view, { x: left, y: top });
  const to = toStage(view, { x: right, y: bottom });
  for (let x = left; x <= right; x++) {
    const place = Math.round(view.x + x * view.scale) + 0.5;
    context.moveTo(place, from.y);
    context.lineTo(place, to.y);
  }
  for (let y = top; y <= bottom; y++) {
    const place = Math.round(view.y + y * view.scale) + 0.5;
    context.moveTo(from.x, place);
    context.lineTo(to.x, place);
  }
  context.lineWidth = 1;
  context.strokeStyle = `rgb(128 128 128 / ${view.scale >= 2 * GRID_SCALE ? 0.5 : 0.28})`;
  context.stroke();
}

export interface ShapeStyle {
  readonly classes: readonly AnnotationClass[];
  /** Whether all names are shown, not only of what is chosen or under the pointer. */
  readonly names: boolean;
  /** Share of a shape's colour on its inside. */
  readonly fill: number;
  /** Lines through the pointer, from edge to edge. */
  readonly guides: boolean;
  /** The shape that somebody points at in the list. */
  readonly pointed: string | null;
}

/** The drawing layer. What does not change from one move of the hand to the next (all that is neither
 * chosen nor under the pointer) is painted once, and then copied. */
export class ShapeLayer {
  readonly #settled = document.createElement('canvas');
  #painted: readonly unknown[] = [];

  paint(context: CanvasRenderingContext2D, desk: Desk, style: ShapeStyle): void {
    const { stage } = desk;
    const shown = this.#shown(desk, style);
    if (shown.some((each, i) => each !== this.#painted[i])) {
      this.#settled.width = stage.width;
      this.#settled.height = stage.height;
      const below = this.#settled.getContext('2d');
      if (below !== null) new ShapePainter(below, desk, style).paintSettled();
      this.#painted = shown;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, stage.width, stage.height);
    context.drawImage(this.#settled, 0, 0);
    new ShapePainter(context, desk, style).paintLively();
  }

  /** All that what is settled depends on. */
  #shown({ view, stage, ratio, document }: Desk, style: ShapeStyle): readonly unknown[] {
    const { shapes, hidden, locked, selection } = document;
    const { scale, x, y } = view;
    const { classes, names, fill } = style;
    const { width, height } = stage;
    return [shapes, hidden, locked, selection, scale, x, y, width, height, ratio, classes, names, fill];
  }
}

class ShapePainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #desk: Desk;
  readonly #style: ShapeStyle;
  readonly #view: View;
  readonly #ratio: number;
  readonly #skeletons: readonly Skeleton[];

  constructor(context: CanvasRenderingContext2D, desk: Desk, style: ShapeStyle) {
    this.#context = context;
    this.#desk = desk;
    this.#style = style;
    this.#view = desk.view;
    this.#ratio = desk.ratio;
    this.#skeletons = style.classes
      .map((each) => each.skeleton)
      .filter((each): each is Skeleton => each !== null);
  }

  paintSettled(): void {
    const { document, stage } = this.#desk;
    const seen = document.index.near(sight(this.#view, stage));
    const shapes = seen.filter((shape) => !document.selection.has(shape.id));
    for (const shape of shapes) this.#shape(shape, false, false, false);
    this.#bones(shapes);
    if (this.#style.names) {
      this.#labels(shapes.filter((shape) => shape.kind !== 'keypoint').slice(0, LABELS_MAX));
    }
  }

  /** What is under the pointer, what is chosen, and what is being done. */
  paintLively(): void {
    const { document, sketch, hover } = this.#desk;
    const changed = new Map(sketch.changed.map((shape) => [shape.id, shape]));
    const isSeen = (shape: Shape): boolean => !document.hidden.has(shape.id);
    const lit = [...new Set([hover?.id, this.#style.pointed])]
      .map((id) => (id ? document.get(id) : undefined))
      .filter((shape) => shape !== undefined)
      .filter((shape) => isSeen(shape) && !document.selection.has(shape.id));
    for (const shape of lit) this.#shape(shape, false, true, false);
    const chosen = document.selected.filter(isSeen).map((shape) => changed.get(shape.id) ?? shape);
    for (const shape of chosen) {
      this.#shape(shape, true, shape.id === hover?.id, sketch.faulty && changed.has(shape.id));
    }
    this.#bones(chosen);
    if (chosen.length === 1 && document.selection.size === 1) this.#grips(chosen[0]!);
    this.#labels([...lit, ...chosen].slice(0, LABELS_MAX));
    this.#sketch();
    this.#guides();
  }

  #path(shape: Shape): void {
    const context = this.#context;
    context.beginPath();
    if (shape.frame) this.#ring(cornersOf(shape.frame), true);
    for (const ring of shape.rings) this.#ring(ring, shape.kind === 'polygon');
  }

  #ring(points: Ring, closed: boolean): void {
    points.forEach((point, i) => {
      const { x, y } = toStage(this.#view, point);
      if (i === 0) this.#context.moveTo(x, y);
      else this.#context.lineTo(x, y);
    });
    if (closed) this.#context.closePath();
  }

  #shape(shape: Shape, chosen: boolean, lit: boolean, faulty: boolean): void {
    const context = this.#context;
    const color = faulty ? '#ff3b30' : colorOf(this.#style.classes, shape.name);
    if (shape.kind === 'keypoint') {
      this.#point(shape.rings[0]![0]!, color, chosen || lit, shape.proposed);
      return;
    }
    this.#path(shape);
    const locked = this.#desk.document.locked.has(shape.id);
    if (shape.kind !== 'polyline') {
      context.globalAlpha = chosen || lit ? Math.max(0.24, this.#style.fill) : this.#style.fill;
      context.fillStyle = color;
      if (context.globalAlpha > 0 && !shape.proposed) context.fill('evenodd');
      context.globalAlpha = 1;
    }
    context.setLineDash(shape.proposed ? DASH_PX.map((px) => px * this.#ratio) : []);
    context.lineJoin = 'round';
    // A dark line beneath keeps a bright one visible on snow, and the other way round.
    context.lineWidth = (chosen ? 4.5 : lit ? 4 : 3) * this.#ratio;
    context.strokeStyle = chosen ? 'rgb(255 255 255 / 85%)' : 'rgb(0 0 0 / 45%)';
    context.stroke();
    context.lineWidth = (chosen || lit ? 2 : 1.5) * this.#ratio;
    context.globalAlpha = locked && !chosen ? 0.6 : 1;
    context.strokeStyle = color;
    context.stroke();
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  #point(point: Point, color: string, strong: boolean, proposed: boolean): void {
    const context = this.#context;
    const { x, y } = toStage(this.#view, point);
    context.beginPath();
    context.arc(x, y, (POINT_PX + (strong ? 1.5 : 0)) * this.#ratio, 0, 2 * Math.PI);
    context.fillStyle = proposed ? 'rgb(0 0 0 / 40%)' : color;
    context.fill();
    context.lineWidth = (strong ? 2.5 : 1.5) * this.#ratio;
    context.strokeStyle = proposed ? color : strong ? '#fff' : 'rgb(0 0 0 / 70%)';
    context.stroke();
  }

  /** Lines between the joints of an object, as its class has them. */
  #bones(shapes: readonly Shape[]): void {
    if (this.#skeletons.length === 0) return;
    const objects = new Map<number, Map<string, Shape>>();
    for (const shape of shapes) {
      if (shape.kind !== 'keypoint' || shape.instance === null) continue;
      const joints = objects.get(shape.instance) ?? new Map<string, Shape>();
      objects.set(shape.instance, joints.set(shape.name, shape));
    }
    const context = this.#context;
    for (const joints of objects.values()) {
      for (const { nodes, edges } of this.#skeletons) {
        context.beginPath();
        for (const [a, b] of edges) {
          const from = joints.get(nodes[a]?.name ?? '');
          const to = joints.get(nodes[b]?.name ?? '');
          if (from && to) this.#ring([from.rings[0]![0]!, to.rings[0]![0]!], false);
        }
        context.lineWidth = 1.5 * this.#ratio;
        context.strokeStyle = 'rgb(255 255 255 / 75%)';
        context.stroke();
      }
    }
  }

  #grips(shape: Shape): void {
    const { tool, document } = this.#desk;
    if (!(tool instanceof SelectTool) || document.locked.has(shape.id)) return;
    const context = this.#context;
    const { frame } = shape;
    if (frame) {
      const top = cornersOf(frame);
      const middle = { x: (top[0].x + top[1].x) / 2, y: (top[0].y + top[1].y) / 2 };
      const turn = gripsOf(shape, (px) => this.#desk.length(px))[0]!;
      context.beginPath();
      this.#ring([middle, turn.at], false);
      context.lineWidth = this.#ratio;
      context.strokeStyle = '#fff';
      context.stroke();
    }
    if (shape.kind === 'keypoint') return;
    for (const grip of gripsOf(shape, (px) => this.#desk.length(px))) {
      const held =
        grip.type === 'vertex' &&
        tool.vertex?.ring === grip.ring &&
        tool.vertex.index === grip.index;
      this.#grip(grip.at, grip.type !== 'handle', held);
    }
    if (tool.grip?.type === 'edge') this.#grip(tool.grip.at, true, true);
  }

  #grip(point: Point, round: boolean, held: boolean): void {
    const context = this.#context;
    const { x, y } = toStage(this.#view, point);
    const half = GRIP_PX * this.#ratio;
    context.beginPath();
    if (round) context.arc(x, y, half, 0, 2 * Math.PI);
    else context.rect(Math.round(x - half), Math.round(y - half), 2 * half, 2 * half);
    context.fillStyle = held ? '#ffb454' : '#fff';
    context.fill();
    context.lineWidth = this.#ratio;
    context.strokeStyle = 'rgb(0 0 0 / 75%)';
    context.stroke();
  }

  #labels(shapes: readonly Shape[]): void {
    const context = this.#context;
    context.font = `500 ${LABEL_PX * this.#ratio}px system-ui, sans-serif`;
    context.textBaseline = 'middle';
    for (const shape of shapes) this.#label(shape);
  }

  #label(shape: Shape): void {
    const bounds = boundsOf(shape);
    if (bounds === null) return;
    const context = this.#context;
    const sure = shape.proposed ? ` ${Math.round(shape.confidence * 100)} %` : '';
    const text = `${shape.name}${sure}`;
    const [pad, high] = [5 * this.#ratio, 18 * this.#ratio];
    const wide = context.measureText(text).width + 2 * pad;
    const at = toStage(this.#view, bounds);
    const offset = shape.kind === 'keypoint' ? { x: 8 * this.#ratio, y: -high / 2 } : { x: 0, y: 0 };
    const x = Math.round(at.x + offset.x);
    // Above the shape, or inside where there is no room.
    const above = at.y - high - 2 * this.#ratio;
    const y = Math.round(offset.y !== 0 ? at.y + offset.y : above < 0 ? at.y + 2 * this.#ratio : above);
    const color = colorOf(this.#style.classes, shape.name);
    context.beginPath();
    context.roundRect(x, y, wide, high, 4 * this.#ratio);
    context.fillStyle = color;
    context.fill();
    context.fillStyle = inkOn(color);
    context.fillText(text, x + pad, y + high / 2 + this.#ratio / 2);
  }

  #sketch(): void {
    const { sketch } = this.#desk;
    const context = this.#context;
    const color = sketch.faulty ? '#ff3b30' : '#ffb454';
    for (const { points, closed } of sketch.lines) {
      context.beginPath();
      this.#ring(points, closed);
      context.lineWidth = 3.5 * this.#ratio;
      context.strokeStyle = 'rgb(0 0 0 / 55%)';
      context.stroke();
      context.lineWidth = 1.75 * this.#ratio;
      context.strokeStyle = color;
      context.stroke();
      if (!closed && points.length < 400) for (const point of points) this.#grip(point, true, false);
    }
    if (sketch.goal !== null) this.#grip(sketch.goal, true, true);
    if (sketch.marquee !== null) {
      const { x, y, w, h } = sketch.marquee;
      context.beginPath();
      this.#ring(cornersOf({ cx: x + w / 2, cy: y + h / 2, w, h, angle: 0 }), true);
      context.fillStyle = 'rgb(255 180 84 / 12%)';
      context.fill();
      context.setLineDash([4 * this.#ratio, 3 * this.#ratio]);
      context.lineWidth = this.#ratio;
      context.strokeStyle = '#ffb454';
      context.stroke();
      context.setLineDash([]);
    }
  }

  /** Where the drawing hand is, from edge to edge of the picture. */
  #guides(): void {
    const { tool, at, stage, keyCursor } = this.#desk;
    if (at === null || tool.name === 'select' || tool.name === 'pan') return;
    if (!this.#style.guides && keyCursor === null) return;
    const place = toStage(this.#view, at);
    const [x, y] = [Math.round(place.x) + 0.5, Math.round(place.y) + 0.5];
    const context = this.#context;
    context.lineWidth = 1;
    for (const [color, shift] of [
      ['rgb(0 0 0 / 45%)', 1],
      ['rgb(255 255 255 / 65%)', 0],
    ] as const) {
      context.beginPath();
      context.moveTo(x + shift, 0);
      context.lineTo(x + shift, stage.height);
      context.moveTo(0, y + shift);
      context.lineTo(stage.width, y + shift);
      context.strokeStyle = color;
      context.stroke();
    }
  }
}

/** Black or white, whichever is read more easily on a colour. */
export function inkOn(color: string): string {
  const value = Number.parseInt(color.slice(1), 16);
  const [r, g, b] = [value >> 16, (value >> 8) & 255, value & 255];
  return (r * 299 + g * 587 + b * 114) / 1000 > 140 ? '#111' : '#fff';
}
