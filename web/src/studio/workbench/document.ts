// What is drawn on one picture: the shapes in their order, what of them is chosen, hidden and locked,
// and every step that led there.

import { SpatialIndex } from './spatial';
import type { Size } from './geometry';
import { isSame, type Shape } from './shape';

/** One change that can be taken back; places count from the bottom of the drawing. */
export type Edit =
  | { readonly type: 'add'; readonly at: number; readonly shape: Shape }
  | { readonly type: 'remove'; readonly at: number; readonly shape: Shape }
  | { readonly type: 'replace'; readonly before: Shape; readonly after: Shape }
  | { readonly type: 'move'; readonly id: string; readonly from: number; readonly to: number };

interface Step {
  readonly edits: readonly Edit[];
  /** Steps in a row with the same key are one: a shape nudged twenty times is moved once. */
  readonly key: string | null;
}

export function inverse(edits: readonly Edit[]): readonly Edit[] {
  return [...edits].reverse().map((edit): Edit => {
    switch (edit.type) {
      case 'add':
        return { ...edit, type: 'remove' };
      case 'remove':
        return { ...edit, type: 'add' };
      case 'replace':
        return { type: 'replace', before: edit.after, after: edit.before };
      case 'move':
        return { ...edit, from: edit.to, to: edit.from };
    }
  });
}

export function applied(shapes: readonly Shape[], edits: readonly Edit[]): readonly Shape[] {
  const next = [...shapes];
  // Where each shape is, known as long as none comes or goes.
  let places: Map<string, number> | null = null;
  for (const edit of edits) {
    switch (edit.type) {
      case 'add':
        next.splice(edit.at, 0, edit.shape);
        places = null;
        break;
      case 'remove':
        next.splice(edit.at, 1);
        places = null;
        break;
      case 'replace': {
        places ??= new Map(next.map((shape, i) => [shape.id, i]));
        const place = places.get(edit.before.id);
        if (place !== undefined) next[place] = edit.after;
        break;
      }
      case 'move':
        next.splice(edit.to, 0, ...next.splice(edit.from, 1));
        places = null;
        break;
    }
  }
  return next;
}

/** The edits that make one set of shapes another. */
export function difference(from: readonly Shape[], to: readonly Shape[]): readonly Edit[] {
  const wanted = new Map(to.map((shape) => [shape.id, shape]));
  const edits: Edit[] = [];
  for (let i = from.length - 1; i >= 0; i--) {
    const shape = from[i]!;
    if (!wanted.has(shape.id)) edits.push({ type: 'remove', at: i, shape });
  }
  const rest = from.filter((shape) => wanted.has(shape.id));
  for (const shape of rest) {
    const after = wanted.get(shape.id)!;
    if (!isSame(shape, after)) edits.push({ type: 'replace', before: shape, after });
  }
  const order = rest.map((shape) => shape.id);
  to.forEach((shape, at) => {
    if (order[at] === shape.id) return;
    const from = order.indexOf(shape.id, at);
    if (from < 0) edits.push({ type: 'add', at, shape });
    else {
      edits.push({ type: 'move', id: shape.id, from, to: at });
      order.splice(from, 1);
    }
    order.splice(at, 0, shape.id);
  });
  return edits;
}

const NOTHING: ReadonlySet<string> = new Set();

export class Document {
  readonly size: Size;
  #shapes: readonly Shape[];
  #selection: ReadonlySet<string> = NOTHING;
  #hidden: ReadonlySet<string> = NOTHING;
  #locked: ReadonlySet<string> = NOTHING;
  #done: Step[] = [];
  #undone: Step[] = [];
  #content = 0;
  #index: SpatialIndex | null = null;
  #byId: Map<string, Shape> | null = null;
  readonly #changed: (content: boolean) => void;

  /** `changed` is told of each change; of one of the shapes themselves, that it was. */
  constructor(size: Size, shapes: readonly Shape[], changed: (content: boolean) => void = () => {}) {
    this.size = size;
    this.#shapes = shapes;
    this.#changed = changed;
  }

  get shapes(): readonly Shape[] {
    return this.#shapes;
  }

  get selection(): ReadonlySet<string> {
    return this.#selection;
  }

  get hidden(): ReadonlySet<string> {
    return this.#hidden;
  }

  get locked(): ReadonlySet<string> {
    return this.#locked;
  }

  /** Counts the changes of the shapes. */
  get content(): number {
    return this.#content;
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  get(id: string): Shape | undefined {
    this.#byId ??= new Map(this.#shapes.map((shape) => [shape.id, shape]));
    return this.#byId.get(id);
  }

  /** In the order of drawing. */
  get selected(): readonly Shape[] {
    if (this.#selection.size === 0) return [];
    return this.#shapes.filter((shape) => this.#selection.has(shape.id));
  }

  /** What is chosen and may be changed. */
  get editable(): readonly Shape[] {
    return this.selected.filter((shape) => !this.#locked.has(shape.id));
  }

  /** Of shapes that are seen. */
  get index(): SpatialIndex {
    return (this.#index ??= new SpatialIndex(
      this.#shapes.filter((shape) => !this.#hidden.has(shape.id)),
      this.size,
    ));
  }

  /** Does and remembers. What was taken back before is then forgotten. */
  do(edits: readonly Edit[], key: string | null = null): void {
    if (edits.length === 0) return;
    const last = this.#done.at(-1);
    if (key !== null && last?.key === key) {
      this.#done[this.#done.length - 1] = { edits: joined(last.edits, edits), key };
    } else this.#done.push({ edits, key });
    this.#undone = [];
    this.#apply(edits);
  }

  /** What comes next is a step of its own. */
  endStep(): void {
    const last = this.#done.at(-1);
    if (last?.key) this.#done[this.#done.length - 1] = { edits: last.edits, key: null };
  }

  undo(): boolean {
    const step = this.#done.pop();
    if (!step) return false;
    this.#undone.push({ edits: step.edits, key: null });
    this.#again(inverse(step.edits));
    return true;
  }

  redo(): boolean {
    const step = this.#undone.pop();
    if (!step) return false;
    this.#done.push(step);
    this.#again(step.edits);
    return true;
  }

  add(...shapes: readonly Shape[]): void {
    const at = this.#shapes.length;
    this.do(shapes.map((shape, i): Edit => ({ type: 'add', at: at + i, shape })));
  }

  replace(changed: readonly Shape[], key: string | null = null): void {
    this.do(
      changed.flatMap((after): Edit[] => {
        const before = this.get(after.id);
        return before && !isSame(before, after) ? [{ type: 'replace', before, after }] : [];
      }),
      key,
    );
  }

  remove(ids: ReadonlySet<string>): void {
    const edits: Edit[] = [];
    for (let at = this.#shapes.length - 1; at >= 0; at--) {
      const shape = this.#shapes[at]!;
      if (ids.has(shape.id)) edits.push({ type: 'remove', at, shape });
    }
    this.do(edits);
  }

  /** In the place of all there is. */
  replaceAll(shapes: readonly Shape[]): void {
    this.do(difference(this.#shapes, shapes));
  }

  /** One up (1) or down (-1) in the order of drawing, or to its end. */
  reorder(id: string, to: 1 | -1 | 'top' | 'bottom'): void {
    const from = this.#shapes.findIndex((shape) => shape.id === id);
    const last = this.#shapes.length - 1;
    if (from < 0) return;
    const goal = to === 'top' ? last : to === 'bottom' ? 0 : from + to;
    if (goal < 0 || goal > last || goal === from) return;
    this.do([{ type: 'move', id, from, to: goal }]);
  }

  select(ids: Iterable<string>): void {
    const next = new Set(ids);
    if (next.size === this.#selection.size && [...next].every((id) => this.#selection.has(id))) return;
    this.endStep();
    this.#selection = next;
    this.#changed(false);
  }

  toggle(id: string): void {
    const next = new Set(this.#selection);
    if (!next.delete(id)) next.add(id);
    this.select(next);
  }

  hide(ids: Iterable<string>, hidden: boolean): void {
    this.#hidden = changedSet(this.#hidden, ids, hidden);
    this.#index = null;
    this.#changed(false);
  }

  lock(ids: Iterable<string>, locked: boolean): void {
    this.#locked = changedSet(this.#locked, ids, locked);
    this.#changed(false);
  }

  /** Begins anew with these: they are not a change by the person. */
  adopt(shapes: readonly Shape[]): void {
    this.#shapes = shapes;
    this.#done = [];
    this.#undone = [];
    this.#settle(false);
  }

  /** Whoever takes back sees what it was about. */
  #again(edits: readonly Edit[]): void {
    this.#apply(edits);
    const touched = edits.map((edit) => {
      if (edit.type === 'replace') return edit.after.id;
      return edit.type === 'move' ? edit.id : edit.shape.id;
    });
    this.#selection = new Set(touched.filter((id) => this.get(id) !== undefined));
    this.#changed(false);
  }

  #apply(edits: readonly Edit[]): void {
    this.#shapes = applied(this.#shapes, edits);
    this.#settle();
  }

  #settle(content = true): void {
    this.#index = null;
    this.#byId = null;
    this.#content += 1;
    const stays = (id: string): boolean => this.get(id) !== undefined;
    if (![...this.#selection].every(stays)) this.#selection = new Set([...this.#selection].filter(stays));
    this.#changed(content);
  }
}

function changedSet(set: ReadonlySet<string>, ids: Iterable<string>, on: boolean): ReadonlySet<string> {
  const next = new Set(set);
  for (const id of ids) {
    if (on) next.add(id);
    else next.delete(id);
  }
  return next;
}

/** Replacements of the same shapes one after the other, as one. */
function joined(first: readonly Edit[], second: readonly Edit[]): readonly Edit[] {
  const all = [...first];
  for (const edit of second) {
    const place = all.findIndex(
      (each) =>
        each.type === 'replace' && edit.type === 'replace' && each.after.id === edit.before.id,
    );
    const known = all[place];
    if (edit.type === 'replace' && known?.type === 'replace') {
      all[place] = { ...known, after: edit.after };
    } else all.push(edit);
  }
  return all;
}
