// Clients of the Pictograph dialect, and datasets of the library's photos for them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { corpus, newHome, scan, Server, temporaryFolder } from './harness.mjs';
import { addUser, makeKey } from './people.mjs';

export const BASE = '/api/v1/developer';
export const SDK = 'pictograph-python/1.69.0';
export const UNKNOWN = '01234567-89ab-7def-8123-456789abcdef';

// The parts of an address, each on its own: slashes within a part do not part it.
export const enc = (...parts) => parts.map((part) => encodeURIComponent(part)).join('/');
// A directory and filename, whose slashes do.
export const encPath = (text) => text.split('/').map(encodeURIComponent).join('/');

// One client: a key, and what it calls itself.
export class Client {
  constructor(server, key, agent) {
    this.server = server;
    this.headers = { 'x-api-key': key, accept: 'application/json' };
    if (agent) this.headers['user-agent'] = agent;
  }

  // A JSON request beneath the dialect's base, whose answer is as the document says.
  async call(method, target, { json, query, status = 200, headers } = {}) {
    const answer = await this.server.api(method, BASE + target, {
      json, query, status, headers: { ...this.headers, ...headers },
    });
    if (status >= 400) {
      assert.equal(typeof answer.error.code, 'string');
      assert.equal(answer.error.message, answer.message);
    }
    return answer;
  }

  get(target, query, status) {
    return this.call('GET', target, { query, status });
  }

  post(target, json, status) {
    return this.call('POST', target, { json, status });
  }

  // The answer as it came.
  raw(method, target, { json, headers } = {}) {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const type = body ? { 'content-type': 'application/json' } : {};
    return this.server.request(method, BASE + target, { headers: { ...this.headers, ...type, ...headers }, body });
  }

  // What is known of an image by its name: the address of its bytes with a word behind it, so that
  // the document cannot tell the two apart. The same by its UUID is as documented.
  async metadata(target) {
    const answer = await this.raw('GET', `/images/${target}/metadata`);
    assert.equal(answer.status, 200, answer.body.toString());
    const named = JSON.parse(answer.body);
    assert.deepEqual(named, await this.get(`/images/${named.data.id}/metadata`));
    return named.data;
  }

  // Makes a dataset; its object.
  async dataset(name, values = {}) {
    return (await this.post('/datasets/', { name, ...values }, 201)).data;
  }

  // Puts photos of the library into a directory of it; the image objects by path.
  async add(dataset, photos, directory = '/') {
    await this.server.api('POST', `/api/albumen/datasets/${dataset.id}/items`, {
      json: { photos, directory }, headers: this.headers,
    });
    return this.images(dataset);
  }

  async images(dataset, query = {}) {
    const { data } = await this.get('/images/', { dataset: dataset.id, limit: 1000, ...query });
    const pathOf = ({ directory_path: directory, filename }) =>
      `${directory === '/' ? '' : `${directory.slice(1)}/`}${filename}`;
    return Object.fromEntries(data.map((image) => [pathOf(image), image]));
  }
}

const picture = () => path.join(corpus().photos, 'formats/baseline.jpg');

// A library with photos of these names, and clients of every role.
export class Library {
  static async make(engine, names) {
    const library = new this();
    library.home = newHome(engine);
    library.folder = fs.realpathSync(temporaryFolder('pictograph'));
    const bytes = fs.readFileSync(picture());
    for (const name of names) {
      const file = path.join(library.folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, Buffer.concat([bytes, Buffer.from(name)]));
    }
    await scan(library.home, library.folder);
    await addUser(library.home, 'root', 'pw', '--role', 'superadmin');
    for (const name of ['ann', 'eve']) await addUser(library.home, name, 'pw');
    const key = (name, scope) => makeKey(library.home, `${name} ${scope}`, '--user', name, '--scope', scope);
    library.keys = {
      owner: await key('root', 'admin'), member: await key('root', 'write'), viewer: await key('root', 'read'),
      // Members, until they are told to be something else.
      ann: await key('ann', 'admin'), eve: await key('eve', 'admin'),
    };
    library.server = await Server.start(library.home);
    const { photos } = await library.server.api('GET', '/api/albumen/photos', {
      query: { ids: Array.from({ length: 100 }, (_, i) => i + 1).join(',') },
      headers: { 'x-api-key': library.keys.owner },
    });
    library.photos = Object.fromEntries(photos.map((photo) => [path.basename(photo.path), photo.id]));
    return library;
  }

  client(role = 'owner', agent = undefined) {
    return new Client(this.server, this.keys[role], agent);
  }

  async remove() {
    await this.server?.stop();
    this.home?.remove();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export const point = (x, y) => ({ x, y });
export const bbox = (id, name = 'cat', more = {}) => ({
  id, name, type: 'bbox', bounding_box: { x: 10, y: 20, w: 30, h: 40 }, ...more,
});
