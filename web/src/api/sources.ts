// The folders the library is read from, and the reading.

import { getJson, sendJson } from './http';

export interface Source {
  readonly id: number;
  readonly path: string;
  readonly scanned_at: string | null;
  readonly photos: number;
  /** Where uploads go. */
  readonly is_uploads: boolean;
  /** Changes on the disk are seen as they happen. */
  readonly watched: boolean;
  /** Why it cannot be read or watched. */
  readonly problem: string | null;
}

export async function fetchSources(): Promise<readonly Source[]> {
  return (await getJson<{ sources: Source[] }>('/api/albumen/sources')).sources;
}

export function addSource(path: string): Promise<Source> {
  return sendJson('POST', '/api/albumen/sources', { path });
}

export async function removeSource(id: number): Promise<void> {
  await sendJson('DELETE', `/api/albumen/sources/${id}`);
}

export async function cancelScan(): Promise<void> {
  await sendJson('POST', '/api/albumen/scans/cancel');
}
