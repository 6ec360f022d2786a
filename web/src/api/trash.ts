// What was taken away: the trash, and photos that were removed while their files stay.

import { getJson, sendJson } from './http';

export interface KeptOut {
  readonly id: number;
  readonly filename: string;
  /** Where it belongs, and returns to. */
  readonly path: string;
  /** Width divided by height. */
  readonly aspect: number | null;
}

export interface KeptOutPage {
  readonly photos: readonly KeptOut[];
  readonly total: number;
  readonly next_cursor: string | null;
}

export interface Refusal {
  readonly id: number;
  readonly detail: string;
}

/** `trash`: the files are in the trash as well; `removed`: they stay where they are. */
export type Bin = 'trash' | 'removed';

/** How many photos one request may name. */
const IDS_MAX = 1_000;

export const KEPT_OUT_PAGE_MAX = 1_000;

export function fetchKeptOut(
  bin: Bin,
  cursor: string | null,
  limit: number,
  signal: AbortSignal,
): Promise<KeptOutPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (cursor !== null) query.set('cursor', cursor);
  return getJson(`/api/albumen/${bin}?${query}`, signal);
}

/** Takes photos away; resolves to those that could not be. */
export function keepOut(bin: Bin, ids: readonly number[]): Promise<readonly Refusal[]> {
  return inParts('POST', `/api/albumen/${bin}`, ids);
}

/** Brings photos back; resolves to those that could not be. */
export function restore(bin: Bin, ids: readonly number[]): Promise<readonly Refusal[]> {
  return inParts('POST', `/api/albumen/${bin}/restore`, ids);
}

/** Deletes photos of the trash for good. */
export function deleteForGood(ids: readonly number[]): Promise<readonly Refusal[]> {
  return inParts('DELETE', '/api/albumen/trash', ids);
}

export async function emptyTrash(): Promise<void> {
  await sendJson('DELETE', '/api/albumen/trash', { all: true });
}

export function keptOutThumbnailUrl(id: number): string {
  return `/api/albumen/trash/${id}/thumbnail`;
}

async function inParts(
  method: 'POST' | 'DELETE',
  path: string,
  ids: readonly number[],
): Promise<readonly Refusal[]> {
  const refused: Refusal[] = [];
  for (let from = 0; from < ids.length; from += IDS_MAX) {
    const part = ids.slice(from, from + IDS_MAX);
    const answer = await sendJson<{ refused?: Refusal[] } | null>(method, path, { ids: part });
    refused.push(...(answer?.refused ?? []));
  }
  return refused;
}
