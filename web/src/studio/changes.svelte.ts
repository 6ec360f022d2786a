// What is shown of datasets follows what is done with them: here, in other tabs, and by others.

import { live } from '../live';

class Changes {
  /** Counts what was heard. */
  count = $state(0);

  constructor() {
    const heard = (): void => void this.count++;
    live.on('studio', heard);
    live.on('open', heard);
  }

  /** Something was done here: at once, not when the server tells. */
  note(): void {
    this.count++;
  }
}

export const changes = new Changes();

/** Calls `load` now and after each change; what still runs is broken off. */
export function following(load: (signal: AbortSignal) => Promise<void>): () => () => void {
  return () => {
    void changes.count;
    const abort = new AbortController();
    void load(abort.signal);
    return () => abort.abort();
  };
}
