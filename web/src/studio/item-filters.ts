// Which items of a dataset are shown: kept in the address, as the server takes it.

export const FILTERS = ['class', 'status', 'split', 'annotator', 'search', 'directory'] as const;
export type FilterName = (typeof FILTERS)[number];
export const FLAGS = ['has_proposals', 'is_empty'] as const;
export type FlagName = (typeof FLAGS)[number];
export const SORTS = ['newest', 'path', 'changed', 'confidence'] as const;
export type Sort = (typeof SORTS)[number];

const KNOWN: ReadonlySet<string> = new Set([...FILTERS, ...FLAGS, 'sort', 'archived']);

/** What of an address is about items. */
export function itemFilters(params: URLSearchParams): URLSearchParams {
  const kept = new URLSearchParams();
  for (const [name, value] of params) if (KNOWN.has(name) && value !== '') kept.set(name, value);
  return kept;
}

/** The same with one of them changed; '' takes it away. */
export function withItemFilter(params: URLSearchParams, name: string, value: string): URLSearchParams {
  const changed = itemFilters(params);
  if (value === '') changed.delete(name);
  else changed.set(name, value);
  return changed;
}

export function isFilteredBy(params: URLSearchParams): boolean {
  return [...FILTERS, ...FLAGS, 'archived'].some((name) => params.has(name));
}
