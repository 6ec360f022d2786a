// Pictograph's exports: made, waited for, fetched by a signed address, named in every way, deleted.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, it } from 'node:test';
import { onEachEngine } from './harness.mjs';
import { until } from './people.mjs';
import { bbox, enc, Library, SDK, UNKNOWN } from './pictograph-fixture.mjs';
import { readZip } from './unzip.mjs';

const NAME = 'a/b? #ü 漢';

// Without a key, and without following anything.
const fetchPlain = (url) => new Promise((resolve, reject) => {
  http.get(url, { agent: false }, (response) => {
    const parts = [];
    response.on('data', (part) => parts.push(part));
    response.on('end', () => resolve({
      status: response.statusCode, headers: response.headers, body: Buffer.concat(parts),
    }));
  }).on('error', reject);
});

onEachEngine('Pictograph: exports', (engine) => {
  let library, owner, sdk, member, viewer, dataset, first;
  const made = async (values, client = sdk) =>
    (await client.post('/exports/', { dataset_name: 'Fleet', ...values }, 201)).data;
  const completed = async ({ id }) => {
    await until('the export is complete', async () => (await sdk.get(`/exports/${id}`)).data.status === 'completed');
    return (await sdk.get(`/exports/${id}`)).data;
  };

  before(async () => {
    library = await Library.make(engine, ['x.jpg', 'y.jpg', 'z.jpg']);
    owner = library.client();
    sdk = library.client('owner', SDK);
    member = library.client('member', SDK);
    viewer = library.client('viewer', SDK);
    dataset = await owner.dataset('Fleet');
    const images = await owner.add(dataset, Object.values(library.photos));
    await owner.post(`/annotations/${images['x.jpg'].id}`, { annotations: [bbox('1', 'kot "ü"'), bbox('2', 'dog')] });
  });
  after(() => library.remove());

  it('makes one, and hands out its file', async () => {
    const pending = await made({ name: NAME, format: 'coco' }, member);
    assert.deepEqual([pending.status, pending.download_url, pending.format, pending.dataset_name],
      ['pending', null, 'coco', 'Fleet']);
    assert.deepEqual([pending.dataset_id, pending.include_images, pending.class_filter, pending.status_filter],
      [dataset.id, false, null, null]);
    first = await completed(pending);
    assert.deepEqual([first.image_count, first.annotation_count, first.error_message], [3, 2, null]);
    const { data, download_url: url } = await sdk.get(`/exports/${first.id}/download`);
    assert.equal(data.download_url, url);
    assert.ok(url.startsWith('http://'));
    const file = await fetchPlain(url);
    assert.equal(file.status, 200);
    assert.equal(Number(file.headers['content-length']), first.file_size);
    assert.equal(file.body.length, first.file_size);
    const files = readZip(file.body);
    assert.deepEqual(Object.keys(files).sort(), ['README.txt', 'annotations.json']);
    const coco = JSON.parse(files['annotations.json']);
    assert.deepEqual(coco.images.map((image) => image.file_name), ['x.jpg', 'y.jpg', 'z.jpg']);
    assert.deepEqual(coco.categories.map(({ name }) => name), ['dog', 'kot "ü"']);
    assert.deepEqual(coco.annotations[0].bbox, [10, 20, 30, 40]);
    assert.equal((await fetchPlain(url.replace(/signature=.{4}/, 'signature=0000'))).status, 403);
    assert.equal((await fetchPlain(url.replace(first.id, UNKNOWN))).status, 403);
  });

  it('knows them by name, and by UUID', async () => {
    const query = { dataset: 'Fleet' };
    assert.equal((await sdk.get(`/exports/${enc(NAME)}`, query)).data.id, first.id);
    assert.equal((await sdk.get(`/exports/${enc(NAME)}`, { dataset: dataset.id })).data.id, first.id);
    assert.equal((await sdk.get(`/exports/${enc(NAME)}/download`, query)).data.download_url.includes(first.id), true);
    assert.equal((await owner.get(`/exports/${enc('Fleet', NAME)}`)).export.id, first.id);
    assert.equal((await owner.get(`/exports/by-name/${enc('Fleet', NAME)}`)).data.id, first.id);
    assert.ok((await owner.get(`/exports/${enc('Fleet', NAME)}/download`)).download_url);
    assert.ok((await owner.get(`/exports/by-name/${enc('Fleet', NAME)}/download`)).download_url);
    await sdk.get(`/exports/${enc(NAME)}`, undefined, 404);
    await sdk.get(`/exports/${UNKNOWN}`, undefined, 404);
    await sdk.get('/exports/none', query, 404);
  });

  // "/exports/x/download" is the export x of `dataset`, or the export "download" of the dataset x.
  it('tells a download from an export that is called so', async () => {
    const named = await completed(await made({ name: 'download', format: 'csv' }));
    assert.equal((await owner.get('/exports/Fleet/download')).data.id, named.id);
    assert.ok((await owner.get(`/exports/${named.id}/download`)).download_url);
    assert.ok((await owner.get('/exports/download/download', { dataset: 'Fleet' })).download_url);
  });

  it('lists them in pages, of a dataset and a state', async () => {
    const all = await sdk.get('/exports/', { dataset_name: 'Fleet', limit: 1 });
    assert.equal(all.pagination.has_more, true);
    assert.equal(all.pagination.total, 2);
    assert.equal(all.data[0].name, 'download');
    assert.equal((await sdk.get('/exports', { status: 'failed' })).pagination.total, 0);
    assert.equal((await sdk.get('/exports/', { status: 'completed' })).pagination.total, 2);
    assert.equal((await owner.get('/exports/')).exports.length, 2);
    await sdk.get('/exports/', { dataset_name: 'none' }, 404);
  });

  it('refuses what makes no sense', async () => {
    await sdk.post('/exports/', { dataset_name: 'Fleet', name: NAME }, 409);
    await sdk.post('/exports/', { dataset_name: 'Fleet', name: 'x', format: 'yolo9' }, 422);
    await sdk.post('/exports/', { dataset_name: 'Fleet', name: 'x', status_filter: 'done' }, 422);
    await sdk.post('/exports/', { dataset_name: 'Fleet', name: '' }, 422);
    await sdk.post('/exports/', { dataset_name: 'Fleet' }, 422);
    await sdk.post('/exports/', { name: 'x' }, 422);
    await sdk.post('/exports/', { dataset_name: 'none', name: 'x' }, 404);
    await viewer.post('/exports/', { dataset_name: 'Fleet', name: 'x' }, 403);
  });

  it('filters by class and status, and puts the pictures in', async () => {
    const values = { name: 'pictures', format: 'yolo', include_images: true, class_filter: ['dog'], status_filter: 'all', organize_by_split: true };
    const { id, download_url: url, annotation_count: count, format } = await completed(await made(values));
    assert.ok(id);
    assert.deepEqual([count, format], [1, 'yolo']);
    const files = readZip((await fetchPlain(url)).body);
    assert.deepEqual(Object.keys(files).sort(), [
      'README.txt', 'classes.txt', 'data.yaml', 'train/images/x.jpg', 'train/images/y.jpg', 'train/images/z.jpg',
      'train/labels/x.txt', 'train/labels/y.txt', 'train/labels/z.txt',
    ]);
    assert.deepEqual([...files['train/images/x.jpg'].subarray(0, 2)], [0xff, 0xd8]);
    assert.match(files['train/labels/x.txt'].toString(), /^\d 0\.\d{6} 0\.\d{6} 0\.\d{6} 0\.\d{6}\n$/);
    const none = await completed(await made({ name: 'no filter', format: 'csv', class_filter: [], status_filter: '' }));
    assert.deepEqual([none.annotation_count, none.class_filter, none.status_filter], [2, null, null]);
  });

  it('writes every format', async () => {
    const formats = ['pictograph', 'darwin', 'coco', 'yolo', 'yolo_obb', 'yolo_pose', 'dota', 'pascal_voc', 'cvat', 'datumaro', 'labelme', 'csv'];
    for (const format of formats) {
      const value = await completed(await made({ name: `every ${format}`, format }));
      assert.equal(value.format, format);
      assert.ok(readZip((await fetchPlain(value.download_url)).body)['README.txt'].includes('3 images'));
    }
  });

  it('deletes them', async () => {
    const { data } = await sdk.get('/exports/', { limit: 1000 });
    const url = data[0].download_url;
    assert.equal((await member.raw('DELETE', `/exports/${data[0].id}`)).status, 403);
    assert.equal((await sdk.raw('DELETE', `/exports/${data[0].id}`)).status, 204);
    assert.equal((await fetchPlain(url)).status, 404);
    await sdk.get(`/exports/${data[0].id}`, undefined, 404);
    assert.equal((await sdk.raw('DELETE', `/exports/${enc(NAME)}?dataset=Fleet`)).status, 204);
    assert.equal((await owner.raw('DELETE', '/exports/Fleet/download')).status, 204);
    await sdk.post('/exports/bulk-delete', { export_ids: [] }, 422);
    const answer = await sdk.post('/exports/bulk-delete', { export_ids: [data[1].id, UNKNOWN] });
    assert.deepEqual(answer.data, { succeeded: [data[1].id], not_found: [UNKNOWN], count: 1 });
  });
});
