// The viewer: every format, every orientation, the keys, the zoom and what is known about a photo.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus } from '../server.mjs';
import { assertUpright, cornersOf, eventually, fullPicture, useApp } from './harness.mjs';

const { photos, files, corners } = corpus();
const app = useApp({ photos: [photos] });

const idOf = (name) => app.idOf(`${photos}/${name}`);
const address = (page) => new URL(page.url()).search;
const zoom = (page) => page.getByRole('button', { name: /^Zoom: / });

const orientations = `/?${new URLSearchParams({ search: 'jpeg-', path_prefix: `${photos}/orientation` })}`;

const fileOf = (name) => files.find((file) => file.path === name);
const coloured = files.filter((file) => file.outcome === 'indexed' && file.colour_tolerance);

// What the details panel says, by the names of its lines.
async function facts(page) {
  const panel = page.getByRole('complementary', { name: 'Details' });
  await panel.locator('dl').first().waitFor();
  return panel.evaluate((each) => {
    const texts = (all) => [...all].map((line) => line.textContent.trim());
    const names = texts(each.querySelectorAll('dt'));
    const values = texts(each.querySelectorAll('dd'));
    return Object.fromEntries(names.map((name, i) => [name, values[i]]));
  });
}

test('every format is shown, upright and in its colours', () =>
  app.visit('/', {}, async (page) => {
    const formats = new Set(coloured.map((file) => file.format));
    for (const format of ['jpeg', 'png', 'webp', 'tiff', 'gif', 'bmp', 'heif', 'avif', 'jxl', 'raw']) {
      assert.ok(formats.has(format), `the corpus has no ${format}`);
    }
    for (const file of coloured) {
      const id = await idOf(file.path);
      await page.goto(`${app.url}/?photo=${id}`);
      const found = await cornersOf(await fullPicture(page, id));
      assertUpright(found.corners, corners, file.colour_tolerance, file.path);
      if (file.format !== 'raw') {
        assert.deepEqual([found.width, found.height], [file.width, file.height], file.path);
      }
    }
  }));

// By what is painted on the screen, the thumbnail in the gallery and the picture in the viewer.
test('all eight orientations stand upright on the screen', () =>
  app.visit(orientations, { deviceScaleFactor: 1 }, async (page) => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const name = `orientation/jpeg-${orientation}.jpg`;
      const id = await idOf(name);
      const tile = page.locator(`[data-id="${id}"] img`);
      await tile.evaluate((image) => image.decode());
      const thumbnail = await cornersOf(tile);
      assertUpright(thumbnail.corners, corners, fileOf(name).colour_tolerance, `thumbnail of ${name}`);
      assert.ok(thumbnail.width > thumbnail.height, `${name} lies on its side`);

      await page.goto(`${app.url}${orientations}&photo=${id}`);
      const picture = await fullPicture(page, id);
      await page.keyboard.press('z');
      await eventually(() => zoom(page).textContent().then((text) => text.trim()), '100 %');
      const painted = await paintedCorners(page, picture);
      assertUpright(painted, corners, fileOf(name).colour_tolerance, `${name} on the screen`);
      await page.goto(app.url + orientations);
    }
  }));

async function paintedCorners(page, picture) {
  const shot = await picture.screenshot({ type: 'png', animations: 'disabled' });
  const source = `data:image/png;base64,${shot.toString('base64')}`;
  return page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const at = (x, y) => [
      ...context.getImageData(image.width * x, image.height * y, 1, 1).data.slice(0, 3),
    ];
    return {
      top_left: at(0.2, 0.25),
      top_right: at(0.8, 0.25),
      bottom_left: at(0.2, 0.8),
      bottom_right: at(0.8, 0.8),
    };
  }, source);
}

test('one leads to the next and back, to both ends', () =>
  app.visit(orientations, {}, async (page) => {
    const names = await page
      .locator('[data-id]')
      .first()
      .waitFor()
      .then(() => page.locator('[data-id]').evaluateAll((all) => all.map((each) => each.dataset.id)));
    assert.equal(names.length, 8);
    await page.locator('[data-id]').first().click();
    const dialog = page.getByRole('dialog', { name: 'Photo viewer' });
    const next = dialog.getByRole('button', { name: 'Next photo' });
    const previous = dialog.getByRole('button', { name: 'Previous photo' });
    assert.equal(await previous.count(), 0);
    for (const id of names.slice(1)) {
      await next.click();
      await eventually(() => new URLSearchParams(address(page)).get('photo'), id);
      await fullPicture(page, id);
    }
    assert.equal(await next.count(), 0);
    await dialog.getByText('8 / 8').waitFor();
    await previous.click();
    await dialog.getByText('7 / 8').waitFor();
    await page.keyboard.press('ArrowLeft');
    await dialog.getByText('6 / 8').waitFor();
    await page.goBack();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(page.url(), app.url + orientations);
  }));

test('at 100 % a pixel of the picture is a pixel of the screen', async () => {
  for (const deviceScaleFactor of [1, 2]) {
    const options = { deviceScaleFactor, viewport: { width: 220, height: 400 } };
    const id = await idOf('formats/baseline.jpg');
    await app.visit(`/?photo=${id}`, options, async (page) => {
      const picture = await fullPicture(page, id);
      const size = () =>
        picture.evaluate((image) => {
          const { width, height } = image.getBoundingClientRect();
          const { m11, m22 } = new DOMMatrix(getComputedStyle(image.parentElement).transform);
          return { width, height, scaled: m11 !== 1 || m22 !== 1 };
        });
      const { width: fitted } = await size();
      assert.equal(fitted, 220);
      await zoom(page).click();
      await eventually(() => zoom(page).textContent().then((text) => text.trim()), '100 %');
      await eventually(size, {
        width: 480 / deviceScaleFactor,
        height: 320 / deviceScaleFactor,
        scaled: false,
      });
      await page.keyboard.press('+');
      await eventually(() => zoom(page).textContent().then((text) => text.trim()), '150 %');
      await page.keyboard.press('z');
      await eventually(async () => (await size()).width, fitted);
    });
  }
});

test('a wheel zooms where the mouse points and a drag moves the picture', async () => {
  const id = await idOf('formats/baseline.jpg');
  await app.visit(`/?photo=${id}`, { viewport: { width: 400, height: 300 } }, async (page) => {
    const picture = await fullPicture(page, id);
    const box = await picture.boundingBox();
    const point = { x: box.x + box.width / 4, y: box.y + box.height / 2 };
    const under = async () => {
      const now = await picture.boundingBox();
      return Math.round(((point.x - now.x) / now.width) * 100);
    };
    await page.mouse.move(point.x, point.y);
    await page.mouse.wheel(0, -600);
    await eventually(async () => (await picture.boundingBox()).width > box.width * 1.5, true);
    await eventually(under, 25);
    const before = await picture.boundingBox();
    await page.mouse.down();
    await page.mouse.move(point.x + 60, point.y, { steps: 4 });
    await page.mouse.up();
    await eventually(async () => Math.round((await picture.boundingBox()).x - before.x), 60);
  });
});

test('the details say what the file says', async () => {
  const file = fileOf('facts/everything.jpg');
  const id = await idOf(file.path);
  await app.visit(`/?photo=${id}`, {}, async (page) => {
    await fullPicture(page, id);
    await page.keyboard.press('i');
    const known = await facts(page);
    assert.equal(known['Date'], 'Wednesday, 3 July 2024');
    assert.equal(known['Time'], `10:20:30 + ${file.milliseconds} ms`);
    assert.equal(known['Time zone'], 'UTC+02:00');
    assert.equal(known['Camera'], file.camera);
    assert.equal(known['Lens'], file.lens);
    assert.equal(known['Aperture'], `ƒ/${file.f_stop}`);
    assert.equal(known['Shutter'], `1/${1 / file.shutter_seconds} s`);
    assert.equal(known['ISO'], String(file.iso));
    assert.equal(known['Focal length'], `${file.focal_length} mm`);
    assert.equal(known['Name'], 'everything.jpg');
    assert.equal(known['Folder'], `${photos}/facts`);
    assert.match(known['Size'], new RegExp(`^${file.width} × ${file.height}\\b`));
    const [latitude, longitude] = known['Coordinates'].split(', ').map(Number);
    assert.ok(Math.abs(latitude - file.latitude) < 1e-5);
    assert.ok(Math.abs(longitude - file.longitude) < 1e-5);

    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByRole('heading', { name: file.title }).waitFor();
    await panel.getByText(file.description).waitFor();
    await panel.getByRole('img', { name: `${file.rating} stars` }).waitFor();
    const keywords = await panel.getByRole('listitem').allTextContents();
    assert.deepEqual(keywords.sort(), [...file.keywords].sort());

    await panel.getByRole('button', { name: 'Paris' }).click();
    await eventually(() => address(page), '?tag=Paris');
    await page.getByRole('status').filter({ hasText: '1 photo' }).waitFor();
  });
});

test('what a file does not say is left out', async () => {
  const id = await idOf('facts/nothing.jpg');
  await app.visit(`/?photo=${id}`, {}, async (page) => {
    await fullPicture(page, id);
    await page.keyboard.press('i');
    const known = await facts(page);
    for (const name of ['Date', 'Camera', 'Lens', 'ISO', 'Coordinates', 'Aperture', 'Copyright']) {
      assert.equal(known[name], undefined, name);
    }
    assert.equal(known['Name'], 'nothing.jpg');
  });
});

test('the original is offered for download under its name', async () => {
  const id = await idOf('formats/apple.heic');
  await app.visit(`/?photo=${id}`, {}, async (page) => {
    await fullPicture(page, id);
    const link = page.getByRole('link', { name: 'Download original' });
    await eventually(() => link.getAttribute('download'), 'apple.heic');
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    assert.equal(download.suggestedFilename(), 'apple.heic');
  });
});

test('a photo that is gone says so and leaves the way back', () =>
  app.visit(
    '/?photo=999999',
    {},
    async (page) => {
      await page.getByRole('alert').filter({ hasText: 'The full photo cannot be shown.' }).waitFor();
      await page.getByRole('button', { name: 'Back to the gallery' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      assert.equal(address(page), '');
    },
    { expected: /999999|404/ },
  ));
