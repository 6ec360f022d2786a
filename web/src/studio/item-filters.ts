// Which items of a dataset are shown: kept in the address, as the server takes it.

import { itemFilterParams, readItemFilters, type ItemFilter, type ItemFilters } from './api';

export const SORTS = ['path', 'newest', 'changed', 'confidence'] as const;

/** The parameters of an address with one filter changed; '' takes it away. */
export function withItemFilter(
  params: URLSearchParams,
  name: ItemFilter,
  value: string,
): URLSearchParams {
  return itemFilterParams({ ...readItemFilters(params), [name]: value });
}

export function isFiltered(filters: ItemFilters): boolean {
  return Object.keys(filters).some((name) => name !== 'sort');
}
