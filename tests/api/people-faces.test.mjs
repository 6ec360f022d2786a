// People and faces, in Facet's dialect and our own, with faces that a fixture puts in.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { corpus, newHome, onEachEngine, run, scan, Server, temporaryFolder } from './harness.mjs';
import { addFaces } from './people-fixture.mjs';

const { photos: samples } = corpus();

onEachEngine('people', (engine) => {
  let home, server, folder, files;
  const call = (method, target, json, status) => server.api(method, target, { json, status });
  const post = (target, json, status) => call('POST', target, json, status);
  const refused = (target, query, status) => server.api('GET', target, { query, status });
  const people = (query = {}) => server.get('/api/albumen/people', query);
  const named = async (name) => (await people({ search: name })).people[0];
  const photoOf = async (file) => {
    const { photos } = await server.get('/api/albumen/photos', { ids: '1,2,3,4,5,6,7,8,9,10' });
    return server.get(`/api/albumen/photos/${photos.find((photo) => photo.path === file).id}`);
  };

  // Eight pictures: Ada on 0..3, Bob on 4..6 and together with Ada on 3, a stranger on 7.
  before(async () => {
    home = newHome(engine);
    folder = temporaryFolder('people');
    files = [];
    for (let i = 0; i < 8; i++) {
      files.push(path.join(folder, `${i}.jpg`));
      fs.writeFileSync(files[i], Buffer.concat([
        fs.readFileSync(path.join(samples, 'formats/baseline.jpg')), Buffer.from(`picture ${i}`)]));
    }
    await scan(home, folder);
    addFaces(home, [
      ...[0, 1, 2, 3].map((i) => ({ path: files[i], place: i * 0.05, box: [10, 20, 60, 80] })),
      { path: files[3], place: 5, box: [70, 20, 110, 80] },
      ...[4, 5, 6].map((i) => ({ path: files[i], place: 5 + i * 0.02, box: [10, 20, 60, 80] })),
      { path: files[7], place: 20, box: [10, 20, 60, 80] },
      { path: files[7], place: null, box: [90, 20, 100, 30] },
    ]);
    const done = await run(['people', ...home.args, '--json', 'cluster', '--full']);
    assert.equal(done.status, 0, done.stderr);
    assert.deepEqual(JSON.parse(done.stdout), { faces: 9, joined: 8, persons: 2 });
    server = await Server.start(home);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('lists people with what the caller sees of them', async () => {
    const { people: list, total } = await people();
    assert.equal(total, 2);
    assert.deepEqual(list.map(({ name, faces, photos }) => [name, faces, photos]), [[null, 4, 4], [null, 4, 4]]);
    const first = await people({ limit: 1 });
    assert.equal(first.next_cursor, '1');
    const second = await people({ limit: 1, cursor: first.next_cursor });
    assert.equal(second.people[0].id, list[1].id);
    assert.equal(second.next_cursor, null);
  });

  it('names, finds and hides', async () => {
    const ada = (await photoOf(files[0])).faces[0].person.id;
    const bob = (await photoOf(files[4])).faces[0].person.id;
    const { person, change } = await call('PATCH', `/api/albumen/people/${ada}`, { name: ' Ada ' });
    assert.equal(person.name, 'Ada');
    assert.equal((await named('ada')).id, ada);
    await post(`/api/albumen/people/changes/${change}/undo`, undefined, 200);
    assert.equal(await named('ada'), undefined);
    await call('PATCH', `/api/albumen/people/${ada}`, { name: 'Ada' });
    await call('PATCH', `/api/albumen/people/${bob}`, { name: 'Bob' });
    const hidden = await call('PATCH', '/api/albumen/people', { ids: [ada, bob], is_hidden: true });
    assert.equal((await people()).total, 0);
    assert.equal((await people({ hidden: 'all', sort: 'name' })).people[0].name, 'Ada');
    await post(`/api/albumen/people/changes/${hidden.change}/undo`);
    assert.equal((await people()).total, 2);
    await post(`/api/albumen/people/changes/${hidden.change}/undo`, undefined, 409);
    await call('PATCH', `/api/albumen/people/${ada}`, { name: 'x'.repeat(300) }, 400);
    await call('PATCH', '/api/albumen/people/999', { name: 'x' }, 404);
  });

  it('merges and splits, and takes it back', async () => {
    const ada = await named('ada');
    const bob = await named('bob');
    const merged = await post(`/api/albumen/people/${ada.id}/merge`, { sources: [bob.id] });
    assert.equal(merged.person.faces, 8);
    assert.equal(merged.person.photos, 7);
    await refused(`/api/albumen/people/${bob.id}`, {}, 404);
    const { people: back } = await post(`/api/albumen/people/changes/${merged.change}/undo`);
    assert.deepEqual(back.map(({ name, faces }) => [name, faces]), [['Ada', 4], ['Bob', 4]]);

    const { faces } = await server.get(`/api/albumen/people/${ada.id}/faces`);
    assert.equal(faces.length, 4);
    const split = await post(`/api/albumen/people/${ada.id}/split`, { faces: faces.slice(0, 2).map(({ id }) => id) });
    assert.equal(split.person.faces, 2);
    assert.equal((await named('ada')).faces, 2);
    await post(`/api/albumen/people/changes/${split.change}/undo`);
    assert.equal((await named('ada')).faces, 4);
    await post(`/api/albumen/people/${ada.id}/merge`, { sources: [ada.id] }, 400);
    await post(`/api/albumen/people/${ada.id}/merge`, { sources: [] }, 422);
  });

  it('asks about unknown faces', async () => {
    const { faces, total } = await server.get('/api/albumen/faces');
    assert.equal(total, 1); // the other is too small to tell
    assert.equal(faces[0].person, null);
    const stranger = faces[0].id;
    const assigned = await post('/api/albumen/faces/assign', { faces: [stranger], name: 'Eve' });
    assert.equal(assigned.person.name, 'Eve');
    const again = await post('/api/albumen/faces/assign', { faces: [stranger], name: 'eve' });
    assert.equal(again.person.id, assigned.person.id);
    await post('/api/albumen/faces/assign', { faces: [stranger] }, 400);
    await post('/api/albumen/faces/assign', { faces: [999999], name: 'x' }, 404);
    await post('/api/albumen/faces/unassign', { faces: [stranger], not_this_person: true });
    assert.equal((await server.get('/api/albumen/faces')).total, 1);
    const ignored = await post('/api/albumen/faces/ignore', { faces: [stranger], ignored: true });
    assert.equal((await server.get('/api/albumen/faces')).total, 0);
    assert.equal((await server.get('/api/albumen/faces', { state: 'ignored' })).total, 1);
    await post(`/api/albumen/people/changes/${ignored.change}/undo`);
    assert.equal((await server.get('/api/albumen/faces')).total, 1);
    assert.deepEqual((await server.get('/api/albumen/faces/review')).faces, []);
  });

  it('draws faces', async () => {
    const { id } = await photoOf(files[7]);
    const target = `/api/albumen/photos/${id}/faces`;
    const face = await post(target, { box: [0.25, 0.25, 0.5, 0.5], name: 'Zoe' }, 201);
    assert.equal(face.confidence, null);
    assert.equal(face.person.name, 'Zoe');
    assert.equal(face.assigned_by, 'user');
    assert.ok(Math.abs(face.box[2] - 0.5) < 0.02);
    for (const box of [[0.9, 0, 0.2, 0.2], [0, 0, 0, 0]]) await post(target, { box }, 400);
    for (const box of [[0, 0, 1], ['a', 0, 1, 1], 'x', undefined]) await post(target, { box }, 422);
    await post('/api/albumen/photos/999999/faces', { box: [0, 0, 1, 1] }, 404);
    const picture = await server.request('GET', `/api/albumen/faces/${face.id}/thumbnail`);
    assert.equal(picture.status, 200);
    assert.equal(picture.headers['content-type'], 'image/jpeg');
    await call('DELETE', `/api/albumen/faces/${face.id}`);
    await call('DELETE', `/api/albumen/faces/${face.id}`, undefined, 404);
    assert.equal((await named('zoe')).faces, 0); // who has a name stays
    await call('DELETE', `/api/albumen/people/${(await named('zoe')).id}`);
    assert.equal(await named('zoe'), undefined);
  });

  it('suggests who may be one, until it is told that they are two', async () => {
    const ada = await named('ada');
    const { faces } = await server.get(`/api/albumen/people/${ada.id}/faces`);
    const half = await post('/api/albumen/people', { name: 'Half', faces: faces.slice(0, 2).map(({ id }) => id) }, 201);
    const { suggestions } = await server.get('/api/albumen/people/suggestions');
    assert.equal(suggestions.length, 1);
    assert.ok(suggestions[0].similarity > 0.9);
    const facets = await server.get('/api/merge_suggestions', { threshold: 0.6 });
    assert.equal(facets.suggestions.length, 1);
    assert.equal((await server.get('/api/merge_suggestions', { threshold: 1 })).suggestions.length, 0);
    await refused('/api/merge_suggestions', { threshold: 1.5 }, 422);
    const told = await post('/api/albumen/people/suggestions/refuse', { a: half.person.id, b: ada.id });
    assert.equal((await server.get('/api/albumen/people/suggestions')).suggestions.length, 0);
    await post(`/api/albumen/people/changes/${told.change}/undo`);
    const batch = await post('/api/persons/merge_batch', {
      merges: suggestions.map(({ a, b }) => ({ source_id: b.id, target_id: a.id })),
    });
    assert.deepEqual(batch, { success: true, merged_count: 1 });
  });

  it('queues a grouping', async () => {
    const { state } = await post('/api/albumen/people/cluster', { full: true }, 202);
    assert.equal(state, 'queued');
  });

  describe("in Facet's dialect", () => {
    it('lists persons', async () => {
      const { persons, total, sort } = await server.get('/api/persons');
      assert.equal(sort, 'count_desc');
      assert.ok(total >= 2);
      assert.equal(persons[0].face_count, 4);
      assert.equal(persons[0].face_thumbnail, 1);
      await refused('/api/persons', { sort: 'none' }, 422);
      await refused('/api/persons', { per_page: 201 }, 422);
      const found = await server.get('/api/persons', { search: ' BO ', sort: 'name_asc' });
      assert.deepEqual(found.persons.map(({ name }) => name), ['Bob']);
    });

    it('renames', async () => {
      const { persons: [bob] } = await server.get('/api/persons', { search: 'Bob' });
      const target = `/api/persons/${bob.id}/rename`;
      assert.deepEqual(await post(target, { name: ' Max ' }), { success: true, name: 'Max' });
      assert.deepEqual(await post(target, {}), { success: true, name: `Person ${bob.id}` });
      assert.deepEqual(await post('/api/persons/99999/rename', { name: 'x' }), { success: true, name: 'x' });
      await post(target, { name: null }, 422);
      await post(target, { name: 'Bob' });
    });

    it('tells the faces of a photo and of a person', async () => {
      const { faces } = await server.get('/api/photo/faces', { path: files[3] });
      assert.deepEqual(faces.map(({ face_index, person_name }) => [face_index, person_name]), [[0, 'Ada'], [1, 'Bob']]
        .map(([index, name]) => [index, faces[index].person_name ?? name]));
      assert.deepEqual(await server.get('/api/photo/faces', { path: '/nowhere.jpg' }), { faces: [] });
      assert.deepEqual(await server.get('/api/person/99999/faces'), { faces: [] });
      const bob = faces[1].person_id;
      const his = await server.get(`/api/person/${bob}/faces`);
      assert.equal(his.faces.length, 4);
      assert.deepEqual(await post(`/api/person/${bob}/avatar`, { face_id: faces[1].id }), { success: true });
      assert.equal((await named('bob')).avatar_face, faces[1].id);
      await post(`/api/person/${bob}/avatar`, { face_id: faces[0].id }, 404);
    });

    it('assigns and unassigns', async () => {
      const bob = (await named('bob')).id;
      const { faces } = await server.get('/api/photo/faces', { path: files[7] });
      const free = faces.filter(({ person_id }) => !person_id);
      assert.equal(free.length, 2);
      assert.deepEqual(await post(`/api/face/${free[0].id}/assign`, { person_id: bob }), { success: true });
      assert.deepEqual(await post('/api/photo/assign_all_faces', { photo_path: files[7], person_id: bob }),
        { success: true, assigned_count: 1 });
      assert.deepEqual(await post('/api/photo/assign_all_faces', { photo_path: files[7], person_id: bob }, 404),
        { detail: 'No unassigned faces found' });
      assert.deepEqual(await post('/api/photo/unassign_person', { photo_path: files[7], person_id: bob }),
        { success: true, unassigned_count: 2, person_deleted: false });
      await post('/api/photo/unassign_person', { photo_path: files[7], person_id: bob }, 404);
      await post(`/api/face/${free[0].id}/assign`, { person_id: 99999 }, 404);
      await post('/api/face/99999/assign', { person_id: bob }, 404);
      const made = await post('/api/albumen/people', { name: 'Short', faces: [free[0].id] }, 201);
      assert.equal((await post('/api/photo/unassign_person',
        { photo_path: files[7], person_id: made.person.id })).person_deleted, true);
    });

    it('merges and deletes', async () => {
      const bob = (await named('bob')).id;
      const ada = (await server.get('/api/persons')).persons.find(({ id }) => id !== bob).id;
      await post('/api/persons/merge', { source_id: bob, target_id: bob }, 400);
      await post('/api/persons/merge', { source_id: bob, target_id: 99999 }, 404);
      await post('/api/persons/merge_batch', { source_ids: [], target_id: ada }, 400);
      await post('/api/persons/merge_batch', { source_ids: [ada], target_id: ada }, 400);
      assert.deepEqual(await post(`/api/persons/merge/${bob}/${ada}`, undefined), { success: true, new_count: 8 });
      await post('/api/persons/delete_batch', { person_ids: [] }, 400);
      assert.deepEqual(await post(`/api/persons/99999/delete`, {}), { success: true });
      assert.deepEqual(await post('/api/persons/delete_batch', { person_ids: [ada, 99999] }),
        { success: true, deleted_count: 2 });
      const { faces } = await server.get('/api/photo/faces', { path: files[3] });
      assert.deepEqual(faces.map(({ person_id }) => person_id), [null, null]);
    });

    it('shows faces', async () => {
      const picture = (target, headers) => server.request('GET', target, { headers });
      const { faces } = await server.get('/api/photo/faces', { path: files[0] });
      const first = await picture(`/face_thumbnail/${faces[0].id}`);
      assert.equal(first.status, 200);
      assert.match(first.headers['cache-control'], /max-age=31536000/);
      const again = await picture(`/face_thumbnail/${faces[0].id}`, { 'if-none-match': first.headers.etag });
      assert.equal(again.status, 304);
      const { person } = await post('/api/albumen/people', { faces: [faces[0].id] }, 201);
      const avatar = await picture(`/person_thumbnail/${person.id}`);
      assert.equal(avatar.status, 200);
      assert.match(avatar.headers['cache-control'], /no-cache/);
      const none = await picture('/face_thumbnail/99999');
      assert.equal(none.status, 404);
      assert.equal(none.body.toString(), 'Face not found');
      assert.equal(none.headers['content-type'], undefined);
      assert.equal((await picture('/person_thumbnail/99999')).body.toString(), 'Person thumbnail not found');
    });
  });
});
