// What the app asks of the server, one function a question.

import type { Marks, MarksChange } from '../marks/marks';
import { parsePhotoList, type PhotoList } from '../gallery/photo-list';
import { getJson, request, sendJson } from './http';
import type {
  FailurePage,
  FilterOption,
  FolderPage,
  LibraryStatus,
  MapPage,
  Memories,
  PhotoDetails,
  PhotoSummary,
  SimilarPhotos,
  TimelineMonth,
  TimelineYear,
} from './types';

const PHOTOS = '/api/albumen/photos';
const RATINGS = '/api/albumen/ratings';

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

export function fetchSimilar(
  id: number,
  limit: number,
  signal: AbortSignal,
): Promise<SimilarPhotos> {
  return getJson(`${PHOTOS}/${id}/similar?limit=${limit}`, signal);
}

export function fetchLibrary(): Promise<LibraryStatus> {
  return getJson('/api/albumen/library');
}

export interface ScanWish {
  /** These alone; all when absent. */
  readonly sources?: readonly number[];
  /** Reads again what could not be read, though it did not change. */
  readonly retry_failed?: boolean;
}

export async function startScan(wish: ScanWish = {}): Promise<void> {
  await sendJson('POST', '/api/albumen/scans', wish);
}

export function fetchFailures(cursor: string | null, signal: AbortSignal): Promise<FailurePage> {
  const query = new URLSearchParams({ limit: '100' });
  if (cursor !== null) query.set('cursor', cursor);
  return getJson(`/api/albumen/failures?${query}`, signal);
}

export async function fetchFilterOptions(
  kind: 'cameras' | 'lenses' | 'tags' | 'apertures' | 'focal_lengths',
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

export interface MarkedPhoto extends Marks {
  readonly id: number;
}

/** Changes marks of photos; tells what they are now and what they were. */
export async function setMarks(
  ids: readonly number[],
  change: MarksChange,
): Promise<readonly (MarkedPhoto & { readonly previous: Marks })[]> {
  type Answer = { ratings: (MarkedPhoto & { previous: Marks })[] };
  return (await sendJson<Answer>('PUT', RATINGS, { ids, ...change })).ratings;
}

/** Gives photos back the marks they had. */
export async function restoreMarks(
  ratings: readonly MarkedPhoto[],
): Promise<readonly MarkedPhoto[]> {
  return (await sendJson<{ ratings: MarkedPhoto[] }>('PUT', RATINGS, { ratings })).ratings;
}

/** Where photos can be fetched as one archive. */
export async function prepareDownload(ids: readonly number[]): Promise<string> {
  return (await sendJson<{ url: string }>('POST', '/api/albumen/downloads', { ids })).url;
}

export function fetchFolders(prefix: string, signal: AbortSignal): Promise<FolderPage> {
  return getJson(`/api/folders?${new URLSearchParams({ prefix })}`, signal);
}

export interface MapBounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

export function fetchMap(
  { west, south, east, north }: MapBounds,
  zoom: number,
  dates: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<MapPage> {
  const bounds = [south, west, north, east].join();
  const query = new URLSearchParams({ bounds, zoom: String(zoom), limit: '500', ...dates });
  return getJson(`/api/photos/map?${query}`, signal);
}

export async function fetchMapCount(): Promise<number> {
  return (await getJson<{ count: number }>('/api/photos/map/count')).count;
}

/** Photos of a day in earlier years; `date` is `YYYY-MM-DD`. */
export function fetchMemories(date: string): Promise<Memories> {
  return getJson(`/api/memories?${new URLSearchParams({ date })}`);
}

export async function fetchTimelineYears(signal: AbortSignal): Promise<readonly TimelineYear[]> {
  return (await getJson<{ years: TimelineYear[] }>('/api/timeline/years', signal)).years;
}

export async function fetchTimelineMonths(
  year: string,
  signal: AbortSignal,
): Promise<readonly TimelineMonth[]> {
  const query = new URLSearchParams({ year });
  return (await getJson<{ months: TimelineMonth[] }>(`/api/timeline/months?${query}`, signal))
    .months;
}

/** The thumbnail of a photo of which only the path is known. */
export function pathThumbnailUrl(path: string, size: 320 | 640): string {
  return `/thumbnail?${new URLSearchParams({ path, size: String(size) })}`;
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
