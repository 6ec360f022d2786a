// What axe-core finds on every page, light and dark, large and small.
import { test } from 'node:test';
import { corpus } from '../server.mjs';
import { judge } from './axe.mjs';
import { fullPicture, PHONE, thumbnailsShown, useApp } from './harness.mjs';

const { photos } = corpus();
const app = useApp({ photos: [photos] });
// What a browser without a graphics card says of drawing the map.
const SLOW_DRAWING = { expected: /GL Driver Message/ };

// Every place of the app, one after the other.
async function judgeEverywhere(page) {
  await thumbnailsShown(page);
  await judge(page, 'the gallery');
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await page.getByRole('dialog', { name: 'Filters' }).getByLabel('Camera').waitFor();
  await judge(page, 'the filters');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  for (const name of ['Order and size', 'Menu']) {
    const button = page.getByRole('button', { name, exact: true });
    await button.click();
    await page.getByRole('group', { name, exact: true }).waitFor();
    await judge(page, `the menu ${name}`);
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await judge(page, 'the list of keys');
  await page.keyboard.press('Escape');

  await page.locator('[data-id]').first().focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('x');
  await page.getByRole('toolbar', { name: 'Chosen photos' }).getByText('2 chosen').waitFor();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  await judge(page, 'the selection');
  await page.getByRole('button', { name: 'Give stars' }).click();
  await judge(page, 'the stars to give');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');

  const id = await app.idOf(`${photos}/facts/everything.jpg`);
  await page.goto(`${app.url}/?search=everything&min_star_rating=3&photo=${id}`);
  await fullPicture(page, id);
  await judge(page, 'the viewer');
  await page.keyboard.press('i');
  await page.getByRole('heading', { name: 'The tower' }).waitFor();
  await judge(page, 'the details');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await thumbnailsShown(page);
  await judge(page, 'the gallery with filters');

  await page.goto(`${app.url}/?search=nothing+is+called+that`);
  await page.getByRole('heading', { name: 'Nothing fits' }).waitFor();
  await judge(page, 'nothing found');
  await page.goto(`${app.url}/failures`);
  await page.locator('main li').first().waitFor();
  await judge(page, 'the failures');

  await page.goto(`${app.url}/folders`);
  await page.locator('.cards a').first().waitFor();
  await judge(page, 'the folders');
  await page.goto(`${app.url}/years`);
  await page.locator('.cards a').first().waitFor();
  await judge(page, 'the years');
  await page.goto(`${app.url}/memories?date=2031-07-03`);
  await page.getByRole('heading', { name: /7 years ago$/ }).waitFor();
  await judge(page, 'the memories');
  await page.goto(`${app.url}/map?lat=48.8584&lng=2.2945&zoom=14`);
  await page.locator('button.place').first().waitFor();
  await judge(page, 'the map');
}

for (const colorScheme of ['light', 'dark']) {
  test(`on a large screen, ${colorScheme}`, () =>
    app.visit('/', { colorScheme }, judgeEverywhere, SLOW_DRAWING));
  test(`on a phone, ${colorScheme}`, () =>
    app.visit('/', { ...PHONE, colorScheme }, judgeEverywhere, SLOW_DRAWING));
}
