// The workbench as a whole: which picture of which dataset, what is drawn on it, and everything a person
// can do there.

import { SvelteMap } from 'svelte/reactivity';
import { isAbort } from '../../api/http';
import { t, tn } from '../../i18n/i18n.svelte';
import { problemText } from '../../ui/problem';
import { toasts } from '../../ui/toasts.svelte';
import {
  fetchAnnotations,
  fetchClasses,
  fetchDataset,
  fetchItem,
  fetchItemIds,
  itemImageUrl,
  makeProposals,
  saveAnnotations,
  type AnnotationClass,
  type Dataset,
  type Item,
  type ItemFilters,
  type ItemStatus,
} from '../api';
import { colorOf } from './colors';
import { Desk } from './desk';
import { Document } from './document';
import { openDrafts, type Draft, type Drafts } from './drafts';
import { moveWithin, type RingFault } from './geometry';
import type { Action } from './keys';
import { PictureSource } from './picture.svelte';
import { Saver, type Conflict, type SaverAround, type SaveState } from './saver';
import { boundsOf, moved, readShape, scaledTo, twinOf, type Attributes, type Shape } from './shape';
import { SelectTool } from './select-tool';
import type { ToolName } from './tool';

/** A pause longer than this is none of the work. */
const IDLE_MS = 30_000;
const EMPTY = { width: 1, height: 1 };
const PASTE_OFFSET_PX = 12;
/** Of proposals below this a person has more work than help. */
const PROPOSED_CONFIDENCE_MIN = 0.35;

export class Bench {
  readonly datasetId: string;
  dataset = $state.raw<Dataset | null>(null);
  classes = $state.raw<readonly AnnotationClass[]>([]);
  filters = $state.raw<ItemFilters>({});
  ids = $state.raw<readonly string[] | null>(null);
  /** What is known of pictures: those that the filmstrip has shown. */
  readonly items = new SvelteMap<string, Item>();
  itemId = $state<string | null>(null);
  item = $state.raw<Item | null>(null);
  /** Why there is nothing to see. */
  problem = $state<string | null>(null);
  loading = $state(true);
  picture = $state.raw<PictureSource | null>(null);

  /** Counts what changes of shapes, selection, hiding and locks. */
  #drawn = $state(0);
  toolName = $state<ToolName>('select');
  percent = $state(100);
  /** Something has begun that is not finished. */
  busy = $state(false);
  className = $state('');
  saveState = $state<SaveState>('saved');
  status = $state<ItemStatus>('new');
  conflict = $state.raw<Conflict | null>(null);
  problems = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Pictures whose work has not reached the server. */
  waiting = $state.raw<readonly Draft[]>([]);
  /** What is said to those who do not see the stage. */
  said = $state('');

  // How it is looked at
  names = $state(true);
  fill = $state(0.12);
  brightness = $state(1);
  contrast = $state(1);
  pixelated = $state(true);
  guides = $state(true);
  /** The shape that somebody points at in the list. */
  pointed = $state<string | null>(null);

  readonly desk: Desk;
  /** Set by the stage: paints soon. */
  repaint: () => void = () => {};
  #drafts: Drafts | null = null;
  #opening = new AbortController();
  #saver: Saver | null = null;
  /** Of pictures that were left before all was saved. */
  readonly #leaving = new Map<string, Saver>();
  #clipboard: { readonly shapes: readonly Shape[]; readonly size: typeof EMPTY } | null = null;
  #activeAt = 0;
  #draftsSent = false;

  constructor(datasetId: string, filters: ItemFilters) {
    this.datasetId = datasetId;
    this.filters = filters;
    this.desk = new Desk(new Document(EMPTY, []), {
      className: () => this.className,
      skeleton: () => this.currentClass?.skeleton ?? null,
      made: (shapes) => this.#made(shapes),
      refused: (fault) => this.#refused(fault),
      changed: () => this.#deskChanged(),
    });
  }

  // What is seen

  get document(): Document {
    void this.#drawn;
    return this.desk.document;
  }

  get shapes(): readonly Shape[] {
    return this.document.shapes;
  }

  get selected(): readonly Shape[] {
    return this.document.selected;
  }

  get proposals(): readonly Shape[] {
    return this.shapes.filter((shape) => shape.proposed);
  }

  get currentClass(): AnnotationClass | undefined {
    return this.classes.find((each) => each.name === this.className);
  }

  /** Where the picture is among those that are shown. */
  get position(): number {
    return this.itemId === null ? -1 : (this.ids?.indexOf(this.itemId) ?? -1);
  }

  get previousId(): string | undefined {
    return this.ids?.[this.position - 1];
  }

  get nextId(): string | undefined {
    return this.position < 0 ? this.ids?.[0] : this.ids?.[this.position + 1];
  }

  colorOf(name: string): string {
    return colorOf(this.classes, name);
  }

  // Coming and going

  async begin(): Promise<void> {
    this.#drafts = await openDrafts();
    try {
      const [dataset, classes] = await Promise.all([
        fetchDataset(this.datasetId),
        fetchClasses(this.datasetId),
      ]);
      this.dataset = dataset;
      this.#adoptClasses(classes);
    } catch (error) {
      this.problem = problemText(error);
      this.loading = false;
      return;
    }
    await this.reloadIds();
  }

  end(): void {
    this.#opening.abort();
    this.picture?.close();
    void this.#saver?.flush();
  }

  async reloadIds(filters: ItemFilters = this.filters): Promise<void> {
    this.filters = filters;
    try {
      const ids = await fetchItemIds(this.datasetId, { sort: 'path', ...filters });
      if (this.filters === filters) this.ids = ids;
      if (this.itemId === null) this.loading = false;
    } catch (error) {
      this.problem = problemText(error);
    }
  }

  async reloadClasses(): Promise<void> {
    this.#adoptClasses(await fetchClasses(this.datasetId));
    this.repaint();
  }

  /** Shows a picture; what was drawn on the one before is saved meanwhile. */
  async open(id: string): Promise<void> {
    this.#opening.abort();
    const opening = (this.#opening = new AbortController());
    this.#leave();
    this.itemId = id;
    this.item = this.items.get(id) ?? null;
    this.problem = null;
    this.loading = true;
    this.picture?.close();
    this.picture = new PictureSource(id, () => this.repaint());
    try {
      await this.#leaving.get(id)?.flush();
      const [item, stand, draft] = await Promise.all([
        fetchItem(id, opening.signal),
        fetchAnnotations(id, opening.signal),
        this.#drafts?.get(id).catch(() => null) ?? null,
      ]);
      if (opening.signal.aborted) return;
      this.items.set(id, item);
      this.item = item;
      const shapes = stand.annotations.map(readShape);
      const { revision, status } = stand;
      const saver = new Saver(
        { item: id, dataset: this.datasetId, revision, status, shapes },
        this.#around(),
      );
      this.#saver = saver;
      this.#show({ width: stand.width, height: stand.height }, shapes);
      if (draft) this.#restore(saver, draft, stand.annotations, revision);
      this.#saverChanged();
      this.loading = false;
      this.#fetchAhead();
      // After this picture's own, which is not sent behind its back.
      if (!this.#draftsSent) void this.#sendDrafts();
    } catch (error) {
      if (isAbort(error) || opening.signal.aborted) return;
      this.problem = problemText(error);
      this.loading = false;
    }
  }

  /** Resolves when all that can be saved is. */
  async flush(): Promise<void> {
    await this.#saver?.flush();
  }

  /** There is work that only this browser has. */
  get isUnsaved(): boolean {
    return this.#saver?.isDirty === true || [...this.#leaving.values()].some((each) => each.isDirty);
  }

  async learn(id: string): Promise<void> {
    if (this.items.has(id)) return;
    try {
      this.items.set(id, await fetchItem(id));
    } catch {
      // The strip then shows no mark; opening it says why.
    }
  }

  // Acts

  act(action: Action): boolean {
    // What is still shown then is the picture before, or none.
    if (this.loading) return false;
    const { desk } = this;
    const { document } = desk;
    this.#work();
    switch (action.name) {
      case 'tool':
        this.choose(action.tool);
        return true;
      case 'class':
        return this.#chooseNth(action.index);
      case 'nudge':
        return desk.nudge({ x: action.x, y: action.y });
      case 'undo':
        if (!desk.tool.back()) document.undo();
        desk.tool.move({ at: desk.at ?? { x: 0, y: 0 }, shift: false, alt: false, touch: false });
        return true;
      case 'redo':
        document.redo();
        return true;
      case 'copy':
        return this.copy();
      case 'paste':
        return this.paste();
      case 'duplicate':
        this.#addCopies(document.selected, document.size);
        return true;
      case 'choose_all':
        document.select(
          document.shapes.map((shape) => shape.id).filter((id) => !document.hidden.has(id)),
        );
        return true;
      case 'erase':
        desk.erase();
        return true;
      case 'escape':
        return desk.escape();
      case 'previous_shape':
      case 'next_shape':
        this.stepShape(action.name === 'next_shape' ? 1 : -1);
        return true;
      case 'hide':
        document.hide(document.selection, true);
        document.select([]);
        return true;
      case 'show_all':
        document.hide(document.hidden, false);
        return true;
      case 'lock': {
        const free = document.selected.some((shape) => !document.locked.has(shape.id));
        document.lock(document.selection, free);
        return true;
      }
      case 'raise':
      case 'lower':
        for (const id of document.selection) document.reorder(id, action.name === 'raise' ? 1 : -1);
        return true;
      case 'accept':
      case 'reject':
        this.decide(document.selected, action.name === 'accept');
        return true;
      case 'accept_all':
      case 'reject_all':
        this.decide(document.shapes, action.name === 'accept_all');
        return true;
      case 'fit':
        desk.fit();
        return true;
      case 'pixels':
        desk.zoomToPixels();
        return true;
      case 'zoom_shape':
        desk.zoomToChosen();
        return true;
      case 'zoom_in':
        desk.zoomIn();
        return true;
      case 'zoom_out':
        desk.zoomOut();
        return true;
      case 'names':
        this.names = !this.names;
        this.repaint();
        return true;
      case 'copy_previous':
        void this.copyPrevious();
        return true;
      case 'save':
        void this.flush();
        return true;
      default:
        return false;
    }
  }

  choose(tool: ToolName): void {
    if (tool === 'hole') {
      const [shape, more] = this.desk.document.editable;
      if (shape?.kind !== 'polygon' || more !== undefined) {
        toasts.show({ text: t('workbench.hole_needs_polygon') });
        return;
      }
    }
    this.desk.choose(tool);
  }

  chooseClass(name: string): void {
    this.className = name;
    const { document } = this.desk;
    document.replace(document.editable.map((shape) => ({ ...shape, name })));
    this.repaint();
  }

  stepShape(by: 1 | -1): void {
    const { document } = this.desk;
    const all = document.shapes.filter((shape) => !document.hidden.has(shape.id) && shape.kind !== 'tag');
    if (all.length === 0) return;
    const here = all.findIndex((shape) => document.selection.has(shape.id));
    const next = all[(here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by + all.length) % all.length]!;
    document.select([next.id]);
    this.said = t('workbench.said_shape', {
      name: next.name,
      kind: t(`workbench.kinds.${next.kind}`),
      number: all.indexOf(next) + 1,
      count: all.length,
    });
  }

  copy(): boolean {
    const { document } = this.desk;
    if (document.selection.size === 0) return false;
    this.#clipboard = { shapes: document.selected, size: document.size };
    toasts.show({ text: tn('workbench.copied', document.selection.size) });
    return true;
  }

  paste(): boolean {
    if (this.#clipboard === null) return false;
    this.#addCopies(this.#clipboard.shapes, this.#clipboard.size);
    return true;
  }

  /** The shapes of the picture before this one. */
  async copyPrevious(): Promise<void> {
    const { previousId, itemId } = this;
    if (this.loading) return;
    if (previousId === undefined) {
      toasts.show({ text: t('workbench.no_previous') });
      return;
    }
    try {
      await this.#leaving.get(previousId)?.flush();
      const before = await fetchAnnotations(previousId);
      if (this.itemId !== itemId) return;
      const shapes = before.annotations.map(readShape).filter((shape) => !shape.proposed);
      const size = { width: before.width, height: before.height };
      const { document } = this.desk;
      const copies = shapes.map((shape) => twinOf(scaledTo(shape, size, document.size)));
      document.add(...copies);
      document.select(copies.map((shape) => shape.id));
      toasts.show({ text: tn('workbench.copied_previous', copies.length) });
    } catch (error) {
      toasts.show({ text: problemText(error) });
    }
  }

  decide(shapes: readonly Shape[], accept: boolean): void {
    const { document } = this.desk;
    const proposed = shapes.filter((shape) => shape.proposed);
    if (proposed.length === 0) return;
    if (accept) document.replace(proposed.map((shape) => ({ ...shape, proposed: false })));
    else document.remove(new Set(proposed.map((shape) => shape.id)));
    this.said = tn(accept ? 'workbench.accepted' : 'workbench.rejected', proposed.length);
  }

  /** What the library has found in the picture, as proposals. */
  async propose(): Promise<void> {
    const { itemId } = this;
    if (itemId === null) return;
    try {
      await this.flush();
      const { shapes } = await makeProposals(this.datasetId, {
        items: [itemId],
        objects: true,
        faces: true,
        names: true,
        min_confidence: PROPOSED_CONFIDENCE_MIN,
      });
      toasts.show({ text: tn('workbench.proposed', shapes) });
      if (this.itemId === itemId) await this.open(itemId);
      await this.reloadClasses();
    } catch (error) {
      toasts.show({ text: problemText(error) });
    }
  }

  setAttribute(shape: Shape, name: string, value: unknown): void {
    const before = Array.isArray(shape.attributes) ? {} : (shape.attributes as Attributes);
    const attributes: Record<string, unknown> = { ...before };
    if (value === '' || value === null || value === undefined) delete attributes[name];
    else attributes[name] = value;
    this.desk.document.replace([{ ...shape, attributes }], `attribute ${shape.id} ${name}`);
  }

  setInstance(shape: Shape, instance: number | null): void {
    this.desk.document.replace([{ ...shape, instance }]);
  }

  rename(shape: Shape, name: string): void {
    this.desk.document.replace([{ ...shape, name }]);
  }

  /** Keeps what an earlier revision held as the newest one; it can be undone. */
  restore(shapes: readonly Shape[]): void {
    this.desk.document.replaceAll(shapes);
  }

  setStatus(status: ItemStatus): void {
    if (this.loading) return;
    this.#work();
    this.#saver?.change(this.desk.document.shapes, status);
    this.#saverChanged();
  }

  resolve(shapes: readonly Shape[]): void {
    const saver = this.#saver;
    if (saver?.conflict == null) return;
    const theirs = saver.conflict.theirs;
    // Their shapes are what stands; mine are a change of it, that can be undone.
    this.desk.document.adopt(theirs);
    saver.resolve(shapes);
    this.desk.document.replaceAll(shapes);
    this.#saverChanged();
  }

  #chooseNth(index: number): boolean {
    const found = this.pickable[index];
    if (found === undefined) return false;
    this.chooseClass(found.name);
    return true;
  }

  /** Classes for what is drawn with the tool that is chosen, or all when none is for it. */
  get pickable(): readonly AnnotationClass[] {
    const names = new Set<string>();
    return this.classes.filter(({ name, type }) => {
      if (type === 'tag' || names.has(name)) return false;
      names.add(name);
      return true;
    });
  }

  #made(shapes: readonly Shape[]): void {
    const [shape] = shapes;
    if (shape === undefined) return;
    this.said = t('workbench.said_made', {
      name: shape.name,
      kind: t(`workbench.kinds.${shape.kind}`),
    });
  }

  #refused(fault: RingFault): void {
    toasts.show({ text: t(`workbench.faults.${fault}`) });
  }

  #addCopies(shapes: readonly Shape[], size: typeof EMPTY): void {
    const { document } = this.desk;
    const by = this.desk.length(PASTE_OFFSET_PX);
    const same = new Set(document.shapes.map((shape) => shape.id));
    const copies = shapes.map((shape) => {
      const copy = twinOf(scaledTo(shape, size, document.size));
      // Beside the one it was copied from, where that is.
      return same.has(shape.id) ? shiftedWithin(copy, by, document) : copy;
    });
    document.add(...copies);
    document.select(copies.map((shape) => shape.id));
    if (!(this.desk.tool instanceof SelectTool)) this.desk.choose('select');
  }

  #adoptClasses(classes: readonly AnnotationClass[]): void {
    this.classes = classes;
    if (this.className === '') this.className = this.pickable[0]?.name ?? '';
  }

  #show(size: typeof EMPTY, shapes: readonly Shape[]): void {
    const document = new Document(size, shapes, (content) => {
      // What another picture's document says comes late.
      if (this.desk.document !== document) return;
      if (content) this.#contentChanged(document);
      this.#drawn += 1;
      this.repaint();
    });
    this.desk.show(document);
    this.#drawn += 1;
  }

  #contentChanged(document: Document): void {
    this.#work();
    this.#saver?.change(document.shapes);
    this.#saverChanged();
  }

  #deskChanged(): void {
    this.toolName = this.desk.tool.name;
    this.busy = this.desk.tool.busy;
    this.percent = Math.round(this.desk.view.scale * 100);
    this.repaint();
  }

  #around(): SaverAround {
    return {
      drafts: this.#drafts!,
      send: saveAnnotations,
      later: (run, ms) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      now: () => Date.now(),
      changed: () => this.#saverChanged(),
    };
  }

  #saverChanged(): void {
    const saver = this.#saver;
    if (saver === null || saver.item !== this.itemId) return;
    this.saveState = saver.state;
    this.status = saver.status;
    this.conflict = saver.conflict;
    this.problems = saver.problems;
    const item = this.items.get(saver.item);
    if (item && item.status !== saver.status) {
      this.items.set(saver.item, { ...item, status: saver.status });
    }
  }

  #leave(): void {
    const saver = this.#saver;
    this.#saver = null;
    if (saver === null || !saver.isDirty) return;
    this.#leaving.set(saver.item, saver);
    void saver.flush().then(() => {
      if (!saver.isDirty) this.#leaving.delete(saver.item);
      void this.#countWaiting();
    });
  }

  #restore(
    saver: Saver,
    draft: Draft,
    annotations: Parameters<Saver['restoreConflict']>[1]['annotations'],
    revision: number,
  ): void {
    const { document } = this.desk;
    if (draft.revision === revision) {
      document.adopt(draft.shapes);
      saver.restore(draft);
      toasts.show({ text: t('workbench.restored') });
      return;
    }
    document.adopt(draft.shapes);
    saver.restoreConflict(draft, { revision, author: null, saved: null, annotations });
  }

  /** What an earlier page could not save of other pictures is sent now; what others have changed since is
   * left for when the picture is opened. */
  async #sendDrafts(): Promise<void> {
    this.#draftsSent = true;
    const drafts = (await this.#drafts?.all().catch(() => [])) ?? [];
    for (const draft of drafts) {
      if (draft.dataset !== this.datasetId || draft.item === this.itemId) continue;
      try {
        const stand = await fetchAnnotations(draft.item);
        if (draft.item === this.itemId || stand.revision !== draft.revision) continue;
        const shapes = stand.annotations.map(readShape);
        const { item, dataset, revision } = draft;
        const saver = new Saver(
          { item, dataset, revision, status: stand.status, shapes },
          { ...this.#around(), changed: () => {} },
        );
        // Whoever opens it meanwhile waits for this.
        this.#leaving.set(item, saver);
        saver.restore(draft);
        await saver.flush();
        if (!saver.isDirty) this.#leaving.delete(item);
      } catch {
        // It stays a draft.
      }
    }
    await this.#countWaiting();
  }

  async #countWaiting(): Promise<void> {
    const drafts = (await this.#drafts?.all().catch(() => [])) ?? [];
    this.waiting = drafts.filter(
      (draft) => draft.dataset === this.datasetId && draft.item !== this.itemId,
    );
  }

  #fetchAhead(): void {
    if (this.nextId !== undefined) new Image().src = itemImageUrl(this.nextId);
  }

  #work(): void {
    const now = Date.now();
    const since = now - this.#activeAt;
    if (since < IDLE_MS) this.#saver?.spend(since);
    this.#activeAt = now;
  }
}

function shiftedWithin(shape: Shape, by: number, document: Document): Shape {
  const bounds = boundsOf(shape);
  return bounds === null ? shape : moved(shape, moveWithin(document.size, bounds, { x: by, y: by }));
}
