// The photos of the current query.

import { fetchPhotoList } from '../api/albumen';
import { ApiError, isAbort } from '../api/http';
import { requestParams, type Query } from '../route/query';
import { samePhotos, type PhotoList } from './photo-list';

/** A gallery that has photos is renewed no more often than this. */
const RENEWAL_MS = 3_000;

class Listing {
  list = $state.raw<PhotoList | null>(null);
  /** The query that `list` answers. */
  query = $state.raw<Query | null>(null);
  error = $state.raw<ApiError | null>(null);
  loading = $state(false);
  #abort: AbortController | null = null;
  #loadedAt = 0;
  #wanted: Query | null = null;
  #change = 0;
  #renewal = 0;
  #positions: { list: PhotoList; byId: Map<number, number> } | null = null;

  /** Loads the photos of a query; what was shown remains until the answer is here. */
  async load(query: Query): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#wanted = query;
    this.loading = true;
    try {
      const list = await fetchPhotoList(requestParams(query), abort.signal);
      if (abort.signal.aborted) return;
      // The same photos stay the same list: nothing is laid out again.
      if (this.list === null || !samePhotos(this.list, list)) this.list = list;
      this.query = query;
      this.error = null;
      this.#loadedAt = performance.now();
    } catch (error) {
      if (isAbort(error) || abort.signal.aborted) return;
      this.error = error instanceof ApiError ? error : new ApiError(0, String(error));
    }
    this.loading = false;
  }

  /** Something in the library has changed: loads the photos again, gently. */
  renew(change: number): void {
    if (change === this.#change) return;
    this.#change = change;
    clearTimeout(this.#renewal);
    // Whoever waits for the first photos sees them at once.
    const rest = this.list?.count === 0 ? 0 : RENEWAL_MS;
    const delay = Math.max(0, this.#loadedAt + rest - performance.now());
    this.#renewal = window.setTimeout(() => {
      if (this.#wanted !== null) void this.load(this.#wanted);
    }, delay);
  }

  /** Where a photo stands in the list, or -1. */
  positionOf(id: number): number {
    const { list } = this;
    if (list === null) return -1;
    if (this.#positions?.list !== list) {
      const byId = new Map<number, number>();
      list.ids.forEach((each, position) => byId.set(each, position));
      this.#positions = { list, byId };
    }
    return this.#positions.byId.get(id) ?? -1;
  }
}

export const listing = new Listing();
