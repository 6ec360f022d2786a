// Who may what in Pictograph's dialect where the route alone does not say: annotators, who have
// datasets of their own, and organizations, which know nothing of one another.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { onEachEngine } from './harness.mjs';
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
});
