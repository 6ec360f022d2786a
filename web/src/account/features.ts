// What this server offers beside the photos themselves.

import { session } from './session.svelte';

export type Feature = 'show_folders' | 'show_map' | 'show_memories' | 'show_timeline';

export function offers(feature: Feature): boolean {
  return session.status?.features?.[feature] === true;
}
