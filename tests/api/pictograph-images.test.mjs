// Pictograph's images: lists with their filters, what is known of one, reviews, splits, tags, and
// many at once.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { onEachEngine } from './harness.mjs';
import { bbox, Library, SDK, UNKNOWN } from './pictograph-fixture.mjs';

const NAMES = Array.from({ length: 10 }, (_, i) => `${i}.jpg`);

onEachEngine('Pictograph: images', (engine) => {
  let library, plain, sdk, member, viewer, dataset, images;
  before(async () => {
    library = await Library.make(engine, [...NAMES, 'metadata.jpg', 'review.jpg']);
    plain = library.client();
    sdk = library.client('owner', SDK);
    member = library.client('member', SDK);
    viewer = library.client('viewer', SDK);
    dataset = await sdk.dataset('Pets');
    const ids = NAMES.map((name) => library.photos[name]);
    await sdk.add(dataset, ids.slice(0, 6));
    images = await sdk.add(dataset, ids.slice(6), '/a/b');
  });
  after(() => library.remove());
  const names = ({ data }) => data.map(({ filename }) => filename).sort();

  it('lists them by what is asked for', async () => {
    const all = await plain.get('/images', { dataset: dataset.id });
    assert.deepEqual(all.images, all.data);
    assert.deepEqual(names(all), NAMES);
    assert.ok(!('images' in (await sdk.get('/images/', { dataset: 'Pets' }))));
    for (const query of [{ dataset_id: dataset.id }, { dataset_name: 'Pets' }]) {
      assert.equal((await sdk.get('/images/', query)).pagination.total, 10);
    }
    const list = async (query) => names(await sdk.get('/images/', { dataset: 'Pets', ...query }));
    assert.deepEqual(await list({ directory_path: '/a/b' }), NAMES.slice(6));
    assert.deepEqual(await list({ directory_path: 'a/b' }), NAMES.slice(6));
    assert.deepEqual(await list({ directory_path: '/' }), NAMES.slice(0, 6));
    assert.deepEqual(await list({ directory_path: '/a' }), []);
    assert.deepEqual(await list({ filename: '3.jpg' }), ['3.jpg']);
    await sdk.post(`/annotations/${images['0.jpg'].id}`, { annotations: [bbox('1', 'cat', { confidence: 0.3 })] });
    assert.deepEqual(await list({ min_confidence_lt: 0.5 }), ['0.jpg']);
    assert.deepEqual(await list({ min_confidence_lt: 0.3 }), []);
    assert.deepEqual(await list({ status: 'new' }), NAMES);
    const first = await sdk.get('/images/', { dataset: 'Pets', limit: 4 });
    assert.deepEqual(first.pagination, { limit: 4, offset: 0, total: 10, has_more: true });
    const ids = new Set();
    for (let offset = 0; offset < 10; offset += 4) {
      for (const { id } of (await sdk.get('/images/', { dataset: 'Pets', limit: 4, offset })).data) ids.add(id);
    }
    assert.equal(ids.size, 10);
    await sdk.get('/images/', undefined, 400);
    await sdk.get('/images/', { dataset: 'none' }, 404);
    await sdk.get('/images/', { dataset: 'Pets', status: 'in_progress' }, 400);
  });

  it('tells what is known of one, by id and by name', async () => {
    const { id } = images['a/b/6.jpg'];
    const byId = await sdk.get(`/images/${id}/metadata`);
    assert.deepEqual(byId.image, byId.data);
    const { data } = byId;
    assert.deepEqual(
      [data.filename, data.directory_path, data.dataset_id, data.status, data.split, data.tags, data.is_archived],
      ['6.jpg', '/a/b', dataset.id, 'new', null, [], false]);
    assert.deepEqual([data.content_type, data.mime_type], ['image/jpeg', 'image/jpeg']);
    assert.deepEqual([data.width, data.height], [data.image_width, data.image_height]);
    assert.ok(data.width > 0 && data.file_size > 0);
    assert.equal(data.image_url, `${library.server.url}/api/v1/developer/images/${id}`);
    assert.equal(data.annotation_url, `/api/v1/developer/annotations/${id}/file`);
    assert.ok(data.thumbnail_url.length > 0);
    assert.deepEqual(await sdk.metadata('Pets/a/b/6.jpg'), data);
    assert.deepEqual(await sdk.metadata(`${dataset.id}/${id}`), data);
    const one = await sdk.get(`/images/${images['0.jpg'].id}/metadata`, { include_annotations: 'true' });
    assert.deepEqual(one.annotations.map((shape) => shape.id), ['1']);
    assert.equal(one.data.min_confidence, 0.3);
    await sdk.get(`/images/${UNKNOWN}/metadata`, undefined, 404);
    assert.equal((await sdk.raw('GET', '/images/Pets/none.jpg/metadata')).status, 404);
    await viewer.get(`/images/${id}/metadata`);
  });

  it('takes the words behind a path for names where no image stands before them', async () => {
    const odd = await sdk.dataset('Odd');
    await sdk.add(odd, [library.photos['metadata.jpg'], library.photos['review.jpg']], '/x');
    const held = await sdk.images(odd);
    const rename = (name, to) => sdk.call('PATCH', '/batch/images/update', {
      json: { dataset_name: 'Odd', image_ids: [held[name].id], updates: { display_name: to } } });
    await rename('x/metadata.jpg', 'metadata');
    await rename('x/review.jpg', 'review');
    const bytes = await sdk.raw('GET', '/images/Odd/x/metadata');
    assert.equal(bytes.headers['content-type'], 'image/jpeg');
    assert.equal((await sdk.metadata('Odd/x/metadata')).filename, 'metadata');
    assert.equal((await sdk.post('/images/Odd/x/review/review', { action: 'approve' })).data.status, 'complete');
    await sdk.post('/images/Odd/x/review', { action: 'approve' }, 404);
  });

  it('finds images that look like one', async () => {
    const image_id = images['0.jpg'].id;
    const found = await sdk.get('/search/similar', { image_id, threshold: 0.9, limit: 5, directory_path: '/a' });
    assert.deepEqual(found.results.map(({ image }) => image.filename).sort(), NAMES.slice(6));
    assert.ok(found.results.every(({ similarity }) => similarity === 1)); // the same picture
    assert.equal((await sdk.get('/search/similar', { image_id, limit: 3 })).results.length, 3);
    await sdk.get('/search/similar', { image_id: UNKNOWN }, 404);
    await sdk.get('/search/similar', undefined, 400);
    await sdk.get('/search/by-tags', undefined, 404);
  });

  it('reviews', async () => {
    const { id } = images['1.jpg'];
    const approved = await member.post('/images/Pets/1.jpg/review', { action: 'approve', note: 'fine' });
    assert.deepEqual(approved.data, { id, status: 'complete', review_note: 'fine', processed: 1 });
    const back = await member.post(`/images/${id}/review`, { action: 'request_changes' });
    assert.equal(back.data.status, 'annotate');
    await member.post('/images/Pets/1.jpg/review', {}, 422);
    await member.post('/images/Pets/1.jpg/review', { action: 'reject' }, 422);
    await viewer.post('/images/Pets/1.jpg/review', { action: 'approve' }, 403);
    await member.post('/images/Pets/none.jpg/review', { action: 'approve' }, 404);
  });

  it('parts into splits', async () => {
    const { id } = images['2.jpg'];
    assert.deepEqual((await member.post('/images/Pets/2.jpg/split', { split: 'val' })).data, { id, split: 'val' });
    assert.deepEqual(names(await sdk.get('/images/', { dataset: 'Pets', split: 'val' })), ['2.jpg']);
    assert.deepEqual((await member.post('/images/Pets/2.jpg/split', { split: null })).data, { id, split: null });
    await member.post('/images/Pets/2.jpg/split', {}, 422);
    await member.post('/images/Pets/2.jpg/split', { split: 'dev' }, 422);
    const all = { dataset: 'Pets', train: 70, val: 15, test: 15, seed: 7 };
    const { data } = await member.post('/images/assign-splits', all);
    assert.deepEqual(data, { dataset: 'Pets', processed: 10, train: 8, val: 1, test: 1 });
    const first = await sdk.images(dataset);
    await member.post('/images/assign-splits', { ...all, seed: 8 });
    await member.post('/images/assign-splits', { ...all, split_mode: 'random' });
    const again = await sdk.images(dataset);
    for (const name of Object.keys(first)) assert.equal(again[name].split, first[name].split);
    await member.post('/images/assign-splits', { ...all, test: 14 }, 422);
    await member.post('/images/assign-splits', { ...all, split_mode: 'embedding' }, 409);
    await viewer.post('/images/assign-splits', all, 403);
  });

  it('tags many', async () => {
    const image_ids = [images['0.jpg'].id, images['1.jpg'].id, UNKNOWN];
    const tag = (tags, add, client = member, status = 200) =>
      client.post('/images/bulk-tag', { dataset: 'Pets', image_ids, tags, add }, status);
    assert.deepEqual((await tag(['night', 'été'], true)).data, { processed: 2, tags: ['night', 'été'], added: true });
    assert.deepEqual((await sdk.images(dataset))['0.jpg'].tags.sort(), ['night', 'été']);
    await tag(['night'], false);
    assert.deepEqual((await sdk.images(dataset))['1.jpg'].tags, ['été']);
    await tag(['x'], true, viewer, 403);
    await sdk.post('/images/bulk-tag', { dataset: 'Pets', tags: [] }, 422);
  });

  it('archives and deletes', async () => {
    const { id } = images['3.jpg'];
    await viewer.call('DELETE', `/images/${id}`, { status: 403 });
    assert.equal((await member.call('DELETE', `/images/${id}`, { status: 403 })).error.details.required_role, 'admin');
    assert.equal((await sdk.call('DELETE', `/images/${id}`)).success, true);
    assert.equal((await sdk.get(`/images/${id}/metadata`)).data.is_archived, true);
    assert.deepEqual(await sdk.get(`/annotations/${id}`).then(({ annotations }) => annotations), []);
    assert.equal((await sdk.get('/images/', { dataset: 'Pets' })).pagination.total, 9);
    assert.equal((await sdk.get('/images/', { dataset: 'Pets', include_archived: 'True' })).pagination.total, 10);
    await sdk.call('DELETE', `/images/Pets/3.jpg`, { query: { permanent: 'True' } });
    await sdk.get(`/images/${id}/metadata`, undefined, 404);
    await sdk.call('DELETE', `/images/${id}`, { status: 404 });
  });

  it('moves, copies, changes and deletes many at once', async () => {
    const ids = (...list) => list.map((name) => images[name]?.id ?? UNKNOWN);
    const batch = (word, json, client = member, status = 200) =>
      client.post(`/batch/images/${word}`, { dataset_name: 'Pets', ...json }, status);
    const moved = await batch('move', { image_ids: [...ids('4.jpg'), UNKNOWN], target_directory_path: '/new/one' });
    assert.deepEqual(moved, {
      success: true, processed: 1, failed: [{ id: UNKNOWN, reason: 'not found' }],
      affected_directories: ['/', '/new/one'], renamed: 0, operation: null,
    });
    assert.ok((await sdk.images(dataset))['new/one/4.jpg']);
    const copied = await batch('copy', { image_ids: ids('0.jpg'), target_directory_path: '/', copy_annotations: true });
    assert.deepEqual([copied.processed, copied.renamed, copied.affected_directories], [1, 1, ['/']]);
    const copy = (await sdk.images(dataset))['0-2.jpg'];
    assert.equal(copy.annotation_count, 1);
    const skipped = await batch('copy', { image_ids: ids('0.jpg'), target_directory_path: '/', duplicate_handling: 'skip' });
    assert.deepEqual([skipped.processed, skipped.affected_directories], [0, []]);
    const back = await batch('move', { image_ids: [copy.id], target_directory_path: '/new/one' });
    assert.equal(back.processed, 1);
    const update = (updates, list, status = 200, client = member) => client.call('PATCH', '/batch/images/update', {
      json: { dataset_name: dataset.id, image_ids: list, updates }, status });
    await update({ status: 'review' }, ids('0.jpg', '1.jpg'));
    assert.deepEqual(names(await sdk.get('/images/', { dataset: 'Pets', status: 'review' })), ['0.jpg', '1.jpg']);
    const taken = await update({ display_name: '0.jpg' }, ids('1.jpg'));
    assert.deepEqual([taken.processed, taken.failed[0].id], [0, images['1.jpg'].id]);
    assert.equal((await update({ display_name: 'one.jpg' }, ids('1.jpg'))).renamed, 1);
    await update({ display_name: 'two.jpg' }, ids('1.jpg', '2.jpg'), 422);
    await update({ is_archived: true }, ids('1.jpg'));
    assert.equal((await sdk.get(`/images/${images['1.jpg'].id}/metadata`)).data.is_archived, true);
    await update({ is_archived: false }, ids('1.jpg'));
    await update({}, ids('1.jpg'), 422);
    await update({ status: 'done' }, ids('1.jpg'), 422);
    await update({ colour: 'red' }, ids('1.jpg'), 422);
    await update({ status: 'new' }, ids('1.jpg'), 403, viewer);
    const archived = await batch('delete', { image_ids: ids('0.jpg') });
    assert.deepEqual([archived.operation, archived.processed], ['archived', 1]);
    await batch('delete', { image_ids: ids('0.jpg'), permanent: true }, member, 403);
    assert.equal((await sdk.get(`/images/${images['0.jpg'].id}/metadata`)).data.is_archived, true);
    const deleted = await batch('delete', { image_ids: ids('0.jpg'), permanent: true }, sdk);
    assert.equal(deleted.operation, 'deleted');
    await sdk.get(`/images/${images['0.jpg'].id}/metadata`, undefined, 404);
    await batch('move', { image_ids: [], target_directory_path: '/../x' }, sdk, 400);
    await batch('move', { image_ids: 5, target_directory_path: '/' }, sdk, 422);
    await sdk.post('/batch/images/move', { dataset_name: '', image_ids: [], target_directory_path: '/' }, 404);
    await sdk.post('/batch/images/move', { dataset_name: 'none', image_ids: [], target_directory_path: '/' }, 404);
  });
});
