// What the app asks of the server, one function a question.

import { parsePhotoList, type PhotoList } from '../gallery/photo-list';
import { getJson, request, sendJson } from './http';
import type { FailurePage, FilterOption, LibraryStatus, PhotoDetails, PhotoSummary } from './types';

const PHOTOS = '/api/albumen/photos';

/** How many photos one request for summaries may name. */
export const SUMMARY_IDS_MAX = 200;

export async function fetchPhotoList(
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<PhotoList> {
  const response = await request(`/api/albumen/layout?${query}`, { signal });
  return parsePhotoList(await response.arrayBuffer());
}

export async function fetchSummaries(
  ids: readonly number[],
  signal: AbortSignal,
): Promise<readonly PhotoSummary[]> {
  const answer = await getJson<{ photos: PhotoSummary[] }>(`${PHOTOS}?ids=${ids.join()}`, signal);
  return answer.photos;
}

export function fetchDetails(id: number, signal: AbortSignal): Promise<PhotoDetails> {
  return getJson(`${PHOTOS}/${id}`, signal);
}

export function fetchLibrary(): Promise<LibraryStatus> {
  return getJson('/api/albumen/library');
}

/** Looks for changes in these sources, or in all. */
export async function startScan(sources?: readonly number[]): Promise<void> {
  await sendJson('POST', '/api/albumen/scans', sources ? { sources } : {});
}

export function fetchFailures(cursor: string | null, signal: AbortSignal): Promise<FailurePage> {
  const query = new URLSearchParams({ limit: '100' });
  if (cursor !== null) query.set('cursor', cursor);
  return getJson(`/api/albumen/failures?${query}`, signal);
}

export async function fetchFilterOptions(
  kind: 'cameras' | 'lenses',
): Promise<readonly FilterOption[]> {
  const answer = await getJson<Record<string, FilterOption[]>>(`/api/filter_options/${kind}`);
  return answer[kind] ?? [];
}

export async function fetchLanguages(): Promise<readonly string[]> {
  return (await getJson<{ languages: string[] }>('/api/i18n/languages')).languages;
}

export function fetchCatalogue(language: string): Promise<Record<string, unknown>> {
  return getJson(`/api/i18n/${language}`);
}

/** The long sides in which thumbnails are kept. */
const THUMBNAIL_SIZES = [320, 640] as const;
/** How much a thumbnail may be enlarged before the next size is worth its bytes. */
const ENLARGEMENT_MAX = 1.1;

/** The thumbnail that fills `pixels` device pixels on its long side. */
export function thumbnailUrl(id: number, pixels: number): string {
  const size = THUMBNAIL_SIZES.find((each) => pixels <= each * ENLARGEMENT_MAX) ?? 640;
  return `${PHOTOS}/${id}/thumbnail?size=${size}`;
}

export function imageUrl(id: number): string {
  return `${PHOTOS}/${id}/image`;
}
