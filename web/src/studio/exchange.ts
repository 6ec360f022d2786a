// What the rooms of a dataset ask for beside its pictures: formats, versions, exports, imports, splits,
// numbers, annotators.

import { getJson, request, sendJson } from '../api/http';
import type { Item, ItemStatus, ShapeKind } from './api';

export interface Format {
  readonly name: string;
  readonly title: string;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly kinds: readonly ShapeKind[];
  readonly holes: boolean;
  readonly attributes: boolean;
  readonly confidence: boolean;
  readonly rotation: boolean;
}

export const GROUPINGS = ['image', 'burst', 'person', 'folder'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Percent, together 100. */
export interface SplitRule {
  readonly train: number;
  readonly val: number;
  readonly test: number;
  readonly seed: number;
  readonly by: Grouping;
}

export interface SplitCounts {
  readonly train: number;
  readonly val: number;
  readonly test: number;
  readonly none?: number;
}

export interface Version {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly note: string | null;
  readonly author: string | null;
  readonly created: string;
  readonly images: number;
  readonly annotations: number;
  readonly splits: SplitCounts;
  readonly content_hash: string;
}

export interface Export {
  readonly id: string;
  readonly name: string;
  readonly format: string;
  readonly version: string | null;
  readonly state: 'pending' | 'processing' | 'completed' | 'failed';
  readonly error: string | null;
  /** What the format could not hold. */
  readonly report: readonly { readonly what: string; readonly count: number }[];
  readonly bytes: number | null;
  readonly images: number | null;
  readonly annotations: number | null;
  readonly created: string;
}

export interface ExportWish {
  readonly format: string;
  readonly version?: string;
  readonly include_images: boolean;
  readonly organize_by_split: boolean;
  readonly status_filter?: string;
}

export interface ImportPreview {
  readonly images: number;
  readonly matched: number;
  readonly annotations: number;
  readonly unmatched: readonly string[];
  readonly classes: readonly {
    readonly name: string;
    readonly kind: ShapeKind | null;
    readonly annotations: number;
    readonly exists: boolean;
  }[];
  readonly dropped: Readonly<Record<string, number>>;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  readonly problem_count: number;
  readonly applied?: { readonly images: number; readonly annotations: number; readonly classes: number };
}

export interface Import {
  readonly id: string;
  readonly filename: string;
  readonly format: string;
  readonly state: 'reading' | 'ready' | 'applying' | 'applied' | 'failed';
  readonly error: string | null;
  readonly preview: ImportPreview | null;
  readonly created: string;
}

export interface ImportPlan {
  readonly mode: 'replace' | 'add';
  readonly as_proposals: boolean;
  /** From a class of the file to one of the dataset; null: its shapes are left out. */
  readonly classes: Readonly<Record<string, string | null>>;
  readonly skip_problems: boolean;
}

const BASE = '/api/albumen';

export async function fetchFormats(signal?: AbortSignal): Promise<readonly Format[]> {
  return (await getJson<{ formats: Format[] }>(`${BASE}/formats`, signal)).formats;
}

export async function fetchVersions(dataset: string, signal?: AbortSignal): Promise<readonly Version[]> {
  const { versions } = await getJson<{ versions: Version[] }>(
    `${BASE}/datasets/${dataset}/versions`,
    signal,
  );
  return versions;
}

export interface VersionWish {
  readonly name?: string;
  readonly note?: string;
  readonly splits?: SplitRule;
}

export function createVersion(dataset: string, wish: VersionWish): Promise<Version> {
  return sendJson('POST', `${BASE}/datasets/${dataset}/versions`, wish);
}

export function deleteVersion(id: string): Promise<null> {
  return sendJson('DELETE', `${BASE}/versions/${id}`);
}

/** Where a version can always be had in a format. */
export function versionExportUrl(id: string, format: string, images: boolean): string {
  const address = `${BASE}/versions/${id}/export/${format}${images ? '?images=true' : ''}`;
  return new URL(address, location.origin).href;
}

export async function fetchExports(dataset: string, signal?: AbortSignal): Promise<readonly Export[]> {
  const { exports } = await getJson<{ exports: Export[] }>(
    `${BASE}/datasets/${dataset}/exports`,
    signal,
  );
  return exports;
}

export function createExport(dataset: string, wish: ExportWish): Promise<Export> {
  return sendJson('POST', `${BASE}/datasets/${dataset}/exports`, wish);
}

export function deleteExport(id: string): Promise<null> {
  return sendJson('DELETE', `${BASE}/exports/${id}`);
}

export function exportDownloadUrl(id: string): string {
  return `${BASE}/exports/${id}/download`;
}

export async function fetchImports(dataset: string, signal?: AbortSignal): Promise<readonly Import[]> {
  const { imports } = await getJson<{ imports: Import[] }>(
    `${BASE}/datasets/${dataset}/imports`,
    signal,
  );
  return imports;
}

export async function sendImport(dataset: string, file: File, format: string): Promise<Import> {
  const params = new URLSearchParams({ filename: file.name, format });
  const response = await request(`${BASE}/datasets/${dataset}/imports?${params}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: file,
  });
  return (await response.json()) as Import;
}

export function applyImport(id: string, plan: ImportPlan): Promise<Import> {
  return sendJson('POST', `${BASE}/imports/${id}/apply`, plan);
}

export function deleteImport(id: string): Promise<null> {
  return sendJson('DELETE', `${BASE}/imports/${id}`);
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

export interface Insights {
  readonly images: number;
  readonly annotated_images: number;
  readonly annotations: number;
  readonly status: Readonly<Record<ItemStatus, number>>;
  readonly classes: readonly {
    readonly name: string;
    readonly annotations: number;
    readonly images: number;
  }[];
  /** How many pictures have so many shapes. */
  readonly density: readonly { readonly shapes: string; readonly images: number }[];
}

export function fetchInsights(dataset: string, signal?: AbortSignal): Promise<Insights> {
  return getJson(`${BASE}/datasets/${dataset}/insights`, signal);
}

export async function fetchAnnotators(dataset: string): Promise<readonly string[]> {
  const address = `${BASE}/datasets/${dataset}/annotators`;
  return (await getJson<{ annotators: string[] }>(address)).annotators;
}

/** The annotators, by username, are these from now on. */
export async function putAnnotators(dataset: string, annotators: readonly string[]): Promise<void> {
  await sendJson('PUT', `${BASE}/datasets/${dataset}/annotators`, { annotators });
}
