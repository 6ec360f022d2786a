// Drawing on the pictures of a dataset: every kind of shape, by hand and by key, saved by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './axe.mjs';
import { eventually, PHONE, useApp } from './harness.mjs';
import { askOf, count, handsOn, saved, stageOf, streets } from './streets.mjs';

const app = useApp({ photos: [streets()] });
const ask = askOf(app);

let datasets = 0;

/** A dataset of the three pictures, in the order of their names. */
async function newDataset(classes = ['car', 'person', 'tree']) {
  const dataset = await ask('POST', 'datasets', {
    json: {
      name: `Streets ${++datasets}`,
      class_policy: 'open',
      classes: classes.map((each) => (typeof each === 'string' ? { name: each } : each)),
    },
    status: 201,
  });
  await ask('POST', `datasets/${dataset.id}/items`, { json: { everything: true } });
  const { ids } = await ask('GET', `datasets/${dataset.id}/items/ids?sort=path`);
  assert.equal(ids.length, 3);
  return { id: dataset.id, items: ids, address: (i = 0) => `/datasets/${dataset.id}/annotate/${ids[i]}` };
}

const read = (item) => ask('GET', `items/${item}/annotations`);
const kinds = async (item) => (await read(item)).annotations.map(({ type }) => type);
const boxes = async (item) =>
  (await read(item)).annotations.map(({ bounding_box: { x, y, w, h } }) => [x, y, w, h].map(Math.round));
const box = (id, name, x, y, w = 80, h = 60) => ({
  id,
  name,
  type: 'bbox',
  bounding_box: { x, y, w, h },
});

test('every kind of shape is drawn, saved by itself, and there again after a reload', async () => {
  const { items, address } = await newDataset();
  await app.visit(address(), {}, async (page) => {
    const hand = await handsOn(page);
    await page.keyboard.press('b');
    await hand.drag([50, 50], [250, 200]);
    // A box in a box, and another class.
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    await hand.drag([100, 100], [150, 150]);
    await page.keyboard.press('r');
    await hand.drag([400, 100], [500, 150]);
    await hand.click([440, 190]);
    await page.keyboard.press('p');
    await hand.click([50, 300], [250, 300], [250, 500], [50, 500]);
    await page.keyboard.press('Enter');
    await page.keyboard.press('v');
    await page.keyboard.press('o');
    await hand.click([100, 350], [200, 350], [150, 450], [100, 350]);
    await page.keyboard.press('l');
    await hand.click([400, 300], [500, 350], [600, 300]);
    await page.keyboard.press('Enter');
    await page.keyboard.press('k');
    await hand.click([700, 400]);
    await count(page, '6 shapes');
    await saved(page);
    const { annotations, status } = await read(items[0]);
    assert.equal(status, 'annotate');
    assert.deepEqual(
      annotations.map(({ type, name }) => [type, name]),
      [
        ['bbox', 'car'],
        ['bbox', 'person'],
        ['bbox', 'person'],
        ['polygon', 'person'],
        ['polyline', 'person'],
        ['keypoint', 'person'],
      ],
    );
    const [outer, inner, turned, holed, line, point] = annotations;
    assert.deepEqual(outer.bounding_box, { x: 50, y: 50, w: 200, h: 150 });
    assert.deepEqual(inner.bounding_box, { x: 100, y: 100, w: 50, h: 50 });
    assert.ok(Math.abs(turned.oriented_box.angle - 26.57) < 0.1);
    assert.deepEqual(holed.polygon.paths.map((ring) => ring.length), [4, 3]);
    assert.equal(line.polyline.path.length, 3);
    assert.deepEqual(point.keypoint, { x: 700, y: 400 });

    await page.reload();
    await handsOn(page, '6 shapes');
    assert.equal((await read(items[0])).annotations.length, 6);
  });
});

test('shapes are moved, resized and reshaped; every step is taken back and done again', async () => {
  const { items, address } = await newDataset();
  const path = [[100, 300], [300, 300], [300, 500], [100, 500]].map(([x, y]) => ({ x, y }));
  await ask('PUT', `items/${items[0]}/annotations`, {
    match: 0,
    json: {
      annotations: [
        box('b', 'car', 100, 100),
        { id: 'p', name: 'tree', type: 'polygon', polygon: { paths: [path] } },
      ],
    },
  });
  await app.visit(address(), {}, async (page) => {
    const hand = await handsOn(page, '2 shapes');
    await hand.drag([140, 130], [240, 150]);
    await hand.drag([280, 180], [300, 220]);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await eventually(() => boxes(items[0]).then(([first]) => first), [201, 130, 100, 100]);
    // A point of the ring is moved, one is put in between, and taken away.
    await hand.click([200, 400]);
    await hand.drag([100, 300], [60, 260]);
    await hand.drag([300, 400], [400, 400]);
    const ring = async () =>
      (await read(items[0])).annotations[1].polygon.paths[0].map(({ x, y }) => [x, y].map(Math.round));
    await eventually(ring, [[60, 260], [300, 300], [400, 400], [300, 500], [100, 500]]);
    await page.keyboard.press('Delete');
    await eventually(ring, [[60, 260], [300, 300], [300, 500], [100, 500]]);
    for (let i = 0; i < 6; i++) await page.keyboard.press('Control+z');
    await eventually(ring, path.map(({ x, y }) => [x, y]));
    await eventually(() => boxes(items[0]).then(([first]) => first), [100, 100, 80, 60]);
    for (let i = 0; i < 6; i++) await page.keyboard.press('Control+Shift+z');
    await eventually(ring, [[60, 260], [300, 300], [300, 500], [100, 500]]);
    // An outline that would cross itself goes back.
    await hand.drag([60, 260], [380, 400]);
    await page.getByText('The outline crosses itself.').waitFor();
    await saved(page);
    await eventually(ring, [[60, 260], [300, 300], [300, 500], [100, 500]]);
  });
});

test('the picture is moved while a polygon is being drawn, and zoomed to the pixel', async () => {
  const { items, address } = await newDataset();
  await app.visit(address(), {}, async (page) => {
    const hand = await handsOn(page);
    await page.keyboard.press('p');
    await hand.click([100, 100], [300, 100]);
    await page.keyboard.down('Space');
    await hand.drag([400, 300], [300, 250]);
    await page.keyboard.up('Space');
    await hand.click([200, 250]);
    await page.keyboard.press('Enter');
    await eventually(
      async () => (await read(items[0])).annotations[0]?.polygon.paths[0].map(({ x, y }) => [x, y]),
      [[100, 100], [300, 100], [300, 300]],
    );
    await page.keyboard.press('v');
    await page.keyboard.press('f');
    await hand.to([400, 300]);
    await page.mouse.wheel(0, -900);
    const percent = page.getByRole('button', { name: /^Zoom: / });
    await eventually(async () => Number(/(\d+) %/.exec(await percent.textContent())[1]) > 600, true);
    await page.keyboard.press('f');
    await eventually(() => percent.textContent().then((text) => text.trim()), '100 %');
  });
});

test('all is done by keys alone', async () => {
  const { items, address } = await newDataset();
  await app.visit(address(), {}, async (page) => {
    await handsOn(page);
    await stageOf(page).focus();
    await page.keyboard.press('b');
    for (let i = 0; i < 10; i++) await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowDown');
    for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    await eventually(() => boxes(items[0]), [[300, 300, 40, 50]]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press(']');
    await page.getByText('car, Box, 1 of 1').waitFor();
    // A class by its name.
    await page.keyboard.press('c');
    await page.keyboard.type('tre');
    await page.keyboard.press('Enter');
    await eventually(async () => (await read(items[0])).annotations.map(({ name }) => name), ['tree']);
    await page.keyboard.press('Control+d');
    await count(page, '2 shapes');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await eventually(() => boxes(items[0]), []);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).getByText('Turned box').waitFor();
    await page.keyboard.press('Escape');
    // Complete, and on to the next picture.
    await page.keyboard.press('Enter');
    await eventually(async () => new URL(page.url()).pathname.endsWith(items[1]), true);
    await eventually(async () => (await read(items[0])).status, 'complete');
    await handsOn(page);
    await page.keyboard.press('a');
    await eventually(async () => new URL(page.url()).pathname.endsWith(items[0]), true);
  });
});

test('what another saved meanwhile is not overwritten: both sides are shown, and merged', async () => {
  const { items, address } = await newDataset();
  const common = box('common', 'car', 10, 10);
  await ask('PUT', `items/${items[0]}/annotations`, { match: 0, json: { annotations: [common] } });
  await app.visit(
    address(),
    {},
    async (page) => {
      const hand = await handsOn(page, '1 shape');
      const theirs = [common, box('theirs', 'person', 300, 300)];
      await ask('PUT', `items/${items[0]}/annotations`, { match: 1, json: { annotations: theirs } });
      await page.keyboard.press('b');
      await hand.drag([500, 100], [600, 200]);
      const dialog = page.getByRole('dialog', { name: 'Changed in two places' });
      await dialog.waitFor();
      await dialog.getByText('1 new, 0 changed, 0 deleted').first().waitFor();
      await judge(page, 'conflict');
      assert.equal((await read(items[0])).annotations.length, 2, 'nothing was overwritten');
      await dialog.getByRole('button', { name: 'Keep both together' }).click();
      await eventually(
        async () => (await boxes(items[0])).sort((a, b) => a[0] - b[0]),
        [[10, 10, 80, 60], [300, 300, 80, 60], [500, 100, 100, 100]],
      );
      await saved(page);
      // Once more, and now theirs is taken.
      const { revision } = await read(items[0]);
      await ask('PUT', `items/${items[0]}/annotations`, { match: revision, json: { annotations: [common] } });
      await hand.drag([600, 400], [700, 500]);
      await dialog.getByRole('button', { name: 'Take theirs' }).click();
      await count(page, '1 shape');
      await saved(page);
      assert.deepEqual(await boxes(items[0]), [[10, 10, 80, 60]]);
    },
    { expected: /412/ },
  );
});

// Nothing that the page saves reaches the server any more, not even in its last moment.
const cutOff = (page) =>
  page.evaluate(() => {
    const { fetch } = globalThis;
    globalThis.fetch = (address, options) =>
      options?.method === 'PUT' ? Promise.reject(new TypeError('cut off')) : fetch(address, options);
  });

test('a page that ends in the middle, without a server, loses nothing', async () => {
  const { items, address } = await newDataset();
  await app.visit(
    address(),
    {},
    async (page) => {
      const hand = await handsOn(page);
      const context = page.context();
      await cutOff(page);
      await page.keyboard.press('b');
      await hand.drag([100, 100], [200, 200]);
      await page.getByText('Kept here, not sent').waitFor();
      await hand.drag([300, 300], [400, 400]);
      await page.close();
      assert.deepEqual(await kinds(items[0]), []);

      const again = await context.newPage();
      await again.goto(app.url + address());
      await again.getByText('What had not been saved the last time is here again.').waitFor();
      await eventually(() => kinds(items[0]), ['bbox', 'bbox']);
      // The work on a picture is sent when another of the dataset is opened, too.
      await saved(again);
      await cutOff(again);
      await again.keyboard.press('Control+a');
      await again.keyboard.press('Delete');
      await again.getByText('Kept here, not sent').waitFor();
      await again.close();
      const other = await context.newPage();
      await other.goto(app.url + address(1));
      await eventually(() => kinds(items[0]), []);
    },
    { expected: /annotations|ERR_FAILED/ },
  );
});

test('shapes are copied from the picture before, and from any to any', async () => {
  const { items, address } = await newDataset();
  const annotations = [
    box('a', 'car', 10, 10),
    box('b', 'tree', 200, 200),
    box('c', 'car', 400, 10, 50, 50),
  ];
  annotations[2].proposed = true;
  await ask('PUT', `items/${items[0]}/annotations`, { match: 0, json: { annotations } });
  await app.visit(address(1), {}, async (page) => {
    await handsOn(page);
    await page.keyboard.press('g');
    await page.getByText('2 shapes copied from the previous picture').waitFor();
    await eventually(() => boxes(items[1]), [[10, 10, 80, 60], [200, 200, 80, 60]]);
    const ids = (await read(items[1])).annotations.map(({ id }) => id);
    assert.ok(!ids.includes('a') && !ids.includes('b'), 'they are shapes of their own');
    await page.keyboard.press('Control+c');
    await page.keyboard.press('d');
    await handsOn(page);
    await page.keyboard.press('Control+v');
    await eventually(() => boxes(items[2]), [[10, 10, 80, 60], [200, 200, 80, 60]]);
    await page.keyboard.press('Control+z');
    await eventually(() => boxes(items[2]), []);
  });
});

test('proposals stand apart until they are accepted or rejected, one or all', async () => {
  const { items, address } = await newDataset();
  const proposal = (id, x) => ({
    ...box(id, 'car', x, 10),
    source: 'model',
    model: 'finder',
    proposed: true,
    confidence: 0.5,
  });
  await ask('PUT', `items/${items[0]}/annotations`, {
    match: 0,
    json: { annotations: [proposal('a', 10), proposal('b', 200), proposal('c', 400)] },
  });
  const state = async () => (await read(items[0])).annotations.map(({ id, proposed }) => [id, proposed]);
  await app.visit(address(), {}, async (page) => {
    const hand = await handsOn(page, '3 shapes');
    await page.getByText('3 proposals wait for you').waitFor();
    await hand.click([50, 40]);
    await page.keyboard.press('y');
    await eventually(state, [['a', false], ['b', true], ['c', true]]);
    await hand.click([240, 40]);
    await page.keyboard.press('n');
    await eventually(state, [['a', false], ['c', true]]);
    await page.keyboard.press('Control+z');
    await page.getByText('2 proposals wait for you').waitFor();
    await page.getByRole('button', { name: 'Accept all' }).click();
    await eventually(state, [['a', false], ['b', false], ['c', false]]);
    const { annotations } = await read(items[0]);
    assert.deepEqual([annotations[0].source, annotations[0].model], ['model', 'finder']);
  });
});

test('the list renames, hides, locks and orders; attributes are kept', async () => {
  const attributes = [
    { name: 'occluded', type: 'checkbox' },
    { name: 'colour', type: 'select', values: ['red', 'blue'] },
  ];
  const { items, address } = await newDataset([{ name: 'car', attributes }, { name: 'tree' }]);
  await ask('PUT', `items/${items[0]}/annotations`, {
    match: 0,
    json: { annotations: [box('a', 'car', 10, 10), box('b', 'tree', 300, 300)] },
  });
  await app.visit(address(), {}, async (page) => {
    const hand = await handsOn(page, '2 shapes');
    await page.getByRole('button', { name: /^car/ }).click();
    await page.getByLabel('occluded').check();
    await page.getByRole('combobox', { name: 'colour' }).selectOption('blue');
    await eventually(
      async () => (await read(items[0])).annotations[0].attributes,
      { occluded: true, colour: 'blue' },
    );
    await page.getByRole('button', { name: 'Forward' }).click();
    await eventually(async () => (await read(items[0])).annotations.map(({ id }) => id), ['b', 'a']);
    // What is locked is not moved, what is hidden not even chosen.
    await page.getByRole('button', { name: 'Lock car' }).click();
    await hand.drag([50, 40], [150, 140]);
    await page.getByRole('button', { name: 'Hide tree' }).click();
    await hand.drag([340, 330], [440, 430]);
    await page.getByRole('listbox', { name: 'Class' }).getByRole('option', { name: /^tree/ }).click();
    await saved(page);
    assert.deepEqual(await boxes(items[0]), [[300, 300, 80, 60], [10, 10, 80, 60]]);
  });
});

test('an earlier state is restored from the history, and that is taken back', async () => {
  const { items, address } = await newDataset();
  const first = [box('a', 'car', 10, 10)];
  await ask('PUT', `items/${items[0]}/annotations`, { match: 0, json: { annotations: first } });
  await ask('PUT', `items/${items[0]}/annotations`, {
    match: 1,
    json: { annotations: [box('b', 'tree', 300, 300)] },
  });
  await app.visit(address(), {}, async (page) => {
    await handsOn(page, '1 shape');
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'History' }).click();
    const dialog = page.getByRole('dialog', { name: 'History' });
    await dialog.getByRole('button', { name: 'Restore' }).first().click();
    await eventually(async () => (await read(items[0])).annotations.map(({ id }) => id), ['a']);
    await page.keyboard.press('Control+z');
    await eventually(async () => (await read(items[0])).annotations.map(({ id }) => id), ['b']);
  });
});

test('the strip finds and filters pictures, and other programs lead to one by its name', async () => {
  const { id, items, address } = await newDataset();
  await app.visit(address(), {}, async (page) => {
    await handsOn(page);
    const strip = page.getByRole('navigation', { name: 'Pictures of the dataset' });
    await strip.getByText('3 pictures').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('bridge');
    await strip.getByText('1 picture', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await eventually(async () => new URL(page.url()).pathname.endsWith(items[2]), true);
    await page.goto(`${app.url}/project/${id}/annotate/b-square.jpg`);
    await page.getByRole('heading', { name: 'b-square.jpg' }).waitFor();
    await page.goto(`${app.url}/datasets/${id}/annotate?status=complete`);
    await page.getByText('No picture fits.').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await strip.getByText('3 pictures').waitFor();
  });
});

test('nothing serious is wrong for those who see, hear or move in other ways', async () => {
  const { items, address } = await newDataset();
  const annotations = [box('a', 'car', 10, 10), { ...box('b', 'tree', 300, 300), proposed: true }];
  await ask('PUT', `items/${items[0]}/annotations`, { match: 0, json: { annotations } });
  for (const colorScheme of ['light', 'dark']) {
    await app.visit(address(), { colorScheme }, async (page) => {
      const hand = await handsOn(page, '2 shapes');
      await hand.click([50, 40]);
      await page.getByText('Picture and drawing').click();
      await judge(page, `workbench, ${colorScheme}`);
    });
  }
});

test('on a phone fingers look, choose and decide', async () => {
  const { items, address } = await newDataset();
  const annotations = [{ ...box('b', 'tree', 300, 300), proposed: true }];
  await ask('PUT', `items/${items[0]}/annotations`, { match: 0, json: { annotations } });
  await app.visit(address(), PHONE, async (page) => {
    await page.getByRole('heading', { name: 'a-street.jpg' }).waitFor();
    await page.getByRole('button', { name: 'Classes and shapes' }).tap();
    await page.getByRole('button', { name: 'Accept all' }).tap();
    await eventually(async () => (await read(items[0])).annotations.map(({ proposed }) => proposed), [false]);
    await judge(page, 'workbench on a phone');
    await page.getByRole('button', { name: 'Classes and shapes' }).tap();
    await page.getByRole('button', { name: 'Complete, next' }).tap();
    await eventually(async () => (await read(items[0])).status, 'complete');
    await page.getByRole('heading', { name: 'b-square.jpg' }).waitFor();
  });
});
