// The picture of an item: a small one at once, then the whole, and one between for looking at it whole.

import { ApiError, isAbort, request } from '../../api/http';
import { itemImageUrl, itemThumbnailUrl } from '../api';
import type { Picture } from './painter';

/** Of the longer side. What is larger is drawn from a smaller one as long as that is sharp enough. */
const MIDDLE_PX = 2048;
const PREVIEW_PX = 640;

export class PictureSource {
  /** Why the whole picture does not come. */
  problem = $state<ApiError | 'undecodable' | null>(null);
  loading = $state(true);
  readonly #item: string;
  readonly #changed: () => void;
  #preview: Picture | null = null;
  #middle: Picture | null = null;
  #whole: Picture | null = null;
  #closed = false;

  constructor(item: string, changed: () => void) {
    this.#item = item;
    this.#changed = changed;
    void this.load();
  }

  /** The one that is sharp enough when the whole one is so many device pixels wide. */
  at(width: number): Picture | null {
    if (this.#middle && width <= this.#middle.width) return this.#middle;
    return this.#whole ?? this.#preview;
  }

  async load(): Promise<void> {
    this.problem = null;
    this.loading = true;
    void this.#loadPreview();
    try {
      const image = await decoded(itemImageUrl(this.#item));
      if (this.#closed) return;
      this.#whole = pictureOf(image);
      this.#changed();
      await this.#makeMiddle(image);
    } catch {
      if (!this.#closed) this.problem = await reasonOf(itemImageUrl(this.#item));
    } finally {
      this.loading = false;
      this.#changed();
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#middle?.image instanceof ImageBitmap) this.#middle.image.close();
  }

  async #loadPreview(): Promise<void> {
    try {
      this.#preview = pictureOf(await decoded(itemThumbnailUrl(this.#item, PREVIEW_PX)));
      this.#changed();
    } catch {
      // The whole picture says what is wrong.
    }
  }

  async #makeMiddle(image: HTMLImageElement): Promise<void> {
    const { naturalWidth: width, naturalHeight: height } = image;
    const scale = MIDDLE_PX / Math.max(width, height);
    if (scale > 0.75) return;
    const bitmap = await createImageBitmap(image, {
      resizeWidth: Math.round(width * scale),
      resizeHeight: Math.round(height * scale),
      resizeQuality: 'high',
    });
    if (this.#closed) bitmap.close();
    else this.#middle = { image: bitmap, width: bitmap.width, height: bitmap.height };
  }
}

function pictureOf(image: HTMLImageElement): Picture {
  return { image, width: image.naturalWidth, height: image.naturalHeight };
}

async function decoded(source: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}

/** An image element does not say what is wrong; asking again does. */
async function reasonOf(source: string): Promise<ApiError | 'undecodable'> {
  const abort = new AbortController();
  try {
    await request(source, { signal: abort.signal });
    return 'undecodable';
  } catch (error) {
    if (error instanceof ApiError) return error;
    if (isAbort(error)) return 'undecodable';
    throw error;
  } finally {
    abort.abort();
  }
}
