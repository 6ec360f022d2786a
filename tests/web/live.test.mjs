// Several tabs, and the server, stay in step.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { corpus, temporaryFolder } from '../server.mjs';
import { eventually, fullPicture, idsInSight, thumbnailsShown, tiles, useApp } from './harness.mjs';

const folder = temporaryFolder('in-step');
after(() => fs.rmSync(folder, { recursive: true }));
const facts = path.join(corpus().photos, 'facts');
const copy = (name) => fs.copyFileSync(path.join(facts, name), path.join(folder, name));
for (const name of ['everything.jpg', 'leap-day.jpg', 'no-offset.jpg', 'rejected.jpg']) copy(name);

const app = useApp({ photos: [folder] });

async function post(target, body) {
  const answer = await fetch(app.url + target, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${target}: ${answer.status}`);
}

const shown = (page) => tiles(page).evaluateAll((all) => all.map((tile) => Number(tile.dataset.id)));

test('one connection serves all tabs, and what one does the others show', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page); // And so the first connection stands.
    let connections = 0;
    page.context().on('request', (request) => {
      if (request.url().endsWith('/api/albumen/events')) connections++;
    });
    await page.reload();
    await thumbnailsShown(page);
    const others = [await page.context().newPage(), await page.context().newPage()];
    for (const other of others) {
      await other.goto(app.url);
      await thumbnailsShown(other);
    }
    assert.equal(connections, 1);

    const gone = await app.idOf(path.join(folder, 'leap-day.jpg'));
    await post('/api/albumen/trash', { ids: [gone] });
    for (const each of [page, ...others]) {
      await eventually(async () => (await shown(each)).includes(gone), false);
    }
    // The tab that held the connection goes; another takes it.
    await page.close();
    await eventually(() => connections, 2);
    await post('/api/albumen/trash/restore', { ids: [gone] });
    for (const each of others) {
      await eventually(async () => (await shown(each)).includes(gone), true);
    }
  }));

test('an open photo stays open, and the gallery where it is, when others change', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    const open = await app.idOf(path.join(folder, 'no-offset.jpg'));
    const gone = await app.idOf(path.join(folder, 'rejected.jpg'));
    await page.locator(`[data-id="${open}"]`).click();
    const picture = await fullPicture(page, open);
    await picture.evaluate((element) => (element.dataset.same = 'yes'));
    await post('/api/albumen/trash', { ids: [gone] });
    await page.waitForFunction((id) => !document.querySelector(`[data-id="${id}"]`), gone);
    assert.equal(await picture.getAttribute('data-same'), 'yes');
    await page.keyboard.press('Escape');
    assert.ok((await idsInSight(page)).includes(open));
    await post('/api/albumen/trash/restore', { ids: [gone] });
    await eventually(async () => (await shown(page)).includes(gone), true);
  }));
