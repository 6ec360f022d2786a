// Brings what is drawn on one picture to the server: soon after each change, one save at a time, never
// over what somebody else saved meanwhile.

import { ApiError } from '../../api/http';
import {
  ConflictError,
  ShapesRefusedError,
  type AnnotationsSave,
  type AnnotationsSaved,
  type CurrentAnnotations,
  type FieldProblem,
  type ItemStatus,
} from '../api';
import type { Draft, Drafts } from './drafts';
import { isSame, readShape, writeShape, type Shape } from './shape';

export type SaveState =
  /** The server has it all. */
  | 'saved'
  /** Changed a moment ago, or on its way. */
  | 'saving'
  /** The server does not answer; it is tried again. */
  | 'waiting'
  /** Somebody else saved meanwhile: a person has to decide. */
  | 'conflict'
  /** The server does not take it as it is; the next change is tried again. */
  | 'refused';

export interface Conflict {
  readonly current: CurrentAnnotations;
  readonly base: readonly Shape[];
  readonly mine: readonly Shape[];
  readonly theirs: readonly Shape[];
}

export interface SaverAround {
  readonly drafts: Drafts;
  readonly send: (item: string, revision: number, save: AnnotationsSave) => Promise<AnnotationsSaved>;
  /** Runs later; the answer takes that back. */
  readonly later: (run: () => void, ms: number) => () => void;
  readonly now: () => number;
  /** The state, the conflict or the problems are others now. */
  readonly changed: () => void;
}

const DELAY_MS = 700;
/** Whoever draws without a pause is saved this often at least. */
const DELAY_MAX_MS = 4_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;

export interface SaverStart {
  readonly item: string;
  readonly dataset: string;
  readonly revision: number;
  readonly status: ItemStatus;
  /** What the server has. */
  readonly shapes: readonly Shape[];
}

export class Saver {
  readonly item: string;
  readonly dataset: string;
  readonly #around: SaverAround;
  #revision: number;
  #base: readonly Shape[];
  #shapes: readonly Shape[];
  #status: ItemStatus;
  #wantedStatus: ItemStatus | null = null;
  #state: SaveState = 'saved';
  #conflict: Conflict | null = null;
  #problems: readonly FieldProblem[] = [];
  #detail = '';
  #cancel: () => void = () => {};
  #dirtySince: number | null = null;
  #sending: Promise<void> | null = null;
  #attempt = 0;
  #spentMs = 0;

  constructor(start: SaverStart, around: SaverAround) {
    this.item = start.item;
    this.dataset = start.dataset;
    this.#revision = start.revision;
    this.#status = start.status;
    this.#base = this.#shapes = start.shapes;
    this.#around = around;
  }

  get state(): SaveState {
    return this.#state;
  }

  get revision(): number {
    return this.#revision;
  }

  /** As it is to be. */
  get status(): ItemStatus {
    return this.#wantedStatus ?? this.#status;
  }

  get conflict(): Conflict | null {
    return this.#conflict;
  }

  /** What the server said of a shape, by its id; '' is of them all. */
  get problems(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    if (this.#state !== 'refused') return found;
    for (const { path, message } of this.#problems) {
      const index = /^annotations\.(\d+)/.exec(path)?.[1];
      const shape = index === undefined ? undefined : this.#sent[Number(index)];
      found.set(shape?.id ?? '', message);
    }
    if (found.size === 0) found.set('', this.#detail);
    return found;
  }

  get isDirty(): boolean {
    return this.#dirtySince !== null || this.#sending !== null;
  }

  #sent: readonly Shape[] = [];

  /** What is drawn now; the draft is kept at once, the server told soon. */
  change(shapes: readonly Shape[], status: ItemStatus | null = null): void {
    this.#shapes = shapes;
    if (status !== null) this.#wantedStatus = status;
    this.#dirtySince ??= this.#around.now();
    this.#keep();
    if (this.#state === 'conflict') return;
    this.#set(this.#state === 'waiting' ? 'waiting' : 'saving');
    if (this.#sending === null && this.#state !== 'waiting') this.#schedule();
  }

  /** The person was at it for so long. */
  spend(ms: number): void {
    this.#spentMs += ms;
  }

  /** Takes up what an earlier page could not save. */
  restore(draft: Draft): void {
    this.#wantedStatus = draft.status;
    this.change(draft.shapes);
  }

  /** A draft of an older revision: as if the server had just refused it. */
  restoreConflict(draft: Draft, current: CurrentAnnotations): void {
    this.#shapes = draft.shapes;
    this.#base = draft.base;
    this.#wantedStatus = draft.status;
    this.#dirtySince = this.#around.now();
    this.#meet(current);
    if (this.#state === 'saving') this.#schedule();
  }

  /** At once; resolves when nothing is left to save, or nothing can be done now. */
  async flush(): Promise<void> {
    this.#cancel();
    while (this.#sending !== null) await this.#sending;
    if (this.#dirtySince === null || this.#state === 'conflict') return;
    this.#attempt = 0;
    await this.#send();
  }

  /** Ends a conflict: this is what there shall be, after what the server has now. */
  resolve(shapes: readonly Shape[]): void {
    const conflict = this.#conflict;
    if (conflict === null) return;
    this.#conflict = null;
    this.#revision = conflict.current.revision;
    this.#base = conflict.theirs;
    this.#state = 'saved';
    this.#dirtySince = null;
    if (sameShapes(shapes, conflict.theirs) && this.#wantedStatus === null) {
      this.#shapes = shapes;
      this.#around.drafts.remove(this.item);
      this.#around.changed();
    } else this.change(shapes);
  }

  #set(state: SaveState): void {
    this.#state = state;
    this.#around.changed();
  }

  #keep(): void {
    this.#around.drafts.put({
      item: this.item,
      dataset: this.dataset,
      revision: this.#revision,
      base: this.#base,
      shapes: this.#shapes,
      status: this.#wantedStatus,
      changed: this.#around.now(),
    });
  }

  #schedule(): void {
    this.#cancel();
    const waited = this.#around.now() - (this.#dirtySince ?? this.#around.now());
    const delay = Math.max(0, Math.min(DELAY_MS, DELAY_MAX_MS - waited));
    this.#cancel = this.#around.later(() => void this.#send(), delay);
  }

  #send(): Promise<void> {
    if (this.#sending !== null) return this.#sending;
    this.#cancel();
    this.#sending = this.#try().finally(() => {
      this.#sending = null;
      this.#around.changed();
      if (this.#dirtySince !== null && this.#state === 'saving') this.#schedule();
    });
    return this.#sending;
  }

  async #try(): Promise<void> {
    const shapes = this.#shapes;
    const status = this.#wantedStatus;
    const spent = this.#spentMs;
    this.#sent = shapes;
    this.#dirtySince = null;
    this.#set('saving');
    try {
      const saved = await this.#around.send(this.item, this.#revision, {
        annotations: shapes.map(writeShape),
        ...(status === null ? {} : { status }),
        ...(spent > 0 ? { time_spent_ms: Math.round(spent) } : {}),
      });
      this.#spentMs -= spent;
      this.#took(saved, shapes, status);
    } catch (error) {
      this.#dirtySince ??= this.#around.now();
      this.#failed(error);
    }
  }

  #took(saved: AnnotationsSaved, shapes: readonly Shape[], status: ItemStatus | null): void {
    this.#attempt = 0;
    this.#revision = saved.revision;
    this.#status = saved.status;
    this.#base = shapes;
    if (this.#wantedStatus === status) this.#wantedStatus = null;
    if (this.#shapes === shapes && this.#wantedStatus === null) {
      this.#dirtySince = null;
      this.#around.drafts.remove(this.item);
      this.#set('saved');
    } else {
      this.#dirtySince ??= this.#around.now();
      this.#keep();
      this.#set('saving');
    }
  }

  #failed(error: unknown): void {
    if (error instanceof ConflictError) {
      this.#meet(error.current);
    } else if (error instanceof ShapesRefusedError) {
      this.#problems = error.fields;
      this.#detail = error.message;
      this.#set('refused');
    } else if (error instanceof ApiError && !mayPass(error.status)) {
      this.#problems = [];
      this.#detail = error.message;
      this.#set('refused');
    } else if (error instanceof ApiError) {
      this.#detail = error.message;
      this.#set('waiting');
      const delay = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(this.#attempt++, 8));
      this.#cancel = this.#around.later(() => void this.#send(), delay);
    } else throw error;
  }

  /** What the server has instead. That it is the same after all is no conflict: the answer to a save
   * was lost on its way. */
  #meet(current: CurrentAnnotations): void {
    const theirs = current.annotations.map(readShape);
    if (sameShapes(theirs, this.#shapes)) {
      this.#revision = current.revision;
      this.#base = theirs;
      if (this.#wantedStatus === null) {
        this.#dirtySince = null;
        this.#around.drafts.remove(this.item);
      }
      this.#set(this.#wantedStatus === null ? 'saved' : 'saving');
      return;
    }
    this.#cancel();
    this.#conflict = { current, base: this.#base, mine: this.#shapes, theirs };
    this.#set('conflict');
  }
}

/** Whether the same may be taken later: no answer, a busy server, one that fails. */
function mayPass(status: number): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

function sameShapes(a: readonly Shape[], b: readonly Shape[]): boolean {
  return a.length === b.length && a.every((shape, i) => isSame(shape, b[i]!));
}
