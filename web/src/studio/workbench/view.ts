// How the picture lies on the stage. Lengths on the stage are device pixels, so that what is drawn is
// as sharp as the screen.

import type { Box, Point, Size } from './geometry';

/** Where the picture's top left corner is, and how many device pixels one of its pixels takes. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** A pixel as large as a fingertip: far enough to set an edge between two of them. */
const SCALE_MAX = 96;
/** Of the picture, this much of the stage stays in sight however far it is pushed. */
const KEPT_SHARE = 0.15;
const FIT_MARGIN = 0.04;

export function toStage(view: View, point: Point): Point {
  return { x: view.x + point.x * view.scale, y: view.y + point.y * view.scale };
}

export function toPicture(view: View, place: Point): Point {
  return { x: (place.x - view.x) / view.scale, y: (place.y - view.y) / view.scale };
}

/** A part of the picture in the middle of the stage, as large as it goes but not beyond `most`. */
export function fitBox(box: Box, stage: Size, most: number, margin = FIT_MARGIN): View {
  const room = 1 - 2 * margin;
  const [w, h] = [Math.max(box.w, 1e-6), Math.max(box.h, 1e-6)];
  const scale = Math.min((stage.width * room) / w, (stage.height * room) / h, most);
  return {
    scale,
    x: stage.width / 2 - (box.x + box.w / 2) * scale,
    y: stage.height / 2 - (box.y + box.h / 2) * scale,
  };
}

/** All of the picture; a small one is enlarged by whole numbers alone. */
export function fitPicture(picture: Size, stage: Size): View {
  const all = { x: 0, y: 0, w: picture.width, h: picture.height };
  const { scale } = fitBox(all, stage, SCALE_MAX, 0.015);
  const view = fitBox(all, stage, scale > 1 ? Math.min(Math.floor(scale), 8) : scale, 0.015);
  return { ...view, x: Math.round(view.x), y: Math.round(view.y) };
}

/** Zooms by a factor; what lies under `place` stays there. */
export function zoomBy(view: View, factor: number, place: Point): View {
  return {
    scale: view.scale * factor,
    x: place.x - (place.x - view.x) * factor,
    y: place.y - (place.y - view.y) * factor,
  };
}

export function panBy(view: View, by: Point): View {
  return { scale: view.scale, x: view.x + by.x, y: view.y + by.y };
}

/** Kept within reason: scale between half of the whole picture and SCALE_MAX, and never out of sight. */
export function clampView(view: View, picture: Size, stage: Size): View {
  const least = Math.min(fitPicture(picture, stage).scale, 1) / 2;
  const scale = Math.min(Math.max(view.scale, least), SCALE_MAX);
  // A scale that had to be held back is held about the middle of the stage.
  const held = scale === view.scale ? view : zoomBy(view, scale / view.scale, middle(stage));
  const along = (start: number, length: number, room: number): number => {
    const kept = Math.min(room * KEPT_SHARE, length);
    return Math.min(Math.max(start, kept - length), room - kept);
  };
  return {
    scale,
    x: along(held.x, picture.width * scale, stage.width),
    y: along(held.y, picture.height * scale, stage.height),
  };
}

export function middle(stage: Size): Point {
  return { x: stage.width / 2, y: stage.height / 2 };
}

/** The part of the picture's plane that the stage shows. */
export function sight(view: View, stage: Size): Box {
  const { x, y } = toPicture(view, { x: 0, y: 0 });
  return { x, y, w: stage.width / view.scale, h: stage.height / view.scale };
}
