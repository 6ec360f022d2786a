// What pointer, wheel and keys do to view and drawing, without a page: places are device pixels of the
// stage.

import type { Skeleton } from '../api';
import type { Document } from './document';
import {
  distance,
  enclosure,
  middleOf,
  moveWithin,
  type Box,
  type Point,
  type RingFault,
  type Size,
} from './geometry';
import { boundsOf, moved, pointsOf, type Shape } from './shape';
import { SelectTool } from './select-tool';
import type { Pointer, Sketch, Surface, Tool, ToolName } from './tool';
import { PathTool, toolOf } from './tools';
import {
  clampView,
  fitBox,
  fitPicture,
  middle,
  panBy,
  toPicture,
  toStage,
  zoomBy,
  type View,
} from './view';

export interface DeskPointer {
  readonly id: number;
  readonly place: Point;
  readonly kind: 'mouse' | 'pen' | 'touch';
  readonly button: number;
  readonly shift: boolean;
  readonly alt: boolean;
  /** A press that follows another at the same place at once. */
  readonly double?: boolean;
}

export interface DeskAround {
  readonly className: () => string;
  readonly skeleton: () => Skeleton | null;
  readonly made: (shapes: readonly Shape[]) => void;
  readonly refused: (fault: RingFault) => void;
  /** There is something else to be seen. */
  readonly changed: () => void;
}

const ZOOM_STEP = 1.4;
/** A shape that is looked at does not fill the stage, and is not enlarged beyond this. */
const SHAPE_MARGIN = 0.18;
const SHAPE_SCALE_MAX = 24;

export class Desk implements Surface {
  document: Document;
  /** Device pixels a CSS pixel has. */
  ratio = 1;
  #stage: Size = { width: 1, height: 1 };
  #view: View | null = null;
  #tool: Tool;
  #around: DeskAround;
  /** Fingers and mice that are down. */
  readonly #down = new Map<number, Point>();
  /** What the pointers that are down do. */
  #mode: 'none' | 'tool' | 'pan' | 'pinch' = 'none';
  #spaced = false;
  /** A pen is at work: fingers move the picture. */
  #penSeen = false;
  #pointer: Pointer | null = null;
  #cursor: Point | null = null;

  constructor(document: Document, around: DeskAround) {
    this.document = document;
    this.#around = around;
    this.#tool = toolOf('select', this);
  }

  // What tools see

  get className(): string {
    return this.#around.className();
  }

  get skeleton(): Skeleton | null {
    return this.#around.skeleton();
  }

  length(px: number): number {
    return (px * this.ratio) / this.view.scale;
  }

  made(shapes: readonly Shape[]): void {
    if (this.#tool.name === 'hole') this.choose('select');
    this.#around.made(shapes);
  }

  refused(fault: RingFault): void {
    this.#around.refused(fault);
  }

  // View

  get stage(): Size {
    return this.#stage;
  }

  get view(): View {
    return this.#view ?? fitPicture(this.document.size, this.#stage);
  }

  /** Whether all of the picture is shown, and stays so when the stage changes. */
  get isFitted(): boolean {
    return this.#view === null;
  }

  resize(stage: Size, ratio: number): void {
    const { view } = this;
    const before = middle(this.#stage);
    this.#stage = { width: Math.max(1, stage.width), height: Math.max(1, stage.height) };
    if (this.#view !== null) {
      const scaled = { ...view, scale: (view.scale * ratio) / this.ratio };
      const by = { x: middle(this.#stage).x - before.x, y: middle(this.#stage).y - before.y };
      this.#look(panBy(scaled, by));
    }
    this.ratio = ratio;
    this.#around.changed();
  }

  /** Another picture. One of the same size is looked at from where one was. */
  show(document: Document): void {
    const { size } = this.document;
    this.#tool.cancel();
    this.#down.clear();
    this.#mode = 'none';
    this.document = document;
    if (size.width !== document.size.width || size.height !== document.size.height) this.#view = null;
    this.choose(this.#tool.name === 'hole' ? 'select' : this.#tool.name);
    this.#cursor = null;
    this.#around.changed();
  }

  fit(): void {
    this.#view = null;
    this.#around.changed();
  }

  zoom(factor: number, place: Point = middle(this.#stage)): void {
    this.#look(zoomBy(this.view, factor, place));
  }

  zoomIn(): void {
    this.zoom(ZOOM_STEP);
  }

  zoomOut(): void {
    this.zoom(1 / ZOOM_STEP);
  }

  /** One pixel of the picture on one of the screen. */
  zoomToPixels(): void {
    this.zoom(1 / this.view.scale, this.#pointer ? toStage(this.view, this.#pointer.at) : undefined);
  }

  zoomToBox(box: Box): void {
    this.#look(fitBox(box, this.#stage, SHAPE_SCALE_MAX * this.ratio, SHAPE_MARGIN));
  }

  /** To what is chosen; all of the picture when it is seen so already, or nothing is. */
  zoomToChosen(): void {
    const boxes = this.document.selected.map(boundsOf).filter((box) => box !== null);
    if (boxes.length === 0) return this.fit();
    const corners = boxes.flatMap((box) => [box, { x: box.x + box.w, y: box.y + box.h }]);
    this.zoomToBox(enclosure(corners));
  }

  pan(by: Point): void {
    this.#look(panBy(this.view, by));
  }

  // Tools

  get tool(): Tool {
    return this.#tool;
  }

  get sketch(): Sketch {
    return this.#tool.sketch;
  }

  /** What is under the pointer when it chooses. */
  get hover(): Shape | null {
    return this.#tool instanceof SelectTool ? this.#tool.hover : null;
  }

  /** Where the pointer is in the picture. */
  get at(): Point | null {
    return this.#cursor ?? this.#pointer?.at ?? null;
  }

  /** Where keys have brought the pointer. */
  get keyCursor(): Point | null {
    return this.#cursor;
  }

  get cursor(): string {
    if (this.#mode === 'pan' || this.#mode === 'pinch') return 'grabbing';
    return this.#spaced ? 'grab' : this.#tool.cursor;
  }

  choose(name: ToolName): void {
    this.#tool.cancel();
    this.#tool = toolOf(name, this);
    this.#cursor = null;
    this.#around.changed();
  }

  /** Space is held: the pointer moves the picture, whatever has begun stays. */
  space(held: boolean): void {
    this.#spaced = held;
    this.#around.changed();
  }

  down(pointer: DeskPointer): void {
    if (pointer.kind === 'pen') this.#penSeen = true;
    this.#cursor = null;
    this.#down.set(pointer.id, pointer.place);
    if (this.#down.size === 2) {
      // What the first finger began was no drawing.
      if (this.#mode === 'tool') this.#abandon();
      this.#mode = 'pinch';
    } else if (this.#down.size === 1) this.#press(pointer);
    this.#around.changed();
  }

  move(pointer: DeskPointer): void {
    const before = this.#down.get(pointer.id);
    if (before !== undefined) {
      const other = [...this.#down].find(([id]) => id !== pointer.id)?.[1];
      this.#down.set(pointer.id, pointer.place);
      if (this.#mode === 'pinch' && other) {
        this.#pinch(before, pointer.place, other);
        return;
      }
      if (this.#mode === 'pan') {
        this.pan({ x: pointer.place.x - before.x, y: pointer.place.y - before.y });
        return;
      }
    }
    this.#cursor = null;
    this.#pointer = this.#told(pointer);
    if (this.#mode === 'tool' || this.#mode === 'none') this.#tool.move(this.#pointer);
    this.#around.changed();
  }

  up(pointer: DeskPointer): void {
    if (!this.#down.delete(pointer.id)) return;
    this.#pointer = this.#told(pointer);
    if (this.#mode === 'tool' && this.#down.size === 0) this.#tool.up(this.#pointer);
    if (this.#down.size === 0) this.#mode = 'none';
    this.#around.changed();
  }

  /** The system took the pointer away. */
  lost(id: number): void {
    if (!this.#down.delete(id)) return;
    if (this.#mode === 'tool') this.#abandon();
    if (this.#down.size === 0) this.#mode = 'none';
    this.#around.changed();
  }

  leave(): void {
    if (this.#down.size > 0) return;
    this.#pointer = null;
    if (this.#tool instanceof SelectTool) this.#tool.leave();
    this.#around.changed();
  }

  /** Arrow keys: what is chosen goes so many pixels of the picture, or the drawing hand does. False when
   * there is nothing to move. */
  nudge(by: Point): boolean {
    const { size } = this.document;
    if (this.#tool.name !== 'select' && this.#tool.name !== 'pan') {
      const from = this.#cursor ?? this.#pointer?.at ?? toPicture(this.view, middle(this.#stage));
      this.#cursor = {
        x: Math.min(Math.max(Math.round(from.x + by.x), 0), size.width),
        y: Math.min(Math.max(Math.round(from.y + by.y), 0), size.height),
      };
      this.#tool.move(this.#keyed());
      this.#around.changed();
      return true;
    }
    const shapes = this.document.editable;
    if (shapes.length === 0) return false;
    const bounds = enclosure(shapes.flatMap((shape) => [...pointsOf(shape)]));
    const within = moveWithin(size, bounds, by);
    this.document.replace(
      shapes.map((shape) => moved(shape, within)),
      'nudge',
    );
    return true;
  }

  /** Enter: a point where keys have brought the hand, else the end of what has begun. False when there
   * was nothing to end. */
  enter(): boolean {
    if (this.#cursor !== null && this.#tool.name !== 'select') {
      const pointer = this.#keyed();
      this.#tool.down(pointer);
      this.#tool.up(pointer);
      this.#around.changed();
      return true;
    }
    const ended = this.#tool.finish();
    this.#around.changed();
    return ended;
  }

  finish(): boolean {
    const ended = this.#tool.finish();
    this.#around.changed();
    return ended;
  }

  /** Escape: what has begun, else what is chosen, else the tool. */
  escape(): boolean {
    const had = this.#tool.cancel() || this.#cursor !== null;
    this.#cursor = null;
    if (!had && this.document.selection.size > 0) this.document.select([]);
    else if (!had && this.#tool.name !== 'select') this.choose('select');
    else if (!had) return false;
    this.#around.changed();
    return true;
  }

  /** Delete: the last point of what is drawn, a chosen point, else what is chosen. */
  erase(): void {
    if (!this.#tool.back()) {
      this.document.remove(new Set(this.document.editable.map((shape) => shape.id)));
    }
    this.#around.changed();
  }

  #press(pointer: DeskPointer): void {
    const finger = pointer.kind === 'touch';
    const pans =
      this.#spaced ||
      pointer.button === 1 ||
      this.#tool.name === 'pan' ||
      (finger && this.#penSeen && this.#tool.name !== 'select');
    if (pans || pointer.button !== 0) {
      this.#mode = pointer.button === 2 ? 'none' : 'pan';
      return;
    }
    const told = (this.#pointer = this.#told(pointer));
    if (finger && this.#tool instanceof SelectTool) {
      // A finger on nothing moves the picture; on a shape it takes hold of it.
      this.#tool.move(told);
      if (this.#tool.hover === null && this.#tool.grip === null) {
        this.document.select([]);
        this.#mode = 'pan';
        return;
      }
    }
    this.#mode = 'tool';
    if (pointer.double) this.#tool.double(told);
    else this.#tool.down(told);
  }

  #abandon(): void {
    // Of a path, the point that the first finger set; of anything else, all of it.
    if (!(this.#tool instanceof PathTool && this.#tool.back())) this.#tool.cancel();
    this.#mode = 'none';
  }

  #pinch(before: Point, place: Point, other: Point): void {
    const factor = distance(place, other) / Math.max(1, distance(before, other));
    const from = middleOf(before, other);
    const to = middleOf(place, other);
    const zoomed = zoomBy(this.view, factor, from);
    this.#look(panBy(zoomed, { x: to.x - from.x, y: to.y - from.y }));
  }

  #told({ place, shift, alt, kind }: DeskPointer): Pointer {
    return { at: toPicture(this.view, place), shift, alt, touch: kind === 'touch' };
  }

  #keyed(): Pointer {
    return { at: this.#cursor!, shift: false, alt: false, touch: false };
  }

  #look(view: View): void {
    this.#view = clampView(view, this.document.size, this.#stage);
    this.#around.changed();
  }
}
