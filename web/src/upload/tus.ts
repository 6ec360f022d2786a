// The resumable upload protocol tus (version 1.0.0, tus.io/protocols/resumable-upload): an upload is a
// resource with an offset; whatever interrupts it, the server knows how far it came, and one goes on.

import { ApiError, request } from '../api/http';

const VERSION = '1.0.0';

/** Where unfinished uploads are remembered, so that they go on after the page was closed. */
export interface UploadMemory {
  get(fingerprint: string): string | null;
  set(fingerprint: string, url: string): void;
  delete(fingerprint: string): void;
}

export interface Upload {
  readonly endpoint: string;
  readonly body: Blob;
  readonly metadata: Readonly<Record<string, string>>;
  /** The same for the same file, whenever it is chosen. */
  readonly fingerprint: string;
  readonly memory: UploadMemory;
  readonly signal: AbortSignal;
  /** Called with the bytes that the server has. */
  readonly onprogress: (sent: number) => void;
  /** Tests do not wait. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A piece takes about so long: then progress is seen, and little is lost when the line is. */
const PIECE_MS = 1_000;
const PIECE_MIN_BYTES = 256 * 1024;
const PIECE_MAX_BYTES = 16 * 1024 * 1024;
const PIECE_FIRST_BYTES = 1024 * 1024;

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 30_000;
/** So many failures in a row, without a byte between them, end an upload. */
const RETRIES_MAX = 10;

export interface Uploaded {
  readonly url: string;
  /** The photo of the library that this is a copy of, when the server did not keep it for that. */
  readonly duplicateOf: number | null;
}

/** Brings a file to the server, or throws what stopped it: an ApiError, or the signal's AbortError.
 * What is sent stays; the same call goes on from there. */
export async function upload(what: Upload): Promise<Uploaded> {
  const wait = what.wait ?? pause;
  let url = what.memory.get(what.fingerprint);
  let offset = url === null ? 0 : -1; // -1: the server knows.
  let piece = PIECE_FIRST_BYTES;
  let failures = 0;
  let duplicateOf: number | null = null;
  for (;;) {
    try {
      if (url === null) {
        url = await create(what);
        offset = 0;
        what.memory.set(what.fingerprint, url);
      }
      if (offset < 0) offset = await offsetOf(url, what.signal);
      what.onprogress(offset);
      while (offset < what.body.size) {
        const began = performance.now();
        const response = await send(url, what, offset, piece);
        offset = offsetIn(response);
        duplicateOf = Number(response.headers.get('Albumen-Duplicate-Of')) || null;
        piece = nextPiece(piece, performance.now() - began);
        failures = 0;
        what.onprogress(offset);
      }
      what.memory.delete(what.fingerprint);
      return { url, duplicateOf };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (gone(error) && url !== null) {
        // It has expired, or was somebody else's: begin anew.
        what.memory.delete(what.fingerprint);
        url = null;
      } else if (!passing(error)) {
        what.memory.delete(what.fingerprint);
        throw error;
      }
      if (++failures > RETRIES_MAX) throw error;
      // A file that can no longer be read looks like a line that is down. This tells them apart.
      if (error.status === 0) await what.body.slice(0, 1).arrayBuffer();
      const backOff = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (failures - 1));
      await wait(Math.max(backOff, (error.retryAfter ?? 0) * 1_000), what.signal);
      offset = -1;
    }
  }
}

/** Tells the server that nobody will go on with an upload. */
export async function abandon(url: string): Promise<void> {
  try {
    await request(url, { method: 'DELETE', headers: { 'Tus-Resumable': VERSION } });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // It expires by itself.
  }
}

async function create(what: Upload): Promise<string> {
  const response = await request(what.endpoint, {
    method: 'POST',
    signal: what.signal,
    headers: {
      'Tus-Resumable': VERSION,
      'Upload-Length': String(what.body.size),
      'Upload-Metadata': metadataText(what.metadata),
    },
  });
  const location = response.headers.get('Location');
  if (location === null) throw new ApiError(response.status, '');
  return new URL(location, response.url).href;
}

async function offsetOf(url: string, signal: AbortSignal): Promise<number> {
  const headers = { 'Tus-Resumable': VERSION };
  return offsetIn(await request(url, { method: 'HEAD', signal, headers, cache: 'no-store' }));
}

function send(url: string, what: Upload, offset: number, bytes: number): Promise<Response> {
  return request(url, {
    method: 'PATCH',
    signal: what.signal,
    headers: {
      'Tus-Resumable': VERSION,
      'Upload-Offset': String(offset),
      'Content-Type': 'application/offset+octet-stream',
    },
    body: what.body.slice(offset, offset + bytes),
  });
}

function offsetIn(response: Response): number {
  const text = response.headers.get('Upload-Offset') ?? '';
  if (!/^\d+$/.test(text)) throw new ApiError(0, '');
  return Number(text);
}

/** `key base64(value)`, separated by commas; values are UTF-8. */
export function metadataText(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([key, value]) => {
      const bytes = String.fromCharCode(...new TextEncoder().encode(value));
      return `${key} ${btoa(bytes)}`;
    })
    .join(',');
}

export function nextPiece(bytes: number, tookMs: number): number {
  const wanted = (bytes * PIECE_MS) / Math.max(1, tookMs);
  // At most twice or half of the last: one odd measurement must not decide.
  const eased = Math.min(bytes * 2, Math.max(bytes / 2, wanted));
  return Math.round(Math.min(PIECE_MAX_BYTES, Math.max(PIECE_MIN_BYTES, eased)));
}

function gone(error: ApiError): boolean {
  return error.status === 404 || error.status === 410;
}

/** Whether another attempt may go better: no answer, a wrong offset, a busy or failing server. */
function passing({ status }: ApiError): boolean {
  return [0, 401, 408, 409, 423, 425, 429, 460].includes(status) || (status >= 500 && status !== 507);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

