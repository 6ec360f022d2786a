// Which shapes are near a place, without asking each: a grid of cells over the picture.

import { overlaps, type Box, type Point, type Size } from './geometry';
import { areaOf, boundsOf, hitOf, type Shape } from './shape';

const CELLS_PER_SIDE = 48;
/** A shape over more cells than this is asked always. */
const CELLS_PER_SHAPE_MAX = 192;

export class SpatialIndex {
  readonly #cell: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: number[][] = [];
  readonly #large: number[] = [];
  readonly #shapes: readonly Shape[];
  readonly #order = new Map<Shape, number>();

  constructor(shapes: readonly Shape[], size: Size) {
    this.#shapes = shapes;
    this.#cell = Math.max(1, Math.max(size.width, size.height) / CELLS_PER_SIDE);
    this.#columns = Math.ceil(size.width / this.#cell) + 1;
    this.#rows = Math.ceil(size.height / this.#cell) + 1;
    shapes.forEach((shape, i) => {
      this.#order.set(shape, i);
      this.#put(shape, i);
    });
  }

  /** Shapes whose enclosure meets a box, in their order. */
  near(box: Box): readonly Shape[] {
    const found = new Set(this.#large);
    this.#visit(box, (cell) => {
      for (const i of this.#cells[cell] ?? []) found.add(i);
    });
    return [...found]
      .sort((a, b) => a - b)
      .map((i) => this.#shapes[i]!)
      .filter((shape) => overlaps(boundsOf(shape)!, box));
  }

  /** Shapes at a place, the one that is most likely meant first: points and lines before insides, small
   * before large, upper before lower. */
  at(place: Point, tolerance: number): readonly Shape[] {
    const box = {
      x: place.x - tolerance,
      y: place.y - tolerance,
      w: 2 * tolerance,
      h: 2 * tolerance,
    };
    const hits = this.near(box).flatMap((shape) => {
      const hit = hitOf(shape, place, tolerance);
      return hit === null ? [] : [{ shape, rank: rankOf(shape, hit === 'line'), area: areaOf(shape) }];
    });
    hits.sort(
      (a, b) =>
        a.rank - b.rank ||
        a.area - b.area ||
        this.#order.get(b.shape)! - this.#order.get(a.shape)!,
    );
    return hits.map(({ shape }) => shape);
  }

  #put(shape: Shape, i: number): void {
    const bounds = boundsOf(shape);
    if (bounds === null) return;
    const cells: number[] = [];
    this.#visit(bounds, (cell) => cells.push(cell));
    if (cells.length > CELLS_PER_SHAPE_MAX) this.#large.push(i);
    else for (const cell of cells) (this.#cells[cell] ??= []).push(i);
  }

  /** What lies outside the picture is in the cells at its edge. */
  #visit(box: Box, run: (cell: number) => void): void {
    const at = (value: number, count: number): number =>
      Math.min(Math.max(Math.floor(value / this.#cell), 0), count - 1);
    const right = at(box.x + box.w, this.#columns);
    const bottom = at(box.y + box.h, this.#rows);
    for (let row = at(box.y, this.#rows); row <= bottom; row++) {
      for (let column = at(box.x, this.#columns); column <= right; column++) {
        run(row * this.#columns + column);
      }
    }
  }
}

function rankOf(shape: Shape, line: boolean): number {
  if (shape.kind === 'keypoint') return 0;
  return line ? 1 : 2;
}
