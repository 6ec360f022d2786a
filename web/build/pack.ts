// After the build: everything the program embeds, in one folder, with a compressed twin beside each
// text, and the list that glib-compile-resources reads.
//
//   dist/app/      the web app                  /albumen/web/
//   dist/i18n/     the texts, one file each     /albumen/i18n/
//   dist/swagger/  the page of the API          /albumen/swagger/

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const TEXT = /\.(html|js|css|json|svg|txt|webmanifest)$/;
const GZIP_LEVEL = 9;
const PREFIXES = { app: '/albumen/web', i18n: '/albumen/i18n', swagger: '/albumen/swagger' };
/** Packages that are part of the app, and the texts of their licences. */
const LICENSES = {
  svelte: 'LICENSE.md',
  'maplibre-gl': 'LICENSE.txt',
  'world-atlas': 'LICENSE',
};
const SWAGGER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE'];

/** Packs `dist` under the root of the web folder, once the app is in `dist/app`. */
export function pack(root: string): Plugin {
  const dist = join(root, 'dist');
  return {
    name: 'albumen-pack',
    apply: 'build',
    closeBundle() {
      const swagger = dirname(
        createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'),
      );
      copyFolder(join(root, 'i18n'), join(dist, 'i18n'));
      copyFolder(join(root, 'swagger'), join(dist, 'swagger'));
      mkdirSync(join(dist, 'app/licenses'), { recursive: true });
      for (const [name, file] of Object.entries(LICENSES)) {
        const text = join(root, 'node_modules', name, file);
        copyFileSync(text, join(dist, 'app/licenses', `${name}.txt`));
      }
      for (const file of SWAGGER_FILES) {
        copyFileSync(join(swagger, file), join(dist, 'swagger', file));
      }
      const sections = Object.entries(PREFIXES).map(([folder, prefix]) => {
        const files = filesUnder(join(dist, folder)).flatMap((file) =>
          withTwin(dist, folder, file),
        );
        return `  <gresource prefix="${prefix}">\n${files.join('')}  </gresource>\n`;
      });
      const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<gresources>\n${sections.join('')}</gresources>\n`;
      writeFileSync(join(dist, 'web.gresource.xml'), xml);
    },
  };
}

function copyFolder(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) copyFileSync(join(from, file), join(to, file));
}

/** Paths of all files below a folder, relative to it, in a fixed order. */
function filesUnder(folder: string, below = ''): string[] {
  const entries = readdirSync(join(folder, below), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = join(below, entry.name);
      return entry.isDirectory() ? filesUnder(folder, path) : [path];
    })
    .sort();
}

/** Writes the twin of a text; returns the lines of the list for both. */
function withTwin(dist: string, folder: string, file: string): string[] {
  const path = join(folder, file);
  const lines = [`    <file alias="${file}">${path}</file>\n`];
  if (!TEXT.test(file)) return lines;
  writeFileSync(
    join(dist, `${path}.gz`),
    gzipSync(readFileSync(join(dist, path)), { level: GZIP_LEVEL }),
  );
  return [...lines, `    <file alias="${file}.gz">${path}.gz</file>\n`];
}
