// Files that are called pictures and are not, or not wholly. The reasons are patterns (of
// JavaScript, any case) for a sentence that a person understands.
import zlib from 'node:zlib';
import { PNG_SIGNATURE, pngChunk, pngHeader } from './pixels.mjs';

const ENDS = 'ends|cut|truncated|incomplete|missing';
const NOT_A_PICTURE = 'not a|no picture|unknown|recogni|format|holds text|holds nothing';
const TOO_LARGE = 'large|megapixel|pixels|big|limit';
const DAMAGED = `${NOT_A_PICTURE}|damaged|broken|corrupt|invalid|decoded|${ENDS}`;

const SIDE = 64250;

// Deterministic noise (xorshift32).
function noise(length, seed) {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 0xff;
  }
  return bytes;
}

// The frame header (SOF0) of a JPEG says another size.
function claimingJpeg(jpeg) {
  const bytes = Buffer.from(jpeg.subarray(0, 5000));
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(SIDE, frame + 5);
  bytes.writeUInt16BE(SIDE, frame + 7);
  return bytes;
}

function claimingPng() {
  return Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(SIDE, SIDE, 8, 2),
    pngChunk('IDAT', zlib.deflateSync(Buffer.alloc(4_000_000))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function claimingGif() {
  const bytes = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  bytes.writeUInt16LE(65535, 6);
  bytes.writeUInt16LE(65535, 8);
  const image = Buffer.from(',\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x4c\x01\0;', 'latin1');
  return Buffer.concat([bytes, image]);
}

// Chunks whose lengths lead beyond the end.
function pngBadLengths(png) {
  const bytes = Buffer.from(png);
  bytes.writeUInt32BE(0x7fffffff, 33);
  return bytes;
}

function pngBadCrc(png) {
  const bytes = Buffer.from(png);
  bytes.fill(0xaa, 60, 200);
  return bytes;
}

export function files({ jpeg, png, heic }) {
  const cut = (bytes, part) => bytes.subarray(0, Math.floor(bytes.length * part));
  return [
    { name: 'broken/empty.jpg', bytes: Buffer.alloc(0), reason: 'empty' },
    { name: 'broken/empty.dng', bytes: Buffer.alloc(0), reason: 'empty' },
    { name: 'broken/one-byte.jpg', bytes: jpeg.subarray(0, 1), reason: DAMAGED },
    { name: 'broken/truncated.jpg', bytes: cut(jpeg, 0.5), reason: ENDS },
    { name: 'broken/truncated-header.jpg', bytes: jpeg.subarray(0, 100), reason: DAMAGED },
    { name: 'broken/truncated.png', bytes: cut(png, 0.5), reason: ENDS },
    { name: 'broken/truncated.heic', bytes: cut(heic, 0.6), reason: DAMAGED },
    { name: 'broken/text.jpg', bytes: Buffer.from('This is a letter.\n'.repeat(40)), reason: NOT_A_PICTURE },
    { name: 'broken/page.png', bytes: Buffer.from('<!doctype html><p>404</p>\n'), reason: NOT_A_PICTURE },
    { name: 'broken/noise.jpg', bytes: noise(4096, 1), reason: NOT_A_PICTURE },
    { name: 'broken/noise.cr2', bytes: noise(4096, 2), reason: DAMAGED },
    { name: 'broken/noise.heic', bytes: noise(4096, 3), reason: DAMAGED },
    { name: 'broken/zeros.tif', bytes: Buffer.alloc(65536), reason: NOT_A_PICTURE },
    { name: 'broken/claims-huge.jpg', bytes: claimingJpeg(jpeg), reason: TOO_LARGE },
    { name: 'broken/claims-huge.png', bytes: claimingPng(), reason: TOO_LARGE },
    { name: 'broken/claims-huge.gif', bytes: claimingGif(), reason: TOO_LARGE },
    { name: 'broken/bad-lengths.png', bytes: pngBadLengths(png), reason: DAMAGED },
    { name: 'broken/bad-data.png', bytes: pngBadCrc(png), reason: DAMAGED },
    {
      name: 'broken/noise-inside.jpg',
      bytes: Buffer.concat([jpeg.subarray(0, 200), noise(3000, 4)]),
      reason: DAMAGED,
    },
  ];
}
