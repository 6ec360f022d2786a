// Pictograph's datasets: made, listed, changed, put away, deleted; what is worked out of one; and
// addresses with names of every kind.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { onEachEngine } from './harness.mjs';
import { bbox, BASE, enc, encPath, Library, SDK, UNKNOWN } from './pictograph-fixture.mjs';

const ODD = ['a/b?c#d', 'ü 漢字 100%', 'semi;colon&amp=1', 'plus+plus', UNKNOWN];

onEachEngine('Pictograph: datasets', (engine) => {
  let library, plain, sdk, member, viewer;
  before(async () => {
    library = await Library.make(engine, ['a.jpg', 'b.jpg', 'c.jpg', 'so #1?.jpg', 'ü 漢.jpg']);
    plain = library.client();
    sdk = library.client('owner', SDK);
    member = library.client('member', SDK);
    viewer = library.client('viewer', SDK);
  });
  after(() => library.remove());

  it('makes them', async () => {
    const made = await member.post('/datasets/', {
      name: 'First', readme: '# Hello', description: 'd', annotation_types: ['box', 'polygon'],
      classes: [
        { name: 'cat', type: 'bbox', color: '#00ff00', attributes: [{ name: 'fur', type: 'select', values: ['long', 'short'] }] },
        { name: 'cat', type: 'polygon' },
        { name: 'body', type: 'keypoint', skeleton: { nodes: [{ name: 'a', x: 0, y: 0 }, { name: 'b', x: 1, y: 1 }], edges: [[0, 1]] } },
      ],
    }, 201);
    assert.deepEqual(made.dataset, made.data);
    const { data } = made;
    assert.deepEqual([data.name, data.slug, data.readme, data.description], ['First', 'first', '# Hello', 'd']);
    assert.deepEqual(data.annotation_types, ['bbox', 'polygon']);
    assert.deepEqual(data.classes.map(({ name, type }) => [name, type]), [['cat', 'bbox'], ['cat', 'polygon'], ['body', 'keypoint']]);
    assert.deepEqual(data.classes[0].attributes, [{ name: 'fur', type: 'select', values: ['long', 'short'] }]);
    assert.deepEqual([data.image_count, data.total_size, data.is_archived, data.archived_at], [0, 0, false, null]);
    assert.match(data.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual((await plain.dataset('Second')).annotation_types, ['bbox']);
    assert.equal((await plain.post('/datasets', { name: 'First' }, 409)).error.code, 'conflict');
    await viewer.post('/datasets/', { name: 'no' }, 403);
    await plain.post('/datasets/', {}, 422);
    await plain.post('/datasets/', { name: '' }, 422);
    await plain.post('/datasets/', { name: 'x', annotation_types: ['circle'] }, 422);
    const wrong = [
      [[{ name: '' }], 'name'], [[{ type: 'bbox' }], 'name'], [[{ name: 'a', type: 'tag' }], 'type'],
      [[{ name: 'a', color: 'red' }], 'color'], [[{ name: 'a', attributes: [{ name: 'b', type: 'date' }] }], 'attributes'],
      [[{ name: 'a', type: 'bbox', skeleton: { nodes: [], edges: [] } }], 'skeleton'],
      [[{ name: 'a', type: 'keypoint', skeleton: { nodes: [{ name: 'n', x: 0, y: 0 }], edges: [[0, 1]] } }], 'skeleton'],
    ];
    for (const [classes, field] of wrong) {
      const answer = await plain.post('/datasets/', { name: 'x', classes }, 422);
      assert.deepEqual(answer.detail[0].loc.slice(0, 4), ['body', 'classes', 0, field]);
    }
    await plain.get('/datasets/x', undefined, 404);
  });

  it('lists them, in pages', async () => {
    const all = await sdk.get('/datasets/');
    assert.deepEqual(Object.keys(all), ['data', 'pagination']);
    assert.deepEqual(all.data.map(({ name }) => name), ['Second', 'First']);
    assert.deepEqual(all.pagination, { limit: 100, offset: 0, total: 2, has_more: false });
    const old = await plain.get('/datasets', { limit: 1 });
    assert.deepEqual(old.datasets, old.data);
    assert.deepEqual(old.pagination, { limit: 1, offset: 0, total: 2, has_more: true });
    assert.equal((await plain.get('/datasets/', { limit: 1, offset: 1 })).data[0].name, 'First');
    assert.equal((await plain.get('/datasets/', { limit: 5000 })).pagination.limit, 1000);
    await plain.get('/datasets/', { limit: 'x' }, 400);
    await plain.get('/datasets/', { unknown: 'ignored', limit: 1 });
  });

  it('changes them', async () => {
    const change = (json, status, client = sdk) => client.call('PATCH', '/datasets/First', { json, status });
    const before = (await sdk.get('/datasets/First')).data;
    // The SDK's classes come back without what it does not know.
    const classes = before.classes.map(({ name, type, color, attributes }) => ({ name, type, color, attributes }));
    const kept = (await change({ classes })).data.classes;
    assert.deepEqual(kept, before.classes);
    const fewer = (await change({ classes: classes.slice(2), description: 'new' })).data;
    assert.deepEqual(fewer.classes.map(({ name }) => name), ['body']);
    assert.deepEqual([fewer.description, fewer.readme], ['new', '# Hello']);
    assert.equal((await change({}, 400)).error.code, 'bad_request');
    await change({ new_name: 'Second' }, 409);
    await change({ classes: [{ name: 'a', type: 'bbox' }, { name: 'a', type: 'bbox' }] }, 400);
    assert.equal((await change({ new_name: 'Renamed' })).data.name, 'Renamed');
    await change({ readme: 'x' }, 404);
    await viewer.call('PATCH', '/datasets/Renamed', { json: { readme: 'x' }, status: 403 });
    await sdk.call('PATCH', '/datasets/Renamed', { json: { new_name: 'First', annotation_types: ['polyline'] } });
    assert.deepEqual((await sdk.get(`/datasets/${before.id.toUpperCase()}`)).data.annotation_types, ['polyline']);
  });

  it('puts them away and deletes them', async () => {
    const put = (word, client = sdk, status = 200) => client.call('POST', `/datasets/Second/${word}`, { status });
    await put('archive', member, 403);
    for (let i = 0; i < 2; i++) {
      const { data } = await put('archive');
      assert.ok(data.is_archived && data.archived_at);
    }
    assert.deepEqual((await sdk.get('/datasets/')).data.map(({ name }) => name), ['First']);
    assert.deepEqual((await sdk.get('/datasets/', { archived: 'true' })).data.map(({ name }) => name), ['Second']);
    for (let i = 0; i < 2; i++) assert.equal((await put('unarchive')).data.is_archived, false);
    assert.deepEqual((await sdk.get('/datasets/Second/storage')).data, { storage_class: 'standard', storage_state: 'idle' });
    assert.equal((await put('storage/freeze', sdk, 409)).error.code, 'conflict');
    await put('storage/restore', sdk, 409);
    await member.call('DELETE', '/datasets/Second', { status: 403 });
    const { data } = await sdk.call('DELETE', '/datasets/Second');
    assert.equal(data.deleted, true);
    assert.equal(data.name, 'Second');
    await sdk.call('DELETE', '/datasets/Second', { status: 404 });
  });

  it('is found by every kind of name, in every address', async () => {
    for (const name of ODD) {
      const made = await sdk.dataset(name);
      assert.equal(made.name, name);
      const images = await sdk.add(made, [library.photos['so #1?.jpg'], library.photos['ü 漢.jpg']], '/d #1/ü?');
      assert.deepEqual(Object.keys(images).sort(), ['d #1/ü?/so #1?.jpg', 'd #1/ü?/ü 漢.jpg']);
      assert.equal((await sdk.get(`/datasets/${enc(name)}`)).data.id, made.id);
      assert.equal((await plain.get(`/datasets/by-name/${enc(name)}`)).dataset.id, made.id);
      assert.equal((await sdk.get('/images/', { dataset: name })).pagination.total, 2);
      const target = `${enc(name)}/${encPath('d #1/ü?/so #1?.jpg')}`;
      await sdk.call('POST', `/annotations/${target}`, { json: { annotations: [bbox('1', 'k/ä?')] } });
      const read = await sdk.get(`/annotations/${target}`);
      assert.deepEqual([read.filename, read.annotations[0].name], ['so #1?.jpg', 'k/ä?']);
      assert.equal((await sdk.metadata(target)).directory_path, '/d #1/ü?');
      const file = await sdk.get(`/annotations/${read.image_id}/file`);
      assert.ok(file.annotation_url.endsWith('/annotate/so%20%231%3F.jpg'), file.annotation_url);
      const stats = await sdk.get(`/directories/${enc(name)}/${encPath('d #1/ü?')}/stats`);
      assert.equal(stats.total_images, 2);
      await sdk.call('DELETE', `/datasets/${enc(name)}`);
      await sdk.get(`/datasets/${made.id}`, undefined, 404);
    }
  });

  it('answers every collection with and without a slash, and never with another address', async () => {
    const targets = ['/datasets', '/images', '/directories/First', '/datasets/First', '/datasets/First/insights'];
    for (const target of targets) {
      for (const slash of ['', '/']) {
        const answer = await sdk.raw('GET', `${target}${slash}?dataset=First`);
        assert.equal(answer.status, 200, `${target}${slash}: ${answer.body}`);
        assert.equal(answer.headers['cache-control'], 'no-store');
        assert.ok(answer.headers['x-request-id']);
        const head = await sdk.raw('HEAD', `${target}${slash}?dataset=First`);
        assert.equal(head.status, 200);
      }
    }
    for (const target of ['/models', '/training/jobs', '/nothing/']) {
      const answer = await sdk.raw('GET', target);
      assert.equal(answer.status, 404);
      assert.equal(JSON.parse(answer.body).error.code, 'not_found');
    }
    const wrong = await sdk.raw('PUT', '/datasets/');
    assert.deepEqual([wrong.status, JSON.parse(wrong.body).error.code], [405, 'method_not_allowed']);
  });

  it('gives its images, and lists their addresses', async () => {
    const made = await sdk.dataset('Listed');
    await sdk.add(made, [library.photos['a.jpg'], library.photos['b.jpg'], library.photos['c.jpg']]);
    const images = await sdk.images(made);
    await sdk.post(`/annotations/${images['b.jpg'].id}`, { annotations: [bbox('1'), bbox('2', 'dog', { confidence: 0.4 })] });
    await sdk.post(`/images/Listed/c.jpg/review`, { action: 'approve' });
    const whole = (await sdk.get('/datasets/Listed', { include_images: 'True', images_limit: 2, images_offset: 1 })).data;
    assert.equal(whole.images.length, 2);
    assert.deepEqual([whole.image_count, whole.annotation_count, whole.completed_image_count], [3, 2, 1]);
    assert.equal(whole.total_size, Object.values(images).reduce((sum, { file_size: size }) => sum + size, 0));
    const listing = await sdk.get('/datasets/Listed/download', { mode: 'full' });
    assert.deepEqual(listing.items, []);
    assert.equal(listing.dataset_id, made.id);
    assert.deepEqual(listing.data.items.map(({ filename }) => filename), ['a.jpg', 'b.jpg', 'c.jpg']);
    assert.equal(listing.data.total_items, 3);
    const [, second] = listing.data.items;
    assert.equal(second.annotation_url, `${BASE}/annotations/${images['b.jpg'].id}/file`);
    assert.equal(second.annotation_count, 2);
    const old = await plain.get('/datasets/by-name/Listed/download', { mode: 'images_only', limit: 2 });
    assert.deepEqual(old.items, old.data.items);
    assert.equal(old.items.length, 2);
    assert.ok(old.items.every((item) => item.image_url && !('annotation_url' in item)));
    const shapes = await sdk.get('/datasets/Listed/download', { mode: 'annotations_only', status_filter: 'complete' });
    assert.deepEqual(shapes.data.items.map(({ filename }) => filename), ['c.jpg']);
    assert.ok(!('image_url' in shapes.data.items[0]));
    await sdk.get('/datasets/Listed/download', { mode: 'all' }, 400);
    await sdk.get('/datasets/none/download', undefined, 404);
  });

  it('counts what is in it', async () => {
    const { data } = await sdk.get('/datasets/Listed/insights');
    assert.deepEqual(
      [data.total_images, data.total_annotations, data.annotated_images, data.unannotated_images], [3, 2, 1, 2]);
    assert.deepEqual(data.status_counts, { new: 2, annotate: 0, review: 0, complete: 1 });
    assert.deepEqual(data.class_annotation_counts, { cat: 1, dog: 1 });
    assert.deepEqual(data.class_image_counts, { cat: 1, dog: 1 });
    assert.deepEqual(data.type_counts, { bbox: 2 });
    assert.deepEqual([data.annotation_density['0'], data.annotation_density['1-2']], [2, 1]);
    assert.equal(data.dimensions.images_with_dimensions, 3);
    assert.deepEqual(data.model_confidence, {
      flagged: 1, lowest: 0.4, avg_flagged: 0.4, buckets: { lt50: 1, b50_70: 0, b70_90: 0, b90_100: 0 },
    });
    const empty = await sdk.dataset('Empty');
    const none = (await plain.get(`/datasets/by-name/${empty.name}/insights`)).data;
    assert.deepEqual([none.total_images, none.dimensions.min_width, none.model_confidence], [0, null, null]);
  });

  it('finds images that show the same', async () => {
    // The same picture three times.
    const { data } = await sdk.get('/datasets/Listed/duplicates');
    assert.deepEqual(
      [data.group_count, data.duplicate_image_count, data.redundant_count, data.analyzed, data.total_images], [1, 3, 2, 3, 3]);
    assert.deepEqual(data.groups[0].members.map(({ filename }) => filename).sort(), ['a.jpg', 'b.jpg', 'c.jpg']);
    assert.equal(data.groups[0].max_similarity, 1);
    assert.deepEqual([data.threshold, data.sample_limit, data.sample_capped, data.pairs_capped], [0.92, 1000, false, false]);
    const two = (await sdk.get('/datasets/Listed/duplicates', { sample: 2, max_pairs: 1, threshold: 0.5 })).data;
    assert.deepEqual([two.analyzed, two.sample_capped, two.groups[0].size], [2, true, 2]);
    const none = (await sdk.get('/datasets/Empty/duplicates')).data;
    assert.deepEqual([none.groups, none.analyzed], [[], 0]);
    await sdk.get('/datasets/Listed/duplicates', { threshold: 0.2 }, 400);
    await sdk.get('/datasets/Listed/duplicates', { sample: 5000 }, 400);
  });
});
