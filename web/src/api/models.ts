// What models there are, and how far they have looked at the photos.

import { getJson, sendJson } from './http';

export const TASKS = ['faces', 'objects', 'similar', 'words'] as const;
export type TaskName = (typeof TASKS)[number];

export interface Model {
  readonly name: string;
  readonly purpose: string;
  /** Of its vectors: those of one family can be compared. */
  readonly family: string | null;
  readonly version: string | null;
  readonly package: string | null;
  readonly licence: string | null;
  readonly origin: string | null;
  readonly bytes: number | null;
  readonly in_use: boolean;
  /** Why it cannot be used. */
  readonly detail: string | null;
}

/** What can be done with photos, by which model, and how many are through. */
export interface Task {
  readonly task: TaskName;
  readonly available: boolean;
  readonly model: string | null;
  readonly detail: string | null;
  readonly done: number;
  readonly pending: number;
  readonly failed: number;
}

export interface ModelsStatus {
  readonly runtime: {
    readonly available: boolean;
    readonly version: string | null;
    readonly detail: string | null;
  };
  readonly models: readonly Model[];
  readonly tasks: readonly Task[];
  readonly fetch: {
    readonly state: 'idle' | 'running' | 'failed';
    readonly done_bytes: number;
    readonly total_bytes: number;
    readonly detail: string | null;
  };
}

/** What is told while photos are being looked at. */
export interface AnalysisEvent {
  readonly pending: number;
  readonly done: number;
  readonly failed: number;
}

export function fetchModels(): Promise<ModelsStatus> {
  return getJson('/api/albumen/models');
}

export async function useModel(name: string): Promise<void> {
  await sendJson('POST', `/api/albumen/models/${encodeURIComponent(name)}/use`);
}

export async function startAnalysis(retryFailed: boolean): Promise<void> {
  await sendJson('POST', '/api/albumen/analysis', retryFailed ? { retry_failed: true } : {});
}
