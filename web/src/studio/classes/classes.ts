// What a person does to the list of classes, before it is sent.

import type { AnnotationClass, NewClass, ShapeKind, Skeleton } from '../api';

/** A class is known by its name and kind. */
export function keyOf({ name, type }: { readonly name: string; readonly type?: ShapeKind | null }): string {
  return JSON.stringify([name, type ?? null]);
}

/** What the server is told of a class. */
export function toNew({ name, type, color, attributes, skeleton }: AnnotationClass): NewClass {
  return { name, type, color, attributes, skeleton };
}

export function movedBy<T>(list: readonly T[], index: number, by: 1 | -1): readonly T[] {
  const goal = index + by;
  if (goal < 0 || goal >= list.length) return list;
  const next = [...list];
  next.splice(goal, 0, ...next.splice(index, 1));
  return next;
}

/** A skeleton as text: one joint a line (name x y), then one bone a line (name - name). */
export function skeletonText(skeleton: Skeleton | null): string {
  if (skeleton === null) return '';
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  const joints = skeleton.nodes.map(({ name, x, y }) => `${name} ${round(x)} ${round(y)}`);
  const bones = skeleton.edges.map(
    ([a, b]) => `${skeleton.nodes[a]?.name ?? ''} - ${skeleton.nodes[b]?.name ?? ''}`,
  );
  return [...joints, ...bones].join('\n');
}

export type SkeletonFault = { readonly line: number; readonly fault: 'joint' | 'twice' | 'bone' };

/** Reads such a text; null when it says nothing. Joints without a place are spread over the box. */
export function parseSkeleton(text: string): Skeleton | null | SkeletonFault {
  const nodes: { name: string; x: number; y: number }[] = [];
  const edges: [number, number][] = [];
  const unplaced: number[] = [];
  const lines = text.split('\n').map((line) => line.trim());
  for (const [i, line] of lines.entries()) {
    if (line === '') continue;
    const bone = /^(.+?)\s+-\s+(.+)$/.exec(line);
    if (bone) {
      const [a, b] = [bone[1]!, bone[2]!].map((name) => nodes.findIndex((node) => node.name === name));
      if (a === undefined || b === undefined || a < 0 || b < 0 || a === b) {
        return { line: i + 1, fault: 'bone' };
      }
      edges.push([a, b]);
      continue;
    }
    const joint = /^(.+?)(?:\s+([0-9.]+)\s+([0-9.]+))?$/.exec(line);
    const name = joint?.[1] ?? '';
    const [x, y] = [Number(joint?.[2] ?? 0.5), Number(joint?.[3] ?? 0.5)];
    if (name === '' || !(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return { line: i + 1, fault: 'joint' };
    if (nodes.some((node) => node.name === name)) return { line: i + 1, fault: 'twice' };
    if (joint?.[2] === undefined) unplaced.push(nodes.length);
    nodes.push({ name, x, y });
  }
  unplaced.forEach((index, i) => {
    const angle = (2 * Math.PI * i) / unplaced.length - Math.PI / 2;
    const node = nodes[index]!;
    node.x = 0.5 + 0.45 * Math.cos(angle);
    node.y = 0.5 + 0.45 * Math.sin(angle);
  });
  return nodes.length === 0 ? null : { nodes, edges };
}
