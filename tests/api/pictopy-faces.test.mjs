// PictoPy's tags: what its routes make of what models found, which is written into the database here.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server, temporaryFolder } from './harness.mjs';

const picture = fs.readFileSync(path.join(corpus().photos, 'formats/baseline.jpg'));
const bytes = (n) => Buffer.concat([picture, Buffer.from(`picture ${n}`)]);
const same = (found, expected) => assert.equal(JSON.stringify(found), JSON.stringify(expected));

function sql(home, text) {
  const url = home.args[home.args.indexOf('--database') + 1];
  if (home.engine === 'sqlite') execFileSync('sqlite3', [path.join(home.data, 'albumen.db'), text]);
  else execFileSync('psql', ['-qXd', url, '-v', 'ON_ERROR_STOP=1', '-c', text]);
}

// A vector of four numbers that points so in a plane.
function vector(degrees) {
  const numbers = Buffer.alloc(16);
  numbers.writeFloatLE(Math.cos((degrees * Math.PI) / 180), 0);
  numbers.writeFloatLE(Math.sin((degrees * Math.PI) / 180), 4);
  return numbers.toString('hex');
}
const cosine = (degrees) => Math.cos((degrees * Math.PI) / 180);

onEachEngine('PictoPy: faces and objects', (engine) => {
  let home, photos, server, a, b, c, d;
  const blob = (hex) => (engine === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'::bytea`);
  const looked = (file, task) => `INSERT INTO analysis (photo_id, task, model, content_hash, done_ms)
    SELECT id, '${task}', 'test', content_hash, 0 FROM photo WHERE path = '${file}';`;
  const face = (file, index, degrees) => `INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, origin, vector, vector_model)
    SELECT id, ${index}, 0, 0, 9, 9, 'model', ${blob(vector(degrees))}, 'test' FROM photo WHERE path = '${file}';`;
  const things = (file, ...classes) => classes.map((id) => `INSERT INTO detection (photo_id, class_id, score, x1, y1, x2, y2)
    SELECT id, ${id}, 0.9, 0, 0, 9, 9 FROM photo WHERE path = '${file}';`).join('\n');
  const form = (fields) => {
    const parts = Object.entries(fields).map(([name, value]) => Buffer.concat([
      Buffer.from(`--x\r\nContent-Disposition: form-data; name="${name}"${name === 'file' ? '; filename="f.jpg"' : ''}\r\n\r\n`),
      Buffer.from(value), Buffer.from('\r\n')]));
    return { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: Buffer.concat([...parts, Buffer.from('--x--\r\n')]) };
  };

  before(async () => {
    home = newHome(engine);
    photos = temporaryFolder('pictopy');
    [a, b, c, d] = ['a.jpg', 'sub/b.jpg', 'c.jpg', 'd.jpg'].map((name) => path.join(photos, name));
    fs.mkdirSync(path.join(photos, 'sub'));
    for (const file of [a, b, c, d]) fs.writeFileSync(file, bytes(file));
    await scan(home, photos);
    server = await Server.start(home);
  });
  after(async () => {
    await server.stop();
    home.remove();
    fs.rmSync(photos, { recursive: true });
  });

  it('are none before anything was looked at', async () => {
    const message = 'Face model is not installed';
    same(await server.get('/tag/match'), { data: { similar_pairs: [] }, message, success: true, similar_pairs: [] });
    same(await server.get('/tag/clusters'), { data: { clusters: {} }, message, success: true, clusters: {} });
    same(await server.get('/tag/related-images', { path: a }), {
      data: { related_images: [] }, message, success: true, related_images: [],
    });
    assert.equal((await server.api('GET', '/tag/related-images', { status: 422 })).detail[0].loc[1], 'path');
    const search = (fields, status = 200) => server.api('POST', '/tag/search-by-face', { ...form(fields), status });
    same(await search({ file: picture, threshold: '0.5' }), { data: { matches: [], count: 0 }, message, success: true });
    assert.equal((await search({ threshold: '0.5' }, 400)).error, "Missing 'file' in form");
    assert.equal((await search({ file: picture, threshold: 'x' }, 400)).error, "Invalid 'threshold'");
    await server.api('POST', '/tag/search-by-face', { json: {}, status: 415 });
  });

  it('match, group and relate by their cosines', async () => {
    sql(home, [a, b, c, d].map((file) => looked(file, 'faces')).join('\n') +
      face(a, 0, 0) + face(b, 0, 10) + face(b, 1, 90) + face(c, 0, 25));
    const pairs = [
      { image1: 'a.jpg', image2: 'b.jpg', similarity: cosine(10), path1: a, path2: b },
      { image1: 'c.jpg', image2: 'b.jpg', similarity: cosine(15), path1: c, path2: b },
    ];
    const match = await server.get('/tag/match');
    assert.deepEqual(match.similar_pairs, match.data.similar_pairs);
    assert.equal(match.message, 'Successfully matched face embeddings');
    const paired = ({ path1, path2 }) => [path1, path2].sort().join();
    assert.deepEqual(match.similar_pairs.map(paired), pairs.map(paired));
    match.similar_pairs.forEach(({ similarity }, i) => assert.ok(Math.abs(similarity - pairs[i].similarity) < 1e-5));
    const cut = await server.get('/tag/match', { limit: 1 });
    assert.equal(cut.similar_pairs.length, 1);
    assert.match(cut.message, /the 1 most similar/);

    const { clusters, message } = await server.get('/tag/clusters');
    assert.deepEqual(Object.fromEntries(Object.entries(clusters).map(([n, list]) => [n, list.sort()])), {
      0: [a, c, b].sort(), '-1': [b],
    });
    assert.equal(message, 'Successfully retrieved face clusters');
    same(await server.get('/tag/related-images', { path: b }), {
      data: { related_images: [a, c] }, message: `Successfully retrieved related images for ${b}`, success: true,
      related_images: [a, c],
    });
    for (const none of [d, '/no.jpg']) {
      assert.deepEqual((await server.get('/tag/related-images', { path: none })).related_images, []);
    }
  });

  it('leave with their picture', async () => {
    await server.api('DELETE', '/images/delete-image', { json: { path: c } });
    const { clusters } = await server.get('/tag/clusters');
    assert.deepEqual(Object.keys(clusters).sort(), ['-1', '0']);
    assert.deepEqual(clusters[0].sort(), [a, b].sort());
  });

  it('name what is on the pictures', async () => {
    sql(home, looked(a, 'objects') + looked(b, 'objects') + things(a, 17, 1, 17) +
      `UPDATE library_version SET version = version + 1;
       UPDATE photo SET objects = 'person\ndog', version = (SELECT version FROM library_version) WHERE path = '${a}';`);
    const answer = await server.request('GET', '/images/all-image-objects');
    const { thumbnailPath } = await server.get('/images/get-thumbnail-path');
    const { data } = JSON.parse(answer.body);
    assert.deepEqual(data.images, { [a]: ['person', 'dog'], [b]: 'None' });
    same({ ...data, images: 0 }, { images: 0, folder_path: photos, image_path: thumbnailPath });
    assert.match(answer.body.toString(), /"message":"Successfully retrieved all image objects","success":true}$/);
    const classes = (file) => server.get('/images/class-ids', { path: file });
    same(await classes(a), {
      data: ['person', 'dog'], message: 'Successfully retrieved class IDs', success: true, classes: ['person', 'dog'],
    });
    for (const file of [b, d, '/no.jpg']) {
      same(await classes(file), {
        data: { class_ids: 'None' }, message: 'No class IDs found for the image', success: true, classes: 'None',
      });
    }
  });
});
