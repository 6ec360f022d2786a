// Boxes in fractions of a picture.

import type { Box } from '../api/types';

/** A face smaller than this in either direction was not meant. */
export const SIDE_MIN = 0.01;

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** The box between two corners, whichever they are, inside the picture. */
export function boxBetween(a: Spot, b: Spot): Box {
  const [left, right] = [within(Math.min(a.x, b.x)), within(Math.max(a.x, b.x))];
  const [top, bottom] = [within(Math.min(a.y, b.y)), within(Math.max(a.y, b.y))];
  return [left, top, right - left, bottom - top];
}

export function isMeant([, , width, height]: Box): boolean {
  return width >= SIDE_MIN && height >= SIDE_MIN;
}

/** Moves a box, and lets it grow about its middle, as far as the picture goes. */
export function nudged([x, y, width, height]: Box, by: Spot, growth: Spot = { x: 0, y: 0 }): Box {
  const wide = Math.min(1, Math.max(SIDE_MIN, width + growth.x));
  const high = Math.min(1, Math.max(SIDE_MIN, height + growth.y));
  const left = x + (width - wide) / 2 + by.x;
  const top = y + (height - high) / 2 + by.y;
  return [
    Math.min(Math.max(0, left), 1 - wide),
    Math.min(Math.max(0, top), 1 - high),
    wide,
    high,
  ];
}

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}
