// The faces that wait for a decision: decided ones leave, and come back when that is undone.

export class Queue<T extends { readonly id: number }> {
  #waiting: T[] = [];
  #decided = new Set<number>();
  /** How many there were in all, as far as it is known. */
  total = 0;

  get current(): T | null {
    return this.#waiting[0] ?? null;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get decided(): number {
    return this.#decided.size;
  }

  /** Takes in what the server says waits; what was decided meanwhile does not come again. */
  add(some: readonly T[]): void {
    const known = new Set(this.#waiting.map((each) => each.id));
    for (const each of some) {
      if (!known.has(each.id) && !this.#decided.has(each.id)) this.#waiting.push(each);
    }
  }

  /** Something was said of the first one. */
  decide(): void {
    const first = this.#waiting.shift();
    if (first) this.#decided.add(first.id);
  }

  /** Later, after all others that are known. */
  skip(): void {
    const first = this.#waiting.shift();
    if (first) this.#waiting.push(first);
  }

  /** What was said does not hold: it is the first again. */
  putBack(one: T): void {
    if (!this.#decided.delete(one.id)) return;
    this.#waiting = [one, ...this.#waiting.filter((each) => each.id !== one.id)];
  }

  /** What was taken back is said again. */
  takeOut(one: T): void {
    this.#waiting = this.#waiting.filter((each) => each.id !== one.id);
    this.#decided.add(one.id);
  }
}
