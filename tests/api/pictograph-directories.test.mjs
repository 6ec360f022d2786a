// Pictograph's directories.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { onEachEngine } from './harness.mjs';
import { encPath, Library, SDK } from './pictograph-fixture.mjs';

onEachEngine('Pictograph: directories', (engine) => {
  let library, sdk, member, viewer, dataset;
  before(async () => {
    library = await Library.make(engine, ['a.jpg', 'b.jpg', 'c.jpg']);
    sdk = library.client('owner', SDK);
    member = library.client('member', SDK);
    viewer = library.client('viewer', SDK);
    dataset = await sdk.dataset('Trees');
  });
  after(() => library.remove());
  const make = (directory_path, client = member, status = 201) =>
    client.post('/directories/', { dataset: 'Trees', directory_path }, status);
  const list = async (query) => (await sdk.get('/directories/Trees', query)).map(({ full_path: path }) => path);

  it('makes them, with those above them, once', async () => {
    const { data, directory } = await make('/x/y y/z');
    assert.deepEqual(directory, data);
    assert.deepEqual([data.full_path, data.directory_path, data.name], ['/x/y y/z', '/x/y y/z', 'z']);
    assert.deepEqual([data.dataset_id, data.project_id], [dataset.id, dataset.id]);
    assert.equal((await make('x/y y/z/')).data.id, data.id);
    assert.deepEqual(await list(), ['/x', '/x/y y', '/x/y y/z']);
    await make('/a/../b', member, 400);
    await make('/no', viewer, 403);
    for (const json of [{}, { dataset: 'Trees' }, { directory_path: '/a' }, { dataset: '', directory_path: '/a' }]) {
      await sdk.post('/directories/', json, 422);
    }
    await sdk.post('/directories', { dataset: 'none', directory_path: '/a' }, 404);
  });

  it('lists them, right in one, and as a tree', async () => {
    await make('/x-2');
    await make('/w');
    await sdk.add(dataset, [library.photos['a.jpg']], '/x/y y');
    await sdk.add(dataset, [library.photos['b.jpg'], library.photos['c.jpg']], '/x/y y/z');
    assert.deepEqual((await list({ parent_path: '' })).sort(), ['/w', '/x', '/x-2']);
    assert.deepEqual(await list({ parent_path: '/x' }), ['/x/y y']);
    assert.deepEqual(await list({ parent_path: 'x/y y' }), ['/x/y y/z']);
    assert.deepEqual(await list({ parent_path: '/w' }), []);
    await sdk.get('/directories/Trees', { parent_path: '/none' }, 404);
    const all = await sdk.get('/directories/Trees');
    const inner = all.find(({ full_path: path }) => path === '/x/y y');
    const top = all.find(({ full_path: path }) => path === '/x');
    assert.deepEqual([inner.image_count, inner.nested_image_count, inner.parent_directory_id], [1, 3, top.id]);
    assert.deepEqual([top.image_count, top.nested_image_count, top.parent_directory_id], [0, 3, null]);
    const tree = await sdk.get('/directories/Trees/tree');
    const shape = (nodes) => nodes.map(({ name, children }) => [name, shape(children)]);
    assert.deepEqual(shape(tree), [['w', []], ['x', [['y y', [['z', []]]]]], ['x-2', []]]);
    await make(`/${Array(31).fill('d').join('/')}`); // deep ones too
    await sdk.get('/directories/Trees/tree');
    await sdk.call('DELETE', '/datasets/none', { status: 404 });
    await sdk.get('/directories/none', undefined, 404);
  });

  it('counts what is in one', async () => {
    const stats = (path, query) => sdk.get(`/directories/Trees/${encPath(path)}/stats`, query);
    const whole = await stats('x');
    assert.equal(whole.total_images, 3);
    assert.equal(whole.directories_by_status.new, 3);
    assert.ok(whole.total_size_bytes > 0);
    const own = await stats('x/y y', { include_subdirectories: 'False' });
    assert.equal(own.total_images, 1);
    await sdk.get('/directories/Trees/none/stats', undefined, 404);
    await sdk.get('/directories/Trees/x/y', undefined, 404);
  });

  it('renames one, and what lies in it follows', async () => {
    const rename = (path, new_name, status, client = member) =>
      client.call('PATCH', `/directories/Trees/${encPath(path)}/rename`, { json: { new_name }, status });
    const { data } = await rename('x', 'ü#1');
    assert.deepEqual([data.full_path, data.name], ['/ü#1', 'ü#1']);
    assert.ok((await sdk.images(dataset))['ü#1/y y/z/b.jpg']);
    await rename('ü#1', 'w', 409);
    await rename('ü#1', 'a/b', 400);
    await rename('none', 'b', 404);
    await rename('ü#1', 'x', 403, viewer);
    await rename('ü#1', '', 422);
    await rename('ü#1', 'x');
  });

  it('deletes empty ones, and others when told to', async () => {
    const remove = (path, query, status, client = member) =>
      client.call('DELETE', `/directories/Trees/${encPath(path)}`, { query, status });
    const refused = await remove('x/y y/z', undefined, 400);
    assert.equal(refused.error.code, 'bad_request');
    await remove('x/y y', { cascade: 'true' }, 400); // with one beneath it never
    const moved = await remove('x/y y/z', { cascade: 'True' });
    assert.equal(moved.images_moved, 2);
    assert.equal(moved.success, true);
    assert.ok((await sdk.images(dataset))['x/y y/c.jpg']);
    assert.equal((await remove('w')).images_moved, 0);
    await remove('w', undefined, 404);
    await remove('x-2', undefined, 403, viewer);
  });
});
