// How good the models are at faces, on photographs that we labelled (bench/faces.json) and on what
// is made from them: shrunk, turned, dark. The figures of docs/internals/faces.md are the floor.
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { areaUnderCurve, bestThreshold, distance, match, nearestLink, pairwise } from './measures.mjs';
import { fetchSamples, labels, samplePath } from './samples.mjs';
import { CACHE, REPOSITORY, median, say } from './tools.mjs';

export const JOIN = 0.525; // faces nearer than that are one person's: docs/internals/faces.md
const LEAST_SHARE = 0.02; // of the long side: smaller faces are not asked for
const RUNTIME_PACKAGE = 'onnxruntime-node@1.30.0';

export function modelsFolder() {
  const folder = process.env.ALBUMEN_MODELS || path.join(CACHE, 'models');
  if (!fs.existsSync(path.join(folder, 'face-resnet'))) {
    say('Fetching and converting the models ...');
    execFileSync('scripts/models', ['--into', folder], { cwd: REPOSITORY, stdio: ['ignore', 2, 2] });
  }
  return folder;
}

// Asks bench/see, one request after the other.
export class Seer {
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
export async function look(seer, pictures, sizes, changeOf) {
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
export function shrinkTo(share, sizes) {
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
export async function detectionRows(seer, sizes) {
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

export function isSure(a, b) {
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
export function identityRows(name, faces) {
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

export async function variedFaces(seer, sizes) {
  const faces = [];
  for (const change of [{ turn: 20 }, { light: 0.5 }]) {
    faces.push(...(await look(seer, labels.pictures, sizes, () => change)).faces);
  }
  faces.push(...(await look(seer, labels.pictures, sizes, shrinkTo(0.035, sizes))).faces);
  return faces;
}

// A picture of the same name after another change is another picture.
export function apart(faces) {
  const keys = new Map();
  return faces
    .filter(({ vector }) => vector.length > 0)
    .map((face) => {
      const key = `${face.picture.file} ${JSON.stringify(face.change)}`;
      if (!keys.has(key)) keys.set(key, keys.size);
      return { ...face, picture: keys.get(key) };
    });
}

// The same model in npm's onnxruntime-node, one thread, fed alike; null where that package is not
// to be had.
async function yardstick(models, name, runs) {
  const folder = path.join(CACHE, 'ort');
  try {
    if (!fs.existsSync(path.join(folder, 'node_modules/onnxruntime-node'))) {
      say(`Fetching ${RUNTIME_PACKAGE} to measure beside it ...`);
      fs.mkdirSync(folder, { recursive: true });
      const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
      execFileSync('npm', [...args, '--silent', RUNTIME_PACKAGE], { stdio: ['ignore', 2, 2] });
    }
    const script = path.join(REPOSITORY, 'bench/node-runs.mjs');
    const file = path.join(models, name, `${name}.onnx`);
    const out = execFileSync('node', [script, folder, file, String(runs)], { encoding: 'utf8' });
    return JSON.parse(out);
  } catch (error) {
    say(`no comparison with ${RUNTIME_PACKAGE}: ${error.message.split('\n')[0]}`);
    return null;
  }
}

async function speedRows(seer, models, plain) {
  const rows = [];
  for (const name of ['blazeface', 'facemesh', 'iris', 'face-resnet', 'centernet', 'nanodet']) {
    if (!fs.existsSync(path.join(models, name))) continue;
    const ours = await seer.ask({ time: name, runs: 40 });
    const theirs = await yardstick(models, name, 40);
    const ratio = theirs && ours.best / theirs.best;
    rows.push({
      what: `One run of ${name}, one thread`,
      budget: '<= 1.1 of npm onnxruntime-node',
      measured: `${ours.best.toFixed(2)} ms (median ${ours.ms.toFixed(2)})`,
      yardstick: theirs ? `${theirs.best.toFixed(2)} ms` : '',
      ratio: ratio ? ratio.toFixed(2) : '',
      met: ratio ? ratio <= 1.1 : undefined,
    });
  }
  const total = plain.ms.reduce((sum, { ms }) => sum + ms, 0);
  const faces = plain.ms.reduce((sum, { faces }) => sum + faces, 0);
  rows.push({
    what: 'Faces of a decoded picture, all stages, one thread',
    measured: `${(total / plain.ms.length).toFixed(0)} ms of processor time, ${(faces / plain.ms.length).toFixed(1)} faces a picture`,
  });
  return rows;
}

export async function qualityRows() {
  const models = modelsFolder();
  fetchSamples();
  const seer = new Seer(models);
  const sizes = new Map();
  const { rows, plain } = await detectionRows(seer, sizes);
  const varied = await variedFaces(seer, sizes);
  rows.push(...identityRows('as they are', apart(plain.faces)));
  rows.push(...identityRows('also turned, dark and small', apart([...plain.faces, ...varied])));
  rows.push(...(await speedRows(seer, models, plain)));
  seer.close();
  return rows;
}
