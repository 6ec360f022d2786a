// What models find, on the page: with the models of ALBUMEN_MODELS and the sample pictures beside them
// in the cache; where either is missing there is nothing to see.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { judge } from './axe.mjs';
import { eventually, fullPicture, thumbnailsShown, useApp } from './harness.mjs';

const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
const samples = path.join(cache, 'albumen/samples');
const seen = Boolean(process.env.ALBUMEN_MODELS) && fs.existsSync(samples);
const skip = seen ? false : 'no models, or no sample pictures';

// Scanning looks at the photos too.
const app = seen ? useApp({ photos: [samples] }) : null;
const shownPeople = async () => (await app.get('/api/albumen/people?limit=200')).people;

test('everybody found is a pile that can be named', { skip }, () =>
  app.visit('/people', {}, async (page) => {
    const people = await shownPeople();
    assert.ok(people.length > 1, `${people.length} people`);
    await eventually(() => page.locator('[data-person]').count(), people.length);
    await judge(page, 'people found');
    await page.getByRole('button', { name: 'Who is this?' }).first().click();
    await page.keyboard.type('Somebody');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /^Somebody, / }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: /^Somebody, / }).waitFor({ state: 'detached' });
  }));

test('a pile shows its photos, faces and boxes', { skip }, () =>
  app.visit('/', {}, async (page) => {
    const [first] = await shownPeople();
    await page.goto(`${app.url}/people/${first.id}`);
    await thumbnailsShown(page);
    await page.getByRole('link', { name: 'Faces' }).click();
    await eventually(() => page.locator('[data-face] img').count(), first.faces);
    await page.getByRole('link', { name: 'Photos', exact: true }).last().click();
    await thumbnailsShown(page);
    const id = Number(await page.locator('[data-id]').first().getAttribute('data-id'));
    await page.locator('[data-id]').first().click();
    await fullPicture(page, id);
    await page.keyboard.press('b');
    const { faces, objects } = await app.get(`/api/albumen/photos/${id}`);
    await eventually(() => page.locator('.box.face').count(), faces.length);
    await eventually(() => page.locator('.box.thing').count(), objects.length);
    await judge(page, 'boxes');
  }));

test('the library page tells of models, with their licences', { skip }, () =>
  app.visit('/library', {}, async (page) => {
    const { models } = await app.get('/api/albumen/models');
    await page.getByText(`${models.length} models installed`).click();
    await page.getByText(models[0].name, { exact: true }).waitFor();
    await judge(page, 'models');
  }));
