// People: faces drawn and named by hand, which needs no model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus } from '../server.mjs';
import { judge } from './axe.mjs';
import { eventually, fullPicture, PHONE, thumbnailsShown, useApp } from './harness.mjs';

const { photos } = corpus();
const app = useApp({ photos: [photos] });

async function send(method, target, body) {
  const answer = await fetch(app.url + target, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${target}: ${answer.status} ${await answer.clone().text()}`);
  const text = await answer.text();
  return text === '' ? null : JSON.parse(text);
}

const people = async (query = '') =>
  (await app.get(`/api/albumen/people?hidden=all&limit=200${query}`)).people;
const called = async (name) => (await people()).find((person) => person.name === name);
const namesOf = async () => (await people()).map((person) => person.name).sort();

// Photos that are large enough for faces, each with a box of its own.
let drawn = 0;
async function draw(name, count) {
  const { ids } = await app.layout();
  const faces = [];
  for (let at = 0; at < count; at++, drawn++) {
    const place = 0.1 + 0.05 * (drawn % 10);
    const box = [place, 0.2, 0.2, 0.25];
    const known = await called(name);
    const who = known ? { person: known.id } : { name };
    faces.push(await send('POST', `/api/albumen/photos/${ids[drawn % 6]}/faces`, { box, ...who }));
  }
  return faces;
}

// Nobody is left from the test before.
async function nobody() {
  for (const { id } of await people()) await send('DELETE', `/api/albumen/people/${id}`);
  const { ids } = await app.layout();
  for (const id of ids.slice(0, 6)) {
    const { faces } = await app.get(`/api/albumen/photos/${id}`);
    for (const face of faces ?? []) {
      await fetch(`${app.url}/api/albumen/faces/${face.id}`, { method: 'DELETE' });
    }
  }
}

// A page on which nothing is left of the test before.
async function visit(address, options, body) {
  await nobody();
  await app.visit(address, options, body);
}

const pile = (page, name) => page.getByRole('link', { name: new RegExp(`^${name}, `) });
const undo = (page) => page.getByRole('button', { name: 'Undo' }).last();

test('without anybody the page says why', () =>
  visit('/people', {}, async (page) => {
    const { tasks } = await app.get('/api/albumen/models');
    const { available } = tasks.find(({ task }) => task === 'faces');
    const title = available ? /^(Nobody yet|Looking for people)$/ : 'Faces are not looked for';
    await page.getByRole('heading', { name: title }).waitFor();
    await judge(page, 'nobody');
  }));

test('people are found by typing, sorted, hidden and shown again', () =>
  visit('/people', {}, async (page) => {
    await draw('Berta', 1);
    await draw('Anna', 3);
    await draw('Carl', 2);
    await page.reload();
    await pile(page, 'Anna').waitFor();
    const order = async () =>
      (await page.locator('[data-person] .name').allTextContents()).map((text) => text.trim());
    await eventually(order, ['Anna', 'Carl', 'Berta']);
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('name');
    await eventually(order, ['Anna', 'Berta', 'Carl']);
    await page.getByRole('searchbox', { name: 'Find a person' }).fill('ber');
    await eventually(order, ['Berta']);
    await page.getByRole('searchbox', { name: 'Find a person' }).fill('zzz');
    await page.getByText('Nobody is called “zzz”.').waitFor();
    await page.getByRole('searchbox', { name: 'Find a person' }).fill('');
    await eventually(order, ['Anna', 'Berta', 'Carl']);

    await pile(page, 'Carl').focus();
    await page.keyboard.press('Space');
    await page.getByRole('toolbar', { name: 'What was chosen' }).waitFor();
    await judge(page, 'people chosen');
    await page.getByRole('button', { name: 'Hide' }).click();
    await eventually(order, ['Anna', 'Berta']);
    await page.getByRole('checkbox', { name: 'Show hidden' }).check();
    await eventually(order, ['Anna', 'Berta', 'Carl']);
    assert.match(page.url(), /hidden=1/);
    await undo(page).click();
    await eventually(async () => (await called('Carl')).is_hidden, false);
  }));

test('piles become one, and two again', () =>
  visit('/people', {}, async (page) => {
    await draw('Anna', 3);
    await draw('Ann', 2);
    await page.reload();
    await pile(page, 'Anna').click({ modifiers: ['Control'] });
    await pile(page, 'Ann').click({ modifiers: ['Control'] });
    await page.getByRole('button', { name: 'Merge' }).click();
    const dialog = page.getByRole('dialog', { name: 'They are one person' });
    await dialog.waitFor();
    await judge(page, 'which name remains');
    await dialog.getByRole('radio', { name: /^Anna/ }).check();
    await dialog.getByRole('button', { name: 'Merge' }).click();
    await pile(page, 'Ann').waitFor({ state: 'detached' });
    await eventually(async () => (await called('Anna')).faces, 5);
    await undo(page).click();
    await pile(page, 'Ann').waitFor();
    await eventually(async () => (await called('Ann')).faces, 2);
    assert.equal((await called('Anna')).faces, 3);
    await page.keyboard.press('Control+Shift+z');
    await eventually(namesOf, ['Anna']);
  }));

test('a person is renamed in place; the name of another merges', () =>
  visit('/people', {}, async (page) => {
    await draw('Anna', 2);
    await draw('Dora', 1);
    const { id } = await called('Dora');
    await page.goto(`${app.url}/people/${id}`);
    await thumbnailsShown(page);
    await page.getByRole('heading', { name: 'Dora' }).waitFor();
    await judge(page, 'a person');
    await page.getByRole('button', { name: 'Change the name' }).click();
    const field = page.getByRole('combobox', { name: 'Name', exact: true });
    await field.fill('Dorothea');
    await field.press('Enter');
    await page.getByRole('heading', { name: 'Dorothea' }).waitFor();
    await eventually(namesOf, ['Anna', 'Dorothea']);
    await undo(page).click();
    await page.getByRole('heading', { name: 'Dora', exact: true }).waitFor();

    await page.getByRole('button', { name: 'Change the name' }).click();
    await field.fill('ann');
    await page.getByRole('option', { name: /^Anna/ }).waitFor();
    await judge(page, 'names to choose from');
    await field.press('ArrowDown');
    await field.press('Enter');
    await page.getByRole('heading', { name: 'Anna' }).waitFor();
    await eventually(namesOf, ['Anna']);
    await eventually(() => new URL(page.url()).pathname !== `/people/${id}`, true);
    await undo(page).click();
    await eventually(namesOf, ['Anna', 'Dora']);
  }));

test('faces are moved, split off, refused, and stand for a person', () =>
  visit('/people', {}, async (page) => {
    const faces = await draw('Anna', 4);
    const { id } = await called('Anna');
    await page.goto(`${app.url}/people/${id}?view=faces`);
    const face = (at) => page.locator(`[data-face="${faces[at].id}"]`);
    await face(0).waitFor();
    await face(0).focus();
    await page.keyboard.press('Space');
    const bar = page.getByRole('toolbar', { name: 'What was chosen' });
    await bar.getByText('1 face').waitFor();
    await judge(page, 'faces');
    await bar.getByRole('button', { name: 'Use for the person' }).click();
    await eventually(async () => (await called('Anna')).avatar_face, faces[0].id);

    await face(1).click({ modifiers: ['Control'] });
    await bar.getByRole('button', { name: 'Somebody else…' }).click();
    const field = page.getByRole('dialog').getByRole('combobox', { name: 'Who is this?' });
    await field.fill('Emil');
    await field.press('Enter');
    await face(1).waitFor({ state: 'detached' });
    await eventually(async () => (await called('Emil'))?.faces, 1);
    await undo(page).click();
    await face(1).waitFor();

    await face(2).click({ modifiers: ['Control'] });
    await bar.getByRole('button', { name: 'Split off' }).click();
    await face(2).waitFor({ state: 'detached' });
    await eventually(async () => (await people()).some((each) => each.name === null), true);
    await undo(page).click();
    await face(2).waitFor();

    await face(3).click({ modifiers: ['Control'] });
    await bar.getByRole('button', { name: 'Not this person' }).click();
    await face(3).waitFor({ state: 'detached' });
    await eventually(async () => (await called('Anna')).faces, 3);
    await undo(page).click();
    await eventually(async () => (await called('Anna')).faces, 4);
  }));

test('a person is deleted, and the photos stay', () =>
  visit('/people', {}, async (page) => {
    await draw('Anna', 1);
    const before = (await app.layout()).count;
    const { id } = await called('Anna');
    await page.goto(`${app.url}/people/${id}`);
    await page.getByRole('heading', { name: 'Anna' }).waitFor();
    await page.getByRole('banner').last().getByRole('button', { name: 'More' }).click();
    await page.getByRole('button', { name: 'Delete this person' }).click();
    await page.getByRole('heading', { name: 'People' }).waitFor();
    await eventually(namesOf, []);
    assert.equal((await app.layout()).count, before);
    await undo(page).click();
    await pile(page, 'Anna').waitFor();
  }));

test('in the viewer a face is drawn, named, renamed and removed', () =>
  visit('/people', {}, async (page) => {
    await draw('Anna', 1);
    const [, , id] = (await app.layout()).ids;
    await page.goto(`${app.url}/?photo=${id}`);
    const picture = await fullPicture(page, id);
    await page.keyboard.press('b');
    await page.getByRole('button', { name: 'Draw a face' }).click();
    const canvas = page.getByRole('application');
    await canvas.waitFor();
    const box = await picture.boundingBox();
    const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    await page.mouse.move(...at(0.25, 0.3));
    await page.mouse.down();
    await page.mouse.move(...at(0.5, 0.6), { steps: 4 });
    await page.mouse.up();
    const panel = page.getByRole('group', { name: 'Who is this?' });
    await panel.waitFor();
    await judge(page, 'a drawn face');
    // Letters are letters here, not keys of the viewer.
    await page.keyboard.type('Fritz if x');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Fritz if x' }).waitFor();
    await eventually(async () => (await called('Fritz if x'))?.photos, 1);
    const { faces } = await app.get(`/api/albumen/photos/${id}`);
    const found = faces.find((face) => face.person?.name === 'Fritz if x');
    for (const [index, value] of [0.25, 0.3, 0.25, 0.3].entries()) {
      assert.ok(Math.abs(found.box[index] - value) < 0.02, `box ${found.box}`);
    }

    // The box stays on the picture when that is enlarged.
    const mark = page.locator(`.box[data-face="${found.id}"]`);
    const share = async () => {
      const [frame, own] = [await picture.boundingBox(), await mark.boundingBox()];
      return [(own.x - frame.x) / frame.width, own.width / frame.width].map((each) => each.toFixed(2));
    };
    const before = await share();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await eventually(share, before);

    await page.getByRole('button', { name: 'Fritz if x' }).click();
    await panel.getByRole('combobox').fill('Anna');
    await page.getByRole('option', { name: /^Anna/ }).click();
    await eventually(async () => (await called('Anna')).faces, 2);
    await page.keyboard.press('Control+z');
    await eventually(async () => (await called('Fritz if x'))?.faces, 1);
    await page.getByRole('button', { name: 'Fritz if x' }).click();
    await panel.getByRole('button', { name: 'This is no face' }).click();
    await mark.waitFor({ state: 'detached' });
    await undo(page).click();
    await page.getByRole('button', { name: 'Fritz if x' }).waitFor();
    await page.getByRole('button', { name: 'People and things in the photo' }).click();
    await page.locator('.layer').waitFor({ state: 'detached' });
  }));

test('keys alone draw a face', () =>
  visit('/people', {}, async (page) => {
    const [, , , id] = (await app.layout()).ids;
    await page.goto(`${app.url}/?photo=${id}`);
    await fullPicture(page, id);
    await page.keyboard.press('b');
    await page.getByRole('button', { name: 'Draw a face' }).waitFor();
    await page.keyboard.press('d');
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'application');
    for (const key of ['ArrowLeft', 'ArrowLeft', 'Shift+ArrowDown', 'Enter']) {
      await page.keyboard.press(key);
    }
    await page.getByRole('group', { name: 'Who is this?' }).waitFor();
    await page.getByRole('button', { name: 'Add without a name' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('group', { name: 'Who is this?' }).waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('dialog', { name: 'Photo viewer' }).count(), 1);
    assert.deepEqual(await namesOf(), []);
  }));

test('photos are filtered by whoever is in them, from the drawer and from the search', () =>
  visit('/', {}, async (page) => {
    await draw('Anna', 2);
    await draw('Berta', 1);
    const anna = await called('Anna');
    await page.reload();
    await thumbnailsShown(page);
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    const drawer = page.getByRole('dialog', { name: 'Filters' });
    await drawer.getByRole('button', { name: /^Anna/ }).click();
    await page.getByRole('button', { name: 'Remove filter: Anna' }).waitFor();
    assert.match(page.url(), new RegExp(`person_id=${anna.id}`));
    await eventually(() => page.locator('[data-id]').count(), anna.photos);
    await page.getByRole('button', { name: 'Remove filter: Anna' }).click();
    await drawer.getByRole('button', { name: 'Close' }).click();
    await drawer.waitFor({ state: 'detached' });

    const search = page.getByRole('combobox', { name: 'Search photos' });
    await search.fill('bert');
    await page.getByRole('option', { name: /^Berta/ }).waitFor();
    await judge(page, 'what a search suggests');
    await search.press('ArrowDown');
    await search.press('Enter');
    await page.getByRole('button', { name: 'Remove filter: Berta' }).waitFor();
    await eventually(() => page.locator('[data-id]').count(), 1);
    assert.equal(await search.inputValue(), '');
  }));

test('the list follows what happens elsewhere', () =>
  visit('/people', {}, async (page) => {
    await draw('Anna', 1);
    await page.reload();
    await pile(page, 'Anna').waitFor();
    await draw('Gustav', 2);
    await pile(page, 'Gustav').waitFor();
  }));

for (const colorScheme of ['light', 'dark']) {
  test(`on a phone, ${colorScheme}`, () =>
    visit('/people', { ...PHONE, colorScheme }, async (page) => {
      await draw('Anna', 3);
      await page.reload();
      await pile(page, 'Anna').waitFor();
      await judge(page, 'people');
      await pile(page, 'Anna').click();
      await thumbnailsShown(page);
      await judge(page, 'a person');
      await page.getByRole('link', { name: 'Faces' }).click();
      await page.locator('[data-face]').first().waitFor();
      await page.getByRole('button', { name: 'Choose' }).first().click();
      await page.getByRole('toolbar', { name: 'What was chosen' }).waitFor();
      await judge(page, 'faces');
      await page.goto(`${app.url}/people/review`);
      await page.getByRole('heading', { name: 'Nothing to review' }).waitFor();
      await judge(page, 'review');
      await page.getByRole('link', { name: 'Same person?' }).click();
      await page.getByText('0 pairs may be one person').waitFor();
      await judge(page, 'suggestions');
      await page.goto(`${app.url}/library`);
      await page.getByRole('heading', { name: 'Models' }).waitFor();
      await page.getByText('Search by description').waitFor();
      await judge(page, 'models');
    }));
}
