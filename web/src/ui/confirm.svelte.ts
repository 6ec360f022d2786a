// Asks before what cannot be taken back.

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button that goes on says. */
  readonly confirm: string;
  /** A word that has to be typed first, for what is lost for good. */
  readonly typed?: string;
}

class Confirmation {
  question = $state.raw<Question | null>(null);
  #answer: (agreed: boolean) => void = () => {};

  ask(question: Question): Promise<boolean> {
    this.#answer(false);
    this.question = question;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  answer(agreed: boolean): void {
    this.question = null;
    this.#answer(agreed);
    this.#answer = () => {};
  }
}

export const confirmation = new Confirmation();

/** Resolves to whether the person agreed. */
export function confirm(question: Question): Promise<boolean> {
  return confirmation.ask(question);
}
