import { Live } from './live';

/** The events of the server this page came from. */
export const live = new Live({
  connect: () => new EventSource('/api/albumen/events'),
  channel: () => ('BroadcastChannel' in window ? new BroadcastChannel('albumen.live') : null),
  // Undefined in pages that came over plain HTTP from another machine.
  locks: (navigator.locks as LockManager | undefined) ?? null,
  page: document,
});
