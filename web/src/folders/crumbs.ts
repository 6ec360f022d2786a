// The way to a folder, part by part.

export interface Crumb {
  /** Empty for the place where the way begins. */
  readonly name: string;
  readonly path: string;
}

/** The folders on the way from `base`, which stands for the whole library, to `prefix`. */
export function crumbsOf(base: string, prefix: string): Crumb[] {
  const crumbs: Crumb[] = [{ name: '', path: '' }];
  const begin = prefix.startsWith(base) ? base : '';
  let path = begin;
  for (const part of prefix.slice(begin.length).split('/')) {
    path += `${part}/`;
    if (part !== '') crumbs.push({ name: part, path });
  }
  return crumbs;
}
