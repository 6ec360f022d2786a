// PictoPy's albums, as its clients ask for them: every printed answer, in its order of keys.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server, temporaryFolder } from './harness.mjs';
import { bearer, signIn } from './people.mjs';

const picture = fs.readFileSync(path.join(corpus().photos, 'formats/baseline.jpg'));
const bytes = (n) => Buffer.concat([picture, Buffer.from(`picture ${n}`)]);

// The body of every error.
const refusal = (status, error, message = error) => ({
  status_code: status, statusCode: status, success: false, error, message,
  content: { success: false, error, message }, detail: error,
});
// The same, also in the order of its keys.
const same = (found, expected) => assert.equal(JSON.stringify(found), JSON.stringify(expected));

onEachEngine('PictoPy: albums', (engine) => {
  let home, photos, server, a, b;
  const ask = (method, target, json, status = 200) =>
    server.api(method, `/albums/${target}`, { json, status });
  const create = (json, status = 201) => ask('POST', 'create-album', json, status);
  const view = (name, status = 200, query = {}) =>
    server.api('GET', '/albums/view-album', { query: { album_name: name, ...query }, status });
  const add = (name, paths, status = 201) =>
    ask('POST', 'add-multiple-to-album', { album_name: name, paths }, status);

  before(async () => {
    home = newHome(engine);
    photos = temporaryFolder('pictopy');
    fs.mkdirSync(path.join(photos, 'sub'));
    [a, b] = [path.join(photos, 'a.jpg'), path.join(photos, 'sub/b.jpg')];
    fs.writeFileSync(a, bytes('a'));
    fs.writeFileSync(b, bytes('b'));
    await scan(home, photos);
    server = await Server.start(home);
  });
  after(async () => {
    await server.stop();
    home.remove();
    fs.rmSync(photos, { recursive: true });
  });

  it('creates', async () => {
    same(await create({ name: 'A', description: 'd' }), {
      data: { album_name: 'A', description: 'd', is_hidden: false },
      message: "Album 'A' created successfully", success: true,
    });
    same(await create({ name: 'A' }, 409), refusal(409, "Album 'A' already exists"));
    same(await create({}, 400), refusal(400, "Missing 'name' in payload", 'Album name is required'));
    // What is missing is told before what is wrong.
    same(await create({ description: 5 }, 400), refusal(400, "Missing 'name' in payload", 'Album name is required'));
    same(await create({ name: 'H', is_hidden: true }, 400), refusal(
      400, 'Password required for hidden album', 'Password is required when creating a hidden album'));
    same(await create({ name: 'H', is_hidden: true, password: '' }, 400), refusal(
      400, 'Password required for hidden album', 'Password is required when creating a hidden album'));
    for (const name of ['', '  ', 'x'.repeat(256)]) {
      assert.equal((await create({ name }, 400)).error, "Invalid 'name'");
    }
    assert.equal((await create({ name: 'long', description: 'é'.repeat(10_001) }, 400)).error, "Invalid 'description'");
    const data = (await create({ name: ' É ', description: '', is_hidden: false, password: '' })).data;
    same(data, { album_name: 'É', description: '', is_hidden: false });
    assert.equal((await create({ name: 'x'.repeat(255), description: null })).data.description, null);
  });

  it('says what a body should have been', async () => {
    const wrong = async (status, options) => {
      const answer = await server.request('POST', '/albums/create-album', options);
      assert.equal(answer.status, status);
      return JSON.parse(answer.body).detail;
    };
    const json = { 'content-type': 'application/json' };
    same(await wrong(422, { headers: json }), [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }]);
    same(await wrong(422, { headers: json, body: '[1]' }), [
      { type: 'dict_type', loc: ['body'], msg: 'Input should be a valid dictionary', input: [1] }]);
    const [broken] = await wrong(422, { headers: json, body: '{"name":' });
    assert.deepEqual([broken.type, broken.loc[0], broken.msg, broken.input], ['json_invalid', 'body', 'JSON decode error', {}]);
    assert.equal(typeof broken.ctx.error, 'string');
    assert.equal((await wrong(422, { body: '{"name":"x"}' }))[0].type, 'dict_type');
    same((await create({ name: 5 }, 422)).detail, [
      { type: 'string_type', loc: ['body', 'name'], msg: 'Input should be a valid string', input: 5 }]);
    const absent = await server.api('GET', '/albums/view-album', { status: 422 });
    same(absent.detail, [{ type: 'missing', loc: ['query', 'album_name'], msg: 'Field required', input: null }]);
  });

  it('adds, all or nothing', async () => {
    same(await add('A', [b, a, b]), {
      data: { album_name: 'A', paths: [b, a, b] }, message: "Images added to album 'A' successfully", success: true,
    });
    assert.deepEqual((await view('A')).photos, [b, a]);
    same(await add('É', [a, '/no.jpg'], 404), refusal(
      404, "Error adding image '/no.jpg' to album 'É'", "Image '/no.jpg' not found in the database"));
    assert.deepEqual((await view('É')).photos, []);
    same(await add('X', [a], 404), refusal(404, `Error adding image '${a}' to album 'X'`, "Album 'X' does not exist"));
    same(await add('X', [], 404), refusal(404, "Album 'X' does not exist"));
    await add('É', []);
    await add('É', ['a.jpg']); // of the library's folder
    assert.deepEqual((await view('É')).photos, [a]);
    const bad = (json, status = 400) => ask('POST', 'add-multiple-to-album', json, status);
    same(await bad({ paths: [] }), refusal(400, "Missing 'album_name' in payload", 'Album name is required'));
    same(await bad({ album_name: 'A' }), refusal(400, "Missing 'paths' in payload", 'Image paths are required'));
    same(await bad({ album_name: 'A', paths: a }), refusal(400, "Invalid 'paths' format", 'Paths should be a list'));
    assert.equal((await bad({ album_name: 'A', paths: [a, 7] }, 422)).detail[0].type, 'string_type');
    await bad({ album_name: 'A', paths: Array(10_001).fill(a) }, 413);
    await ask('POST', 'add-to-album', { album_name: 'É', image_path: b }, 201);
    assert.deepEqual((await view('É')).photos, [a, b]);
  });

  it('views', async () => {
    const answer = await server.request('GET', '/albums/view-album?album_name=A');
    assert.equal(answer.body.toString(), JSON.stringify({
      data: { album_name: 'A', photos: [b, a], folder_path: photos },
      message: "Successfully retrieved photos for album 'A'", success: true, album_name: 'A', photos: [b, a],
    }));
    same(await view('', 400), refusal(400, 'Missing album_name parameter', 'Album name is required'));
    same(await view('no', 404), refusal(404, "Album 'no' does not exist", 'Album not found'));
    const slash = await server.request('GET', '/albums/view-album/?album_name=A');
    assert.equal(slash.body.toString(), answer.body.toString());
    const head = await server.request('HEAD', '/albums/view-album?album_name=A');
    assert.deepEqual([head.status, head.body.length], [200, 0]);
  });

  it('removes', async () => {
    const remove = (json, status = 200) => ask('DELETE', 'remove-from-album', json, status);
    for (let i = 0; i < 2; i++) { // also what is not in it
      same(await remove({ album_name: 'A', path: b }), {
        data: { album_name: 'A', path: b }, message: `Image '${b}' removed from album 'A' successfully`, success: true,
      });
    }
    assert.deepEqual((await view('A')).photos, [a]);
    same(await remove({ path: b }, 400), refusal(400, "Missing 'album_name' in payload", 'Album name is required'));
    same(await remove({ album_name: 'A' }, 400), refusal(400, "Missing 'path' in payload", 'Image path is required'));
    assert.equal((await remove({ album_name: 'A', path: '' }, 400)).error, 'Image path not provided');
    same(await remove({ album_name: 'X', path: '/no.jpg' }, 404), refusal(404, "Album 'X' does not exist"));
    same(await remove({ album_name: 'A', path: '/no.jpg' }, 404), refusal(
      404, "Image '/no.jpg' does not exist in the database"));
  });

  it('describes, by the names of all front ends', async () => {
    const describe = (json, status = 200) => ask('PUT', 'edit-album-description', json, status);
    const shown = async () => (await ask('GET', 'view-all')).albums.find(({ album_name: name }) => name === 'A').description;
    same(await describe({ name: 'A', new_description: 'new' }), {
      data: { album_name: 'A', new_description: 'new' },
      message: "Description for album 'A' updated successfully", success: true,
    });
    assert.equal(await shown(), 'new');
    await describe({ album_name: 'A', name: 'X', description: 'newer', new_description: 'old' });
    assert.equal(await shown(), 'newer');
    for (const none of [null, '']) {
      await describe({ album_name: 'A', description: 'x' });
      await describe({ album_name: 'A', description: none });
      assert.equal(await shown(), null);
    }
    same(await describe({ description: '' }, 400), refusal(400, "Missing 'album_name' in payload", 'Album name is required'));
    same(await describe({ name: 'A' }, 400), refusal(400, "Missing 'description' in payload", 'New description is required'));
    same(await describe({ name: 'X', description: '' }, 404), refusal(404, "Album 'X' does not exist"));
  });

  it('lists all but the hidden ones, which open by their password', async () => {
    await create({ name: 'secret', is_hidden: true, password: 'pass word' });
    await add('secret', [a]);
    const all = await server.request('GET', '/albums/view-all?include_hidden=true');
    const list = JSON.parse(all.body).data;
    assert.equal(all.body.toString(), JSON.stringify({
      data: list, message: 'Successfully retrieved all albums', success: true, albums: list,
    }));
    same(list[0], { album_name: 'A', image_paths: [a], description: null, is_hidden: 0 });
    assert.deepEqual(list.map(({ album_name: name }) => name), ['A', 'É', 'x'.repeat(255)]);
    same(await view('secret', 401), refusal(401, 'Password required for hidden album'));
    same(await view('secret', 401, { password: 'x' }), refusal(401, 'Invalid password'));
    assert.deepEqual((await view('secret', 200, { password: 'pass word' })).photos, [a]);
    let status = 401;
    for (let i = 0; i < 20 && status === 401; i++) {
      ({ status } = await server.request('GET', '/albums/view-album?album_name=secret&password=no'));
    }
    assert.equal(status, 429);
  });

  it('deletes, and leaves the pictures', async () => {
    same(await ask('DELETE', 'delete-album', { name: 'secret' }), {
      data: 'secret', message: "Album 'secret' deleted successfully", success: true,
    });
    same(await ask('DELETE', 'delete-album', { name: 'secret' }, 404), refusal(404, "Album 'secret' does not exist"));
    same(await ask('DELETE', 'delete-album', {}, 400), refusal(400, "Missing 'name' in payload", 'Album name is required'));
    assert.deepEqual((await server.get('/images/all-images')).images.sort(), [a, b].sort());
  });

  it('lets the shells of its clients in, and no other page', async () => {
    const preflight = (origin, target = '/albums/delete-album') => server.request('OPTIONS', target, {
      headers: { origin, 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'content-type' },
    });
    for (const origin of ['tauri://localhost', 'http://tauri.localhost', 'https://tauri.localhost', 'http://localhost:1420']) {
      const { status, headers } = await preflight(origin);
      assert.equal(status, 200);
      assert.equal(headers['access-control-allow-origin'], origin);
      assert.equal(headers['access-control-allow-credentials'], 'true');
      assert.equal(headers['access-control-allow-methods'], 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT');
      assert.equal(headers['access-control-allow-headers'], 'content-type');
      assert.equal(headers['access-control-max-age'], '600');
      assert.match(headers.vary, /\bOrigin\b/);
      const made = await server.request('POST', '/albums/create-album', {
        headers: { origin, 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' },
        body: JSON.stringify({ name: origin }),
      });
      assert.equal(made.status, 201);
      assert.equal(made.headers['access-control-allow-origin'], origin);
    }
    for (const [origin, target] of [['https://evil.example'], ['tauri://localhost', '/api/albumen/trash']]) {
      const refused = await preflight(origin, target);
      assert.equal(refused.headers['access-control-allow-origin'], undefined);
    }
    const evil = await server.request('DELETE', '/albums/delete-album', {
      headers: { origin: 'https://evil.example', 'content-type': 'application/json' }, body: '{"name":"A"}',
    });
    assert.equal(evil.status, 403);
  });

  it('answers what is no route', async () => {
    same(await server.api('GET', '/images/nothing', { status: 404 }), { detail: 'Not Found' });
    same(await server.api('POST', '/tag/nothing', { status: 404, json: {} }), { detail: 'Not Found' });
    const wrong = await server.request('POST', '/albums/view-all', { headers: { 'content-type': 'application/json' }, body: '{}' });
    assert.deepEqual([wrong.status, wrong.body.toString()], [405, '{"detail":"Method Not Allowed"}']);
    assert.match(wrong.headers.allow, /GET, HEAD/);
    const root = await server.request('GET', '/', { headers: { accept: 'application/json' } });
    assert.equal(root.body.toString(), '{"message":"PictoPy Server is up and running!"}');
    const page = await server.request('GET', '/', { headers: { accept: 'text/html,application/json' } });
    assert.match(page.headers['content-type'], /^text\/html/);
  });

  it('asks who is there, once there are accounts, and keeps their albums apart', async () => {
    const addUser = (username, headers) => server.api('POST', '/api/albumen/users', {
      json: { username, password: `password of ${username}`, role: 'superadmin' }, headers, status: 201,
    });
    await addUser('anna');
    const unknown = JSON.parse((await server.request('GET', '/albums/view-all')).body);
    same(unknown, refusal(401, 'Authentication required'));
    const anna = bearer(await signIn(server, 'password of anna', 'anna'));
    const names = async (headers) =>
      (await server.api('GET', '/albums/view-all', { headers })).data.map(({ album_name: name }) => name);
    assert.equal((await names(anna))[0], 'A'); // the first account takes over what was there
    await addUser('bert', anna);
    const bert = bearer(await signIn(server, 'password of bert', 'bert'));
    assert.deepEqual(await names(bert), []);
    await server.api('POST', '/albums/create-album', { headers: bert, json: { name: 'A' }, status: 201 });
    assert.deepEqual(await names(bert), ['A']);
  });
});

onEachEngine('PictoPy: the bodies of 2024', (engine) => {
  let home, server;
  before(async () => {
    home = newHome(engine);
    fs.writeFileSync(path.join(home.data, 'albumen.conf'), '[pictopy]\nshape = bare\n');
    server = await Server.start(home);
  });
  after(async () => {
    await server.stop();
    home.remove();
  });

  it('come without an envelope', async () => {
    const ask = async (method, target, json, status = 200) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await server.request(method, target, { headers, body: json && JSON.stringify(json) });
      assert.equal(answer.status, status);
      return JSON.parse(answer.body);
    };
    same(await ask('POST', '/albums/create-album', { name: 'A' }), { message: "Album 'A' created successfully" });
    same(await ask('POST', '/albums/create-album', { name: 'A' }, 500), { detail: "Album 'A' already exists" });
    same(await ask('POST', '/albums/create-album', {}, 400), { detail: "Missing 'name' in payload" });
    same(await ask('POST', '/albums/add-multiple-to-album', { album_name: 'A', paths: ['/no'] }, 400), {
      detail: '/no not in Database',
    });
    same(await ask('GET', '/albums/view-album?album_name=A'), { album_name: 'A', photos: [] });
    same(await ask('GET', '/albums/view-all'), {
      albums: [{ album_name: 'A', image_paths: [], description: null, is_hidden: 0 }],
    });
    same(await ask('GET', '/images/all-images'), { images: [] });
    same(await ask('GET', '/images/all-image-objects'), { data: {} });
    same(await ask('POST', '/images/images', { paths: [] }), { message: 'Images are being processed in the background' });
  });
});
