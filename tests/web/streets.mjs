// Pictures to draw on, shown pixel for pixel, so that places on the page are places on them; and the
// hands to draw with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { temporaryFolder } from '../server.mjs';

export const WIDTH = 800;
export const HEIGHT = 600;

/** A folder with three of them, until the tests of the file are done. */
export function streets() {
  const folder = temporaryFolder('drawn-on');
  after(() => fs.rmSync(folder, { recursive: true }));
  for (const [i, name] of ['a-street', 'b-square', 'c-bridge'].entries()) {
    const file = path.join(folder, `${name}.jpg`);
    execFileSync('vips', ['gaussnoise', file, WIDTH, HEIGHT, '--mean', 150, '--sigma', 20, '--seed', i + 1]);
  }
  return folder;
}

/** Asks an app's server; gives the answer's JSON. */
export const askOf =
  (app) =>
  async (method, target, { json, match, status = 200 } = {}) => {
    const answer = await fetch(`${app.url}/api/albumen/${target}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(match === undefined ? {} : { 'If-Match': `"${match}"` }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await answer.text();
    assert.equal(answer.status, status, `${method} ${target}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };

export const stageOf = (page) => page.getByRole('application');
export const saved = (page) =>
  page.getByRole('status').filter({ hasText: /^\s*Saved\s*$/ }).waitFor();
export const count = (page, text) => page.getByRole('heading', { name: text, exact: true }).waitFor();

/** Waits for the picture, and gives the hands on it: places are its pixels. */
export async function handsOn(page, shapes = '0 shapes') {
  await page.locator('[role=application][aria-busy=false]').waitFor();
  await count(page, shapes);
  await saved(page);
  const { x, y, width, height } = await stageOf(page).boundingBox();
  const left = x + Math.round(width / 2 - WIDTH / 2);
  const top = y + Math.round(height / 2 - HEIGHT / 2);
  const to = (place, options) => page.mouse.move(left + place[0], top + place[1], options);
  return {
    to,
    async click(...places) {
      for (const place of places) {
        await to(place);
        await page.mouse.down();
        await page.mouse.up();
      }
    },
    async drag(from, ...places) {
      await to(from);
      await page.mouse.down();
      for (const place of places) await to(place, { steps: 3 });
      await page.mouse.up();
    },
  };
}
