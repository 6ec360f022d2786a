// Choosing shapes, and changing those that are chosen.

import type { Document } from './document';
import {
  angleTowards,
  boxOf,
  cornersOf,
  distance,
  encloses,
  enclosure,
  fromFrame,
  handlePlace,
  HANDLES,
  isWithin,
  moveWithin,
  nearestOnSegment,
  resizeFrame,
  ringFault,
  segmentsOf,
  type Box,
  type Handle,
  type Point,
} from './geometry';
import {
  boundsOf,
  moved,
  pointsOf,
  withInserted,
  withoutPoint,
  withPoint,
  type Shape,
} from './shape';
import {
  ANGLE_STEP,
  BOX_LEAST,
  Machine,
  NO_SKETCH,
  reach,
  TURN_HANDLE_PX,
  type Pointer,
  type Sketch,
} from './tool';

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

function alongAxis(by: Point): Point {
  return Math.abs(by.x) > Math.abs(by.y) ? { x: by.x, y: 0 } : { x: 0, y: by.y };
}

const CURSORS = ['ns-resize', 'nesw-resize', 'ew-resize', 'nwse-resize'] as const;

function cursorOf({ x, y }: Handle, angle: number): string {
  const degrees = (Math.atan2(y, x) * 180) / Math.PI + 90 + angle;
  return CURSORS[((Math.round(degrees / 45) % 4) + 4) % 4]!;
}
