// What people do with faces: done at once, told, and taken back.

import { library } from '../gallery/library.svelte';
import { t } from '../i18n/i18n.svelte';
import { marks } from '../marks/marks.svelte';
import type { Command } from '../marks/undo';
import { undoChange, type Change } from '../api/people';
import { ApiError } from '../api/http';
import { problemText } from '../ui/problem';
import { toast } from '../ui/toasts.svelte';

class Changes {
  /** Grows with everything that is done here to faces and people. */
  count = $state(0);
  /** Whose pile is on its way into another, or away: nothing is asked of it any more. */
  leaving = $state<number | null>(null);

  tell(): void {
    this.count++;
    library.change++; // The event says it too; nobody should wait for it.
  }
}

export const changes = new Changes();

export interface Act<T> {
  /** Does it; also a second time, after it was taken back. */
  readonly send: () => Promise<T>;
  readonly undo: (done: T) => Promise<unknown>;
  /** What was done, in words. */
  readonly text: string;
  /** Called when it was taken back, and when it was done again. */
  readonly undone?: () => void;
  readonly redone?: () => void;
}

/** Does something and remembers the way back; null when it could not be done, which is then told. */
export async function perform<T>(act: Act<T>): Promise<T | null> {
  const doing = tried(act.send);
  const commanding = doing.then((done) => (done === null ? null : commandOf(act, done.value)));
  void marks.undo.record(commanding);
  const [done, command] = await Promise.all([doing, commanding]);
  if (done === null || command === null) return null;
  const run = (): void => void marks.undo.undoOnly(command);
  toast({ text: act.text, action: { label: t('undo'), run } });
  return done.value;
}

function commandOf<T>(act: Act<T>, first: T): Command {
  let done = first;
  return {
    undo: async () => {
      if ((await tried(() => act.undo(done))) === null) return false;
      act.undone?.();
      return true;
    },
    redo: async () => {
      const again = await tried(act.send);
      if (again === null) return false;
      done = again.value;
      act.redone?.();
      return true;
    },
  };
}

async function tried<T>(what: () => Promise<T>): Promise<{ readonly value: T } | null> {
  try {
    return { value: await what() };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast({ text: problemText(error) });
    return null;
  } finally {
    changes.tell();
  }
}

/** What is called when a change is taken back, or made again. */
export type Followers = Pick<Act<unknown>, 'undone' | 'redone'>;

/** A change that the server itself can take back. */
export function performChange(
  send: () => Promise<Change>,
  text: string,
  followers: Followers = {},
): Promise<Change | null> {
  return perform({ send, undo: takeBack, text, ...followers });
}

export async function takeBack({ change }: Change): Promise<void> {
  if (change !== null) await undoChange(change);
}
