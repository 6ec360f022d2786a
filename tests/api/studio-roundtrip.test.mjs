// What a dataset exports it takes back, in every format that is read: the same shapes on the same
// images, where the format can hold them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server } from './harness.mjs';
import { addUser, bearer, configure, signIn, until } from './people.mjs';

const { photos: folder, files } = corpus();
const SECRET = 'a secret of the round trips, long enough';
const picture = fs.readFileSync(path.join(folder, files.find((file) =>
  file.outcome === 'indexed' && file.path.endsWith('.jpg')).path));

const point = (x, y) => ({ x, y });
const ring = (...numbers) => numbers.flatMap((x, i) => (i % 2 ? [] : [point(x, numbers[i + 1])]));
let serial = 0;
const shape = (name, type, geometry) => ({ id: `s${++serial}`, name, type, ...geometry });
const box = (name, x, y, w, h, more) => shape(name, 'bbox', { bounding_box: { x, y, w, h }, ...more });
const polygon = (name, paths, more) => shape(name, 'polygon', { polygon: { paths }, ...more });
const turned = (name, cx, cy, w, h, angle) =>
  shape(name, 'bbox', { bounding_box: { x: 1, y: 1, w: 1, h: 1 }, oriented_box: { cx, cy, w, h, angle } });
const joint = (name, x, y, more) => shape(name, 'keypoint', { keypoint: point(x, y), ...more });
const line = (name, path) => shape(name, 'polyline', { polyline: { path } });

// In the order and from the corner that a mask's outline is traced.
const RINGED = [ring(2, 2, 12, 2, 12, 10, 2, 10), ring(8, 4, 4, 4, 4, 8, 8, 8)];
const TRIANGLE = [ring(1, 1, 9, 1.5, 5, 9)];
const boxes = () => [box('猫 é', 1, 2, 10, 12), box('dog, "big"', 0, 0, 5, 5)];

// What each format is given, and what of each shape it brings back.
const FORMATS = {
  pictograph: {
    keeps: ['id', 'confidence', 'attributes', 'instance_id'],
    shapes: () => [
      box('猫 é', 1.25, 2, 10, 12, { confidence: 0.25, attributes: { a: [1, 'x'] } }), polygon('b', RINGED),
      turned('c', 20, 20, 10, 4, 30), line('d', ring(1, 1, 5, 5, 9, 1)), joint('e', 3, 3, { instance_id: 2 }),
    ],
  },
  coco: {
    keeps: ['confidence', 'attributes'],
    shapes: () => [
      box('猫 é', 1.25, 2, 10, 12, { confidence: 0.25, attributes: { a: 'x' } }), polygon('b', RINGED),
      polygon('b', TRIANGLE), turned('c', 20, 20, 10, 4, 30), joint('nose', 3, 3), joint('eye', 5, 6),
    ],
  },
  yolo: { keeps: [], shapes: boxes },
  yolo_seg: { keeps: [], shapes: () => [polygon('b', TRIANGLE), polygon('猫', [ring(2, 2, 20, 2, 20, 20, 4, 11)])] },
  yolo_obb: { keeps: [], shapes: () => [...boxes(), turned('c', 20, 20, 10, 4, 45)] },
  pascal_voc: { keeps: [], shapes: boxes },
  cvat: {
    keeps: ['attributes', 'instance_id'],
    shapes: () => [
      box('猫 é', 1.25, 2, 10, 12, { attributes: { occluded: true, age: 7, code: '007', word: '<&>' } }),
      polygon('b', TRIANGLE), turned('c', 20, 20, 10, 4, 30), line('d', ring(1, 1, 5, 5, 9, 1)),
      joint('e', 3, 3, { instance_id: 2 }),
    ],
  },
  csv: { keeps: ['confidence'], shapes: () => [box('two\nlines', 1.25, 2, 10, 12, { confidence: 0.25 }), ...boxes()] },
};

function bare(annotation, keeps) {
  const { name, type, bounding_box, oriented_box, polygon, polyline, keypoint } = annotation;
  const all = { name, type, oriented_box, polygon, polyline, keypoint };
  if (type === 'bbox' && !oriented_box) all.bounding_box = bounding_box;
  for (const key of keeps) all[key] = annotation[key];
  return all;
}

// Places to a thousandth of a pixel: what six decimals of a fraction leave.
const rounded = (value) => JSON.parse(JSON.stringify(value, (key, one) =>
  typeof one === 'number' ? Math.round(one * 1000) / 1000 : one));
const sorted = (list, keeps) => list.map((one) => JSON.stringify(rounded(bare(one, keeps)))).sort();

onEachEngine('round trips', (engine) => {
  let home, server, headers;
  const api = (method, target, options) => server.api(method, `/api/albumen/${target}`, { headers, ...options });

  before(async () => {
    home = newHome(engine);
    configure(home, { share_secret: SECRET });
    await addUser(home, 'root', 'pw');
    await scan(home, folder);
    server = await Server.start(home);
    headers = bearer(await signIn(server, 'pw', 'root'));
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  // Equal names in two directories, one that keeps its extension beside its twin, and an empty one.
  async function makeDataset(name) {
    const set = await api('POST', 'datasets', { json: { name }, status: 201 });
    const items = [];
    for (const [directory, filename] of [['/a', 'x.jpg'], ['/b é', 'x.jpg'], ['/b é', 'x.jpeg'], ['/', 'none.jpg']]) {
      items.push(await api('POST', `datasets/${set.id}/pictures`, {
        query: { directory, filename }, body: picture, status: 201,
        headers: { ...headers, 'content-type': 'application/octet-stream' },
      }));
    }
    return { set, items };
  }

  async function save(item, annotations) {
    const { revision } = await api('GET', `items/${item.id}/annotations`);
    await api('PUT', `items/${item.id}/annotations`, {
      json: { annotations }, headers: { ...headers, 'if-match': `"${revision}"` },
    });
  }

  const drawn = async (item) => (await api('GET', `items/${item.id}/annotations`)).annotations;

  async function exported(set, json) {
    const made = await api('POST', `datasets/${set.id}/exports`, { json, status: 202 });
    let one;
    await until('the export is there', async () => {
      one = await api('GET', `exports/${made.id}`);
      return one.state === 'completed' || one.state === 'failed';
    });
    assert.equal(one.state, 'completed', one.error);
    const answer = await server.request('GET', `/api/albumen/exports/${made.id}/download`, { headers });
    assert.equal(answer.status, 200);
    return answer.body;
  }

  async function imported(set, body, format) {
    const sent = await api('POST', `datasets/${set.id}/imports`, {
      query: { filename: 'export.zip', format }, body, status: 202,
      headers: { ...headers, 'content-type': 'application/octet-stream' },
    });
    let one;
    const settled = () => until('the import has been run', async () => {
      one = await api('GET', `imports/${sent.id}`);
      return !['reading', 'applying'].includes(one.state);
    });
    await settled();
    assert.equal(one.state, 'ready', one.error);
    assert.deepEqual(one.preview.problems, []);
    assert.deepEqual(one.preview.unmatched, []);
    await api('POST', `imports/${sent.id}/apply`, { json: {}, status: 202 });
    await settled();
    assert.equal(one.state, 'applied', one.error);
    return one;
  }

  for (const [format, { shapes, keeps }] of Object.entries(FORMATS)) {
    it(`${format} brings back what it was given`, async () => {
      const { set, items } = await makeDataset(`Set of ${format}`);
      const skeleton = { nodes: [{ name: 'nose', x: 0.5, y: 0.2 }, { name: 'eye', x: 0.4, y: 0.1 }], edges: [[0, 1]] };
      if (format === 'coco') {
        await api('PUT', `datasets/${set.id}/classes`, {
          json: { classes: [{ name: 'person', type: 'keypoint', color: '#aabbcc', skeleton }] },
        });
      }
      const given = [shapes(), shapes().slice(0, 1), shapes().slice(-1), []];
      for (const [i, item] of items.entries()) await save(item, given[i]);
      const before = await Promise.all(items.map(drawn));
      const zip = await exported(set, { format, name: 'one' });
      for (const item of items) await save(item, [box('other', 0, 0, 1, 1)]);
      const one = await imported(set, zip, format === 'yolo_obb' ? 'auto' : format);
      assert.equal(one.format, format);
      for (const [i, item] of items.entries()) {
        const holds = format === 'csv' && given[i].length === 0; // a picture without boxes has no line
        const wanted = holds ? [box('other', 0, 0, 1, 1)] : before[i];
        assert.deepEqual(sorted(await drawn(item), holds ? [] : keeps), sorted(wanted, holds ? [] : keeps), item.filename);
      }
      // The same once more: nothing moves by going back and forth.
      const after = await Promise.all(items.map(drawn));
      await imported(set, await exported(set, { format, name: 'two' }), format);
      for (const [i, item] of items.entries()) {
        assert.deepEqual(sorted(await drawn(item), keeps), sorted(after[i], keeps));
      }
    });
  }

  it('parts come back with their images', async () => {
    const { set, items } = await makeDataset('Parted');
    const parts = ['train', 'val', 'test', 'val'];
    for (const [i, item] of items.entries()) {
      await save(item, [box('a', i, i, 5, 5)]);
      await api('PATCH', `datasets/${set.id}/items`, { json: { ids: [item.id], split: parts[i] } });
    }
    for (const format of ['yolo', 'coco', 'pictograph', 'pascal_voc']) {
      const zip = await exported(set, { format, name: format, organize_by_split: true });
      await api('PATCH', `datasets/${set.id}/items`, { json: { ids: items.map(({ id }) => id), split: 'none' } });
      await imported(set, zip, 'auto');
      const now = await Promise.all(items.map(({ id }) => api('GET', `items/${id}`)));
      assert.deepEqual(now.map(({ split }) => split), parts, format);
    }
  });
});
