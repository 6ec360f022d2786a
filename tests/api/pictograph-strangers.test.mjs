// What belongs to another organization is not there, by whatever name it is asked for.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { onEachEngine } from './harness.mjs';
import { bearer, signIn } from './people.mjs';
import { bbox, Library } from './pictograph-fixture.mjs';

onEachEngine('whoever is of another organization', (engine) => {
  let library, ours, stranger, dataset, image;

  before(async () => {
    library = await Library.make(engine, ['a.jpg']);
    const root = bearer(await signIn(library.server, 'pw', 'root'));
    const own = (method, target, json, status = 200) => library.server.api(method, target, { json, status, headers: root });
    const other = await own('POST', '/api/albumen/organizations', { name: 'Elsewhere' }, 201);
    const { users } = await own('GET', '/api/albumen/users');
    const { id } = users.find(({ username }) => username === 'ann');
    await own('PATCH', `/api/albumen/users/${id}`, { organization: other.id, member_role: 'owner' });
    ours = library.client();
    stranger = library.client('ann');
    dataset = await ours.dataset('birds');
    image = (await ours.add(dataset, [library.photos['a.jpg']]))['a.jpg'];
    await ours.post(`/annotations/${image.id}`, { annotations: [bbox('1')] });
  });
  after(() => library.remove());

  it('finds none of the five endpoints’ images and datasets', async () => {
    const call = (method, target, json) => stranger.call(method, target, { json, status: 404 });
    for (const address of [image.id, 'birds/a.jpg']) {
      await call('GET', `/annotations/${address}`);
      await call('POST', `/annotations/${address}`, { annotations: [] });
      await call('DELETE', `/annotations/${address}`);
    }
    await call('GET', `/annotations/${image.id}/file`);
    for (const name of [dataset.id, 'birds']) {
      await call('GET', `/annotations/dataset/${name}/download`);
      await call('GET', `/datasets/${name}`);
      await call('PATCH', `/datasets/${name}`, { readme: 'mine' });
      await call('DELETE', `/datasets/${name}`);
    }
    await call('GET', `/images/${image.id}`);
    await call('GET', `/images/${image.id}/metadata`);
    assert.deepEqual((await stranger.get('/datasets/')).data, []);
    assert.equal((await ours.get(`/annotations/${image.id}`)).annotations.length, 1);
  });

  it('may have a dataset of the same name', async () => {
    const theirs = await stranger.dataset('birds');
    assert.notEqual(theirs.id, dataset.id);
    assert.notEqual(theirs.organization_id, dataset.organization_id);
    assert.equal((await stranger.get('/datasets/birds')).data.id, theirs.id);
    assert.equal((await ours.get('/datasets/birds')).data.id, dataset.id);
  });
});
