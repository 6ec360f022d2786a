// Requests to the server this page came from.

import { sentence } from '../i18n/messages';
import { readToken } from './token';

/** What the server, or the way to it, said instead of an answer. */
export class ApiError extends Error {
  constructor(
    /** HTTP status, or 0 when no answer came. */
    readonly status: number,
    detail: string,
    /** Seconds after which the server wants to be asked again, if it said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }
}

let unauthorized: () => void = () => {};

/** Calls when a request found that nobody is signed in, or no longer. */
export function whenUnauthorized(run: () => void): void {
  unauthorized = run;
}

/** Rejects unless the answer is a success, or one of `expected`, which the caller reads by itself. */
export async function request(
  path: string,
  init: RequestInit = {},
  expected: readonly number[] = [],
): Promise<Response> {
  const token = readToken();
  const headers = new Headers(init.headers);
  if (token !== null) headers.set('Authorization', `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, '');
  }
  if (response.ok || expected.includes(response.status)) return response;
  // What was asked before somebody signed in anew says nothing of them; a sign-in that fails says so
  // where it was tried.
  const current = token === readToken() && !path.includes('/api/auth/');
  if (response.status === 401 && current) unauthorized();
  throw new ApiError(response.status, await problemOf(response), retryAfterOf(response));
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

/** Sends JSON, and gives the answer's; null when it has no body. */
export async function sendJson<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown = {},
): Promise<T> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await request(path, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** The sentence in a problem document (RFC 9457) or in Facet's errors; empty when there is none. */
async function problemOf(response: Response): Promise<string> {
  try {
    const problem: unknown = await response.json();
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) {
      return typeof problem.detail === 'string' ? sentence(problem.detail) : '';
    }
  } catch {
    // Not JSON: the status has to say it.
  }
  return '';
}

function retryAfterOf(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? '');
  return seconds > 0 ? seconds : null;
}
