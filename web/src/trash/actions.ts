// Taking photos away and bringing them back, each with the way to undo it.

import { keepOut, restore, type Bin, type Refusal } from '../api/trash';
import { library } from '../gallery/library.svelte';
import { t, tn } from '../i18n/i18n.svelte';
import { sentence } from '../i18n/messages';
import { problemText } from '../ui/problem';
import { toast } from '../ui/toasts.svelte';

/** Moves photos to the trash; resolves to those that are there now. */
export function moveToTrash(ids: readonly number[]): Promise<readonly number[]> {
  return takeAway('trash', ids);
}

/** Takes photos out of the library and leaves their files; resolves to those that are out now. */
export function removeFromLibrary(ids: readonly number[]): Promise<readonly number[]> {
  return takeAway('removed', ids);
}

/** Brings photos back; resolves to those that are back. */
export async function bringBack(
  bin: Bin,
  ids: readonly number[],
  undoable: boolean,
): Promise<readonly number[]> {
  return attempt(
    ids,
    () => restore(bin, ids),
    (done) => {
      const run = (): void => void takeAway(bin, done);
      toast({
        text: tn('trash.restored', done.length),
        ...(undoable ? { action: { label: t('undo'), run } } : {}),
      });
    },
  );
}

async function takeAway(bin: Bin, ids: readonly number[]): Promise<readonly number[]> {
  return attempt(
    ids,
    () => keepOut(bin, ids),
    (done) => {
      toast({
        text: tn(bin === 'trash' ? 'trash.moved' : 'removed.moved', done.length),
        action: { label: t('undo'), run: () => void bringBack(bin, done, false) },
      });
    },
  );
}

async function attempt(
  ids: readonly number[],
  act: () => Promise<readonly Refusal[]>,
  tell: (done: readonly number[]) => void,
): Promise<readonly number[]> {
  if (ids.length === 0) return [];
  try {
    const refused = await act();
    const kept = new Set(refused.map((each) => each.id));
    const done = ids.filter((id) => !kept.has(id));
    if (done.length > 0) tell(done);
    tellRefused(refused);
    library.change++; // The event says it too; nobody should wait for it.
    return done;
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
