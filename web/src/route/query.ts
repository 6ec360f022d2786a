// Which photos, in which order: the part of the address that the server understands.

export const FILTERS = [
  'search',
  'camera',
  'lens',
  'person_id',
  'object',
  'tag',
  'require_tags',
  'path_prefix',
  'date_from',
  'date_to',
  'min_star_rating',
  'max_star_rating',
  'favorites_only',
  'show_rejected',
  'hide_rejected',
  'hide_duplicates',
  'min_iso',
  'max_iso',
  'min_aperture',
  'max_aperture',
  'min_focal_length',
  'max_focal_length',
  'gps_lat',
  'gps_lng',
  'gps_radius_km',
] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<Filter, string>>>;

export const SORTS = [
  'date_taken',
  'star_rating',
  'iso',
  'f_stop',
  'focal_length',
  'shutter_speed',
] as const;
export type Sort = (typeof SORTS)[number];

export interface Query {
  readonly filters: Filters;
  readonly sort: Sort;
  readonly ascending: boolean;
}

export const DEFAULT_QUERY: Query = { filters: {}, sort: 'date_taken', ascending: false };

/** Reads an address; what it does not understand is left out. */
export function readQuery(params: URLSearchParams): Query {
  const filters: Partial<Record<Filter, string>> = {};
  for (const filter of FILTERS) {
    const value = params.get(filter);
    if (value) filters[filter] = value;
  }
  return {
    filters,
    sort: SORTS.find((each) => each === params.get('sort')) ?? DEFAULT_QUERY.sort,
    ascending: params.get('sort_direction') === 'ASC',
  };
}

/** The parameters of a request: all of them. */
export function requestParams(query: Query): URLSearchParams {
  const params = new URLSearchParams(Object.entries(query.filters));
  params.set('sort', query.sort);
  params.set('sort_direction', query.ascending ? 'ASC' : 'DESC');
  return params;
}

/** The parameters of an address: those that differ from the default. */
export function addressParams(query: Query): URLSearchParams {
  const params = requestParams(query);
  if (query.sort === DEFAULT_QUERY.sort) params.delete('sort');
  if (query.ascending === DEFAULT_QUERY.ascending) params.delete('sort_direction');
  return params;
}

export function withFilter(query: Query, filter: Filter, value: string): Query {
  return withFilters(query, { [filter]: value });
}

/** Sets several filters at once; an empty text takes a filter away. */
export function withFilters(query: Query, changes: Filters): Query {
  const filters: Partial<Record<Filter, string>> = { ...query.filters };
  for (const filter of FILTERS) {
    const value = changes[filter];
    if (value === '') delete filters[filter];
    else if (value !== undefined) filters[filter] = value;
  }
  return { ...query, filters };
}

/** Whether any photo is left out. */
export function isFiltered(query: Query): boolean {
  return Object.keys(query.filters).length > 0;
}
