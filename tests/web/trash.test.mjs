// The trash, and what was removed from the library while its file stays.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, test } from 'node:test';
import { corpus, temporaryFolder } from '../server.mjs';
import { eventually, fullPicture, useApp } from './harness.mjs';

// A folder of one's own: what is thrown away here is gone from the disk.
const folder = temporaryFolder('thrown-away');
after(() => fs.rmSync(folder, { recursive: true }));
const facts = path.join(corpus().photos, 'facts');
const NAMES = ['everything.jpg', 'leap-day.jpg', 'no-offset.jpg', 'north-east.jpg', 'rejected.jpg'];
for (const name of NAMES) fs.copyFileSync(path.join(facts, name), path.join(folder, name));

const app = useApp({ photos: [folder] });
const fileOf = (name) => path.join(folder, name);
const ids = (names) => Promise.all(names.map((name) => app.idOf(fileOf(name))));

async function ask(method, address, body) {
  const answer = await fetch(app.url + address, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, `${method} ${address}`);
  return answer.json();
}

const shownNames = (page) => page.locator('main li .name').allTextContents();
const told = (page, text) => page.getByRole('region', { name: 'Notices' }).getByText(text).waitFor();
const button = (page, name) => page.getByRole('button', { name, exact: true });

// Whatever a test left comes back.
afterEach(async () => {
  for (const bin of ['trash', 'removed']) {
    const { photos } = await app.get(`/api/albumen/${bin}`);
    const left = photos.map((photo) => photo.id);
    if (left.length > 0) await ask('POST', `/api/albumen/${bin}/restore`, { ids: left });
  }
});

test('what is in the trash is shown, comes back when asked, and goes again by undo', async () => {
  const names = ['leap-day.jpg', 'no-offset.jpg', 'rejected.jpg'];
  await ask('POST', '/api/albumen/trash', { ids: await ids(names) });
  await app.visit('/trash', {}, async (page) => {
    await page.getByRole('status').filter({ hasText: '3 photos' }).waitFor();
    assert.deepEqual((await shownNames(page)).sort(), [...names].sort());
    await page.waitForFunction(() =>
      [...document.querySelectorAll('main li img')].every((image) => image.naturalWidth > 0),
    );
    assert.equal(fs.existsSync(fileOf('leap-day.jpg')), false);

    await page.getByRole('checkbox', { name: 'leap-day.jpg' }).check();
    await page.getByRole('status').filter({ hasText: '1 photo chosen' }).waitFor();
    await button(page, 'Restore').click();
    await told(page, '1 photo is back');
    await eventually(async () => (await shownNames(page)).length, 2);
    assert.equal(fs.existsSync(fileOf('leap-day.jpg')), true);

    await button(page, 'Undo').click();
    await told(page, '1 photo moved to the trash');
    await eventually(async () => (await shownNames(page)).length, 3);
    assert.equal(fs.existsSync(fileOf('leap-day.jpg')), false);

    await button(page, 'Restore all').click();
    await told(page, '3 photos are back');
    await page.getByText('The trash is empty.').waitFor();
    for (const name of names) assert.ok(fs.existsSync(fileOf(name)), name);
  });
});

test('Delete throws the open photo away and goes on; undo brings it back', async () => {
  const { ids: all } = await app.layout();
  await app.visit(`/?photo=${all[1]}`, {}, async (page) => {
    const opened = () => new URL(page.url()).searchParams.get('photo');
    await fullPicture(page, all[1]);
    await page.keyboard.press('Delete');
    await told(page, '1 photo moved to the trash');
    await eventually(opened, String(all[2]));
    await eventually(async () => (await app.layout()).count, all.length - 1);
    await button(page.getByRole('dialog'), 'Undo').click();
    await told(page, '1 photo is back');
    await eventually(async () => (await app.layout()).ids, all);

    // The notice is gone, and with it what had the focus.
    await page.keyboard.press('ArrowLeft');
    await eventually(opened, String(all[1]));
    await button(page, 'Move to the trash').click();
    await eventually(async () => (await app.layout()).count, all.length - 1);
    await page.keyboard.press('Control+z');
    await eventually(async () => (await app.layout()).ids, all);
  });
});

test('a row of photos is chosen by Shift', async () => {
  await ask('POST', '/api/albumen/trash', { ids: await ids(NAMES) });
  await app.visit('/trash', {}, async (page) => {
    const boxes = page.getByRole('checkbox');
    await eventually(() => boxes.count(), NAMES.length);
    await boxes.nth(1).click();
    await boxes.nth(3).click({ modifiers: ['Shift'] });
    await page.getByRole('status').filter({ hasText: '3 photos chosen' }).waitFor();
    await button(page, 'Choose none').click();
    await page.getByRole('status').filter({ hasText: '5 photos' }).waitFor();
  });
});

test('removed photos are hidden, their files stay, and they come back', async () => {
  await ask('POST', '/api/albumen/removed', { ids: await ids(['north-east.jpg']) });
  await app.visit('/trash', {}, async (page) => {
    await page.getByRole('link', { name: 'Photos removed from the library only' }).click();
    await page.getByRole('heading', { name: 'Removed from the library' }).waitFor();
    await eventually(() => shownNames(page), ['north-east.jpg']);
    assert.ok(fs.existsSync(fileOf('north-east.jpg')));
    await button(page, 'Restore all').click();
    await page.getByText('Nothing was removed from the library.').waitFor();
    await page.getByRole('link', { name: 'Photos in the trash' }).click();
    await page.getByText('The trash is empty.').waitFor();
    await button(page, 'Gallery').click();
    await page.locator('[data-id]').first().waitFor();
  });
});

test('for good is asked twice, and then it is', async () => {
  await ask('POST', '/api/albumen/trash', { ids: await ids(NAMES.slice(0, 3)) });
  await app.visit('/trash', {}, async (page) => {
    await page.getByRole('checkbox', { name: 'everything.jpg' }).check();
    await button(page, 'Delete for good').click();
    const question = page.getByRole('dialog', { name: 'Delete 1 photo for good?' });
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    assert.equal((await shownNames(page)).length, 3);

    await button(page, 'Delete for good').click();
    await question.getByRole('button', { name: 'Delete for good' }).click();
    await told(page, '1 photo is deleted');
    await eventually(async () => (await shownNames(page)).length, 2);

    await button(page, 'Empty the trash').click();
    const all = page.getByRole('dialog', { name: 'Delete 2 photos for good?' });
    assert.ok(await all.getByRole('button', { name: 'Empty the trash' }).isDisabled());
    await all.getByRole('textbox').fill('delete');
    await page.keyboard.press('Enter');
    await page.getByText('The trash is empty.').waitFor();
  });
  const { ids: left } = await app.layout();
  assert.equal(left.length, NAMES.length - 3);
  for (const name of NAMES.slice(0, 3)) assert.equal(fs.existsSync(fileOf(name)), false, name);
});
