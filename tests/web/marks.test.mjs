// Stars, favourites and rejects: by key and button, singly and in batches, with undo.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { corpus, temporaryFolder } from '../server.mjs';
import { eventually, fullPicture, PHONE, thumbnailsShown, useApp } from './harness.mjs';

const { photos } = corpus();
// A file of one's own: it is thrown away.
const folder = temporaryFolder('discarded');
after(() => fs.rmSync(folder, { recursive: true }));
const discarded = path.join(folder, 'discarded.jpg');
fs.copyFileSync(path.join(photos, 'facts/leap-day.jpg'), discarded);

const app = useApp({ photos: [photos, folder] });

const tile = (page, id) => page.locator(`[data-id="${id}"]`);
const cell = (page, id) => page.getByRole('gridcell').filter({ has: tile(page, id) });
const shown = async (page, id) =>
  (await cell(page, id).locator('.marks').allTextContents()).map((text) => text.trim());

// What the server has; a photo's marks as one text.
async function marksOf(...ids) {
  const all = await Promise.all(ids.map((id) => app.get(`/api/albumen/photos/${id}`)));
  return all.map(
    ({ star_rating: stars, is_favorite: favorite, is_rejected: rejected }) =>
      `${stars ?? 0}${favorite ? ' favourite' : ''}${rejected ? ' rejected' : ''}`,
  );
}

async function setMarks(ratings) {
  const answer = await fetch(`${app.url}/api/albumen/ratings`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ratings }),
  });
  assert.equal(answer.status, 200);
}
const unmarked = (ids) =>
  setMarks(ids.map((id) => ({ id, stars: 0, favorite: false, rejected: false })));

test('keys mark the photo in the gallery, and control Z takes it back step by step', () =>
  app.visit('/', {}, async (page) => {
    const [id] = (await app.layout()).ids;
    await unmarked([id]);
    await page.reload();
    await thumbnailsShown(page);
    await tile(page, id).focus();
    await page.keyboard.press('4');
    await eventually(() => shown(page, id), ['★★★★']);
    await page.keyboard.press('f');
    await eventually(() => marksOf(id), ['4 favourite']);
    await page.keyboard.press('x');
    await eventually(() => marksOf(id), ['0 rejected']);
    await page.getByRole('link', { name: /Rejected/ }).first().waitFor();

    await page.keyboard.press('Control+z');
    await eventually(() => marksOf(id), ['4 favourite']);
    await page.keyboard.press('Control+z');
    await eventually(() => marksOf(id), ['4']);
    await page.keyboard.press('Control+Shift+z');
    await page.keyboard.press('Control+Shift+z');
    await eventually(() => marksOf(id), ['0 rejected']);
    for (let step = 0; step < 4; step++) await page.keyboard.press('Control+z');
    await eventually(() => marksOf(id), ['0']);
    await eventually(() => shown(page, id), []);
  }));

test('a batch is marked at once and taken back from its notice', () =>
  app.visit('/', {}, async (page) => {
    const ids = (await app.layout()).ids.slice(0, 3);
    await setMarks([
      { id: ids[0], stars: 1, favorite: false, rejected: false },
      { id: ids[1], stars: 0, favorite: true, rejected: false },
      { id: ids[2], stars: 0, favorite: false, rejected: true },
    ]);
    const before = await marksOf(...ids);
    await page.reload();
    await thumbnailsShown(page);
    for (const id of ids) await tile(page, id).click({ modifiers: ['Control'] });
    await page.getByRole('button', { name: 'Give stars' }).click();
    await page.getByRole('button', { name: '5 stars' }).click();
    await eventually(() => marksOf(...ids), ['5', '5 favourite', '5']);
    await page.getByText('3 photos: 5 stars').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => marksOf(...ids), before);
    await page.getByRole('toolbar').getByRole('button', { name: 'Reject', exact: true }).click();
    await eventually(() => marksOf(...ids), ['0 rejected', '0 rejected', '0 rejected']);
    await page.keyboard.press('Control+z');
    await eventually(() => marksOf(...ids), before);
    await unmarked(ids);
  }));

test('what the server does not take is taken back on the page', () =>
  app.visit(
    '/',
    {},
    async (page) => {
      const [id] = (await app.layout()).ids;
      await unmarked([id]);
      await page.reload();
      await thumbnailsShown(page);
      await page.route('**/api/albumen/ratings', (route) => route.abort());
      await tile(page, id).focus();
      await page.keyboard.press('3');
      await page.getByText('The rating could not be kept.').waitFor();
      await eventually(() => shown(page, id), []);
      await page.unroute('**/api/albumen/ratings');
      await page.keyboard.press('2');
      await eventually(() => marksOf(id), ['2']);
      await unmarked([id]);
    },
    { expected: /ratings|ERR_FAILED/ },
  ));

test('the viewer marks by key and button, and goes on by itself when asked to', () =>
  app.visit('/', {}, async (page) => {
    const { ids } = await app.layout();
    await unmarked(ids.slice(0, 3));
    await page.goto(`${app.url}/?photo=${ids[0]}`);
    await fullPicture(page, ids[0]);
    const photo = () => Number(new URL(page.url()).searchParams.get('photo'));
    const group = page.getByRole('group', { name: 'Rating' });
    await page.keyboard.press('3');
    await eventually(() => marksOf(ids[0]), ['3']);
    assert.equal(await group.getByRole('button', { name: '3 stars' }).getAttribute('aria-pressed'), 'true');
    await group.getByRole('button', { name: 'Favourite' }).click();
    await eventually(() => marksOf(ids[0]), ['3 favourite']);
    await group.getByRole('button', { name: '3 stars' }).click();
    await eventually(() => marksOf(ids[0]), ['0 favourite']);
    assert.equal(photo(), ids[0]);

    await page.keyboard.press('a');
    await page.keyboard.press('x');
    await eventually(photo, ids[1]);
    await page.keyboard.press('5');
    await eventually(photo, ids[2]);
    await eventually(() => marksOf(ids[0], ids[1]), ['0 rejected', '5']);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await eventually(() => marksOf(ids[0], ids[1]), ['0 favourite', '0']);
    await unmarked(ids.slice(0, 3));
  }));

test('a photo that its mark takes out of the list still leads to its neighbours', () =>
  app.visit('/', {}, async (page) => {
    const { ids } = await app.layout();
    await unmarked(ids.slice(0, 3));
    await page.goto(`${app.url}/?hide_rejected=1&photo=${ids[1]}`);
    await fullPicture(page, ids[1]);
    await page.keyboard.press('x');
    await eventually(() => marksOf(ids[1]), ['0 rejected']);
    await page.keyboard.press('ArrowRight');
    await eventually(() => Number(new URL(page.url()).searchParams.get('photo')), ids[2]);
    await unmarked(ids.slice(0, 3));
  }));

test('fingers mark too', () =>
  app.visit('/', PHONE, async (page) => {
    const { ids } = await app.layout();
    await unmarked([ids[0]]);
    await page.goto(`${app.url}/?photo=${ids[0]}`);
    await fullPicture(page, ids[0]);
    const group = page.getByRole('group', { name: 'Rating' });
    const box = await group.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390, 'all of it is on the screen');
    await group.getByRole('button', { name: '2 stars' }).tap();
    await eventually(() => marksOf(ids[0]), ['2']);
    await unmarked([ids[0]]);
  }));

test('delete in the viewer moves the photo to the trash and shows the next one', () =>
  app.visit('/', {}, async (page) => {
    const id = await app.idOf(discarded);
    const { ids } = await app.layout();
    const next = ids[ids.indexOf(id) + 1];
    await page.goto(`${app.url}/?photo=${id}`);
    await fullPicture(page, id);
    // It is a copy of another file, and says so.
    await page.getByRole('button', { name: /other file has the same content/ }).waitFor();
    await page.keyboard.press('Delete');
    await eventually(() => Number(new URL(page.url()).searchParams.get('photo')), next);
    assert.equal(fs.existsSync(discarded), false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => fs.existsSync(discarded), true);
  }));
