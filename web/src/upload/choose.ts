import { chosenFrom } from './chosen';
import { uploads } from './uploads.svelte';

/** Held while the system's window is open: some browsers forget an input that nothing refers to. */
let input: HTMLInputElement | null = null;

/** Lets a person choose files, and uploads them. */
export function chooseFiles(): void {
  input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  // Phones then offer their photos. On other systems it would hide RAW files.
  if (matchMedia('(pointer: coarse)').matches) input.accept = 'image/*';
  input.onchange = () => {
    uploads.add(chosenFrom([...(input?.files ?? [])]));
    input = null;
  };
  input.click();
}
