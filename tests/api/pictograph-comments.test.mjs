// Pictograph's comments on annotations.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { onEachEngine } from './harness.mjs';
import { bbox, Library, UNKNOWN } from './pictograph-fixture.mjs';

onEachEngine('Pictograph: comments', (engine) => {
  let library, owner, member, viewer, image, other;
  const at = '/annotation-comments';

  before(async () => {
    library = await Library.make(engine, ['a.jpg', 'b.jpg']);
    owner = library.client();
    member = library.client('ann');
    viewer = library.client('viewer');
    const dataset = await owner.dataset('Cats');
    const images = await owner.add(dataset, [library.photos['a.jpg'], library.photos['b.jpg']]);
    [image, other] = [images['a.jpg'].id, images['b.jpg'].id];
    await owner.post(`/annotations/${image}`, { annotations: [bbox('box')] }, 200);
  });
  after(() => library.remove());

  it('are said, answered, settled and taken back', async () => {
    const { comment } = await member.post(at, { image_id: image, annotation_id: 'box', body: 'A cat?' }, 201);
    assert.equal(comment.annotation_id, 'box');
    assert.deepEqual([comment.resolved, comment.is_edited, comment.is_mine], [false, false, true]);
    assert.equal(comment.author_username, 'ann');
    const { comment: answer } = await owner.post(
      `${at}/`, { image_id: image, parent_comment_id: comment.id, body: 'Yes: 猫' }, 201);
    assert.equal(answer.parent_comment_id, comment.id);
    // The viewer's key is the owner's.
    const { comments } = await viewer.get(at, { image_id: image });
    assert.deepEqual(comments.map(({ body, is_mine }) => [body, is_mine]), [['A cat?', false], ['Yes: 猫', true]]);
    assert.deepEqual((await viewer.get(at, { image_id: other })).comments, []);

    const one = `${at}/${comment.id}`;
    const { comment: settled } = await owner.call('PATCH', one, { json: { resolved: true } });
    assert.deepEqual([settled.resolved, settled.is_edited, settled.is_mine], [true, false, false]);
    await owner.call('PATCH', one, { json: { body: 'Mine' }, status: 403 });
    const { comment: edited } = await member.call('PATCH', one, { json: { body: 'A cat!' } });
    assert.deepEqual([edited.body, edited.resolved, edited.is_edited], ['A cat!', true, true]);
    await viewer.call('PATCH', one, { json: { resolved: false }, status: 403 });
    await member.call('PATCH', `${at}/${UNKNOWN}`, { json: { resolved: false }, status: 404 });
    const key = { 'x-api-key': library.keys.ann };
    const gone = await library.server.request('DELETE', `/api/v1/developer${one}`, { headers: key });
    assert.equal(gone.status, 204);
    assert.deepEqual((await member.get(at, { image_id: image })).comments, []);
  });

  it('are refused where there is nothing to speak of', async () => {
    await member.post(at, { image_id: UNKNOWN, body: 'x' }, 404);
    await member.post(at, { image_id: image, annotation_id: 'none', body: 'x' }, 404);
    await member.post(at, { image_id: image }, 422);
    await member.post(at, { image_id: image, body: '' }, 422);
    await viewer.post(at, { image_id: image, body: 'x' }, 403);
    await member.get(at, {}, 400);
  });
});
