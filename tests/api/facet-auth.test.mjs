// Who may come in: the four kinds of library, as Facet's client meets them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { newHome, onEachEngine, Server } from './harness.mjs';
import {
  addUser, bearer, claimsOf, command, configure, cookieOf, editionSignIn, facetHash, facetToken, makeKey, signIn, until,
} from './people.mjs';

const SECRET = 'c0ffee'.repeat(10) + 'c0de';
const BROWSE = ['/api/photos', '/api/filter_options/cameras', '/api/filter_options/lenses', '/api/photo?path=/x'];
const BOOTSTRAP = ['/api/i18n/en', '/api/i18n/languages', '/api/type_counts', '/api/config', '/api/auth/status'];
const MEDIA = ['/thumbnail?path=/x', '/image?path=/x'];

// A server for a group of tests, on a library with this scoring.json.
function serving(engine, scoring, prepare) {
  const scene = {};
  before(async () => {
    scene.home = newHome(engine);
    if (scoring) configure(scene.home, scoring);
    await prepare?.(scene.home);
    scene.server = await Server.start(scene.home);
  });
  after(async () => {
    await scene.server?.stop();
    scene.home?.remove();
  });
  scene.restart = async (changed) => {
    await scene.server.stop();
    if (changed) configure(scene.home, changed);
    scene.server = await Server.start(scene.home);
  };
  scene.status = (headers) => scene.server.api('GET', '/api/auth/status', { headers });
  scene.post = (target, json, status, headers) => scene.server.api('POST', target, { json, status, headers });
  scene.statusOf = async (target, headers, method = 'GET') =>
    (await scene.server.request(method, target, { headers })).status;
  return scene;
}

// What somebody who is not signed in meets in a library that wants it.
function refusesStrangers(scene) {
  it('asks strangers to sign in, and tells their pages what these need to start', async () => {
    for (const target of BROWSE) {
      const answer = await scene.server.request('GET', target);
      assert.equal(answer.status, 401, target);
      assert.deepEqual(JSON.parse(answer.body), { detail: 'Authentication required' });
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
    }
    for (const target of BOOTSTRAP) assert.equal(await scene.statusOf(target), 200, target);
    assert.deepEqual(await scene.server.get('/api/type_counts'), { types: [] });
    const status = await scene.status();
    assert.equal(status.authenticated, false);
    assert.equal(status.edition_authenticated, false);
    assert.equal(status.user_id, null);
    assert.equal(status.user_role, null);
    assert.equal(status.display_name, null);
  });

  it('finds no picture for strangers, and never asks an <img> to sign in', async () => {
    for (const target of MEDIA) {
      const answer = await scene.server.request('GET', target);
      assert.equal(answer.status, 404, target);
      assert.equal(answer.body.toString(), 'Not found');
      assert.equal(answer.headers['content-type'], undefined);
    }
  });

  it('finds nothing for a share that is none', async () => {
    const answer = await scene.server.api('GET', '/api/photo?path=/x&token=nonsense', { status: 404 });
    assert.deepEqual(answer, { detail: 'Photo not found' });
  });

  it('takes nothing for a session that is none', async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: '_legacy', role: 'user', iat: now, exp: now + 1000 };
    const tokens = [
      'nonsense',
      facetToken('another secret', claims),
      facetToken(SECRET, claims, { alg: 'none' }),
      facetToken(SECRET, { ...claims, exp: now - 1 }),
      facetToken(SECRET, { ...claims, exp: undefined }),
      facetToken(SECRET, { ...claims, sub: 'nobody' }),
      `${facetToken(SECRET, { ...claims, sub: 'alice' }).split('.').slice(0, 2).join('.')}.`,
    ];
    for (const token of tokens) {
      assert.equal(await scene.statusOf('/api/photos', bearer(token)), 401, token);
      assert.equal((await scene.status(bearer(token))).authenticated, false, token);
    }
    assert.equal(await scene.statusOf('/api/photos?token=nonsense'), 401);
  });
}

onEachEngine('signing in', (engine) => {
  describe('to an open library', () => {
    const scene = serving(engine);

    it('is not needed at this machine', async () => {
      const status = await scene.status();
      assert.deepEqual(
        [status.authenticated, status.multi_user, status.edition_enabled, status.edition_authenticated],
        [true, false, true, true],
      );
      assert.deepEqual([status.user_id, status.user_role, status.display_name], [null, 'user', '']);
      const token = await signIn(scene.server, 'whatever');
      assert.equal(claimsOf(token).sub, '_anonymous');
      assert.equal((await scene.status(bearer(token))).user_id, '_anonymous');
      assert.equal((await scene.status(bearer('nonsense'))).authenticated, true);
    });

    it('has no password to edit', async () => {
      assert.deepEqual(await scene.post('/api/auth/edition/login', { password: '' }, 401), { detail: 'Invalid password' });
      await scene.post('/api/auth/edition/logout', {}, 200);
    });

    it('is closed to other names and to whom a proxy forwards', async () => {
      for (const headers of [{ host: 'evil.example' }, { 'x-forwarded-for': '192.0.2.7' }]) {
        assert.equal(await scene.statusOf('/api/photos', headers), 401);
        const token = await signIn(scene.server, 'whatever');
        assert.equal(await scene.statusOf('/api/photos', { ...headers, ...bearer(token) }), 401);
        assert.deepEqual(await scene.post('/api/auth/login', { password: 'x' }, 401, headers), {
          detail: 'Invalid password',
        });
      }
    });

    it('ends with the first account', async () => {
      const token = await signIn(scene.server, 'whatever');
      await addUser(scene.home, 'alice', 'alicepw');
      await until('the library has accounts', async () => (await scene.status()).multi_user);
      assert.equal(await scene.statusOf('/api/photos'), 401);
      assert.equal(await scene.statusOf('/api/photos', bearer(token)), 401);
      assert.equal(await scene.statusOf('/api/photos', bearer(await signIn(scene.server, 'alicepw', 'alice'))), 200);
    });
  });

  describe('to a library with a password', () => {
    const scoring = { share_secret: SECRET, viewer: { password: 'sésame' } };
    const scene = serving(engine, scoring);
    refusesStrangers(scene);

    it('goes by the password', async () => {
      assert.deepEqual(await scene.post('/api/auth/login', { password: 'wröng' }, 401), { detail: 'Invalid password' });
      assert.deepEqual(await scene.post('/api/auth/login', { password: '' }, 401), { detail: 'Invalid password' });
      assert.equal((await scene.post('/api/auth/login', {}, 422)).detail[0].type, 'missing');
      const answer = await scene.post('/api/auth/login', { password: 'sésame' }, 200);
      assert.equal(answer.token_type, 'bearer');
      assert.equal(answer.user, null);
      const claims = claimsOf(answer.access_token);
      assert.deepEqual([claims.sub, claims.role, claims.exp - claims.iat], ['_legacy', 'user', 172_800]);
      const status = await scene.status(bearer(answer.access_token));
      assert.deepEqual(
        [status.authenticated, status.edition_authenticated, status.user_id, status.user_role],
        [true, true, '_legacy', 'user'],
      );
      assert.equal(await scene.statusOf('/api/photos', bearer(answer.access_token)), 200);
      assert.equal(await scene.statusOf('/api/photos', { authorization: `bearer ${answer.access_token}` }), 200);
    });

    it('outlasts a restart, and not another password', async () => {
      const token = await signIn(scene.server, 'sésame');
      await scene.restart();
      assert.equal(await scene.statusOf('/api/photos', bearer(token)), 200);
      await scene.restart({ ...scoring, viewer: { password: 'another' } });
      assert.equal(await scene.statusOf('/api/photos', bearer(token)), 401);
      await scene.restart(scoring);
    });

    it('listens where others can reach it', async () => {
      const other = await Server.start(scene.home, { args: ['--listen', '0.0.0.0:0'] });
      await other.stop();
    });
  });

  describe('to a library with a password and another to edit', () => {
    const scene = serving(engine, { share_secret: SECRET, viewer: { password: 'look', edition_password: 'edit' } });
    refusesStrangers(scene);

    it('tells lookers from editors', async () => {
      const looker = await signIn(scene.server, 'look');
      const editor = await editionSignIn(scene.server, 'edit');
      assert.equal((await scene.status(bearer(looker))).edition_authenticated, false);
      assert.equal((await scene.status(bearer(editor))).edition_authenticated, true);
      assert.equal((await scene.server.api('GET', '/api/config', { headers: bearer(looker) })).edition_authenticated, false);
      assert.equal((await scene.server.api('GET', '/api/config', { headers: bearer(editor) })).edition_authenticated, true);
      const rating = { photo_path: '/x', rating: 3 };
      assert.deepEqual(await scene.post('/api/photo/set_rating', rating, 403, bearer(looker)), {
        detail: 'Edition disabled',
      });
      assert.deepEqual(await scene.post('/api/photos/batch_rating', { photo_paths: [], rating: 3 }, 403, bearer(looker)), {
        detail: 'Edition access required',
      });
      await scene.post('/api/photos/batch_rating', { photo_paths: [], rating: 3 }, 200, bearer(editor));
      assert.equal(await scene.statusOf('/api/albumen/users', bearer(looker)), 403);
      assert.equal(await scene.statusOf('/api/albumen/users', bearer(editor)), 200);
      assert.equal(await scene.statusOf('/api/albumen/keys', bearer(looker)), 403);
      const left = await scene.post('/api/auth/edition/logout', {}, 200, bearer(editor));
      assert.equal(claimsOf(left.access_token).edition, undefined);
      assert.equal((await scene.status(bearer(left.access_token))).edition_authenticated, false);
      await scene.post('/api/auth/edition/logout', {}, 401);
      await scene.post('/api/auth/edition/login', { password: 'look' }, 401);
      await scene.post('/api/auth/login', { password: 'edit' }, 401);
    });
  });

  describe('to a library with accounts', () => {
    const scoring = {
      share_secret: SECRET,
      users: {
        alice: { password_hash: facetHash('alicepw'), display_name: 'Alice', role: 'superadmin', directories: ['/photos/alice'] },
        bob: { password_hash: facetHash('bobpw'), role: 'admin' },
        carol: { password_hash: facetHash('carolpw'), display_name: 'Carol' },
        shared_directories: ['/photos/family'],
      },
      viewer: { password: 'ignored', edition_password: 'ignored' },
    };
    const scene = serving(engine, scoring);
    refusesStrangers(scene);

    it('says that it has them', async () => {
      assert.equal((await scene.status()).multi_user, true);
      assert.equal((await scene.server.get('/api/config')).is_multi_user, true);
    });

    it('goes by name and password', async () => {
      const login = (json, status) => scene.post('/api/auth/login', json, status);
      for (const username of [undefined, null, '']) {
        assert.deepEqual(await login({ password: 'alicepw', username }, 400), { detail: 'Username required' });
      }
      for (const [username, password] of [['alice', 'bobpw'], ['eve', 'alicepw'], ['shared_directories', ''], ['Alice', 'alicepw']]) {
        assert.deepEqual(await login({ username, password }, 401), { detail: 'Invalid credentials' });
      }
      assert.deepEqual(await scene.post('/api/auth/edition/login', { password: 'ignored' }, 400), {
        detail: 'Use /api/auth/login for multi-user auth',
      });
      for (const [username, role, display_name] of [['alice', 'superadmin', 'Alice'], ['bob', 'admin', 'bob'], ['carol', 'user', 'Carol']]) {
        const answer = await login({ username, password: `${username}pw` }, 200);
        assert.deepEqual(answer.user, { user_id: username, role, display_name });
        const claims = claimsOf(answer.access_token);
        assert.deepEqual([claims.sub, claims.role, claims.display_name, claims.edition], [username, role, display_name, role !== 'user']);
        const status = await scene.status(bearer(answer.access_token));
        assert.deepEqual(
          [status.authenticated, status.edition_authenticated, status.user_id, status.user_role, status.display_name],
          [true, role !== 'user', username, role, display_name],
        );
      }
    });

    it('lets each role do what it may', async () => {
      const batch = { photo_paths: [], rating: 3 };
      const [alice, bob, carol] = await Promise.all(
        ['alice', 'bob', 'carol'].map(async (name) => bearer(await signIn(scene.server, `${name}pw`, name))),
      );
      assert.deepEqual(await scene.post('/api/photos/batch_rating', batch, 403, carol), { detail: 'Edition access required' });
      await scene.post('/api/photos/batch_rating', batch, 200, bob);
      await scene.post('/api/photo/set_rating', { photo_path: '/x', rating: 3 }, 404, carol);
      for (const [headers, status] of [[alice, 200], [bob, 403], [carol, 403]]) {
        assert.equal(await scene.statusOf('/api/albumen/users', headers), status);
        assert.equal(await scene.statusOf('/api/albumen/keys', headers), 200);
      }
    });

    it("takes Facet's own sessions, with the role and the existence of today", async () => {
      const now = Math.floor(Date.now() / 1000) + 1;
      const claims = { sub: 'carol', role: 'superadmin', edition: true, iat: now, exp: now + 1000 };
      const status = await scene.status(bearer(facetToken(SECRET, claims)));
      assert.deepEqual([status.user_id, status.user_role, status.edition_authenticated], ['carol', 'user', false]);
      assert.equal(await scene.statusOf('/api/photos', bearer(facetToken(SECRET, { ...claims, iat: now - 100_000 }))), 401);
    });

    it('gives pictures by the cookie, and nothing else', async () => {
      const options = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: 'carol', password: 'carolpw' }) };
      const login = await scene.server.request('POST', '/api/auth/login', options);
      const token = JSON.parse(login.body).access_token;
      assert.equal(cookieOf(login).text, `albumen_session=${token}; HttpOnly; SameSite=Lax; Path=/; Max-Age=172800`);
      const cookie = { cookie: `albumen_session=${token}` };
      for (const target of MEDIA) {
        const answer = await scene.server.request('GET', target, { headers: cookie });
        assert.match(answer.body.toString(), /^(Thumbnail n|N)ot found$/); // no such picture, but asked for
      }
      for (const target of [...BROWSE, '/api/albumen/users']) assert.equal(await scene.statusOf(target, cookie), 401, target);
      assert.equal(await scene.statusOf('/api/photo/set_rating', { ...cookie, 'content-type': 'application/json' }, 'POST'), 401);

      const ask = (headers) => scene.server.request('GET', '/api/auth/status', { headers });
      assert.equal(cookieOf(await ask(bearer(token))).value, token); // there was none
      assert.equal(cookieOf(await ask({ ...bearer(token), ...cookie })), undefined); // it is the same
      assert.equal(cookieOf(await ask({ ...bearer(token), cookie: 'albumen_session=old' })).value, token);
      assert.match(cookieOf(await ask(cookie)).text, /^albumen_session=; .*Max-Age=0$/); // signed out
      assert.equal(cookieOf(await ask({ ...bearer('nonsense') })), undefined);
    });

    it('follows the file: roles, names, passwords, and who is gone', async () => {
      const token = await signIn(scene.server, 'carolpw', 'carol');
      const bob = await signIn(scene.server, 'bobpw', 'bob');
      const { bob: gone, ...users } = scoring.users;
      users.carol = { ...users.carol, role: 'admin', display_name: 'C' };
      await scene.restart({ ...scoring, users });
      const status = await scene.status(bearer(token));
      assert.deepEqual([status.user_role, status.display_name, status.edition_authenticated], ['admin', 'C', true]);
      assert.equal(await scene.statusOf('/api/photos', bearer(bob)), 401);
      await scene.post('/api/auth/login', { username: 'bob', password: 'bobpw' }, 401);
      users.carol = { ...users.carol, password_hash: facetHash('newpw') };
      await scene.restart({ ...scoring, users: { ...users, bob: gone } });
      assert.equal(await scene.statusOf('/api/photos', bearer(token)), 401);
      await scene.post('/api/auth/login', { username: 'carol', password: 'carolpw' }, 401);
      await signIn(scene.server, 'newpw', 'carol');
      await signIn(scene.server, 'bobpw', 'bob');
      await scene.restart(scoring);
    });
  });

  describe('too often', () => {
    const scene = serving(engine, { viewer: { password: 'p' } });

    it('is told to wait, whoever comes next with that name', async () => {
      let answer;
      for (let i = 0; i < 11; i++) {
        const options = { headers: { 'content-type': 'application/json' }, body: '{"password":"wrong"}' };
        answer = await scene.server.request('POST', '/api/auth/login', options);
        assert.equal(answer.status, i < 10 ? 401 : 429);
      }
      assert.ok(Number(answer.headers['retry-after']) > 0);
      assert.equal(typeof JSON.parse(answer.body).detail, 'string');
      await scene.post('/api/auth/login', { password: 'p' }, 429);
    });
  });

  describe('by accounts made here', () => {
    const scene = serving(engine, undefined, async (home) => {
      await addUser(home, 'root', 'rootpw', '--display-name', 'The Root');
      await addUser(home, 'guest', 'guestpw', '--dir', '/photos/guest/');
    });
    const ask = async (method, target, json, status, token) => {
      const headers = { ...bearer(token) };
      const options = { headers, body: json && JSON.stringify(json) };
      if (json) headers['content-type'] = 'application/json';
      const answer = await scene.server.request(method, target, options);
      assert.equal(answer.status, status, `${method} ${target}: ${answer.body}`);
      return answer.body.length > 0 ? JSON.parse(answer.body) : undefined;
    };
    let root, guest;
    before(async () => {
      root = await signIn(scene.server, 'rootpw', 'root');
      guest = await signIn(scene.server, 'guestpw', 'guest');
    });

    it('lists, makes, changes and removes them', async () => {
      const { users } = await ask('GET', '/api/albumen/users', undefined, 200, root);
      assert.deepEqual(
        users.map(({ username, display_name, role, directories, disabled }) => [username, display_name, role, directories, disabled]),
        [['root', 'The Root', 'superadmin', [], false], ['guest', 'guest', 'user', ['/photos/guest'], false]],
      );
      const made = await ask('POST', '/api/albumen/users', { username: 'zoe', password: 'zoepw', directories: ['/photos/zoe'] }, 201, root);
      assert.equal(made.role, 'user');
      await ask('POST', '/api/albumen/users', { username: 'zoe', password: 'x' }, 409, root);
      await ask('POST', '/api/albumen/users', { username: 'yan', password: '' }, 400, root);
      await ask('POST', '/api/albumen/users', { username: 'yan', password: 'x', role: 'owner' }, 422, root);
      await ask('POST', '/api/albumen/users', { username: 'yan', password: 'x', directories: ['here'] }, 400, root);
      const zoe = await signIn(scene.server, 'zoepw', 'zoe');
      const changed = await ask('PATCH', `/api/albumen/users/${made.id}`, { role: 'admin', display_name: 'Zoë' }, 200, root);
      assert.deepEqual([changed.role, changed.display_name, changed.directories], ['admin', 'Zoë', ['/photos/zoe']]);
      assert.equal((await scene.status(bearer(zoe))).user_role, 'admin'); // at once
      await ask('PATCH', `/api/albumen/users/${made.id}`, { disabled: true }, 200, root);
      assert.equal(await scene.statusOf('/api/photos', bearer(zoe)), 401);
      await scene.post('/api/auth/login', { username: 'zoe', password: 'zoepw' }, 401);
      await ask('PATCH', `/api/albumen/users/${made.id}`, { disabled: false, password: 'other' }, 200, root);
      assert.equal(await scene.statusOf('/api/photos', bearer(zoe)), 401);
      const again = await signIn(scene.server, 'other', 'zoe');
      await ask('DELETE', `/api/albumen/users/${made.id}`, undefined, 204, root);
      assert.equal(await scene.statusOf('/api/photos', bearer(again)), 401);
      await ask('DELETE', `/api/albumen/users/${made.id}`, undefined, 404, root);
    });

    it('keeps its last superadmin', async () => {
      const { users } = await ask('GET', '/api/albumen/users', undefined, 200, root);
      const { id } = users.find(({ username }) => username === 'root');
      await ask('DELETE', `/api/albumen/users/${id}`, undefined, 409, root);
      await ask('PATCH', `/api/albumen/users/${id}`, { role: 'admin' }, 409, root);
      await ask('PATCH', `/api/albumen/users/${id}`, { disabled: true }, 409, root);
      assert.equal(await scene.statusOf('/api/albumen/users', bearer(root)), 200);
    });

    it('lets everybody change their own password, which ends other sessions', async () => {
      const other = await signIn(scene.server, 'guestpw', 'guest');
      await ask('PUT', '/api/albumen/me/password', { current: 'wrong', new: 'x' }, 403, guest);
      await ask('PUT', '/api/albumen/me/password', { current: 'guestpw', new: '' }, 400, guest);
      const { access_token } = await ask('PUT', '/api/albumen/me/password', { current: 'guestpw', new: 'guest2' }, 200, guest);
      assert.equal(await scene.statusOf('/api/photos', bearer(guest)), 401);
      assert.equal(await scene.statusOf('/api/photos', bearer(other)), 401);
      assert.equal(await scene.statusOf('/api/photos', bearer(access_token)), 200);
      await ask('POST', '/api/albumen/me/sign-out-everywhere', undefined, 204, access_token);
      assert.equal(await scene.statusOf('/api/photos', bearer(access_token)), 401);
      guest = await signIn(scene.server, 'guest2', 'guest');
    });

    it('shares folders with all', async () => {
      assert.deepEqual(await ask('GET', '/api/albumen/shared-directories', undefined, 200, root), { directories: [] });
      const wanted = { directories: ['/photos/b/', '/photos/a'] };
      assert.deepEqual(await ask('PUT', '/api/albumen/shared-directories', wanted, 200, root), { directories: ['/photos/a', '/photos/b'] });
      await ask('PUT', '/api/albumen/shared-directories', { directories: ['relative'] }, 400, root);
      await ask('PUT', '/api/albumen/shared-directories', wanted, 403, guest);
    });

    it('gives keys that may no more than their scope and their owner', async () => {
      const key = await ask('POST', '/api/albumen/keys', { name: 'script' }, 201, root);
      assert.equal(key.scope, 'read');
      assert.match(key.secret, /^pk_live_[\w-]{43}$/);
      await ask('POST', '/api/albumen/keys', { name: 'script' }, 409, root);
      const wide = await ask('POST', '/api/albumen/keys', { name: 'wide', scope: 'admin' }, 201, guest);
      const batch = { photo_paths: [], rating: 3 };
      for (const headers of [bearer(key.secret), { 'x-api-key': key.secret }]) {
        assert.equal(await scene.statusOf('/api/photos', headers), 200);
        await scene.post('/api/photos/batch_rating', batch, 403, headers);
      }
      await scene.post('/api/photos/batch_rating', batch, 403, bearer(wide.secret)); // its owner may not
      assert.equal(await scene.statusOf('/api/photos', bearer(wide.secret)), 200);
      const admin = await makeKey(scene.home, 'admin', '--scope', 'admin', '--user', 'root');
      await until('the key is known', async () => (await scene.statusOf('/api/photos', bearer(admin))) === 200);
      await scene.post('/api/photos/batch_rating', batch, 200, bearer(admin));
      // A key never raises itself, nor anybody.
      await ask('POST', '/api/albumen/keys', { name: 'more', scope: 'admin' }, 403, admin);
      await ask('GET', '/api/albumen/keys', undefined, 403, admin);
      await ask('POST', '/api/albumen/users', { username: 'eve', password: 'x' }, 403, admin);
      await ask('PUT', '/api/albumen/me/password', { current: 'rootpw', new: 'x' }, 403, admin);
      await ask('POST', '/api/albumen/me/sign-out-everywhere', undefined, 403, admin);
      await scene.post('/api/auth/edition/logout', {}, 403, bearer(admin)); // would give a session

      const names = async (token) => (await ask('GET', '/api/albumen/keys', undefined, 200, token)).keys.map(({ name }) => name);
      assert.deepEqual(await names(guest), ['wide']);
      assert.deepEqual(await names(root), ['admin', 'script', 'wide']);
      await ask('DELETE', `/api/albumen/keys/${key.id}`, undefined, 404, guest);
      await ask('DELETE', `/api/albumen/keys/${key.id}`, undefined, 204, root);
      assert.equal(await scene.statusOf('/api/photos', bearer(key.secret)), 401); // at once
      await until('its use was noted', async () => {
        const { keys } = await ask('GET', '/api/albumen/keys', undefined, 200, guest);
        return keys[0].used_at !== null;
      });
      await ask('POST', '/api/albumen/keys', { name: 'late', expires_at: '2001-01-01T00:00:00Z' }, 400, root);
    });

    it('hears what the command line changes', async () => {
      await command(scene.home, ['user', 'passwd', 'guest'], 'guest3\n');
      await until('the session has ended', async () => (await scene.statusOf('/api/photos', bearer(guest))) === 401);
      guest = await signIn(scene.server, 'guest3', 'guest');
      await command(scene.home, ['key', 'revoke', 'admin']);
      await command(scene.home, ['user', 'remove', 'guest']);
      await until('the account is gone', async () => (await scene.statusOf('/api/photos', bearer(guest))) === 401);
      assert.doesNotMatch(await command(scene.home, ['user', 'list']), /guest/);
      assert.doesNotMatch(await command(scene.home, ['key', 'list']), /wide|admin +admin/);
    });
  });

  describe('made from the open library', () => {
    const scene = serving(engine);

    it('the first is a superadmin and takes over the keys', async () => {
      const owners = await makeKey(scene.home, 'mine', '--scope', 'write');
      await until('the key is known', async () =>
        (await scene.statusOf('/api/photos', { ...bearer(owners), host: 'elsewhere.example' })) === 200);
      const refused = await scene.server.request('POST', '/api/albumen/users', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'a', password: 'x', role: 'user' }),
      });
      assert.equal(refused.status, 409);
      const made = await scene.server.api('POST', '/api/albumen/users', { json: { username: 'a', password: 'apw' }, status: 201 });
      assert.equal(made.role, 'superadmin');
      assert.equal(await scene.statusOf('/api/albumen/users'), 401); // at once
      assert.equal((await scene.status(bearer(owners))).user_id, 'a');
    });
  });

  it('differs from library to library', async () => {
    const homes = [newHome(engine), newHome(engine)];
    const servers = [];
    for (const home of homes) {
      await addUser(home, 'alice', 'alicepw');
      servers.push(await Server.start(home));
    }
    const token = await signIn(servers[0], 'alicepw', 'alice');
    assert.equal((await servers[0].request('GET', '/api/photos', { headers: bearer(token) })).status, 200);
    assert.equal((await servers[1].request('GET', '/api/photos', { headers: bearer(token) })).status, 401);
    for (const server of servers) await server.stop();
    for (const home of homes) home.remove();
  });
});
