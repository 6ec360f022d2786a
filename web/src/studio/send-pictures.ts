// Pictures from this computer into a dataset, one after the other.

import { tn } from '../i18n/i18n.svelte';
import { problemText } from '../ui/problem';
import { toast } from '../ui/toasts.svelte';
import { changes } from './changes.svelte';
import { sendPicture } from './exchange';

/** Tells at the end how many came, and what the first that did not was refused for. */
export async function sendPictures(dataset: string, files: readonly File[]): Promise<void> {
  let sent = 0;
  let refused = '';
  for (const file of files) {
    try {
      await sendPicture(dataset, file);
      sent++;
      changes.note();
    } catch (error) {
      refused ||= `${file.name}: ${problemText(error)}`;
    }
  }
  if (sent > 0) toast({ text: tn('items.sent', sent) });
  if (refused !== '') toast({ text: refused });
}
