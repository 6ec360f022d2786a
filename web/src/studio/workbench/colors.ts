// A class has the colour that was chosen for it, else one that follows from its name.

import type { AnnotationClass } from '../api';

/** Told apart on photographs, and by most of those who see few colours. */
export const PALETTE = [
  '#e6550d',
  '#2f9df4',
  '#31a354',
  '#e7298a',
  '#f2c230',
  '#8e6ff7',
  '#17b8b0',
  '#d62728',
  '#9ccc3c',
  '#b15928',
  '#f781bf',
  '#5aa0a8',
] as const;

export function colorOfName(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) >>> 0;
  return PALETTE[sum % PALETTE.length]!;
}

export function colorOf(classes: readonly AnnotationClass[], name: string): string {
  const color = classes.find((each) => each.name === name && each.color !== null)?.color;
  return color && /^#[0-9a-f]{6}$/i.test(color) ? color : colorOfName(name);
}

/** For one more class: the first of the palette that none has. */
export function nextColor(classes: readonly { readonly color?: string | null }[]): string {
  const used = new Set(classes.map((each) => each.color?.toLowerCase()));
  return PALETTE.find((color) => !used.has(color)) ?? PALETTE[classes.length % PALETTE.length]!;
}
