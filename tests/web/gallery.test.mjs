// The gallery: what it shows, how one finds something in it, and its keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus } from '../server.mjs';
import { eventually, focusedId, idsInSight, thumbnailsShown, tiles, useApp } from './harness.mjs';

const { photos, files } = corpus();
const app = useApp({ photos: [photos] });

const address = (page) => new URL(page.url()).search;
const count = (page) => page.getByRole('status').filter({ hasText: /photo/ }).textContent();
const openMenu = (page, name) => page.getByRole('button', { name, exact: true }).click();

test('every photo is shown once', () =>
  app.visit('/', {}, async (page) => {
    const { ids } = await app.layout();
    const indexed = files.filter((file) => file.outcome === 'indexed');
    assert.equal(ids.length, indexed.length);
    await thumbnailsShown(page);

    const seen = new Map();
    const scroller = page.locator('.scroller');
    for (let end = false; !end; ) {
      const shown = await tiles(page).evaluateAll((all) =>
        all.map((tile) => [Number(tile.dataset.id), Number(tile.dataset.position)]),
      );
      assert.equal(new Set(shown.map(([id]) => id)).size, shown.length, 'a photo stands twice');
      for (const [id, position] of shown) seen.set(position, id);
      await thumbnailsShown(page);
      end = await scroller.evaluate((element) => {
        const before = element.scrollTop;
        element.scrollBy(0, element.clientHeight * 0.8);
        return element.scrollTop === before;
      });
    }
    assert.deepEqual(ids.map((_, position) => seen.get(position)), ids);
  }));

test('dates are headings, and what has none comes last', () =>
  app.visit('/', {}, async (page) => {
    await page.getByRole('heading', { name: 'July 2024', exact: true }).waitFor();
    const first = tiles(page).first();
    await eventually(() => first.getAttribute('data-position'), '0');
    await page.getByRole('link', { name: /From the garden, 3 July 2024/ }).waitFor();
    await first.focus();
    await page.keyboard.press('End');
    await page.getByRole('slider', { name: 'Go to a date' }).waitFor();
    await eventually(
      async () => (await page.getByRole('slider').getAttribute('aria-valuetext')).split(', ')[0],
      'Undated',
    );
    await page.getByText(`${files.filter((f) => f.outcome === 'indexed').length} photos`).waitFor();
  }));

test('a search changes what is shown and lives in the address', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    await page.keyboard.press('/');
    const field = page.getByRole('combobox', { name: 'Search photos' });
    await eventually(() => field.evaluate((each) => each === document.activeElement), true);
    await field.fill('everything');
    await eventually(() => address(page), '?search=everything');
    await eventually(() => count(page), '1 photo');
    await eventually(() => idsInSight(page), [await app.idOf(`${photos}/facts/everything.jpg`)]);

    await page.reload();
    assert.equal(await field.inputValue(), 'everything');
    await eventually(() => count(page), '1 photo');

    await field.fill('no such photo anywhere');
    await page.getByRole('heading', { name: 'Nothing fits' }).waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await eventually(() => address(page), '');
    await thumbnailsShown(page);
    assert.equal(await field.inputValue(), '');
  }));

test('filters are offered, named, combined and taken away', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    await openMenu(page, 'Filters');
    const camera = page.getByRole('combobox', { name: 'Camera' });
    const canon = files.filter((file) => file.camera === 'Canon EOS R5').length;
    await camera.getByText(`Canon EOS R5 (${canon})`).waitFor({ state: 'attached' });
    await camera.selectOption('Canon EOS R5');
    await eventually(() => count(page), `${canon} photos`);
    await page.getByLabel('From', { exact: true }).fill('2022-01-01');
    await eventually(() => count(page), '1 photo');
    await page.getByRole('button', { name: '4 stars or more', exact: true }).click();
    await eventually(
      () => Object.fromEntries(new URLSearchParams(address(page))),
      { camera: 'Canon EOS R5', date_from: '2022-01-01', min_star_rating: '4' },
    );
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove filter: From 1 Jan 2022' }).click();
    await eventually(() => new URLSearchParams(address(page)).has('date_from'), false);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await eventually(() => address(page), '');

    await page.goBack();
    await eventually(() => count(page), '1 photo');
    await page.goBack();
    await eventually(() => new URLSearchParams(address(page)).get('date_from'), '2022-01-01');
    await page.goForward();
    await eventually(() => new URLSearchParams(address(page)).has('date_from'), false);
    await page.getByRole('button', { name: 'Remove filter: Canon EOS R5' }).waitFor();
  }));

test('another order shows the same photos in that order', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    await openMenu(page, 'Order and size');
    await page.getByRole('combobox', { name: 'Order' }).selectOption('ASC');
    await eventually(() => address(page), '?sort_direction=ASC');
    const oldest = await app.layout('date_taken', 'ASC');
    await eventually(async () => (await idsInSight(page))[0], oldest.ids[0]);
    await tiles(page).first().focus();
    await page.keyboard.press('End');
    await page.getByRole('link', { name: /From the garden, 3 July 2024/ }).waitFor();
    await openMenu(page, 'Order and size');

    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('star_rating');
    await eventually(() => address(page), '?sort=star_rating');
    const best = await app.layout('star_rating');
    await eventually(async () => (await idsInSight(page)).slice(0, 5), best.ids.slice(0, 5));
    assert.equal(await page.getByRole('heading', { name: /\d{4}$/ }).count(), 0);
  }));

test('back leads to where the gallery was left', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    await page.locator('.scroller').evaluate((element) => element.scrollBy(0, 1500));
    await thumbnailsShown(page);
    const before = await idsInSight(page);
    await page.waitForFunction((photo) => history.state?.anchor?.photo === photo, before[0]);
    await page.getByRole('combobox', { name: 'Search photos' }).fill('snow');
    await eventually(() => address(page), '?search=snow');
    await page.getByRole('status').filter({ hasText: 'photos' }).waitFor();
    await page.goBack();
    await eventually(() => idsInSight(page), before);
  }));

test('keys lead through the gallery, into the viewer and back to the photo', () =>
  app.visit('/', {}, async (page) => {
    const { ids } = await app.layout();
    await thumbnailsShown(page);
    await page.keyboard.press('ArrowRight');
    await eventually(() => focusedId(page), ids[0]);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await eventually(() => focusedId(page), ids[2]);
    await page.keyboard.press('ArrowLeft');
    await eventually(() => focusedId(page), ids[1]);
    const place = () =>
      page.evaluate(() => {
        const box = document.activeElement.getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y };
      });
    const above = await place();
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction((y) => document.activeElement.getBoundingClientRect().y > y, above.y);
    await page.keyboard.press('ArrowUp');
    await eventually(() => focusedId(page), ids[1]);

    await page.keyboard.press('End');
    await eventually(() => focusedId(page), ids.at(-1));
    assert.ok((await idsInSight(page)).includes(ids.at(-1)));
    await page.keyboard.press('PageUp');
    await eventually(async () => ids.indexOf(await focusedId(page)) < ids.length - 5, true);
    await page.keyboard.press('Home');
    await eventually(() => focusedId(page), ids[0]);

    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Photo viewer' }).waitFor();
    assert.equal(new URLSearchParams(address(page)).get('photo'), String(ids[1]));
    await page.keyboard.press('ArrowRight');
    await eventually(() => address(page), `?photo=${ids[2]}`);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await eventually(() => focusedId(page), ids[2]);
    assert.equal(address(page), '');
    await page.goForward();
    await page.getByRole('dialog').waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }));

test('names that look like code are shown as they are', () =>
  app.visit('/?search=alert', {}, async (page) => {
    await thumbnailsShown(page);
    await page.getByRole('link', { name: '<script>alert(1)<.jpg' }).waitFor();
  }));

test('the size of the photos is kept', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    const height = () => tiles(page).first().evaluate((tile) => tile.clientHeight);
    const before = await height();
    await openMenu(page, 'Order and size');
    await page.getByRole('slider', { name: 'Photo size' }).fill('400');
    await eventually(async () => (await height()) > before * 1.3, true);
    const large = await height();
    await page.reload();
    await thumbnailsShown(page);
    await eventually(height, large);
  }));

test('the keys are listed', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard' });
    await help.getByText('Go from photo to photo').waitFor();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
  }));
