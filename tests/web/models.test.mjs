// What models find, on the page.
//
// ALBUMEN_MODELS    the folder that `make models` fills
// ALBUMEN_SAMPLES   photographs of people (bench/samples.mjs fetches them)
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODELS } from '../server.mjs';
import { judge } from './axe.mjs';
import { eventually, fullPicture, thumbnailsShown, useApp } from './harness.mjs';

const { ALBUMEN_SAMPLES: samples } = process.env;
assert.ok(MODELS && samples, 'this test needs ALBUMEN_MODELS (make models) and ALBUMEN_SAMPLES (node bench/samples.mjs)');

const app = useApp({ photos: [samples], models: MODELS });
const shownPeople = async () => (await app.get('/api/albumen/people?limit=200')).people;

test('everybody found is a pile that can be named', () =>
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

test('a pile shows its photos, faces and boxes', () =>
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

test('the library page tells of models, with their licences', () =>
  app.visit('/library', {}, async (page) => {
    const { models } = await app.get('/api/albumen/models');
    await page.getByText(`${models.length} models installed`).click();
    await page.getByText(models[0].name, { exact: true }).waitFor();
    await judge(page, 'models');
  }));
