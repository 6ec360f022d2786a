// Who may what in Pictograph's dialect where the route alone does not say: annotators, who have
// datasets of their own, and organizations, which know nothing of one another.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { onEachEngine } from './harness.mjs';
import { bearer, signIn } from './people.mjs';
import { bbox, Library, SDK } from './pictograph-fixture.mjs';

onEachEngine('Pictograph: roles', (engine) => {
  let library, owner, ann, hers, other, images;
  before(async () => {
    library = await Library.make(engine, ['a.jpg', 'b.jpg']);
    owner = library.client('owner', SDK);
    ann = library.client('ann', SDK);
    hers = await owner.dataset('Hers');
    other = await owner.dataset('Other');
    const photos = [library.photos['a.jpg'], library.photos['b.jpg']];
    images = { hers: await owner.add(hers, photos), other: await owner.add(other, photos) };
    const { members } = await owner.get('/organizations/members');
    const { id } = members.find((member) => member.full_name === 'ann' || member.email?.startsWith('ann'));
    await owner.call('PATCH', `/organizations/members/${id}`, { json: { role: 'annotator' } });
    await library.server.api('PUT', `/api/albumen/datasets/${hers.id}/annotators`, {
      json: { annotators: ['ann'] }, headers: owner.headers,
    });
  });
  after(() => library.remove());

  it('shows an annotator the datasets that were granted', async () => {
    assert.deepEqual((await ann.get('/datasets/')).data.map(({ name }) => name), ['Hers']);
    await ann.get('/datasets/Other', undefined, 404);
    await ann.get(`/datasets/${other.id}`, undefined, 404);
    await ann.get(`/annotations/${images.other['a.jpg'].id}`, undefined, 404);
    await ann.post(`/annotations/${images.other['a.jpg'].id}`, { annotations: [] }, 404);
    await ann.get('/images/', { dataset: 'Other' }, 404);
    const bulk = await ann.post('/annotations/bulk', {
      saves: [{ image_id: images.other['a.jpg'].id, annotations: [] }, { image_id: images.hers['a.jpg'].id, annotations: [] }],
    });
    assert.deepEqual([bulk.saved.length, bulk.failed.length], [1, 1]);
  });

  it('lets an annotator draw and archive, and no more', async () => {
    const { id } = images.hers['b.jpg'];
    await ann.post(`/annotations/${id}`, { annotations: [bbox('1')] });
    const refused = await ann.post('/images/Hers/b.jpg/review', { action: 'approve' }, 403);
    assert.deepEqual(refused.error.details, { required_role: 'member', current_role: 'annotator' });
    await ann.call('DELETE', `/annotations/${id}`, { status: 403 });
    await ann.call('PATCH', '/datasets/Hers', { json: { readme: 'x' }, status: 403 });
    await ann.post('/annotations/rename-class', { dataset: 'Hers', old_name: 'cat', new_name: 'dog' }, 403);
    const permanent = await ann.call('DELETE', `/images/${id}`, { query: { permanent: 'True' }, status: 403 });
    assert.deepEqual(permanent.error.details, { required_role: 'admin', current_role: 'annotator' });
    await ann.call('DELETE', `/images/${id}`);
    assert.equal((await ann.get(`/images/${id}/metadata`)).data.is_archived, true);
  });

  it('tells one organization nothing of another', async () => {
    const { server } = library;
    const root = bearer(await signIn(server, 'pw', 'root'));
    const own = (method, target, json, status) =>
      server.api(method, `/api/albumen/${target}`, { json, status, headers: root });
    const { id: organization } = await own('POST', 'organizations', { name: 'Elsewhere' }, 201);
    const { users } = await own('GET', 'users');
    const { id } = users.find(({ username }) => username === 'eve');
    await own('PATCH', `users/${id}`, { organization, member_role: 'owner' });
    const eve = library.client('eve', SDK);
    assert.deepEqual((await eve.get('/datasets/')).data, []);
    const image = images.hers['a.jpg'].id;
    for (const [method, target, json] of [
      ['GET', `/annotations/${image}`], ['GET', `/annotations/${image}/file`],
      ['POST', `/annotations/${image}`, { annotations: [] }], ['DELETE', `/annotations/${image}`],
      ['GET', `/annotations/dataset/${hers.id}/download`], ['GET', `/annotations/Hers/a.jpg`],
      ['GET', `/images/${image}/metadata`], ['DELETE', `/images/${image}`], ['GET', `/datasets/${hers.id}`],
      ['DELETE', '/datasets/Hers'], ['GET', `/datasets/${hers.id}/duplicates`], ['GET', `/directories/${hers.id}`],
      ['POST', '/annotations/rename-class', { dataset: hers.id, old_name: 'cat', new_name: 'x' }],
      ['GET', `/search/similar?image_id=${image}`],
    ]) {
      const answer = await eve.raw(method, target, { json });
      assert.equal(answer.status, 404, `${method} ${target}: ${answer.body}`);
      assert.equal(JSON.parse(answer.body).error.code, 'not_found');
    }
    const bulk = await eve.post('/annotations/bulk', { saves: [{ image_id: image, annotations: [] }] });
    assert.deepEqual(bulk.failed, [{ image_id: image, error: 'not found' }]);
    // The same name is free there.
    const made = await eve.dataset('Hers');
    assert.notEqual(made.id, hers.id);
    assert.equal((await eve.get('/datasets/Hers')).data.id, made.id);
    await owner.get(`/datasets/${made.id}`, undefined, 404);
    assert.equal((await owner.get('/datasets/Hers')).data.id, hers.id);
  });
});
