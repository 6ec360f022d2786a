// With fingers, on the screen of a phone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus } from '../server.mjs';
import { eventually, fullPicture, idsInSight, PHONE, thumbnailsShown, useApp } from './harness.mjs';

const { photos } = corpus();
const app = useApp({ photos: [photos] });

// Fingers that go from one place to another, as the browser's own input.
async function drag(page, ...fingers) {
  const session = await page.context().newCDPSession(page);
  const send = (type, touchPoints) => session.send('Input.dispatchTouchEvent', { type, touchPoints });
  const at = (share) =>
    fingers.map(([from, to], id) => ({
      id,
      x: from[0] + (to[0] - from[0]) * share,
      y: from[1] + (to[1] - from[1]) * share,
    }));
  await send('touchStart', at(0));
  for (let step = 1; step <= 8; step++) await send('touchMove', at(step / 8));
  await send('touchEnd', []);
  await session.detach();
}

const photoInAddress = (page) => Number(new URL(page.url()).searchParams.get('photo'));

test('nothing is wider than the screen, and photos fill it', () =>
  app.visit('/', PHONE, async (page) => {
    await thumbnailsShown(page);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0);
    const { top, bottom } = await page
      .locator('[data-id]')
      .evaluateAll((all) => ({
        top: Math.min(...all.map((tile) => tile.getBoundingClientRect().left)),
        bottom: Math.max(...all.map((tile) => tile.getBoundingClientRect().right)),
      }));
    assert.ok(top >= 0 && top < 16 && bottom > 374 && bottom <= 390);
    for (const name of ['Order and size', 'Menu']) {
      const box = await page.getByRole('button', { name, exact: true }).boundingBox();
      assert.ok(box.width >= 40 && box.height >= 40, `${name} is too small for a finger`);
      await page.getByRole('button', { name, exact: true }).tap();
      const panel = await page.getByRole('group', { name, exact: true }).boundingBox();
      assert.ok(panel.x >= 0 && panel.x + panel.width <= 390, `${name} leaves the screen`);
      await page.getByRole('button', { name, exact: true }).tap();
    }
  }));

test('the filters come from below, as wide as the screen', () =>
  app.visit('/', PHONE, async (page) => {
    await thumbnailsShown(page);
    const button = page.getByRole('button', { name: 'Filters', exact: true });
    const box = await button.boundingBox();
    assert.ok(box.width >= 40 && box.height >= 40, 'it is too small for a finger');
    await button.tap();
    const sheet = page.getByRole('dialog', { name: 'Filters' });
    await eventually(async () => (await sheet.boundingBox()).width, 390);
    const { y, height } = await sheet.boundingBox();
    assert.ok(y > 60 && Math.round(y + height) === 844);
    await sheet.getByRole('button', { name: '5 stars or more' }).tap();
    await sheet.getByRole('button', { name: /^Show \d+ photo/ }).tap();
    await sheet.waitFor({ state: 'detached' });
    await eventually(() => new URL(page.url()).search, '?min_star_rating=5');
  }));

test('a finger scrolls the gallery', () =>
  app.visit('/', PHONE, async (page) => {
    await thumbnailsShown(page);
    const before = await idsInSight(page);
    await drag(page, [[200, 700], [200, 200]]);
    await eventually(async () => (await idsInSight(page))[0] !== before[0], true);
    await thumbnailsShown(page);
  }));

test('swipes lead from photo to photo, and down out of the viewer', () =>
  app.visit('/', PHONE, async (page) => {
    const { ids } = await app.layout();
    await thumbnailsShown(page);
    await page.locator(`[data-id="${ids[1]}"]`).tap();
    await fullPicture(page, ids[1]);
    await drag(page, [[300, 420], [60, 430]]);
    await eventually(() => photoInAddress(page), ids[2]);
    await fullPicture(page, ids[2]);
    await drag(page, [[60, 420], [320, 430]]);
    await eventually(() => photoInAddress(page), ids[1]);
    await fullPicture(page, ids[1]);
    await drag(page, [[200, 300], [210, 620]]);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(photoInAddress(page), 0);
  }));

test('two fingers zoom, one then moves the picture instead of leaving it', () =>
  app.visit('/', PHONE, async (page) => {
    const { ids } = await app.layout();
    await thumbnailsShown(page);
    await page.locator(`[data-id="${ids[1]}"]`).tap();
    const picture = await fullPicture(page, ids[1]);
    const before = await picture.boundingBox();
    await drag(page, [[180, 420], [60, 420]], [[210, 420], [330, 420]]);
    await eventually(async () => (await picture.boundingBox()).width > before.width * 2, true);
    const zoomed = await picture.boundingBox();
    await drag(page, [[200, 420], [120, 420]]);
    await eventually(async () => (await picture.boundingBox()).x < zoomed.x - 40, true);
    assert.equal(photoInAddress(page), ids[1]);
  }));

test('the details come from below and go again', () =>
  app.visit('/', PHONE, async (page) => {
    const { ids } = await app.layout();
    await thumbnailsShown(page);
    await page.locator(`[data-id="${ids[0]}"]`).tap();
    await fullPicture(page, ids[0]);
    await page.getByRole('button', { name: 'Details', exact: true }).tap();
    const panel = page.getByRole('complementary', { name: 'Details' });
    const box = await panel.boundingBox();
    assert.ok(box.width === 390 && box.y + box.height <= 844 + 1 && box.y > 300);
    await panel.getByRole('button', { name: 'Close' }).tap();
    await panel.waitFor({ state: 'detached' });
  }));
