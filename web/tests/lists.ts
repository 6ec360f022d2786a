import { NO_DAY, type PhotoList } from '../src/gallery/photo-list';

/** A list of photos from plain values; ids count from 1. */
export function listOf(photos: readonly { aspect: number; day?: number }[]): PhotoList {
  return {
    count: photos.length,
    ids: Uint32Array.from(photos, (_, index) => index + 1),
    aspects: Uint16Array.from(photos, (photo) => photo.aspect * 1000),
    days: Int32Array.from(photos, (photo) => photo.day ?? NO_DAY),
  };
}

/** Numbers that look random and are the same in every run. */
export function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** `count` photos of common shapes, newest first, some of them without a date. */
export function someList(count: number, seed = 1): PhotoList {
  const random = sequence(seed);
  let day = 20_000;
  return listOf(
    Array.from({ length: count }, (_, index) => {
      if (random() < 0.2) day -= Math.floor(random() * 9);
      const aspect = [1.5, 0.667, 1.333, 0.75, 1, 1.778, 6, 0.2][Math.floor(random() * 8)] ?? 1;
      return index > count * 0.95 ? { aspect } : { aspect, day };
    }),
  );
}
