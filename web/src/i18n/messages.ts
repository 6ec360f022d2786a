// Texts by key, without the state of the app: what `i18n.svelte.ts` builds on.

import { albumen as english } from '../../i18n/en.json';

/** Every dot path in the catalogue that leads to a text. */
type Paths<T, P extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Paths<T[K], `${P}${K}.`>;
}[keyof T & string];

export type MessageKey = Paths<typeof english>;
/** Keys that come in plural forms: `photos` for `photos_one`, `photos_other`. */
export type PluralKey = MessageKey extends infer K
  ? K extends `${infer Base}_other`
    ? Base
    : never
  : never;
export type Parameters = Readonly<Record<string, string | number>>;

/** What the server says of a fault ("the file is empty"), as a sentence of its own. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return begun === '' || /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** The text at a dot path, or null. */
export function lookUp(catalogue: unknown, key: string): string | null {
  let node: unknown = catalogue;
  for (const part of key.split('.')) {
    if (typeof node !== 'object' || node === null) return null;
    node = (node as Record<string, unknown>)[part];
  }
  return typeof node === 'string' ? node : null;
}

/** A text of the catalogue, in English where the catalogue lacks it, with `{name}` filled in. */
export function message(catalogue: unknown, key: string, parameters: Parameters = {}): string {
  const text = lookUp(catalogue, key) ?? lookUp(english, key) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}

/** The form of a text for a number, by the rules of the language. */
export function pluralMessage(
  catalogue: unknown,
  language: string,
  key: string,
  count: number,
  parameters: Parameters = {},
): string {
  const form = `${key}_${new Intl.PluralRules(language).select(count)}`;
  const known = lookUp(catalogue, form) ?? lookUp(english, form);
  const shown = { count: new Intl.NumberFormat(language).format(count), ...parameters };
  return message(catalogue, known === null ? `${key}_other` : form, shown);
}
