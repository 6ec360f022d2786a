// Reads zip archives by their directory (PKWARE's APPNOTE.TXT, 4.3.12 and 4.3.16).
import assert from 'node:assert/strict';
import zlib from 'node:zlib';

const END_BYTES = 22;

// The bytes of each file by its name, whose UTF-8 must be told.
export function readZip(bytes) {
  const end = bytes.length - END_BYTES;
  assert.equal(bytes.readUInt32LE(end), 0x06054b50, 'the end of the directory');
  const files = {};
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(bytes.readUInt32LE(at), 0x02014b50, 'an entry of the directory');
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
    const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const lengths = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const local = bytes.readUInt32LE(at + 42);
    const raw = bytes.subarray(at + 46, at + 46 + lengths[0]);
    const name = raw.toString('utf8');
    assert.ok(raw.every((byte) => byte < 0x80) || flags & 0x800, `${name} is told to be UTF-8`);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(from, from + packed);
    files[name] = method === 0 ? content : zlib.inflateRawSync(content);
    assert.equal(files[name].length, size);
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return files;
}
