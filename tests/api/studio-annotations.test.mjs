// Our own dialect's annotations: saved whole, compared by revision, kept in a history; classes.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server } from './harness.mjs';
import { addUser, bearer, configure, signIn } from './people.mjs';

const { photos: folder } = corpus();
const SECRET = 'a secret of the annotations, long enough';

const box = (id, name, x = 1, more = {}) => ({
  id, name, type: 'bbox', bounding_box: { x, y: 1, w: 4, h: 5 }, ...more,
});
const ring = (...points) => points.map(([x, y]) => ({ x, y }));

onEachEngine('annotations', (engine) => {
  let home, server, root, member, dataset, items;

  // An answer of /api/albumen, checked against the document.
  const ask = (who, method, target, { status = 200, json, match } = {}) =>
    server.api(method, `/api/albumen/${target}`, {
      json, status, headers: { ...who, ...(match === undefined ? {} : { 'if-match': match }) },
    });
  const read = (item) => ask(root, 'GET', `items/${item}/annotations`);
  const put = (who, item, match, annotations, options = {}) =>
    ask(who, 'PUT', `items/${item}/annotations`, {
      match, json: { annotations, ...options.also }, status: options.status ?? 200,
    });

  before(async () => {
    home = newHome(engine);
    configure(home, { share_secret: SECRET });
    await addUser(home, 'root', 'pw');
    await addUser(home, 'eva', 'pw', '--role', 'user');
    await scan(home, folder);
    server = await Server.start(home);
    root = bearer(await signIn(server, 'pw', 'root'));
    member = bearer(await signIn(server, 'pw', 'eva'));
    dataset = await ask(root, 'POST', 'datasets', { json: { name: 'Street' }, status: 201 });
    await ask(root, 'POST', `datasets/${dataset.id}/items`, { json: { everything: true } });
    ({ ids: items } = await ask(root, 'GET', `datasets/${dataset.id}/items/ids?sort=path`));
    assert.ok(items.length >= 8);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  it('come back as they were sent', async () => {
    const [item] = items;
    const none = await read(item);
    assert.deepEqual([none.revision, none.status, none.annotations], [0, 'new', []]);
    const paths = [ring([0, 0], [9, 0], [9, 9], [0, 9]), ring([2, 2], [4, 2], [4, 4.5])];
    const sent = [
      box('b', 'cat', 1, { confidence: 0.25, attributes: { occluded: true } }),
      { id: 'p', name: 'roof', type: 'polygon', polygon: { paths }, source: 'import', model: 'a file' },
      { id: 'l', name: 'road', type: 'polyline', polyline: { path: ring([1, 1], [5, 6]) }, proposed: true },
      { id: 'k', name: 'nose', type: 'keypoint', keypoint: { x: 3, y: 4 }, instance_id: 2 },
      { id: 't', name: 'blurred', type: 'tag', answers: { why: ['fast'] } },
    ];
    const saved = await put(root, item, '"0"', sent, { also: { status: 'review', time_spent_ms: 1200 } });
    assert.deepEqual(saved, { revision: 1, status: 'review', annotations: 3 });
    const back = await read(item);
    assert.deepEqual([back.revision, back.status], [1, 'review']);
    assert.deepEqual(back.annotations.map(({ id }) => id), ['b', 'p', 'l', 'k', 't']);
    const [b, p, l, k, t] = back.annotations;
    assert.deepEqual([b.confidence, b.attributes, b.created_by], [0.25, { occluded: true }, 'root']);
    assert.deepEqual(p.polygon, { paths });
    assert.deepEqual(p.bounding_box, { x: 0, y: 0, w: 9, h: 9 });
    assert.deepEqual([p.source, p.model], ['import', 'a file']);
    assert.equal(l.proposed, true);
    assert.equal(k.instance_id, 2);
    assert.deepEqual(t.answers, { why: ['fast'] });
    // What the server told may be sent again as it is, and changes nothing.
    assert.equal((await put(root, item, '"1"', back.annotations)).revision, 1);
    const of = await ask(root, 'GET', `items/${item}`);
    assert.deepEqual([of.annotations, of.proposals, of.min_confidence, of.annotator], [3, 1, 0.25, 'root']);
  });

  it('are not overwritten by who did not see them', async () => {
    const item = items[1];
    const { status } = await server.request('PUT', `/api/albumen/items/${item}/annotations`, {
      headers: { ...root, 'content-type': 'application/json' }, body: JSON.stringify({ annotations: [] }),
    });
    assert.equal(status, 428);
    await put(member, item, '"0"', [box('a', 'cat')]);
    const refused = await put(root, item, '"0"', [box('z', 'dog')], { status: 412 });
    assert.equal(refused.current.revision, 1);
    assert.equal(refused.current.author, 'eva');
    assert.deepEqual(refused.current.annotations.map(({ id }) => id), ['a']);
    assert.ok(Date.parse(refused.current.saved) > 0);
    assert.equal((await put(root, item, '"1"', [box('a', 'cat'), box('z', 'dog')])).revision, 2);
    assert.equal((await put(root, item, '*', [box('z', 'dog')])).revision, 3);
    const answer = await server.request('GET', `/api/albumen/items/${item}/annotations`, { headers: root });
    assert.equal(answer.headers.etag, '"3"');
    assert.equal(answer.headers['cache-control'], 'no-store');
  });

  it('are saved by exactly one of two who try at once', async () => {
    const item = items[2];
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((id) =>
      server.request('PUT', `/api/albumen/items/${item}/annotations`, {
        headers: { ...root, 'content-type': 'application/json', 'if-match': '"0"' },
        body: JSON.stringify({ annotations: [box(id, 'cat')] }),
      })));
    const states = answers.map((answer) => answer.status).sort();
    assert.deepEqual(states, [200, 412, 412, 412]);
    const won = ['a', 'b', 'c', 'd'][answers.findIndex((answer) => answer.status === 200)];
    const { revision, annotations } = await read(item);
    assert.deepEqual([revision, annotations.map(({ id }) => id)], [1, [won]]);
  });

  it('that are wrong are refused with their place, and nothing is changed', async () => {
    const item = items[3];
    await put(root, item, '"0"', [box('a', 'cat')]);
    const { width } = await read(item);
    const wrong = [
      [[box('a', 'cat'), box('a', 'cat')], 'annotations.1.id'],
      [[{ ...box('a', 'cat'), class: 'cat' }], 'annotations.0.class'],
      [[{ id: 'a', name: 'cat', type: 'bbox', bbox: [1, 2, 3, 4] }], 'annotations.0.bbox'],
      [[box('a', 'cat', '1')], 'annotations.0.bounding_box.x'],
      [[box('a', 'cat', 1, { confidence: true })], 'annotations.0.confidence'],
      [[box('a', 'cat', 1, { confidence: 1.5 })], 'annotations.0.confidence'],
      [[box('a', 'cat'), box('b', 'cat', width)], 'annotations.1.bounding_box.w'],
      [[{ id: 'p', name: 'x', type: 'polygon', polygon: { paths: [ring([0, 0], [9, 9], [9, 0], [0, 9])] } }],
        'annotations.0.polygon.paths.0.2'],
      [[{ id: 'p', name: 'x', type: 'polygon', polygon: { paths: [ring([0, 0], [9, 9], [9, 0]), ring([1, 1])] } }],
        'annotations.0.polygon.paths.1'],
      [[{ id: 'p', name: 'x', type: 'polygon', polygon: { paths: [ring([0, 0], [-9, 9], [9, 0])] } }],
        'annotations.0.polygon.paths.0.1.x'],
      [[{ id: 'l', name: 'x', type: 'polyline', polyline: { path: ring([1, 1]) } }], 'annotations.0.polyline.path'],
      [[{ id: 'k', name: 'x', type: 'keypoint', keypoint: { x: 1, y: 1 }, bounding_box: null }],
        'annotations.0.bounding_box'],
      [[box('a', ' ')], 'annotations.0.name'],
    ];
    for (const [annotations, path] of wrong) {
      const { errors } = await put(root, item, '"1"', annotations, { status: 422 });
      assert.equal(errors[0].path, path);
      assert.ok(errors[0].message.length > 10);
    }
    await ask(root, 'PUT', `items/${item}/annotations`, { match: '"1"', json: { annotations: {} }, status: 422 });
    const { revision, annotations } = await read(item);
    assert.deepEqual([revision, annotations.map(({ id }) => id)], [1, ['a']]);
  });

  it('have a history, of which any state may come back', async () => {
    const item = items[4];
    await put(root, item, '"0"', [box('a', 'cat'), box('b', 'cat')]);
    await put(member, item, '"1"', [box('a', 'cat', 2)]);
    await put(root, item, '"2"', []);
    const { revisions } = await ask(root, 'GET', `items/${item}/history`);
    assert.deepEqual(revisions.map(({ revision, author, annotations }) => [revision, author, annotations]),
      [[3, 'root', 0], [2, 'eva', 1], [1, 'root', 2]]);
    const first = await ask(root, 'GET', `items/${item}/history/1`);
    assert.deepEqual(first.annotations.map(({ id }) => id), ['a', 'b']);
    await ask(root, 'GET', `items/${item}/history/9`, { status: 404 });
    const restore = `items/${item}/history/1/restore`;
    await ask(root, 'POST', restore, { status: 428 });
    const refused = await ask(root, 'POST', restore, { match: '"2"', status: 412 });
    assert.equal(refused.current.revision, 3);
    const saved = await ask(root, 'POST', restore, { match: '"3"' });
    assert.deepEqual([saved.revision, saved.annotations], [4, 2]);
    assert.deepEqual((await read(item)).annotations.map(({ id }) => id), ['a', 'b']);
  });

  it('keep to the classes of a dataset that takes no others', async () => {
    const closed = await ask(root, 'POST', 'datasets', {
      json: { name: 'Closed', class_policy: 'closed' }, status: 201,
    });
    await ask(root, 'POST', `datasets/${closed.id}/items`, { json: { everything: true } });
    const { ids: [item] } = await ask(root, 'GET', `datasets/${closed.id}/items/ids`);
    const classes = `datasets/${closed.id}/classes`;
    await ask(root, 'PUT', classes, { json: { classes: [{ name: 'cat', type: 'bbox', color: '#112233' }] } });
    const { errors: [error] } = await put(root, item, '"0"', [box('a', 'cat'), box('b', 'dog')], { status: 422 });
    assert.equal(error.path, 'annotations.1.name');
    assert.match(error.message, /dog/);
    await put(root, item, '"0"', [box('a', 'cat')]);
    const { errors: [color] } = await ask(root, 'PUT', classes, {
      json: { classes: [{ name: 'cat', type: 'bbox', color: 'red' }] }, status: 422,
    });
    assert.equal(color.path, 'classes.0.color');
  });

  it('follow their classes', async () => {
    const made = await ask(root, 'POST', 'datasets', { json: { name: 'Classes' }, status: 201 });
    await ask(root, 'POST', `datasets/${made.id}/items`, { json: { everything: true } });
    const { ids: [one, two] } = await ask(root, 'GET', `datasets/${made.id}/items/ids?sort=path`);
    await put(root, one, '"0"', [box('a', 'cat'), box('b', 'dog')]);
    await put(root, two, '"0"', [box('a', 'cat')]);
    const classes = `datasets/${made.id}/classes`;
    const list = async () => (await ask(root, 'GET', classes)).classes
      .map(({ name, annotations, images }) => [name, annotations, images]);
    assert.deepEqual(await list(), [['cat', 2, 2], ['dog', 1, 1]]);
    await ask(root, 'POST', `${classes}/rename`, { json: { from: 'cat', to: 'dog' }, status: 409 });
    await ask(root, 'POST', `${classes}/rename`, { json: { from: 'cow', to: 'ox' }, status: 404 });
    assert.deepEqual(await ask(root, 'POST', `${classes}/rename`, { json: { from: 'cat', to: 'Kätzchen' } }),
      { images: 2, annotations: 2, list: true });
    assert.deepEqual(await list(), [['Kätzchen', 2, 2], ['dog', 1, 1]]);
    // Who had the picture open learns of it.
    await put(root, two, '"1"', [], { status: 412 });
    assert.deepEqual(await ask(root, 'POST', `${classes}/merge`, { json: { source: 'Kätzchen', target: 'dog' } }),
      { images: 2, annotations: 2, list: true });
    assert.deepEqual(await list(), [['dog', 3, 2]]);
    const gone = { name: 'dog', with_annotations: true };
    assert.deepEqual(await ask(root, 'POST', `${classes}/delete`, { json: gone }),
      { images: 2, annotations: 3, list: true });
    assert.deepEqual(await list(), []);
    assert.equal((await ask(root, 'GET', `datasets/${made.id}`)).annotations, 0);
    const { revisions } = await ask(root, 'GET', `items/${one}/history`);
    assert.deepEqual(revisions.map(({ annotations }) => annotations), [0, 2, 2, 2]);
  });

  it('proposed are accepted or thrown away', async () => {
    const item = items[5];
    const path = `datasets/${dataset.id}/proposals`;
    await put(root, item, '"0"', [
      box('a', 'cat', 1, { proposed: true, source: 'model', confidence: 0.9 }),
      box('b', 'cat', 2, { proposed: true, source: 'model', confidence: 0.4 }),
    ]);
    assert.deepEqual(await ask(root, 'POST', `${path}/accept`, { json: { items: [item], min_confidence: 0.5 } }),
      { shapes: 1 });
    assert.deepEqual((await read(item)).annotations.map(({ id, proposed }) => [id, proposed]),
      [['a', false], ['b', true]]);
    assert.deepEqual(await ask(root, 'POST', `${path}/reject`, { json: { items: [item] } }), { shapes: 1 });
    assert.deepEqual((await read(item)).annotations.map(({ id }) => id), ['a']);
    await ask(root, 'POST', `${path}/accept`, { json: { items: [dataset.id] }, status: 404 });
    const made = await ask(root, 'POST', path, { json: { objects: true, faces: true, names: true } });
    assert.equal(typeof made.shapes, 'number');
  });
});
