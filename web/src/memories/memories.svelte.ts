// Photos of this day in earlier years.

import { fetchMemories } from '../api/albumen';
import { ApiError } from '../api/http';
import type { Memories } from '../api/types';
import { isoDay } from './today';

const STORAGE_KEY = 'albumen.memories-closed';

class Today {
  memories = $state.raw<Memories | null>(null);
  /** The day on which the strip was closed: tomorrow has other memories. */
  #closed = $state(localStorage.getItem(STORAGE_KEY) ?? '');
  #asked = '';

  readonly shown = $derived(
    this.memories !== null && this.memories.has_memories && this.memories.date !== this.#closed,
  );

  /** Asks once a day. */
  async load(): Promise<void> {
    const day = isoDay(new Date());
    if (day === this.#asked || day === this.#closed) return;
    this.#asked = day;
    try {
      this.memories = await fetchMemories(day);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#asked = ''; // The gallery does without, and asks when it is shown again.
    }
  }

  close(): void {
    this.#closed = isoDay(new Date());
    try {
      localStorage.setItem(STORAGE_KEY, this.#closed);
    } catch {
      // Storage may be forbidden; it then comes again with the next page.
    }
  }
}

export const today = new Today();
