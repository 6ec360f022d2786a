// The geometry of looking at one picture. Lengths are CSS pixels unless they say otherwise; places
// are measured from the middle of the stage.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The picture's middle, and how many CSS pixels one of its pixels takes. */
export interface View extends Point {
  readonly scale: number;
}

/** Device pixels that one picture pixel may take at most. */
const ENLARGEMENT_MAX = 8;

/** The whole picture, as large as the stage allows, but never enlarged. */
export function fit(picture: Size, stage: Size): View {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 1);
  return { x: 0, y: 0, scale };
}

/** Whether a view shows more than the whole picture does. */
export function isZoomed(view: View, picture: Size, stage: Size): boolean {
  return view.scale > fit(picture, stage).scale * 1.001;
}

/** A view with the scale and the place kept within reason: no edge of the picture leaves the stage
 * without need. */
export function clamp(view: View, picture: Size, stage: Size, pixelRatio: number): View {
  const least = fit(picture, stage).scale;
  const scale = Math.min(
    Math.max(view.scale, least),
    Math.max(least, ENLARGEMENT_MAX / pixelRatio),
  );
  const spareX = Math.max(0, (picture.width * scale - stage.width) / 2);
  const spareY = Math.max(0, (picture.height * scale - stage.height) / 2);
  return {
    scale,
    x: Math.min(Math.max(view.x, -spareX), spareX),
    y: Math.min(Math.max(view.y, -spareY), spareY),
  };
}

/** Zooms to a scale; what lies under `point` stays there. */
export function zoomTo(view: View, scale: number, point: Point): View {
  const ratio = scale / view.scale;
  return {
    scale,
    x: point.x - (point.x - view.x) * ratio,
    y: point.y - (point.y - view.y) * ratio,
  };
}

export function pan(view: View, by: Point): View {
  return { scale: view.scale, x: view.x + by.x, y: view.y + by.y };
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

export function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
