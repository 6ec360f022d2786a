// What a person chose on this device.

import { preferredLanguage, setLanguage } from '../i18n/i18n.svelte';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const ROW_HEIGHT_MIN = 120;
export const ROW_HEIGHT_MAX = 400;
export const ROW_HEIGHT_STEP = 20;

interface Stored {
  theme?: Theme;
  language?: string;
  rowHeight?: number;
  details?: boolean;
  autoAdvance?: boolean;
  boxes?: boolean;
}

const STORAGE_KEY = 'albumen.settings';

class Settings {
  theme = $state<Theme>('system');
  /** Of the gallery's rows, in CSS pixels on a wide screen. */
  rowHeight = $state(220);
  /** Whether the viewer shows what is known about the photo. */
  details = $state(false);
  /** Whether the viewer goes on to the next photo when one has been rated or flagged. */
  autoAdvance = $state(false);
  /** Whether the viewer shows who and what is where. */
  boxes = $state(false);
  language = $state('en');

  constructor() {
    const stored = readStored();
    this.theme = THEMES.find((each) => each === stored.theme) ?? 'system';
    const rowHeight = Number(stored.rowHeight);
    if (rowHeight >= ROW_HEIGHT_MIN && rowHeight <= ROW_HEIGHT_MAX) this.rowHeight = rowHeight;
    this.details = stored.details === true;
    this.autoAdvance = stored.autoAdvance === true;
    this.boxes = stored.boxes === true;
    this.language = stored.language ?? preferredLanguage();
    void this.#applyLanguage();
    $effect.root(() => {
      $effect(() => {
        document.documentElement.dataset['theme'] = this.theme;
      });
      $effect(() => this.#store());
    });
  }

  chooseLanguage(language: string): void {
    this.language = language;
    void this.#applyLanguage();
  }

  async #applyLanguage(): Promise<void> {
    try {
      await setLanguage(this.language);
    } catch {
      // The catalogue did not come: English remains, and the next start tries again.
    }
  }

  #store(): void {
    const { theme, language, rowHeight, details, autoAdvance, boxes } = this;
    const stored: Stored = { theme, language, rowHeight, details, autoAdvance, boxes };
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(stored));
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  }
}

function readStored(): Stored {
  try {
    return (JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Stored | null) ?? {};
  } catch {
    return {};
  }
}

export const settings = new Settings();
