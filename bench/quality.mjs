// How good the models are at faces, on photographs that we labelled (bench/faces.json) and on what
// is made from them: shrunk, turned, dark. The figures of docs/internals/faces.md are the floor.
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { areaUnderCurve, averagePrecision, bestThreshold, distance, match, nearestLink, pairwise } from './measures.mjs';
import { fetchSamples, labels, samplePath, samplesFolder } from './samples.mjs';
import { REPOSITORY, median, say } from './tools.mjs';

const JOIN = 0.5; // faces nearer than that are one person's: docs/internals/faces.md
const LEAST_SHARE = 0.02; // of the long side: smaller faces are not asked for

function modelsFolder() {
  const folder = process.env.ALBUMEN_MODELS || path.join(path.dirname(samplesFolder), 'models');
  if (!fs.existsSync(path.join(folder, 'face-resnet'))) {
    say('Fetching and converting the models ...');
    execFileSync('scripts/models', ['--into', folder], { cwd: REPOSITORY, stdio: ['ignore', 2, 2] });
  }
  return folder;
}

// Asks bench/see, one request after the other.
class Seer {
  constructor(models) {
    execFileSync('ninja', ['-C', 'build', 'bench/see'], { cwd: REPOSITORY, stdio: ['ignore', 'ignore', 2] });
    this.child = spawn(path.join(REPOSITORY, 'build/bench/see'), [models], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.waiting = [];
    readline.createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.waiting.shift().resolve(JSON.parse(line));
    });
    this.child.on('exit', (code) => {
      for (const { reject } of this.waiting) reject(new Error(`bench/see ended with ${code}`));
    });
  }

  ask(request) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  close() {
    this.child.stdin.end();
  }
}

// Where a labelled face lies after what `change` did to the picture: its middle and its size in
// pixels of the answer. A turn keeps the middle of the picture where it is in the larger frame.
function placeOf(box, answer, size, { shrink = 1, turn = 0 }) {
  const [x, y, width, height] = box;
  const right = ((x + width / 2 - 0.5) * size.width) / shrink;
  const down = ((y + height / 2 - 0.5) * size.height) / shrink;
  const angle = (turn * Math.PI) / 180;
  return {
    x: answer.width / 2 + right * Math.cos(angle) - down * Math.sin(angle),
    y: answer.height / 2 + right * Math.sin(angle) + down * Math.cos(angle),
    size: Math.max(width * size.width, height * size.height) / shrink,
    share: (width * size.width) / shrink / Math.max(answer.width, answer.height),
  };
}

// A find belongs to a label when its middle lies within half a face of the label's.
function nearness(place, find) {
  const x = (find.box[0] + find.box[2]) / 2 - place.x;
  const y = (find.box[1] + find.box[3]) / 2 - place.y;
  return Math.max(0, 1 - Math.hypot(x, y) / (place.size / 2));
}

// The pictures after a change: how many of the labelled faces are found, what else was, and the
// finds with the names of their labels.
async function look(seer, pictures, sizes, changeOf) {
  const sum = { labelled: 0, found: 0, wrong: 0, faces: [], ms: [] };
  for (const picture of pictures) {
    const change = changeOf(picture);
    const answer = await seer.ask({ file: picture.path ?? samplePath(picture), ...change });
    const size = sizes.get(picture) ?? answer;
    if (!sizes.has(picture)) sizes.set(picture, answer);
    const places = picture.faces.map((face) => ({ ...face, ...placeOf(face.box, answer, size, change) }));
    const { pairs, wrong } = match(places, answer.faces, nearness);
    const large = ({ share }) => share >= LEAST_SHARE;
    sum.labelled += places.filter(large).length;
    sum.found += pairs.filter(({ label }) => large(label)).length;
    sum.wrong += wrong.length;
    sum.ms.push({ ms: answer.ms, faces: answer.faces.length });
    for (const { label, find } of pairs) {
      sum.faces.push({ person: label.person, picture, change, ...find });
    }
  }
  return sum;
}

// So much smaller that the faces' median width is that share of the picture's long side.
function shrinkTo(share, sizes) {
  return (picture) => {
    const { width, height } = sizes.get(picture);
    const widths = picture.faces.map(({ box }) => (box[2] * width) / Math.max(width, height));
    return { shrink: Math.max(1, median(widths) / share) };
  };
}

function detectionRow(what, least, { labelled, found, wrong }, mostWrong) {
  return {
    what: `Faces found: ${what}`,
    budget: `>= ${(least * 100).toFixed(0)} %, at most ${mostWrong} false`,
    measured: `${found} of ${labelled}, ${wrong} false`,
    ratio: (found / labelled / least).toFixed(2),
    met: found / labelled >= least && wrong <= mostWrong,
  };
}

// Recall and false finds. The floors are those of the 45 faces that the way was chosen by.
async function detectionRows(seer, sizes) {
  const all = labels.pictures;
  const groups = all.filter(({ faces }) => faces.length > 1);
  const rows = [];
  const plain = await look(seer, all, sizes, () => ({}));
  rows.push(detectionRow(`${all.length} photographs as they are`, 1, plain, 0));
  for (const [share, least, mostWrong] of [
    [0.045, 44 / 45, 0],
    [0.03, 1, 2],
    [0.022, 43 / 45, 4],
  ]) {
    const seen = await look(seer, groups, sizes, shrinkTo(share, sizes));
    rows.push(detectionRow(`shrunk to ${(share * 100).toFixed(1)} % of the side`, least, seen, mostWrong));
  }
  for (const [turn, least] of [
    [15, 1],
    [30, 1],
    [45, 44 / 45],
    [60, 44 / 45],
    [90, 39 / 45],
    [180, 14 / 45],
  ]) {
    const seen = await look(seer, groups, sizes, () => ({ turn }));
    rows.push(detectionRow(`turned by ${turn} degrees`, least, seen, 0));
  }
  const dark = await look(seer, all, sizes, () => ({ light: 0.3 }));
  rows.push(detectionRow('at three tenths of the light', 0.95, dark, 1));
  return { rows, plain, dark };
}

function isSure(a, b) {
  return !labels.unsure.some((pair) => pair.includes(a.person) && pair.includes(b.person) && a.person !== b.person);
}

function distances(faces) {
  const same = [];
  const different = [];
  for (let i = 0; i < faces.length; i++) {
    for (let k = 0; k < i; k++) {
      if (!isSure(faces[i], faces[k])) continue;
      (faces[i].person === faces[k].person ? same : different).push(distance(faces[i].vector, faces[k].vector));
    }
  }
  return { same, different };
}

// What vectors tell, and how the plain rule piles them: nearest link at the default distance.
function identityRows(name, faces) {
  const { same, different } = distances(faces);
  const people = new Set(faces.map(({ person }) => person)).size;
  const best = bestThreshold(same, different);
  nearestLink(faces, JOIN);
  const piles = pairwise(faces, isSure);
  const of = `${faces.length} faces of ${people} people, ${name}`;
  return [
    {
      what: `Telling people apart: ${of}`,
      budget: 'AUC >= 0.99',
      measured:
        `AUC ${areaUnderCurve(same, different).toFixed(4)}; ` +
        `best ${(best.accuracy * 100).toFixed(1)} % at ${best.threshold.toFixed(2)}`,
      met: areaUnderCurve(same, different) >= 0.99,
    },
    {
      what: `Piles by nearest link at ${JOIN}: ${of}`,
      budget: 'precision 1.00, recall >= 0.85',
      measured: `precision ${piles.precision.toFixed(3)}, recall ${piles.recall.toFixed(3)}, F1 ${piles.f1.toFixed(3)}`,
      met: piles.precision === 1 && piles.recall >= 0.85,
    },
  ];
}

async function variedFaces(seer, sizes) {
  const faces = [];
  for (const change of [{ turn: 20 }, { light: 0.5 }]) {
    faces.push(...(await look(seer, labels.pictures, sizes, () => change)).faces);
  }
  faces.push(...(await look(seer, labels.pictures, sizes, shrinkTo(0.035, sizes))).faces);
  return faces;
}

// A picture of the same name after another change is another picture.
function apart(faces) {
  const keys = new Map();
  return faces
    .filter(({ vector }) => vector.length > 0)
    .map((face) => {
      const key = `${face.picture.file} ${JSON.stringify(face.change)}`;
      if (!keys.has(key)) keys.set(key, keys.size);
      return { ...face, picture: keys.get(key) };
    });
}

// How long the whole way takes, from the decoded picture to vectors; bench/inference.mjs has the
// models one by one.
function speedRow({ ms }) {
  const mean = (of) => ms.reduce((sum, each) => sum + of(each), 0) / ms.length;
  const time = mean((each) => each.ms);
  return {
    what: 'Faces of a decoded picture, all stages, one thread',
    measured:
      `${time.toFixed(0)} ms of processor time (${(1000 / time).toFixed(1)} pictures a second), ` +
      `${mean((each) => each.faces).toFixed(1)} faces a picture`,
  };
}

export async function qualityRows() {
  fetchSamples();
  const seer = new Seer(modelsFolder());
  const sizes = new Map();
  const { rows, plain } = await detectionRows(seer, sizes);
  const varied = await variedFaces(seer, sizes);
  rows.push(...identityRows('as they are', apart(plain.faces)));
  rows.push(...identityRows('also turned, dark and small', apart([...plain.faces, ...varied])));
  rows.push(speedRow(plain));
  seer.close();
  return rows;
}

const PICTURE = /\.(jpe?g|png|webp|tiff?)$/i;

// A folder laid out as person/photo.jpg: the largest face of each photo is taken for the person's.
export async function folderRows(folder) {
  const seer = new Seer(modelsFolder());
  const faces = [];
  let photos = 0;
  for (const person of fs.readdirSync(folder).sort()) {
    if (!fs.statSync(path.join(folder, person)).isDirectory()) continue;
    for (const name of fs.readdirSync(path.join(folder, person)).sort()) {
      if (!PICTURE.test(name)) continue;
      photos++;
      const seen = await seer.ask({ file: path.join(path.resolve(folder), person, name) });
      const area = ({ box }) => (box[2] - box[0]) * (box[3] - box[1]);
      const [largest] = seen.faces.sort((a, b) => area(b) - area(a));
      if (largest) faces.push({ person, picture: { file: `${person}/${name}` }, change: {}, ...largest });
    }
  }
  seer.close();
  const found = { what: 'Photos with a face', measured: `${faces.length} of ${photos}` };
  return [found, ...identityRows(folder, apart(faces))];
}

// Objects against annotations of COCO's form.
export async function objectRows(annotations, folder) {
  const { images, annotations: boxes, categories } = JSON.parse(fs.readFileSync(annotations, 'utf8'));
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const seer = new Seer(modelsFolder());
  const wanted = boxes.map(({ image_id: image, category_id: category, bbox, iscrowd }) => {
    const [x, y, width, height] = bbox;
    return { image, label: names.get(category), box: [x, y, x + width, y + height], crowd: iscrowd === 1 };
  });
  const finds = [];
  for (const { id, file_name: name } of images) {
    const { objects } = await seer.ask({ objects: true, file: path.join(path.resolve(folder), name) });
    finds.push(...objects.map((object) => ({ image: id, ...object })));
  }
  seer.close();
  const { ap, ap50, ap75, classes } = averagePrecision(wanted, finds);
  const measured = `AP ${ap.toFixed(3)}, at 0.50 ${ap50.toFixed(3)}, at 0.75 ${ap75.toFixed(3)}`;
  return [{ what: `Objects: ${images.length} pictures, ${classes} classes`, measured }];
}
