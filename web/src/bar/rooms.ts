// The ways to look at the library, in the order in which they are offered.

import type { Room } from '../route/route.svelte';
import type { IconName } from '../ui/Icon.svelte';

export const LOOKS = ['gallery', 'years', 'folders', 'map'] as const satisfies readonly Room[];
export type Look = (typeof LOOKS)[number];

export const LOOK_ICONS: Readonly<Record<Look, IconName>> = {
  gallery: 'photos',
  years: 'calendar',
  folders: 'folder',
  map: 'map',
};
