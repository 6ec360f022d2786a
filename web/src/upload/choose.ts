import { t } from '../i18n/i18n.svelte';
import { toast } from '../ui/toasts.svelte';
import { chosenFrom } from './chosen';

/** Held while the system's window is open: some browsers forget an input that nothing refers to. */
let input: HTMLInputElement | null = null;

/** Lets a person choose files, and uploads them. */
export function chooseFiles(): void {
  input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  // Phones then offer their photos. On other systems it would hide RAW files.
  if (matchMedia('(pointer: coarse)').matches) input.accept = 'image/*';
  input.onchange = async () => {
    const files = [...(input?.files ?? [])];
    input = null;
    try {
      const { uploads } = await import('./uploads.svelte');
      uploads.add(chosenFrom(files));
    } catch {
      toast({ text: t('page.failed') });
    }
  };
  input.click();
}
