// A library of a hundred thousand photos: every date of it can be reached, and the page stays small.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { multiplySqlite } from '../../bench/library.mjs';
import { corpus } from '../server.mjs';
import { eventually, focusedId, idsInSight, thumbnailsShown, tiles, useApp } from './harness.mjs';

const PHOTOS = 100_000;
/** What a screen and its surroundings hold; the library has a few hundred times as many. */
const TILES_MAX = 300;
const DAY_MS = 86_400_000;

const { photos } = corpus();
const app = useApp({
  photos: [`${photos}/formats`],
  prepare: (home) => multiplySqlite(home.data, PHOTOS),
});

const asDate = (day, options) =>
  new Date(day * DAY_MS).toLocaleDateString('en-GB', { timeZone: 'UTC', ...options });
const monthOf = (day) => asDate(day, { month: 'long', year: 'numeric' });
const slider = (page) => page.getByRole('slider', { name: 'Go to a date' });
// The month that the bar is at, without the number of its photos.
const monthAt = async (page) => (await slider(page).getAttribute('aria-valuetext')).split(', ')[0];

async function assertSmall(page) {
  const count = await tiles(page).count();
  assert.ok(count > 0 && count <= TILES_MAX, `${count} tiles are in the page`);
}

// The photos in sight are neighbours in the library's order, and one of them is of the day.
async function assertShows(page, layout, day) {
  await thumbnailsShown(page);
  const seen = await idsInSight(page);
  const first = layout.ids.indexOf(seen[0]);
  assert.deepEqual(seen, layout.ids.slice(first, first + seen.length));
  const wanted = seen.find((_, i) => layout.days[first + i] === day);
  assert.ok(wanted, `no photo of ${asDate(day)} in sight`);
  const label = await page.locator(`[data-id="${wanted}"] img`).getAttribute('alt');
  assert.ok(label.endsWith(asDate(day, { dateStyle: 'long' })), label);
  await assertSmall(page);
}

test('first, last and middle are reached by key, and each shows its date', () =>
  app.visit('/', {}, async (page) => {
    const layout = await app.layout();
    assert.equal(layout.count, PHOTOS);
    await assertShows(page, layout, layout.days[0]);
    await page.getByRole('heading', { name: monthOf(layout.days[0]) }).waitFor();
    await tiles(page).first().focus();
    await page.keyboard.press('End');
    await eventually(() => focusedId(page), layout.ids.at(-1));
    await thumbnailsShown(page);
    await assertSmall(page);
    assert.equal((await idsInSight(page)).at(-1), layout.ids.at(-1));
    await page.keyboard.press('Home');
    await eventually(() => focusedId(page), layout.ids[0]);
    await assertShows(page, layout, layout.days[0]);
  }));

test('the bar at the side leads to every date', () =>
  app.visit('/', {}, async (page) => {
    const layout = await app.layout();
    const dated = layout.days.filter((day) => day > -1e6);
    await thumbnailsShown(page);
    // From month to month by key, from wherever a click led: at both ends and in the middle.
    for (const share of [0.02, 0.5, 0.98]) {
      const day = dated[Math.floor(dated.length * share)];
      const goal = new Date(day * DAY_MS);
      const box = await slider(page).boundingBox();
      await page.mouse.click(box.x + box.width / 2, box.y + box.height * share);
      for (;;) {
        const text = await monthAt(page);
        if (text === monthOf(day)) break;
        const here = text === 'Undated' ? -Infinity : Date.parse(`1 ${text} UTC`);
        await page.keyboard.press(here > goal ? 'ArrowDown' : 'ArrowUp');
        await eventually(async () => (await monthAt(page)) !== text, true);
      }
      // Down to the day itself.
      const seen = async () =>
        (await idsInSight(page)).some((id) => layout.days[layout.ids.indexOf(id)] === day);
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowDown');
      await page.locator('.scroller').hover();
      while (!(await seen())) {
        const before = await idsInSight(page);
        await page.mouse.wheel(0, 400);
        await eventually(async () => (await idsInSight(page)).join() !== before.join(), true);
      }
      await assertShows(page, layout, day);
    }
  }));

test('a date in the address is shown alone', () =>
  app.visit('/', {}, async (page) => {
    const layout = await app.layout();
    for (const share of [0, 0.5, 0.97]) {
      const day = layout.days[Math.floor(layout.count * share)];
      const text = new Date(day * DAY_MS).toISOString().slice(0, 10);
      const count = layout.days.filter((each) => each === day).length;
      await page.goto(`${app.url}/?date_from=${text}&date_to=${text}`);
      await page.getByRole('status').filter({ hasText: `${count} photo` }).waitFor();
      await assertShows(page, layout, day);
    }
  }));

test('long scrolling keeps the page small', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    const scroller = page.locator('.scroller');
    for (let turn = 0; turn < 30; turn++) {
      await scroller.evaluate((element, by) => element.scrollBy(0, by), 900 * (turn + 1));
      await assertSmall(page);
    }
    await thumbnailsShown(page);
    await assertSmall(page);
  }));

test('all of it is chosen, by one key or by a reach from end to end', () =>
  app.visit('/', {}, async (page) => {
    const { ids } = await app.layout();
    await thumbnailsShown(page);
    await tiles(page).first().focus();
    await page.keyboard.press('Control+a');
    const all = page.getByRole('toolbar').getByText('100,000 chosen');
    await all.waitFor();
    await page.keyboard.press('Escape');
    await all.waitFor({ state: 'detached' });
    await tiles(page).first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+End');
    await eventually(() => focusedId(page), ids.at(-1));
    await all.waitFor();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.getByRole('toolbar').getByText('99,999 chosen').waitFor();
    await assertSmall(page);
  }));
