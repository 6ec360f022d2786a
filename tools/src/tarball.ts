/**
 * npm packages as files: found through the registry that npm is set up for, kept under their
 * checksum, taken up again where a download broke off. Nothing of a package is ever run.
 */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSha256 } from './checksum.js';
import { type Source } from './manifest.js';
import { run } from './programs.js';

/** Gives up on a connection that stands still for so long. */
const STALLED_SECONDS = 30;
const ATTEMPTS = 3;
const SYSTEM_CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** Certificates that Node was told of beside the system's, for curl: it knows one file only. */
function certificateArguments(folder: string): string[] {
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  if (!extra || !existsSync(extra)) return [];
  const path = join(folder, 'certificates.pem');
  const files = [SYSTEM_CERTIFICATES, extra].filter((file) => existsSync(file));
  writeFileSync(path, files.map((file) => readFileSync(file, 'utf8')).join('\n'));
  return ['--cacert', path];
}

export class Tarball {
  private readonly path: string;
  private readonly part: string;

  constructor(
    readonly source: Source,
    private readonly cache: string,
  ) {
    this.path = join(cache, `${source.tarball_sha256}.tgz`);
    this.part = `${this.path}.part`;
  }

  get label(): string {
    return `${this.source.package} ${this.source.version}`;
  }

  doneBytes(): number {
    for (const path of [this.path, this.part]) {
      const size = statSync(path, { throwIfNoEntry: false })?.size;
      if (size !== undefined) return Math.min(size, this.source.tarball_bytes);
    }
    return 0;
  }

  /** Makes it be there, whole and checked; its path. */
  async fetch(): Promise<string> {
    if (existsSync(this.path)) {
      if ((await fileSha256(this.path)) === this.source.tarball_sha256) return this.path;
      rmSync(this.path);
    }
    mkdirSync(this.cache, { recursive: true, mode: 0o700 });
    let complaint = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // The last time with npm's own means: it knows proxies and registries that curl does not.
      const refused = await (attempt < ATTEMPTS - 1 ? this.download() : this.pack());
      if (refused === null) {
        if ((await fileSha256(this.part)) === this.source.tarball_sha256) {
          renameSync(this.part, this.path);
          return this.path;
        }
        complaint = 'what came is not the package it should be (wrong checksum)';
        rmSync(this.part, { force: true });
      } else {
        complaint = refused;
      }
    }
    throw new Error(`${this.label} could not be fetched: ${complaint}`);
  }

  /** With curl, going on after what is there; null or a complaint. */
  private async download(): Promise<string | null> {
    const { source } = this;
    const size = statSync(this.part, { throwIfNoEntry: false })?.size ?? 0;
    if (size >= source.tarball_bytes) {
      // Whole already, or too long: the checksum tells.
      return null;
    }
    const found = await run('npm', ['view', `${source.package}@${source.version}`, 'dist.tarball']);
    const address = found.output.trim();
    if (!found.ok || !address) return found.complaint;
    const folder = mkdtempSync(join(tmpdir(), 'albumen-models-'));
    try {
      const ended = await run('curl', [
        ...['--fail', '--silent', '--show-error', '--location', '--continue-at', '-'],
        ...['--speed-limit', '1', '--speed-time', String(STALLED_SECONDS)],
        ...['--max-filesize', String(source.tarball_bytes)],
        ...certificateArguments(folder),
        ...['--output', this.part, '--', address],
      ]);
      return ended.ok ? null : ended.complaint;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  private async pack(): Promise<string | null> {
    const { source } = this;
    const folder = mkdtempSync(join(this.cache, 'pack-'));
    try {
      const ended = await run('npm', [
        ...['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
        `${source.package}@${source.version}`,
      ]);
      if (!ended.ok) return ended.complaint;
      const [packed] = JSON.parse(ended.output) as { filename: string }[];
      // Older versions of npm tell the name with its scope, and write it without.
      const name = packed!.filename.replace(/^@/, '').replace('/', '-');
      renameSync(join(folder, name), this.part);
      return null;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Unpacks only these files into a folder. */
  async extract(paths: readonly string[], folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    const ended = await run('tar', [
      ...['--extract', '--gzip', '--file', this.path, '--directory', folder],
      ...['--no-same-owner', '--strip-components', '1', '--'],
      ...paths.map((path) => `package/${path}`),
    ]);
    if (!ended.ok) throw new Error(`${this.label} could not be unpacked: ${ended.complaint}`);
  }
}
