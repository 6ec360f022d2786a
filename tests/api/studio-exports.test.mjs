// Our own dialect's formats, exports and versions: written by jobs, frozen, fetched.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { onEachEngine, Server } from './harness.mjs';
import { until } from './people.mjs';
import { bbox, Library } from './pictograph-fixture.mjs';
import { readZip } from './unzip.mjs';

onEachEngine('exports and versions', (engine) => {
  let library, dataset, images, version;
  const headers = (role) => ({ 'x-api-key': library.keys[role] });
  const api = (method, target, json, status = 200, role = 'owner') =>
    library.server.api(method, `/api/albumen/${target}`, { json, status, headers: headers(role) });
  const raw = (method, target, role = 'owner') =>
    library.server.request(method, `/api/albumen/${target}`, { headers: headers(role) });
  const draw = (name, annotations) =>
    library.client().post(`/annotations/${images[name].id}`, { annotations });
  const completed = async ({ id }) => {
    await until('the export is complete', async () => (await api('GET', `exports/${id}`)).state === 'completed');
    return api('GET', `exports/${id}`);
  };
  const files = async (target) => {
    const answer = await raw('GET', target);
    assert.equal(answer.status, 200, answer.body.toString('utf8', 0, 300));
    assert.equal(Number(answer.headers['content-length']), answer.body.length);
    return readZip(answer.body);
  };

  before(async () => {
    library = await Library.make(engine, ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']);
    const client = library.client();
    dataset = await client.dataset('Fleet');
    images = await client.add(dataset, Object.values(library.photos));
    await draw('a.jpg', [bbox('1', 'cat'), bbox('2', 'dog', { attributes: { big: true } })]);
  });
  after(() => library.remove());

  it('tells what the formats hold', async () => {
    const { formats } = await api('GET', 'formats');
    const coco = formats.find(({ name }) => name === 'coco');
    assert.equal(coco.writes, true);
    assert.deepEqual(coco.kinds, ['bbox', 'polygon', 'keypoint']);
    assert.equal(formats.length, 13);
  });

  it('writes an export, and tells what is lost', async () => {
    const made = await api('POST', `datasets/${dataset.id}/exports`, { format: 'yolo' }, 202, 'member');
    assert.equal(made.state, 'pending');
    const done = await completed(made);
    assert.deepEqual(done.report, [{ what: 'attributes are left out', count: 1 }]);
    assert.deepEqual([done.images, done.annotations, done.name], [4, 2, 'Fleet YOLO']);
    assert.ok(done.expires > done.created);
    const zip = await files(`exports/${made.id}/download`);
    assert.ok(zip['README.txt'].includes('attributes are left out (1)'));
    const { exports } = await api('GET', `datasets/${dataset.id}/exports`);
    assert.deepEqual(exports.map(({ id }) => id), [made.id]);
    await api('POST', `datasets/${dataset.id}/exports`, { format: 'none' }, 400);
    await api('POST', `datasets/${dataset.id}/exports`, { format: 'coco' }, 403, 'viewer');
    assert.equal((await raw('DELETE', `exports/${made.id}`, 'member')).status, 403);
    assert.equal((await raw('DELETE', `exports/${made.id}`)).status, 204);
    assert.equal((await raw('GET', `exports/${made.id}/download`)).status, 404);
    const anonymous = await library.server.request('GET', `/api/albumen/exports/${made.id}/download`);
    assert.equal(anonymous.status, 404);
  });

  it('freezes a version that later changes leave alone', async () => {
    const splits = { train: 50, val: 25, test: 25, seed: 7, by: 'image' };
    version = await api('POST', `datasets/${dataset.id}/versions`, { note: 'the first', splits }, 201);
    assert.deepEqual([version.number, version.name, version.images, version.annotations], [1, 'v1', 4, 2]);
    assert.deepEqual(version.splits, { train: 2, val: 1, test: 1, none: 0 });
    assert.deepEqual(version.split_rule, splits);
    await draw('a.jpg', [bbox('9', 'owl')]);
    const target = `versions/${version.id}/export/coco`;
    await until('the version is written', async () => (await raw('GET', target)).status === 200);
    const zip = await files(target);
    const names = Object.keys(zip).filter((name) => name.endsWith('annotations.json'));
    assert.deepEqual(names.sort(), ['test/annotations.json', 'train/annotations.json', 'valid/annotations.json']);
    const all = names.map((name) => JSON.parse(zip[name]));
    assert.equal(all.flatMap((coco) => coco.images).length, 4);
    assert.deepEqual(all[0].categories.map(({ name }) => name), ['cat', 'dog']);
    assert.equal(all.flatMap((coco) => coco.annotations).length, 2);
    const first = await api('GET', `versions/${version.id}/items?limit=3`);
    assert.deepEqual(first.items.map(({ filename }) => filename), ['a.jpg', 'b.jpg', 'c.jpg']);
    const rest = await api('GET', `versions/${version.id}/items?cursor=${first.next_cursor}`);
    assert.deepEqual(rest.items.map(({ filename }) => filename), ['d.jpg']);
  });

  it('makes the file of a version again when it is gone, and waits for it', async () => {
    const { exports } = await api('GET', `datasets/${dataset.id}/exports`);
    assert.equal(exports[0].version, version.id);
    for (const { id } of exports) await raw('DELETE', `exports/${id}`);
    const target = `versions/${version.id}/export/pascal_voc?images=true`;
    const waiting = await raw('GET', target);
    assert.equal(waiting.status, 202);
    assert.equal(waiting.headers['retry-after'], '2');
    await until('the version is written', async () => (await raw('GET', target)).status === 200);
    const zip = await files(target);
    assert.equal(Object.keys(zip).filter((name) => name.includes('images/')).length, 4);
    assert.equal((await raw('GET', `versions/${version.id}/export/none`)).status, 404);
    assert.equal((await api('GET', `datasets/${dataset.id}/exports`)).exports.length, 1);
  });

  it('tells equal versions by their content', async () => {
    const second = await api('POST', `datasets/${dataset.id}/versions`, {}, 201);
    const third = await api('POST', `datasets/${dataset.id}/versions`, { name: 'same' }, 201);
    assert.equal(second.content_hash, third.content_hash);
    assert.notEqual(second.content_hash, version.content_hash);
    const { versions } = await api('GET', `datasets/${dataset.id}/versions`);
    assert.deepEqual(versions.map(({ name }) => name), ['same', 'v2', 'v1']);
    await api('POST', `datasets/${dataset.id}/versions`, { name: 'same' }, 409);
    await api('POST', `datasets/${dataset.id}/versions`, { splits: { train: 50, val: 0, test: 0 } }, 400);
    const made = await api('POST', `datasets/${dataset.id}/exports`, { format: 'csv', version: third.id }, 202);
    assert.equal((await completed(made)).annotations, 1);
    assert.equal((await raw('DELETE', `versions/${third.id}`, 'member')).status, 403);
    assert.equal((await raw('DELETE', `versions/${third.id}`)).status, 204);
    assert.equal((await raw('GET', `versions/${third.id}`)).status, 404);
    assert.equal((await raw('GET', `exports/${made.id}`)).status, 404);
  });

  it('goes on with an export that was queued before a restart', async () => {
    const made = await api('POST', `datasets/${dataset.id}/exports`, { format: 'cvat', include_images: true }, 202);
    await library.server.stop();
    library.server = await Server.start(library.home);
    const done = await completed(made);
    assert.equal(done.images, 4);
    assert.ok((await files(`exports/${made.id}/download`))['annotations.xml'].includes('<version>1.1</version>'));
  });
});
