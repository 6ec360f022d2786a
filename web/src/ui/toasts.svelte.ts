// Short notices at the edge of the page, some with a way to take back what was just done.

export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Toast {
  readonly text: string;
  readonly action?: ToastAction;
  /** How long it stays, in milliseconds; 0 stays until it is closed. */
  readonly timeout?: number;
}

export interface ShownToast extends Toast {
  readonly id: number;
}

const TIMEOUT_MS = 6_000;
/** Whoever shall decide something needs longer. */
const TIMEOUT_WITH_ACTION_MS = 12_000;
/** More than these hide the page; the oldest goes. */
const SHOWN_MAX = 3;

class Toasts {
  list = $state.raw<readonly ShownToast[]>([]);
  #next = 1;
  #timers = new Map<number, number>();
  #held = false;

  show(toast: Toast): () => void {
    const shown = { ...toast, id: this.#next++ };
    const excess = this.list.slice(0, Math.max(0, this.list.length + 1 - SHOWN_MAX));
    for (const each of excess) this.close(each.id);
    this.list = [...this.list, shown];
    if (!this.#held) this.#start(shown);
    return () => this.close(shown.id);
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((each) => each.id !== id);
    // What held the time still may have gone with it.
    if (this.list.length === 0) this.#held = false;
  }

  /** Nothing goes away under the hand or the focus of a person. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    if (!held) for (const each of this.list) this.#start(each);
  }

  #start(toast: ShownToast): void {
    const timeout = toast.timeout ?? (toast.action ? TIMEOUT_WITH_ACTION_MS : TIMEOUT_MS);
    if (timeout > 0) {
      this.#timers.set(
        toast.id,
        window.setTimeout(() => this.close(toast.id), timeout),
      );
    }
  }
}

export const toasts = new Toasts();

/** Shows a notice; the answer takes it away before its time. */
export function toast(what: Toast): () => void {
  return toasts.show(what);
}
