// The library's states: empty, being scanned, with files that could not be read; its colours.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { corpus, temporaryFolder } from '../server.mjs';
import { eventually, thumbnailsShown, tiles, useApp } from './harness.mjs';

const { photos, files } = corpus();
const broken = files.filter((file) => file.outcome === 'failed');

describe('with files that could not be read', () => {
  const app = useApp({ photos: [photos] });
  const told = `${broken.length} files could not be read`;

  test('the gallery counts them and leads to them', () =>
    app.visit('/', {}, async (page) => {
      await thumbnailsShown(page);
      await page.getByRole('button', { name: 'Menu', exact: true }).click();
      await page.getByRole('group', { name: 'Menu' }).getByRole('link', { name: told }).click();
      await page.getByRole('heading', { name: 'Files that could not be read' }).waitFor();
      assert.equal(new URL(page.url()).pathname, '/failures');
      await page.goBack();
      await thumbnailsShown(page);
    }));

  test('each stands in the list with its reason', () =>
    app.visit('/failures', {}, async (page) => {
      await page.getByRole('status').filter({ hasText: `${broken.length} files` }).waitFor();
      const found = await page.locator('main li').evaluateAll((all) =>
        all.map((item) => ({
          path: `${item.querySelector('.folder').textContent}/${item.querySelector('strong').textContent}`,
          reason: item.querySelector('p').textContent,
        })),
      );
      assert.equal(found.length, broken.length);
      for (const file of broken) {
        const failure = found.find((each) => each.path === `${photos}/${file.path}`);
        assert.ok(failure, `${file.path} is not in the list`);
        assert.match(failure.reason, new RegExp(file.reason, 'i'), file.path);
        assert.match(failure.reason, /^\p{Lu}.*\.$/u, `no sentence: ${failure.reason}`);
      }
      assert.equal(await page.getByText(/\b[0-9]+ byte\b/).filter({ hasNotText: '1 byte' }).count(), 0);
    }));

  test('one kind of them can be chosen, and copied', () =>
    app.visit('/failures', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      const kind = page.getByRole('combobox', { name: 'Kind' });
      await kind.selectOption({ index: 1 });
      const code = await kind.inputValue();
      const count = await page.locator('main li').count();
      assert.ok(count > 0 && count < broken.length);
      await page.getByRole('button', { name: 'Copy list' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      const lines = copied.trim().split('\n').map((line) => line.split('\t'));
      assert.equal(lines.length, count);
      for (const line of lines) assert.equal(line[1], code);
    }));

  test('it is as light or dark as the system, or as one chose', async () => {
    const lightness = (page) =>
      page.evaluate(() => {
        const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
        return (r + g + b) / 3 > 128 ? 'light' : 'dark';
      });
    for (const colorScheme of ['light', 'dark']) {
      await app.visit('/', { colorScheme }, async (page) => {
        await thumbnailsShown(page);
        assert.equal(await lightness(page), colorScheme);
        const other = colorScheme === 'light' ? 'dark' : 'light';
        await page.getByRole('button', { name: 'Menu', exact: true }).click();
        await page.getByRole('combobox', { name: 'Theme' }).selectOption(other);
        await eventually(() => lightness(page), other);
        await page.reload();
        await thumbnailsShown(page);
        assert.equal(await lightness(page), other);
        await page.getByRole('button', { name: 'Menu', exact: true }).click();
        await page.getByRole('combobox', { name: 'Theme' }).selectOption('system');
        await eventually(() => lightness(page), colorScheme);
        await page.emulateMedia({ colorScheme: other });
        await eventually(() => lightness(page), other);
      });
    }
  });

  test('the documentation of the API opens and asks nobody else', () =>
    app.visit('/api/docs', {}, async (page) => {
      await page.locator('[id^="operations-tag"], .opblock-tag').first().waitFor();
      await page.getByRole('heading', { name: /^Albumen/ }).first().waitFor();
    }));
});

describe('empty', () => {
  const app = useApp();

  test('it says how to begin', () =>
    app.visit('/', {}, async (page) => {
      await page.getByRole('heading', { name: 'No photos yet' }).waitFor();
      await page.getByText('make run PHOTOS=/some/folder').waitFor();
      await page.goto(`${app.url}/failures`);
      await page.getByText('Every file could be read.').waitFor();
    }));
});

/** Workers that share two cores with a browser take their time. */
const SCAN_MS = 90_000;

describe('while a scan runs', () => {
  const folder = temporaryFolder('growing');
  after(() => fs.rmSync(folder, { recursive: true }));
  const app = useApp({ args: ['--photos', folder] });

  // Pictures large enough to keep the workers at it, each with a content of its own.
  function addPhotos(count) {
    const noise = path.join(folder, '.noise.jpg');
    execFileSync('vips', ['gaussnoise', `${noise}[Q=90]`, '4000', '3000']);
    const bytes = fs.readFileSync(noise);
    for (let i = 0; i < count; i++) {
      const name = path.join(folder, `picture ${String(i).padStart(3, '0')}.jpg`);
      fs.writeFileSync(name, Buffer.concat([bytes, Buffer.from(`picture ${i}`)]));
    }
    fs.rmSync(noise);
  }

  test('progress is shown, the gallery fills, and what is new is found', () =>
    app.visit('/', {}, async (page) => {
      await page.getByRole('heading', { name: 'No photos yet' }).waitFor();
      addPhotos(40);
      await page.getByRole('button', { name: 'Menu', exact: true }).click();
      await page.getByRole('button', { name: 'Look for new photos' }).click();
      // Both at once: photos in the gallery, and a scan that is not done.
      await page.waitForFunction(
        () =>
          document.querySelector('progress') !== null &&
          document.querySelectorAll('[data-id]').length > 0,
      );
      await page.getByText(/^\s*\d+ of 40 files read/).waitFor();
      await page.getByRole('progressbar').waitFor({ state: 'detached', timeout: SCAN_MS });
      await page.getByText('40 photos', { exact: true }).waitFor({ state: 'attached' });
      await eventually(async () => (await app.layout()).count, 40);
      await thumbnailsShown(page);
      assert.ok((await tiles(page).count()) > 0);
    }));
});
