// /api/search where a model knows words: the synthetic pair of tests/data/clip-pair.mjs, the real
// vocabulary and the real runtime, in the program's own workers.
//
// ALBUMEN_MODELS    the folder that `make models` fills
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { COLOURS, writeClipPair } from '../data/clip-pair.mjs';
import { png8 } from '../data/pixels.mjs';
import { MODELS, newHome, onEachEngine, scan, Server, temporaryFolder } from './harness.mjs';

assert.ok(MODELS, 'this test needs ALBUMEN_MODELS (make models)');

const SIDE = 300;

// A plain picture of each colour; its name says nothing of it.
function plainPictures() {
  const folder = temporaryFolder('colours');
  COLOURS.forEach(({ rgb }, i) => {
    const data = Buffer.alloc(SIDE * SIDE * 3, Buffer.from(rgb));
    fs.writeFileSync(path.join(folder, `${i}.png`), png8({ width: SIDE, height: SIDE, data }));
  });
  return folder;
}

onEachEngine('search by the look of pictures', (engine) => {
  let home, folder, server;

  before(async () => {
    home = newHome(engine);
    folder = plainPictures();
    const models = path.join(home.data, 'models');
    fs.mkdirSync(models, { mode: 0o700 });
    for (const name of ['onnxruntime', 'clip-vocabulary']) {
      fs.cpSync(path.join(MODELS, name), path.join(models, name), { recursive: true });
    }
    writeClipPair(models);
    home.args.push('--models', models);
    await scan(home, folder);
    server = await Server.start(home);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const search = (q, threshold) => server.get('/api/search', { q, threshold });

  it('finds a colour by its word once the pictures were looked at', async () => {
    for (const [i, { word }] of COLOURS.entries()) {
      let found = await search(word, 0.9);
      for (let tries = 0; tries < 600 && found.total === 0; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        found = await search(word, 0.9);
      }
      assert.deepEqual(found.photos.map((photo) => photo.filename), [`${i}.png`], word);
      assert.ok(Math.abs(found.photos[0].similarity - 0.7) < 0.01, `${word}: ${found.photos[0].similarity}`);
    }
  });

  it('weighs it beside what is written', async () => {
    const { photos } = await search('red OR 4', 0.9);
    assert.ok(photos.some((photo) => photo.filename === '4.png'));
  });
});
