// What a tool is: it is told where the pointer is, in pixels of the picture, and says what is to be seen
// of what is not done yet.

import type { Skeleton } from '../api';
import type { Document } from './document';
import { clampTo, distance, type Box, type Point, type Ring, type RingFault } from './geometry';
import type { Shape } from './shape';

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
export const ANGLE_STEP = 15;
/** A line drawn by a moving hand is as exact as this. */
export const FREEHAND_PX = 1.2;
export const BOX_LEAST = 1;

export function reach(surface: Surface, pointer: Pointer): number {
  return surface.length(pointer.touch ? TOUCH_REACH_PX : REACH_PX);
}

export abstract class Machine implements Tool {
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
