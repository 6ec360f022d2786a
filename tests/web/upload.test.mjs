// Files that come into the library from a browser.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { corpus } from '../server.mjs';
import { eventually, PHONE, thumbnailsShown, tiles, useApp } from './harness.mjs';

const facts = path.join(corpus().photos, 'facts');
const app = useApp();

const button = (within, name) => within.getByRole('button', { name, exact: true });
const tray = (page) => page.getByRole('region', { name: 'Uploads' });
const file = (name, as = name) => ({
  name: as,
  mimeType: 'image/jpeg',
  buffer: fs.readFileSync(path.join(facts, name)),
});

// A picture of some megabytes, which takes several pieces: what follows a JPEG's end is nobody's.
function large(name) {
  const bytes = fs.readFileSync(path.join(facts, name));
  return { name: 'large.jpg', mimeType: 'image/jpeg', buffer: Buffer.concat([bytes, Buffer.alloc(6 << 20)]) };
}

async function choose(page, files, opener = button(page, 'Upload photos')) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), opener.click()]);
  await chooser.setFiles(files);
}

// Files as a person drops or pastes them: the browser's own events, with its own transfer.
function hand(page, kind, files) {
  const told = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, text: buffer.toString('base64') }));
  return page.evaluate(
    ([kind, told]) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, text } of told) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      const options = { bubbles: true, cancelable: true };
      const event = kind === 'paste'
        ? new ClipboardEvent('paste', { ...options, clipboardData: transfer })
        : (type) => new DragEvent(type, { ...options, dataTransfer: transfer });
      if (kind === 'paste') document.body.dispatchEvent(event);
      else for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(event(type));
    },
    [kind, told],
  );
}

const names = async () => {
  const { ids } = await app.layout();
  if (ids.length === 0) return [];
  const { photos } = await app.get(`/api/albumen/photos?ids=${ids}`);
  return photos.map((photo) => photo.filename).sort();
};

test('chosen files come into the library, and into the gallery', () =>
  app.visit('/', {}, async (page) => {
    await page.getByRole('heading', { name: 'No photos yet' }).waitFor();
    await choose(page, [file('everything.jpg'), file('leap-day.jpg')], button(page, 'Upload photos').last());
    await tray(page).getByText('2 files are uploaded').waitFor();
    await eventually(names, ['everything.jpg', 'leap-day.jpg']);
    await eventually(() => tiles(page).count(), 2);
    await thumbnailsShown(page);
    await button(tray(page), 'Close').click();
    await tray(page).waitFor({ state: 'detached' });
  }));

test('dropped and pasted files too', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    await hand(page, 'drop', [file('no-offset.jpg')]);
    await tray(page).getByText('1 file is uploaded').waitFor();
    await hand(page, 'paste', [file('north-east.jpg')]);
    await tray(page).getByText('2 files are uploaded').waitFor();
    await eventually(async () => (await names()).includes('north-east.jpg'), true);
    await eventually(async () => (await names()).includes('no-offset.jpg'), true);
  }));

test('what is no picture is refused by name, and the others come', () =>
  app.visit(
    '/',
    {},
    async (page) => {
      await thumbnailsShown(page);
      const text = { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear reader') };
      await choose(page, [text, file('rejected.jpg')]);
      await tray(page).getByText('1 file could not be uploaded').waitFor();
      const line = tray(page).getByRole('listitem').filter({ hasText: 'letter.txt' });
      assert.match(await line.locator('.problem').textContent(), /\.$/);
      await button(line, 'Do not upload letter.txt').click();
      await tray(page).getByText('1 file is uploaded').waitFor();
      await eventually(async () => (await names()).includes('rejected.jpg'), true);
    },
    { expected: /4\d\d/ },
  ));

test('a copy of what is there is not kept twice, but shown', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    const before = (await app.layout()).count;
    await choose(page, [file('leap-day.jpg', 'the same again.jpg'), file('many-keywords.jpg')]);
    const line = tray(page).getByRole('listitem').filter({ hasText: 'the same again.jpg' });
    await line.getByText('In the library already').waitFor();
    await eventually(async () => (await app.layout()).count, before + 1);
    await button(tray(page), 'Show in the gallery').click();
    await eventually(() => new URL(page.url()).searchParams.has('path_prefix'), true);
    await eventually(() => tiles(page).count(), before + 1);
    await line.getByRole('link', { name: 'Show' }).click();
    await page.getByRole('dialog', { name: 'Photo viewer' }).getByText('leap-day.jpg').first().waitFor();
  }));

test('an upload waits while it is paused, and goes on', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    let held = null;
    await page.route('**/api/albumen/uploads/*', (route) => {
      if (route.request().method() === 'PATCH' && held === null) held = route;
      else void route.continue();
    });
    await choose(page, [file('xmp-only.jpg')]);
    await eventually(() => held !== null, true);
    await button(tray(page), 'Pause').click();
    await tray(page).getByText('Uploading is paused').waitFor();
    await button(tray(page), 'Go on').click();
    await tray(page).getByText('1 file is uploaded').waitFor();
  }));

test('after a reload the same file goes on where it stopped', () =>
  app.visit('/', {}, async (page) => {
    await thumbnailsShown(page);
    let pieces = 0;
    await page.route('**/api/albumen/uploads/*', (route) => {
      if (route.request().method() === 'PATCH' && ++pieces > 2) return; // It hangs.
      void route.continue();
    });
    const picture = large('subsec-long.jpg');
    const place = path.join(app.home.data, 'large.jpg');
    fs.writeFileSync(place, picture.buffer);
    await choose(page, place);
    await eventually(() => pieces, 3);

    page.on('dialog', (dialog) => dialog.accept());
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.reload();
    await tray(page).getByText('1 upload was interrupted').waitFor();
    const asked = [];
    page.on('request', (request) => {
      if (request.url().includes('/uploads')) asked.push(request.method());
    });
    await choose(page, place, button(tray(page), 'Choose files'));
    await tray(page).getByText('1 file is uploaded').waitFor();
    assert.equal(asked[0], 'HEAD');
    assert.ok(!asked.includes('POST'), 'it began anew');
    await eventually(async () => (await names()).includes('large.jpg'), true);
  }));

test('on a phone it stands in the menu', () =>
  app.visit('/', PHONE, async (page) => {
    await thumbnailsShown(page);
    await button(page, 'Menu').click();
    await choose(page, [file('null-island.jpg')], button(page, 'Upload photos…'));
    await tray(page).getByText('1 file is uploaded').waitFor();
  }));
