// Signing in and out, accounts and keys: in a library with one password, with users, and with neither.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { corpus, run } from '../server.mjs';
import { eventually, thumbnailsShown, useApp } from './harness.mjs';

const { photos } = corpus();
const facts = path.join(photos, 'facts');

const button = (within, name) => within.getByRole('button', { name, exact: true });
const told = (page, text) => page.getByRole('region', { name: 'Notices' }).getByText(text).waitFor();
const address = (page) => page.url().slice(new URL(page.url()).origin.length);
const signInPage = (page) => page.getByRole('heading', { name: 'Sign in' });

async function signIn(page, password, name) {
  await signInPage(page).waitFor();
  if (name) await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await button(page, 'Sign in').click();
}

async function openMenu(page) {
  await button(page, 'Menu').click();
  return page.getByRole('group', { name: 'Menu' });
}

// Asks the server as a program does.
function ask(app, token, method, target, body) {
  const headers = { Authorization: `Bearer ${token}` };
  if (body) headers['Content-Type'] = 'application/json';
  return fetch(app.url + target, { method, headers, body: body && JSON.stringify(body) });
}

async function tokenOf(app, username, password) {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ username, password });
  const answer = await fetch(`${app.url}/api/auth/login`, { method: 'POST', headers, body });
  assert.equal(answer.status, 200);
  return (await answer.json()).access_token;
}

describe('with one password for all', () => {
  const app = useApp({
    photos: [facts],
    prepare: ({ data }) => {
      const viewer = { password: 'tern', edition_password: 'plover' };
      fs.writeFileSync(path.join(data, 'scoring.json'), JSON.stringify({ viewer }));
    },
  });

  test('the password opens it, where one wanted to go', () =>
    app.visit(
      '/?search=everything',
      {},
      async (page) => {
        await signInPage(page).waitFor();
        assert.equal(await page.getByLabel('Name').count(), 0);
        await signIn(page, 'turn');
        await page.getByRole('alert').filter({ hasText: 'This is not the password.' }).waitFor();
        await signIn(page, 'tern');
        await thumbnailsShown(page);
        assert.equal(address(page), '/?search=everything');
        await page.reload();
        await thumbnailsShown(page);
        await (await openMenu(page)).getByRole('button', { name: 'Sign out' }).click();
        await signInPage(page).waitFor();
      },
      { expected: /401/ },
    ));

  test('editing is unlocked by its own password, and locked again', () =>
    app.visit(
      '/',
      {},
      async (page) => {
        await signIn(page, 'tern');
        await thumbnailsShown(page);
        assert.equal(await button(page, 'Upload photos').count(), 0);
        await (await openMenu(page)).getByRole('button', { name: 'Unlock editing' }).click();
        const dialog = page.getByRole('dialog', { name: 'Unlock editing' });
        await dialog.getByLabel('Password').fill('tern');
        await button(dialog, 'Unlock').click();
        await dialog.getByRole('alert').waitFor();
        await dialog.getByLabel('Password').fill('plover');
        await button(dialog, 'Unlock').click();
        await told(page, 'Editing is unlocked');
        await button(page, 'Upload photos').waitFor();
        await (await openMenu(page)).getByRole('button', { name: 'Lock editing' }).click();
        await button(page, 'Upload photos').waitFor({ state: 'detached' });
      },
      { expected: /401/ },
    ));
});

describe('with users', () => {
  const PASSWORD = 'a tern over the sea';
  const app = useApp({
    photos: [facts],
    prepare: async (home) => {
      for (const [name, role] of [['alice', 'superadmin'], ['carol', 'superadmin']]) {
        const args = ['user', 'add', name, ...home.args, '--role', role, '--display-name', name.toUpperCase()];
        const done = await run(args, { input: `${PASSWORD}\n` });
        assert.equal(done.status, 0, done.stderr);
      }
    },
  });

  test('a name and a password open it; the menu says who one is', () =>
    app.visit(
      '/account',
      {},
      async (page) => {
        await signIn(page, 'wrong', 'alice');
        await page.getByRole('alert').filter({ hasText: 'do not belong together' }).waitFor();
        await signIn(page, PASSWORD, 'alice');
        await page.getByRole('heading', { name: 'Account' }).waitFor();
        await (await openMenu(page)).getByText('Signed in as ALICE').waitFor();
      },
      { expected: /401/ },
    ));

  test('signing out in one tab is signing out in all', () =>
    app.visit(
      '/',
      {},
      async (page) => {
        await signIn(page, PASSWORD, 'alice');
        await thumbnailsShown(page);
        const other = await page.context().newPage();
        await other.goto(`${app.url}/account`);
        await (await openMenu(other)).getByRole('button', { name: 'Sign out' }).click();
        await signInPage(other).waitFor();
        await signInPage(page).waitFor();
        await signIn(page, PASSWORD, 'alice');
        await thumbnailsShown(page);
        await thumbnailsShown(other);
      },
      { expected: /401/ }, // What was just being asked for.
    ));

  test('a session that was ended elsewhere leads to the sign-in, and back', () =>
    app.visit(
      '/?search=everything',
      {},
      async (page) => {
        await signIn(page, PASSWORD, 'carol');
        await thumbnailsShown(page);
        const token = await tokenOf(app, 'carol', PASSWORD);
        const ended = await ask(app, token, 'POST', '/api/albumen/me/sign-out-everywhere', {});
        assert.ok(ended.ok);
        const search = page.getByRole('combobox', { name: 'Search photos' });
        await search.fill('tower');
        await search.press('Enter');
        await signIn(page, PASSWORD, 'carol');
        await page.getByRole('combobox', { name: 'Search photos' }).waitFor();
        await eventually(() => address(page), '/?search=tower');
      },
      { expected: /40[14]/ },
    ));

  test('a key is made, shown once, used and revoked', () =>
    app.visit(
      '/account',
      { permissions: ['clipboard-read', 'clipboard-write'] },
      async (page) => {
        await signIn(page, PASSWORD, 'alice');
        await page.getByText('There is no key yet.').waitFor();
        await page.getByRole('textbox', { name: 'Name' }).fill('A script');
        await page.getByRole('combobox', { name: 'May' }).selectOption('write');
        await button(page, 'Create key').click();
        const secret = await page.getByRole('textbox', { name: 'Secret of the key' }).inputValue();
        await button(page, 'Copy').click();
        await told(page, 'The key is copied');
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
        assert.equal((await ask(app, secret, 'GET', '/api/albumen/library')).status, 200);

        await page.reload();
        await page.getByText('A script', { exact: true }).waitFor();
        assert.equal(await page.getByText(secret).count(), 0);
        await button(page, 'Revoke the key “A script”').click();
        await button(page.getByRole('dialog'), 'Revoke').click();
        await page.getByText('There is no key yet.').waitFor();
        assert.equal((await ask(app, secret, 'GET', '/api/albumen/library')).status, 401);
      },
    ));

  test('users are added, changed, disabled with undo, and removed', () =>
    app.visit('/users', {}, async (page) => {
      await signIn(page, PASSWORD, 'alice');
      await button(page, 'Add a user').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name to sign in with').fill('bob');
      await dialog.getByLabel('Password').fill('plover');
      await dialog.getByRole('combobox', { name: 'Folders' }).fill('photos');
      await button(dialog, 'Add').first().click();
      await dialog.getByRole('alert').filter({ hasText: 'whole path' }).waitFor();
      await dialog.getByRole('combobox', { name: 'Folders' }).fill(facts);
      await button(dialog, 'Add').last().click();
      await told(page, 'bob is saved');
      const bob = page.getByRole('listitem').filter({ hasText: 'bob' });
      await bob.getByText(facts).waitFor();

      await button(page, 'Edit bob').click();
      await dialog.getByLabel('Shown as').fill('Bob the builder');
      await dialog.getByLabel('Role').selectOption('admin');
      await button(dialog, 'Save').click();
      await bob.getByText('Bob the builder').waitFor();
      await bob.getByText('Admin', { exact: true }).waitFor();

      await button(page, 'Disable bob').click();
      await bob.getByText('Disabled').waitFor();
      await button(page, 'Undo').click();
      await bob.getByText('Disabled').waitFor({ state: 'detached' });
      assert.ok(await tokenOf(app, 'bob', 'plover'));

      await button(page, 'Remove bob').click();
      const removal = page.getByRole('dialog', { name: 'Remove bob' });
      await removal.getByRole('textbox').fill('bob');
      await button(removal, 'Remove').click();
      await bob.waitFor({ state: 'detached' });
      await page.reload();
      await button(page, 'Edit carol').waitFor();
      assert.equal(await button(page, 'Edit bob').count(), 0);
    }));

  test('an annotator finds the datasets that an admin names', () =>
    app.visit('/users', {}, async (page) => {
      await signIn(page, PASSWORD, 'alice');
      await button(page, 'Add a user').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name to sign in with').fill('dora');
      await dialog.getByLabel('Password').fill('plover');
      await button(dialog, 'Add').last().click();
      await told(page, 'dora is saved');
      await button(page, 'Edit dora').click();
      await dialog.getByLabel('In datasets').selectOption('annotator');
      await button(dialog, 'Save').click();
      await dialog.waitFor({ state: 'detached' });

      const alice = await tokenOf(app, 'alice', PASSWORD);
      const dora = await tokenOf(app, 'dora', 'plover');
      const made = await ask(app, alice, 'POST', '/api/albumen/datasets', { name: 'For some' });
      const { id } = await made.json();
      const found = async () => {
        const answer = await ask(app, dora, 'GET', '/api/albumen/datasets');
        return (await answer.json()).datasets.map(({ name }) => name);
      };
      assert.deepEqual(await found(), []);
      await page.goto(`${app.url}/datasets/${id}`);
      await button(page, 'More about this dataset').click();
      await button(page, 'Annotators').click();
      await dialog.getByLabel('Usernames').fill('dora');
      await button(dialog, 'Save').click();
      await dialog.waitFor({ state: 'detached' });
      assert.deepEqual(await found(), ['For some']);
    }));

  test('folders are shared with everybody', () =>
    app.visit('/users', {}, async (page) => {
      await signIn(page, PASSWORD, 'alice');
      await page.getByRole('combobox', { name: 'Folders that everybody sees' }).fill(facts);
      await page.keyboard.press('Enter');
      await button(page, `Remove the folder ${facts}`).waitFor();
      await page.reload();
      await button(page, `Remove the folder ${facts}`).click();
      await button(page, `Remove the folder ${facts}`).waitFor({ state: 'detached' });
    }));

  test('a changed password ends other sessions and keeps this one', () =>
    app.visit('/account', {}, async (page) => {
      await signIn(page, PASSWORD, 'carol');
      const before = await tokenOf(app, 'carol', PASSWORD);
      await page.getByLabel('Current password').fill(PASSWORD);
      await page.getByLabel('New password', { exact: true }).fill('plover');
      await page.getByLabel('New password, again').fill('plovers');
      await page.getByRole('alert').filter({ hasText: 'differ' }).waitFor();
      await page.getByLabel('New password, again').fill('plover');
      await button(page, 'Change password').click();
      await told(page, 'The password is changed.');
      assert.equal((await ask(app, before, 'GET', '/api/albumen/library')).status, 401);
      await button(page, 'Gallery').click();
      await thumbnailsShown(page);
    }));

  test('too many attempts are told, with the time to wait', () =>
    app.visit(
      '/',
      {},
      async (page) => {
        await signInPage(page).waitFor();
        const waiting = page.getByRole('button', { name: /^Wait \d+ second/ });
        for (let attempt = 0; attempt < 40 && (await waiting.count()) === 0; attempt++) {
          await page.getByLabel('Name').fill('mallory');
          await page.getByLabel('Password').fill(`guess ${attempt}`);
          await page.keyboard.press('Enter');
          await page.getByLabel('Password').and(page.locator(':focus')).waitFor();
          await eventually(() => page.getByLabel('Password').inputValue(), '');
        }
        await waiting.waitFor();
        assert.ok(await waiting.isDisabled());
        await page.getByRole('alert').filter({ hasText: 'Too many attempts.' }).waitFor();
      },
      { expected: /401|429/ },
    ));
});

describe('with nobody to sign in', () => {
  const app = useApp({ photos: [facts] });

  test('the first account closes it, and whoever made it goes on', () =>
    app.visit(
      '/users',
      {},
      async (page) => {
        await page.getByText('whoever can reach this server is its owner').waitFor();
        await button(page, 'Add a user').click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Name to sign in with').fill('alice');
        await dialog.getByLabel('Password').fill('plover');
        assert.ok(await dialog.getByLabel('Role').isDisabled());
        // What the page shows was loaded for nobody in particular: it is loaded anew.
        await Promise.all([page.waitForEvent('load'), button(dialog, 'Add').last().click()]);
        await page.getByRole('listitem').filter({ hasText: 'alice' }).waitFor();
        await (await openMenu(page)).getByText('Signed in as alice').waitFor();
        await page.keyboard.press('Escape');
        assert.equal((await fetch(`${app.url}/api/albumen/library`)).status, 401);
        await button(page, 'Gallery').click();
        await thumbnailsShown(page);
      },
      { expected: /401/ },
    ));
});
