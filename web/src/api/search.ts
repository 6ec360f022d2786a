// What a few letters may mean.

import { getJson } from './http';

export interface Found {
  readonly people: readonly { readonly id: number; readonly name: string; readonly photos: number }[];
  readonly objects: readonly { readonly label: string; readonly photos: number }[];
  readonly tags: readonly { readonly name: string; readonly photos: number }[];
  readonly folders: readonly {
    readonly path: string;
    readonly name: string;
    readonly photos: number;
  }[];
  readonly cameras: readonly { readonly name: string; readonly photos: number }[];
  readonly files: readonly { readonly id: number; readonly filename: string }[];
}

export function fetchFound(text: string, signal: AbortSignal): Promise<Found> {
  return getJson(`/api/albumen/search?${new URLSearchParams({ q: text, limit: '5' })}`, signal);
}

export type ThingCount = Found['objects'][number];

/** Every kind of thing on the photos. */
export async function fetchThings(): Promise<readonly ThingCount[]> {
  return (await getJson<{ objects: ThingCount[] }>('/api/albumen/objects')).objects;
}
