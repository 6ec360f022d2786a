// What has not reached the server yet, kept by the browser: a crash or a closed lid loses nothing.

import type { ItemStatus } from '../api';
import type { Shape } from './shape';

export interface Draft {
  readonly item: string;
  readonly dataset: string;
  /** The revision it changes. */
  readonly revision: number;
  /** What that was, so that somebody else's changes can be told from these. */
  readonly base: readonly Shape[];
  readonly shapes: readonly Shape[];
  /** That the picture is to have. */
  readonly status: ItemStatus | null;
  readonly changed: number;
}

export interface Drafts {
  get(item: string): Promise<Draft | null>;
  /** Keeps it even if the page ends in this moment. */
  put(draft: Draft): void;
  remove(item: string): void;
  /** Of all pictures. */
  all(): Promise<readonly Draft[]>;
}

const NAME = 'albumen.drafts';
const STORE = 'drafts';

/** In the browser's database; where there is none, in its small storage. */
export async function openDrafts(): Promise<Drafts> {
  try {
    return new DatabaseDrafts(await openDatabase());
  } catch {
    return new StorageDrafts();
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'item' });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('no database'));
    opening.onblocked = () => reject(new Error('blocked'));
  });
}

function answered<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error('no answer'));
  });
}

class DatabaseDrafts implements Drafts {
  readonly #database: IDBDatabase;
  /** What the database does not take (the disk is full) is at least tried here. */
  readonly #fallback = new StorageDrafts();

  constructor(database: IDBDatabase) {
    this.#database = database;
    database.onversionchange = () => database.close();
  }

  async get(item: string): Promise<Draft | null> {
    const found = await answered<Draft | undefined>(this.#store('readonly').get(item));
    return found ?? this.#fallback.get(item);
  }

  put(draft: Draft): void {
    this.#write((store) => store.put(draft), () => this.#fallback.put(draft));
  }

  remove(item: string): void {
    this.#write((store) => store.delete(item), () => {});
    this.#fallback.remove(item);
  }

  async all(): Promise<readonly Draft[]> {
    const kept = await answered<Draft[]>(this.#store('readonly').getAll());
    return [...kept, ...(await this.#fallback.all())];
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(STORE, mode).objectStore(STORE);
  }

  /** The transaction is ended at once: one that waits for its answer ends with its page. */
  #write(run: (store: IDBObjectStore) => unknown, failed: () => void): void {
    try {
      const store = this.#store('readwrite');
      store.transaction.onabort = failed;
      run(store);
      store.transaction.commit();
    } catch {
      failed();
    }
  }
}

class StorageDrafts implements Drafts {
  async get(item: string): Promise<Draft | null> {
    return this.#read(`${NAME}.${item}`);
  }

  put(draft: Draft): void {
    try {
      localStorage.setItem(`${NAME}.${draft.item}`, JSON.stringify(draft));
    } catch {
      // Full or forbidden: what is drawn is still on the page, which warns before it goes.
    }
  }

  remove(item: string): void {
    try {
      localStorage.removeItem(`${NAME}.${item}`);
    } catch {
      // Forbidden: then there is nothing either.
    }
  }

  async all(): Promise<readonly Draft[]> {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${NAME}.`));
      return keys.map((key) => this.#read(key)).filter((draft) => draft !== null);
    } catch {
      return [];
    }
  }

  #read(key: string): Draft | null {
    try {
      return JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null;
    } catch {
      return null;
    }
  }
}
