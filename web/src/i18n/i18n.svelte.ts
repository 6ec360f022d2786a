// The language of the app. English is built in, so that the first paint waits for nothing; other
// languages come from the server and stand over it.

import { fetchCatalogue } from '../api/albumen';
import {
  message,
  pluralMessage,
  type MessageKey,
  type Parameters,
  type PluralKey,
} from './messages';

export const LANGUAGES: Readonly<Record<string, string>> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  it: 'Italiano',
  pt: 'Português',
};

let language = $state('en');
let catalogue = $state.raw<unknown>({});

/** The language of the browser, if the app can speak it. */
export function preferredLanguage(): string {
  const wanted = navigator.languages.map((each) => each.slice(0, 2).toLowerCase());
  return wanted.find((each) => each in LANGUAGES) ?? 'en';
}

/** Rejects when the catalogue does not come; the language then stays as it was. */
export async function setLanguage(wanted: string): Promise<void> {
  catalogue = wanted === 'en' ? {} : (await fetchCatalogue(wanted))['albumen'];
  language = wanted;
  document.documentElement.lang = wanted;
}

/** The language as it is written where the browser is at home: dates differ within one. */
function locale(): string {
  return navigator.languages.find((each) => each.slice(0, 2).toLowerCase() === language) ?? language;
}

export function currentLanguage(): string {
  return language;
}

export function t(key: MessageKey, parameters?: Parameters): string {
  return message(catalogue, key, parameters);
}

/** A text in the form for `count`, which it may show as `{count}`. */
export function tn(key: PluralKey, count: number, parameters?: Parameters): string {
  return pluralMessage(catalogue, language, key, count, parameters);
}

export function number(value: number, options?: Intl.NumberFormatOptions): string {
  return formatter('number', options, () => new Intl.NumberFormat(locale(), options)).format(value);
}

/** A date whose UTC fields are to be shown as they stand. */
export function date(value: Date, options: Intl.DateTimeFormatOptions): string {
  const make = (): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', ...options });
  return formatter('date', options, make).format(value);
}

// Making a formatter costs a hundred times what using it does.
const formatters = new Map<string, unknown>();

function formatter<T>(kind: string, options: object | undefined, make: () => T): T {
  const key = `${kind} ${language} ${JSON.stringify(options)}`;
  const known = formatters.get(key) as T | undefined;
  if (known !== undefined) return known;
  const made = make();
  formatters.set(key, made);
  return made;
}
