// Datasets: from the gallery to a drawn picture, into a file and back; classes, splits, proposals.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { judge } from './axe.mjs';
import { eventually, PHONE, thumbnailsShown, useApp } from './harness.mjs';
import { askOf, handsOn, saved, streets } from './streets.mjs';

const folder = streets();
const app = useApp({ photos: [folder] });
const ask = askOf(app);

const box = (id, name, x, y, w, h) => ({
  id,
  name,
  type: 'bbox',
  bounding_box: { x, y, w, h },
});
const tile = (page, id) => page.locator(`[data-id="${id}"]`);
const item = (page, name) => page.getByRole('link', { name: new RegExp(`^${name}\\.jpg, `) });
const dialog = (page) => page.getByRole('dialog');
const view = (page, name) => page.getByRole('link', { name, exact: true }).click();

let made = 0;
/** A dataset of the three pictures; the first has two boxes. */
async function newDataset() {
  const dataset = await ask('POST', 'datasets', { json: { name: `Set ${++made}` }, status: 201 });
  await ask('POST', `datasets/${dataset.id}/items`, { json: { everything: true } });
  const { ids } = await ask('GET', `datasets/${dataset.id}/items/ids?sort=path`);
  const annotations = [box('1', 'car', 10, 20, 100, 50), box('2', 'bus', 300, 200, 61.5, 40.25)];
  await ask('PUT', `items/${ids[0]}/annotations`, { json: { annotations }, match: 0 });
  return { id: dataset.id, name: dataset.name, items: ids };
}

/** What stands on an item, in an order of its own, to a hundredth of a pixel. */
async function standing(id) {
  const { annotations } = await ask('GET', `items/${id}/annotations`);
  return annotations
    .map(({ name, bounding_box: { x, y, w, h } }) => [
      name,
      ...[x, y, w, h].map((value) => Math.round(value * 100) / 100),
    ])
    .sort();
}

test('photos of the gallery become a dataset, are drawn on, and come back from YOLO unchanged', () =>
  app.visit('/', {}, async (page) => {
    const { ids } = await app.layout();
    await thumbnailsShown(page);
    await tile(page, ids[0]).focus();
    await page.keyboard.press('Control+a');
    await page.getByRole('button', { name: 'Add to a dataset' }).click();
    await page.getByRole('textbox', { name: 'A new one' }).fill('Streets');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('3 pictures added to Streets').waitFor();
    await page.getByRole('button', { name: 'Show' }).click();

    await item(page, 'a-street').click();
    const hand = await handsOn(page);
    await page.getByPlaceholder('Find a class').fill('car');
    await page.keyboard.press('Enter');
    await page.keyboard.press('b');
    await hand.drag([50, 50], [250, 200]);
    await hand.drag([400, 100], [470, 333]);
    await saved(page);
    await page.goBack();
    await page.getByRole('heading', { name: 'Streets' }).waitFor();
    await page.getByRole('link', { name: /^a-street\.jpg, In progress, 2 annotations/ }).waitFor();

    const [{ id }] = (await ask('GET', 'datasets')).datasets;
    const { ids: items } = await ask('GET', `datasets/${id}/items/ids?sort=path`);
    const drawn = await standing(items[0]);
    assert.equal(drawn.length, 2);

    await view(page, 'Versions and exports');
    await page.getByRole('button', { name: 'Export what stands now' }).click();
    await dialog(page).getByLabel('Format').selectOption('yolo');
    await dialog(page).getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const file = path.join(folder, '..', `${path.basename(folder)}-yolo.zip`);
    await download.saveAs(file);

    // Nothing stands any more, and then all of it again.
    const { revision } = await ask('GET', `items/${items[0]}/annotations`);
    await ask('PUT', `items/${items[0]}/annotations`, { json: { annotations: [] }, match: revision });
    await view(page, 'Imports');
    await page.locator('input[type=file][accept*=".zip"]').setInputFiles(file);
    fs.rmSync(file);
    await page.getByText('2 annotations on 3 pictures, 3 of which are in this dataset.').waitFor();
    await judge(page, 'a file that waits to be imported');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText(/annotations on .* pictures? were imported/).waitFor();
    assert.deepEqual(await standing(items[0]), drawn);
  }));

test('pictures are filtered, chosen and given a status and a split', async () => {
  const { id, items } = await newDataset();
  await app.visit(`/datasets/${id}`, {}, async (page) => {
    await item(page, 'c-bridge').waitFor();
    await page.getByLabel('Class').selectOption('bus');
    await eventually(() => page.getByRole('link', { name: /\.jpg, / }).count(), 1);
    await page.getByLabel('Class').selectOption('');
    await item(page, 'c-bridge').waitFor();
    await page.getByPlaceholder('Find by name').fill('BRIDGE');
    await eventually(() => page.getByRole('link', { name: /\.jpg, / }).count(), 1);
    await page.reload();
    await eventually(() => page.getByRole('link', { name: /\.jpg, / }).count(), 1);
    await page.getByPlaceholder('Find by name').fill('');
    await item(page, 'a-street').waitFor();

    await page.getByRole('checkbox', { name: 'Choose b-square.jpg' }).check();
    await page.getByRole('checkbox', { name: 'Choose c-bridge.jpg' }).check();
    await page.getByLabel('Set the status').selectOption('complete');
    await page.getByText('2 pictures: Complete').waitFor();
    await page.getByRole('checkbox', { name: 'Choose a-street.jpg' }).check();
    await page.getByLabel('Set the split').selectOption('val');
    await page.getByText('1 picture: Validation').waitFor();
    const found = await Promise.all(items.map((each) => ask('GET', `items/${each}`)));
    assert.deepEqual(
      found.map(({ status, split }) => [status, split]),
      [
        ['annotate', 'val'],
        ['complete', null],
        ['complete', null],
      ],
    );
  });
});

test('classes are renamed and merged with their shapes', async () => {
  const { id, items } = await newDataset();
  await app.visit(`/datasets/${id}/classes`, {}, async (page) => {
    await page.getByLabel('Name of car').fill('vehicle');
    await page.getByLabel('Name of car').press('Enter');
    await page.getByLabel('Name of vehicle').waitFor();
    await page.getByLabel('Name of bus').fill('vehicle');
    await page.getByLabel('Name of bus').press('Enter');
    await dialog(page).getByRole('button', { name: 'Merge' }).click();
    await page.getByText('2 annotations, 1 picture').waitFor();
    assert.deepEqual(
      (await standing(items[0])).map(([name]) => name),
      ['vehicle', 'vehicle'],
    );
    await judge(page, 'classes');
  });
});

test('a version is frozen with splits, and its address stays', async () => {
  const { id, items } = await newDataset();
  await app.visit(`/datasets/${id}/versions`, {}, async (page) => {
    await page.getByRole('button', { name: 'Freeze a version' }).click();
    await page.getByLabel('Name', { exact: true }).fill('first');
    await page.getByLabel('Part it into').check();
    await dialog(page).getByRole('button', { name: 'Freeze' }).click();
    await page.getByText('first', { exact: true }).waitFor();
    await judge(page, 'versions');
    // What is drawn afterwards is not in it.
    const { revision } = await ask('GET', `items/${items[0]}/annotations`);
    await ask('PUT', `items/${items[0]}/annotations`, { json: { annotations: [] }, match: revision });
    const { versions } = await ask('GET', `datasets/${id}/versions`);
    assert.deepEqual([versions[0].name, versions[0].annotations], ['first', 2]);
    await eventually(
      async () => (await fetch(`${app.url}/api/albumen/versions/${versions[0].id}/export/coco`)).status,
      200,
    );
  });
});

test('the list, an empty dataset, its archive and its end', () =>
  app.visit('/datasets', {}, async (page) => {
    await page.getByRole('button', { name: 'New dataset' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Empty one');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('There are no pictures in this dataset yet.').waitFor();
    await judge(page, 'an empty dataset');
    await page.getByRole('button', { name: 'More about this dataset' }).click();
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await page.getByText('Archived', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Datasets', exact: true }).click();
    await page.getByRole('heading', { name: 'Datasets' }).waitFor();
    await eventually(() => page.getByRole('link', { name: /^Empty one/ }).count(), 0);
    await page.getByRole('checkbox', { name: 'Archived ones' }).check();
    await page.getByRole('link', { name: /^Empty one/ }).click();
    await page.getByRole('button', { name: 'More about this dataset' }).click();
    await page.getByRole('button', { name: 'Delete dataset' }).click();
    await dialog(page).getByRole('textbox').fill('Empty one');
    await dialog(page).getByRole('button', { name: 'Delete dataset' }).click();
    await page.getByRole('heading', { name: 'Datasets' }).waitFor();
    const { datasets } = await ask('GET', 'datasets?archived=true');
    assert.deepEqual(datasets, []);
  }));

test('rooms of a dataset in the dark and on a phone', async () => {
  const { id } = await newDataset();
  await app.visit(`/datasets/${id}`, { colorScheme: 'dark' }, async (page) => {
    await item(page, 'a-street').waitFor();
    await judge(page, 'items in the dark');
  });
  await app.visit(`/datasets/${id}/insights`, PHONE, async (page) => {
    await page.getByRole('heading', { name: 'Classes' }).waitFor();
    await judge(page, 'numbers on a phone');
  });
  await app.visit('/datasets', PHONE, async (page) => {
    await page.getByRole('link', { name: new RegExp(`^Set ${made}`) }).waitFor();
    await judge(page, 'the list on a phone');
  });
});
