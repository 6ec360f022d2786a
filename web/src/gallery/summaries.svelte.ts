// Names and captions of the photos in sight, fetched when scrolling rests.

import { SvelteMap } from 'svelte/reactivity';
import { fetchSummaries, SUMMARY_IDS_MAX } from '../api/albumen';
import { ApiError, isAbort } from '../api/http';
import type { PhotoSummary } from '../api/types';
import { marks } from '../marks/marks.svelte';

const KEPT_MAX = 5_000;

class Summaries {
  readonly #known = new SvelteMap<number, PhotoSummary>();
  #abort: AbortController | null = null;
  /** Known as it was before the library changed. */
  #stale = new Set<number>();

  get(id: number): PhotoSummary | undefined {
    return this.#known.get(id);
  }

  /** Fetches what is not known of these photos; a request for others is given up. */
  async want(ids: readonly number[]): Promise<void> {
    await this.#fetch(ids.filter((id) => !this.#known.has(id) || this.#stale.has(id)));
  }

  /** The library has changed: what is known is shown until it is wanted again. */
  age(): void {
    this.#stale = new Set(this.#known.keys());
  }

  async #fetch(ids: readonly number[]): Promise<void> {
    this.#abort?.abort();
    const missing = ids.slice(0, SUMMARY_IDS_MAX);
    if (missing.length === 0) return;
    const abort = new AbortController();
    this.#abort = abort;
    const { writes } = marks;
    try {
      const photos = await fetchSummaries(missing, abort.signal);
      if (this.#known.size > KEPT_MAX) this.#known.clear();
      marks.learn(photos, writes);
      for (const photo of photos) {
        this.#known.set(photo.id, photo);
        this.#stale.delete(photo.id);
      }
    } catch (error) {
      if (isAbort(error) || error instanceof ApiError) return; // Dates from the layout remain.
      throw error;
    }
  }
}

export const summaries = new Summaries();
