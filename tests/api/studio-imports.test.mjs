// Files of annotations come in: looked at, with classes and images told, then written as a whole or
// not at all.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server } from './harness.mjs';
import { addUser, bearer, configure, signIn, until } from './people.mjs';
import { zip } from './zip.mjs';

const { photos: folder } = corpus();
const SECRET = 'a secret of the imports, long enough to be one';

const coco = (items, annotations, names = ['cat', 'dog']) => ({
  images: items.map((item, i) => ({
    id: i + 1, file_name: `${item.directory.slice(1)}/${item.filename}`.replace(/^\//, ''),
    width: item.width, height: item.height,
  })),
  categories: names.map((name, i) => ({ id: i + 1, name })),
  annotations: annotations.map((annotation, i) => ({ id: i + 1, category_id: 1, iscrowd: 0, ...annotation })),
});

onEachEngine('imports', (engine) => {
  let home, server, headers, set, items;
  const api = (method, target, options) => server.api(method, `/api/albumen/${target}`, { headers, ...options });
  const send = async (body, { filename = 'a.json', query = {} } = {}) => {
    const bytes = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
    const sent = await api('POST', `datasets/${set.id}/imports`, {
      query: { filename, ...query }, body: bytes, status: 202,
      headers: { ...headers, 'content-type': 'application/octet-stream' },
    });
    return settled(sent.id);
  };
  const settled = async (id) => {
    let one;
    await until('the import has been run', async () => {
      one = await api('GET', `imports/${id}`);
      return !['reading', 'applying'].includes(one.state);
    });
    return one;
  };
  const apply = async (one, json = {}, status = 202) => {
    const answer = await api('POST', `imports/${one.id}/apply`, { json, status });
    return status === 202 ? settled(one.id) : answer;
  };
  const drawn = async (item) => (await api('GET', `items/${item.id}/annotations`)).annotations;
  const clear = async () => {
    const all = { images: items.map((item, i) => ({ id: i, file_name: `${item.directory}/${item.filename}` })),
      categories: [], annotations: [] };
    for (const as_proposals of [false, true]) {
      const done = await apply(await send(all), { as_proposals });
      assert.equal(done.state, 'applied', done.error);
    }
  };

  before(async () => {
    home = newHome(engine);
    configure(home, { share_secret: SECRET });
    await addUser(home, 'root', 'pw');
    await addUser(home, 'looker', 'pw', '--role', 'user', '--dir', folder);
    await scan(home, folder);
    server = await Server.start(home);
    headers = bearer(await signIn(server, 'pw', 'root'));
    set = await api('POST', 'datasets', { json: { name: 'Set' }, status: 201 });
    const numbers = Array.from({ length: 60 }, (_, i) => i + 1);
    const { photos } = await api('GET', `photos?ids=${numbers}`);
    const ids = photos.slice(0, 3).map(({ id }) => id);
    await api('POST', `datasets/${set.id}/items`, { json: { photos: ids, directory: '/a/b' } });
    await api('POST', `datasets/${set.id}/items`, { json: { photos: [photos[3].id] } });
    items = (await api('GET', `datasets/${set.id}/items`, { query: { sort: 'path' } })).items;
    assert.equal(items.length, 4);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  it('are looked at before anything is written', async () => {
    const file = coco(items.slice(0, 2), [
      { image_id: 1, bbox: [1, 2, 3, 4] },
      { image_id: 1, category_id: 2, bbox: [0, 0, 5, 5], segmentation: [[0, 0, 5, 0, 5, 5]] },
      { image_id: 2, bbox: [2, 2, 2, 2], score: 0.5 },
    ]);
    file.images.push({ id: 99, file_name: 'nowhere/x.jpg' });
    const one = await send(file);
    assert.equal(one.state, 'ready', one.error);
    assert.equal(one.format, 'coco');
    const { images, matched, annotations, unmatched, classes, problem_count } = one.preview;
    assert.deepEqual([images, matched, annotations, problem_count], [3, 2, 3, 0]);
    assert.deepEqual(unmatched, ['nowhere/x.jpg']);
    assert.deepEqual(classes, [
      { name: 'cat', kind: 'bbox', annotations: 2, exists: false },
      { name: 'dog', kind: 'polygon', annotations: 1, exists: false },
    ]);
    assert.deepEqual(await drawn(items[0]), []);
    const { imports } = await api('GET', `datasets/${set.id}/imports`);
    assert.equal(imports[0].id, one.id);
    const done = await apply(one);
    assert.equal(done.state, 'applied', done.error);
    assert.deepEqual(done.preview.applied, { images: 2, annotations: 3, classes: 2 });
    const [box, polygon] = await drawn(items[0]);
    assert.deepEqual(box.bounding_box, { x: 1, y: 2, w: 3, h: 4 });
    assert.equal(polygon.name, 'dog');
    assert.deepEqual(polygon.polygon.paths[0].length, 3);
    assert.equal((await drawn(items[1]))[0].confidence, 0.5);
    assert.equal((await api('GET', `datasets/${set.id}`)).annotations, 3);
    assert.equal((await api('POST', `imports/${one.id}/apply`, { json: {}, status: 409 })).title, 'conflict');
  });

  it('replace what there was, which stays in the history, or come beside it', async () => {
    const before = (await api('GET', `items/${items[0].id}/annotations`)).revision;
    await apply(await send(coco([items[0]], [{ image_id: 1, bbox: [9, 9, 1, 1] }])));
    assert.equal((await drawn(items[0])).length, 1);
    const { revisions } = await api('GET', `items/${items[0].id}/history`);
    const old = revisions.find(({ revision }) => revision === before);
    assert.equal(old.annotations, 2);
    await apply(await send(coco([items[0]], [{ image_id: 1, bbox: [8, 8, 1, 1] }])), { mode: 'add' });
    assert.deepEqual((await drawn(items[0])).map(({ bounding_box: { x } }) => x), [9, 8]);
    await apply(await send(coco([items[0]], [{ image_id: 1, bbox: [7, 7, 1, 1] }])), { as_proposals: true });
    const all = await drawn(items[0]);
    assert.deepEqual(all.map(({ proposed }) => proposed), [false, false, true]);
    assert.equal((await api('GET', `datasets/${set.id}`)).proposals, 1);
  });

  it('change the names of classes, and leave some out', async () => {
    await clear();
    const file = coco([items[0]], [
      { image_id: 1, bbox: [1, 1, 1, 1] }, { image_id: 1, category_id: 2, bbox: [2, 2, 2, 2] },
      { image_id: 1, category_id: 3, bbox: [3, 3, 3, 3] },
    ], ['cat', 'Hund', '猫 é']);
    const done = await apply(await send(file), { classes: { Hund: 'dog', cat: null } });
    assert.equal(done.state, 'applied', done.error);
    assert.deepEqual((await drawn(items[0])).map(({ name }) => name), ['dog', '猫 é']);
    assert.deepEqual(done.preview.applied, { images: 1, annotations: 2, classes: 2 });
  });

  it('go to images by path, by a name that only one has, and by the name without its ending', async () => {
    await clear();
    const [first, , , root] = [...items].sort((a, b) => b.directory.length - a.directory.length);
    const box = [{ image_id: 1, bbox: [1, 1, 1, 1] }];
    const named = (file_name) => ({ ...coco([first], box), images: [{ id: 1, file_name }] });
    for (const name of [
      `a/b/${first.filename}`, `/a/b/${first.filename}`, `images/a/b/${first.filename}`, first.filename,
      `C:\\pictures\\${first.filename}`, `train/images/a/b/${first.filename}`,
    ]) {
      const one = await send(named(name));
      assert.equal(one.preview.matched, 1, name);
    }
    assert.equal((await send(named(root.filename))).preview.matched, 1);
    const stem = first.filename.replace(/\.[^.]*$/, '');
    const yolo = zip([
      ['classes.txt', 'one\ntwo\n'], [`labels/a/b/${stem}.txt`, '1 0.5 0.5 0.5 0.5\n'],
    ]);
    const one = await send(yolo, { filename: 'labels.zip' });
    assert.equal(one.format, 'yolo');
    assert.deepEqual([one.preview.matched, one.preview.annotations], [1, 1]);
    assert.equal((await send(named('none.jpg'))).preview.matched, 0);
  });

  it('are all or nothing, and say what is wrong and where', async () => {
    await clear();
    const { width, height } = items[0];
    const file = coco([items[0], items[1]], [
      { image_id: 1, bbox: [1, 1, 5, 5] },
      { image_id: 1, bbox: [width - 2, 1, 50, 5] },
      { image_id: 1, bbox: [1, 1, 0, 5] },
      { image_id: 1, bbox: [1, 1, 'x', 5] },
      { image_id: 1, segmentation: [[1, 1, 9, 9, 9, 1, 1, 9]] },
      { image_id: 1, segmentation: [[1, 1, 9, 9]] },
      { image_id: 7, bbox: [1, 1, 1, 1] },
      { image_id: 1, category_id: 9, bbox: [1, 1, 1, 1] },
      { id: 1, image_id: 1, bbox: [1, 1, 1, 1] },
      { image_id: 1 },
      { image_id: 2, bbox: [0, 0, 1, height + 1] },
    ]);
    file.images.push({ ...file.images[0], id: 3 }, { id: 1, file_name: 'x' }, { file_name: 'y' });
    const one = await send(file);
    assert.equal(one.state, 'ready', one.error);
    assert.deepEqual(one.preview.problems.map(({ path }) => path), [
      'images.2.file_name', 'images.3.id', 'images.4',
      'annotations.1.bbox.2', 'annotations.2.bbox.2', 'annotations.3.bbox.2', 'annotations.4.segmentation.0',
      'annotations.5.segmentation.0', 'annotations.6.image_id', 'annotations.7.category_id', 'annotations.8.id',
      'annotations.9', 'annotations.10.bbox.3',
    ]);
    for (const { message } of one.preview.problems) assert.ok(message.length > 5);
    assert.equal(one.preview.problem_count, 13);
    const refused = await apply(one, {}, 400);
    assert.match(refused.detail, /13 problems/);
    assert.deepEqual(await drawn(items[0]), []);
    const done = await apply(one, { skip_problems: true });
    assert.equal(done.state, 'applied', done.error);
    assert.equal((await drawn(items[0])).length, 1);
  });

  it('are refused as a whole where they cannot be read', async () => {
    const bomb = Buffer.alloc(70 << 20, ' ');
    const xml = '<?xml version="1.0"?><!DOCTYPE annotations [<!ENTITY a "aaaaaaaaaa">' +
      '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><annotations><image name="&b;"/></annotations>';
    const outside = '<?xml version="1.0"?><!DOCTYPE annotation [<!ENTITY x SYSTEM "file:///etc/passwd">]>' +
      '<annotation><filename>&x;</filename></annotation>';
    const cases = [
      ['{"images":[],"categories":[],"annotations":[{"bbox":[NaN]}]}', 'a.json', /annotations\.0\.bbox\.0/],
      ['{"images":[', 'a.json', /ends too early/, 'coco'],
      ['no format at all', 'a.bin', /no format that is known/],
      [zip([['../evil.json', '{}']]), 'a.zip', /leads out of it/, 'coco'],
      [zip([['/etc/evil.json', '{}']]), 'a.zip', /leads out of it/, 'coco'],
      [zip([['a/..\\..\\evil.json', '{}']]), 'a.zip', /leads out of it/, 'coco'],
      [zip([['a.json', bomb]]), 'a.zip', /unpacks to more/, 'coco'],
      [zip([['a.json', '{}']], { flags: 1 }), 'a.zip', /encrypted/, 'coco'],
      [zip([['a.json', '{}'.repeat(1000)]]).subarray(0, 45), 'a.zip', /cannot be read/, 'coco'],
      [xml, 'annotations.xml', /document type/],
      [outside, 'a.xml', /document type/],
      ['<annotation><object></annotation>', 'a.xml', /line 1/],
      ['filename,class,x,y\na.jpg,b,1,2\n', 'a.csv', /columns are not all there/],
      [zip([['data.yaml', 'names: &a [b]\nother: *a\n'], ['labels/a.txt', '']]), 'a.zip', /references/, 'yolo'],
    ];
    for (const [body, filename, message, format = 'auto'] of cases) {
      const one = await send(body, { filename, query: { format } });
      assert.equal(one.state, 'failed', `${filename} ${message}`);
      assert.match(one.error, message);
      assert.equal(one.preview, null);
    }
    const sent = (query, body, status) => api('POST', `datasets/${set.id}/imports`, { query, body, status });
    await sent({ filename: 'a.json' }, '', 400);
    await sent({ filename: 'a.json', format: 'nonsense' }, '{}', 400);
    await sent({ filename: 'a.json', format: 'labelme' }, '{}', 400);
  });

  it('of a closed list of classes take no new ones', async () => {
    const closed = await api('POST', 'datasets', {
      json: { name: 'Closed', class_policy: 'closed' }, status: 201,
    });
    await api('POST', `datasets/${closed.id}/items`, { json: { photos: [items[0].photo_id] } });
    const own = (await api('GET', `datasets/${closed.id}/items`)).items;
    const open = set;
    set = closed;
    try {
      const one = await send(coco(own, [{ image_id: 1, bbox: [1, 1, 1, 1] }]));
      const done = await apply(one);
      assert.equal(done.state, 'failed');
      assert.match(done.error, /no class "cat"/);
      assert.deepEqual(await drawn(own[0]), []);
    } finally {
      set = open;
    }
  });

  it('are for who curates, forgotten when asked to, and never seen from outside', async () => {
    const one = await send(coco([items[0]], []));
    const looker = bearer(await signIn(server, 'pw', 'looker'));
    await server.api('GET', `/api/albumen/imports/${one.id}`, { headers: looker });
    const gone = await server.request('DELETE', `/api/albumen/imports/${one.id}`, { headers });
    assert.equal(gone.status, 204);
    await api('GET', `imports/${one.id}`, { status: 404 });
    await api('POST', `imports/${one.id}/apply`, { json: {}, status: 404 });
  });
});
