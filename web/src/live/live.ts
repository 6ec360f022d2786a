// What the server tells as it happens, by one connection a browser.
//
// Every tab asks for the same lock; the one that has it holds the connection and passes on what it
// hears. When it goes, the next in line has the lock. Where there are no locks (a page that came over
// plain HTTP from another machine), each tab listens itself while it is in sight: a browser has few
// connections to one server, and tabs in the background must not use them up.

export const EVENTS = ['library', 'scan', 'analysis', 'studio'] as const;
export type EventName = (typeof EVENTS)[number];
/** `open`: a connection stands anew, and something may have been missed before. */
export type Heard = EventName | 'open';
type Listener = (data: unknown) => void;

interface Message {
  readonly name: Heard;
  readonly data: unknown;
}

/** What a browser brings; tests bring their own. */
export interface Surroundings {
  readonly connect: () => EventSource;
  readonly channel: () => BroadcastChannel | null;
  readonly locks: Pick<LockManager, 'request'> | null;
  readonly page: Pick<Document, 'visibilityState' | 'addEventListener'>;
}

const LOCK = 'albumen.live';
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 60_000;

/** How long to wait before the n-th attempt in a row (from 0); spread, so that not all come at once. */
export function retryDelay(attempt: number, random = Math.random()): number {
  const delay = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(attempt, 16));
  return delay * (0.5 + random / 2);
}

export class Live {
  readonly #around: Surroundings;
  readonly #listeners = new Map<Heard, Set<Listener>>();
  #channel: BroadcastChannel | null = null;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Calls for each event of a name; the answer ends that. */
  on(name: Heard, listener: Listener): () => void {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listener));
    return () => void all.delete(listener);
  }

  /** Listens until the answer is called. */
  run(): () => void {
    const end = new AbortController();
    const { signal } = end;
    const channel = this.#around.locks ? this.#around.channel() : null;
    this.#channel = channel;
    if (this.#around.locks && channel) {
      channel.onmessage = (event: MessageEvent<Message>) => this.#tell(event.data);
      const lead = (): Promise<void> => this.#lead(signal);
      // Rejects when it ends before this tab's turn came.
      this.#around.locks.request(LOCK, { signal }, lead).catch(() => {});
    } else this.#leadInSight(signal);
    return () => {
      end.abort();
      channel?.close();
      this.#channel = null;
    };
  }

  #leadInSight(signal: AbortSignal): void {
    const { page } = this.#around;
    let hidden = new AbortController();
    const look = (): void => {
      hidden.abort();
      if (page.visibilityState !== 'visible') return;
      hidden = new AbortController();
      void this.#lead(hidden.signal);
    };
    page.addEventListener('visibilitychange', look, { signal });
    signal.addEventListener('abort', () => hidden.abort(), { once: true });
    look();
  }

  /** Holds the connection until the signal; resolves then. */
  #lead(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let attempt = 0;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let source: EventSource | null = null;

      const connect = (): void => {
        source = this.#around.connect();
        source.onopen = () => {
          attempt = 0;
          this.#pass({ name: 'open', data: null });
        };
        // A browser connects again by itself after a lost line, at once and for ever; not after an
        // answer that is no stream. Both are to be spaced out.
        source.onerror = () => {
          source?.close();
          timer = setTimeout(connect, retryDelay(attempt++));
        };
        for (const name of EVENTS) {
          source.addEventListener(name, (event) => {
            this.#pass({ name, data: parsed(event.data) });
          });
        }
      };
      const stop = (): void => {
        clearTimeout(timer);
        source?.close();
        resolve();
      };
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      connect();
    });
  }

  /** Tells this tab and all others. */
  #pass(message: Message): void {
    this.#channel?.postMessage(message);
    this.#tell(message);
  }

  #tell({ name, data }: Message): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(data);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
