// Unfinished uploads, remembered by this browser.

import type { UploadMemory } from './tus';

export interface Unfinished {
  readonly url: string;
  readonly name: string;
  /** When it was begun, in milliseconds since 1970. */
  readonly at: number;
}

const STORAGE_KEY = 'albumen.uploads';
/** The server does not keep them longer either. */
const KEPT_MS = 7 * 86_400_000;
const KEPT_MAX = 1_000;

/** What makes a file the same file when it is chosen again. */
export function fingerprintOf(file: File, path: string): string {
  return [path, file.size, file.lastModified].join('|');
}

export class BrowserMemory implements UploadMemory {
  get(fingerprint: string): string | null {
    return this.#read()[fingerprint]?.url ?? null;
  }

  set(fingerprint: string, url: string): void {
    const name = fingerprint.split('|')[0] ?? '';
    this.#write({ ...this.#read(), [fingerprint]: { url, name, at: Date.now() } });
  }

  delete(fingerprint: string): void {
    const { [fingerprint]: _, ...others } = this.#read();
    this.#write(others);
  }

  get all(): Readonly<Record<string, Unfinished>> {
    return this.#read();
  }

  #read(): Record<string, Unfinished> {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
      const entries = Object.entries((stored ?? {}) as Record<string, Unfinished>);
      return Object.fromEntries(entries.filter(([, each]) => each.at > Date.now() - KEPT_MS));
    } catch {
      return {};
    }
  }

  #write(entries: Record<string, Unfinished>): void {
    try {
      const latest = Object.entries(entries).slice(-KEPT_MAX);
      localStorage.setItem(STORAGE_KEY, JSON.stringify(Object.fromEntries(latest)));
    } catch {
      // Storage is forbidden or full: an upload then lasts as long as the page.
    }
  }
}
