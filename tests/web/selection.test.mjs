// Choosing photos by mouse, key and finger, and what is done with them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus } from '../server.mjs';
import { eventually, focusedId, idsInSight, PHONE, thumbnailsShown, useApp } from './harness.mjs';

const { photos } = corpus();
const app = useApp({ photos: [photos] });

const chosen = (page) =>
  page
    .locator('[role="gridcell"][aria-selected="true"] [data-id]')
    .evaluateAll((all) =>
      all
        .sort((a, b) => a.dataset.position - b.dataset.position)
        .map((tile) => Number(tile.dataset.id)),
    );
const bar = (page) => page.getByRole('toolbar', { name: 'Chosen photos' });
const tile = (page, id) => page.locator(`[data-id="${id}"]`);

test('keys choose, extend, choose all and let go', () =>
  app.visit('/', {}, async (page) => {
    const { ids, count } = await app.layout();
    await thumbnailsShown(page);
    await tile(page, ids[1]).focus();
    await page.keyboard.press('Space');
    await eventually(() => chosen(page), [ids[1]]);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await eventually(() => chosen(page), ids.slice(1, 4));
    await eventually(() => focusedId(page), ids[3]);
    await page.keyboard.press('Shift+ArrowLeft');
    await eventually(() => chosen(page), ids.slice(1, 3));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await eventually(() => chosen(page), [ids[1], ids[2], ids[4]]);
    await bar(page).getByText('3 chosen').waitFor();

    await page.keyboard.press('Control+a');
    await bar(page).getByText(`${count} chosen`).waitFor();
    await page.keyboard.press('Escape');
    await bar(page).waitFor({ state: 'detached' });
    assert.deepEqual(await chosen(page), []);
  }));

test('shift reaches over what was never loaded', () =>
  app.visit('/', {}, async (page) => {
    const { ids, count } = await app.layout();
    await thumbnailsShown(page);
    await tile(page, ids[0]).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+End');
    await eventually(() => focusedId(page), ids.at(-1));
    await bar(page).getByText(`${count} chosen`).waitFor();
  }));

test('check marks, control and shift choose by mouse; a click then does too', () =>
  app.visit('/', {}, async (page) => {
    const { ids } = await app.layout();
    await thumbnailsShown(page);
    await tile(page, ids[0]).hover();
    await page.getByRole('button', { name: 'Choose', exact: true }).first().click();
    await eventually(() => chosen(page), [ids[0]]);
    await tile(page, ids[2]).click({ modifiers: ['Shift'] });
    await eventually(() => chosen(page), ids.slice(0, 3));
    await tile(page, ids[1]).click({ modifiers: ['Control'] });
    await eventually(() => chosen(page), [ids[0], ids[2]]);
    await tile(page, ids[3]).click();
    await eventually(() => chosen(page), [ids[0], ids[2], ids[3]]);
    assert.equal(new URL(page.url()).search, '', 'no photo was opened');
    await bar(page).getByRole('button', { name: 'Choose none' }).click();
    await tile(page, ids[3]).click();
    await page.getByRole('dialog', { name: 'Photo viewer' }).waitFor();
  }));

test('a rectangle chooses what it touches', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    const seen = (await idsInSight(page)).slice(0, 3);
    const boxes = await Promise.all(seen.map((id) => tile(page, id).boundingBox()));
    const [first, , third] = boxes;
    await page.mouse.move(first.x + first.width - 4, first.y + first.height - 6);
    await page.mouse.down();
    await page.mouse.move(third.x + 10, third.y + third.height - 20, { steps: 6 });
    await eventually(() => chosen(page), seen);
    await page.mouse.move(first.x + first.width - 12, first.y + first.height - 20, { steps: 6 });
    await eventually(() => chosen(page), seen.slice(0, 1));
    await page.mouse.up();
    await bar(page).getByText('1 chosen').waitFor();
    assert.equal(new URL(page.url()).search, '', 'the click at its end opened nothing');
  }));

test('another query lets go of everything', () =>
  app.visit('/', {}, async (page) => {
    const { ids } = await app.layout();
    await thumbnailsShown(page);
    await tile(page, ids[0]).click({ modifiers: ['Control'] });
    await bar(page).waitFor();
    await page.keyboard.press('Control+a');
    await page.goto(`${app.url}/?search=snow`);
    await thumbnailsShown(page);
    assert.equal(await bar(page).count(), 0);
  }));

test('file names are copied in the order of the gallery', () =>
  app.visit('/', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    const { ids } = await app.layout();
    const { photos: all } = await app.get(`/api/albumen/photos?ids=${ids.slice(0, 3)}`);
    const names = new Map(all.map((photo) => [photo.id, photo.filename]));
    await thumbnailsShown(page);
    for (const id of [ids[2], ids[0], ids[1]]) {
      await tile(page, id).click({ modifiers: ['Control'] });
    }
    await bar(page).getByRole('button', { name: 'Copy file names' }).click();
    await page.getByText('3 file names copied').waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    assert.deepEqual(text.split('\n'), ids.slice(0, 3).map((id) => names.get(id)));
  }));

test('several photos come as one archive', () =>
  app.visit('/', {}, async (page) => {
    const { ids } = await app.layout();
    await thumbnailsShown(page);
    for (const id of ids.slice(0, 2)) await tile(page, id).click({ modifiers: ['Control'] });
    const button = bar(page).getByRole('button', { name: 'Download' });
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    assert.match(download.suggestedFilename(), /\.zip$/);
    assert.equal(await download.failure(), null);
  }));

test('a long press chooses, and the finger goes on choosing', () =>
  app.visit('/', PHONE, async (page) => {
    await thumbnailsShown(page);
    const seen = (await idsInSight(page)).slice(0, 4);
    const boxes = await Promise.all(seen.map((id) => tile(page, id).boundingBox()));
    const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });
    const session = await page.context().newCDPSession(page);
    const touch = (type, point) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: point ? [point] : [] });
    await touch('touchStart', middle(boxes[0]));
    await eventually(() => chosen(page), [seen[0]]);
    await touch('touchMove', middle(boxes[1]));
    await touch('touchMove', middle(boxes[2]));
    await eventually(() => chosen(page), seen.slice(0, 3));
    await touch('touchEnd');
    await eventually(() => bar(page).getByText('3 chosen').count(), 1);
    await tile(page, seen[3]).tap();
    await eventually(() => chosen(page), seen);
    assert.equal(new URL(page.url()).search, '');
    const acts = await bar(page).getByRole('button', { name: 'Favourite' }).boundingBox();
    assert.ok(acts.y > 700 && acts.width >= 44, 'what can be done is where a thumb is');
  }));
