// Pictograph's annotations: the five endpoints as the first clients call them, by name as the SDK
// does, many at once, and classes with their shapes.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { onEachEngine } from './harness.mjs';
import { bbox, enc, encPath, Library, point, SDK, UNKNOWN } from './pictograph-fixture.mjs';

const ring = [point(1, 2), point(30.5, 2), point(30, 40)];
const hole = [point(5, 5), point(10, 5), point(8, 9)];

onEachEngine('Pictograph: annotations', (engine) => {
  let library, seed, sdk, member, viewer, dataset, images;
  const at = (name) => `/annotations/${images[name].id}`;
  const named = (name) => `/annotations/${enc(dataset.name)}/${encPath(name)}`;

  before(async () => {
    library = await Library.make(engine, ['a.jpg', 'b.jpg', 'c.jpg', 'file.jpg']);
    seed = library.client();
    sdk = library.client('owner', SDK);
    member = library.client('member');
    viewer = library.client('viewer');
    dataset = await seed.dataset('Cats');
    await seed.add(dataset, [library.photos['a.jpg'], library.photos['b.jpg']]);
    images = await seed.add(dataset, [library.photos['c.jpg'], library.photos['file.jpg']], '/in/here');
  });
  after(() => library.remove());

  const save = (name, annotations, status, client = seed) =>
    client.call('POST', at(name), { json: { annotations }, status });
  const shapes = async (name, client = seed) => (await client.get(at(name))).annotations;

  it('answers the five endpoints as the first clients know them', async () => {
    assert.deepEqual((await seed.get(at('a.jpg'))), {
      success: true, image_id: images['a.jpg'].id, filename: 'a.jpg', annotation_count: 0, annotations: [],
    });
    const polygon = { id: 'p', name: 'dog', type: 'polygon', polygon: { path: ring }, confidence: 0.5 };
    assert.deepEqual(await save('a.jpg', [bbox('b'), polygon]), {
      success: true, image_id: images['a.jpg'].id, previous_count: 0, new_count: 2, status: 'new',
    });
    const [box, drawn] = await shapes('a.jpg');
    assert.deepEqual(box.bounding_box, { x: 10, y: 20, w: 30, h: 40 });
    assert.equal(box.confidence, 1);
    assert.deepEqual(box.attributes, []);
    assert.deepEqual(drawn.polygon, { path: ring });
    assert.ok(!('bounding_box' in drawn));
    const file = await seed.get(`${at('a.jpg')}/file`);
    assert.deepEqual(Object.keys(file), [
      'image', 'image_url', 'image_uuid', 'image_path', 'annotation_count', 'annotation_url', 'dataset', 'org', 'annotations',
    ]);
    assert.equal(file.image_url, `${library.server.url}/api/v1/developer/images/${images['a.jpg'].id}`);
    assert.equal(file.image_path, '/');
    assert.ok(file.annotation_url.startsWith(`${library.server.url}/project/`));
    assert.ok(file.annotation_url.endsWith('/annotate/a.jpg'));
    assert.deepEqual(file.dataset, { name: 'Cats', slug: 'cats' });
    const listing = await seed.get(`/annotations/dataset/${dataset.id}/download`);
    assert.deepEqual(listing, {
      annotations: [{
        image_id: images['a.jpg'].id, filename: 'a.jpg', url: `/api/v1/developer${at('a.jpg')}/file`,
      }],
    });
    const all = await seed.get('/annotations/dataset/Cats/download', { include_empty: 'True' });
    assert.deepEqual(all.annotations.map(({ filename }) => filename), ['a.jpg', 'b.jpg', 'c.jpg', 'file.jpg']);
    const cleared = await seed.call('DELETE', at('a.jpg'));
    assert.equal(cleared.deleted_count, 2);
    const again = await seed.call('DELETE', at('a.jpg'));
    assert.equal(again.deleted_count, 0);
    assert.notEqual(again.message, cleared.message);
  });

  it('keeps every kind of shape, in both spellings, by id and by name', async () => {
    const sent = [
      bbox('box', 'cat', { confidence: 0.25, attributes: { fur: 'long' }, created_by: 'me' }),
      bbox('turned', 'cat', { oriented_box: { cx: 25, cy: 40, w: 30, h: 12, angle: 15 } }),
      { id: 'ring', name: 'dog', type: 'polygon', polygon: { paths: [ring, hole] } },
      { id: 'line', name: 'wire', type: 'polyline', polyline: { path: ring } },
      { id: 'nose', name: 'nose', type: 'keypoint', keypoint: point(3.5, 4), instance_id: 2 },
    ];
    await save('a.jpg', sent);
    const byId = await shapes('a.jpg');
    const byName = (await seed.get(named('a.jpg'))).annotations;
    assert.deepEqual(byId.map(({ id }) => id), sent.map(({ id }) => id));
    assert.deepEqual(byId[2].polygon, { path: ring, holes: [hole] });
    assert.deepEqual(byName[2].polygon, { paths: [ring, hole] });
    assert.deepEqual(byName[2].bounding_box, { x: 1, y: 2, w: 29.5, h: 38 });
    assert.deepEqual(byName[3].bounding_box, { x: 1, y: 2, w: 29.5, h: 38 });
    assert.ok(!('bounding_box' in byName[4]));
    assert.deepEqual(byId[1].oriented_box, sent[1].oriented_box);
    assert.equal(byId[4].instance_id, 2);
    assert.deepEqual(byId[0].attributes, { fur: 'long' });
    assert.equal(byId[0].created_by, 'me');
    assert.deepEqual(await shapes('a.jpg', sdk), byName); // the SDK has the second spelling by id too
    assert.deepEqual((await seed.get(at('a.jpg'), { polygon: 'paths' })).annotations, byName);
    // What was told in one spelling is saved again in the other.
    await seed.call('POST', named('a.jpg'), { json: { annotations: byName } });
    assert.deepEqual((await seed.get(named('a.jpg'))).annotations, byName);
    await save('a.jpg', byId.map((shape) => (shape.polygon?.holes ? { ...shape, polygon: { paths: [ring, hole] } } : shape)));
    assert.equal((await seed.get(named(`in/here/c.jpg`))).annotation_count, 0);
    assert.equal((await seed.get(named(images['a.jpg'].id))).annotation_count, 5); // a UUID of the dataset
  });

  it('refuses what is no annotation, and changes nothing', async () => {
    const before = await shapes('a.jpg');
    const refused = [
      [{ id: 'x', class: 'cat', type: 'bbox', bounding_box: { x: 1, y: 1, w: 1, h: 1 } }, 'class'],
      [{ id: 'x', name: 'cat', type: 'bbox', bbox: [1, 1, 1, 1] }, 'bbox'],
      [{ id: 'x', name: 'cat', type: 'polygon', polygon: [[1, 1], [2, 2], [3, 1]] }, 'polygon'],
      [bbox('x', ' '), 'name'],
      [bbox(''), 'id'],
      [{ id: 'x', name: 'cat', type: 'polygon', polygon: { path: ring.slice(0, 2) } }, 'polygon'],
      [{ id: 'x', name: 'cat', type: 'polygon', polygon: { path: ring, paths: [ring] } }, 'polygon'],
      [{ id: 'x', name: 'cat', type: 'polyline', polyline: { path: ring.slice(0, 1) } }, 'polyline'],
      [bbox('x', 'cat', { bounding_box: { x: 1, y: 1, w: 0, h: 1 } }), 'bounding_box'],
      [bbox('x', 'cat', { bounding_box: { x: 1, y: 1, w: '3', h: 1 } }), 'bounding_box'],
      [bbox('x', 'cat', { confidence: 1.001 }), 'confidence'],
      [bbox('x', 'cat', { confidence: true }), 'confidence'],
      [{ id: 'x', name: 'cat', type: 'keypoint', keypoint: point(1, 1), bounding_box: { x: 1, y: 1, w: 1, h: 1 } }, 'bounding_box'],
      [{ id: 'x', name: 'cat', type: 'tag' }, 'type'],
      [{ id: 'x', name: 'cat', type: 'obb', bounding_box: { x: 1, y: 1, w: 1, h: 1 } }, 'type'],
      [bbox('x', 'cat', { polygon: { path: ring } }), 'polygon'],
    ];
    for (const [shape, field] of refused) {
      const answer = await save('a.jpg', [bbox('fine'), shape], 422);
      assert.equal(answer.error.code, 'validation_error');
      assert.deepEqual(answer.detail, answer.error.details.errors);
      const { loc, msg, type } = answer.detail[0];
      assert.deepEqual(loc.slice(0, 4), ['body', 'annotations', 1, field], JSON.stringify(answer.detail));
      assert.ok(msg && type);
    }
    const twice = await save('a.jpg', [bbox('same'), bbox('same')], 422);
    assert.deepEqual(twice.detail[0].loc.slice(0, 3), ['body', 'annotations', 1]);
    const bodies = [{}, { annotations: null }, { annotations: {} }, { annotations: [7] },
      { annotations: [], more: 1 }, { annotations: [], image_id: images['b.jpg'].id }, { annotations: [], image_id: 5 }];
    for (const json of bodies) await seed.call('POST', at('a.jpg'), { json, status: 422 });
    assert.equal((await seed.raw('POST', at('a.jpg'), { headers: { 'content-type': 'application/json' } })).status, 422);
    const broken = await library.server.request('POST', `/api/v1/developer${at('a.jpg')}`, {
      headers: { ...seed.headers, 'content-type': 'application/json' }, body: '{"annotations":',
    });
    assert.equal(broken.status, 400);
    assert.deepEqual(await shapes('a.jpg'), before);
    // The first clients send the image along.
    await seed.post(at('b.jpg'), { annotations: [bbox('1')], image_id: images['b.jpg'].id.toUpperCase() });
    // Without a Content-Type a body is JSON.
    const bare = await library.server.request('POST', `/api/v1/developer${at('b.jpg')}`, {
      headers: seed.headers, body: JSON.stringify({ annotations: [bbox('1'), bbox('2')] }),
    });
    assert.equal(bare.status, 200, bare.body.toString());
  });

  it('lets members draw and clear, and admins delete', async () => {
    await save('b.jpg', [bbox('1')], 200, member);
    const refused = await member.call('DELETE', at('b.jpg'), { status: 403 });
    assert.equal(refused.error.code, 'forbidden');
    assert.deepEqual(refused.error.details, { required_role: 'admin', current_role: 'member' });
    assert.equal((await save('b.jpg', [], 200, member)).new_count, 0);
    await save('b.jpg', [], 403, viewer);
    assert.equal((await shapes('b.jpg', viewer)).length, 0);
    await viewer.post('/annotations/rename-class', { dataset: 'Cats', old_name: 'cat', new_name: 'x' }, 403);
    assert.equal((await seed.raw('GET', at('b.jpg'), { headers: { 'x-api-key': 'pk_live_nonsense' } })).status, 401);
  });

  it('knows no image that is not there', async () => {
    for (const target of [`/annotations/${UNKNOWN}`, '/annotations/none', `/annotations/${UNKNOWN}/file`,
      '/annotations/Cats/none.jpg', '/annotations/none/a.jpg', '/annotations/Cats/in/c.jpg', `/annotations/Cats/${UNKNOWN}`]) {
      assert.equal((await seed.get(target, undefined, 404)).error.code, 'not_found');
    }
    await seed.post(`/annotations/${UNKNOWN}`, { annotations: [] }, 404);
    await seed.call('DELETE', `/annotations/${UNKNOWN}`, { status: 404 });
    await seed.get(`/annotations/dataset/${UNKNOWN}/download`, undefined, 404);
    const other = await seed.dataset('Other');
    await seed.get(`/annotations/${other.name}/${images['a.jpg'].id}`, undefined, 404); // not of that dataset
    const wrong = await seed.raw('PUT', at('a.jpg'), { json: {} });
    assert.equal(wrong.status, 405);
    assert.match(wrong.headers.allow, /POST/);
  });

  it('takes the words of its routes before names', async () => {
    // A dataset called "dataset", an image called "file".
    const odd = await seed.dataset('dataset');
    const inside = await seed.add(odd, [library.photos['a.jpg']], '/x');
    assert.equal((await seed.get('/annotations/dataset/x/a.jpg')).filename, 'a.jpg');
    assert.ok('annotations' in (await seed.get(`/annotations/dataset/${odd.id}/download`)));
    assert.equal((await seed.get(`/annotations/${inside['x/a.jpg'].id}/file`)).image, 'a.jpg');
  });

  it('follows the class policy', async () => {
    const closed = await seed.dataset('Closed', { classes: [{ name: 'cat', type: 'bbox', color: '#ff0000' }] });
    const held = await seed.add(closed, [library.photos['a.jpg']]);
    const target = `/annotations/${held['a.jpg'].id}`;
    await seed.post(target, { annotations: [bbox('1')] });
    const refused = await seed.post(target, { annotations: [bbox('1', 'unicorn')] }, 400);
    assert.match(refused.message, /unicorn/);
    assert.equal((await seed.get(target)).annotations[0].name, 'cat');
    const open = await seed.get('/datasets/Cats');
    assert.ok(open.data.classes.some(({ name, type, color }) => name === 'dog' && type === 'polygon' && /^#/.test(color)));
    const bulk = await seed.post('/annotations/bulk', {
      saves: [{ image_id: held['a.jpg'].id, annotations: [bbox('1', 'unicorn')] },
        { image_id: images['b.jpg'].id, annotations: [bbox('1', 'unicorn')] }],
    });
    assert.deepEqual(bulk.saved.map(({ image_id: id }) => id), [images['b.jpg'].id]);
    assert.match(bulk.failed[0].error, /unicorn/);
  });

  it('saves many at once', async () => {
    const answer = await sdk.post('/annotations/bulk', {
      saves: [
        { image_id: images['a.jpg'].id, annotations: [bbox('1'), bbox('2')] },
        { image_id: UNKNOWN, annotations: [] },
        { image_id: 'nonsense', annotations: [] },
        { image_id: images['in/here/c.jpg'].id, annotations: [] },
      ],
    });
    assert.deepEqual(answer.saved.map((saved) => saved.new_count), [2, 0]);
    assert.deepEqual(answer.failed, [
      { image_id: UNKNOWN, error: 'not found' }, { image_id: 'nonsense', error: 'not found' }]);
    const before = await shapes('a.jpg');
    const wrong = await sdk.post('/annotations/bulk', {
      saves: [{ image_id: images['a.jpg'].id, annotations: [] }, { image_id: images['b.jpg'].id, annotations: [bbox('')] }],
    }, 422);
    assert.deepEqual(wrong.detail[0].loc, ['body', 'saves', 1, 'annotations', 0, 'id']);
    assert.deepEqual(await shapes('a.jpg'), before);
    const one = { image_id: images['a.jpg'].id, annotations: [] };
    for (const saves of [[], Array(201).fill(one), 5, undefined, [{ annotations: [] }], [{ ...one, more: 1 }]]) {
      await sdk.post('/annotations/bulk', { saves }, 422);
    }
  });

  it('renames, merges and deletes classes with their shapes', async () => {
    const made = await seed.dataset('Classes');
    const held = await seed.add(made, [library.photos['a.jpg'], library.photos['b.jpg']]);
    const [a, b] = ['a.jpg', 'b.jpg'].map((name) => `/annotations/${held[name].id}`);
    await seed.post(a, { annotations: [bbox('1'), bbox('2'), bbox('3', 'dog')] });
    await seed.post(b, { annotations: [bbox('1'), bbox('2', 'fish')] });
    const change = (word, json, status, client = member) =>
      client.post(`/annotations/${word}-class`, { dataset: made.id, ...json }, status);
    const renamed = await change('rename', { old_name: 'cat', new_name: 'Katze' });
    assert.deepEqual(renamed.data, {
      dataset_id: made.id, old_name: 'cat', new_name: 'Katze', images_updated: 2, annotations_updated: 3, config_updated: true,
    });
    assert.deepEqual((await seed.get(a)).annotations.map(({ name }) => name), ['Katze', 'Katze', 'dog']);
    assert.equal((await change('rename', { old_name: 'dog', new_name: 'Katze' }, 409)).error.code, 'conflict');
    await change('rename', { old_name: 'none', new_name: 'x' }, 404);
    await change('rename', { old_name: 'dog' }, 422);
    const merged = await change('merge', { source_name: 'dog', target_name: 'Katze' });
    assert.equal(merged.data.annotations_updated, 1);
    assert.deepEqual((await seed.get('/datasets/Classes')).data.classes.map(({ name }) => name), ['Katze', 'fish']);
    const kept = await change('delete', { name: 'fish', class_type: null, delete_annotations: false });
    assert.deepEqual([kept.data.annotations_removed, kept.data.config_updated], [0, true]);
    assert.equal((await seed.get(b)).annotations.length, 2);
    const gone = await change('delete', { name: 'Katze', class_type: 'bbox', delete_annotations: true });
    assert.deepEqual([gone.data.images_updated, gone.data.annotations_removed], [2, 4]);
    assert.deepEqual((await seed.get(b)).annotations.map(({ name }) => name), ['fish']);
    await change('delete', { name: 'none' }, 404);
    await seed.post('/annotations/rename-class', { dataset: 'nowhere', old_name: 'a', new_name: 'b' }, 404);
  });

  it('does a request once, however often it is sent', async () => {
    const send = () => sdk.call('POST', at('a.jpg'), {
      json: { annotations: [bbox('1')] }, headers: { 'idempotency-key': '0123456789abcdef0123456789abcdef' },
    });
    const [one, other] = await Promise.all([send(), send()]);
    assert.deepEqual(one, other);
    assert.deepEqual(await send(), one);
  });
});
