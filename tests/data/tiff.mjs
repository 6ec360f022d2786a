// TIFF structures by hand: a small DNG as a camera would write it, and EXIF that lies or loops.
// TIFF 6.0; DNG 1.4.

const BYTE = 1;
const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const SRATIONAL = 10;
const SIZE = { [BYTE]: 1, [ASCII]: 1, [SHORT]: 2, [LONG]: 4, [RATIONAL]: 8, [SRATIONAL]: 8 };

function encode(type, values) {
  if (type === ASCII) return Buffer.from(`${values}\0`);
  const list = [values].flat();
  const bytes = Buffer.alloc(list.length * SIZE[type]);
  list.forEach((value, i) => {
    const at = i * SIZE[type];
    if (type === BYTE) bytes.writeUInt8(value, at);
    if (type === SHORT) bytes.writeUInt16LE(value, at);
    if (type === LONG) bytes.writeUInt32LE(value, at);
    if (type === RATIONAL || type === SRATIONAL) {
      bytes.writeInt32LE(Math.round(value * 10000), at);
      bytes.writeInt32LE(10000, at + 4);
    }
  });
  return bytes;
}

// One directory whose first byte is at `offset`; `entries` are [tag, type, values], in any order.
function directory(offset, entries, next = 0) {
  const sorted = [...entries].sort((a, b) => a[0] - b[0]);
  const head = Buffer.alloc(2 + sorted.length * 12 + 4);
  const tails = [];
  let tail = offset + head.length;
  head.writeUInt16LE(sorted.length, 0);
  sorted.forEach(([tag, type, values], i) => {
    const at = 2 + i * 12;
    const bytes = encode(type, values);
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(bytes.length / SIZE[type], at + 4);
    if (bytes.length <= 4) {
      bytes.copy(head, at + 8);
    } else {
      head.writeUInt32LE(tail, at + 8);
      const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
      tails.push(padded);
      tail += padded.length;
    }
  });
  head.writeUInt32LE(next, head.length - 4);
  return Buffer.concat([head, ...tails]);
}

function header() {
  return Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
}

// Red, green, green, blue samples of `picture`, 16 bits, as a sensor sees them.
function mosaic({ width, height, data }) {
  const samples = Buffer.alloc(width * height * 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const channel = y % 2 === 0 ? (x % 2 === 0 ? 0 : 1) : x % 2 === 0 ? 1 : 2;
      const srgb = data[(y * width + x) * 3 + channel] / 255;
      const linear = srgb <= 0.04045 ? srgb / 12.92 : ((srgb + 0.055) / 1.055) ** 2.4;
      samples.writeUInt16LE(Math.round(512 + linear * (16383 - 512)), (y * width + x) * 2);
    }
  }
  return samples;
}

// A DNG of `picture` (as stored; `orientation` says how to turn it). `preview`: a JPEG of
// previewWidth x previewHeight, or null for a camera that embeds none. Offsets depend on sizes, so
// the directories are laid out twice: once to measure, once to write.
export function dng({ picture, orientation, make, model, taken, offset, iso, preview }) {
  const strip = mosaic(picture);
  const rawEntries = (stripAt) => [
    [254, LONG, 0],
    [256, LONG, picture.width],
    [257, LONG, picture.height],
    [258, SHORT, 16],
    [259, SHORT, 1],
    [262, SHORT, 32803],
    [273, LONG, stripAt],
    [277, SHORT, 1],
    [278, LONG, picture.height],
    [279, LONG, strip.length],
    [284, SHORT, 1],
    [33421, SHORT, [2, 2]],
    [33422, BYTE, [0, 1, 1, 2]],
    [50714, LONG, 512],
    [50717, LONG, 16383],
  ];
  const exifEntries = [
    [33434, RATIONAL, 0.008],
    [33437, RATIONAL, 4],
    [34855, SHORT, iso],
    [36867, ASCII, taken],
    [36881, ASCII, offset],
    [37386, RATIONAL, 35],
  ];
  const sharedEntries = (exifAt) => [
    [271, ASCII, make],
    [272, ASCII, model],
    [274, SHORT, orientation],
    [34665, LONG, exifAt],
    [50706, BYTE, [1, 4, 0, 0]],
    [50707, BYTE, [1, 1, 0, 0]],
    [50708, ASCII, model],
    // XYZ to the camera's colours: those of linear sRGB under D65 (IEC 61966-2-1).
    [50721, SRATIONAL, [3.2405, -1.5371, -0.4985, -0.9693, 1.876, 0.0416, 0.0556, -0.204, 1.0572]],
    [50728, RATIONAL, [1, 1, 1]],
    [50778, SHORT, 21],
  ];
  const mainEntries = (at) =>
    preview
      ? [
          [254, LONG, 1],
          [256, LONG, preview.width],
          [257, LONG, preview.height],
          [258, SHORT, [8, 8, 8]],
          [259, SHORT, 7],
          [262, SHORT, 6],
          [273, LONG, at.preview],
          [277, SHORT, 3],
          [278, LONG, preview.height],
          [279, LONG, preview.jpeg.length],
          [330, LONG, at.raw],
          ...sharedEntries(at.exif),
        ]
      : [...rawEntries(at.strip), ...sharedEntries(at.exif)];

  const build = (at) => {
    const parts = [header()];
    const next = {};
    let end = 8;
    const add = (name, bytes) => {
      next[name] = end;
      parts.push(bytes);
      end += bytes.length;
    };
    add('main', directory(end, mainEntries(at)));
    add('exif', directory(end, exifEntries));
    if (preview) {
      add('raw', directory(end, rawEntries(at.strip)));
      add('preview', Buffer.concat([preview.jpeg, Buffer.alloc(preview.jpeg.length % 2)]));
    }
    add('strip', strip);
    return { next, bytes: Buffer.concat(parts) };
  };
  const measured = build({ main: 0, exif: 0, raw: 0, preview: 0, strip: 0 }).next;
  return build(measured).bytes;
}

// EXIF blocks for the APP1 segment of a JPEG.
function app1(tiff) {
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([marker, body]);
}

// The next directory and the EXIF directory are the first one again.
export function exifLoop(model) {
  return app1(
    Buffer.concat([
      header(),
      directory(8, [[272, ASCII, model], [34665, LONG, 8], [34853, LONG, 8]], 8),
    ]),
  );
}

// Values far outside the block, counts that overflow, a directory beyond the end.
export function exifLies(model) {
  const block = directory(8, [
    [270, ASCII, 'a description that is not where it says'],
    [272, ASCII, model],
    [34665, LONG, 0xfffffff0],
  ]);
  block.writeUInt32LE(0xffffffff, 2 + 4); // the count of tag 270
  block.writeUInt32LE(0x7fffffff, 2 + 8); // and where it is
  return app1(Buffer.concat([header(), block]));
}

// Puts an APP1 or other segment right behind the start of a JPEG.
export function insertSegment(jpeg, segment) {
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

export function jpegComment(text) {
  const body = Buffer.from(text);
  const marker = Buffer.from([0xff, 0xfe, 0, 0]);
  marker.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([marker, body]);
}
