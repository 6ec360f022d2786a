// What was found for a few letters, as one list in groups, and where each thing leads.

import type { Found } from '../api/search';
import { objectsOf, peopleOf, tagsOf, withObjectToggled, withPersonToggled, withTagToggled } from '../filters/filters';
import { withFilter, withFilters, type Query } from '../route/query';

export const GROUPS = ['people', 'objects', 'tags', 'folders', 'cameras', 'files'] as const;
export type Group = (typeof GROUPS)[number];

export interface Hit {
  readonly group: Group;
  readonly key: string;
  readonly text: string;
  /** Null where it is one photo. */
  readonly photos: number | null;
  /** The photos it leads to, narrowing those of a query; null for a photo. */
  readonly narrow: ((query: Query) => Query) | null;
  readonly photo?: number;
  readonly person?: number;
}

export function hitsOf(found: Found): Hit[] {
  return [
    ...found.people.map(({ id, name, photos }): Hit => {
      const narrow = (query: Query): Query =>
        peopleOf(query.filters).includes(id) ? query : withPersonToggled(query, id);
      return { group: 'people', key: `people ${id}`, text: name, photos, narrow, person: id };
    }),
    ...found.objects.map(({ label, photos }) => {
      const narrow = (query: Query): Query =>
        objectsOf(query.filters).includes(label) ? query : withObjectToggled(query, label);
      return hit('objects', label, label, photos, narrow);
    }),
    ...found.tags.map(({ name, photos }) => {
      const narrow = (query: Query): Query =>
        tagsOf(query.filters).includes(name) ? query : withTagToggled(query, name);
      return hit('tags', name, name, photos, narrow);
    }),
    ...found.folders.map(({ path, name, photos }) =>
      hit('folders', path, name, photos, (query) => withFilter(query, 'path_prefix', path)),
    ),
    ...found.cameras.map(({ name, photos }) =>
      hit('cameras', name, name, photos, (query) => withFilter(query, 'camera', name)),
    ),
    ...found.files.map(({ id, filename }): Hit => {
      const key = `files ${id}`;
      return { group: 'files', key, text: filename, photos: null, narrow: null, photo: id };
    }),
  ];
}

function hit(
  group: Group,
  key: string,
  text: string,
  photos: number,
  narrow: (query: Query) => Query,
): Hit {
  return { group, key: `${group} ${key}`, text, photos, narrow };
}

/** The query without what was typed, narrowed to a hit. */
export function narrowed(query: Query, one: Hit): Query {
  const rest = withFilters(query, { search: '' });
  return one.narrow === null ? rest : one.narrow(rest);
}
