// The lines between the joints of a skeleton as a person writes them: `hip-knee, knee-foot`.

import type { Skeleton } from '../api';

export function edgesText({ nodes, edges }: Skeleton): string {
  return edges.map(([a, b]) => `${nodes[a]?.name ?? ''}-${nodes[b]?.name ?? ''}`).join(', ');
}

/** Throws an error that is the name of a joint that there is not. */
export function parseEdges(text: string, names: readonly string[]): [number, number][] {
  const edges: [number, number][] = [];
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    edges.push(ends(part.trim(), names));
  }
  return edges;
}

/** A joint's name may have a dash in it. */
function ends(text: string, names: readonly string[]): [number, number] {
  for (let at = text.indexOf('-'); at >= 0; at = text.indexOf('-', at + 1)) {
    const a = names.indexOf(text.slice(0, at).trim());
    const b = names.indexOf(text.slice(at + 1).trim());
    if (a >= 0 && b >= 0) return [a, b];
  }
  throw new Error(text);
}
