// PictoPy's images: registered where they lie, listed, thrown away, and their bytes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, decodeJpeg, newHome, onEachEngine, Server, temporaryFolder } from './harness.mjs';

const picture = fs.readFileSync(path.join(corpus().photos, 'formats/baseline.jpg'));
const bytes = (n) => Buffer.concat([picture, Buffer.from(`picture ${n}`)]);
const same = (found, expected) => assert.equal(JSON.stringify(found), JSON.stringify(expected));

// Long enough for any machine: only a test that fails waits for it.
const PATIENCE_MS = 120_000;
async function until(what, holds) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await holds();
    if (value) return value;
    assert.ok(Date.now() < end, `${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

onEachEngine('PictoPy: images', (engine) => {
  let home, photos, loose, server;
  const ask = (method, target, json, status = 200) =>
    server.api(method, `/images/${target}`, { json, status });
  const images = async () => (await ask('GET', 'all-images')).images;
  const put = (file, n) => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes(n));
    return file;
  };
  const shown = (file) => until(`reading ${file}`, async () =>
    (await server.allPhotos()).some((photo) => photo.path === file));
  const idle = () => until('the end of the scans', async () =>
    (await ask('GET', 'add-folder-progress')).data === 100 &&
    !['queued', 'running'].includes((await server.get('/api/albumen/library')).scan?.state));

  before(async () => {
    home = newHome(engine);
    photos = temporaryFolder('pictopy');
    loose = temporaryFolder('loose');
    server = await Server.start(home);
  });
  after(async () => {
    await server.stop();
    home.remove();
    for (const folder of [photos, loose]) fs.rmSync(folder, { recursive: true });
  });

  it('lists nothing at first, and says so in the right form', async () => {
    const answer = await server.request('GET', '/images/all-images');
    assert.equal(answer.body.toString(), '{"data":{"image_files":[],"folder_path":""},' +
      '"message":"Successfully retrieved all images","success":true,"images":[]}');
  });

  it('adds folders in place, and counts what is new', async () => {
    put(path.join(photos, 'a.jpg'), 'a');
    put(path.join(photos, 'sub/b.jpg'), 'b');
    put(path.join(photos, 'PictoPy.thumbnails/a.jpg'), 'thumbnail');
    fs.writeFileSync(path.join(photos, 'broken.png'), 'no picture');
    fs.writeFileSync(path.join(photos, 'text.txt'), 'no picture');
    same(await ask('POST', 'add-folder', { folder_path: photos }), {
      data: 3, message: 'Processing 3 images from the folder in the background', success: true,
    });
    const none = { data: 0, message: 'No valid images found in the specified folder', success: true };
    same(await ask('POST', 'add-folder', { folder_path: photos }), none);
    await shown(path.join(photos, 'sub/b.jpg'));
    await idle();
    same(await ask('POST', 'add-folder', { folder_path: [photos] }), none);
    assert.deepEqual((await images()).sort(), [path.join(photos, 'a.jpg'), path.join(photos, 'sub/b.jpg')]);
    put(path.join(photos, 'more/c.jpg'), 'c');
    put(path.join(photos, 'even/d.jpg'), 'd');
    const two = await ask('POST', 'add-folder', { folder_path: ['more', 'even'].map((name) => path.join(photos, name)) });
    assert.ok(two.data <= 2); // the watch may have been quicker
    await shown(path.join(photos, 'even/d.jpg'));
    await shown(path.join(photos, 'more/c.jpg'));
    for (const folder_path of ['/nowhere/at/all', path.join(photos, 'a.jpg'), [photos, '/nowhere'], home.data]) {
      const refused = await ask('POST', 'add-folder', { folder_path }, 400);
      assert.deepEqual([refused.error, refused.message], ['Invalid folder path', 'The provided path is not a valid directory']);
    }
    const missing = await ask('POST', 'add-folder', {}, 400);
    assert.deepEqual([missing.error, missing.message], ["Missing 'folder_path' in payload", 'Folder path is required']);
    await ask('POST', 'add-folder', { folder_path: 7 }, 422);
  });

  it('takes in a folder that holds one of the library', async () => {
    const outer = path.join(loose, 'outer');
    put(path.join(outer, 'inner/e.jpg'), 'e');
    put(path.join(outer, 'f.jpg'), 'f');
    assert.equal((await ask('POST', 'add-folder', { folder_path: path.join(outer, 'inner') })).data, 1);
    await shown(path.join(outer, 'inner/e.jpg'));
    assert.equal((await ask('POST', 'add-folder', { folder_path: outer })).data, 1);
    await shown(path.join(outer, 'f.jpg'));
    await shown(path.join(outer, 'inner/e.jpg'));
  });

  it('registers single files where they lie, and no others', async () => {
    const [one, two] = ['one.jpg', 'two.jpg'].map((name) => put(path.join(loose, 'single', name), name));
    put(path.join(loose, 'single', 'three.jpg'), 'three');
    put(path.join(loose, 'single/deeper/four.jpg'), 'four');
    same(await ask('POST', 'images', { paths: [one, two] }, 202), {
      data: 2, message: 'Images are being processed in the background', success: true,
    });
    const listed = await images();
    assert.ok(listed.includes(one) && listed.includes(two)); // read or not
    // What is listed can be put into an album.
    await server.api('POST', '/albums/create-album', { json: { name: 'A' }, status: 201 });
    await server.api('POST', '/albums/add-multiple-to-album', { json: { album_name: 'A', paths: [two] }, status: 201 });
    assert.deepEqual((await server.get('/albums/view-album', { album_name: 'A' })).photos, [two]);
    await shown(one);
    await idle();
    assert.deepEqual((await images()).filter((file) => file.startsWith(path.join(loose, 'single'))).sort(), [one, two]);
    assert.equal((await ask('POST', 'images', { paths: [one] }, 202)).data, 1);
    assert.equal((await ask('POST', 'multiple-images', { paths: [] }, 202)).data, 0);
    // A whole scan leaves it at that.
    await idle();
    await server.api('POST', '/api/albumen/scans', { json: {}, status: 202 });
    await idle();
    assert.deepEqual((await images()).filter((file) => file.startsWith(path.join(loose, 'single'))).sort(), [one, two]);
    // The folder itself, later, holds them all.
    assert.equal((await ask('POST', 'add-folder', { folder_path: path.join(loose, 'single') })).data, 2);
    await shown(path.join(loose, 'single/deeper/four.jpg'));
    await idle();
    assert.equal((await images()).filter((file) => file.startsWith(path.join(loose, 'single'))).length, 4);
  });

  it('refuses all when one is no picture', async () => {
    const fine = put(path.join(loose, 'fine.jpg'), 'fine');
    fs.writeFileSync(path.join(loose, 'page.html'), 'x');
    const refused = async (paths, error, message) => {
      const answer = await ask('POST', 'images', { paths }, 400);
      assert.deepEqual([answer.error, answer.message], [error, message]);
    };
    await refused([fine, '/no.jpg'], 'Invalid file path', 'Invalid file path: /no.jpg');
    await refused([fine, loose], 'Invalid file path', `Invalid file path: ${loose}`);
    await refused([fine, 7], 'Invalid file path', 'Invalid file path: 7');
    await refused([path.join(loose, 'page.html')], 'Invalid file type', `File is not an image: ${path.join(loose, 'page.html')}`);
    await refused('x', "Invalid 'paths' format", "'paths' should be a list");
    const missing = await ask('POST', 'images', {}, 400);
    assert.deepEqual([missing.error, missing.message], ["Missing 'paths' in payload", 'Image paths are required']);
    assert.ok(!(await images()).includes(fine));
  });

  it('moves pictures to the trash, or forgets them', async () => {
    const [a, b, c] = ['a.jpg', 'sub/b.jpg', 'more/c.jpg'].map((name) => path.join(photos, name));
    const outside = put(path.join(loose, 'mine.jpg'), 'mine');
    for (const unknown of ['/no.jpg', outside, '', '/etc/passwd']) {
      const refused = await ask('DELETE', 'delete-image', { path: unknown }, 404);
      assert.deepEqual([refused.error, refused.message], ['Image not found', 'Image file not found']);
    }
    assert.ok(fs.existsSync(outside));
    assert.equal((await ask('DELETE', 'delete-image', {}, 400)).error, "Missing 'path' in payload");
    same(await ask('DELETE', 'delete-image', { path: a }), { data: a, message: 'Image deleted successfully', success: true });
    assert.ok(!fs.existsSync(a) && !(await images()).includes(a));
    assert.equal((await server.get('/api/albumen/trash')).total, 1);
    const refused = await ask('DELETE', 'multiple-images', { paths: [b, '/no.jpg'] }, 404);
    assert.deepEqual([refused.error, refused.message], ['Image not found', 'Image file not found: /no.jpg']);
    assert.ok(fs.existsSync(b));
    same(await ask('DELETE', 'multiple-images', { paths: [b], isFromDevice: false }), {
      data: [b], message: 'Images deleted successfully', success: true,
    });
    assert.ok(fs.existsSync(b) && !(await images()).includes(b));
    await idle();
    await ask('POST', 'add-folder', { folder_path: photos });
    await idle();
    assert.ok(!(await images()).includes(b)); // nor is it indexed again
    await ask('POST', 'images', { paths: [b] }, 202); // unless it is named
    await shown(b);
    await ask('DELETE', 'multiple-images', { paths: [c] });
    assert.ok(!fs.existsSync(c));
  });

  it('serves bytes of what is in the library', async () => {
    const b = path.join(photos, 'sub/b.jpg');
    const target = (name, file) => `/images/${name}?path=${encodeURIComponent(file)}`;
    const whole = await server.request('GET', target('file', b));
    assert.deepEqual([whole.status, whole.headers['content-type']], [200, 'image/jpeg']);
    assert.ok(whole.body.equals(bytes('b')));
    const part = await server.request('GET', target('file', b), { headers: { range: 'bytes=0-1' } });
    assert.deepEqual([part.status, part.body.toString('hex')], [206, 'ffd8']);
    const again = await server.request('GET', target('file', b), { headers: { 'if-none-match': whole.headers.etag } });
    assert.equal(again.status, 304);
    const small = await server.request('GET', `${target('thumbnail', b)}&size=100`);
    const { width, height } = decodeJpeg(small.body);
    assert.equal(Math.max(width, height), 100);
    for (const name of ['file', 'thumbnail']) {
      assert.equal((await server.request('GET', target(name, '/etc/passwd'))).status, 404);
    }
  });

  it('writes thumbnails as files, beside the pictures or among its data', async () => {
    const b = path.join(photos, 'sub/b.jpg');
    same(await ask('POST', 'generate-thumbnails', { folder_path: photos }, 201), {
      data: '', message: 'Thumbnails generated successfully', success: true,
    });
    const { width, height } = decodeJpeg(fs.readFileSync(path.join(photos, 'PictoPy.thumbnails/sub.b.jpg')));
    assert.equal(Math.max(width, height), Math.min(400, Math.max(width, height)));
    assert.ok(!(await images()).some((file) => file.includes('PictoPy.thumbnails')));
    const { thumbnailPath } = await ask('GET', 'get-thumbnail-path');
    same(await ask('POST', 'generate-thumbnails', { folder_paths: [photos] }, 201), {
      success: true, message: 'Thumbnails generated successfully for all valid folders', failed_paths: null,
    });
    assert.ok(fs.existsSync(path.join(thumbnailPath, path.basename(b))));
    const some = await ask('POST', 'generate-thumbnails', { folder_paths: ['/nowhere', photos] }, 201);
    assert.equal(some.success, false);
    assert.deepEqual(some.failed_paths.map(({ folder_path: folder }) => folder), ['/nowhere']);
    assert.equal((await ask('POST', 'generate-thumbnails', {}, 400)).error, "Missing 'folder_paths' in payload");
    same(await ask('DELETE', 'delete-thumbnails', { folder_path: photos }), {
      success: true, message: 'All PictoPy.thumbnails folders have been successfully deleted.',
    });
    assert.ok(!fs.existsSync(path.join(photos, 'PictoPy.thumbnails')));
  });

  it('forgets folders, and leaves their files', async () => {
    const folder = path.join(loose, 'single');
    same(await ask('DELETE', 'delete-folder', { folder_path: path.join(folder, 'deeper') }), {
      data: '', message: 'Folder deleted successfully', success: true,
    });
    assert.equal((await images()).filter((file) => file.startsWith(folder)).length, 3);
    await ask('DELETE', 'delete-folder', { folder_path: folder });
    assert.equal((await images()).filter((file) => file.startsWith(folder)).length, 0);
    assert.ok(fs.existsSync(path.join(folder, 'one.jpg')));
    assert.equal((await ask('DELETE', 'delete-folder', { folder_path: '/nowhere' }, 404)).error, 'Folder not found');
  });

  it('says what nobody has looked at', async () => {
    const answer = await ask('GET', 'all-image-objects');
    assert.deepEqual(answer.data.images, {});
    assert.equal(answer.message, 'Object detection model is not installed');
    const b = path.join(photos, 'sub/b.jpg');
    same(await ask('GET', `class-ids?path=${encodeURIComponent(b)}`), {
      data: { class_ids: 'None' }, message: 'Object detection model is not installed', success: true, classes: 'None',
    });
    const empty = await ask('GET', 'class-ids?path=', undefined, 400);
    assert.deepEqual([empty.error, empty.message], ["Missing 'path' parameter", 'Image path is required']);
    assert.equal((await ask('GET', 'class-ids', undefined, 422)).detail[0].type, 'missing');
  });
});
