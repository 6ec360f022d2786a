// Plane geometry of the workbench. Lengths are pixels of the upright picture unless told otherwise;
// y points down, angles are degrees clockwise on the screen.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A box that may be turned about its middle: 0 <= angle < 360. */
export interface Frame {
  readonly cx: number;
  readonly cy: number;
  readonly w: number;
  readonly h: number;
  readonly angle: number;
}

/** Closed without repeating its first point. */
export type Ring = readonly Point[];

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

export function middleOf(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

export function clampTo(size: Size, point: Point): Point {
  return {
    x: Math.min(Math.max(point.x, 0), size.width),
    y: Math.min(Math.max(point.y, 0), size.height),
  };
}

export function boxOf(a: Point, b: Point): Box {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    w: Math.abs(a.x - b.x),
    h: Math.abs(a.y - b.y),
  };
}

/** The smallest box around some points; there is at least one. */
export function enclosure(points: Iterable<Point>): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x <= b.x + b.w && b.x <= a.x + a.w && a.y <= b.y + b.h && b.y <= a.y + a.h;
}

export function encloses(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.w <= outer.x + outer.w &&
    inner.y + inner.h <= outer.y + outer.h
  );
}

/** How far something may move without leaving the picture: `by`, shortened where it would. What
 * reaches out of it already is not pushed further. */
export function moveWithin(size: Size, bounds: Box, by: Point): Point {
  const along = (wanted: number, start: number, length: number, end: number): number => {
    const least = Math.min(0, -start);
    const most = Math.max(0, end - start - length);
    return Math.min(Math.max(wanted, least), most);
  };
  return {
    x: along(by.x, bounds.x, bounds.w, size.width),
    y: along(by.y, bounds.y, bounds.h, size.height),
  };
}

/** The distance of a point from a line between two others. */
export function distanceToSegment(point: Point, a: Point, b: Point): number {
  return distance(point, nearestOnSegment(point, a, b));
}

export function nearestOnSegment(point: Point, a: Point, b: Point): Point {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  if (length === 0) return a;
  const along = ((point.x - a.x) * dx + (point.y - a.y) * dy) / length;
  const t = Math.min(1, Math.max(0, along));
  return { x: a.x + t * dx, y: a.y + t * dy };
}

/** The lines of a ring, or of an open line of points. */
export function* segmentsOf(points: Ring, closed: boolean): Generator<readonly [Point, Point]> {
  for (let i = 1; i < points.length; i++) yield [points[i - 1]!, points[i]!];
  if (closed && points.length > 1) yield [points.at(-1)!, points[0]!];
}

export function distanceToLine(point: Point, points: Ring, closed: boolean): number {
  let least = Infinity;
  for (const [a, b] of segmentsOf(points, closed)) {
    least = Math.min(least, distanceToSegment(point, a, b));
  }
  return least;
}

/** Even-odd over all rings: a place in a hole is outside. */
export function isInside(rings: readonly Ring[], point: Point): boolean {
  let inside = false;
  for (const ring of rings) {
    for (const [a, b] of segmentsOf(ring, true)) {
      if (a.y > point.y === b.y > point.y) continue;
      const x = a.x + ((point.y - a.y) / (b.y - a.y)) * (b.x - a.x);
      if (point.x < x) inside = !inside;
    }
  }
  return inside;
}

/** Above 0 when the ring runs clockwise on the screen. */
export function signedArea(ring: Ring): number {
  let twice = 0;
  for (const [a, b] of segmentsOf(ring, true)) twice += a.x * b.y - b.x * a.y;
  return twice / 2;
}

/** Whether two lines meet in any point, touching included. */
export function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  const d1 = turn(c, d, a);
  const d2 = turn(c, d, b);
  const d3 = turn(a, b, c);
  const d4 = turn(a, b, d);
  if (d1 * d2 < 0 && d3 * d4 < 0) return true;
  return (
    (d1 === 0 && isBetween(c, d, a)) ||
    (d2 === 0 && isBetween(c, d, b)) ||
    (d3 === 0 && isBetween(a, b, c)) ||
    (d4 === 0 && isBetween(a, b, d))
  );
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/** Of a point on the straight through two others. */
function isBetween(a: Point, b: Point, point: Point): boolean {
  return (
    point.x >= Math.min(a.x, b.x) &&
    point.x <= Math.max(a.x, b.x) &&
    point.y >= Math.min(a.y, b.y) &&
    point.y <= Math.max(a.y, b.y)
  );
}

export type RingFault = 'few' | 'crossing' | 'empty';

/** What keeps a ring from being one, or null. */
export function ringFault(ring: Ring): RingFault | null {
  if (ring.length < 3) return 'few';
  if (crossesItself(ring)) return 'crossing';
  return Math.abs(signedArea(ring)) < 1e-9 ? 'empty' : null;
}

/** Lines are sorted by where they begin in x, so that only those above one another are compared. */
function crossesItself(ring: Ring): boolean {
  const count = ring.length;
  const lines = ring.map((a, i) => {
    const b = ring[(i + 1) % count]!;
    return { i, a, b, left: Math.min(a.x, b.x), right: Math.max(a.x, b.x) };
  });
  lines.sort((p, q) => p.left - q.left);
  for (let i = 0; i < count; i++) {
    const one = lines[i]!;
    for (let j = i + 1; j < count && lines[j]!.left <= one.right; j++) {
      const other = lines[j]!;
      const apart = (other.i - one.i + count) % count;
      if (apart === 1 || apart === count - 1) {
        if (turnsBack(ring, apart === 1 ? one.i : other.i)) return true;
      } else if (meet(one.a, one.b, other.a, other.b)) return true;
    }
  }
  return false;
}

/** Neighbours share a point; they cross only when the second runs back along the first. */
function turnsBack(ring: Ring, first: number): boolean {
  const count = ring.length;
  const a = ring[first]!;
  const b = ring[(first + 1) % count]!;
  const c = ring[(first + 2) % count]!;
  if (turn(a, b, c) !== 0) return false;
  return (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y) < 0;
}

/** Without points that repeat the one before them. */
export function withoutRepeats(points: Ring, closed: boolean): Ring {
  const kept = points.filter((point, i) => {
    const before = points[i - 1];
    return before === undefined || before.x !== point.x || before.y !== point.y;
  });
  const [first] = kept;
  const last = kept.at(-1);
  if (closed && kept.length > 1 && first!.x === last!.x && first!.y === last!.y) kept.pop();
  return kept;
}

/** Leaves out points that lie within `tolerance` of the line without them (Douglas and Peucker,
 * "Algorithms for the reduction of the number of points required to represent a digitized line or
 * its caricature", 1973); the ends remain. */
export function simplify(points: Ring, tolerance: number): Ring {
  if (points.length < 3) return points;
  const kept = new Uint8Array(points.length);
  kept[0] = kept[points.length - 1] = 1;
  const spans: [number, number][] = [[0, points.length - 1]];
  for (let span = spans.pop(); span !== undefined; span = spans.pop()) {
    const [from, to] = span;
    let [far, most] = [0, tolerance];
    for (let i = from + 1; i < to; i++) {
      const away = distanceToSegment(points[i]!, points[from]!, points[to]!);
      if (away > most) [far, most] = [i, away];
    }
    if (far === 0) continue;
    kept[far] = 1;
    spans.push([from, far], [far, to]);
  }
  return points.filter((_, i) => kept[i] === 1);
}

/** As `simplify`, of a closed ring: it is taken apart where it is widest. */
export function simplifyRing(ring: Ring, tolerance: number): Ring {
  if (ring.length < 5) return ring;
  const [first] = ring;
  let far = 0;
  ring.forEach((point, i) => {
    if (distance(first!, point) > distance(first!, ring[far]!)) far = i;
  });
  const there = simplify(ring.slice(0, far + 1), tolerance);
  const back = simplify([...ring.slice(far), first!], tolerance);
  const simple = [...there, ...back.slice(1, -1)];
  return simple.length < 3 ? ring : simple;
}

// Boxes that may be turned

export function frameOf(box: Box): Frame {
  return { cx: box.x + box.w / 2, cy: box.y + box.h / 2, w: box.w, h: box.h, angle: 0 };
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** From the frame's own axes, about its middle, into the picture. */
export function fromFrame({ cx, cy, angle }: Frame, own: Point): Point {
  if (angle === 0) return { x: cx + own.x, y: cy + own.y };
  const [sin, cos] = [Math.sin(radians(angle)), Math.cos(radians(angle))];
  return { x: cx + own.x * cos - own.y * sin, y: cy + own.x * sin + own.y * cos };
}

export function toFrame({ cx, cy, angle }: Frame, point: Point): Point {
  const [dx, dy] = [point.x - cx, point.y - cy];
  if (angle === 0) return { x: dx, y: dy };
  const [sin, cos] = [Math.sin(radians(angle)), Math.cos(radians(angle))];
  return { x: dx * cos + dy * sin, y: -dx * sin + dy * cos };
}

/** Top left, top right, bottom right, bottom left of its own frame. */
export function cornersOf(frame: Frame): readonly [Point, Point, Point, Point] {
  const [x, y] = [frame.w / 2, frame.h / 2];
  return [
    fromFrame(frame, { x: -x, y: -y }),
    fromFrame(frame, { x, y: -y }),
    fromFrame(frame, { x, y }),
    fromFrame(frame, { x: -x, y }),
  ];
}

/** A side or corner of a box: -1, 0 or 1 along each of its own axes. */
export interface Handle {
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

export const HANDLES: readonly Handle[] = [
  { x: -1, y: -1 },
  { x: 0, y: -1 },
  { x: 1, y: -1 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
  { x: -1, y: 1 },
  { x: -1, y: 0 },
];

export function handlePlace(frame: Frame, handle: Handle): Point {
  return fromFrame(frame, { x: (handle.x * frame.w) / 2, y: (handle.y * frame.h) / 2 });
}

/** Pulls a handle to a place: the opposite side stays, or the middle does. Sides may change places;
 * none becomes shorter than `least`. */
export function resizeFrame(
  frame: Frame,
  handle: Handle,
  to: Point,
  how: { readonly fromMiddle?: boolean; readonly proportional?: boolean; readonly least?: number } = {},
): Frame {
  const least = how.least ?? 1;
  const own = toFrame(frame, to);
  const x = span(frame.w, handle.x, own.x, how.fromMiddle === true, least);
  const y = span(frame.h, handle.y, own.y, how.fromMiddle === true, least);
  if (how.proportional && handle.x !== 0 && handle.y !== 0) {
    const factor = Math.max(x.length / frame.w, y.length / frame.h);
    x.length = frame.w * factor;
    y.length = frame.h * factor;
    if (!how.fromMiddle) {
      x.middle = (-handle.x * frame.w) / 2 + (x.sign * handle.x * x.length) / 2;
      y.middle = (-handle.y * frame.h) / 2 + (y.sign * handle.y * y.length) / 2;
    }
  }
  const middle = fromFrame(frame, { x: x.middle, y: y.middle });
  return { cx: middle.x, cy: middle.y, w: x.length, h: y.length, angle: frame.angle };
}

function span(
  length: number,
  side: number,
  to: number,
  fromMiddle: boolean,
  least: number,
): { middle: number; length: number; sign: 1 | -1 } {
  if (side === 0) return { middle: 0, length, sign: 1 };
  const fixed = fromMiddle ? 0 : (-side * length) / 2;
  const reach = side * (to - fixed);
  const sign = reach < 0 ? -1 : 1;
  const long = Math.max(Math.abs(reach), fromMiddle ? least / 2 : least);
  if (fromMiddle) return { middle: 0, length: 2 * long, sign };
  return { middle: fixed + (side * sign * long) / 2, length: long, sign };
}

export function normalAngle(degrees: number): number {
  const angle = ((degrees % 360) + 360) % 360;
  // What rounding made of an angle just below 0.
  return angle === 360 ? 0 : angle;
}

/** The angle of a frame whose upper middle points at a place; in steps of `step` degrees if given. */
export function angleTowards(frame: Frame, to: Point, step = 0): number {
  const degrees = (Math.atan2(to.y - frame.cy, to.x - frame.cx) * 180) / Math.PI + 90;
  return normalAngle(step > 0 ? Math.round(degrees / step) * step : degrees);
}

/** Whether all of it lies in the picture; a rounding's breadth outside does. */
export function isWithin(size: Size, points: Iterable<Point>): boolean {
  const slack = 1e-6;
  for (const { x, y } of points) {
    if (x < -slack || y < -slack || x > size.width + slack || y > size.height + slack) return false;
  }
  return true;
}
