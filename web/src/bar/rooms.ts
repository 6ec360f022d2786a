// The ways to look at the library, in the order in which they are offered.

import type { Feature } from '../account/features';
import type { PlainRoom } from '../route/route.svelte';
import type { IconName } from '../ui/Icon.svelte';

export const LOOKS = ['gallery', 'people', 'years', 'folders', 'map', 'datasets'] as const satisfies readonly PlainRoom[];
export type Look = (typeof LOOKS)[number];

export const LOOK_ICONS: Readonly<Record<Look, IconName>> = {
  gallery: 'photos',
  people: 'people',
  years: 'calendar',
  folders: 'folder',
  map: 'map',
  datasets: 'shapes',
};

/** What the server must offer for them. */
export const LOOK_FEATURES: Readonly<Partial<Record<Look, Feature>>> = {
  years: 'show_timeline',
  folders: 'show_folders',
  map: 'show_map',
};
