// The filters: every one narrows, is named, is in the address, and goes again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus } from '../server.mjs';
import { eventually, thumbnailsShown, useApp } from './harness.mjs';

const { photos, files } = corpus();
const app = useApp({ photos: [photos] });

const indexed = files.filter((file) => file.outcome === 'indexed');
const filters = (page) => Object.fromEntries(new URL(page.url()).searchParams);
const drawer = (page) => page.getByRole('dialog', { name: 'Filters' });
const count = (page) => page.getByRole('status').filter({ hasText: /photo/ }).textContent();

async function open(page) {
  await thumbnailsShown(page);
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await drawer(page).getByLabel('Camera').waitFor();
}

test('stars: at least, at most, exactly, and none of it', () =>
  app.visit('/', {}, async (page) => {
    await open(page);
    const three = drawer(page).getByRole('button', { name: /3 stars/ });
    await three.click();
    await eventually(() => filters(page), { min_star_rating: '3' });
    const mode = drawer(page).getByLabel('More or fewer');
    await mode.selectOption('at_most');
    await eventually(() => filters(page), { max_star_rating: '3' });
    await page.getByRole('button', { name: 'Remove filter: 3 stars or fewer' }).waitFor();
    await mode.selectOption('exactly');
    await eventually(() => filters(page), { min_star_rating: '3', max_star_rating: '3' });
    await three.click();
    await eventually(() => filters(page), {});
  }));

test('favourites and rejected photos', () =>
  app.visit('/', {}, async (page) => {
    const { ids, count: all } = await app.layout();
    const ratings = [
      { id: ids[0], stars: 0, favorite: true, rejected: false },
      { id: ids[1], stars: 0, favorite: false, rejected: true },
    ];
    const put = await fetch(`${app.url}/api/albumen/ratings`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ratings }),
    });
    assert.equal(put.status, 200);
    const rejected = (await layout({ show_rejected: '1' })).length;
    await open(page);
    await drawer(page).getByLabel('Favourites only').check();
    await eventually(() => filters(page), { favorites_only: '1' });
    await eventually(() => count(page), '1 photo');
    await drawer(page).getByLabel('Favourites only').uncheck();
    await drawer(page).getByLabel('Only these').check();
    await eventually(() => count(page), `${rejected} photo${rejected === 1 ? '' : 's'}`);
    await drawer(page).getByLabel('Hide', { exact: true }).check();
    await eventually(() => filters(page), { hide_rejected: '1' });
    await eventually(() => count(page), `${all - rejected} photos`);
    await drawer(page).getByLabel('Show', { exact: true }).check();
    await eventually(() => filters(page), {});
  }));

async function layout(query) {
  const answer = await fetch(`${app.url}/api/albumen/layout?${new URLSearchParams(query)}`);
  const bytes = await answer.arrayBuffer();
  return [...new Uint32Array(bytes, 16, new DataView(bytes).getUint32(8, true))];
}

test('a range has two thumbs and two numbers', () =>
  app.visit('/', {}, async (page) => {
    const fast = indexed.filter((file) => file.iso >= 400).length;
    await open(page);
    await drawer(page).getByLabel('ISO from').fill('400');
    await drawer(page).getByLabel('ISO from').press('Enter');
    await eventually(() => filters(page), { min_iso: '400' });
    if (fast > 0) await eventually(() => count(page), `${fast} photo${fast === 1 ? '' : 's'}`);
    await page.getByRole('button', { name: 'Remove filter: ISO 400 or more' }).waitFor();
    const high = drawer(page).getByRole('slider', { name: 'ISO, upper end' });
    await high.focus();
    for (let step = 0; step < 40; step++) await page.keyboard.press('ArrowLeft');
    await eventually(async () => Number(filters(page).max_iso) < 10_000, true);
    const before = await page.evaluate(() => history.length);
    const low = drawer(page).getByRole('slider', { name: 'ISO, lower end' });
    await low.focus();
    await page.keyboard.press('Home');
    await eventually(async () => filters(page).min_iso, undefined);
    await page.keyboard.press('ArrowRight');
    await eventually(async () => filters(page).min_iso, '100');
    await page.keyboard.press('End');
    await eventually(async () => filters(page).min_iso === filters(page).max_iso, true);
    await low.focus();
    await page.keyboard.press('Home');
    await eventually(async () => filters(page).min_iso, undefined);
    const steps = (await page.evaluate(() => history.length)) - before;
    assert.equal(steps, 0, 'every movement is a step back');
  }));

test('keywords: one, several, and away again', () =>
  app.visit('/', {}, async (page) => {
    await open(page);
    const tags = drawer(page).getByRole('group', { name: 'Keywords' });
    const { tags: known } = await app.get('/api/filter_options/tags');
    assert.ok(known.length > 1, 'the corpus has keywords');
    const [[first, photosOfFirst], [second]] = known;
    await tags.getByRole('button', { name: `${first} ${photosOfFirst}`, exact: true }).click();
    await eventually(() => filters(page), { tag: first });
    await tags.getByLabel('Find or add a keyword').fill(second);
    await page.keyboard.press('Enter');
    await eventually(() => filters(page), { require_tags: `${first},${second}` });
    await page.getByRole('button', { name: `Remove filter: #${first}` }).click();
    await eventually(() => filters(page), { tag: second });
    await page.goBack();
    await eventually(() => filters(page), { require_tags: `${first},${second}` });
    await tags.getByRole('button', { name: first, exact: true, pressed: true }).waitFor();
  }));

test('an address with filters shows them, and all of them go at once', () => {
  const query = new URLSearchParams({
    camera: 'Canon EOS R5',
    min_focal_length: '24',
    max_focal_length: '70',
    hide_duplicates: '1',
    gps_lat: '48.85',
    gps_lng: '2.35',
    gps_radius_km: '25',
    path_prefix: `${photos}/facts`,
  });
  return app.visit(`/?${query}`, {}, async (page) => {
    for (const text of [
      'Canon EOS R5',
      '24 mm to 70 mm',
      'Without duplicates',
      'Within 25 km of 48.85, 2.35',
      'In facts',
    ]) {
      await page.getByRole('button', { name: `Remove filter: ${text}` }).waitFor();
    }
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    assert.equal(await drawer(page).getByLabel('Focal length to', { exact: true }).inputValue(), '70');
    assert.equal(await drawer(page).getByLabel('Hide duplicates').isChecked(), true);
    await page.getByRole('button', { name: 'Remove filter: Within 25 km of 48.85, 2.35' }).click();
    await eventually(async () => 'gps_lat' in filters(page) || 'gps_radius_km' in filters(page), false);
    await drawer(page).getByRole('button', { name: 'Clear all' }).click();
    await eventually(() => filters(page), {});
    await page.keyboard.press('Escape');
  });
});

test('escape closes the drawer and gives the focus back', () =>
  app.visit('/', {}, async (page) => {
    await open(page);
    await drawer(page).getByLabel('Camera').focus();
    await page.keyboard.press('Escape');
    await drawer(page).waitFor({ state: 'detached' });
    const focused = page.getByRole('button', { name: 'Filters', exact: true });
    await eventually(() => focused.evaluate((each) => each === document.activeElement), true);
  }));
