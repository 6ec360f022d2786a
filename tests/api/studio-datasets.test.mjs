// Our own dialect's datasets: made of the library's photos, filtered, parted, shared.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, run, scan, Server, temporaryFolder } from './harness.mjs';
import { addUser, bearer, configure, signIn, until } from './people.mjs';

const { photos: folder, files } = corpus();
const indexed = files.filter((file) => file.outcome === 'indexed');
const SECRET = 'a secret of the datasets, long enough';

onEachEngine('datasets', (engine) => {
  let home, server, root, photos;
  const as = (headers) => (method, target, json) =>
    server.api(method, `/api/albumen/${target}`, {
      json, headers, status: method === 'POST' && target === 'datasets' ? 201 : 200,
    });
  const status = async (headers, method, target, json) => {
    const body = json && JSON.stringify(json);
    const all = body ? { ...headers, 'content-type': 'application/json' } : headers;
    return (await server.request(method, `/api/albumen/${target}`, { headers: all, body })).status;
  };
  let api;

  before(async () => {
    home = newHome(engine);
    configure(home, { share_secret: SECRET });
    await addUser(home, 'root', 'pw');
    await addUser(home, 'member', 'pw', '--role', 'user', '--dir', '/nowhere');
    await scan(home, folder);
    server = await Server.start(home);
    root = bearer(await signIn(server, 'pw', 'root'));
    api = as(root);
    const numbers = Array.from({ length: 200 }, (_, i) => i + 1);
    photos = (await api('GET', `photos?ids=${numbers}`)).photos;
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  it('are made, renamed and put away', async () => {
    const made = await api('POST', 'datasets', {
      name: 'A / strange? #name', description: 'd', annotation_types: ['bbox', 'polygon'],
    });
    assert.equal(made.slug, 'a-strange-name');
    assert.deepEqual(made.annotation_types, ['bbox', 'polygon']);
    assert.equal(made.owner, 'root');
    assert.equal(await status(root, 'POST', 'datasets', { name: made.name }), 409);
    assert.equal(await status(root, 'POST', 'datasets', { name: 'x', annotation_types: ['circle'] }), 400);
    const classes = [{ name: 'car', type: 'bbox', color: '#ff0000' }, { name: 'lane' }];
    assert.equal((await api('POST', 'datasets', { name: 'With classes', classes })).class_policy, 'closed');
    classes[1].color = 'red';
    assert.equal(await status(root, 'POST', 'datasets', { name: 'Bad classes', classes }), 400);
    await api('DELETE', 'datasets/With%20classes');
    const named = await api('GET', `datasets/${encodeURIComponent(made.name)}`);
    assert.equal(named.id, made.id);
    const renamed = await api('PATCH', `datasets/${made.id}`, { name: 'Plain', class_policy: 'closed' });
    assert.deepEqual([renamed.name, renamed.slug, renamed.class_policy], ['Plain', 'plain', 'closed']);
    assert.ok(renamed.version > made.version);
    await api('PATCH', `datasets/${made.id}`, { is_archived: true });
    const { datasets } = await api('GET', 'datasets?archived=true');
    assert.deepEqual(datasets.map(({ name }) => name), ['Plain']);
    assert.equal((await api('GET', 'datasets')).total, 0);
    assert.deepEqual(await api('DELETE', `datasets/${made.id}`), { images: 0, directories: 0 });
    assert.equal(await status(root, 'GET', `datasets/${made.id}`), 404);
  });

  it('take photos by number, by album and by filter', async () => {
    const set = await api('POST', 'datasets', { name: 'Taking' });
    const two = photos.slice(0, 2).map(({ id }) => id);
    assert.deepEqual(
      await api('POST', `datasets/${set.id}/items`, { photos: [...two, two[0]], directory: 'a/b' }),
      { added: 2, already: 1 });
    await server.api('POST', '/albums/create-album', { json: { name: 'Trip' }, headers: root, status: 201 });
    await server.api('POST', '/albums/add-multiple-to-album', {
      json: { album_name: 'Trip', paths: photos.slice(0, 4).map(({ path }) => path) }, headers: root, status: 201,
    });
    assert.deepEqual(await api('POST', `datasets/${set.id}/items`, { album: 'Trip' }), { added: 2, already: 2 });
    const canons = await server.api('GET', '/api/photos?per_page=1000&search=canon', { headers: root });
    assert.ok(canons.photos.length > 0);
    const added = await api('POST', `datasets/${set.id}/items?search=canon`, { everything: true, directory: '/canon' });
    assert.equal(added.added + added.already, canons.photos.length);
    const all = await api('POST', `datasets/${set.id}/items`, { everything: true });
    assert.equal(all.added + all.already, indexed.length);
    const after = await api('GET', `datasets/${set.id}`);
    assert.equal(after.images, indexed.length);
    assert.equal(after.status.new, indexed.length);
    assert.equal(await status(root, 'POST', `datasets/${set.id}/items`, { photos: two, everything: true }), 400);
    assert.equal(await status(root, 'POST', `datasets/${set.id}/items`, { photos: [999999] }), 404);
    assert.equal(await status(root, 'POST', `datasets/${set.id}/items`, { photos: two, directory: 'a/../b' }), 400);
    const { directories } = await api('GET', `datasets/${set.id}/directories`);
    assert.deepEqual(
      directories.map(({ path, images, nested_images }) => [path, images, nested_images]).filter(([p]) => p !== '/canon'),
      [['/a', 0, 2], ['/a/b', 2, 2]]);
  });

  it('page through their items, and filter them', async () => {
    const set = await api('POST', 'datasets', { name: 'Pages' });
    await api('POST', `datasets/${set.id}/items`, { everything: true });
    const { ids } = await api('GET', `datasets/${set.id}/items/ids?sort=path`);
    const walked = [];
    let cursor = '';
    do {
      const page = await api('GET', `datasets/${set.id}/items?sort=path&limit=7${cursor}`);
      assert.equal(page.total, indexed.length);
      walked.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor && `&cursor=${page.next_cursor}`;
    } while (cursor);
    assert.deepEqual(walked, ids);
    assert.equal(new Set(ids).size, indexed.length);
    assert.equal(await status(root, 'GET', `datasets/${set.id}/items?cursor=x`), 400);

    const change = (json) => api('PATCH', `datasets/${set.id}/items`, json);
    assert.deepEqual(await change({ ids: ids.slice(0, 3), status: 'review', add_tags: ['night'] }), { changed: 3 });
    await change({ ids: ids.slice(1, 2), split: 'val', directory: '/moved' });
    await change({ ids: ids.slice(2, 3), is_archived: true, remove_tags: ['night'] });
    const found = async (query) => (await api('GET', `datasets/${set.id}/items?sort=path&${query}`)).items.map(({ id }) => id);
    assert.deepEqual(new Set(await found('status=review')), new Set(ids.slice(0, 2)));
    assert.deepEqual(new Set(await found('tag=night')), new Set(ids.slice(0, 2)));
    assert.deepEqual(await found('split=val'), [ids[1]]);
    assert.deepEqual(await found('directory=/moved'), [ids[1]]);
    assert.deepEqual(await found('archived=true'), [ids[2]]);
    assert.equal((await found('split=none&limit=1000')).length, indexed.length - 2);
    await change({ ids: [ids[1]], split: null });
    assert.deepEqual(await found('split=val'), []);
    const counted = await api('GET', `datasets/${set.id}`);
    assert.deepEqual([counted.images, counted.archived_images, counted.status.review], [indexed.length - 1, 1, 2]);
    const item = await api('GET', `items/${ids[0]}`);
    assert.equal(item.dataset, set.id);
    assert.deepEqual(item.tags, ['night']);
    assert.equal(await status(root, 'PATCH', `datasets/${set.id}/items`, { ids: ['x'], status: 'new' }), 404);
    assert.deepEqual(await api('DELETE', `datasets/${set.id}/items`, { ids: [ids[0]] }), { deleted: 1 });
    assert.equal(await status(root, 'GET', `items/${ids[0]}`), 404);
  });

  it('are reviewed', async () => {
    const set = await api('POST', 'datasets', { name: 'Review' });
    await api('POST', `datasets/${set.id}/items`, { photos: [photos[0].id] });
    const { ids: [id] } = await api('GET', `datasets/${set.id}/items/ids`);
    const back = await api('POST', `items/${id}/review`, { action: 'request_changes', note: 'tighter' });
    assert.deepEqual([back.status, back.review_note], ['annotate', 'tighter']);
    const done = await api('POST', `items/${id}/review`, { action: 'approve' });
    assert.deepEqual([done.status, done.review_note], ['complete', null]);
    assert.equal((await api('GET', `datasets/${set.id}`)).completed, 1);
    assert.equal(await status(root, 'POST', `items/${id}/review`, { action: 'perhaps' }), 422);
  });

  it('are parted the same for the same seed, copies together', async () => {
    const set = await api('POST', 'datasets', { name: 'Parts' });
    await api('POST', `datasets/${set.id}/items`, { everything: true });
    const part = async (rule) => {
      const counts = await api('POST', `datasets/${set.id}/splits`, rule);
      const { items } = await api('GET', `datasets/${set.id}/items?limit=1000&sort=path`);
      return { counts, splits: items.map(({ split }) => split) };
    };
    const rule = { train: 60, val: 20, test: 20, seed: 7 };
    const first = await part(rule);
    const again = await part(rule);
    const other = await part({ ...rule, seed: 8 });
    assert.deepEqual(first, again);
    assert.notDeepEqual(first.splits, other.splits);
    assert.equal(first.counts.train + first.counts.val + first.counts.test, indexed.length);
    assert.ok(!first.splits.includes(null));
    assert.equal(await status(root, 'POST', `datasets/${set.id}/splits`, { train: 50, val: 20, test: 20 }), 400);
    const insights = await api('GET', `datasets/${set.id}/insights`);
    assert.equal(insights.images, indexed.length);
    assert.equal(insights.annotations, 0);
    assert.equal(insights.density[0].images, indexed.length);
    const { landscape, portrait, square } = insights.orientation;
    assert.equal(landscape + portrait + square, indexed.length);
  });

  it('share their pictures with the organization', async () => {
    const member = bearer(await signIn(server, 'pw', 'member'));
    const set = await api('POST', 'datasets', { name: 'Shared' });
    await api('POST', `datasets/${set.id}/items`, { photos: [photos[0].id] });
    assert.equal(await status(member, 'GET', `photos/${photos[0].id}/image`), 404);
    assert.equal(await status(member, 'POST', `datasets/${set.id}/items`, { photos: [photos[1].id] }), 404);
    const { items: [item] } = await as(member)('GET', `datasets/${set.id}/items`);
    for (const what of ['image', 'thumbnail', 'thumbnail?size=64']) {
      const answer = await server.request('GET', `/api/albumen/items/${item.id}/${what}`, { headers: member });
      assert.equal(answer.status, 200, what);
      assert.match(answer.headers['content-type'], /^image\//);
    }
    assert.equal(await status(member, 'DELETE', `datasets/${set.id}`), 403);
    assert.equal(await status({}, 'GET', `items/${item.id}/image`), 404);
    assert.deepEqual(await api('PUT', `datasets/${set.id}/annotators`, { annotators: ['member'] }), { annotators: ['member'] });
    assert.deepEqual(await api('GET', `datasets/${set.id}/annotators`), { annotators: ['member'] });
    assert.equal(await status(root, 'PUT', `datasets/${set.id}/annotators`, { annotators: ['nobody'] }), 404);
  });

  it('tell who follows of their changes', async () => {
    const { hostname, port } = new URL(server.url);
    const asking = http.get({ hostname, port, path: '/api/albumen/events', agent: false, headers: root });
    const answer = await new Promise((resolve) => asking.on('response', resolve));
    let text = '';
    answer.on('data', (part) => { text += part; });
    answer.on('error', () => {});
    const last = () => Number([...text.matchAll(/event: studio\ndata: \{"version":(\d+)\}/g)].at(-1)?.[1] ?? 0);
    await until('the first version', () => last() > 0);
    const before = last();
    const set = await api('POST', 'datasets', { name: 'Followed' });
    await until('that of a new dataset', () => last() > before);
    const made = last();
    await api('DELETE', `datasets/${set.id}`);
    await until('that of one deleted', () => last() > made);
    asking.destroy();
  });

  it('are in a backup, and agree with what is in them', async () => {
    const set = await api('POST', 'datasets', { name: 'Saved' });
    await api('POST', `datasets/${set.id}/items`, { photos: photos.slice(0, 5).map(({ id }) => id), directory: '/x/y' });
    const { ids } = await api('GET', `datasets/${set.id}/items/ids?sort=path`);
    await api('PATCH', `datasets/${set.id}/items`, { ids: ids.slice(0, 2), status: 'complete', add_tags: ['kept'] });
    const seen = async (ask) => JSON.stringify([
      await ask('GET', `datasets/${set.id}`), await ask('GET', `datasets/${set.id}/items?sort=path`),
      await ask('GET', `datasets/${set.id}/directories`), await ask('GET', 'datasets'),
    ]);
    const place = temporaryFolder('backups');
    const other = newHome(engine);
    try {
      const file = path.join(place, 'saved.tar.zst');
      const saved = await run(['backup', ...home.args, file]);
      assert.equal(saved.status, 0, saved.stderr);
      const restored = await run(['restore', ...other.args, file]);
      assert.equal(restored.status, 0, restored.stderr);
      const doctor = await run(['doctor', '--deep', '--json', ...other.args]);
      const findings = doctor.stdout.split('\n').filter((line) => line.includes('row_inconsistent'));
      assert.deepEqual(findings, []);
      const second = await Server.start(other);
      const rootThere = bearer(await signIn(second, 'pw', 'root'));
      const there = await seen((method, target) => second.api(method, `/api/albumen/${target}`, { headers: rootThere }));
      await second.stop();
      assert.equal(there, await seen(api));
    } finally {
      other.remove();
      fs.rmSync(place, { recursive: true });
    }
  });

  it('keep an item whose photo is thrown away', async () => {
    const set = await api('POST', 'datasets', { name: 'Trash' });
    await api('POST', `datasets/${set.id}/items`, { photos: [photos[2].id] });
    const { ids: [id] } = await api('GET', `datasets/${set.id}/items/ids`);
    await api('POST', 'removed', { ids: [photos[2].id] });
    const gone = await api('GET', `items/${id}`);
    assert.ok(gone.is_missing);
    assert.equal(await status(root, 'GET', `items/${id}/image`), 404);
    await api('POST', 'removed/restore', { ids: [photos[2].id] });
    assert.ok(!(await api('GET', `items/${id}`)).is_missing);
    assert.equal(await status(root, 'GET', `items/${id}/image`), 200);
  });
});
