// The state of the library: how much is in it, and whether a scan is running.

import { fetchLibrary, startScan, type ScanWish } from '../api/albumen';
import { ApiError } from '../api/http';
import type { LibraryStatus, Scan } from '../api/types';
import { live } from '../live';

const POLL_RUNNING_MS = 1_000;
const POLL_IDLE_MS = 30_000;
/** Events come in crowds while a scan runs; the numbers are asked for no more often than this. */
const ASK_MS = 1_000;

class Library {
  status = $state.raw<LibraryStatus | null>(null);
  /** Grows whenever photos may have changed. */
  change = $state(0);
  /** Whether a scan runs, or is about to. */
  readonly scanning = $derived(
    this.status?.scan?.state === 'running' || this.status?.scan?.state === 'queued',
  );
  #timer = 0;
  #askedAt = -ASK_MS;
  #heardScan = false;

  /** Listens to what happens, and asks now and then in case nothing is heard; the answer ends it. */
  watch(): () => void {
    const ends = [
      live.on('open', () => this.#soon()),
      live.on('library', () => {
        this.change++;
        this.#soon();
      }),
      live.on('scan', (scan) => this.#heard(scan as Scan | null)),
      live.run(),
    ];
    const onvisible = (): void => {
      if (document.visibilityState === 'visible') this.#soon();
    };
    document.addEventListener('visibilitychange', onvisible);
    void this.refresh();
    return () => {
      for (const end of ends) end();
      document.removeEventListener('visibilitychange', onvisible);
      clearTimeout(this.#timer);
    };
  }

  /** Asks now. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#askedAt = performance.now();
    try {
      const status = await fetchLibrary();
      if (this.status !== null && this.status.photos !== status.photos) this.change++;
      const scanned = this.scanning;
      this.status = status;
      if (scanned && !this.scanning) this.change++;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The gallery says when the server is away; here the last known state remains.
    }
    const told = !this.scanning || this.#heardScan;
    this.#heardScan = false;
    this.#again(told ? POLL_IDLE_MS : POLL_RUNNING_MS);
  }

  async rescan(wish: ScanWish = {}): Promise<void> {
    await startScan(wish);
    await this.refresh();
  }

  #heard(scan: Scan | null): void {
    if (this.status === null || scan === null) return;
    const { scanning } = this;
    this.status = { ...this.status, scan };
    this.#heardScan = true;
    if (scanning === this.scanning) return;
    if (scanning) this.change++;
    this.#soon();
  }

  #soon(): void {
    const { status } = this;
    this.#again(status === null ? 0 : Math.max(0, this.#askedAt + ASK_MS - performance.now()));
  }

  #again(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.refresh(), delay);
  }
}

export const library = new Library();
