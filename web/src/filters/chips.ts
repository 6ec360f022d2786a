// Every active filter in words, each with the query that is without it.

import { date, number, t, tn } from '../i18n/i18n.svelte';
import { FILTERS, withFilters, type Filter, type Filters, type Query } from '../route/query';
import { names } from '../people/names.svelte';
import {
  boundsOf,
  objectsOf,
  peopleOf,
  placeOf,
  RANGES,
  starsOf,
  tagsOf,
  withObjectToggled,
  withPersonToggled,
  withTagToggled,
  type RangeName,
} from './filters';

export interface Chip {
  readonly key: string;
  readonly text: string;
  readonly without: Query;
}

/** In the order of the drawer. The search is not among them: it stands in its field. */
export function chipsOf(query: Query): Chip[] {
  const chips: Chip[] = [];
  const said = new Set<Filter>(['search']);
  const say = (text: string | null, ...filters: readonly Filter[]): void => {
    for (const filter of filters) said.add(filter);
    const nothing: Filters = Object.fromEntries(filters.map((filter) => [filter, '']));
    if (text === null) return;
    chips.push({ key: filters.join(), text, without: withFilters(query, nothing) });
  };
  say(starsText(query.filters), 'min_star_rating', 'max_star_rating');
  for (const person of peopleOf(query.filters)) {
    chips.push({
      key: `person ${person}`,
      text: names.of(person),
      without: withPersonToggled(query, person),
    });
  }
  for (const object of objectsOf(query.filters)) {
    chips.push({
      key: `object ${object}`,
      text: object,
      without: withObjectToggled(query, object),
    });
  }
  said.add('person_id').add('object');
  for (const tag of tagsOf(query.filters)) {
    chips.push({
      key: `tag ${tag}`,
      text: t('chips.tag', { value: tag }),
      without: withTagToggled(query, tag),
    });
  }
  said.add('tag').add('require_tags');
  for (const name of Object.keys(RANGES) as RangeName[]) {
    say(rangeText(query.filters, name), RANGES[name].min, RANGES[name].max);
  }
  say(placeText(query.filters), 'gps_lat', 'gps_lng', 'gps_radius_km');
  for (const filter of FILTERS) {
    const value = query.filters[filter];
    if (value !== undefined && !said.has(filter)) say(plainText(filter, value), filter);
  }
  return chips;
}

function starsText(filters: Filters): string | null {
  const { min_star_rating: min, max_star_rating: max } = filters;
  if (min !== undefined && max !== undefined && min !== max) {
    return t('chips.stars_between', { from: min, to: max });
  }
  const wanted = starsOf(filters);
  return wanted && tn(`filters.${wanted.mode}`, wanted.stars);
}

/** A value of a range with its unit. */
export function rangeValueText(name: RangeName, value: number): string {
  return t(`ranges.${name}`, { value: number(value, { useGrouping: false }) });
}

function rangeText(filters: Filters, name: RangeName): string | null {
  const [low, high] = boundsOf(filters, RANGES[name]);
  if (low === null && high === null) return null;
  const from = low === null ? '' : rangeValueText(name, low);
  const to = high === null ? '' : rangeValueText(name, high);
  if (from === to) return from;
  if (high === null) return t('chips.from', { value: from });
  return low === null ? t('chips.to', { value: to }) : t('chips.between', { from, to });
}

function placeText(filters: Filters): string | null {
  const place = placeOf(filters);
  if (place === null) return null;
  const [latitude, longitude] = [place.latitude, place.longitude].map((degrees) =>
    number(degrees, { maximumFractionDigits: 2 }),
  );
  return t('chips.place', {
    radius: number(place.radiusKm, { maximumFractionDigits: 1 }),
    place: `${latitude}, ${longitude}`,
  });
}

/** The filters that need no other to be understood. */
function plainText(filter: Filter, value: string): string {
  switch (filter) {
    case 'date_from':
    case 'date_to': {
      const day = new Date(`${value}T00:00:00Z`);
      const text = Number.isNaN(day.getTime()) ? value : date(day, { dateStyle: 'medium' });
      return t(`chips.${filter}`, { value: text });
    }
    case 'path_prefix':
      return t('chips.path_prefix', { value: lastPart(value) });
    case 'favorites_only':
    case 'show_rejected':
    case 'hide_rejected':
    case 'hide_duplicates':
      return t(`chips.${filter}`);
    default:
      return value;
  }
}

/** What a path ends with. */
export function lastPart(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.at(-1) ?? path;
}
