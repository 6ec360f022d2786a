// What was taken away: the trash, and photos that were removed while their files stay.

import { getJson, sendJson } from './http';

export interface KeptOut {
  readonly id: number;
  readonly filename: string;
  /** Where it belongs, and returns to. */
  readonly path: string;
  /** Width divided by height. */
  readonly aspect: number;
  readonly trashed_at?: string;
  readonly removed_at?: string;
  /** Whose doing it was; null where nobody has a name. */
  readonly by: string | null;
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

interface Changed {
  readonly refused: readonly Refusal[];
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

/** Deletes all of the trash for good; resolves to what could not be. */
export async function emptyTrash(): Promise<readonly Refusal[]> {
  const answer = await sendJson<Changed>('DELETE', '/api/albumen/trash', { all: true });
  return answer.refused;
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
    refused.push(...(await sendJson<Changed>(method, path, { ids: part })).refused);
  }
  return refused;
}
