// What is being done with the boxes over the open photo.

import type { Box, Face } from '../api/types';

class Editing {
  /** Whose name is asked for. */
  face = $state.raw<Face | null>(null);
  /** A box that was drawn and has nobody yet. */
  drawn = $state.raw<Box | null>(null);
  drawing = $state(false);
  /** Where on the screen the box is. */
  place = $state.raw<DOMRect | null>(null);

  choose(face: Face, place: DOMRect | null): void {
    this.reset();
    this.face = face;
    this.place = place;
  }

  draw(): void {
    this.reset();
    this.drawing = true;
  }

  drew(box: Box, place: DOMRect): void {
    this.drawing = false;
    this.drawn = box;
    this.place = place;
  }

  reset(): void {
    this.face = null;
    this.drawn = null;
    this.drawing = false;
    this.place = null;
  }
}

export const editing = new Editing();
