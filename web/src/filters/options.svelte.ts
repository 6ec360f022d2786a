// What the library's photos can be filtered by: values with the number of photos that have them.

import { offers } from '../account/features';
import { fetchFilterOptions, fetchMapCount } from '../api/albumen';
import { ApiError } from '../api/http';
import type { FilterOption } from '../api/types';

class Options {
  cameras = $state.raw<readonly FilterOption[]>([]);
  lenses = $state.raw<readonly FilterOption[]>([]);
  tags = $state.raw<readonly FilterOption[]>([]);
  apertures = $state.raw<readonly FilterOption[]>([]);
  focalLengths = $state.raw<readonly FilterOption[]>([]);
  /** Photos that say where they were taken. */
  placed = $state(0);

  /** Asks anew. What does not come leaves its choices as they were; the rest works without. */
  async load(): Promise<void> {
    await Promise.all([
      quietly(async () => (this.cameras = await fetchFilterOptions('cameras'))),
      quietly(async () => (this.lenses = await fetchFilterOptions('lenses'))),
      quietly(async () => (this.tags = await fetchFilterOptions('tags'))),
      quietly(async () => (this.apertures = await fetchFilterOptions('apertures'))),
      quietly(async () => (this.focalLengths = await fetchFilterOptions('focal_lengths'))),
      ...(offers('show_map') ? [this.countPlaced()] : []),
    ]);
  }

  async countPlaced(): Promise<void> {
    await quietly(async () => (this.placed = await fetchMapCount()));
  }
}

async function quietly(ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

export const options = new Options();
