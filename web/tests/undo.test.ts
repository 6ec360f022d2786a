import assert from 'node:assert/strict';
import test from 'node:test';
import { UndoStack, type Command } from '../src/marks/undo';

/** A number that commands add to, and a log of what happened to it. */
function ledger(): { value: number; add: (by: number, works?: () => boolean) => Command } {
  const state = {
    value: 0,
    add(by: number, works: () => boolean = () => true): Command {
      state.value += by;
      const change = (sign: number) => async (): Promise<boolean> => {
        await Promise.resolve();
        if (!works()) return false;
        state.value += sign * by;
        return true;
      };
      return { undo: change(-1), redo: change(1) };
    },
  };
  return state;
}

function record(stack: UndoStack, command: Command): Promise<void> {
  return stack.record(Promise.resolve(command));
}

test('the last is taken back first, and done again in order', async () => {
  const state = ledger();
  const stack = new UndoStack();
  await record(stack, state.add(1));
  await record(stack, state.add(10));
  assert.equal(await stack.undo(), true);
  assert.equal(state.value, 1);
  assert.equal(await stack.undo(), true);
  assert.equal(state.value, 0);
  assert.equal(await stack.undo(), false, 'there is nothing left');
  await stack.redo();
  assert.equal(state.value, 1);
  await stack.redo();
  assert.equal(state.value, 11);
  assert.equal(await stack.redo(), false);
});

test('something new forgets what was taken back', async () => {
  const state = ledger();
  const stack = new UndoStack();
  await record(stack, state.add(1));
  await stack.undo();
  await record(stack, state.add(5));
  assert.equal(await stack.redo(), false);
  assert.equal(state.value, 5);
});

test('one command is taken back out of turn, once', async () => {
  const state = ledger();
  const stack = new UndoStack();
  const first = state.add(1);
  await record(stack, first);
  await record(stack, state.add(10));
  assert.equal(await stack.undoOnly(first), true);
  assert.equal(await stack.undoOnly(first), false);
  assert.equal(state.value, 10);
  await stack.undo();
  assert.equal(state.value, 0);
});

test('what did not work stays to be tried again', async () => {
  const state = ledger();
  const stack = new UndoStack();
  let works = false;
  await record(stack, state.add(3, () => works));
  assert.equal(await stack.undo(), false);
  assert.equal(state.value, 3);
  works = true;
  assert.equal(await stack.undo(), true);
  assert.equal(state.value, 0);
});

test('keys that come faster than the server answers wait their turn', async () => {
  const state = ledger();
  const stack = new UndoStack();
  for (const by of [1, 10, 100]) await record(stack, state.add(by));
  await Promise.all([stack.undo(), stack.undo(), stack.redo(), stack.undo(), stack.undo()]);
  assert.equal(state.value, 0);
});

test('what is still being done is what undo takes back', async () => {
  const state = ledger();
  const stack = new UndoStack();
  await record(stack, state.add(1));
  let answer: (command: Command | null) => void = () => {};
  void stack.record(new Promise((resolve) => (answer = resolve)));
  const undone = stack.undo();
  answer(state.add(10));
  assert.equal(await undone, true);
  assert.equal(state.value, 1);
});

test('what came to nothing leaves what was taken back', async () => {
  const state = ledger();
  const stack = new UndoStack();
  await record(stack, state.add(1));
  await stack.undo();
  await stack.record(Promise.resolve(null));
  assert.equal(await stack.redo(), true);
  assert.equal(state.value, 1);
});
