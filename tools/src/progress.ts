/**
 * Tells how far the fetching is: fetch.json in the models folder, which the server reads. Replaced as
 * a whole, so that nobody reads half of it, and at most twice a second.
 */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EVERY_MS = 500;

export type State = 'idle' | 'running' | 'failed';

export class Progress {
  private readonly path: string;
  private written = 0;

  constructor(
    folder: string,
    private readonly totalBytes: number,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, 'fetch.json');
  }

  running(doneBytes: number, detail: string): void {
    if (Date.now() - this.written >= EVERY_MS) this.write('running', doneBytes, detail);
  }

  /** The last word. */
  end(state: State, doneBytes: number, detail: string | null): void {
    this.write(state, doneBytes, detail);
  }

  private write(state: State, doneBytes: number, detail: string | null): void {
    const text = JSON.stringify({
      state,
      done_bytes: doneBytes,
      total_bytes: this.totalBytes,
      detail,
    });
    const beside = `${this.path}.${process.pid}`;
    writeFileSync(beside, text + '\n');
    renameSync(beside, this.path);
    this.written = Date.now();
  }
}
