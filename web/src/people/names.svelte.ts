// What people are called, for whoever has only their number.

import { SvelteMap } from 'svelte/reactivity';
import { ApiError } from '../api/http';
import { fetchPerson } from '../api/people';
import type { PersonRef } from '../api/types';
import { t } from '../i18n/i18n.svelte';

export function nameOf(person: PersonRef): string {
  return person.name ?? t('people.unnamed');
}

class Names {
  readonly #known = new SvelteMap<number, string | null>();
  readonly #asked = new Set<number>();

  learn(people: Iterable<PersonRef>): void {
    for (const { id, name } of people) this.#known.set(id, name);
  }

  of(id: number): string {
    return nameOf({ id, name: this.#known.get(id) ?? null });
  }

  /** Asks for the names that are not known. */
  async want(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      if (this.#known.has(id) || this.#asked.has(id)) continue;
      this.#asked.add(id);
      try {
        this.learn([await fetchPerson(id)]);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status !== 404) this.#asked.delete(id);
      }
    }
  }
}

export const names = new Names();
