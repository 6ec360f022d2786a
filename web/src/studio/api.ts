// What the studio asks of the server: datasets, their pictures, classes, and what is drawn on them.

import { ApiError, getJson, request, sendJson } from '../api/http';

const ROOT = '/api/albumen';

export const SHAPE_KINDS = ['bbox', 'polygon', 'polyline', 'keypoint', 'tag'] as const;
export type ShapeKind = (typeof SHAPE_KINDS)[number];

export const ITEM_STATUSES = ['new', 'annotate', 'review', 'complete'] as const;
export type ItemStatus = (typeof ITEM_STATUSES)[number];

export const SPLITS = ['train', 'val', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string | null;
  readonly readme: string | null;
  readonly owner: string | null;
  readonly is_archived: boolean;
  readonly created: string;
  readonly changed: string;
  readonly version: number;
  readonly annotation_types: readonly ShapeKind[];
  /** Whether a new name on a shape makes a class. */
  readonly class_policy: 'open' | 'closed';
  readonly images: number;
  readonly archived_images: number;
  readonly completed: number;
  readonly annotations: number;
  readonly proposals: number;
  readonly status: Readonly<Record<ItemStatus, number>>;
  readonly total_bytes: number;
  /** An item. */
  readonly cover: string | null;
}

export interface Item {
  readonly id: string;
  /** Told of a single one. */
  readonly dataset?: string;
  readonly filename: string;
  readonly directory: string;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly bytes: number;
  readonly status: ItemStatus;
  readonly split: Split | null;
  readonly tags: readonly string[];
  readonly annotations: number;
  readonly proposals: number;
  readonly annotator: string | null;
  readonly review_note: string | null;
  readonly revision: number;
  readonly photo_id: number | null;
  /** The photo is gone for good. */
  readonly is_missing: boolean;
  /** The file is no longer what was drawn on. */
  readonly is_changed: boolean;
  readonly is_archived: boolean;
  readonly created: string;
  readonly changed: string;
  readonly min_confidence: number | null;
}

export const ATTRIBUTE_TYPES = ['text', 'number', 'select', 'checkbox'] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

export interface ClassAttribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly values?: readonly string[] | null;
}

/** Places of joints, 0..1 of the box they are set into, and the lines between them. */
export interface Skeleton {
  readonly nodes: readonly { readonly name: string; readonly x: number; readonly y: number }[];
  readonly edges: readonly (readonly [number, number])[];
}

/** Known by its name and kind; null: any kind. */
export interface AnnotationClass {
  readonly name: string;
  readonly type: ShapeKind | null;
  /** #rrggbb */
  readonly color: string | null;
  readonly attributes: readonly ClassAttribute[] | null;
  readonly skeleton: Skeleton | null;
  /** How many shapes are of it, on how many pictures. */
  readonly annotations: number;
  readonly images: number;
}

export type NewClass = Pick<AnnotationClass, 'name'> &
  Partial<Omit<AnnotationClass, 'name' | 'annotations' | 'images'>>;

export interface WirePoint {
  readonly x: number;
  readonly y: number;
}

/** A shape as the server writes it; lengths are pixels of the upright picture. */
export interface Annotation {
  readonly id: string;
  readonly name: string;
  readonly type: ShapeKind;
  readonly bounding_box?: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  /** Degrees clockwise. */
  readonly oriented_box?: {
    readonly cx: number;
    readonly cy: number;
    readonly w: number;
    readonly h: number;
    readonly angle: number;
  };
  /** The first ring is the outer one, the others are holes. */
  readonly polygon?: { readonly paths: readonly (readonly WirePoint[])[] };
  readonly polyline?: { readonly path: readonly WirePoint[] };
  readonly keypoint?: WirePoint;
  readonly confidence?: number;
  readonly created_by?: string | null;
  readonly attributes?: Readonly<Record<string, unknown>> | readonly unknown[];
  readonly instance_id?: number | null;
  readonly source?: 'user' | 'model' | 'import';
  readonly model?: string | null;
  /** By a model, and accepted by nobody yet. */
  readonly proposed?: boolean;
  readonly answers?: unknown;
}

export interface ItemAnnotations {
  readonly item: string;
  readonly revision: number;
  readonly status: ItemStatus;
  readonly width: number;
  readonly height: number;
  readonly annotations: readonly Annotation[];
}

export interface AnnotationsSaved {
  readonly revision: number;
  readonly status: ItemStatus;
  readonly annotations: number;
}

/** What stands on the server, where a save was meant for an earlier revision. */
export interface CurrentAnnotations {
  readonly revision: number;
  readonly author: string | null;
  readonly saved: string | null;
  readonly annotations: readonly Annotation[];
}

export interface ItemRevision {
  readonly revision: number;
  readonly author: string | null;
  readonly saved: string;
  readonly annotations: number;
}

/** One field of what was sent that the server does not take. */
export interface FieldProblem {
  /** `annotations.3.polygon.paths.0.7.x` */
  readonly path: string;
  readonly message: string;
}

// Datasets

export interface DatasetPage {
  readonly datasets: readonly Dataset[];
  readonly total: number;
  readonly next_cursor: string | null;
}

export function fetchDatasets(
  wish: { archived?: boolean; cursor?: string | null; limit?: number } = {},
  signal?: AbortSignal,
): Promise<DatasetPage> {
  const params = new URLSearchParams();
  if (wish.archived !== undefined) params.set('archived', String(wish.archived));
  if (wish.cursor) params.set('cursor', wish.cursor);
  if (wish.limit !== undefined) params.set('limit', String(wish.limit));
  return getJson(`${ROOT}/datasets?${params}`, signal);
}

export function fetchDataset(id: string, signal?: AbortSignal): Promise<Dataset> {
  return getJson(`${ROOT}/datasets/${id}`, signal);
}

export interface NewDataset {
  readonly name: string;
  readonly description?: string;
  readonly readme?: string;
  readonly annotation_types?: readonly ShapeKind[];
  readonly class_policy?: 'open' | 'closed';
  readonly classes?: readonly NewClass[];
}

export function createDataset(dataset: NewDataset): Promise<Dataset> {
  return sendJson('POST', `${ROOT}/datasets`, dataset);
}

export type DatasetChange = Partial<Omit<NewDataset, 'classes'>> & { is_archived?: boolean };

export function changeDataset(id: string, change: DatasetChange): Promise<Dataset> {
  return sendJson('PATCH', `${ROOT}/datasets/${id}`, change);
}

export async function deleteDataset(id: string): Promise<void> {
  await sendJson('DELETE', `${ROOT}/datasets/${id}`);
}

export async function fetchDirectories(
  dataset: string,
  signal?: AbortSignal,
): Promise<readonly unknown[]> {
  const path = `${ROOT}/datasets/${dataset}/directories`;
  return (await getJson<{ directories: unknown[] }>(path, signal)).directories;
}

// Items

/** Which items of a dataset, in which order: the same for the list and for the ids. */
export const ITEM_FILTERS = [
  'directory',
  'beneath',
  'search',
  'class',
  'status',
  'split',
  'annotator',
  'tag',
  'has_proposals',
  'is_empty',
  'archived',
  'sort',
] as const;
export type ItemFilter = (typeof ITEM_FILTERS)[number];
export type ItemFilters = Readonly<Partial<Record<ItemFilter, string>>>;

/** Reads the filters in an address; what is empty is left out. */
export function readItemFilters(params: URLSearchParams): ItemFilters {
  const filters: Partial<Record<ItemFilter, string>> = {};
  for (const filter of ITEM_FILTERS) {
    const value = params.get(filter);
    if (value) filters[filter] = value;
  }
  return filters;
}

export function itemFilterParams(filters: ItemFilters): URLSearchParams {
  const params = new URLSearchParams();
  for (const filter of ITEM_FILTERS) {
    const value = filters[filter];
    if (value) params.set(filter, value);
  }
  return params;
}

export interface ItemPage {
  readonly items: readonly Item[];
  readonly total: number;
  readonly next_cursor: string | null;
}

export function fetchItems(
  dataset: string,
  filters: ItemFilters,
  page: { cursor?: string | null; limit?: number } = {},
  signal?: AbortSignal,
): Promise<ItemPage> {
  const params = itemFilterParams(filters);
  if (page.cursor) params.set('cursor', page.cursor);
  if (page.limit !== undefined) params.set('limit', String(page.limit));
  return getJson(`${ROOT}/datasets/${dataset}/items?${params}`, signal);
}

export async function fetchItemIds(
  dataset: string,
  filters: ItemFilters,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const path = `${ROOT}/datasets/${dataset}/items/ids?${itemFilterParams(filters)}`;
  return (await getJson<{ ids: string[] }>(path, signal)).ids;
}

export function fetchItem(id: string, signal?: AbortSignal): Promise<Item> {
  return getJson(`${ROOT}/items/${id}`, signal);
}

export interface ItemChange {
  readonly status?: ItemStatus;
  readonly split?: Split | null;
  readonly directory?: string;
  readonly add_tags?: readonly string[];
  readonly remove_tags?: readonly string[];
  readonly is_archived?: boolean;
}

/** Resolves to how many were changed. */
export async function changeItems(
  dataset: string,
  ids: readonly string[],
  change: ItemChange,
): Promise<number> {
  const body = { ids, ...change };
  const path = `${ROOT}/datasets/${dataset}/items`;
  return (await sendJson<{ changed: number }>('PATCH', path, body)).changed;
}

export async function removeItems(dataset: string, ids: readonly string[]): Promise<void> {
  await sendJson('DELETE', `${ROOT}/datasets/${dataset}/items`, { ids });
}

export function addPhotos(
  dataset: string,
  wish: {
    readonly photos?: readonly number[] | null;
    readonly album?: string | null;
    readonly everything?: boolean;
    readonly directory?: string;
  },
  query = new URLSearchParams(),
): Promise<{ readonly added: number; readonly already: number }> {
  return sendJson('POST', `${ROOT}/datasets/${dataset}/items?${query}`, wish);
}

export async function reviewItem(
  id: string,
  action: 'approve' | 'request_changes',
  note?: string,
): Promise<void> {
  await sendJson('POST', `${ROOT}/items/${id}/review`, note ? { action, note } : { action });
}

export function itemThumbnailUrl(id: string, size: number): string {
  return `${ROOT}/items/${id}/thumbnail?size=${size}`;
}

export function itemImageUrl(id: string): string {
  return `${ROOT}/items/${id}/image`;
}

// Classes

export async function fetchClasses(
  dataset: string,
  signal?: AbortSignal,
): Promise<readonly AnnotationClass[]> {
  const path = `${ROOT}/datasets/${dataset}/classes`;
  return (await getJson<{ classes: AnnotationClass[] }>(path, signal)).classes;
}

/** The list is this one from now on. */
export async function replaceClasses(dataset: string, classes: readonly NewClass[]): Promise<void> {
  await sendJson('PUT', `${ROOT}/datasets/${dataset}/classes`, { classes });
}

export async function renameClass(dataset: string, from: string, to: string): Promise<void> {
  await sendJson('POST', `${ROOT}/datasets/${dataset}/classes/rename`, { from, to });
}

export async function mergeClasses(dataset: string, source: string, target: string): Promise<void> {
  await sendJson('POST', `${ROOT}/datasets/${dataset}/classes/merge`, { source, target });
}

export async function deleteClass(
  dataset: string,
  name: string,
  type: ShapeKind | null,
  withAnnotations: boolean,
): Promise<void> {
  const body = { name, with_annotations: withAnnotations, ...(type === null ? {} : { type }) };
  await sendJson('POST', `${ROOT}/datasets/${dataset}/classes/delete`, body);
}

// Annotations

export function fetchAnnotations(item: string, signal?: AbortSignal): Promise<ItemAnnotations> {
  return getJson(`${ROOT}/items/${item}/annotations`, signal);
}

/** Somebody saved the item after it was read. */
export class ConflictError extends Error {
  constructor(readonly current: CurrentAnnotations) {
    super('The annotations were changed elsewhere.');
  }
}

/** The server does not take what was drawn; it says what is wrong where. */
export class ShapesRefusedError extends ApiError {
  constructor(
    detail: string,
    readonly fields: readonly FieldProblem[],
  ) {
    super(422, detail);
  }
}

export interface AnnotationsSave {
  readonly annotations: readonly Annotation[];
  readonly status?: ItemStatus;
  readonly time_spent_ms?: number;
}

/** A body that may outlive its page must not be larger than this. */
const KEEPALIVE_BYTES_MAX = 60_000;

/** Saves the whole set, if `revision` still stands. */
export async function saveAnnotations(
  item: string,
  revision: number,
  save: AnnotationsSave,
): Promise<AnnotationsSaved> {
  const body = JSON.stringify(save);
  const response = await request(
    `${ROOT}/items/${item}/annotations`,
    {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', 'If-Match': `"${revision}"` },
      body,
      keepalive: body.length < KEEPALIVE_BYTES_MAX,
    },
    [412, 422],
  );
  if (response.ok) return (await response.json()) as AnnotationsSaved;
  const problem = (await response.json()) as {
    detail?: string;
    current?: CurrentAnnotations;
    errors?: FieldProblem[];
  };
  if (response.status === 412 && problem.current) throw new ConflictError(problem.current);
  throw new ShapesRefusedError(problem.detail ?? '', problem.errors ?? []);
}

export async function fetchHistory(
  item: string,
  signal?: AbortSignal,
): Promise<readonly ItemRevision[]> {
  const path = `${ROOT}/items/${item}/history`;
  return (await getJson<{ revisions: ItemRevision[] }>(path, signal)).revisions;
}

export async function fetchRevision(
  item: string,
  revision: number,
  signal?: AbortSignal,
): Promise<readonly Annotation[]> {
  const path = `${ROOT}/items/${item}/history/${revision}`;
  return (await getJson<{ annotations: Annotation[] }>(path, signal)).annotations;
}

// Proposals

export interface ProposalsWish {
  /** Null: all of the dataset. */
  readonly items: readonly string[] | null;
  readonly objects: boolean;
  readonly faces: boolean;
  /** Faces of named people are called by their name. */
  readonly names: boolean;
  readonly min_confidence: number;
  readonly classes?: readonly string[];
}

export function makeProposals(
  dataset: string,
  wish: ProposalsWish,
): Promise<{ readonly items: number; readonly shapes: number }> {
  return sendJson('POST', `${ROOT}/datasets/${dataset}/proposals`, wish);
}

/** Resolves to of how many shapes it was decided. */
export async function decideProposals(
  dataset: string,
  decision: 'accept' | 'reject',
  items: readonly string[] | null,
  minConfidence?: number,
): Promise<number> {
  const body = { items, ...(minConfidence === undefined ? {} : { min_confidence: minConfidence }) };
  const path = `${ROOT}/datasets/${dataset}/proposals/${decision}`;
  return (await sendJson<{ shapes: number }>('POST', path, body)).shapes;
}
