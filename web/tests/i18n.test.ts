import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import english from '../i18n/en.json';
import { lookUp, message, pluralMessage } from '../src/i18n/messages';

// Tests run in the web folder, whatever folder they were built into.
const CATALOGUES = 'i18n';
const SOURCES = 'src';

function keysOf(node: unknown, path = ''): string[] {
  if (typeof node === 'string') return [path];
  assert.ok(typeof node === 'object' && node !== null, `${path} is neither a text nor a group`);
  return Object.entries(node).flatMap(([key, value]) =>
    keysOf(value, path ? `${path}.${key}` : key),
  );
}

function placeholdersOf(text: string | null): string[] {
  return (text?.match(/\{\w+\}/g) ?? []).sort();
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|svelte)$/.test(path) ? [readFileSync(path, 'utf8')] : [];
  });
}

const text = sources(SOURCES).join('\n');
const keys = keysOf(english.albumen);

test('every text that the source asks for exists', () => {
  const asked = [...text.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1] ?? '');
  const plural = [...text.matchAll(/\btn\(\s*'([\w.]+)'/g)].map((match) => `${match[1]}_other`);
  assert.ok(asked.length > 50 && plural.length > 5);
  for (const key of [...asked, ...plural]) assert.ok(keys.includes(key), key);
});

test('every text of the app is asked for', () => {
  const groups = [...text.matchAll(/\bt\(\s*`([\w.]+)\.\$\{/g)].map((match) => `${match[1]}.`);
  for (const key of keys) {
    const base = key.replace(/_(one|other)$/, '');
    const used =
      [key, base].some((each) => text.includes(`'${each}'`)) ||
      groups.some((group) => key.startsWith(group));
    assert.ok(used, `albumen.${key}`);
  }
});

test('plural forms come in pairs', () => {
  for (const key of keys.filter((each) => each.endsWith('_one'))) {
    assert.ok(keys.includes(key.replace(/_one$/, '_other')), key);
  }
});

test('other languages have no keys and no placeholders of their own', () => {
  for (const file of readdirSync(CATALOGUES)) {
    const catalogue: unknown = JSON.parse(readFileSync(join(CATALOGUES, file), 'utf8'));
    for (const key of keysOf(catalogue)) {
      const inEnglish = lookUp(english, key);
      assert.notEqual(inEnglish, null, `${file}: ${key}`);
      assert.deepEqual(placeholdersOf(lookUp(catalogue, key)), placeholdersOf(inEnglish), key);
    }
  }
});

test('a text comes in the language, else in English, else as its key', () => {
  const german = { retry: 'Noch einmal' };
  assert.equal(message(german, 'retry'), 'Noch einmal');
  assert.equal(message(german, 'close'), english.albumen.close);
  assert.equal(message(german, 'no.such.text'), 'no.such.text');
});

test('placeholders are filled; unknown ones stay', () => {
  const catalogue = { place: '{a} and {b} and {a}' };
  assert.equal(message(catalogue, 'place', { a: '$&' }), '$& and {b} and $&');
});

test('numbers choose their form by the rules of the language', () => {
  assert.equal(pluralMessage({}, 'en', 'gallery.count', 1), '1 photo');
  assert.equal(pluralMessage({}, 'en', 'gallery.count', 1200), '1,200 photos');
  const french = { gallery: { count_one: '{count} photo', count_other: '{count} photos' } };
  assert.equal(pluralMessage(french, 'fr', 'gallery.count', 0), '0 photo');
});
