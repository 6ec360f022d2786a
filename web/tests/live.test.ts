import assert from 'node:assert/strict';
import test from 'node:test';
import { Live, retryDelay, type Surroundings } from '../src/live/live';

/** A browser with its tabs: one set of locks and channels, and the connections that stand. */
class Browser {
  readonly connections: Connection[] = [];
  #queue: (() => void)[] = [];
  #held = false;
  #channels = new Set<Channel>();

  tab(change: Partial<Surroundings> = {}): Live {
    return new Live({
      connect: () => {
        const connection = new Connection();
        this.connections.push(connection);
        return connection as unknown as EventSource;
      },
      channel: () => new Channel(this.#channels) as unknown as BroadcastChannel,
      locks: { request: this.#request.bind(this) as LockManager['request'] },
      page: new Page() as unknown as Document,
      ...change,
    });
  }

  get open(): Connection[] {
    return this.connections.filter((connection) => !connection.closed);
  }

  async #request(
    _: string,
    { signal }: { signal: AbortSignal },
    hold: () => Promise<void>,
  ): Promise<void> {
    if (this.#held) {
      await new Promise<void>((resolve, reject) => {
        this.#queue.push(resolve);
        signal.addEventListener('abort', () => {
          this.#queue = this.#queue.filter((each) => each !== resolve);
          reject(signal.reason as Error);
        });
      });
    }
    this.#held = true;
    await hold();
    const next = this.#queue.shift();
    if (next) next();
    else this.#held = false;
  }
}

class Connection extends EventTarget {
  closed = false;
  onopen: () => void = () => {};
  onerror: () => void = () => {};

  close(): void {
    this.closed = true;
  }

  say(name: string, data: string): void {
    this.dispatchEvent(new MessageEvent(name, { data }));
  }
}

class Channel {
  onmessage: (event: { data: unknown }) => void = () => {};
  readonly #all: Set<Channel>;

  constructor(all: Set<Channel>) {
    this.#all = all.add(this);
  }

  postMessage(data: unknown): void {
    for (const each of this.#all) if (each !== this) each.onmessage({ data });
  }

  close(): void {
    this.#all.delete(this);
  }
}

class Page extends EventTarget {
  visibilityState = 'visible';

  show(state: 'visible' | 'hidden'): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function listen(live: Live): unknown[] {
  const heard: unknown[] = [];
  live.on('library', (data) => heard.push(data));
  return heard;
}

test('one tab listens, and all hear', async () => {
  const browser = new Browser();
  const tabs = [browser.tab(), browser.tab(), browser.tab()];
  const heard = tabs.map(listen);
  tabs.forEach((tab) => tab.run());
  await settled();
  assert.equal(browser.open.length, 1);
  browser.open[0]?.say('library', '{"version":7}');
  assert.deepEqual(heard, [[{ version: 7 }], [{ version: 7 }], [{ version: 7 }]]);
});

test('when the tab that listens goes, another does', async () => {
  const browser = new Browser();
  const first = browser.tab();
  const second = browser.tab();
  const third = browser.tab();
  const heard = listen(third);
  const endFirst = first.run();
  const endSecond = second.run();
  third.run();
  await settled();
  endSecond(); // It was only waiting.
  endFirst();
  await settled();
  assert.equal(browser.connections.length, 2);
  assert.equal(browser.open.length, 1);
  browser.open[0]?.say('library', '1');
  assert.deepEqual(heard, [1]);
});

test('a tab that ended hears nothing more, and leads no more', async () => {
  const browser = new Browser();
  const tab = browser.tab();
  const end = tab.run();
  await settled();
  end();
  await settled();
  assert.equal(browser.open.length, 0);
});

test('without locks a tab listens itself while it is in sight', async () => {
  const browser = new Browser();
  const page = new Page();
  const tab = browser.tab({ locks: null, page: page as unknown as Document });
  const heard = listen(tab);
  const end = tab.run();
  browser.open[0]?.say('library', '1');
  page.show('hidden');
  assert.equal(browser.open.length, 0);
  page.show('visible');
  assert.equal(browser.open.length, 1);
  browser.open[0]?.say('library', '2');
  assert.deepEqual(heard, [1, 2]);
  end();
  page.show('visible');
  assert.equal(browser.open.length, 0);
});

test('a connection that stands anew is told, and a lost one is made again later', (context) => {
  const timers: { run: () => void; ms: number }[] = [];
  const real = globalThis.setTimeout;
  context.after(() => (globalThis.setTimeout = real));
  const later = (run: () => void, ms: number): number => timers.push({ run, ms });
  globalThis.setTimeout = later as unknown as typeof setTimeout;
  const browser = new Browser();
  const tab = browser.tab({ locks: null });
  let opened = 0;
  tab.on('open', () => opened++);
  tab.run();
  browser.open[0]?.onopen();
  assert.equal(opened, 1);
  browser.open[0]?.onerror();
  assert.equal(browser.open.length, 0);
  assert.ok((timers[0]?.ms ?? 0) >= 500);
  timers[0]?.run();
  assert.equal(browser.open.length, 1);
  browser.open[0]?.onopen();
  assert.equal(opened, 2);
});

test('attempts in a row come further and further apart, up to a minute', () => {
  const delays = [0, 1, 2, 3, 10, 100].map((attempt) => retryDelay(attempt, 1));
  assert.deepEqual(delays, [1_000, 2_000, 4_000, 8_000, 60_000, 60_000]);
  assert.equal(retryDelay(3, 0), 4_000);
});

test('what is no JSON is heard as nothing', async () => {
  const browser = new Browser();
  const tab = browser.tab();
  const heard = listen(tab);
  tab.run();
  await settled();
  browser.open[0]?.say('library', '{');
  assert.deepEqual(heard, [null]);
});
