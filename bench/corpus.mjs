// Photographs to scan, made once: JPEGs of 21 megapixels as a camera writes them (noise, 4:2:2, EXIF
// with a thumbnail), and a few giants. Sources are Debian's wallpaper packages.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { CACHE, say } from './tools.mjs';

const WIDTH = 5616;
const HEIGHT = 3744;
const WALLPAPERS = '/usr/share/backgrounds';
const ORIGINALS = [
  'Bridge_by_Sander_Klootwijk.jpg',
  'Dragonfly_by_Bolly.jpg',
  'Picture_0B_by_freespace.jpg',
  'Wine_by_Jakkub_Mede.jpg',
  'aitzgorri_by_Aitzol_Berasategi.jpg',
  'free_by_Peter_Nerlich.jpg',
  'friends_by_Aitzol_Berasategi.jpg',
  'mate/nature/Storm.jpg',
  'life_by_Aitzol_Berasategi.jpg',
  'picosdeeuropa_by_Aitzol_Berasategi.jpg',
  'seeding_by_Clements_Engelhardt.jpg',
  'sunset_by_Aitzol_Berasategi.jpg',
  'mate/nature/Aqua.jpg',
  'mate/nature/Blinds.jpg',
  'mate/nature/Garden.jpg',
  'mate/nature/LadyBird.jpg',
  'mate/nature/RainDrops.jpg',
  'mate/nature/TwoWings.jpg',
  'mate/nature/Dune.jpg',
  'mate/nature/YellowFlower.jpg',
];

// original, output, seed of the noise, EXIF thumbnail: about 8 MB. The twin is the same picture
// upside down, which costs a decoder as much and is made in a tenth of the time.
const PHOTOGRAPH = `
set -euo pipefail
export VIPS_CONCURRENCY=1
work=$(mktemp -d "$2.XXXXXX")
trap 'rm -rf "$work"' EXIT
vips thumbnail "$1" "$work/large.v" ${WIDTH} --height ${HEIGHT} --crop centre --size both
vips gaussnoise "$work/noise.v" ${WIDTH} ${HEIGHT} --sigma 10 --seed "$3"
vips add "$work/large.v" "$work/noise.v" "$work/sum.v"
vips cast "$work/sum.v" "$work/sum.ppm" uchar
cjpeg -quality 94 -sample 2x1 -outfile "$2.jpg" "$work/sum.ppm"
jpegtran -rotate 180 -copy none -outfile "$2-twin.jpg" "$2.jpg"
`;

// What one person might have: each costs a decoder memory in another way.
const GIANTS = `
set -euo pipefail
cd "$1"
vips thumbnail "$2" large.v 12000 --height 9000 --crop centre --size both
vips copy large.v 'baseline 108 megapixels.jpg[Q=90]'
jpegtran -progressive -outfile 'progressive 108 megapixels.jpg' 'baseline 108 megapixels.jpg'
vips copy large.v 'deflated 108 megapixels.png[compression=1]'
vips crop large.v 'interlaced 20 megapixels.png[compression=1,interlace]' 0 0 5000 4000
vips crop large.v 'phone 12 megapixels.heic[Q=50,effort=0]' 0 0 4000 3000
vips crop large.v 'lossy 20 megapixels.webp[effort=0]' 0 0 5000 4000
vips crop large.v 'packed 64 megapixels.tif[compression=lzw]' 0 0 8000 8000
rm large.v
`;

function version() {
  const recipe = [WIDTH, HEIGHT, ORIGINALS, PHOTOGRAPH, GIANTS].join();
  return crypto.createHash('sha256').update(recipe).digest('hex').slice(0, 16);
}

function writeExif(folder) {
  const script = [];
  fs.readdirSync(folder).forEach((name, at) => {
    const day = String((at % 28) + 1).padStart(2, '0');
    script.push(
      ...['-q', '-q', '-overwrite_original', '-EXIF:Make=Canon', '-EXIF:Model=Canon EOS 5D Mark II'],
      ...['-EXIF:LensModel=EF24-105mm f/4L IS USM', '-EXIF:FNumber=5.6', '-EXIF:ISO=400'],
      ...['-EXIF:ExposureTime=1/250', `-EXIF:FocalLength=${24 + at}`, '-EXIF:Flash=16'],
      ...[`-EXIF:DateTimeOriginal=2011:07:${day} 14:03:${10 + at}`, '-EXIF:SubSecTimeOriginal=41'],
      ...['-EXIF:GPSLatitude=43.2', '-EXIF:GPSLatitudeRef=N', '-EXIF:GPSLongitude=4.85'],
      ...['-EXIF:GPSLongitudeRef=W', '-XMP:Rating=3', '-XMP-dc:Subject=bench', '-XMP-dc:Subject=travel'],
      ...[path.join(folder, name), '-execute'],
    );
  });
  execFileSync('exiftool', ['-@', '-'], { input: `${script.join('\n')}\n` });
}

// { photographs: FOLDER, giants: FOLDER }
export function corpus() {
  const folder = path.join(CACHE, 'corpus');
  const made = {
    photographs: path.join(folder, 'photographs'),
    giants: path.join(folder, 'giants'),
  };
  const stamp = path.join(folder, 'version');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === version()) return made;

  say('Making a corpus of 21 megapixel photographs (once) ...');
  fs.rmSync(folder, { recursive: true, force: true });
  for (const each of Object.values(made)) fs.mkdirSync(each, { recursive: true });
  const jobs = ORIGINALS.map((name, at) => {
    const output = path.join(made.photographs, `IMG_${String(at).padStart(4, '0')}`);
    return [path.join(WALLPAPERS, name), output, at + 1].join('\n');
  });
  const xargs = ['-d', '\\n', '-n', '3', '-P', '2', 'bash', '-c', PHOTOGRAPH, 'bash'];
  execFileSync('xargs', xargs, { input: jobs.join('\n'), stdio: ['pipe', 'ignore', 'inherit'] });
  writeExif(made.photographs);
  const largest = path.join(WALLPAPERS, ORIGINALS[10]);
  execFileSync('bash', ['-c', GIANTS, 'bash', made.giants, largest], { stdio: 'inherit' });
  fs.writeFileSync(stamp, version());
  return made;
}
