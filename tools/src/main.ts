/**
 * Fetches, converts and installs models.
 *   node dist/main.js --manifests FOLDER --into FOLDER --cache FOLDER [--optional] [--while PID]
 * What is there already is left alone; what was made before is taken from the cache. One that fails
 * does not keep the others back. With --while the work ends when that process does.
 */

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileSha256, sha256 } from './checksum.js';
import { convert } from './convert.js';
import { type Manifest, type ManifestFile, readManifests } from './manifest.js';
import { endPrograms, run } from './programs.js';
import { Progress } from './progress.js';
import { Tarball } from './tarball.js';

interface Folders {
  readonly manifests: string;
  readonly into: string;
  readonly cache: string;
}

interface Failure {
  readonly name: string;
  readonly reason: string;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
const WATCH_MS = 1000;

async function systemHasRuntime(): Promise<boolean> {
  const { output } = await run('/sbin/ldconfig', ['-p']);
  return /\blibonnxruntime\.so\.1\b/.test(output);
}

/** Those that this machine can use and was not spared. */
async function wantedManifests(folder: string, optional: boolean): Promise<ManifestFile[]> {
  const here = ARCHITECTURES[process.arch];
  const spared = (await systemHasRuntime()) ? ['runtime'] : [];
  return readManifests(folder).filter(
    ({ manifest }) =>
      (optional || manifest.is_default) &&
      (manifest.source.architecture ?? here) === here &&
      !spared.includes(manifest.purpose),
  );
}

function isInstalled({ manifest, text }: ManifestFile, into: string): boolean {
  const folder = join(into, manifest.name);
  const size = statSync(join(folder, manifest.file), { throwIfNoEntry: false })?.size;
  const saying = join(folder, 'model.json');
  return (
    size === manifest.bytes && existsSync(saying) && readFileSync(saying, 'utf8') === text
  );
}

function madePath(manifest: Manifest, cache: string): string {
  return join(cache, 'made', manifest.sha256);
}

/** Writes beside the place and moves there: a file under its name is always whole. */
function put(path: string, write: (beside: string) => void): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.new-${process.pid}`;
  try {
    write(beside);
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** The model first: with model.json it counts. */
async function install(file: ManifestFile, folders: Folders): Promise<void> {
  const { manifest, text } = file;
  const made = madePath(manifest, folders.cache);
  if ((await fileSha256(made)) !== manifest.sha256) {
    rmSync(made, { force: true });
    throw new Error('the cache holds something else than was put there; it was removed');
  }
  const folder = join(folders.into, manifest.name);
  const saying = join(folder, 'model.json');
  rmSync(saying, { force: true });
  put(join(folder, manifest.file), (beside) => copyFileSync(made, beside));
  put(saying, (beside) => writeFileSync(beside, text));
}

function convertIntoCache(manifest: Manifest, unpacked: string, cache: string): void {
  const bytes = convert(manifest, unpacked);
  const checksum = sha256(bytes);
  if (checksum !== manifest.sha256) {
    throw new Error(`what was made is not what the manifest describes: its checksum is ${checksum}`);
  }
  put(madePath(manifest, cache), (beside) => writeFileSync(beside, bytes));
}

/** Everything that comes out of one package. */
async function makeFrom(
  tarball: Tarball,
  files: readonly ManifestFile[],
  folders: Folders,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const unpacked = mkdtempSync(join(folders.cache, 'unpacked-'));
  try {
    await tarball.fetch();
    const paths = files.flatMap(({ manifest }) => manifest.source.files.map(({ path }) => path));
    await tarball.extract([...new Set(paths)], unpacked);
    for (const file of files) {
      try {
        convertIntoCache(file.manifest, unpacked, folders.cache);
        await install(file, folders);
        console.log(`${file.manifest.name}: installed`);
      } catch (error) {
        failures.push({ name: file.manifest.name, reason: (error as Error).message });
      }
    }
  } catch (error) {
    const reason = (error as Error).message;
    failures.push(...files.map(({ manifest }) => ({ name: manifest.name, reason })));
  } finally {
    rmSync(unpacked, { recursive: true });
  }
  return failures;
}

function byTarball(files: readonly ManifestFile[]): Map<string, ManifestFile[]> {
  const groups = new Map<string, ManifestFile[]>();
  for (const file of files) {
    const key = file.manifest.source.tarball_sha256;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return groups;
}

async function fetchAll(missing: readonly ManifestFile[], folders: Folders): Promise<Failure[]> {
  const tarballs = join(folders.cache, 'tarballs');
  const work = [...byTarball(missing).values()].map((files) => ({
    files,
    tarball: new Tarball(files[0]!.manifest.source, tarballs),
  }));
  const total = work.reduce((sum, { tarball }) => sum + tarball.source.tarball_bytes, 0);
  const done = (): number => work.reduce((sum, { tarball }) => sum + tarball.doneBytes(), 0);
  const names = missing.map(({ manifest }) => manifest.name).join(', ');
  const progress = new Progress(folders.into, total);
  const tell = (): void => progress.running(done(), `Fetching models: ${names}`);
  const timer = setInterval(tell, 500);
  tell();
  const results = await Promise.all(
    work.map(({ tarball, files }) => makeFrom(tarball, files, folders)),
  );
  clearInterval(timer);
  const failures = results.flat();
  if (failures.length === 0) progress.end('idle', total, null);
  else progress.end('failed', done(), sentence(failures));
  return failures;
}

function sentence(failures: readonly Failure[]): string {
  const reasons = [...new Set(failures.map(({ reason }) => reason))].join('; ');
  const names = failures.map(({ name }) => name).join(', ');
  return `These models are missing: ${names}. ${reasons}. "make models" tries again.`;
}

function breakOff(into: string): never {
  endPrograms();
  const detail = 'The fetching of models was broken off; it goes on at the next start.';
  new Progress(into, 0).end('idle', 0, detail);
  process.exit(1);
}

/** Ends all of this when the process that it is for is gone. */
function watch(pid: number, into: string): void {
  const timer = setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      breakOff(into);
    }
  }, WATCH_MS);
  timer.unref();
}

/** What one that was ended in the middle has left behind. */
function removeLeftovers(cache: string): void {
  for (const folder of [cache, join(cache, 'tarballs')]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (/^(unpacked|pack)-/.test(name)) rmSync(join(folder, name), { recursive: true });
    }
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      manifests: { type: 'string' },
      into: { type: 'string' },
      cache: { type: 'string' },
      optional: { type: 'boolean', default: false },
      while: { type: 'string' },
    },
  });
  const { manifests, into, cache } = values;
  if (!manifests || !into || !cache) throw new Error('--manifests, --into and --cache are needed');
  const folders = { manifests, into, cache };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => breakOff(into));
  if (values.while) watch(Number(values.while), into);
  removeLeftovers(cache);
  const wanted = await wantedManifests(manifests, values.optional);
  const missing: ManifestFile[] = [];
  for (const file of wanted) {
    if (isInstalled(file, into)) continue;
    if (existsSync(madePath(file.manifest, cache))) {
      try {
        await install(file, folders);
        console.log(`${file.manifest.name}: installed from the cache`);
        continue;
      } catch (error) {
        console.log(`${file.manifest.name}: ${(error as Error).message}`);
      }
    }
    missing.push(file);
  }
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  if (missing.length === 0) {
    new Progress(into, 0).end('idle', 0, null);
    return 0;
  }
  const failures = await fetchAll(missing, folders);
  if (failures.length > 0) console.error(sentence(failures));
  return failures.length > 0 ? 1 : 0;
}

process.exitCode = await main();
