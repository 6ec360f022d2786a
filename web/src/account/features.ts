// What this server offers beside the photos themselves, and what of it this person may do.

import { session } from './session.svelte';

export type Feature = 'show_folders' | 'show_map' | 'show_memories' | 'show_timeline';

export function offers(feature: Feature): boolean {
  return session.status?.features?.[feature] === true;
}

/** Whether this person may rate: among accounts everybody for themselves, else who may edit. */
export function mayRate(): boolean {
  return session.multiUser ? session.signedIn : session.mayEdit;
}
