// The marks of the photos: shown at once, sent to the server in order, taken back when it refuses.

import { SvelteMap } from 'svelte/reactivity';
import { setMarks, restoreMarks, type MarkedPhoto } from '../api/albumen';
import type { PhotoSummary } from '../api/types';
import { t, tn } from '../i18n/i18n.svelte';
import { problemText } from '../ui/problem';
import { toast } from '../ui/toasts.svelte';
import {
  changed,
  changeOf,
  NO_MARKS,
  withPending,
  type MarkAct,
  type Marks,
  type MarksChange,
  type Pending,
} from './marks';
import { UndoStack, type Command } from './undo';

/** How many photos one request may name. */
const REQUEST_IDS_MAX = 1_000;

interface MarksCommand extends Command {
  readonly ids: readonly number[];
}

class MarksStore {
  readonly undo = new UndoStack();
  /** What was done last, for those who hear the page. */
  announcement = $state('');
  /** Grows with every change that the server has confirmed. */
  writes = 0;
  readonly #confirmed = new SvelteMap<number, Marks>();
  #pending = $state.raw<readonly Pending[]>([]);
  #queue: Promise<unknown> = Promise.resolve();

  of(id: number): Marks {
    return withPending(this.#confirmed.get(id) ?? NO_MARKS, id, this.#pending);
  }

  /** Takes in what the server says of photos; `writes` is from when it was asked. */
  learn(photos: readonly PhotoSummary[], writes: number): void {
    for (const photo of photos) {
      // Asked before a change and answered after it: the change knows better.
      if (writes !== this.writes && this.#confirmed.has(photo.id)) continue;
      this.#confirmed.set(photo.id, {
        stars: photo.star_rating ?? 0,
        favorite: Boolean(photo.is_favorite),
        rejected: Boolean(photo.is_rejected),
      });
    }
  }

  /** Does what a key or a button asks for, to all of these photos. */
  async act(act: MarkAct, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const change = changeOf(act, ids.map((id) => this.of(id)));
    // A notice speaks for itself.
    this.announcement = ids.length > 1 ? '' : textOf(change, 1);
    const doing = this.#send(ids, change).then((before) => this.#command(before, change));
    void this.undo.record(doing);
    const command = await doing;
    if (command !== null && ids.length > 1) {
      const run = (): void => void this.undo.undoOnly(command);
      toast({ text: textOf(change, command.ids.length), action: { label: t('undo'), run } });
    }
  }

  async undoLast(): Promise<void> {
    if (await this.undo.undo()) this.announcement = t('marks.undone');
  }

  async redoLast(): Promise<void> {
    if (await this.undo.redo()) this.announcement = t('marks.redone');
  }

  /** The way back, for the photos that were changed; null when none was. */
  #command(before: readonly MarkedPhoto[], change: MarksChange): MarksCommand | null {
    const ids = before.map((each) => each.id);
    if (ids.length === 0) return null;
    return {
      ids,
      undo: () => this.#restore(before),
      redo: async () => (await this.#send(ids, change)).length > 0,
    };
  }

  /** Makes a change; gives what the photos had before, as far as the server has made it. */
  async #send(ids: readonly number[], change: MarksChange): Promise<MarkedPhoto[]> {
    const touched = new Set(ids);
    const pending: Pending = {
      has: (id) => touched.has(id),
      apply: (marks) => changed(marks, change),
    };
    const before: MarkedPhoto[] = [];
    await this.#inTurn(pending, ids, async (some) => {
      const answer = await setMarks(some, change);
      for (const { previous, ...after } of answer) {
        before.push({ id: after.id, ...previous });
        this.#confirm(after);
      }
    });
    return before;
  }

  async #restore(photos: readonly MarkedPhoto[]): Promise<boolean> {
    const wanted = new Map(photos.map((photo) => [photo.id, photo]));
    const pending: Pending = {
      has: (id) => wanted.has(id),
      apply: (marks, id) => wanted.get(id) ?? marks,
    };
    return this.#inTurn(pending, photos, async (some) => {
      for (const photo of await restoreMarks(some)) this.#confirm(photo);
    });
  }

  #confirm({ id, stars, favorite, rejected }: MarkedPhoto): void {
    this.#confirmed.set(id, { stars, favorite, rejected });
  }

  /** Shows a change at once and sends it after those before it; tells whether all of it was made. */
  async #inTurn<T>(
    pending: Pending,
    things: readonly T[],
    send: (some: readonly T[]) => Promise<void>,
  ): Promise<boolean> {
    this.#pending = [...this.#pending, pending];
    const turn = this.#queue.then(async () => {
      for (let at = 0; at < things.length; at += REQUEST_IDS_MAX) {
        await send(things.slice(at, at + REQUEST_IDS_MAX));
      }
    });
    this.#queue = turn.catch(() => {});
    try {
      await turn;
      return true;
    } catch (error) {
      toast({ text: `${t('marks.failed')} ${problemText(error)}` });
      return false;
    } finally {
      this.writes += 1;
      this.#pending = this.#pending.filter((each) => each !== pending);
    }
  }
}

/** A change to one or more photos, in words. */
function textOf(change: MarksChange, count: number): string {
  const what = wordsOf(change);
  return count > 1 ? t('marks.of_several', { what, photos: tn('gallery.count', count) }) : what;
}

function wordsOf({ stars, favorite, rejected }: MarksChange): string {
  if (stars !== undefined) return stars > 0 ? tn('details.stars', stars) : t('marks.no_stars');
  if (rejected) return t('marks.rejected');
  if (favorite) return t('marks.favorite');
  if (favorite === false && rejected === false) return t('marks.unflagged');
  return t(favorite === false ? 'marks.no_favorite' : 'marks.not_rejected');
}

export const marks = new MarksStore();
