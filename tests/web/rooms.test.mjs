// The other ways to look at the library: by year, by folder, on a map, on this day.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus } from '../server.mjs';
import { eventually, idsInSight, PHONE, thumbnailsShown, useApp } from './harness.mjs';

const { photos, files } = corpus();
const app = useApp({ photos: [photos] });

const indexed = files.filter((file) => file.outcome === 'indexed');
const everything = files.find((file) => file.path === 'facts/everything.jpg');
// What a browser without a graphics card says of drawing.
const SLOW_DRAWING = { expected: /GL Driver Message/ };
const path = (page) => new URL(page.url()).pathname;
const params = (page) => Object.fromEntries(new URL(page.url()).searchParams);
const look = (page, name) =>
  page.getByRole('navigation', { name: 'Library' }).getByRole('link', { name }).click();

test('folders lead to folders, and in the end to photos', () =>
  app.visit('/', {}, async (page) => {
    await look(page, 'Folders');
    await eventually(() => path(page), '/folders');
    const facts = indexed.filter((file) => file.path.startsWith('facts/')).length;
    const card = page.getByRole('link', { name: new RegExp(`^facts ${facts} photos?$`) });
    await card.waitFor();
    await card.click();
    await eventually(() => params(page), { path_prefix: `${photos}/facts/` });
    await page.getByRole('status').filter({ hasText: `${facts} photos` }).waitFor();
    await page.goBack();
    await eventually(() => path(page), '/folders');
    await card.waitFor();

    const cards = page.locator('.cards a');
    await cards.first().focus();
    await page.keyboard.press('ArrowRight');
    const second = cards.nth(1);
    await eventually(() => second.evaluate((each) => each === document.activeElement), true);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Home');
    const first = cards.first();
    await eventually(() => first.evaluate((each) => each === document.activeElement), true);
  }));

test('a folder that cannot be asked for says so, and is asked for again', () =>
  app.visit(
    '/',
    {},
    async (page) => {
      await page.route('**/api/folders?**', (route) => route.abort());
      await look(page, 'Folders');
      await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
      await page.unroute('**/api/folders?**');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('link', { name: /^facts / }).waitFor();
    },
    { expected: /folders|ERR_FAILED/ },
  ));

test('years and months lead to their place in the gallery', () =>
  app.visit('/', {}, async (page) => {
    await look(page, 'Years');
    const { years } = await app.get('/api/timeline/years');
    for (const { year, count } of years) {
      const text = `${year} ${count} photo${count === 1 ? '' : 's'}`;
      await page.getByRole('heading', { name: text, exact: true }).waitFor();
    }
    const oldest = years.at(-1).year;
    const { months } = await app.get(`/api/timeline/months?year=${oldest}`);
    const [{ month }] = months;
    const section = page.getByRole('region', { name: new RegExp(`^${oldest}`) });
    await section.scrollIntoViewIfNeeded();
    await section.getByRole('link').first().click();
    await eventually(() => path(page), '/');
    await thumbnailsShown(page);
    const layout = await app.layout();
    const days = (await idsInSight(page)).map((id) => layout.days[layout.ids.indexOf(id)]);
    const dated = days.filter((day) => day > -1e6);
    const shown = dated.map((day) => new Date(day * 86_400_000).toISOString().slice(0, 7));
    assert.ok(shown.includes(month), `${month} is not among ${shown}`);
  }));

test('photos of this day are remembered, each with its day', () => {
  const [, month, day] = everything.date_taken.slice(0, 10).split(/[-:]/);
  return app.visit('/', {}, async (page) => {
    await page.clock.setFixedTime(new Date(2031, Number(month) - 1, Number(day), 12));
    await page.reload();
    const strip = page.getByRole('complementary', { name: 'On this day' });
    await strip.getByRole('link').click();
    await eventually(() => path(page), '/memories');
    await page.getByRole('heading', { name: /7 years ago$/ }).waitFor();
    await page.getByRole('img', { name: everything.description }).click();
    await page.getByRole('dialog', { name: 'Photo viewer' }).waitFor();
    const id = await app.idOf(`${photos}/facts/everything.jpg`);
    assert.equal(params(page).photo, String(id));
    await page.keyboard.press('Escape');
    await eventually(() => Object.keys(params(page)).sort(), ['date_from', 'date_to']);

    await page.goto(`${app.url}/memories?date=2031-02-30`.replace('02-30', '12-25'));
    await page.getByText('Nothing was photographed on this day').waitFor();
    await page.goto(app.url);
    await strip.getByRole('button', { name: 'Hide for today' }).click();
    await page.reload();
    await thumbnailsShown(page);
    assert.equal(await strip.count(), 0);
  });
});

test('the map shows where photos were taken, and finds them by key', () =>
  app.visit('/', {}, async (page) => {
    const { count } = await app.get('/api/photos/map/count');
    assert.ok(count > 0, 'the corpus has places');
    await look(page, 'Map');
    const places = page.getByRole('complementary', { name: 'Places in view' });
    await places.getByRole('button', { name: /photo|jpg/i }).first().waitFor();
    await page.locator('.maplibregl-canvas').waitFor();
    await page.locator('button.place').first().waitFor();
    await eventually(() => 'zoom' in params(page), true);
    assert.equal(await page.getByText('cannot draw the map').count(), 0);

    const { latitude, longitude } = everything;
    await page.goto(`${app.url}/map?lat=${latitude}&lng=${longitude}&zoom=14`);
    const entry = places.getByRole('button', { name: /everything\.jpg/ });
    await entry.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Photo viewer' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Remove filter: Within/ }).waitFor();
    await thumbnailsShown(page);
    assert.ok((await idsInSight(page)).includes(await app.idOf(`${photos}/facts/everything.jpg`)));
  }, SLOW_DRAWING));

test('the dates of the map choose among its photos', () =>
  app.visit(`/map?lat=${everything.latitude}&lng=${everything.longitude}&zoom=14`, {}, async (page) => {
    const places = page.getByRole('complementary', { name: 'Places in view' });
    await places.getByRole('button', { name: /everything\.jpg/ }).waitFor();
    await places.getByLabel('Until').fill('1990-01-01');
    await places.getByText('No photo in view').waitFor();
    await eventually(() => params(page).to, '1990-01-01');
    await places.getByLabel('Until').fill('');
    await places.getByRole('button', { name: /everything\.jpg/ }).waitFor();
    await page.getByRole('button', { name: /^Show \d+ photos? from here/ }).click();
    await eventually(() => 'gps_radius_km' in params(page), true);
    await thumbnailsShown(page);
  }, SLOW_DRAWING));

test('on a phone the rooms are in the menu, and the list lies under the map', () =>
  app.visit('/', PHONE, async (page) => {
    await page.getByRole('button', { name: 'Menu', exact: true }).tap();
    await page.getByRole('link', { name: 'Map', exact: true }).tap();
    const places = page.getByRole('complementary', { name: 'Places in view' });
    await places.getByRole('button', { name: /photo|jpg/i }).first().waitFor();
    const [map, list] = [await page.locator('.canvas').boundingBox(), await places.boundingBox()];
    assert.equal(list.width, 390);
    assert.ok(list.y >= map.y + map.height - 1);
  }, SLOW_DRAWING));

test('without WebGL the list of places remains', () =>
  app.visit('/', {}, async (page) => {
    await page.addInitScript(() => {
      const getContext = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...others) {
        return kind.startsWith('webgl') ? null : getContext.call(this, kind, ...others);
      };
    });
    await page.goto(`${app.url}/map`);
    await page.getByText('This browser cannot draw the map.').waitFor();
    const places = page.getByRole('complementary', { name: 'Places in view' });
    await places.getByRole('button', { name: /photo|jpg/i }).first().click();
    await eventually(() => path(page), '/');
  }));
