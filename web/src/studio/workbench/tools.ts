// What the pointer does, tool by tool: each a small machine that is told where the pointer is, in
// pixels of the picture, and says what is to be seen of what is not done yet.

import type { Skeleton } from '../api';
import type { Document } from './document';
import {
  angleTowards,
  boxOf,
  clampTo,
  cornersOf,
  distance,
  encloses,
  enclosure,
  fromFrame,
  handlePlace,
  HANDLES,
  isWithin,
  middleOf,
  moveWithin,
  nearestOnSegment,
  resizeFrame,
  ringFault,
  segmentsOf,
  simplify,
  toFrame,
  withoutRepeats,
  type Box,
  type Frame,
  type Handle,
  type Point,
  type Ring,
  type RingFault,
} from './geometry';
import {
  boundsOf,
  moved,
  newBox,
  newKeypoint,
  newPolygon,
  newPolyline,
  pointsOf,
  withInserted,
  withoutPoint,
  withPoint,
  type Shape,
} from './shape';

export const TOOLS = ['select', 'pan', 'box', 'rotated', 'polygon', 'hole', 'line', 'point'] as const;
export type ToolName = (typeof TOOLS)[number];

export interface Pointer {
  /** In the picture; may lie outside of it. */
  readonly at: Point;
  readonly shift: boolean;
  readonly alt: boolean;
  /** A finger, which is broader than what it points at. */
  readonly touch: boolean;
}

/** What a tool works on. */
export interface Surface {
  readonly document: Document;
  /** The class of what is drawn. */
  readonly className: string;
  /** Of that class. */
  readonly skeleton: Skeleton | null;
  /** How long so many CSS pixels are in the picture. */
  length(px: number): number;
  /** A shape was made; the next one may be. */
  made(shapes: readonly Shape[]): void;
  /** What was drawn is none. */
  refused(fault: RingFault): void;
}

/** What is seen over the shapes while something is being done. */
export interface Sketch {
  /** As they are to be, in the place of those that have their ids. */
  readonly changed: readonly Shape[];
  /** Lines that are no shape yet. */
  readonly lines: readonly { readonly points: Ring; readonly closed: boolean }[];
  /** Where a click closes the ring. */
  readonly goal: Point | null;
  readonly marquee: Box | null;
  /** What is being drawn would be refused. */
  readonly faulty: boolean;
}

export const NO_SKETCH: Sketch = {
  changed: [],
  lines: [],
  goal: null,
  marquee: null,
  faulty: false,
};

export interface Tool {
  readonly name: ToolName;
  /** Something has begun that is not finished. */
  readonly busy: boolean;
  readonly sketch: Sketch;
  /** Of the pointer, as CSS names it. */
  readonly cursor: string;
  down(pointer: Pointer): void;
  move(pointer: Pointer): void;
  up(pointer: Pointer): void;
  /** A click that follows another at once. */
  double(pointer: Pointer): void;
  /** Brings what has begun to its end; false when there is nothing. */
  finish(): boolean;
  /** Gives up what has begun; false when there is nothing. */
  cancel(): boolean;
  /** Takes the last point back; false when there is none. */
  back(): boolean;
}

/** A pointer that moves less than this, in CSS pixels, stays where it is. */
export const SLOP_PX = 4;
const REACH_PX = 7;
const TOUCH_REACH_PX = 18;
/** How far a box's handle for turning stands off its upper side. */
export const TURN_HANDLE_PX = 26;
const ANGLE_STEP = 15;
/** A line drawn by a moving hand is as exact as this. */
const FREEHAND_PX = 1.2;
const BOX_LEAST = 1;

export function reach(surface: Surface, pointer: Pointer): number {
  return surface.length(pointer.touch ? TOUCH_REACH_PX : REACH_PX);
}

abstract class Machine implements Tool {
  abstract readonly name: ToolName;
  constructor(protected readonly surface: Surface) {}

  get cursor(): string {
    return 'crosshair';
  }

  abstract get busy(): boolean;
  abstract get sketch(): Sketch;
  abstract down(pointer: Pointer): void;
  abstract move(pointer: Pointer): void;
  abstract up(pointer: Pointer): void;
  abstract cancel(): boolean;

  double(_: Pointer): void {}

  finish(): boolean {
    return false;
  }

  back(): boolean {
    return false;
  }

  protected inPicture(point: Point): Point {
    return clampTo(this.surface.document.size, point);
  }

  protected isFar(a: Point, b: Point): boolean {
    return distance(a, b) > this.surface.length(SLOP_PX);
  }

  protected make(...shapes: readonly Shape[]): void {
    this.surface.document.add(...shapes);
    this.surface.document.select(shapes.map((shape) => shape.id));
    this.surface.made(shapes);
  }
}

/** Corner to corner: pulled, or by two clicks. */
export class BoxTool extends Machine {
  readonly name = 'box';
  #from: Point | null = null;
  #to: Point | null = null;
  #pressed = false;

  get busy(): boolean {
    return this.#from !== null;
  }

  get sketch(): Sketch {
    const frame = this.#frame();
    if (frame === null) return NO_SKETCH;
    return { ...NO_SKETCH, lines: [{ points: cornersOf(frame), closed: true }] };
  }

  down(pointer: Pointer): void {
    this.#pressed = true;
    if (this.#from === null) this.#from = this.inPicture(pointer.at);
    this.#pull(pointer);
  }

  move(pointer: Pointer): void {
    if (this.#from !== null) this.#pull(pointer);
  }

  up(pointer: Pointer): void {
    if (!this.#pressed || this.#from === null) return;
    this.#pressed = false;
    this.#pull(pointer);
    // One click alone sets the first corner.
    if (this.isFar(this.#from, this.#to!)) this.finish();
  }

  override finish(): boolean {
    const frame = this.#frame();
    if (frame === null) return false;
    if (frame.w >= BOX_LEAST && frame.h >= BOX_LEAST) {
      const name = this.surface.className;
      this.cancel();
      this.make(newBox(name, frame));
    } else if (this.#to !== null && this.isFar(this.#from!, this.#to)) {
      this.cancel();
      this.surface.refused('empty');
    }
    return true;
  }

  cancel(): boolean {
    const { busy } = this;
    this.#from = this.#to = null;
    this.#pressed = false;
    return busy;
  }

  #pull({ at, shift, alt }: Pointer): void {
    const from = this.#from!;
    let to = this.inPicture(at);
    if (shift) {
      const side = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
      const reached = {
        x: from.x + Math.sign(to.x - from.x || 1) * side,
        y: from.y + Math.sign(to.y - from.y || 1) * side,
      };
      // Square as far as the picture goes.
      const inside = this.inPicture(reached);
      const held = Math.min(Math.abs(inside.x - from.x), Math.abs(inside.y - from.y));
      to = {
        x: from.x + Math.sign(reached.x - from.x) * held,
        y: from.y + Math.sign(reached.y - from.y) * held,
      };
    }
    this.#to = to;
    this.#fromMiddle = alt;
  }

  #fromMiddle = false;

  #frame(): Frame | null {
    const [from, to] = [this.#from, this.#to];
    if (from === null || to === null) return null;
    const opposite = this.#fromMiddle
      ? this.inPicture({ x: 2 * from.x - to.x, y: 2 * from.y - to.y })
      : from;
    const box = boxOf(opposite, to);
    return { cx: box.x + box.w / 2, cy: box.y + box.h / 2, w: box.w, h: box.h, angle: 0 };
  }
}

/** One side first, pulled or by two clicks, then how far the box reaches from it. */
export class RotatedBoxTool extends Machine {
  readonly name = 'rotated';
  #from: Point | null = null;
  #to: Point | null = null;
  /** The first side stands. */
  #based = false;
  #reach = 0;

  get busy(): boolean {
    return this.#from !== null;
  }

  get sketch(): Sketch {
    const [from, to] = [this.#from, this.#to];
    if (from === null || to === null) return NO_SKETCH;
    if (!this.#based) return { ...NO_SKETCH, lines: [{ points: [from, to], closed: false }] };
    const corners = cornersOf(this.#frame());
    const faulty = !isWithin(this.surface.document.size, corners);
    return { ...NO_SKETCH, faulty, lines: [{ points: corners, closed: true }] };
  }

  down(pointer: Pointer): void {
    if (this.#from === null) this.#from = this.#to = this.inPicture(pointer.at);
    else this.move(pointer);
  }

  move({ at, shift }: Pointer): void {
    const from = this.#from;
    if (from === null) return;
    if (!this.#based) {
      this.#to = this.inPicture(shift ? inSteps(from, at) : at);
      return;
    }
    const own = toFrame(this.#side(), at);
    this.#reach = own.y;
  }

  up(pointer: Pointer): void {
    const from = this.#from;
    if (from === null) return;
    this.move(pointer);
    if (!this.#based) this.#based = this.isFar(from, this.#to!);
    else this.finish();
  }

  override finish(): boolean {
    if (!this.#based) return this.busy;
    const frame = this.#frame();
    if (frame.h < BOX_LEAST || frame.w < BOX_LEAST) return true;
    if (!isWithin(this.surface.document.size, cornersOf(frame))) return true;
    this.cancel();
    this.make(newBox(this.surface.className, frame));
    return true;
  }

  cancel(): boolean {
    const { busy } = this;
    this.#from = this.#to = null;
    this.#based = false;
    this.#reach = 0;
    return busy;
  }

  /** The first side as a box without height. */
  #side(): Frame {
    const [from, to] = [this.#from!, this.#to!];
    const middle = middleOf(from, to);
    const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
    return { cx: middle.x, cy: middle.y, w: distance(from, to), h: 0, angle };
  }

  #frame(): Frame {
    const side = this.#side();
    const middle = fromFrame(side, { x: 0, y: this.#reach / 2 });
    const angle = ((side.angle % 360) + 360) % 360;
    return { cx: middle.x, cy: middle.y, w: side.w, h: Math.abs(this.#reach), angle };
  }
}

/** Rings and lines, click by click or by a moving hand. */
export class PathTool extends Machine {
  readonly name: 'polygon' | 'hole' | 'line';
  #points: Point[] = [];
  #hand: Point | null = null;
  #pressed: Point | null = null;
  #freehand = false;

  constructor(surface: Surface, name: 'polygon' | 'hole' | 'line') {
    super(surface);
    this.name = name;
  }

  get busy(): boolean {
    return this.#points.length > 0;
  }

  get sketch(): Sketch {
    if (!this.busy) return NO_SKETCH;
    const points = this.#hand === null ? this.#points : [...this.#points, this.#hand];
    const goal = this.#closes && this.#points.length >= 3 ? this.#points[0]! : null;
    return { ...NO_SKETCH, goal, lines: [{ points, closed: false }] };
  }

  /** Whether a hole has something to be in. */
  get target(): Shape | null {
    const [shape, more] = this.surface.document.editable;
    return shape?.kind === 'polygon' && more === undefined ? shape : null;
  }

  get #closes(): boolean {
    return this.name !== 'line';
  }

  down(pointer: Pointer): void {
    const at = this.#place(pointer);
    const [first] = this.#points;
    if (this.#closes && this.#points.length >= 3 && distance(first!, pointer.at) <= reach(this.surface, pointer)) {
      this.finish();
      return;
    }
    this.#pressed = at;
    this.#points.push(at);
    this.#hand = at;
  }

  move(pointer: Pointer): void {
    if (!this.busy) return;
    const at = this.#place(pointer);
    this.#hand = at;
    if (this.#pressed === null) return;
    if (!this.#freehand && !this.isFar(this.#pressed, at)) return;
    this.#freehand = true;
    const last = this.#points.at(-1)!;
    if (distance(last, at) > this.surface.length(FREEHAND_PX)) this.#points.push(at);
  }

  up(pointer: Pointer): void {
    if (this.#pressed === null) return;
    this.#pressed = null;
    if (!this.#freehand) return;
    this.#freehand = false;
    this.#points = [...simplify(this.#points, this.surface.length(FREEHAND_PX))];
    // A hand that comes back to where it began has drawn all of it.
    const back = distance(this.#points[0]!, pointer.at) <= 2 * reach(this.surface, pointer);
    if (this.#closes && this.#points.length > 3 && back) this.finish();
  }

  override double(): void {
    this.finish();
  }

  override finish(): boolean {
    if (!this.busy) return false;
    const points = withoutRepeats(this.#points, this.#closes);
    if (!this.#closes) {
      if (points.length < 2) return true;
      this.cancel();
      this.make(newPolyline(this.surface.className, points));
      return true;
    }
    const fault = ringFault(points);
    if (fault !== null) this.surface.refused(fault);
    else if (this.name === 'hole') this.#cut(points);
    else {
      this.cancel();
      this.make(newPolygon(this.surface.className, [points]));
    }
    return true;
  }

  cancel(): boolean {
    const { busy } = this;
    this.#points = [];
    this.#hand = this.#pressed = null;
    this.#freehand = false;
    return busy;
  }

  override back(): boolean {
    return this.#points.pop() !== undefined;
  }

  #cut(hole: Ring): void {
    const { target } = this;
    this.cancel();
    if (target === null) return;
    const next = { ...target, rings: [...target.rings, hole] };
    this.surface.document.replace([next]);
    this.surface.made([next]);
  }

  #place({ at, shift }: Pointer): Point {
    const last = this.#points.at(this.#pressed === null ? -1 : -2);
    return this.inPicture(shift && last && !this.#freehand ? inSteps(last, at) : at);
  }
}

/** One point, or a whole skeleton into the box that is pulled. */
export class PointTool extends Machine {
  readonly name = 'point';
  #from: Point | null = null;
  #to: Point | null = null;

  get busy(): boolean {
    return this.#from !== null;
  }

  get sketch(): Sketch {
    const { skeleton } = this.surface;
    if (skeleton === null || this.#from === null || this.#to === null) return NO_SKETCH;
    const places = this.#joints();
    const bones = skeleton.edges.flatMap(([a, b]) => {
      const [from, to] = [places[a], places[b]];
      return from && to ? [{ points: [from, to], closed: false }] : [];
    });
    return { ...NO_SKETCH, marquee: boxOf(this.#from, this.#to), lines: bones };
  }

  down(pointer: Pointer): void {
    this.#from = this.#to = this.inPicture(pointer.at);
  }

  move(pointer: Pointer): void {
    if (this.#from !== null) this.#to = this.inPicture(pointer.at);
  }

  up(pointer: Pointer): void {
    const from = this.#from;
    if (from === null) return;
    this.move(pointer);
    const { skeleton, className } = this.surface;
    if (skeleton !== null && this.isFar(from, this.#to!)) {
      const instance = this.#nextInstance();
      const places = this.#joints();
      const joints = skeleton.nodes.map(({ name }, i) => newKeypoint(name, places[i]!, instance));
      this.cancel();
      this.make(...joints);
      return;
    }
    const at = this.#to!;
    this.cancel();
    if (skeleton === null) this.make(newKeypoint(className, at, this.#currentInstance()));
  }

  cancel(): boolean {
    const { busy } = this;
    this.#from = this.#to = null;
    return busy;
  }

  #joints(): readonly Point[] {
    const box = boxOf(this.#from!, this.#to!);
    return this.surface.skeleton!.nodes.map(({ x, y }) => ({
      x: box.x + x * box.w,
      y: box.y + y * box.h,
    }));
  }

  #nextInstance(): number {
    const used = this.surface.document.shapes.map((shape) => shape.instance ?? 0);
    return used.reduce((most, each) => Math.max(most, each), 0) + 1;
  }

  /** A point beside one that is chosen is of the same object. */
  #currentInstance(): number | null {
    const [chosen] = this.surface.document.selected;
    return chosen?.kind === 'keypoint' ? chosen.instance : null;
  }
}

/** What of a chosen shape the pointer can take hold of. */
export type Grip =
  | { readonly type: 'handle'; readonly handle: Handle; readonly at: Point }
  | { readonly type: 'turn'; readonly at: Point }
  | { readonly type: 'vertex'; readonly ring: number; readonly index: number; readonly at: Point }
  /** Between two points: taking hold of it makes a point before `index`. */
  | { readonly type: 'edge'; readonly ring: number; readonly index: number; readonly at: Point };

/** The grips of a shape; `length` tells how long so many CSS pixels are. */
export function gripsOf(shape: Shape, length: (px: number) => number): readonly Grip[] {
  const { frame } = shape;
  if (frame) {
    const turn = fromFrame(frame, { x: 0, y: -frame.h / 2 - length(TURN_HANDLE_PX) });
    const handles = HANDLES.map(
      (handle): Grip => ({ type: 'handle', handle, at: handlePlace(frame, handle) }),
    );
    return [{ type: 'turn', at: turn }, ...handles];
  }
  return shape.rings.flatMap((points, ring) =>
    points.map((at, index): Grip => ({ type: 'vertex', ring, index, at })),
  );
}

type Doing =
  | { readonly type: 'press'; readonly at: Point; readonly shape: Shape | null; readonly chosen: boolean }
  | { readonly type: 'marquee'; readonly at: Point; readonly to: Point; readonly add: boolean }
  | { readonly type: 'move'; readonly at: Point; readonly shapes: readonly Shape[]; readonly bounds: Box }
  | { readonly type: 'grip'; readonly grip: Grip; readonly shape: Shape };

/** Choosing, moving, resizing, turning, and points of rings and lines. */
export class SelectTool extends Machine {
  readonly name = 'select';
  #doing: Doing | null = null;
  #changed: readonly Shape[] = [];
  #faulty = false;
  #hover: Shape | null = null;
  #grip: Grip | null = null;
  /** The point of the chosen shape that keys are for. */
  #vertex: { readonly ring: number; readonly index: number } | null = null;

  get busy(): boolean {
    return this.#doing !== null && this.#doing.type !== 'press';
  }

  get hover(): Shape | null {
    return this.#hover;
  }

  get grip(): Grip | null {
    return this.#grip;
  }

  get vertex(): { readonly ring: number; readonly index: number } | null {
    const ring = this.#vertex && this.#single?.rings[this.#vertex.ring];
    return ring && this.#vertex!.index < ring.length ? this.#vertex : null;
  }

  override get cursor(): string {
    if (this.#doing?.type === 'move') return 'move';
    if (this.#grip?.type === 'handle') return cursorOf(this.#grip.handle, this.#single!.frame!.angle);
    if (this.#grip?.type === 'turn') return 'grab';
    if (this.#grip !== null) return this.#grip.type === 'edge' ? 'copy' : 'move';
    return this.#hover ? 'pointer' : 'default';
  }

  get sketch(): Sketch {
    const marquee = this.#doing?.type === 'marquee' ? boxOf(this.#doing.at, this.#doing.to) : null;
    return { ...NO_SKETCH, changed: this.#changed, marquee, faulty: this.#faulty };
  }

  get #document(): Document {
    return this.surface.document;
  }

  /** The one shape that is chosen and may be changed. */
  get #single(): Shape | null {
    const [shape, more] = this.#document.editable;
    return more === undefined && this.#document.selection.size === 1 ? (shape ?? null) : null;
  }

  down(pointer: Pointer): void {
    this.#look(pointer);
    const single = this.#single;
    if (this.#grip !== null && single !== null) {
      this.#hold(pointer, this.#grip, single);
      return;
    }
    this.#vertex = null;
    const { selection } = this.#document;
    const under = this.#at(pointer);
    // What is chosen stays under the hand, whatever lies over it.
    const shape = under.find((each) => selection.has(each.id)) ?? under[0] ?? null;
    const chosen = shape !== null && selection.has(shape.id);
    if (pointer.shift) {
      if (shape !== null) this.#document.toggle(shape.id);
    } else if (shape !== null && !chosen) this.#document.select([shape.id]);
    this.#doing = { type: 'press', at: pointer.at, shape, chosen: chosen && !pointer.shift };
  }

  move(pointer: Pointer): void {
    const doing = this.#doing;
    if (doing === null) return this.#look(pointer);
    switch (doing.type) {
      case 'press':
        if (this.isFar(doing.at, pointer.at)) this.#begin(doing, pointer);
        break;
      case 'marquee':
        this.#doing = { ...doing, to: pointer.at };
        break;
      case 'move': {
        const by = { x: pointer.at.x - doing.at.x, y: pointer.at.y - doing.at.y };
        const held = pointer.shift ? alongAxis(by) : by;
        const within = moveWithin(this.#document.size, doing.bounds, held);
        this.#changed = doing.shapes.map((shape) => moved(shape, within));
        break;
      }
      case 'grip':
        this.#pull(doing.grip, doing.shape, pointer);
        break;
    }
  }

  up(pointer: Pointer): void {
    this.move(pointer);
    const doing = this.#doing;
    const changed = this.#faulty ? [] : this.#changed;
    if (this.#faulty) this.surface.refused('crossing');
    this.#stop();
    if (doing?.type === 'marquee') this.#choose(boxOf(doing.at, doing.to), doing.add);
    else if (doing?.type === 'press') this.#click(doing, pointer);
    this.#document.replace(changed);
    this.#look(pointer);
  }

  /** Of a joint: all of its object. */
  override double(pointer: Pointer): void {
    const [shape] = this.#at(pointer);
    if (shape?.kind !== 'keypoint' || shape.instance === null) return;
    const all = this.#document.shapes.filter((each) => each.instance === shape.instance);
    this.#document.select(all.map((each) => each.id));
  }

  cancel(): boolean {
    const { busy } = this;
    this.#stop();
    return busy;
  }

  /** The point that keys are for goes; false when there is none. */
  override back(): boolean {
    const { vertex } = this;
    const single = this.#single;
    if (vertex === null || single === null) return false;
    const next = withoutPoint(single, vertex.ring, vertex.index);
    this.#vertex = null;
    if (next === null) this.#document.remove(new Set([single.id]));
    else if (next.kind === 'polygon' && next.rings.some((ring) => ringFault(ring) !== null)) {
      this.surface.refused('crossing');
    } else this.#document.replace([next]);
    return true;
  }

  /** Nothing is under the pointer any more. */
  leave(): void {
    if (this.#doing !== null) return;
    this.#hover = this.#grip = null;
  }

  #at(pointer: Pointer): readonly Shape[] {
    const { locked } = this.#document;
    const near = this.#document.index.at(pointer.at, reach(this.surface, pointer));
    return near.filter((shape) => !locked.has(shape.id));
  }

  #look(pointer: Pointer): void {
    const single = this.#single;
    this.#grip = single ? this.#gripAt(single, pointer) : null;
    this.#hover = this.#at(pointer)[0] ?? null;
  }

  #gripAt(shape: Shape, pointer: Pointer): Grip | null {
    if (this.#document.hidden.has(shape.id)) return null;
    const near = reach(this.surface, pointer);
    let found: Grip | null = null;
    let least = near;
    for (const grip of gripsOf(shape, (px) => this.surface.length(px))) {
      const away = distance(grip.at, pointer.at);
      if (away <= least) [found, least] = [grip, away];
    }
    if (found !== null || shape.frame || shape.kind === 'keypoint') return found;
    return this.#edgeAt(shape, pointer, near);
  }

  #edgeAt(shape: Shape, pointer: Pointer, near: number): Grip | null {
    let found: Grip | null = null;
    let least = near * 0.7;
    shape.rings.forEach((points, ring) => {
      let index = 0;
      for (const [a, b] of segmentsOf(points, shape.kind === 'polygon')) {
        index += 1;
        const at = nearestOnSegment(pointer.at, a, b);
        const away = distance(at, pointer.at);
        if (away > least) continue;
        least = away;
        found = { type: 'edge', ring, index, at };
      }
    });
    return found;
  }

  #hold(pointer: Pointer, grip: Grip, shape: Shape): void {
    if (grip.type === 'vertex') {
      this.#vertex = { ring: grip.ring, index: grip.index };
      if (pointer.alt) {
        this.back();
        return;
      }
    }
    if (grip.type === 'edge') {
      const { ring, index } = grip;
      this.#vertex = { ring, index };
      const inserted = withInserted(shape, ring, index, this.inPicture(grip.at));
      this.#changed = [inserted];
      this.#doing = { type: 'grip', grip: { ...grip, type: 'vertex' }, shape: inserted };
      return;
    }
    this.#doing = { type: 'grip', grip, shape };
  }

  #pull(grip: Grip, shape: Shape, pointer: Pointer): void {
    const { size } = this.#document;
    if (grip.type === 'handle' || grip.type === 'turn') {
      const frame = shape.frame!;
      const next =
        grip.type === 'turn'
          ? { ...frame, angle: angleTowards(frame, pointer.at, pointer.shift ? ANGLE_STEP : 0) }
          : resizeFrame(frame, grip.handle, this.inPicture(pointer.at), {
              fromMiddle: pointer.alt,
              proportional: pointer.shift,
              least: BOX_LEAST,
            });
      // A box that would leave the picture stays as it was last; one that came from outside may be pulled in.
      const wasOutside = !isWithin(size, cornersOf(frame));
      if (isWithin(size, cornersOf(next)) || wasOutside) this.#changed = [{ ...shape, frame: next }];
      return;
    }
    const next = withPoint(shape, grip.ring, grip.index, this.inPicture(pointer.at));
    this.#changed = [next];
    this.#faulty = next.kind === 'polygon' && ringFault(next.rings[grip.ring]!) !== null;
  }

  #begin(doing: Doing & { type: 'press' }, pointer: Pointer): void {
    const shapes = this.#document.editable;
    if (doing.shape === null || !this.#document.selection.has(doing.shape.id) || shapes.length === 0) {
      this.#doing = { type: 'marquee', at: doing.at, to: pointer.at, add: pointer.shift };
      return;
    }
    const bounds = enclosure(shapes.flatMap((shape) => [...pointsOf(shape)]));
    this.#doing = { type: 'move', at: doing.at, shapes, bounds };
    this.move(pointer);
  }

  /** A click on what was chosen already goes on to what lies beneath. */
  #click(doing: Doing & { type: 'press' }, pointer: Pointer): void {
    if (doing.shape === null) {
      if (!pointer.shift) this.#document.select([]);
      return;
    }
    if (!doing.chosen) return;
    const under = this.#at(pointer);
    const place = under.findIndex((each) => each.id === doing.shape!.id);
    const next = under[(place + 1) % Math.max(1, under.length)];
    if (next) this.#document.select([next.id]);
  }

  /** Whatever lies in the box as a whole. */
  #choose(box: Box, add: boolean): void {
    const { locked, selection } = this.#document;
    const near = this.#document.index.near(box).filter((shape) => !locked.has(shape.id));
    const whole = near.filter((shape) => encloses(box, boundsOf(shape)!));
    const ids = whole.map((shape) => shape.id);
    this.#document.select(add ? [...selection, ...ids] : ids);
  }

  #stop(): void {
    this.#doing = null;
    this.#changed = [];
    this.#faulty = false;
  }
}

/** The keyboard's and the hand's way to look about; the view is moved by whoever shows it. */
export class PanTool extends Machine {
  readonly name = 'pan';
  override get cursor(): string {
    return 'grab';
  }
  readonly busy = false;
  readonly sketch = NO_SKETCH;
  down(): void {}
  move(): void {}
  up(): void {}
  cancel(): boolean {
    return false;
  }
}

export function toolOf(name: ToolName, surface: Surface): Tool {
  switch (name) {
    case 'select':
      return new SelectTool(surface);
    case 'pan':
      return new PanTool(surface);
    case 'box':
      return new BoxTool(surface);
    case 'rotated':
      return new RotatedBoxTool(surface);
    case 'polygon':
    case 'hole':
    case 'line':
      return new PathTool(surface, name);
    case 'point':
      return new PointTool(surface);
  }
}

function alongAxis(by: Point): Point {
  return Math.abs(by.x) > Math.abs(by.y) ? { x: by.x, y: 0 } : { x: 0, y: by.y };
}

/** The place on the nearest of the straights at every 45 degrees from another. */
function inSteps(from: Point, to: Point): Point {
  const step = Math.PI / 4;
  const angle = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / step) * step;
  const length = (to.x - from.x) * Math.cos(angle) + (to.y - from.y) * Math.sin(angle);
  return { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
}

const CURSORS = ['ns-resize', 'nesw-resize', 'ew-resize', 'nwse-resize'] as const;

function cursorOf({ x, y }: Handle, angle: number): string {
  const degrees = (Math.atan2(y, x) * 180) / Math.PI + 90 + angle;
  return CURSORS[((Math.round(degrees / 45) % 4) + 4) % 4]!;
}
