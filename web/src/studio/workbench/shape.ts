// A shape as the workbench holds it, and as the server writes it. Shapes are never changed: a change
// is another shape with the same id.

import type { Annotation, ShapeKind } from '../api';
import {
  clampTo,
  cornersOf,
  distance,
  distanceToLine,
  enclosure,
  frameOf,
  isInside,
  normalAngle,
  signedArea,
  toFrame,
  type Box,
  type Frame,
  type Point,
  type Ring,
  type Size,
} from './geometry';
import { insertedAt, removedAt, replacedAt } from './lists';

export type Attributes = Readonly<Record<string, unknown>>;

export interface Shape {
  readonly id: string;
  readonly kind: ShapeKind;
  /** Of its class. */
  readonly name: string;
  /** Of a bbox. */
  readonly frame: Frame | null;
  /** Of a polygon, the outer one first; of a line and a keypoint there is one; of others none. */
  readonly rings: readonly Ring[];
  readonly confidence: number;
  readonly attributes: Attributes | readonly unknown[];
  /** Which object of the picture a keypoint is of. */
  readonly instance: number | null;
  readonly author: string | null;
  readonly source: 'user' | 'model' | 'import';
  readonly model: string | null;
  readonly proposed: boolean;
  readonly answers?: unknown;
}

/** A random UUID; unlike the browser's own it is there without a secure origin too. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function newShape(kind: ShapeKind, name: string, place: Partial<Shape>): Shape {
  return {
    id: newId(),
    kind,
    name,
    frame: null,
    rings: [],
    confidence: 1,
    attributes: {},
    instance: null,
    author: null,
    source: 'user',
    model: null,
    proposed: false,
    ...place,
  };
}

export function newBox(name: string, box: Box | Frame): Shape {
  return newShape('bbox', name, { frame: 'angle' in box ? box : frameOf(box) });
}

export function newPolygon(name: string, rings: readonly Ring[]): Shape {
  return newShape('polygon', name, { rings });
}

export function newPolyline(name: string, points: Ring): Shape {
  return newShape('polyline', name, { rings: [points] });
}

export function newKeypoint(name: string, at: Point, instance: number | null): Shape {
  return newShape('keypoint', name, { rings: [[at]], instance });
}

/** The same on another picture, or beside itself: a shape of its own. */
export function twinOf(shape: Shape): Shape {
  return { ...shape, id: newId(), author: null };
}

export function* pointsOf(shape: Shape): Generator<Point> {
  if (shape.frame) yield* cornersOf(shape.frame);
  for (const ring of shape.rings) yield* ring;
}

const knownBounds = new WeakMap<Shape, Box>();

/** What encloses a shape; null of one that has no place on the picture. */
export function boundsOf(shape: Shape): Box | null {
  if (shape.kind === 'tag') return null;
  const known = knownBounds.get(shape);
  if (known) return known;
  const { frame } = shape;
  const bounds =
    frame && frame.angle === 0
      ? { x: frame.cx - frame.w / 2, y: frame.cy - frame.h / 2, w: frame.w, h: frame.h }
      : enclosure(pointsOf(shape));
  knownBounds.set(shape, bounds);
  return bounds;
}

export function areaOf(shape: Shape): number {
  if (shape.frame) return shape.frame.w * shape.frame.h;
  const [outer, ...holes] = shape.rings;
  if (shape.kind !== 'polygon' || outer === undefined) return 0;
  const away = holes.reduce((sum, hole) => sum + Math.abs(signedArea(hole)), 0);
  return Math.max(0, Math.abs(signedArea(outer)) - away);
}

export type Hit = 'line' | 'inside';

/** What of a shape is at a place: its outline, within `tolerance`, or its inside. */
export function hitOf(shape: Shape, at: Point, tolerance: number): Hit | null {
  switch (shape.kind) {
    case 'bbox': {
      const ring = cornersOf(shape.frame!);
      if (distanceToLine(at, ring, true) <= tolerance) return 'line';
      const own = toFrame(shape.frame!, at);
      const inside = Math.abs(own.x) <= shape.frame!.w / 2 && Math.abs(own.y) <= shape.frame!.h / 2;
      return inside ? 'inside' : null;
    }
    case 'polygon':
      if (shape.rings.some((ring) => distanceToLine(at, ring, true) <= tolerance)) return 'line';
      return isInside(shape.rings, at) ? 'inside' : null;
    case 'polyline':
      return distanceToLine(at, shape.rings[0]!, false) <= tolerance ? 'line' : null;
    case 'keypoint':
      return distance(at, shape.rings[0]![0]!) <= tolerance ? 'line' : null;
    case 'tag':
      return null;
  }
}

/** With each of its points elsewhere; a box keeps its size and angle, its middle moves. */
export function mapped(shape: Shape, move: (point: Point) => Point): Shape {
  const rings = shape.rings.map((ring) => ring.map(move));
  if (!shape.frame) return { ...shape, rings };
  const middle = move({ x: shape.frame.cx, y: shape.frame.cy });
  return { ...shape, rings, frame: { ...shape.frame, cx: middle.x, cy: middle.y } };
}

export function moved(shape: Shape, by: Point): Shape {
  return mapped(shape, ({ x, y }) => ({ x: x + by.x, y: y + by.y }));
}

/** With one of its points elsewhere. */
export function withPoint(shape: Shape, ring: number, index: number, to: Point): Shape {
  const points = replacedAt(shape.rings[ring]!, index, to);
  return { ...shape, rings: replacedAt(shape.rings, ring, points) };
}

/** With one more point, before the one that has this index. */
export function withInserted(shape: Shape, ring: number, index: number, at: Point): Shape {
  const points = insertedAt(shape.rings[ring]!, index, at);
  return { ...shape, rings: replacedAt(shape.rings, ring, points) };
}

/** Without one of its points; a hole that is too small then goes as a whole. Null when nothing that
 * makes sense is left. */
export function withoutPoint(shape: Shape, ring: number, index: number): Shape | null {
  const points = removedAt(shape.rings[ring]!, index);
  const least = shape.kind === 'polygon' ? 3 : shape.kind === 'polyline' ? 2 : 1;
  if (points.length >= least) return { ...shape, rings: replacedAt(shape.rings, ring, points) };
  return ring > 0 ? { ...shape, rings: removedAt(shape.rings, ring) } : null;
}

/** On a picture of another size, at the same place of it. */
export function scaledTo(shape: Shape, from: Size, to: Size): Shape {
  if (from.width === to.width && from.height === to.height) return shape;
  const [x, y] = [to.width / from.width, to.height / from.height];
  const scaled = mapped(shape, (point) => clampTo(to, { x: point.x * x, y: point.y * y }));
  if (!scaled.frame) return scaled;
  return { ...scaled, frame: { ...scaled.frame, w: scaled.frame.w * x, h: scaled.frame.h * y } };
}

const fingerprints = new WeakMap<Shape, string>();

/** All of a shape but who made it, which the server fills in, and the last bits of its numbers, which
 * are lost where a box is told by its corner here and by its middle there. */
function fingerprintOf(shape: Shape): string {
  const known = fingerprints.get(shape);
  if (known !== undefined) return known;
  const print = JSON.stringify({ ...shape, author: null }, (_, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value,
  );
  fingerprints.set(shape, print);
  return print;
}

export function isSame(a: Shape, b: Shape): boolean {
  return a === b || fingerprintOf(a) === fingerprintOf(b);
}

/** What the value of an attribute is; shapes of older clients have a list instead. */
export function attributesOf(shape: Shape): Attributes {
  return Array.isArray(shape.attributes) ? {} : (shape.attributes as Attributes);
}

// The server's spelling

/** As the server told them: what is not changed is sent back to the last bit. */
const told = new WeakMap<Shape, Annotation>();

export function readShape(annotation: Annotation): Shape {
  const { type, name, attributes = {} } = annotation;
  const isEmpty = Array.isArray(attributes) && attributes.length === 0;
  const shape: Shape = {
    ...newShape(type, name, {}),
    id: annotation.id,
    frame: type === 'bbox' ? readFrame(annotation) : null,
    rings: readRings(annotation),
    confidence: annotation.confidence ?? 1,
    attributes: isEmpty ? {} : attributes,
    instance: annotation.instance_id ?? null,
    author: annotation.created_by ?? null,
    source: annotation.source ?? 'user',
    model: annotation.model ?? null,
    proposed: annotation.proposed ?? false,
    ...(annotation.answers == null ? {} : { answers: annotation.answers }),
  };
  told.set(shape, annotation);
  return shape;
}

function readFrame({ oriented_box: oriented, bounding_box: box }: Annotation): Frame | null {
  if (!oriented) return box ? frameOf(box) : null;
  const { cx, cy, w, h, angle } = oriented;
  return { cx, cy, w, h, angle: normalAngle(angle) };
}

function readRings({ polygon, polyline, keypoint }: Annotation): readonly Ring[] {
  const rings = polygon?.paths ?? (polyline ? [polyline.path] : keypoint ? [[keypoint]] : []);
  return rings.map((ring) => ring.map(({ x, y }) => ({ x, y })));
}

export function writeShape(shape: Shape): Annotation {
  const known = told.get(shape);
  if (known !== undefined) return known;
  const { frame, rings, kind } = shape;
  const [first = []] = rings;
  return {
    id: shape.id,
    name: shape.name,
    type: kind,
    ...(frame ? { bounding_box: boundsOf(shape)! } : {}),
    ...(frame && frame.angle !== 0 ? { oriented_box: frame } : {}),
    ...(kind === 'polygon' ? { polygon: { paths: rings } } : {}),
    ...(kind === 'polyline' ? { polyline: { path: first } } : {}),
    ...(kind === 'keypoint' ? { keypoint: first[0]! } : {}),
    confidence: shape.confidence,
    ...(shape.author === null ? {} : { created_by: shape.author }),
    attributes: shape.attributes,
    ...(kind === 'keypoint' ? { instance_id: shape.instance } : {}),
    source: shape.source,
    ...(shape.model === null ? {} : { model: shape.model }),
    proposed: shape.proposed,
    ...(shape.answers === undefined ? {} : { answers: shape.answers }),
  };
}
