// The uploads of this page: three at a time, the others in a row behind them.

import { getJson, isAbort } from '../api/http';
import { t } from '../i18n/i18n.svelte';
import { library } from '../gallery/library.svelte';
import { problemText } from '../ui/problem';
import type { Chosen } from './chosen';
import { BrowserMemory, fingerprintOf, type Unfinished } from './memory';
import { abandon, upload } from './tus';

const ENDPOINT = '/api/albumen/uploads';
const PARALLEL = 3;

export type UploadState = 'waiting' | 'sending' | 'failed' | 'done';

export class Item {
  state = $state<UploadState>('waiting');
  sent = $state(0);
  problem = $state('');
  /** The photo that was in the library already, with the same content. */
  duplicateOf = $state<number | null>(null);
  abort = new AbortController();

  constructor(
    readonly id: number,
    readonly file: File,
    readonly path: string,
    readonly fingerprint: string,
  ) {}
}

class Uploads {
  items = $state.raw<readonly Item[]>([]);
  paused = $state(false);
  /** Of an earlier page: they go on when the same files are chosen again. */
  unfinished = $state.raw<Readonly<Record<string, Unfinished>>>({});
  #memory = new BrowserMemory();
  #next = 1;
  #sending = 0;
  #latest: string | null = null;

  readonly total = $derived(this.items.reduce((sum, item) => sum + item.file.size, 0));
  readonly sent = $derived(this.items.reduce((sum, item) => sum + item.sent, 0));
  readonly done = $derived(this.items.filter((item) => item.state === 'done').length);
  /** Of those, what was not in the library before. */
  readonly kept = $derived(
    this.items.filter((item) => item.state === 'done' && item.duplicateOf === null).length,
  );
  readonly failed = $derived(this.items.filter((item) => item.state === 'failed').length);
  /** Whether anything is left to send. */
  readonly active = $derived(this.items.some((item) => isOpen(item.state)));

  constructor() {
    this.unfinished = this.#memory.all;
    addEventListener('beforeunload', (event) => {
      if (this.active && !this.paused) event.preventDefault();
    });
  }

  add(chosen: readonly Chosen[]): void {
    const known = new Set(
      this.items.filter((item) => isOpen(item.state)).map((item) => item.fingerprint),
    );
    const added: Item[] = [];
    for (const { file, path } of chosen) {
      const fingerprint = fingerprintOf(file, path);
      if (known.has(fingerprint)) continue; // Chosen twice.
      known.add(fingerprint);
      added.push(new Item(this.#next++, file, path, fingerprint));
    }
    this.items = [...this.items, ...added];
    this.#forgetKnown(known);
    this.#fill();
  }

  pause(): void {
    this.paused = true;
    for (const item of this.items) {
      if (item.state === 'sending') item.abort.abort();
    }
  }

  resume(): void {
    this.paused = false;
    this.#fill();
  }

  retry(item: Item): void {
    if (item.state !== 'failed') return;
    item.state = 'waiting';
    item.problem = '';
    this.#fill();
  }

  retryAll(): void {
    for (const item of this.items) this.retry(item);
  }

  cancel(item: Item): void {
    this.items = this.items.filter((each) => each !== item);
    item.abort.abort();
    this.#forget(item.fingerprint);
  }

  cancelAll(): void {
    for (const item of this.items.filter((each) => isOpen(each.state))) this.cancel(item);
  }

  /** Takes what is over from the list. */
  clear(): void {
    this.items = this.items.filter((item) => isOpen(item.state));
    this.paused = false;
  }

  /** The folder on the server where the latest is; null when that is not known. */
  async folder(): Promise<string | null> {
    if (this.#latest === null) return null;
    const { path } = await getJson<{ path: string | null }>(this.#latest);
    return path?.replace(/\/[^/]*$/, '') ?? null;
  }

  forgetUnfinished(): void {
    for (const fingerprint of Object.keys(this.unfinished)) this.#forget(fingerprint);
    this.unfinished = {};
  }

  #forget(fingerprint: string): void {
    const url = this.#memory.get(fingerprint);
    this.#memory.delete(fingerprint);
    if (url !== null) void abandon(url);
  }

  #forgetKnown(known: ReadonlySet<string>): void {
    const left = Object.entries(this.unfinished).filter(([fingerprint]) => !known.has(fingerprint));
    this.unfinished = Object.fromEntries(left);
  }

  #fill(): void {
    while (!this.paused && this.#sending < PARALLEL) {
      const item = this.items.find((each) => each.state === 'waiting');
      if (!item) return;
      void this.#send(item);
    }
  }

  async #send(item: Item): Promise<void> {
    this.#sending++;
    item.state = 'sending';
    item.abort = new AbortController();
    try {
      const { url, duplicateOf } = await upload({
        endpoint: ENDPOINT,
        body: item.file,
        metadata: {
          filename: item.file.name,
          lastModified: String(item.file.lastModified),
          skip_duplicates: '1',
        },
        fingerprint: item.fingerprint,
        memory: this.#memory,
        signal: item.abort.signal,
        onprogress: (sent) => (item.sent = sent),
      });
      item.state = 'done';
      item.duplicateOf = duplicateOf;
      if (duplicateOf === null) this.#latest = url;
    } catch (error) {
      if (isAbort(error)) item.state = 'waiting';
      else {
        item.state = 'failed';
        // A file that went away, or changed, since it was chosen cannot be read any more.
        item.problem = error instanceof DOMException ? t('upload.unreadable') : problemText(error);
      }
    }
    this.#sending--;
    if (!this.active) void library.refresh();
    this.#fill();
  }
}

function isOpen(state: UploadState): boolean {
  return state === 'waiting' || state === 'sending';
}

export const uploads = new Uploads();
