// Where in the app one is: kept in the address, so that back, forward, reload and a sent link work.

import { addressParams, readQuery, type Query } from './query';

/** The pages beside the gallery, and where each is. */
const PATHS = {
  library: '/library',
  failures: '/failures',
  trash: '/trash',
  removed: '/removed',
  account: '/account',
  users: '/users',
  years: '/years',
  folders: '/folders',
  map: '/map',
  memories: '/memories',
} as const;
export type Room = 'gallery' | keyof typeof PATHS;

/** A place in the gallery that survives another layout: a photo, and how far its row is scrolled. */
export interface Anchor {
  readonly photo: number;
  readonly offset: number;
}

interface Entry {
  readonly anchor?: Anchor;
  /** The viewer was opened from the gallery, which is the entry before this one. */
  readonly overGallery?: boolean;
  /** The gallery begins with this day: days since 1970-01-01. */
  readonly day?: number;
}

const ROOMS = Object.keys(PATHS) as (keyof typeof PATHS)[];

export function roomAddress(room: Room): string {
  return room === 'gallery' ? '/' : PATHS[room];
}

class Route {
  room = $state<Room>('gallery');
  /** What the gallery shows; other rooms keep it for the way back. */
  query = $state.raw<Query>(readQuery(new URLSearchParams()));
  /** What the address of another room says beside its name. */
  params = $state.raw(new URLSearchParams());
  /** The photo that is open in the viewer. */
  photo = $state<number | null>(null);

  constructor() {
    this.#read();
    addEventListener('popstate', () => this.#read());
  }

  /** Where the gallery stood when this entry of the history was left. */
  get anchor(): Anchor | null {
    return this.#entry.anchor ?? null;
  }

  /** The day the gallery was asked to begin with. */
  get day(): number | null {
    return this.#entry.day ?? null;
  }

  rememberAnchor(anchor: Anchor): void {
    history.replaceState({ ...this.#entry, anchor }, '');
  }

  /** Shows the photos of a query; a search that is still being typed takes its own place. */
  show(query: Query): void {
    const typing = this.query.filters.search && query.filters.search;
    if (typing && this.query.filters.search !== query.filters.search) {
      history.replaceState({}, '', galleryAddress(query, null));
      this.#read();
    } else this.#push(galleryAddress(query, null), {});
  }

  /** Goes to a page; the gallery is shown whole, without filters. */
  showRoom(room: Room): void {
    this.#push(roomAddress(room), {});
  }

  showGallery(): void {
    this.showRoom('gallery');
  }

  /** The whole gallery, from a day on backwards in time. */
  showDay(day: number): void {
    this.#push(roomAddress('gallery'), { day });
  }

  /** As `show`, in the place of what is shown now. */
  replace(query: Query): void {
    history.replaceState({}, '', galleryAddress(query, null));
    this.#read();
  }

  /** A photo among those of a query; closing it leads to them. */
  showPhoto(query: Query, id: number): void {
    this.#push(galleryAddress(query, id), {});
  }

  /** The folders in a folder; all of the library for ''. */
  showFolder(prefix: string): void {
    this.#push(folderAddress(prefix), {});
  }

  /** Writes into the address what another room shows now, without a step in the history. */
  replaceParams(params: URLSearchParams): void {
    const text = params.toString();
    history.replaceState(this.#entry, '', text === '' ? location.pathname : `?${text}`);
    this.params = params;
  }

  openPhoto(id: number): void {
    this.#push(this.photoAddress(id), { overGallery: true });
  }

  /** Another photo in the open viewer: one step back still leads to the gallery. */
  replacePhoto(id: number): void {
    history.replaceState(this.#entry, '', this.photoAddress(id));
    this.#read();
  }

  closePhoto(): void {
    if (this.#entry.overGallery) {
      history.back();
      return;
    }
    history.replaceState({}, '', galleryAddress(this.query, null));
    this.#read();
  }

  photoAddress(id: number): string {
    return galleryAddress(this.query, id);
  }

  get #entry(): Entry {
    return (history.state as Entry | null) ?? {};
  }

  #push(address: string, entry: Entry): void {
    history.pushState(entry, '', address);
    this.#read();
  }

  #read(): void {
    const params = new URLSearchParams(location.search);
    this.room = ROOMS.find((room) => PATHS[room] === location.pathname) ?? 'gallery';
    this.params = params;
    if (this.room !== 'gallery') {
      this.photo = null;
      return;
    }
    const query = readQuery(params);
    const photo = Number(params.get('photo'));
    // The same query stays the same object: opening a photo must not lay the gallery out again.
    if (`${addressParams(query)}` !== `${addressParams(this.query)}`) this.query = query;
    this.photo = Number.isSafeInteger(photo) && photo > 0 ? photo : null;
  }
}

function galleryAddress(query: Query, photo: number | null): string {
  const params = addressParams(query);
  if (photo !== null) params.set('photo', String(photo));
  const text = params.toString();
  return text === '' ? '/' : `/?${text}`;
}

export function folderAddress(prefix: string): string {
  const room = roomAddress('folders');
  return prefix === '' ? room : `${room}?${new URLSearchParams({ prefix })}`;
}

export const route = new Route();
