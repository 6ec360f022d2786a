// Organizations, members, invitations and keys, in the Pictograph dialect and in our own.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { newHome, onEachEngine, Server } from './harness.mjs';
import { addUser, bearer, makeKey, signIn } from './people.mjs';

const ORGANIZATIONS = '/api/v1/developer/organizations';
const KEYS = '/api/v1/api-keys';
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

onEachEngine('the organization of a key', (engine) => {
  let home, server, keys, root;

  const as = (who) => (method, target, status = 200, json = undefined) =>
    server.api(method, target, { json, status, headers: { 'x-api-key': keys[who] } });
  const own = (method, target, status = 200, json = undefined) =>
    server.api(method, target, { json, status, headers: root });
  // A request that answers with no body.
  const silent = async (who, method, target) => {
    const answer = await server.request(method, target, { headers: { 'x-api-key': keys[who] } });
    assert.equal(answer.body.length, 0, answer.body.toString());
    return answer.status;
  };
  const memberOf = async (name) =>
    (await as('root')('GET', `${ORGANIZATIONS}/members`)).members.find(({ email }) => email === name);

  before(async () => {
    home = newHome(engine);
    keys = {};
    for (const [name, role] of [['root', 'superadmin'], ['admin', 'admin'], ['user', 'user'], ['ann', 'user']]) {
      await addUser(home, name, 'pw', '--role', role);
      keys[name] = await makeKey(home, 'mine', '--user', name, '--scope', 'admin');
    }
    server = await Server.start(home);
    root = bearer(await signIn(server, 'pw', 'root'));
  });
  after(async () => {
    await server.stop();
    home.remove();
  });

  it('is told, and renamed by its admins', async () => {
    const { organization } = await as('user')('GET', `${ORGANIZATIONS}/me`);
    assert.match(organization.id, UUID);
    assert.equal(organization.member_count, 4);
    await as('user')('PATCH', `${ORGANIZATIONS}/me`, 403, { name: 'Mine' });
    const changed = await as('admin')('PATCH', `${ORGANIZATIONS}/me`, 200, { name: 'Field Work', description: 'Nests' });
    assert.equal(changed.organization.name, 'Field Work');
    assert.equal(changed.organization.description, 'Nests');
    await as('admin')('PATCH', `${ORGANIZATIONS}/me`, 400, { name: '' });
  });

  it('has members, whose parts its admins change, but none above their own', async () => {
    const { members } = await as('admin')('GET', `${ORGANIZATIONS}/members`);
    assert.deepEqual(members.map(({ email, role }) => [email, role]), [
      ['root', 'owner'], ['admin', 'admin'], ['user', 'member'], ['ann', 'member'],
    ]);
    const [owner, , , ann] = members;
    await as('user')('GET', `${ORGANIZATIONS}/members`, 403);
    await as('admin')('PATCH', `${ORGANIZATIONS}/members/${ann.id}`, 403, { role: 'owner' });
    await as('admin')('PATCH', `${ORGANIZATIONS}/members/${owner.id}`, 403, { role: 'viewer' });
    await as('root')('PATCH', `${ORGANIZATIONS}/members/${owner.id}`, 400, { role: 'admin' }); // the last one
    assert.equal(await silent('root', 'DELETE', `${ORGANIZATIONS}/members/none`).catch(() => 404), 404);
    const { member } = await as('admin')('PATCH', `${ORGANIZATIONS}/members/${ann.id}`, 200, { role: 'viewer' });
    assert.deepEqual(member, { id: ann.id, role: 'viewer' });
    // What her key may follows at once.
    await as('ann')('POST', '/api/v1/developer/datasets', 403, { name: 'No' });
    await as('root')('PATCH', `${ORGANIZATIONS}/members/${ann.id}`, 200, { role: 'annotator' });
    assert.equal((await own('GET', '/api/albumen/users')).users.find((u) => u.username === 'ann').member_role, 'annotator');
  });

  it('invites, and who comes by that name is what was said', async () => {
    const { invite } = await as('admin')('POST', `${ORGANIZATIONS}/invites`, 201, { email: 'Bob@example.org', role: 'viewer' });
    assert.equal(invite.email, 'bob@example.org');
    assert.equal(invite.status, 'pending');
    assert.equal(invite.invited_by, (await memberOf('admin')).id);
    await as('admin')('POST', `${ORGANIZATIONS}/invites`, 403, { email: 'eve@example.org', role: 'owner' });
    const eve = await as('admin')('POST', `${ORGANIZATIONS}/invites`, 201, { email: 'eve@example.org' });
    assert.equal(eve.invite.role, 'member');
    assert.equal((await as('admin')('GET', `${ORGANIZATIONS}/invites`)).invites.length, 2);
    assert.equal(await silent('admin', 'DELETE', `${ORGANIZATIONS}/invites/${eve.invite.id}`), 204);
    await own('POST', '/api/albumen/users', 201, { username: 'bob@example.org', password: 'password' });
    assert.equal((await memberOf('bob@example.org')).role, 'viewer');
    assert.deepEqual((await as('admin')('GET', `${ORGANIZATIONS}/invites`)).invites, []);
  });

  it('makes keys, none stronger than who makes it', async () => {
    const { organization } = await as('admin')('GET', `${ORGANIZATIONS}/me`);
    const made = await as('admin')('POST', `${KEYS}/`, 201, { organization_id: organization.id, name: 'robot', role: 'member' });
    assert.match(made.api_key, /^pk_live_[\w-]{43}$/);
    assert.equal(made.key_prefix, made.api_key.slice(0, 12));
    keys.robot = made.api_key;
    await as('robot')('GET', `${ORGANIZATIONS}/me`);
    await as('robot')('GET', KEYS, 403);
    await as('admin')('POST', KEYS, 403, { name: 'king', role: 'owner' });
    await as('admin')('POST', KEYS, 403, { organization_id: '01234567-89ab-7def-8123-456789abcdef', name: 'theirs' });
    await as('admin')('POST', KEYS, 409, { name: 'robot' });
    await as('admin')('POST', KEYS, 400, { name: 'late', expires_at: '2001-01-01T00:00:00Z' });
    const { api_key: shown } = await as('admin')('GET', `${KEYS}/${made.key_id}`);
    assert.equal(shown.name, 'robot');
    assert.equal(shown.organization_id, organization.id);
    const { api_keys: all } = await as('admin')('GET', KEYS);
    assert.equal(all.find(({ id }) => id === made.key_id).role, 'member');
    assert.ok(!JSON.stringify(all).includes(made.api_key));
  });

  it('keeps a key that makes keys from outliving itself', async () => {
    const expires = '2099-01-01T00:00:00Z';
    const made = await as('root')('POST', KEYS, 201, { name: 'mortal', role: 'admin', rate_limit: 500, expires_at: expires });
    keys.mortal = made.api_key;
    const child = await as('mortal')('POST', KEYS, 201, { name: 'child', role: 'viewer' });
    assert.equal(child.expires_at, expires);
    assert.equal(child.rate_limit, 500);
    const changed = await as('mortal')('PATCH', `${KEYS}/${child.key_id}`, 200, { expires_at: null, rate_limit: 900 });
    assert.equal(changed.api_key.expires_at, expires);
    assert.equal(changed.api_key.rate_limit, 500);
  });

  it('changes, stops and revokes keys', async () => {
    const { api_keys: all } = await as('admin')('GET', KEYS);
    const robot = all.find(({ name }) => name === 'robot');
    const change = (json, status = 200) => as('admin')('PATCH', `${KEYS}/${robot.id}`, status, json);
    assert.equal((await change({ name: 'Robot', role: 'viewer', rate_limit: 50 })).api_key.role, 'viewer');
    await change({}, 400);
    await change({ role: 'owner' }, 403);
    assert.equal((await change({ is_active: false })).api_key.is_active, false);
    await as('robot')('GET', `${ORGANIZATIONS}/me`, 401);
    await change({ is_active: true });
    await as('robot')('GET', `${ORGANIZATIONS}/me`);
    const owners = all.find(({ role, name }) => role === 'owner' && name === 'mine');
    await as('admin')('PATCH', `${KEYS}/${owners.id}`, 403, { is_active: false });
    await as('admin')('DELETE', `${KEYS}/${owners.id}`, 403);
    assert.equal(await silent('admin', 'DELETE', `${KEYS}/${robot.id}`), 204);
    await as('robot')('GET', `${ORGANIZATIONS}/me`, 401);
    await as('admin')('GET', `${KEYS}/${robot.id}`, 404);
  });

  it('knows nothing of another organization', async () => {
    const other = await own('POST', '/api/albumen/organizations', 201, { name: 'Elsewhere' });
    assert.equal(other.slug, 'elsewhere');
    const { users } = await own('GET', '/api/albumen/users');
    const user = users.find(({ username }) => username === 'user');
    const moved = await own('PATCH', `/api/albumen/users/${user.id}`, 200, { organization: other.id, member_role: 'owner' });
    assert.equal(moved.organization, other.id);
    assert.equal(moved.member_role, 'owner');
    const { organization } = await as('user')('GET', `${ORGANIZATIONS}/me`);
    assert.equal(organization.id, other.id);
    assert.equal(organization.member_count, 1);
    const { api_keys: theirs } = await as('user')('GET', KEYS);
    assert.deepEqual(theirs.map(({ name }) => name), ['mine']);
    const { api_keys: ours } = await as('root')('GET', KEYS);
    assert.ok(!ours.some(({ id }) => id === theirs[0].id));
    await as('user')('GET', `${KEYS}/${ours[0].id}`, 404);
    await as('user')('DELETE', `${KEYS}/${ours[0].id}`, 404);
    await as('user')('PATCH', `${ORGANIZATIONS}/members/${(await memberOf('ann')).id}`, 404, { role: 'viewer' });
    await own('PATCH', `/api/albumen/users/${users.find((u) => u.username === 'root').id}`, 400, { organization: other.id });
    const { organizations } = await own('GET', '/api/albumen/organizations');
    assert.deepEqual(organizations.map(({ name, members }) => [name, members]), [['Field Work', 4], ['Elsewhere', 1]]);
  });

  it('lets a member go', async () => {
    const ann = await memberOf('ann');
    assert.equal(await silent('admin', 'DELETE', `${ORGANIZATIONS}/members/${ann.id}`), 204);
    assert.equal(await memberOf('ann'), undefined);
    await as('ann')('GET', `${ORGANIZATIONS}/me`, 401);
  });
});
