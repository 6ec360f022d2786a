// How far the models are with the photos, and what they can do.

import { ApiError } from '../api/http';
import { fetchModels, type AnalysisEvent, type ModelsStatus } from '../api/models';
import { live } from '../live';

/** What is told comes more often than this while work goes on; after it, the work is elsewhere. */
const SILENCE_MS = 30_000;
const ASK_MS = 2_000;

class Analysis {
  status = $state.raw<ModelsStatus | null>(null);
  problem = $state.raw<ApiError | null>(null);
  /** The work that goes on; null while none does. */
  work = $state.raw<AnalysisEvent | null>(null);
  /** Grows as photos are looked at. */
  change = $state(0);
  #silence = 0;
  #timer = 0;
  #watchers = 0;

  /** Listens for the work; the answer ends it. */
  listen(): () => void {
    const ends = [
      live.on('analysis', (event) => this.#heard(event as AnalysisEvent | null)),
      live.on('open', () => (this.work = null)),
    ];
    return () => {
      for (const end of ends) end();
      clearTimeout(this.#silence);
    };
  }

  /** Keeps the status up to date for a page that shows it; the answer ends it. */
  watch(): () => void {
    this.#watchers++;
    void this.refresh();
    return () => {
      this.#watchers--;
      if (this.#watchers === 0) clearTimeout(this.#timer);
    };
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.status = await fetchModels();
      this.problem = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    }
    // What is fetched tells nothing by itself.
    if (this.#watchers > 0 && this.status?.fetch.state === 'running') this.#again();
  }

  #heard(event: AnalysisEvent | null): void {
    clearTimeout(this.#silence);
    this.change++;
    this.work = event !== null && event.pending > 0 ? event : null;
    if (this.work !== null) {
      this.#silence = window.setTimeout(() => (this.work = null), SILENCE_MS);
    }
    if (this.#watchers > 0) this.#again();
  }

  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.refresh(), ASK_MS);
  }
}

export const analysis = new Analysis();
