// The pages beside the gallery, as axe-core sees them: light and dark, large and small.
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { corpus, run, temporaryFolder } from '../server.mjs';
import { judge } from './axe.mjs';
import { PHONE, useApp } from './harness.mjs';

const PASSWORD = 'a tern over the sea';
const { photos } = corpus();

const button = (within, name) => within.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor();

// A folder of one's own: one photo of it is thrown away.
const folder = temporaryFolder('pages');
after(() => fs.rmSync(folder, { recursive: true }));
for (const name of ['everything.jpg', 'leap-day.jpg']) {
  fs.copyFileSync(path.join(photos, 'facts', name), path.join(folder, name));
}

const app = useApp({
  photos: [folder, path.join(photos, 'broken')],
  prepare: async (home) => {
    for (const name of ['alice', 'bob']) {
      await run(['user', 'add', name, ...home.args], { input: `${PASSWORD}\n` });
    }
  },
});

let thrown;
// One photo into the trash, by whoever may.
async function throwAway() {
  const send = (target, body, headers) =>
    fetch(app.url + target, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const session = await send('/api/auth/login', { username: 'alice', password: PASSWORD });
  const headers = { Authorization: `Bearer ${(await session.json()).access_token}` };
  const layout = await fetch(`${app.url}/api/albumen/layout`, { headers });
  const [id] = new Uint32Array(await layout.arrayBuffer(), 16, 1);
  await send('/api/albumen/trash', { ids: [id] }, headers);
}

// Every page, with what opens on it.
async function judgeAll(page, keyName) {
  await heading(page, 'Sign in');
  await judge(page, 'the sign-in');
  await page.getByLabel('Name').fill('alice');
  await page.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await judge(page, 'a sign-in that failed');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');

  await heading(page, 'Users');
  await button(page, 'Edit bob').waitFor();
  await judge(page, 'the users');
  await button(page, 'Edit bob').click();
  await judge(page, 'a user');
  await page.keyboard.press('Escape');
  await button(page, 'Remove bob').click();
  await judge(page, 'a question');
  await page.keyboard.press('Escape');
  await button(page, 'Disable bob').click();
  await button(page, 'Undo').waitFor();
  await judge(page, 'a notice');
  await button(page, 'Undo').click();

  await page.goto(`${app.url}/account`);
  await button(page, 'Create key').waitFor();
  await judge(page, 'the account');
  await page.getByRole('textbox', { name: 'Name' }).fill(keyName);
  await button(page, 'Create key').click();
  await page.getByRole('textbox', { name: 'Secret of the key' }).waitFor();
  await judge(page, 'a new key');

  await page.goto(`${app.url}/library`);
  await page.getByRole('listitem').filter({ hasText: photos }).first().waitFor();
  await judge(page, 'the library');

  await page.goto(`${app.url}/trash`);
  await page.getByRole('checkbox').first().waitFor();
  await page.getByRole('checkbox').first().check();
  await judge(page, 'the trash');
  await button(page, 'Choose none').click();
  await button(page, 'Empty the trash').click();
  await judge(page, 'the last question');
  await page.keyboard.press('Escape');
  await page.goto(`${app.url}/removed`);
  await page.getByText('Nothing was removed from the library.').waitFor();
  await judge(page, 'what was removed');
}

for (const colorScheme of ['light', 'dark']) {
  for (const [screen, options] of [['a large screen', {}], ['a phone', PHONE]]) {
    test(`on ${screen}, ${colorScheme}`, async () => {
      await (thrown ??= throwAway());
      const judging = (page) => judgeAll(page, `${screen}, ${colorScheme}`);
      await app.visit('/users', { ...options, colorScheme }, judging, { expected: /401/ });
    });
  }
}
