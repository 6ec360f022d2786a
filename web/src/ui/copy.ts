/** Puts a text on the clipboard; says whether that went well. */
export async function copyText(text: string): Promise<boolean> {
  // Browsers keep the clipboard from pages that came over plain HTTP from another machine; the old
  // way works there too.
  if ('clipboard' in navigator) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Forbidden: the old way may still be allowed.
    }
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  (document.querySelector('dialog:modal') ?? document.body).append(area);
  const before = document.activeElement;
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
