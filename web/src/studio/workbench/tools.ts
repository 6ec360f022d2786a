// The tools that draw, each a small machine.

import {
  boxOf,
  cornersOf,
  distance,
  fromFrame,
  isWithin,
  middleOf,
  ringFault,
  simplify,
  toFrame,
  withoutRepeats,
  type Frame,
  type Point,
  type Ring,
} from './geometry';
import { newBox, newKeypoint, newPolygon, newPolyline, type Shape } from './shape';
import {
  BOX_LEAST,
  FREEHAND_PX,
  Machine,
  NO_SKETCH,
  reach,
  type Pointer,
  type Sketch,
  type Surface,
  type Tool,
  type ToolName,
} from './tool';
import { SelectTool } from './select-tool';

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

/** The place on the nearest of the straights at every 45 degrees from another. */
function inSteps(from: Point, to: Point): Point {
  const step = Math.PI / 4;
  const angle = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / step) * step;
  const length = (to.x - from.x) * Math.cos(angle) + (to.y - from.y) * Math.sin(angle);
  return { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
}
