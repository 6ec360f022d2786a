// What was done in this session and can be taken back, the last first.

export interface Command {
  /** Both tell whether they worked; a command that did not stays where it was. */
  undo(): Promise<boolean>;
  redo(): Promise<boolean>;
}

export class UndoStack {
  #done: Command[] = [];
  #undone: Command[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  /** Remembers what is being done: its command, or null when nothing came of it. What was taken back before
   * is then forgotten. Whoever takes back meanwhile waits, and takes back this. */
  record(doing: Promise<Command | null>): Promise<void> {
    return this.#inTurn(async () => {
      const command = await doing;
      if (command === null) return;
      this.#done.push(command);
      this.#undone = [];
    });
  }

  /** Takes the last command back; false when there is none, or it did not work. */
  undo(): Promise<boolean> {
    return this.#inTurn(() => this.#undo(this.#done.at(-1)));
  }

  /** Takes one command back, whatever was done after it. */
  undoOnly(command: Command): Promise<boolean> {
    return this.#inTurn(() => this.#undo(this.#done.find((each) => each === command)));
  }

  redo(): Promise<boolean> {
    return this.#inTurn(async () => {
      const command = this.#undone.at(-1);
      if (!command || !(await command.redo())) return false;
      this.#undone = this.#undone.filter((each) => each !== command);
      this.#done.push(command);
      return true;
    });
  }

  async #undo(command: Command | undefined): Promise<boolean> {
    if (!command || !(await command.undo())) return false;
    this.#done = this.#done.filter((each) => each !== command);
    this.#undone.push(command);
    return true;
  }

  /** One after the other, however fast the keys come. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
