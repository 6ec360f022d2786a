// Where in the app one is: kept in the address, so that back, forward, reload and a sent link work.

import { addressParams, readQuery, withFilter, type Filters, type Query } from './query';

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
  people: '/people',
  review: '/people/review',
  datasets: '/datasets',
} as const;
/** The rooms that always are at one place. */
export type PlainRoom = 'gallery' | keyof typeof PATHS;
/** A person's room is the gallery of their photos, with a head of its own. A dataset's is about that
 * one; in `annotate` one of its pictures is drawn on. */
export type Room = PlainRoom | 'person' | 'dataset' | 'annotate';

/** The parts of a dataset's room. */
export const DATASET_VIEWS = ['items', 'classes', 'versions', 'imports', 'insights'] as const;
export type DatasetView = (typeof DATASET_VIEWS)[number];

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

export function roomAddress(room: PlainRoom): string {
  return room === 'gallery' ? '/' : PATHS[room];
}

export function personAddress(id: number): string {
  return `${PATHS.people}/${id}`;
}

export function datasetAddress(id: string, view: DatasetView = 'items'): string {
  const path = `${PATHS.datasets}/${id}`;
  return view === 'items' ? path : `${path}/${view}`;
}

/** `params`: which items one goes through, as the dataset's room filters them. */
export function annotateAddress(dataset: string, item: string, params = new URLSearchParams()): string {
  const text = params.toString();
  return `${PATHS.datasets}/${dataset}/annotate/${item}${text === '' ? '' : `?${text}`}`;
}

export function facesAddress(id: number): string {
  return `${personAddress(id)}?view=faces`;
}

class Route {
  room = $state<Room>('gallery');
  /** What the gallery shows; other rooms keep it for the way back. */
  query = $state.raw<Query>(readQuery(new URLSearchParams()));
  /** What the address of another room says beside its name. */
  params = $state.raw(new URLSearchParams());
  /** Whose photos these are, in a person's room. */
  person = $state<number | null>(null);
  /** Whose faces are shown in the place of their photos. */
  readonly facesOf = $derived(this.params.get('view') === 'faces' ? this.person : null);
  /** Which dataset a room is about. */
  dataset = $state<string | null>(null);
  datasetView = $state<DatasetView>('items');
  /** Which of its items is drawn on; null: the first, or the one of that name. */
  item = $state<string | null>(null);
  /** Its file, where a link of another program names that alone. */
  itemName = $state<string | null>(null);
  /** What a room filters by itself, whatever else is asked for. */
  readonly ownFilters: Filters = $derived(
    this.person === null ? {} : { person_id: String(this.person) },
  );
  /** Whether photos are shown here, and can be filtered. */
  readonly inGallery = $derived(this.room === 'gallery' || this.room === 'person');
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
      history.replaceState({}, '', this.#addressOf(query, null));
      this.#read();
    } else this.#push(this.#addressOf(query, null), {});
  }

  /** Goes to a page; the gallery is shown whole, without filters. */
  showRoom(room: PlainRoom): void {
    this.#push(roomAddress(room), {});
  }

  showDataset(id: string, view: DatasetView = 'items'): void {
    this.#push(datasetAddress(id, view), {});
  }

  showItem(dataset: string, item: string, params?: URLSearchParams): void {
    this.#push(annotateAddress(dataset, item, params), {});
  }

  /** The next item to draw on: one step back still leads to the dataset. */
  replaceItem(dataset: string, item: string, params?: URLSearchParams): void {
    history.replaceState(this.#entry, '', annotateAddress(dataset, item, params));
    this.#read();
  }

  /** The photos of a person. */
  showPerson(id: number): void {
    this.#push(personAddress(id), {});
  }

  showFaces(id: number): void {
    this.#push(facesAddress(id), {});
  }

  /** In the place of a person who is no more: another, or all people. */
  replacePerson(id: number | null): void {
    history.replaceState({}, '', id === null ? PATHS.people : personAddress(id));
    this.#read();
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
    history.replaceState({}, '', this.#addressOf(query, null));
    this.#read();
  }

  /** A photo among those of a query; closing it leads to them. */
  showPhoto(query: Query, id: number): void {
    this.#push(this.#addressOf(query, id), {});
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
    history.replaceState({}, '', this.#addressOf(this.query, null));
    this.#read();
  }

  photoAddress(id: number): string {
    return this.#addressOf(this.query, id);
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
    const person = personAt(location.pathname);
    const inDataset = datasetAt(location.pathname);
    const room = ROOMS.find((each) => PATHS[each] === location.pathname);
    this.room = person === null ? (inDataset?.room ?? room ?? 'gallery') : 'person';
    this.person = person;
    this.dataset = inDataset?.dataset ?? null;
    this.datasetView = inDataset?.view ?? 'items';
    this.item = inDataset?.item ?? null;
    this.itemName = inDataset?.itemName ?? null;
    this.params = params;
    if (!this.inGallery) {
      this.photo = null;
      return;
    }
    const asked = readQuery(params);
    const query = person === null ? asked : withFilter(asked, 'person_id', String(person));
    const photo = Number(params.get('photo'));
    // The same query stays the same object: opening a photo must not lay the gallery out again.
    if (`${addressParams(query)}` !== `${addressParams(this.query)}`) this.query = query;
    this.photo = Number.isSafeInteger(photo) && photo > 0 ? photo : null;
  }

  /** Where photos are shown: at the person's whose room this is, as long as they are theirs. */
  #addressOf(query: Query, photo: number | null): string {
    const params = addressParams(query);
    const theirs = this.person !== null && query.filters.person_id === String(this.person);
    if (theirs) params.delete('person_id');
    if (photo !== null) {
      if (theirs && this.facesOf !== null) params.set('view', 'faces');
      params.set('photo', String(photo));
    }
    const path = theirs && this.person !== null ? personAddress(this.person) : '/';
    const text = params.toString();
    return text === '' ? path : `${path}?${text}`;
  }
}

function personAt(path: string): number | null {
  const id = /^\/people\/(\d{1,15})$/.exec(path)?.[1];
  return id === undefined ? null : Number(id);
}

interface InDataset {
  readonly room: 'dataset' | 'annotate';
  readonly dataset: string;
  readonly view: DatasetView;
  readonly item: string | null;
  readonly itemName?: string;
}

/** The workbench as other programs are told it: the file by its name. */
const BY_NAME = /^\/project\/([0-9a-f-]{36})\/annotate\/(.+)$/;

function datasetAt(path: string): InDataset | null {
  const [, project, file] = BY_NAME.exec(path) ?? [];
  if (project !== undefined && file !== undefined) {
    const itemName = decoded(file);
    return { room: 'annotate', dataset: project, view: 'items', item: null, itemName };
  }
  const parts = /^\/datasets\/([0-9a-f-]{36})(?:\/([a-z]+)(?:\/([0-9a-f-]{36}))?)?$/.exec(path);
  const [, dataset, name, item] = parts ?? [];
  if (dataset === undefined) return null;
  if (name === 'annotate') return { room: 'annotate', dataset, view: 'items', item: item ?? null };
  const view = DATASET_VIEWS.find((each) => each === name) ?? 'items';
  return { room: 'dataset', dataset, view, item: null };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A per cent sign that stands for itself.
  }
}

export function folderAddress(prefix: string): string {
  const room = roomAddress('folders');
  return prefix === '' ? room : `${room}?${new URLSearchParams({ prefix })}`;
}

export const route = new Route();
