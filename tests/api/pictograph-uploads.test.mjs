// Pictures into Pictograph's datasets: in three steps, in bulk, in one; and their bytes back, by key
// and by signed address.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, decodeJpeg, onEachEngine, temporaryFolder } from './harness.mjs';
import { BASE, enc, encPath, Library, SDK, UNKNOWN } from './pictograph-fixture.mjs';

// A picture like no other: JPEG decoders pass over what follows the end.
let count = 0;
const corpusFile = (name) => fs.readFileSync(path.join(corpus().photos, name));
const freshJpeg = (name = 'formats/baseline.jpg') =>
  Buffer.concat([corpusFile(name), Buffer.from(`number ${++count}`)]);

function multipart(fields, file) {
  const boundary = '----albumen-test';
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = file
    ? `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${file.name}"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n'
    : '';
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([
      Buffer.from(parts.join('') + head),
      file?.bytes ?? Buffer.alloc(0),
      Buffer.from(`${file ? '\r\n' : ''}--${boundary}--\r\n`),
    ]),
  };
}

onEachEngine("pictures into Pictograph's datasets", (engine) => {
  let library, member, sdk, viewer, dataset;

  before(async () => {
    library = await Library.make(engine, ['one.jpg']);
    member = library.client('member');
    sdk = library.client('member', SDK);
    viewer = library.client('viewer');
    dataset = await member.dataset('Uploads');
  });
  after(() => library?.remove());

  // What an address of ours names on this server.
  const target = (url) => {
    assert.ok(url.startsWith(library.server.url), url);
    return url.slice(library.server.url.length);
  };
  // Without a key, as whoever has the address.
  const bare = (method, url, options) => library.server.request(method, target(url), options);
  const put = (url, bytes) => bare('PUT', url, { headers: { 'content-type': 'image/jpeg' }, body: bytes });

  const askUrl = async (filename, directory = '/', set = dataset.name) =>
    (await sdk.post('/images/upload-url', {
      dataset: set, filename, directory_path: directory, content_type: 'image/jpeg',
    })).data;
  const register = (filename, directory = '/', status = 201, set = dataset.name) =>
    sdk.post('/images/register', {
      dataset: set, filename, directory_path: directory, file_size: 1, content_type: 'image/jpeg',
      width: null, height: null,
    }, status);

  async function send(filename, directory = '/', bytes = freshJpeg(), set = dataset.name) {
    const { upload_url: url } = await askUrl(filename, directory, set);
    const answer = await put(url, bytes);
    assert.equal(answer.status, 200, answer.body.toString());
    return (await register(filename, directory, 201, set)).data;
  }

  const partialFiles = () => {
    const folder = path.join(library.home.data, 'uploads/.partial');
    return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  };

  it('takes a picture in three steps', async () => {
    const bytes = freshJpeg();
    const answer = await sdk.post('/images/upload-url', {
      dataset: dataset.name, filename: 'three.jpg', directory_path: '/a/b', content_type: 'image/jpeg',
    });
    assert.equal(answer.data.filename, 'three.jpg');
    assert.equal(answer.data.directory_path, '/a/b');
    assert.equal(answer.data.expires_in_minutes, 15);
    for (const name of ['gcs_bucket', 'gcs_path', 'gcs_uri']) assert.equal(typeof answer[name], 'string');
    const sent = await put(answer.data.upload_url, bytes);
    assert.equal(sent.status, 200);
    assert.equal(sent.body.length, 0);
    const registered = await register('three.jpg', '/a/b');
    const { data: image } = registered;
    assert.equal(registered.image_id, image.id);
    assert.equal(registered.success, true);
    assert.equal(image.file_size, bytes.length); // not the 1 that was told
    assert.deepEqual([image.width, image.height, image.status], [480, 320, 'new']);
    assert.equal(image.content_type, 'image/jpeg');
    assert.deepEqual(partialFiles(), []);

    const images = await member.images(dataset);
    assert.equal(images['a/b/three.jpg'].id, image.id);
    for (const address of [enc(image.id), `${enc(dataset.name)}/${encPath('a/b/three.jpg')}`]) {
      const got = await viewer.raw('GET', `/images/${address}`);
      assert.equal(got.status, 200);
      assert.ok(got.body.equals(bytes));
      assert.equal(got.headers['content-type'], 'image/jpeg');
      assert.equal(got.headers['content-length'], `${bytes.length}`);
    }
  });

  it('sends a part of an image, and nothing when its ETag is known', async () => {
    const bytes = freshJpeg();
    const image = await send('part.jpg', '/', bytes);
    const whole = await viewer.raw('GET', `/images/${image.id}`);
    const { etag } = whole.headers;
    assert.match(etag, /^"[0-9a-f]{32}"$/);
    const part = await viewer.raw('GET', `/images/${image.id}`, { headers: { range: 'bytes=10-19' } });
    assert.equal(part.status, 206);
    assert.ok(part.body.equals(bytes.subarray(10, 20)));
    const known = await viewer.raw('GET', `/images/${image.id}`, { headers: { 'if-none-match': etag } });
    assert.equal(known.status, 304);
    const head = await viewer.raw('HEAD', `/images/${image.id}`);
    assert.equal(head.headers['content-length'], `${bytes.length}`);
  });

  it('opens a signed address and no other', async () => {
    const { upload_url: url } = await askUrl('signed.jpg');
    const address = new URL(url);
    const bytes = freshJpeg();
    const changed = (change) => {
      const other = new URL(url);
      change(other);
      return other.href;
    };
    const expires = Number(address.searchParams.get('expires'));
    const wrong = [
      changed((u) => u.searchParams.set('signature', 'ff'.repeat(32))),
      changed((u) => u.searchParams.delete('signature')),
      changed((u) => u.searchParams.set('expires', `${expires + 1}`)),
      changed((u) => u.searchParams.set('expires', '1')),
      changed((u) => u.searchParams.set('expires', 'soon')),
      changed((u) => { u.search = ''; }),
      changed((u) => { u.pathname = u.pathname.replace(/.$/, (c) => (c === '0' ? '1' : '0')); }),
    ];
    for (const other of wrong) {
      const answer = await put(other, bytes);
      assert.equal(answer.status, 403, other);
      assert.equal(JSON.parse(answer.body).error.code, 'forbidden');
    }
    await register('signed.jpg', '/', 404);
    // Twice is as good as once: the last counts.
    assert.equal((await put(url, freshJpeg())).status, 200);
    assert.equal((await put(url, bytes)).status, 200);
    const { data: image } = await register('signed.jpg');
    assert.equal(image.file_size, bytes.length);
    assert.ok((await viewer.raw('GET', `/images/${image.id}`)).body.equals(bytes));
  });

  it('keeps nothing of an upload that broke off', async () => {
    const { upload_url: url } = await askUrl('broken-off.jpg');
    const socket = await library.server.connect();
    socket.write(`PUT ${target(url)} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 100000\r\n\r\nabc`);
    socket.destroy();
    await register('broken-off.jpg', '/', 404);
  });

  it('refuses what is no picture', async () => {
    for (const [name, bytes] of [
      ['empty.jpg', Buffer.alloc(0)],
      ['text.jpg', Buffer.from('no picture')],
      ['page.html', Buffer.from('<html><script>alert(1)</script>')],
      ['cut.jpg', corpusFile('formats/baseline.jpg').subarray(0, 30)],
    ]) {
      const { upload_url: url } = await askUrl(name);
      assert.equal((await put(url, bytes)).status, 200);
      const refused = await register(name, '/', 415);
      assert.equal(refused.error.code, 'unsupported_media_type');
      await register(name, '/', 404); // nothing is left of it
    }
    assert.deepEqual(partialFiles(), []);
  });

  it('tells width and height as the picture is looked at', async () => {
    const turned = corpus().files.filter(
      ({ outcome, orientation, format }) => outcome === 'indexed' && orientation >= 5 && format === 'jpeg',
    );
    assert.ok(turned.length > 0);
    for (const file of turned) {
      const image = await send(path.basename(file.path), '/turned', freshJpeg(file.path));
      assert.deepEqual([image.width, image.height], [file.width, file.height], file.path);
    }
  });

  it('takes every kind of picture of the corpus, and none of its troubles', async () => {
    const { files } = corpus();
    const plain = files.filter(({ path: name }) => /^[\x20-\x7e]*$/.test(name));
    for (const [i, file] of plain.entries()) {
      const filename = `${i}${path.extname(file.path)}`;
      const { upload_url: url } = await askUrl(filename, '/corpus');
      const answer = await put(url, corpusFile(file.path));
      assert.equal(answer.status, 200, file.path);
      const sent = await sdk.raw('POST', '/images/register', {
        json: { dataset: dataset.name, filename, directory_path: '/corpus' },
      });
      const { data } = JSON.parse(sent.body);
      if (file.outcome === 'indexed') {
        assert.equal(sent.status, 201, `${file.path}: ${sent.body}`);
        assert.deepEqual([data.width, data.height], [file.width, file.height], file.path);
      } else {
        assert.ok([413, 415].includes(sent.status), `${file.path}: ${sent.status} ${sent.body}`);
      }
    }
  });

  it('has one image of a name in a directory', async () => {
    await send('twice.jpg');
    const refused = await sdk.post('/images/upload-url', { dataset: dataset.name, filename: 'twice.jpg' }, 409);
    assert.match(refused.message, /already exists/);
    await register('twice.jpg', '/', 409);
    await send('twice.jpg', '/elsewhere');
  });

  it('lets one of many that send the same name win', async () => {
    const photos = async () => (await library.client('owner').server.api('GET', '/api/albumen/library', {
      headers: { 'x-api-key': library.keys.owner },
    })).photos;
    const earlier = await photos();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => {
        const form = multipart({ dataset: dataset.id, filename: 'race.jpg' }, { name: 'x.jpg', bytes: freshJpeg() });
        return library.server.request('POST', `${BASE}/images/upload`, {
          headers: { ...member.headers, ...form.headers }, body: form.body,
        });
      }),
    );
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, 409, 409, 409, 409, 409]);
    assert.equal(await photos(), earlier + 1);
    assert.deepEqual(partialFiles(), []);
  });

  it('does not store a content twice', async () => {
    const bytes = freshJpeg();
    const one = await send('copy-one.jpg', '/', bytes);
    const other = await send('copy-two.jpg', '/', bytes);
    assert.notEqual(one.id, other.id);
    const own = fs.readFileSync(path.join(library.folder, 'one.jpg'));
    await send('own.jpg', '/', own); // a photo of the library from before
    const { photos } = await library.server.api('GET', '/api/photos', {
      query: { per_page: 500 }, headers: { 'x-api-key': library.keys.owner },
    });
    const named = (text) => photos.filter(({ filename }) => filename.includes(text));
    assert.equal(named('copy-').length, 1);
    assert.equal(named('own').length, 0);
  });

  it('knows names with any letters', async () => {
    const odd = 'Näme / with? #all & 50% «ünicode» 写真';
    const set = await member.dataset(odd);
    const filename = '50% of? #写真 & more.jpg';
    const directory = '/Ordner #1/50% ?/写真';
    const bytes = freshJpeg();
    const image = await send(filename, directory, bytes, odd);
    assert.deepEqual([image.filename, image.directory_path], [filename, directory]);
    const address = `/images/${enc(odd)}/${encPath(`${directory.slice(1)}/${filename}`)}`;
    const got = await viewer.raw('GET', address);
    assert.equal(got.status, 200, got.body.toString());
    assert.ok(got.body.equals(bytes));
    const known = await viewer.raw('GET', `${address}/metadata`);
    assert.equal(JSON.parse(known.body).data.id, image.id);
    const listing = await sdk.get(`/datasets/${enc(odd)}/download`);
    assert.equal(listing.data.items[0].filename, filename);
    assert.ok((await bare('GET', listing.data.items[0].image_url)).body.equals(bytes));
    // The same text is always the same name, though it holds what no name has.
    const slashed = await send('a/b\\c\n.jpg', '/', freshJpeg(), set.id);
    assert.doesNotMatch(slashed.filename, /[/\\\n]/);
    await register('a/b\\c\n.jpg', '/', 409, set.id);
    for (const bad of ['', '.', '..', '/', '\n']) {
      const answer = await sdk.raw('POST', '/images/upload-url', { json: { dataset: odd, filename: bad } });
      assert.ok([400, 422].includes(answer.status), JSON.stringify(bad));
    }
    for (const bad of ['/a/../b', '/a/./b', '/a\n']) {
      await sdk.post('/images/upload-url', { dataset: odd, filename: 'x.jpg', directory_path: bad }, 400);
    }
  });

  it('takes the forms of the oldest client', async () => {
    const bytes = freshJpeg();
    const old = library.client('member', 'python-requests/2.31.0');
    const asked = await old.post('/images/upload-url', {
      dataset_id: dataset.id, filename: 'old.jpg', folder_path: '/old', content_type: 'image/jpeg',
    });
    assert.equal((await put(asked.upload_url, bytes)).status, 200);
    const fields = {
      dataset_id: dataset.id, filename: 'old.jpg', gcs_bucket: asked.gcs_bucket, gcs_path: asked.gcs_path,
      gcs_uri: asked.gcs_uri, folder_path: '/old', file_size: bytes.length, mime_type: 'image/jpeg',
      image_width: 5, image_height: '',
    };
    const { data, image } = await library.server.api('POST', `${BASE}/images/register`, {
      headers: { ...old.headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(), status: 201,
    });
    assert.deepEqual([data.width, data.directory_path, data.id], [480, '/old', image.id]);
  });

  it('takes a form with the picture in one step', async () => {
    const upload = (fields, file, status, client = member) => {
      const form = multipart(fields, file);
      return library.server.api('POST', `${BASE}/images/upload`, {
        headers: { ...client.headers, ...form.headers }, body: form.body, status,
      });
    };
    const file = { name: 'form.jpg', bytes: freshJpeg() };
    const { data } = await upload({ dataset: dataset.name, directory_path: '/form' }, file, 201);
    assert.deepEqual([data.filename, data.directory_path], ['form.jpg', '/form']);
    await upload({ dataset: dataset.name, directory_path: '/form' }, file, 409);
    await upload({ dataset: dataset.name }, undefined, 422);
    await upload({ directory_path: '/form' }, { name: 'x.jpg', bytes: freshJpeg() }, 422);
    await upload({ dataset: 'Nowhere' }, { name: 'x.jpg', bytes: freshJpeg() }, 404);
    await upload({ dataset: dataset.name }, { name: 'x.jpg', bytes: Buffer.from('no') }, 415);
    await upload({ dataset: dataset.name }, { name: 'v.jpg', bytes: freshJpeg() }, 403, viewer);
    assert.deepEqual(partialFiles(), []);
  });

  it('takes many at once, and tells of each', async () => {
    const images = ['b1.jpg', 'b2.jpg', 'b3.jpg', 'b4.jpg', 'none.jpg'].map((filename, i) => ({
      filename, directory_path: `/bulk/${i % 2}`, content_type: 'image/jpeg', file_size: 1, width: null,
      height: null,
    }));
    await send('b4.jpg', '/bulk/1'); // is taken by the time that it is registered
    const { data: asked } = await sdk.post('/images/bulk-upload-url', { dataset: dataset.name, images });
    assert.deepEqual(
      asked.upload_urls.map(({ filename, directory_path: directory }) => [filename, directory]),
      images.map(({ filename, directory_path: directory }) => [filename, directory]),
    );
    for (const { upload_url: url, filename } of asked.upload_urls) {
      if (filename !== 'none.jpg') {
        const bytes = filename === 'b3.jpg' ? Buffer.from('no picture') : freshJpeg();
        assert.equal((await put(url, bytes)).status, 200);
      }
    }
    const { data } = await sdk.post('/images/bulk-register', { dataset: dataset.name, images });
    assert.equal(data.count, 2);
    assert.deepEqual(data.succeeded.map(({ filename }) => filename), ['b1.jpg', 'b2.jpg']);
    assert.deepEqual(data.failed.map(({ filename, directory_path: directory }) => [filename, directory]), [
      ['b3.jpg', '/bulk/0'], ['b4.jpg', '/bulk/1'], ['none.jpg', '/bulk/0'],
    ]);
    for (const { error } of data.failed) assert.ok(error.length > 10);
    for (const wrong of [[], Array.from({ length: 501 }, (_, i) => ({ filename: `${i}.jpg` }))]) {
      await sdk.post('/images/bulk-upload-url', { dataset: dataset.name, images: wrong }, 422);
      await sdk.post('/images/bulk-register', { dataset: dataset.name, images: wrong }, 422);
    }
  });

  it('lets only who may', async () => {
    const body = { dataset: dataset.name, filename: 'v.jpg' };
    await viewer.post('/images/upload-url', body, 403);
    await viewer.post('/images/register', body, 403);
    for (const unknown of ['Nowhere', UNKNOWN]) {
      await sdk.post('/images/upload-url', { ...body, dataset: unknown }, 404);
      await sdk.post('/images/register', { ...body, dataset: unknown }, 404);
      await sdk.post('/images/bulk-register', { dataset: unknown, images: [{ filename: 'v.jpg' }] }, 404);
    }
    await sdk.post('/images/upload-url', { filename: 'v.jpg' }, 422);
    await sdk.post('/images/register', { filename: 'v.jpg' }, 422);
  });

  it('lists addresses that need no key, and annotations that do', async () => {
    const set = await member.dataset('Listing');
    const bytes = freshJpeg();
    const image = await send('listed.jpg', '/', bytes, set.id);
    const { data, dataset_id: id } = await sdk.get(`/datasets/${set.id}/download`);
    assert.deepEqual([data.id, id, data.total_items], [set.id, set.id, 1]);
    const [item] = data.items;
    assert.equal(item.id, image.id);
    const got = await bare('GET', item.image_url);
    assert.deepEqual([got.status, got.headers['content-type']], [200, 'image/jpeg']);
    assert.ok(got.body.equals(bytes));
    assert.equal((await library.server.request('GET', item.annotation_url)).status, 401);
    assert.equal((await viewer.raw('GET', item.annotation_url.slice(BASE.length))).status, 200);
    // An address for the one opens not the other.
    const thumbnail = await bare('GET', image.thumbnail_url);
    assert.equal(thumbnail.status, 200);
    assert.equal(decodeJpeg(thumbnail.body).width, 480);
    for (const wrong of [
      item.image_url.replace('/signed/images/', '/signed/thumbnails/'),
      image.thumbnail_url.replace('/signed/thumbnails/', '/signed/images/'),
      item.image_url.replace(image.id, UNKNOWN),
      item.image_url.replace(/signature=./, 'signature='),
      item.image_url.split('?')[0],
    ]) {
      assert.equal((await bare('GET', wrong)).status, 403, wrong);
    }
    assert.equal((await library.server.request('GET', `${BASE}/images/${image.id}`)).status, 401);
    const old = await library.client('member').get(`/datasets/by-name/Listing/download`);
    assert.equal(old.items[0].id, image.id);
    await library.client('owner').call('DELETE', `/images/${image.id}`, { query: { permanent: 'true' } });
    assert.equal((await bare('GET', item.image_url)).status, 404);
  });

  it('bundles an image with what was drawn on it', async () => {
    const bytes = freshJpeg();
    const image = await send('bundle #1.jpg', '/', bytes);
    await member.post(`/annotations/${image.id}`, {
      annotations: [{ id: 'a', name: 'cat', type: 'bbox', bounding_box: { x: 1, y: 2, w: 3, h: 4 } }],
    });
    const answer = await viewer.raw('GET', `/images/${enc(dataset.name)}/${encPath('bundle #1.jpg')}/data-bundle`);
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'application/zip']);
    assert.equal(answer.headers['content-length'], `${answer.body.length}`);
    const folder = temporaryFolder('bundle');
    fs.writeFileSync(path.join(folder, 'b.zip'), answer.body);
    execFileSync('unzip', ['-q', 'b.zip'], { cwd: folder });
    const json = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
    assert.ok(fs.readFileSync(path.join(folder, 'image/bundle #1.jpg')).equals(bytes));
    assert.equal(json('annotations.json').annotations[0].name, 'cat');
    const manifest = json('manifest.json');
    assert.deepEqual(manifest.contents.map(({ file }) => file), ['image/bundle #1.jpg', 'annotations.json']);
    assert.deepEqual(manifest.missing, []);
    fs.rmSync(folder, { recursive: true });
  });

  it('tells in a bundle that the original is missing', async () => {
    const set = await member.dataset('Missing');
    const image = await send('gone.jpg', '/', freshJpeg(), set.id);
    const { photos } = await library.server.api('GET', '/api/photos', {
      query: { per_page: 500 }, headers: { 'x-api-key': library.keys.owner },
    });
    const photo = photos.find(({ filename }) => filename === 'gone.jpg');
    fs.rmSync(photo.path);
    const address = `/images/${enc('Missing')}/gone.jpg`;
    assert.equal((await viewer.raw('GET', address)).status, 404);
    assert.equal((await viewer.raw('GET', `/images/${image.id}`)).status, 404);
    const answer = await viewer.raw('GET', `${address}/data-bundle`);
    assert.equal(answer.status, 200);
    const folder = temporaryFolder('bundle');
    fs.writeFileSync(path.join(folder, 'b.zip'), answer.body);
    execFileSync('unzip', ['-q', 'b.zip'], { cwd: folder });
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
    assert.deepEqual(manifest.missing, [{ kind: 'image', file: 'image/gone.jpg' }]);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['annotations.json', 'b.zip', 'manifest.json']);
    fs.rmSync(folder, { recursive: true });
  });
});
