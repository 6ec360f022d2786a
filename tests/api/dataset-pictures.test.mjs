// Pictures dropped on a dataset in our own dialect: at once a photo of the library and an item.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, decodeJpeg, newHome, onEachEngine, scan, Server } from './harness.mjs';
import { addUser, bearer, configure, signIn, until } from './people.mjs';

let count = 0;
const freshJpeg = () => Buffer.concat([
  fs.readFileSync(path.join(corpus().photos, 'formats/baseline.jpg')), Buffer.from(`picture ${++count}`),
]);

onEachEngine('pictures dropped on a dataset', (engine) => {
  let home, server, root, member, dataset;

  before(async () => {
    home = newHome(engine);
    configure(home, { share_secret: 'a secret of the pictures, long enough' });
    await addUser(home, 'root', 'pw', '--role', 'superadmin');
    await addUser(home, 'member', 'pw', '--role', 'user', '--dir', '/nowhere');
    server = await Server.start(home);
    root = bearer(await signIn(server, 'pw', 'root'));
    member = bearer(await signIn(server, 'pw', 'member'));
    dataset = await server.api('POST', '/api/albumen/datasets', {
      headers: root, json: { name: 'Dropped' }, status: 201,
    });
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  const drop = (filename, bytes, { directory, status = 201, headers = root, into = dataset.id } = {}) => {
    const query = new URLSearchParams({ filename, ...(directory && { directory }) });
    return server.api('POST', `/api/albumen/datasets/${into}/pictures?${query}`, {
      headers, body: bytes, status,
    });
  };
  const items = async (headers = root) =>
    (await server.api('GET', `/api/albumen/datasets/${dataset.id}/items`, { headers })).items;

  it('are items at once, with their thumbnails', async () => {
    const bytes = freshJpeg();
    const item = await drop('Ärger #1?.jpg', bytes, { directory: '/new/ones' });
    assert.deepEqual([item.filename, item.directory], ['Ärger #1?.jpg', '/new/ones']);
    assert.deepEqual([item.width, item.height, item.bytes], [480, 320, bytes.length]);
    assert.equal(item.dataset, dataset.id);
    const thumbnail = await server.request('GET', `/api/albumen/items/${item.id}/thumbnail`, { headers: root });
    assert.equal(decodeJpeg(thumbnail.body).width, 480);
    const image = await server.request('GET', `/api/albumen/items/${item.id}/image`, { headers: root });
    assert.ok(image.body.equals(bytes));
    const { photos } = await server.api('GET', `/api/albumen/photos?ids=${item.photo_id}`, { headers: root });
    assert.match(photos[0].path, /\/uploads\/\d{4}\/\d\d\/Ärger #1_\.jpg$/);
  });

  it('come from who sees no folder of the library too', async () => {
    const item = await drop('mine.jpg', freshJpeg(), { headers: member });
    const found = (await items(member)).find(({ id }) => id === item.id);
    assert.equal(found.filename, 'mine.jpg');
    const image = await server.request('GET', `/api/albumen/items/${item.id}/image`, { headers: member });
    assert.equal(image.status, 200);
  });

  it('are told to whoever follows', async () => {
    let text = '';
    const { hostname, port } = new URL(server.url);
    const asking = http.get({ hostname, port, path: '/api/albumen/events', headers: root, agent: false });
    const answer = await new Promise((resolve) => asking.on('response', resolve));
    answer.on('data', (part) => (text += part));
    answer.on('error', () => {});
    const version = (name) => {
      const told = [...text.matchAll(new RegExp(`event: ${name}\\ndata: \\{"version":(\\d+)\\}`, 'g'))];
      return Number(told.at(-1)?.[1] ?? NaN);
    };
    await until('the first events', () => version('library') > 0 && version('studio') > 0);
    const before = [version('library'), version('studio')];
    await drop('told.jpg', freshJpeg());
    await until('a new version of the library', () => version('library') > before[0]);
    await until('a new version of the studio', () => version('studio') > before[1]);
    asking.destroy();
  });

  it('are refused when they are none, or their name is taken', async () => {
    const earlier = await items();
    await drop('text.jpg', Buffer.from('no picture'), { status: 415 });
    await drop('empty.jpg', Buffer.alloc(0), { status: 415 });
    await drop('mine.jpg', freshJpeg(), { status: 409 });
    await drop('..', freshJpeg(), { status: 400 });
    await drop('a.jpg', freshJpeg(), { directory: '/a/../b', status: 400 });
    await drop('a.jpg', freshJpeg(), { into: 'nowhere', status: 404 });
    assert.equal((await items()).length, earlier.length);
    assert.deepEqual(fs.readdirSync(path.join(home.data, 'uploads/.partial')), []);
  });

  it('beside a scan of all, each is one photo', async () => {
    const uploads = path.join(home.data, 'uploads');
    const earlier = (await items()).length;
    const scanning = scan(home);
    const dropped = [];
    for (let i = 0; i < 12; i++) dropped.push(drop(`scanned-${i}.jpg`, freshJpeg()));
    const made = await Promise.all(dropped);
    await scanning;
    assert.equal(new Set(made.map(({ photo_id: id }) => id)).size, 12);
    assert.equal((await items()).length, earlier + 12);
    const files = fs.readdirSync(uploads, { recursive: true }).filter((name) => /scanned-\d+\.jpg$/.test(name));
    assert.equal(files.length, 12);
    const { photos } = await server.api('GET', '/api/photos?per_page=500', { headers: root });
    assert.equal(photos.filter(({ filename }) => /^scanned-/.test(filename)).length, 12);
  });
});
