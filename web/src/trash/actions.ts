// Taking photos away and bringing them back, each with the way to undo it.

import { keepOut, restore, type Bin, type Refusal } from '../api/trash';
import { library } from '../gallery/library.svelte';
import { t, tn } from '../i18n/i18n.svelte';
import { sentence } from '../i18n/messages';
import { marks } from '../marks/marks.svelte';
import type { Command } from '../marks/undo';
import { problemText } from '../ui/problem';
import { toast } from '../ui/toasts.svelte';

type Ids = readonly number[];

/** Moves photos to the trash; resolves to those that are there now. */
export function moveToTrash(ids: Ids): Promise<Ids> {
  return undoable(ids, putAway('trash'), bringBack('trash'));
}

/** Takes photos out of the library and leaves their files; resolves to those that are out now. */
export function removeFromLibrary(ids: Ids): Promise<Ids> {
  return undoable(ids, putAway('removed'), bringBack('removed'));
}

/** Brings photos back; resolves to those that are back. */
export function takeBack(bin: Bin, ids: Ids): Promise<Ids> {
  return undoable(ids, bringBack(bin), putAway(bin));
}

interface Act {
  readonly send: (ids: Ids) => Promise<readonly Refusal[]>;
  readonly tell: (count: number) => string;
}

function putAway(bin: Bin): Act {
  const key = bin === 'trash' ? 'trash.moved' : 'removed.moved';
  return { send: (ids) => keepOut(bin, ids), tell: (count) => tn(key, count) };
}

function bringBack(bin: Bin): Act {
  return { send: (ids) => restore(bin, ids), tell: (count) => tn('trash.restored', count) };
}

async function undoable(ids: Ids, act: Act, opposite: Act): Promise<Ids> {
  const doing = perform(ids, act);
  const commanding = doing.then((done) => commandOf(done, act, opposite));
  void marks.undo.record(commanding);
  const [done, command] = await Promise.all([doing, commanding]);
  if (command !== null) {
    const run = (): void => void marks.undo.undoOnly(command);
    toast({ text: act.tell(done.length), action: { label: t('undo'), run } });
  }
  return done;
}

function commandOf(done: Ids, act: Act, opposite: Act): Command | null {
  if (done.length === 0) return null;
  const again = async (what: Act): Promise<boolean> => {
    const changed = await perform(done, what);
    if (changed.length > 0) toast({ text: what.tell(changed.length) });
    return changed.length > 0;
  };
  return { undo: () => again(opposite), redo: () => again(act) };
}

async function perform(ids: Ids, act: Act): Promise<Ids> {
  if (ids.length === 0) return [];
  try {
    const refused = await act.send(ids);
    tellRefused(refused);
    library.change++; // The event says it too; nobody should wait for it.
    const kept = new Set(refused.map((each) => each.id));
    return ids.filter((id) => !kept.has(id));
  } catch (error) {
    toast({ text: problemText(error) });
    return [];
  }
}

export function tellRefused(refused: readonly Refusal[]): void {
  const [first] = refused;
  if (!first) return;
  toast({
    text: `${tn('trash.refused', refused.length)} ${sentence(first.detail)}`,
    timeout: 0,
  });
}
