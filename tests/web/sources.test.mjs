// The folders of the library: adding one, taking it out, reading it again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { corpus, temporaryFolder } from '../server.mjs';
import { eventually, thumbnailsShown, tiles, useApp } from './harness.mjs';

const { photos } = corpus();
const folder = temporaryFolder('family');
after(() => fs.rmSync(folder, { recursive: true }));
const copy = (file) => fs.copyFileSync(path.join(photos, file), path.join(folder, path.basename(file)));
copy('facts/everything.jpg');
copy('facts/leap-day.jpg');
fs.writeFileSync(path.join(folder, 'damaged.jpg'), 'This is no picture.');

const app = useApp();

const button = (within, name) => within.getByRole('button', { name, exact: true });
const told = (page, text) => page.getByRole('region', { name: 'Notices' }).getByText(text).waitFor();
const source = (page) => page.getByRole('listitem').filter({ hasText: folder });
const count = (page, name) =>
  page.locator('dl div').filter({ hasText: name }).locator('dd').textContent();

test('an empty library leads to its beginning, and a folder is added', () =>
  app.visit(
    '/',
    {},
    async (page) => {
      await button(page, 'Add a folder').click();
      await page.getByRole('heading', { name: 'Library', exact: true }).waitFor();
      const field = page.getByRole('textbox', { name: 'Add a folder' });
      await field.fill('family');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'Write the whole path' }).waitFor();
      await field.fill('/there/is/no/such/folder');
      await button(page, 'Add').click();
      await page.getByRole('alert').filter({ hasText: /no such folder|does not exist|cannot/i }).waitFor();

      await field.fill(folder);
      await button(page, 'Add').click();
      await told(page, `${folder} is added`);
      await source(page).getByText('2 photos').waitFor();
      await page.getByRole('link', { name: '1 file could not be read' }).waitFor();
      await button(page, 'Gallery').click();
      await eventually(() => tiles(page).count(), 2);
      await thumbnailsShown(page);
    },
    { expected: /4\d\d/ },
  ));

test('what is put into the folder appears, and what is taken away goes', () =>
  app.visit('/', {}, async (page) => {
    await eventually(() => tiles(page).count(), 2);
    copy('facts/no-offset.jpg');
    await eventually(() => tiles(page).count(), 3);
    fs.rmSync(path.join(folder, 'no-offset.jpg'));
    await eventually(() => tiles(page).count(), 2);
  }));

test('a scan says what it found', () =>
  app.visit('/library', {}, async (page) => {
    await source(page).waitFor();
    await button(page, `Read again: ${folder}`).click();
    await page.getByRole('status').filter({ hasText: 'Done' }).waitFor();
    await eventually(() => count(page, 'Found'), '3');
    await eventually(() => count(page, 'Not readable'), '1');
  }));

test('a file that was mended is read again, and leaves the list', () =>
  app.visit('/failures', {}, async (page) => {
    await page.getByText('damaged.jpg').waitFor();
    await button(page, 'Read them again').click();
    await page.getByText('damaged.jpg').waitFor();
    copy('facts/rejected.jpg');
    fs.renameSync(path.join(folder, 'rejected.jpg'), path.join(folder, 'damaged.jpg'));
    await page.getByText('damaged.jpg').waitFor({ state: 'detached' });
    await page.getByText('Every file could be read.').waitFor();
  }));

test('a folder is taken out, and back with all that was known', () =>
  app.visit('/library', {}, async (page) => {
    const { ids } = await app.layout();
    await button(page, `Remove ${folder}`).click();
    const question = page.getByRole('dialog', { name: `Remove ${folder}` });
    await question.getByText('Nothing on the disk is touched').waitFor();
    await button(question, 'Remove').click();
    await told(page, 'is removed from the library');
    await source(page).waitFor({ state: 'detached' });
    assert.equal((await app.layout()).count, 0);
    assert.ok(fs.existsSync(path.join(folder, 'everything.jpg')));

    await button(page, 'Undo').click();
    await source(page).waitFor();
    await eventually(async () => (await app.layout()).ids, ids);
  }));
