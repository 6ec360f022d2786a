// Faces, and whose they are.

import { getJson, sendJson } from './http';
import type { Box, Face, PersonRef } from './types';

export interface Person extends PersonRef {
  readonly faces: number;
  readonly photos: number;
  readonly is_hidden: boolean;
  readonly avatar_face: number | null;
  readonly first_taken: string | null;
  readonly last_taken: string | null;
}

export interface PeoplePage {
  readonly people: readonly Person[];
  readonly total: number;
  readonly next_cursor: string | null;
}

export interface FacePage<F extends Face = Face> {
  readonly faces: readonly F[];
  readonly total: number;
  readonly next_cursor: string | null;
}

/** Somebody whose face it may be; the nearer, the likelier. */
export interface Candidate {
  readonly person: PersonRef;
  readonly distance: number;
}

export interface UncertainFace extends Face {
  readonly candidates: readonly Candidate[];
}

/** Two piles that may be of one person. */
export interface Suggestion {
  readonly a: Person;
  readonly b: Person;
  readonly similarity: number;
}

/** What became of a change: by its number it can be undone; null when nothing had to be changed. */
export interface Change {
  readonly change: number | null;
  /** How many faces it was about. */
  readonly faces: number;
  /** Whose pile it is now about, if it still is one. */
  readonly person: Person | null;
}

export const PEOPLE_SORTS = ['count', 'name', 'recent'] as const;
export type PeopleSort = (typeof PEOPLE_SORTS)[number];

export interface PeopleQuery {
  readonly search?: string;
  readonly sort?: PeopleSort;
  readonly hidden?: boolean;
  readonly limit?: number;
}

const PEOPLE = '/api/albumen/people';
const FACES = '/api/albumen/faces';

export function fetchPeople(
  { search = '', sort = 'count', hidden = false, limit = 200 }: PeopleQuery,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<PeoplePage> {
  const query = new URLSearchParams({ sort, limit: String(limit) });
  if (search !== '') query.set('search', search);
  if (hidden) query.set('hidden', 'all');
  if (cursor !== null) query.set('cursor', cursor);
  return getJson(`${PEOPLE}?${query}`, signal);
}

export function fetchPerson(id: number, signal?: AbortSignal): Promise<Person> {
  return getJson(`${PEOPLE}/${id}`, signal);
}

export function fetchPersonFaces(
  id: number,
  cursor: string | null,
  signal?: AbortSignal,
  limit = 100,
): Promise<FacePage> {
  return getJson(`${PEOPLE}/${id}/faces?${pageQuery(cursor, limit)}`, signal);
}

export function fetchUncertainFaces(
  cursor: string | null,
  signal?: AbortSignal,
): Promise<FacePage<UncertainFace>> {
  return getJson(`${FACES}/review?${pageQuery(cursor, 50)}`, signal);
}

function pageQuery(cursor: string | null, limit: number): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) });
  if (cursor !== null) query.set('cursor', cursor);
  return query;
}

export type PersonChange = Partial<{
  readonly name: string;
  readonly is_hidden: boolean;
  readonly avatar_face: number;
}>;

export function changePerson(id: number, change: PersonChange): Promise<Change> {
  return sendJson('PATCH', `${PEOPLE}/${id}`, change);
}

export function hidePeople(ids: readonly number[], hidden: boolean): Promise<Change> {
  return sendJson('PATCH', PEOPLE, { ids, is_hidden: hidden });
}

export function deletePerson(id: number): Promise<Change> {
  return sendJson('DELETE', `${PEOPLE}/${id}`);
}

export function mergePeople(into: number, sources: readonly number[]): Promise<Change> {
  return sendJson('POST', `${PEOPLE}/${into}/merge`, { sources });
}

export function splitPerson(id: number, faces: readonly number[]): Promise<Change> {
  return sendJson('POST', `${PEOPLE}/${id}/split`, { faces });
}

export async function undoChange(change: number): Promise<void> {
  await sendJson('POST', `${PEOPLE}/changes/${change}/undo`);
}

/** Somebody by what is known of them: who is in the list already, or a name that may be new. */
export type Who = { readonly person: number } | { readonly name: string };

export function assignFaces(faces: readonly number[], who: Who): Promise<Change> {
  return sendJson('POST', `${FACES}/assign`, { faces, ...who });
}

/** Takes faces from whoever has them; `notThisPerson`: so that they do not come back. */
/** Says of faces that they are not this person's, whoever has them. */
export function refuseFaces(faces: readonly number[], person: number): Promise<Change> {
  return sendJson('POST', `${FACES}/unassign`, { faces, person, not_this_person: true });
}

export function unassignFaces(faces: readonly number[], notThisPerson: boolean): Promise<Change> {
  return sendJson('POST', `${FACES}/unassign`, { faces, not_this_person: notThisPerson });
}

export function ignoreFaces(faces: readonly number[], ignored: boolean): Promise<Change> {
  return sendJson('POST', `${FACES}/ignore`, { faces, ignored });
}

/** Marks a face that no model has found. */
export function addFace(photo: number, box: Box, who: Who | null): Promise<Face> {
  return sendJson('POST', `/api/albumen/photos/${photo}/faces`, { box, ...who });
}

/** A face that a person drew is gone; one that a model found is ignored from now on. */
export function removeFace(id: number): Promise<Change> {
  return sendJson('DELETE', `${FACES}/${id}`);
}

export async function fetchSuggestions(
  threshold: number,
  signal?: AbortSignal,
): Promise<readonly Suggestion[]> {
  const query = new URLSearchParams({ threshold: threshold.toFixed(2) });
  type Answer = { suggestions: Suggestion[] };
  return (await getJson<Answer>(`${PEOPLE}/suggestions?${query}`, signal)).suggestions;
}

export function refuseSuggestion(a: number, b: number): Promise<Change> {
  return sendJson('POST', `${PEOPLE}/suggestions/refuse`, { a, b });
}

export async function groupFaces(full: boolean): Promise<void> {
  await sendJson('POST', `${PEOPLE}/cluster`, { full });
}

export function faceUrl(id: number): string {
  return `${FACES}/${id}/thumbnail`;
}

/** `avatar` makes another picture another address. */
export function personUrl(id: number, avatar: number | null): string {
  return avatar === null ? `${PEOPLE}/${id}/thumbnail` : faceUrl(avatar);
}
