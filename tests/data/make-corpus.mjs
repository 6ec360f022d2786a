#!/usr/bin/env node
// Makes a folder of every kind of picture and every kind of trouble, and what is expected of each.
//   tests/data/make-corpus.mjs FOLDER
// FOLDER/photos         what to scan
// FOLDER/outside        what links in it point to
// FOLDER/expected.json  { files: [...], ignored: [...], corners: {...} }, see README.md beside this file
// Deterministic but for the encoders' versions. Needs the packages of the group "test".
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CORNERS, png16, png8, pngAlpha, pngPalette, ppm, quarters, storedAs } from './pixels.mjs';
import * as broken from './broken.mjs';
import { factFiles } from './facts.mjs';
import { oddNames, pathText } from './names.mjs';
import { dng, exifLies, exifLoop, insertSegment, jpegComment } from './tiff.mjs';

const WIDTH = 480;
const HEIGHT = 320;

const out = process.argv[2];
if (!out) {
  console.error('usage: make-corpus.mjs FOLDER');
  process.exit(2);
}
const photos = path.join(out, 'photos');
const outside = path.join(out, 'outside');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'albumen-corpus-'));
fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(photos, { recursive: true });
fs.mkdirSync(outside);

const run = promisify(execFile);
const files = [];
const ignored = [];

// A path beneath photos, as bytes.
function inside(name) {
  return Buffer.concat([Buffer.from(`${photos}/`), Buffer.from(name)]);
}

function put(name, bytes) {
  const text = Buffer.from(name).toString('latin1');
  if (text.includes('/')) {
    const folder = Buffer.from(text.slice(0, text.lastIndexOf('/')), 'latin1');
    fs.mkdirSync(inside(folder), { recursive: true });
  }
  fs.writeFileSync(inside(name), bytes);
}

function expectIndexed(name, format, facts = {}) {
  files.push({
    path: pathText(Buffer.from(name)),
    outcome: 'indexed',
    format,
    width: WIDTH,
    height: HEIGHT,
    ...facts,
  });
}

function expectFailed(name, reason) {
  files.push({ path: pathText(Buffer.from(name)), outcome: 'failed', reason });
}

const upright = quarters(WIDTH, HEIGHT);
const asFile = (name) => path.join(work, name);
const read = (name) => fs.readFileSync(asFile(name));

async function jpegOf(picture, name, ...options) {
  fs.writeFileSync(asFile(`${name}.ppm`), ppm(picture));
  const args = ['-quality', '92', ...options, '-outfile', asFile(name), asFile(`${name}.ppm`)];
  await run('cjpeg', args);
  return read(name);
}

// Every format, upright.
async function makeFormats(baseline) {
  const png = asFile('upright.png');
  fs.writeFileSync(png, png8(upright));
  fs.writeFileSync(asFile('two.png'), png8(storedAs(upright, 3)));
  const tall = { ...upright, height: HEIGHT * 2, data: Buffer.concat([upright.data, upright.data]) };
  fs.writeFileSync(asFile('tall.png'), png8(tall));
  const target = (name) => path.join(photos, 'formats', name);
  fs.mkdirSync(path.join(photos, 'formats'));

  put('formats/baseline.jpg', baseline);
  put('formats/rgb8.png', png8(upright));
  put('formats/rgb16.png', png16(upright));
  put('formats/alpha.png', pngAlpha(upright));
  put('formats/palette.png', pngPalette(upright));
  const vips = (...args) => run('vips', args);
  await Promise.all([
    jpegOf(upright, 'progressive.jpg', '-progressive').then((b) => put('formats/progressive.jpg', b)),
    jpegOf(upright, 'grey.jpg', '-grayscale').then((b) => put('formats/grey.jpg', b)),
    vips('icc_transform', png, `${target('cmyk.jpg')}[Q=92]`, 'cmyk', '--input-profile', 'srgb'),
    vips('icc_transform', png, `${target('display-p3.jpg')}[Q=92]`, 'p3', '--input-profile', 'srgb'),
    vips('copy', png, `${target('lossy.webp')}[Q=90]`),
    vips('copy', png, `${target('lossless.webp')}[lossless]`),
    vips('copy', png, `${target('lzw.tif')}[compression=lzw]`),
    vips('copy', png, `${target('jpeg-tiles.tif')}[compression=jpeg,Q=92,tile]`),
    vips('copy', png, target('plain.gif')),
    vips('gifsave', asFile('tall.png'), target('animated.gif'), '--page-height', `${HEIGHT}`),
    vips('copy', png, target('windows.bmp')),
    vips('thumbnail', png, asFile('preview.ppm'), '240'),
    run('img2webp', ['-d', '100', png, asFile('two.png'), '-o', target('animated.webp')]),
    run('heif-enc', ['-q', '90', png, '-o', target('apple.heic')]),
    run('heif-enc', ['-A', '-q', '90', png, '-o', target('av1.avif')]),
    run('cjxl', [png, target('lossy.jxl'), '-d', '1', '-e', '3', '--quiet']),
    run('cjxl', [asFile('baseline.jpg'), target('from-jpeg.jxl'), '-e', '3', '--quiet']),
  ]);
  fs.copyFileSync(target('apple.heic'), target('apple.heif'));

  const formats = {
    'baseline.jpg': 'jpeg', 'progressive.jpg': 'jpeg', 'cmyk.jpg': 'jpeg', 'display-p3.jpg': 'jpeg',
    'rgb8.png': 'png', 'rgb16.png': 'png', 'alpha.png': 'png', 'palette.png': 'png',
    'lossy.webp': 'webp', 'lossless.webp': 'webp', 'animated.webp': 'webp',
    'lzw.tif': 'tiff', 'jpeg-tiles.tif': 'tiff', 'plain.gif': 'gif', 'animated.gif': 'gif',
    'windows.bmp': 'bmp', 'apple.heic': 'heif', 'apple.heif': 'heif', 'av1.avif': 'avif',
    'lossy.jxl': 'jxl', 'from-jpeg.jxl': 'jxl',
  };
  for (const [name, format] of Object.entries(formats)) {
    // CMYK's own gamut moves the colours: only their order is certain.
    const colours = name === 'cmyk.jpg' ? 90 : 24;
    expectIndexed(`formats/${name}`, format, { colour_tolerance: colours });
  }
  expectIndexed('formats/grey.jpg', 'jpeg');
}

// A camera's RAW: with a preview, without one, and turned.
async function makeRaw() {
  const small = quarters(240, 160);
  const turned = storedAs(small, 6);
  const shot = {
    make: 'Albumen', model: 'Albumen Test One', taken: '2022:09:10 11:12:13', offset: '+03:00', iso: 200,
  };
  const preview = async (picture, name) => ({
    width: picture.width, height: picture.height, jpeg: await jpegOf(picture, name),
  });
  const facts = {
    date_taken: '2022:09:10 11:12:13', offset_minutes: 180, camera: shot.model, iso: 200, f_stop: 4,
    focal_length: 35, shutter_seconds: 0.008,
  };
  put('raw/preview.dng', dng({ picture: upright, orientation: 1, ...shot, preview: await preview(small, 'p1.jpg') }));
  expectIndexed('raw/preview.dng', 'raw', { ...facts, colour_tolerance: 40 });
  put('raw/no-preview.dng', dng({ picture: upright, orientation: 1, ...shot, preview: null }));
  expectIndexed('raw/no-preview.dng', 'raw', facts);
  put('raw/turned.DNG', dng({
    picture: storedAs(upright, 6), orientation: 6, ...shot, preview: await preview(turned, 'p6.jpg'),
  }));
  expectIndexed('raw/turned.DNG', 'raw', { ...facts, orientation: 6, colour_tolerance: 40 });
}

// The same upright picture, stored in each of the eight ways.
async function makeOrientations(tags) {
  const make = async (orientation) => {
    const stored = storedAs(upright, orientation);
    const name = `orientation/jpeg-${orientation}.jpg`;
    put(name, await jpegOf(stored, `o${orientation}.jpg`));
    expectIndexed(name, 'jpeg', { orientation, colour_tolerance: 24 });
    tags.push([name, '-n', `-EXIF:Orientation=${orientation}`]);
    if (orientation === 6) {
      for (const [ending, format] of [['png', 'png'], ['webp', 'webp'], ['tif', 'tiff']]) {
        const other = `orientation/${format}-6.${ending}`;
        fs.writeFileSync(asFile('turned.png'), png8(stored));
        await run('vips', ['copy', asFile('turned.png'), path.join(photos, other)]);
        expectIndexed(other, format, { orientation, colour_tolerance: 24 });
        tags.push([other, '-n', '-EXIF:Orientation=6']);
      }
    }
  };
  fs.mkdirSync(path.join(photos, 'orientation'));
  await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(make));
  // In HEIF the file's own transformations count, and EXIF's word on it does not (ISO 23008-12).
  fs.copyFileSync(path.join(photos, 'formats/apple.heic'), path.join(photos, 'orientation/heic-lies.heic'));
  expectIndexed('orientation/heic-lies.heic', 'heif', { colour_tolerance: 24 });
  tags.push(['orientation/heic-lies.heic', '-n', '-EXIF:Orientation=6']);
}

function makeFacts(baseline, tags) {
  for (const { name, from, format, args, facts } of factFiles) {
    if (from) {
      fs.mkdirSync(path.join(photos, 'facts'), { recursive: true });
      fs.copyFileSync(path.join(photos, from), path.join(photos, name));
    } else {
      put(name, insertSegment(baseline, jpegComment(name)));
    }
    expectIndexed(name, format ?? 'jpeg', facts);
    tags.push([name, ...args]);
  }
  put('facts/exif-loop.jpg', insertSegment(baseline, exifLoop('Looping Camera')));
  expectIndexed('facts/exif-loop.jpg', 'jpeg', { camera: 'Looping Camera', date_taken: null });
  put('facts/exif-lies.jpg', insertSegment(baseline, exifLies('Lying Camera')));
  expectIndexed('facts/exif-lies.jpg', 'jpeg', { camera: 'Lying Camera', date_taken: null });
}

function makeNames(baseline) {
  for (const name of oddNames()) {
    put(name, insertSegment(baseline, jpegComment(name)));
    expectIndexed(name, 'jpeg');
  }
  put('names/a-png-at-heart.jpg', png8(upright));
  expectIndexed('names/a-png-at-heart.jpg', 'png');

  const deep = `nested/${Array.from({ length: 40 }, (_, i) => `level ${i}`).join('/')}/deep.jpg`;
  put(deep, insertSegment(baseline, jpegComment(deep)));
  expectIndexed(deep, 'jpeg');
  for (const name of ['copies/first.jpg', 'copies/second.jpg']) {
    put(name, insertSegment(baseline, jpegComment('the same twice')));
    expectIndexed(name, 'jpeg');
  }

  const hidden = ['.hidden/secret.jpg', 'names/.hidden.jpg', 'names/._resource-fork.jpg'];
  for (const name of [...hidden, 'names/no extension', 'names/readme.txt', 'names/page.html']) {
    put(name, baseline);
    ignored.push(name);
  }
}

function makeBroken(baseline) {
  const png = png8(upright);
  const heic = fs.readFileSync(path.join(photos, 'formats/apple.heic'));
  for (const { name, bytes, reason } of broken.files({ jpeg: baseline, png, heic })) {
    put(name, bytes);
    expectFailed(name, reason);
  }
}

// What is no regular file is passed over, and so are links that lead out of the folder or in circles.
async function makeSpecial(baseline) {
  put('special/regular.jpg', insertSegment(baseline, jpegComment('regular')));
  expectIndexed('special/regular.jpg', 'jpeg');
  fs.writeFileSync(path.join(outside, 'elsewhere.jpg'), baseline);
  const link = (target, name) => {
    fs.symlinkSync(target, path.join(photos, name));
    ignored.push(name);
  };
  fs.symlinkSync('regular.jpg', path.join(photos, 'special/link-inside.jpg'));
  expectIndexed('special/link-inside.jpg', 'jpeg');
  link('../../outside/elsewhere.jpg', 'special/link-outside.jpg');
  link('nowhere.jpg', 'special/link-dangling.jpg');
  link('link-loop-b.jpg', 'special/link-loop-a.jpg');
  link('link-loop-a.jpg', 'special/link-loop-b.jpg');
  link('..', 'special/folder-loop');
  link('../../outside', 'special/folder-outside');
  await run('mkfifo', [path.join(photos, 'special/fifo.jpg')]);
  ignored.push('special/fifo.jpg');
  // A socket's path may have 107 bytes only: bind it by its bare name. It stays when we exit.
  const before = process.cwd();
  process.chdir(path.join(photos, 'special'));
  const server = net.createServer();
  await new Promise((resolve) => server.listen('socket.jpg', resolve));
  process.chdir(before);
  ignored.push('special/socket.jpg');
}

// One exiftool for all: [file, argument...] each.
async function writeTags(tags) {
  const lines = tags.flatMap(([name, ...args]) => [
    '-q', '-q', '-m', '-overwrite_original', ...args, path.join(photos, name), '-execute',
  ]);
  fs.writeFileSync(asFile('tags'), `${lines.join('\n')}\n`);
  await run('exiftool', ['-@', asFile('tags')]);
}

const baseline = await jpegOf(upright, 'baseline.jpg');
const tags = [];
await makeFormats(baseline);
await makeRaw();
await makeOrientations(tags);
makeFacts(baseline, tags);
await writeTags(tags);
makeNames(baseline);
makeBroken(baseline);
await makeSpecial(baseline);

files.sort((a, b) => (a.path < b.path ? -1 : 1));
fs.writeFileSync(
  path.join(out, 'expected.json'),
  `${JSON.stringify({ files, ignored: ignored.sort(), corners: CORNERS }, null, 1)}\n`,
);
fs.rmSync(work, { recursive: true });
process.exit(0);
