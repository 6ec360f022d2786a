// Filters as a person thinks of them: keywords, ranges, a place; and as the address writes them.

import { withFilters, type Filter, type Filters, type Query } from '../route/query';

/** The keywords of which a photo must have one. */
export function tagsOf(filters: Filters): string[] {
  const several = (filters.require_tags ?? '').split(',').map((each) => each.trim());
  return [...new Set([filters.tag ?? '', ...several])].filter((each) => each !== '');
}

export function withTags(query: Query, tags: readonly string[]): Query {
  const [only = ''] = tags;
  if (tags.length <= 1) return withFilters(query, { tag: only, require_tags: '' });
  return withFilters(query, { tag: '', require_tags: tags.join(',') });
}

export function withTagToggled(query: Query, tag: string): Query {
  const tags = tagsOf(query.filters);
  return withTags(query, toggled(tags, tag));
}

/** The people who must all be in a photo. */
export function peopleOf(filters: Filters): number[] {
  const ids = (filters.person_id ?? '').split(',').map(Number);
  return [...new Set(ids)].filter((id) => Number.isSafeInteger(id) && id > 0);
}

export function withPersonToggled(query: Query, id: number): Query {
  return withFilters(query, { person_id: toggled(peopleOf(query.filters), id).join() });
}

/** The kinds of things of which a photo must show one. */
export function objectsOf(filters: Filters): string[] {
  const labels = (filters.object ?? '').split(',').map((each) => each.trim());
  return [...new Set(labels)].filter((each) => each !== '');
}

export function withObjectToggled(query: Query, label: string): Query {
  return withFilters(query, { object: toggled(objectsOf(query.filters), label).join() });
}

function toggled<T>(all: readonly T[], one: T): T[] {
  return all.includes(one) ? all.filter((each) => each !== one) : [...all, one];
}

export const REJECTED_MODES = ['show', 'hide', 'only'] as const;
/** What becomes of rejected photos. */
export type RejectedMode = (typeof REJECTED_MODES)[number];

export function rejectedOf(filters: Filters): RejectedMode {
  if (filters.show_rejected === '1') return 'only';
  return filters.hide_rejected === '1' ? 'hide' : 'show';
}

export function withRejected(query: Query, mode: RejectedMode): Query {
  return withFilters(query, {
    show_rejected: mode === 'only' ? '1' : '',
    hide_rejected: mode === 'hide' ? '1' : '',
  });
}

export const STARS_MAX = 5;
export const STAR_MODES = ['at_least', 'exactly', 'at_most'] as const;
export type StarMode = (typeof STAR_MODES)[number];

/** How many stars, and whether more or fewer will do; null when all will. */
export function starsOf(filters: Filters): { stars: number; mode: StarMode } | null {
  const { min_star_rating: min, max_star_rating: max } = filters;
  if (min !== undefined && min === max) return { stars: Number(min), mode: 'exactly' };
  if (min !== undefined) return { stars: Number(min), mode: 'at_least' };
  return max === undefined ? null : { stars: Number(max), mode: 'at_most' };
}

export function withStars(query: Query, stars: number | null, mode: StarMode): Query {
  const value = stars === null ? '' : String(stars);
  return withFilters(query, {
    min_star_rating: mode === 'at_most' ? '' : value,
    max_star_rating: mode === 'at_least' ? '' : value,
  });
}

export interface Range {
  readonly min: Filter;
  readonly max: Filter;
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** The bounds and steps of the gallery's other clients, so that a sent address fits theirs too. */
export const RANGES = {
  iso: { min: 'min_iso', max: 'max_iso', low: 50, high: 25_600, step: 50 },
  aperture: { min: 'min_aperture', max: 'max_aperture', low: 0.7, high: 64, step: 0.1 },
  focal_length: {
    min: 'min_focal_length',
    max: 'max_focal_length',
    low: 1,
    high: 1200,
    step: 1,
  },
} as const satisfies Record<string, Range>;
export type RangeName = keyof typeof RANGES;

/** The values at which a thumb can stand, no two alike: light and lenses are felt in ratios, not in
 * differences. */
export function stopsOf(range: Range): number[] {
  const ratio = range.high / range.low;
  const values = Array.from({ length: STOPS + 1 }, (_, stop) =>
    rounded(range, range.low * ratio ** (stop / STOPS)),
  );
  return [...new Set(values)];
}

const STOPS = 200;

/** The stop nearest to a value. */
export function stopOf(stops: readonly number[], value: number): number {
  const next = stops.findIndex((stop) => stop >= value);
  if (next < 0) return stops.length - 1;
  const [before = -Infinity, after = Infinity] = [stops[next - 1], stops[next]];
  return value - before < after - value ? next - 1 : next;
}

/** The nearest value that the range can take. */
export function rounded(range: Range, value: number): number {
  const stepped = Math.round(value / range.step) * range.step;
  return Number(Math.min(Math.max(range.low, stepped), range.high).toFixed(1));
}

/** The bounds of a range; null where it is open. */
export function boundsOf(filters: Filters, range: Range): [number | null, number | null] {
  return [numberOf(filters[range.min]), numberOf(filters[range.max])];
}

/** A bound at the end of its range lets everything through, and is none. */
export function withBounds(
  query: Query,
  range: Range,
  low: number | null,
  high: number | null,
): Query {
  return withFilters(query, {
    [range.min]: low === null || low <= range.low ? '' : String(low),
    [range.max]: high === null || high >= range.high ? '' : String(high),
  });
}

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly radiusKm: number;
}

export const RADIUS_KM_MIN = 1;
export const RADIUS_KM_MAX = 100;
export const RADIUS_KM_DEFAULT = 10;

/** The place photos are to be near; all three numbers belong together. */
export function placeOf(filters: Filters): Place | null {
  const latitude = numberOf(filters.gps_lat);
  const longitude = numberOf(filters.gps_lng);
  const radiusKm = numberOf(filters.gps_radius_km);
  if (latitude === null || longitude === null || radiusKm === null) return null;
  return { latitude, longitude, radiusKm };
}

export function withPlace(query: Query, place: Place | null): Query {
  return withFilters(query, {
    // Five decimals are a metre.
    gps_lat: place === null ? '' : String(Number(place.latitude.toFixed(5))),
    gps_lng: place === null ? '' : String(Number(place.longitude.toFixed(5))),
    gps_radius_km: place === null ? '' : String(Number(place.radiusKm.toFixed(2))),
  });
}

function numberOf(text: string | undefined): number | null {
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}
