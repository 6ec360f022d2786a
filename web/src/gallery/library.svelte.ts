// The state of the library: how much is in it, and whether a scan is running.

import { fetchLibrary, startScan } from '../api/albumen';
import { ApiError } from '../api/http';
import type { LibraryStatus } from '../api/types';

const POLL_RUNNING_MS = 1_000;
const POLL_IDLE_MS = 30_000;

class Library {
  status = $state.raw<LibraryStatus | null>(null);
  /** Whether a scan runs, or is about to. */
  readonly scanning = $derived(
    this.status?.scan?.state === 'running' || this.status?.scan?.state === 'queued',
  );
  #timer = 0;

  /** Asks now, and goes on asking: often while a scan runs, seldom otherwise. */
  async watch(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.status = await fetchLibrary();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The gallery says when the server is away; here the last known state remains.
    }
    const delay = this.scanning ? POLL_RUNNING_MS : POLL_IDLE_MS;
    this.#timer = window.setTimeout(() => void this.watch(), delay);
  }

  async rescan(): Promise<void> {
    await startScan();
    await this.watch();
  }
}

export const library = new Library();
