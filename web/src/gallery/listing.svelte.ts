// The photos of the current query.

import { fetchPhotoList } from '../api/albumen';
import { ApiError, isAbort } from '../api/http';
import { requestParams, type Query } from '../route/query';
import type { PhotoList } from './photo-list';

/** While a scan runs, a gallery that has photos is renewed no more often than this. */
const RENEWAL_MS = 5_000;

class Listing {
  list = $state.raw<PhotoList | null>(null);
  /** The query that `list` answers. */
  query = $state.raw<Query | null>(null);
  error = $state.raw<ApiError | null>(null);
  loading = $state(false);
  #abort: AbortController | null = null;
  #loadedAt = 0;
  #photos: number | null = null;
  #scanning = false;
  #positions: { list: PhotoList; byId: Map<number, number> } | null = null;

  /** Loads the photos of a query; what was shown remains until the answer is here. */
  async load(query: Query): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.loading = true;
    try {
      const list = await fetchPhotoList(requestParams(query), abort.signal);
      if (abort.signal.aborted) return;
      this.list = list;
      this.query = query;
      this.error = null;
      this.#loadedAt = performance.now();
    } catch (error) {
      if (isAbort(error) || abort.signal.aborted) return;
      this.error = error instanceof ApiError ? error : new ApiError(0, String(error));
    }
    this.loading = false;
  }

  /** The library has `photos` now: loads again what a scan has changed. */
  renew(query: Query, photos: number, scanning: boolean): void {
    const ended = this.#scanning && !scanning;
    const changed = this.#photos !== null && this.#photos !== photos;
    const recent = performance.now() - this.#loadedAt < RENEWAL_MS && this.list?.count !== 0;
    if (changed && !ended && recent) return; // The next call sees the change again.
    this.#photos = photos;
    this.#scanning = scanning;
    if (changed || ended) void this.load(query);
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
