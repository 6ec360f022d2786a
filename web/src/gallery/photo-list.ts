// The answer of /api/albumen/layout: every photo of a query in order, as columns.
//
// Little-endian: "ALBLAY01", u32 count, u32 zero, u32 id[count], u16 aspect[count] in thousandths,
// padding to four bytes, i32 day[count].

export interface PhotoList {
  readonly count: number;
  readonly ids: Uint32Array;
  /** Width divided by height, in thousandths. */
  readonly aspects: Uint16Array;
  /** Days since 1970-01-01 of the local date taken, or `NO_DAY`. */
  readonly days: Int32Array;
}

export const NO_DAY = -2147483648;

const MAGIC = 'ALBLAY01';
const HEADER_BYTES = 16;

/** Reads the columns in place, without a copy. Throws when the bytes are no layout. */
export function parsePhotoList(buffer: ArrayBuffer): PhotoList {
  if (buffer.byteLength < HEADER_BYTES) throw new Error('The layout is too short.');
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, MAGIC.length));
  if (magic !== MAGIC) throw new Error('The layout is of an unknown kind.');
  const count = new DataView(buffer).getUint32(MAGIC.length, true);
  const aspectsAt = HEADER_BYTES + 4 * count;
  const daysAt = (aspectsAt + 2 * count + 3) & ~3;
  if (buffer.byteLength !== daysAt + 4 * count) throw new Error('The layout is incomplete.');
  return {
    count,
    ids: new Uint32Array(buffer, HEADER_BYTES, count),
    aspects: new Uint16Array(buffer, aspectsAt, count),
    days: new Int32Array(buffer, daysAt, count),
  };
}

/** Whether two lists show the same photos in the same order and shape. */
export function samePhotos(a: PhotoList, b: PhotoList): boolean {
  return (
    a.count === b.count && same(a.ids, b.ids) && same(a.aspects, b.aspects) && same(a.days, b.days)
  );
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
