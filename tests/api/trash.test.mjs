// Throwing away, getting back, deleting for good; and removing while the file stays.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server, temporaryFolder } from './harness.mjs';

const picture = path.join(corpus().photos, 'formats/baseline.jpg');

onEachEngine('the trash', (engine) => {
  let home, photos, server;
  const place = (name) => path.join(photos, name);
  const bytes = (n) => Buffer.concat([fs.readFileSync(picture), Buffer.from(`picture ${n}`)]);

  before(async () => {
    home = newHome(engine);
    photos = temporaryFolder('photos');
    for (let n = 0; n < 8; n++) fs.writeFileSync(place(`p${n}.jpg`), bytes(n));
    fs.mkdirSync(place('deep/er'), { recursive: true });
    fs.writeFileSync(place('deep/er/x.jpg'), bytes('x'));
    fs.writeFileSync(place('deep/er/x.jpg.xmp'), '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>');
    await scan(home, photos);
    server = await Server.start(home);
  });
  after(async () => {
    await server.stop();
    home.remove();
    fs.rmSync(photos, { recursive: true });
  });

  const ids = async () =>
    new Map((await server.allPhotos()).map((photo) => [photo.filename, photo.id ?? photo.photo_id]));
  const idOf = async (name) => {
    const answer = await server.request('GET', '/api/albumen/layout');
    assert.equal(answer.status, 200);
    for (let id = 1; id < 200; id++) {
      const tiles = await server.get('/api/albumen/photos', { ids: `${id}` });
      if (tiles.photos[0]?.filename === name) return id;
    }
    return undefined;
  };
  const trash = (query) => server.get('/api/albumen/trash', query);
  const post = (target, json) => server.api('POST', `/api/albumen/${target}`, { json });
  const remove = (json) => server.api('DELETE', '/api/albumen/trash', { json });
  const asks = async (method, target, json) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(json);
    return (await server.request(method, `/api/albumen/${target}`, { headers, body })).status;
  };

  it('takes a photo out of sight and keeps its file', async () => {
    const id = await idOf('x.jpg');
    assert.deepEqual(await post('trash', { ids: [id] }), { trashed: 1, refused: [] });
    assert.equal((await ids()).has('x.jpg'), false);
    assert.equal(fs.existsSync(place('deep/er/x.jpg')), false);
    assert.equal(fs.existsSync(place('deep/er/x.jpg.xmp')), false);
    const { photos: listed, total, next_cursor: next } = await trash();
    assert.equal(total, 1);
    assert.equal(next, null);
    assert.equal(listed[0].id, id);
    assert.equal(listed[0].path, place('deep/er/x.jpg'));
    assert.equal((await server.request('GET', `/api/albumen/photos/${id}`)).status, 404);
    assert.equal((await server.request('GET', `/api/albumen/photos/${id}/thumbnail`)).status, 404);
    assert.equal((await server.request('GET', `/api/albumen/photos/${id}/image`)).status, 404);
    const small = await server.request('GET', `/api/albumen/trash/${id}/thumbnail?size=320`);
    assert.equal(small.status, 200);
    assert.equal(small.headers['content-type'], 'image/jpeg');
  });

  it('brings it back where it was, with the same id', async () => {
    const [{ id }] = (await trash()).photos;
    fs.rmSync(place('deep'), { recursive: true });
    assert.deepEqual(await post('trash/restore', { ids: [id] }), { restored: 1, refused: [] });
    assert.deepEqual(fs.readFileSync(place('deep/er/x.jpg')), bytes('x'));
    assert.equal(fs.existsSync(place('deep/er/x.jpg.xmp')), true);
    assert.equal(await idOf('x.jpg'), id);
    assert.equal((await server.request('GET', `/api/albumen/trash/${id}/thumbnail`)).status, 404);
    const again = await scan(home);
    assert.equal(again.indexed + again.missing, 0);
  });

  it('says of each photo why it was refused, and does the rest', async () => {
    const id = await idOf('p0.jpg');
    fs.rmSync(place('p1.jpg'));
    const gone = await idOf('p1.jpg');
    const answer = await post('trash', { ids: [id, gone, 99999] });
    assert.equal(answer.trashed, 1);
    assert.deepEqual(answer.refused.map((one) => one.id), [gone, 99999]);
    assert.match(answer.refused[0].detail, /not there any more/);
    fs.writeFileSync(place('p1.jpg'), bytes(1));
    await post('trash/restore', { ids: [id] });
  });

  it('does not take a new file of the old name for the photo in the trash', async () => {
    const id = await idOf('p2.jpg');
    await post('trash', { ids: [id] });
    fs.writeFileSync(place('p2.jpg'), bytes('new'));
    await scan(home);
    const other = await idOf('p2.jpg');
    assert.notEqual(other, id);
    assert.deepEqual(await post('trash/restore', { ids: [id] }), { restored: 1, refused: [] });
    assert.equal(await idOf('p2 (restored).jpg'), id);
    assert.deepEqual(fs.readFileSync(place('p2 (restored).jpg')), bytes(2));
    assert.deepEqual(fs.readFileSync(place('p2.jpg')), bytes('new'));
  });

  it('lists page by page', async () => {
    const some = [await idOf('p3.jpg'), await idOf('p4.jpg'), await idOf('p5.jpg')];
    assert.equal((await post('trash', { ids: some })).trashed, 3);
    const first = await trash({ limit: 2 });
    assert.equal(first.total, 3);
    const second = await trash({ limit: 2, cursor: first.next_cursor });
    const all = [...first.photos, ...second.photos].map((photo) => photo.id);
    assert.deepEqual(all.sort(), some.sort());
    assert.equal(await asks('GET', 'trash?cursor=nonsense'), 400);
  });

  it('deletes for good, one or all, and only when told which', async () => {
    const [first] = (await trash()).photos;
    assert.equal(await asks('DELETE', 'trash', {}), 400);
    assert.equal(await asks('DELETE', 'trash', { ids: [first.id], all: true }), 400);
    assert.deepEqual(await remove({ ids: [first.id] }), { deleted: 1, refused: [] });
    assert.equal((await trash()).total, 2);
    assert.equal((await remove({ all: true })).deleted, 2);
    assert.equal((await trash()).total, 0);
    assert.deepEqual(fs.readdirSync(path.join(home.data, 'trash')), ['.lock']);
    const [shown] = (await ids()).values();
    assert.equal((await remove({ ids: [await idOf('p6.jpg')] })).deleted, 0, 'only from the trash');
    assert.notEqual(shown, null);
  });

  it('removes from the library and leaves the file alone', async () => {
    const id = await idOf('p6.jpg');
    assert.deepEqual(await post('removed', { ids: [id] }), { removed: 1, refused: [] });
    assert.equal((await ids()).has('p6.jpg'), false);
    assert.deepEqual(fs.readFileSync(place('p6.jpg')), bytes(6));
    await scan(home);
    assert.equal((await ids()).has('p6.jpg'), false, 'a scan leaves it out');
    const listed = await server.get('/api/albumen/removed');
    assert.deepEqual(listed.photos.map((photo) => photo.id), [id]);
    assert.deepEqual(await post('removed/restore', { ids: [id] }), { restored: 1, refused: [] });
    assert.equal((await ids()).has('p6.jpg'), true);
  });

  it('finishes after a start what a kill interrupted, and empties itself when it is told to', async () => {
    const id = await idOf('p7.jpg');
    await post('trash', { ids: [id] });
    await server.stop();
    const [uuid] = fs.readdirSync(path.join(home.data, 'trash')).filter((name) => name !== '.lock');
    fs.renameSync(path.join(home.data, 'trash', uuid, 'p7.jpg'), place('p7.jpg')); // before the move
    server = await Server.start(home);
    assert.match(server.log, /1 moves finished/);
    assert.equal(fs.existsSync(place('p7.jpg')), false);
    await server.stop();
    fs.writeFileSync(path.join(home.data, 'albumen.conf'), '[trash]\nkeep_days=1\n');
    server = await Server.start(home);
    assert.equal((await trash()).total, 1, 'a day has not passed');
    assert.equal((await post('trash/restore', { ids: [id] })).restored, 1);
  });
});
