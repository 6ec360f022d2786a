// The dataset whose room is open, for all parts of the room.

import type { Dataset } from './api';

class Current {
  dataset = $state.raw<Dataset | null>(null);
}

export const current = new Current();
