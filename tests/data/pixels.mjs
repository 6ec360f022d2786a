// Pictures as arrays of pixels, and the few encoders that no tool at hand gives us.
import zlib from 'node:zlib';

// The colour in each corner of every test picture, upright; inside sRGB, so that profiles and JPEG
// leave them recognisable.
export const CORNERS = {
  top_left: [200, 40, 40],
  top_right: [40, 160, 60],
  bottom_left: [40, 70, 190],
  bottom_right: [220, 200, 60],
};

// Four coloured quarters around a grey square with a gradient.
export function quarters(width, height) {
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const vertical = y < height / 2 ? 'top' : 'bottom';
      const horizontal = x < width / 2 ? 'left' : 'right';
      const centre =
        Math.abs(x - width / 2) < width / 8 && Math.abs(y - height / 2) < height / 8;
      const grey = Math.round((x * 255) / width);
      const colour = centre ? [grey, grey, grey] : CORNERS[`${vertical}_${horizontal}`];
      rgb.set(colour, (y * width + x) * 3);
    }
  }
  return { width, height, channels: 3, data: rgb };
}

// Where the pixel (x, y) of the upright picture (w x h) is stored under each EXIF orientation
// (TIFF 6.0, tag 274).
const STORED = {
  1: (x, y) => [x, y],
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, w, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, w) => [y, w - 1 - x],
  7: (x, y, w, h) => [h - 1 - y, w - 1 - x],
  8: (x, y, w, h) => [h - 1 - y, x],
};

// The picture as a camera stores it that then says `orientation`.
export function storedAs(picture, orientation) {
  const { width, height, channels, data } = picture;
  const turned = orientation >= 5;
  const stored = {
    width: turned ? height : width,
    height: turned ? width : height,
    channels,
    data: Buffer.alloc(data.length),
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = STORED[orientation](x, y, width, height);
      const from = (y * width + x) * channels;
      data.copy(stored.data, (sy * stored.width + sx) * channels, from, from + channels);
    }
  }
  return stored;
}

export function ppm({ width, height, data }) {
  return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), data]);
}

const CRC_TABLE = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function pngChunk(type, body) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, crc]);
}

export function pngHeader(width, height, bits, colourType) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  header[9] = colourType;
  return pngChunk('IHDR', header);
}

// A PNG from rows of samples that are laid out as the colour type says (PNG, section 11.2.2).
export function png({ width, height, bits, colourType, rows, extra = [] }) {
  const stride = rows.length / height;
  const filtered = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.copy(filtered, y * (stride + 1) + 1, y * stride, (y + 1) * stride);
  }
  return Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(width, height, bits, colourType),
    ...extra,
    pngChunk('IDAT', zlib.deflateSync(filtered)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

export function png8({ width, height, data }) {
  return png({ width, height, bits: 8, colourType: 2, rows: data });
}

export function png16({ width, height, data }) {
  const rows = Buffer.alloc(data.length * 2);
  data.forEach((value, i) => rows.writeUInt16BE(value * 257, i * 2));
  return png({ width, height, bits: 16, colourType: 2, rows });
}

// Opaque at the corners, transparent in the middle.
export function pngAlpha({ width, height, data }) {
  const rows = Buffer.alloc(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    data.copy(rows, i * 4, i * 3, i * 3 + 3);
    const centre =
      Math.abs(x - width / 2) < width / 8 && Math.abs(y - height / 2) < height / 8;
    rows[i * 4 + 3] = centre ? 0 : 255;
  }
  return png({ width, height, bits: 8, colourType: 6, rows });
}

export function pngPalette({ width, height, data }) {
  const palette = [...Object.values(CORNERS), [128, 128, 128]];
  const rows = Buffer.alloc(width * height);
  for (let i = 0; i < width * height; i++) {
    const found = palette.findIndex((c) => c.every((v, k) => data[i * 3 + k] === v));
    rows[i] = found < 0 ? palette.length - 1 : found;
  }
  const extra = [pngChunk('PLTE', Buffer.from(palette.flat()))];
  return png({ width, height, bits: 8, colourType: 3, rows, extra });
}
