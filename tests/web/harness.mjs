// The web app in a real browser, served by the real program.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { newHome, Program, scan } from '../server.mjs';
import { launchBrowser } from './browser.mjs';

/** A busy machine is slow; a wait that ends earlier ends with what it waited for. */
const PATIENCE_MS = 20_000;

export const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

// What a page must not do: remembered as it happens, judged when the page is done.
function watch(page, origin) {
  const faults = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== origin) faults.push(`foreign: ${url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  page.on('requestfailed', (request) => {
    // The app gives up what nobody waits for any more.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return;
    faults.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  return faults;
}

// One library, server and browser for the tests of a file. `prepare` may add to the library before it
// is served; `photos` are folders that are scanned beforehand, `args` the server's further arguments,
// `models` a folder of models that look at the photos too.
export function useApp({ photos = [], args = [], models, prepare } = {}) {
  const app = {};

  before(async () => {
    app.home = newHome();
    if (models) app.home.args.push('--models', models);
    if (photos.length > 0) await scan(app.home, ...photos);
    await prepare?.(app.home);
    [app.browser, app.server] = await Promise.all([
      launchBrowser(),
      Program.start(app.home, { args }),
    ]);
    app.url = app.server.url;
  });

  after(async () => {
    await app.browser?.close();
    await app.server?.stop();
    app.home?.remove();
  });

  // Opens an address, runs the body with the page, and holds the page to its manners. Faults that
  // match `expected` are the test's own doing.
  app.visit = async (address, options, body, { expected } = {}) => {
    const context = await app.browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    try {
      const page = await context.newPage();
      const faults = watch(page, app.url);
      await page.goto(app.url + address);
      await body(page);
      assert.deepEqual(faults.filter((fault) => !expected?.test(fault)), []);
    } finally {
      await context.close();
    }
  };

  app.get = async (target) => {
    const answer = await fetch(app.url + target);
    assert.equal(answer.status, 200, target);
    return answer.json();
  };

  // Every photo in an order, by default the gallery's own.
  app.layout = async (sort = 'date_taken', direction = 'DESC') => {
    const query = new URLSearchParams({ sort, sort_direction: direction });
    const answer = await fetch(`${app.url}/api/albumen/layout?${query}`);
    const bytes = await answer.arrayBuffer();
    const count = new DataView(bytes).getUint32(8, true);
    const days = (16 + 6 * count + 3) & ~3;
    return {
      count,
      ids: [...new Uint32Array(bytes, 16, count)],
      days: [...new Int32Array(bytes, days, count)],
    };
  };

  // The identifier of the photo in a file.
  app.idOf = async (file) => {
    app.files ??= await app.layout().then(async ({ ids }) => {
      const { photos: all } = await app.get(`/api/albumen/photos?ids=${ids}`);
      return new Map(all.map((photo) => [photo.path, photo.id]));
    });
    assert.ok(app.files.has(file), `${file} is not in the library`);
    return app.files.get(file);
  };

  return app;
}

/** What the page says, asked until it is as it should be. */
export async function eventually(ask, expected, message) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  for (;;) {
    const value = await ask();
    try {
      assert.deepEqual(value, expected, message);
      return;
    } catch (error) {
      if (patience.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const tiles = (page) => page.locator('[data-id]');

// Photos whose tile touches the visible part of the gallery, in order.
export function idsInSight(page) {
  return page.evaluate(() => {
    const { top, bottom } = document.querySelector('.scroller').getBoundingClientRect();
    return [...document.querySelectorAll('[data-id]')]
      .map((tile) => ({ tile, box: tile.getBoundingClientRect() }))
      .filter(({ box }) => box.bottom > top && box.top < bottom)
      .sort((a, b) => a.tile.dataset.position - b.tile.dataset.position)
      .map(({ tile }) => Number(tile.dataset.id));
  });
}

// Waits until every thumbnail in sight has been decoded.
export function thumbnailsShown(page) {
  return page.waitForFunction(() => {
    const scroller = document.querySelector('.scroller');
    if (scroller === null) return false;
    const { top, bottom } = scroller.getBoundingClientRect();
    const seen = [...document.querySelectorAll('[data-id]')].filter((tile) => {
      const box = tile.getBoundingClientRect();
      return box.bottom > top && box.top < bottom;
    });
    const loaded = (tile) => tile.querySelector('img')?.naturalWidth > 0;
    return seen.length > 0 && seen.every(loaded);
  });
}

export const focusedId = (page) =>
  page.evaluate(() => Number(document.activeElement?.dataset.id ?? 0));

// The full picture in the viewer, once it has come.
export async function fullPicture(page, id) {
  await page.waitForFunction((id) => {
    const image = document.querySelector('dialog img.full');
    return image?.src.includes(`/photos/${id}/`) && image.classList.contains('sharp');
  }, id);
  return page.locator('dialog img.full');
}

// Width, height and the colours in the corners of an image on the page.
export function cornersOf(image) {
  return image.evaluate((element) => {
    const canvas = document.createElement('canvas');
    canvas.width = element.naturalWidth;
    canvas.height = element.naturalHeight;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(element, 0, 0);
    const at = (x, y) => [
      ...context.getImageData(canvas.width * x, canvas.height * y, 1, 1).data.slice(0, 3),
    ];
    return {
      width: canvas.width,
      height: canvas.height,
      corners: {
        top_left: at(0.1, 0.1),
        top_right: at(0.9, 0.1),
        bottom_left: at(0.1, 0.9),
        bottom_right: at(0.9, 0.9),
      },
    };
  });
}

export function assertUpright(found, expected, tolerance, name) {
  for (const [corner, colour] of Object.entries(expected)) {
    const away = Math.max(...colour.map((value, i) => Math.abs(value - found[corner][i])));
    assert.ok(away <= tolerance, `${name}: ${corner} is ${found[corner]}, not ${colour}`);
  }
}
