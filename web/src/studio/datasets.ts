// Datasets and their items, as the rooms show them.

import { getJson, request, sendJson } from '../api/http';
import type { ShapeKind } from './exchange';

export const STATUSES = ['new', 'annotate', 'review', 'complete'] as const;
export type Status = (typeof STATUSES)[number];
export const SPLITS = ['train', 'val', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly readme: string | null;
  readonly owner: string | null;
  readonly is_archived: boolean;
  readonly created: string;
  readonly changed: string;
  readonly annotation_types: readonly ShapeKind[];
  readonly class_policy: 'open' | 'closed';
  readonly images: number;
  readonly archived_images: number;
  readonly completed: number;
  readonly annotations: number;
  readonly proposals: number;
  readonly status: Readonly<Record<Status, number>>;
  readonly total_bytes: number;
  /** An item whose picture stands for it. */
  readonly cover: string | null;
}

export interface Item {
  readonly id: string;
  readonly filename: string;
  readonly directory: string;
  readonly width: number;
  readonly height: number;
  readonly status: Status;
  readonly split: Split | null;
  readonly tags: readonly string[];
  readonly annotations: number;
  readonly proposals: number;
  readonly annotator: string | null;
  readonly photo_id: number | null;
  readonly is_missing: boolean;
  readonly is_changed: boolean;
  readonly is_archived: boolean;
}

export interface ItemPage {
  readonly items: readonly Item[];
  readonly total: number;
  readonly next_cursor: string | null;
}

export interface DatasetValues {
  readonly name: string;
  readonly description?: string;
  readonly readme?: string;
  readonly is_archived?: boolean;
}

export interface ItemChange {
  readonly status?: Status;
  readonly split?: Split | null;
  readonly is_archived?: boolean;
}

/** What to put into a dataset. */
export interface Added {
  readonly added: number;
  readonly already: number;
}

export interface Wanted {
  readonly objects: boolean;
  readonly faces: boolean;
  readonly names: boolean;
  readonly min_confidence: number;
}

export interface Insights {
  readonly total_images: number;
  readonly total_annotations: number;
  readonly annotated_images: number;
  readonly unannotated_images: number;
  readonly avg_annotations_per_image: number;
  readonly status_counts: Readonly<Record<Status, number>>;
  readonly class_annotation_counts: Readonly<Record<string, number>>;
  readonly class_image_counts: Readonly<Record<string, number>>;
  readonly type_counts: Readonly<Record<string, number>>;
  readonly annotation_density: Readonly<Record<string, number>>;
}

const BASE = '/api/albumen';

interface DatasetPage {
  readonly datasets: readonly Dataset[];
  readonly next_cursor: string | null;
}

/** All of them: there are few. */
export async function fetchDatasets(
  archived: boolean,
  signal?: AbortSignal,
): Promise<readonly Dataset[]> {
  const all: Dataset[] = [];
  let cursor: string | null = null;
  do {
    const params = new URLSearchParams({ archived: String(archived), limit: '100' });
    if (cursor !== null) params.set('cursor', cursor);
    const page: DatasetPage = await getJson(`${BASE}/datasets?${params}`, signal);
    all.push(...page.datasets);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return all;
}

export function fetchDataset(id: string, signal?: AbortSignal): Promise<Dataset> {
  return getJson(`${BASE}/datasets/${id}`, signal);
}

export function createDataset(values: DatasetValues): Promise<Dataset> {
  return sendJson('POST', `${BASE}/datasets`, values);
}

export function changeDataset(id: string, values: Partial<DatasetValues>): Promise<Dataset> {
  return sendJson('PATCH', `${BASE}/datasets/${id}`, values);
}

export function deleteDataset(id: string): Promise<null> {
  return sendJson('DELETE', `${BASE}/datasets/${id}`);
}

/** `filters`: as the address of the dataset's room has them. */
export function fetchItems(
  dataset: string,
  filters: URLSearchParams,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<ItemPage> {
  const params = new URLSearchParams(filters);
  params.set('limit', '100');
  if (cursor !== null) params.set('cursor', cursor);
  return getJson(`${BASE}/datasets/${dataset}/items?${params}`, signal);
}

export async function fetchItemIds(
  dataset: string,
  filters: URLSearchParams,
): Promise<readonly string[]> {
  const address = `${BASE}/datasets/${dataset}/items/ids?${filters}`;
  return (await getJson<{ ids: string[] }>(address)).ids;
}

export function itemThumbnailUrl(id: string, size: number): string {
  return `${BASE}/items/${id}/thumbnail?size=${size}`;
}

export function addPhotos(dataset: string, photos: readonly number[]): Promise<Added> {
  return sendJson('POST', `${BASE}/datasets/${dataset}/items`, { photos });
}

export function changeItems(
  dataset: string,
  ids: readonly string[],
  change: ItemChange,
): Promise<{ readonly changed: number }> {
  return sendJson('PATCH', `${BASE}/datasets/${dataset}/items`, { ids, ...change });
}

export function deleteItems(dataset: string, ids: readonly string[]): Promise<null> {
  return sendJson('DELETE', `${BASE}/datasets/${dataset}/items`, { ids });
}

export async function sendPicture(dataset: string, file: File): Promise<Item> {
  const params = new URLSearchParams({ filename: file.name });
  const response = await request(`${BASE}/datasets/${dataset}/pictures?${params}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: file,
  });
  return (await response.json()) as Item;
}

export function proposeShapes(
  dataset: string,
  items: readonly string[] | null,
  wanted: Wanted,
): Promise<{ readonly items: number; readonly shapes: number }> {
  return sendJson('POST', `${BASE}/datasets/${dataset}/proposals`, { items, ...wanted });
}

export function decideProposals(
  dataset: string,
  items: readonly string[] | null,
  accept: boolean,
  minConfidence: number,
): Promise<{ readonly shapes: number }> {
  return sendJson('POST', `${BASE}/datasets/${dataset}/proposals/${accept ? 'accept' : 'reject'}`, {
    items,
    min_confidence: minConfidence,
  });
}

export function fetchInsights(dataset: string, signal?: AbortSignal): Promise<Insights> {
  return getJson(`${BASE}/datasets/${dataset}/insights`, signal);
}
