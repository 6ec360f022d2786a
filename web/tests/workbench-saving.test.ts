import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError } from '../src/api/http';
import {
  ConflictError,
  ShapesRefusedError,
  type AnnotationsSave,
  type AnnotationsSaved,
} from '../src/studio/api';
import { difference, Document, applied } from '../src/studio/workbench/document';
import type { Draft, Drafts } from '../src/studio/workbench/drafts';
import { changesOf, merge } from '../src/studio/workbench/merge';
import { Saver } from '../src/studio/workbench/saver';
import { moved, newBox, writeShape, type Shape } from '../src/studio/workbench/shape';

const SIZE = { width: 100, height: 100 };
const box = (id: string, x = 0): Shape => ({ ...newBox('a', { x, y: 0, w: 10, h: 10 }), id });
const ids = (shapes: readonly Shape[]): string => shapes.map((shape) => shape.id).join('');

test('whatever is done is taken back and done again', () => {
  const document = new Document(SIZE, [box('a'), box('b'), box('c')]);
  const states = [document.shapes];
  const acts = [
    () => document.add(box('d'), box('e')),
    () => document.remove(new Set(['a', 'd'])),
    () => document.reorder('e', 'bottom'),
    () => document.replace([moved(document.get('c')!, { x: 5, y: 5 })]),
    () => document.replaceAll([box('z'), document.get('c')!, document.get('e')!]),
  ];
  for (const act of acts) {
    act();
    states.push(document.shapes);
  }
  assert.equal(ids(document.shapes), 'zce');
  for (let i = acts.length - 1; i >= 0; i--) {
    assert.equal(document.undo(), true);
    assert.deepEqual(document.shapes, states[i]);
  }
  assert.equal(document.undo(), false);
  for (let i = 1; i <= acts.length; i++) {
    assert.equal(document.redo(), true);
    assert.deepEqual(document.shapes, states[i]);
  }
  document.undo();
  document.add(box('n'));
  assert.equal(document.canRedo, false);
});

test('there is no limit to what can be taken back', () => {
  const document = new Document(SIZE, [box('a')]);
  for (let i = 0; i < 5_000; i++) document.replace([moved(document.get('a')!, { x: 0.001, y: 0 })]);
  for (let i = 0; i < 5_000; i++) assert.equal(document.undo(), true);
  assert.equal(document.shapes[0]!.frame!.cx, 5);
});

test('a difference leads from any set to any other', () => {
  let seed = 3;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 300; round++) {
    const some = (): Shape[] => {
      const all = 'abcdefgh'.split('').filter(() => random(3) > 0);
      return all.sort(() => random(3) - 1).map((id) => box(id, random(2)));
    };
    const [from, to] = [some(), some()];
    assert.deepEqual(
      applied(from, difference(from, to)).map((shape) => [shape.id, shape.frame]),
      to.map((shape) => [shape.id, shape.frame]),
    );
  }
});

test('what is hidden is not picked, and what goes is no longer chosen', () => {
  const document = new Document(SIZE, [box('a'), box('b')]);
  document.select(['a', 'b']);
  document.hide(['a'], true);
  assert.equal(document.index.at({ x: 5, y: 5 }, 1).length, 1);
  document.remove(new Set(['b']));
  assert.deepEqual([...document.selection], ['a']);
});

test('both sides of a change are kept when they are of different shapes', () => {
  const base = ['a', 'b', 'c', 'd', 'e'].map((id) => box(id));
  const mine = [box('a', 1), box('b'), box('c'), box('e', 5), box('m')];
  const theirs = [box('a'), box('b', 2), box('d', 9), box('e', 7), box('t')];
  const { shapes, clashes } = merge({ base, mine, theirs });
  const at = (id: string): number | undefined => {
    const shape = shapes.find((each) => each.id === id);
    return shape?.frame ? shape.frame.cx - 5 : undefined;
  };
  assert.equal(at('a'), 1, 'changed here');
  assert.equal(at('b'), 2, 'changed there');
  assert.equal(at('c'), undefined, 'deleted there, as it was');
  assert.equal(at('d'), 9, 'deleted here, but changed there');
  assert.equal(at('e'), 5, 'changed by both');
  assert.deepEqual([at('m'), at('t')], [0, 0]);
  assert.deepEqual(clashes, ['e']);
  assert.deepEqual(changesOf(base, mine), { added: 1, changed: 2, removed: 1 });
});

class Memory implements Drafts {
  readonly kept = new Map<string, Draft>();
  async get(item: string): Promise<Draft | null> {
    return this.kept.get(item) ?? null;
  }
  put(draft: Draft): void {
    this.kept.set(draft.item, draft);
  }
  remove(item: string): void {
    this.kept.delete(item);
  }
  async all(): Promise<readonly Draft[]> {
    return [...this.kept.values()];
  }
}

type Answer = (revision: number, save: AnnotationsSave) => Promise<AnnotationsSaved>;

function saverWith(shapes: readonly Shape[] = [], revision = 1) {
  const drafts = new Memory();
  const sent: { revision: number; save: AnnotationsSave }[] = [];
  let timers: { run: () => void; ms: number }[] = [];
  const around = {
    drafts,
    now: () => 0,
    changed: () => {},
    later: (run: () => void, ms: number) => {
      const timer = { run, ms };
      timers.push(timer);
      return () => void (timers = timers.filter((each) => each !== timer));
    },
    send: (_: string, revision: number, save: AnnotationsSave): Promise<AnnotationsSaved> => {
      sent.push({ revision, save });
      return server.answer(revision, save);
    },
  };
  const server: { answer: Answer } = {
    answer: async (revision, save) => ({
      revision: revision + 1,
      status: save.status ?? 'annotate',
      annotations: save.annotations.length,
    }),
  };
  return Object.assign(server, {
    drafts,
    sent,
    saver: new Saver({ item: 'i', dataset: 'd', revision, status: 'new', shapes }, around),
    /** Lets time pass: what was to run later runs. */
    async pass(): Promise<void> {
      const due = timers;
      timers = [];
      for (const { run } of due) run();
      for (let i = 0; i < 20; i++) await Promise.resolve();
    },
    delays: () => timers.map(({ ms }) => ms),
  });
}

test('a change is kept at once, sent soon, and forgotten when the server has it', async () => {
  const { saver, drafts, sent, pass } = saverWith();
  saver.change([box('a')]);
  assert.equal(saver.state, 'saving');
  assert.deepEqual(ids(drafts.kept.get('i')!.shapes), 'a');
  saver.change([box('a'), box('b')]);
  await pass();
  assert.equal(sent.length, 1);
  assert.equal(sent[0]!.revision, 1);
  assert.equal(sent[0]!.save.annotations.length, 2);
  assert.equal(saver.state, 'saved');
  assert.equal(saver.revision, 2);
  assert.equal(saver.status, 'annotate');
  assert.equal(drafts.kept.size, 0);
});

test('what is drawn while a save is under way is sent after it', async () => {
  const all = saverWith();
  const { saver, sent, pass, drafts } = all;
  let answer: (saved: AnnotationsSaved) => void = () => {};
  all.answer = () => new Promise((resolve) => (answer = resolve));
  saver.change([box('a')]);
  await pass();
  saver.change([box('a'), box('b')]);
  await pass();
  assert.equal(sent.length, 1);
  answer({ revision: 2, status: 'annotate', annotations: 1 });
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assert.equal(drafts.kept.get('i')!.revision, 2);
  await pass();
  assert.deepEqual(sent.map(({ revision }) => revision), [1, 2]);
  answer({ revision: 3, status: 'annotate', annotations: 2 });
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assert.equal(saver.state, 'saved');
  assert.equal(drafts.kept.size, 0);
});

test('without a server the work stays, is tried again more and more slowly, and goes in the end', async () => {
  const all = saverWith();
  const { saver, drafts, pass, delays } = all;
  const works = all.answer;
  all.answer = () => Promise.reject(new ApiError(0, ''));
  saver.change([box('a')]);
  const waits: number[] = [];
  for (let i = 0; i < 5; i++) {
    await pass();
    assert.equal(saver.state, 'waiting');
    waits.push(...delays());
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000]);
  saver.change([box('a'), box('b')]);
  assert.equal(drafts.kept.get('i')!.shapes.length, 2);
  all.answer = works;
  await pass();
  assert.equal(saver.state, 'saved');
  assert.equal(drafts.kept.size, 0);
});

test('what another saved is never overwritten; a person says what there shall be', async () => {
  const all = saverWith([box('a')]);
  const { saver, sent, pass } = all;
  const works = all.answer;
  const theirs = [box('a'), box('t')];
  all.answer = () =>
    Promise.reject(
      new ConflictError({ revision: 9, author: 'bo', saved: null, annotations: theirs.map(writeShape) }),
    );
  saver.change([box('a'), box('m')]);
  await pass();
  assert.equal(saver.state, 'conflict');
  assert.deepEqual(ids(saver.conflict!.theirs), 'at');
  saver.change([box('a'), box('m'), box('n')]);
  await pass();
  assert.equal(sent.length, 1, 'nothing more is sent');
  all.answer = works;
  saver.resolve(merge(saver.conflict!).shapes);
  await pass();
  assert.equal(sent[1]!.revision, 9);
  assert.deepEqual(sent[1]!.save.annotations.map(({ id }) => id), ['a', 'm', 't']);
  assert.equal(saver.state, 'saved');
});

test('their side is taken without a save', async () => {
  const all = saverWith([box('a')]);
  const theirs = [box('t')];
  all.answer = () =>
    Promise.reject(new ConflictError({ revision: 5, author: null, saved: null, annotations: theirs.map(writeShape) }));
  all.saver.change([box('m')]);
  await all.pass();
  all.saver.resolve(all.saver.conflict!.theirs);
  await all.pass();
  assert.equal(all.saver.state, 'saved');
  assert.equal(all.saver.revision, 5);
  assert.equal(all.sent.length, 1);
  assert.equal(all.drafts.kept.size, 0);
});

test('a save whose answer was lost is no conflict', async () => {
  const all = saverWith();
  const mine = [box('a')];
  all.answer = () =>
    Promise.reject(
      new ConflictError({
        revision: 2,
        author: 'me',
        saved: null,
        annotations: mine.map((shape) => ({ ...writeShape(shape), created_by: 'me' })),
      }),
    );
  all.saver.change(mine);
  await all.pass();
  assert.equal(all.saver.conflict, null);
  assert.equal(all.saver.revision, 2);
  assert.equal(all.saver.state, 'saved');
  assert.equal(all.drafts.kept.size, 0);
});

test('what the server does not take is said of the shape it is about', async () => {
  const all = saverWith();
  all.answer = () =>
    Promise.reject(
      new ShapesRefusedError('No.', [{ path: 'annotations.1.polygon.paths.0', message: 'It crosses itself.' }]),
    );
  all.saver.change([box('a'), box('b')]);
  await all.pass();
  assert.equal(all.saver.state, 'refused');
  assert.deepEqual([...all.saver.problems], [['b', 'It crosses itself.']]);
  assert.equal(all.drafts.kept.size, 1);
});

test('an earlier page left work: of the same revision it is sent, of another it is a conflict', async () => {
  const draft: Draft = {
    item: 'i',
    dataset: 'd',
    revision: 1,
    base: [],
    shapes: [box('a')],
    status: 'complete',
    changed: 0,
  };
  const fresh = saverWith([], 1);
  fresh.saver.restore(draft);
  await fresh.pass();
  assert.equal(fresh.sent[0]!.save.status, 'complete');
  assert.equal(fresh.saver.status, 'complete');
  const stale = saverWith([box('t')], 4);
  stale.saver.restoreConflict(draft, {
    revision: 4,
    author: null,
    saved: null,
    annotations: [writeShape(box('t'))],
  });
  await stale.pass();
  assert.equal(stale.saver.state, 'conflict');
  assert.equal(stale.sent.length, 0);
  assert.deepEqual(ids(merge(stale.saver.conflict!).shapes), 'at');
});

test('flushing sends at once, also what was waiting', async () => {
  const all = saverWith();
  const works = all.answer;
  all.answer = () => Promise.reject(new ApiError(503, 'busy'));
  all.saver.change([box('a')]);
  await all.saver.flush();
  assert.equal(all.saver.state, 'waiting');
  assert.equal(all.saver.isDirty, true);
  all.answer = works;
  await all.saver.flush();
  assert.equal(all.saver.isDirty, false);
});
