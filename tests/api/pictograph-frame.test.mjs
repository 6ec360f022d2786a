// What surrounds every answer of the Pictograph dialect: keys, errors, limits, repetitions, addresses.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { newHome, onEachEngine, Server } from './harness.mjs';
import { addUser, bearer, makeKey, signIn } from './people.mjs';

const BASE = '/api/v1/developer';
const KEYS = '/api/v1/api-keys';
const HOURLY = 400;
const json = (value) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } });

onEachEngine('the frame of Pictograph’s dialect', (engine) => {
  let home, server, key, writeKey;

  // An answer with its status, headers and JSON.
  const ask = async (method, target, { headers, shown = key, ...options } = {}) => {
    const all = { ...(shown ? { 'x-api-key': shown } : {}), ...headers };
    const answer = await server.request(method, target, { ...options, headers: all });
    const text = answer.body.toString();
    return { status: answer.status, headers: answer.headers, text, value: text && JSON.parse(text) };
  };
  const send = (method, target, value, headers = {}, shown = key) => {
    const sent = json(value);
    return ask(method, target, { body: sent.body, headers: { ...sent.headers, ...headers }, shown });
  };
  const refused = ({ status, value }, wanted, code) => {
    assert.equal(status, wanted, JSON.stringify(value));
    assert.equal(value.error.code, code);
    assert.equal(value.message, value.error.message);
    assert.equal(typeof value.error.details, 'object');
    assert.ok(value.detail);
    return value;
  };

  before(async () => {
    home = newHome(engine);
    fs.writeFileSync(path.join(home.data, 'albumen.conf'), `[pictograph]\nrequests_per_hour = ${HOURLY}\n`);
    await addUser(home, 'root', 'pw');
    key = await makeKey(home, 'admin', '--scope', 'admin');
    writeKey = await makeKey(home, 'writer', '--scope', 'write');
    server = await Server.start(home);
  });
  after(async () => {
    await server.stop();
    home.remove();
  });

  it('wants a key, and nothing else', async () => {
    const target = `${BASE}/organizations/me`;
    for (const shown of [null, 'nonsense', `pk_live_${'x'.repeat(43)}`, `xx_${key}`]) {
      refused(await ask('GET', target, { shown }), 401, 'invalid_api_key');
    }
    const session = await signIn(server, 'pw', 'root');
    refused(await ask('GET', target, { shown: null, headers: bearer(session) }), 401, 'invalid_api_key');
    assert.equal((await ask('GET', target, { shown: null, headers: bearer(key) })).status, 200);
    // Of two the dialect's own header counts.
    assert.equal((await ask('GET', target, { headers: bearer('nonsense') })).status, 200);
  });

  it('serves paths with and without a slash, and redirects nowhere', async () => {
    for (const target of [`${BASE}/organizations/me`, `${BASE}/organizations/members`, KEYS]) {
      assert.equal((await ask('GET', target)).status, 200);
      assert.equal((await ask('GET', `${target}/`)).status, 200);
      assert.equal((await ask('HEAD', `${target}/`)).status, 200);
    }
  });

  it('says what is wrong in every form that clients read', async () => {
    refused(await ask('GET', `${BASE}/training/runs`), 404, 'not_found');
    refused(await ask('GET', `${BASE}`), 404, 'not_found');
    refused(await ask('GET', `${BASE}/%zz`), 400, 'bad_request');
    const method = await ask('PUT', KEYS);
    refused(method, 405, 'method_not_allowed');
    assert.match(method.headers.allow, /GET, HEAD, POST/);
    refused(await ask('POST', KEYS, { body: '{', headers: { 'content-type': 'application/json' } }), 400, 'bad_request');
    const shape = refused(await send('POST', KEYS, { name: 'x', role: 'king' }), 422, 'validation_error');
    assert.deepEqual(shape.detail, shape.error.details.errors);
    assert.deepEqual(shape.detail[0].loc, ['body', 'role']);
    refused(await send('POST', KEYS, []), 422, 'validation_error');
    const role = refused(await send('POST', KEYS, { name: 'x' }, {}, writeKey), 403, 'forbidden');
    assert.deepEqual(role.error.details, { required_role: 'admin', current_role: 'member' });
    const large = { 'content-type': 'application/json', 'content-length': 10 * 1024 * 1024 + 1, expect: '100-continue' };
    const head = Object.entries({ host: 'x', 'x-api-key': key, ...large }).map((pair) => pair.join(': '));
    assert.match(await server.raw(`POST ${KEYS} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`), /^HTTP\/1.1 413 .*payload_too_large/s);
  });

  it('takes a body without a type for JSON', async () => {
    const answer = await ask('PATCH', `${BASE}/organizations/me`, { body: '{"description":"Untyped"}' });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.value.organization.description, 'Untyped');
  });

  it('numbers every answer, and lets none be kept', async () => {
    const seen = new Set();
    for (const target of [KEYS, `${BASE}/none`, `${BASE}/organizations/me`]) {
      const { headers } = await ask('GET', target);
      assert.match(headers['x-request-id'], /^[0-9a-f-]{36}$/);
      assert.equal(headers['cache-control'], 'no-store');
      seen.add(headers['x-request-id']);
    }
    assert.equal(seen.size, 3);
  });

  it('does once what is asked twice under one key', async () => {
    const headers = { 'idempotency-key': 'f'.repeat(32) };
    const first = await send('POST', KEYS, { name: 'once', role: 'viewer' }, headers);
    assert.equal(first.status, 201, first.text);
    assert.equal(first.headers['idempotency-replayed'], undefined);
    const second = await send('POST', KEYS, { name: 'once', role: 'viewer' }, headers);
    assert.equal(second.status, 201);
    assert.equal(second.headers['idempotency-replayed'], 'true');
    assert.equal(second.text, first.text);
    assert.equal(second.headers['content-type'], first.headers['content-type']);
    refused(await send('POST', KEYS, { name: 'other' }, headers), 422, 'idempotency_mismatch');
    // Another address, another caller: other requests.
    assert.equal((await send('PATCH', `${BASE}/organizations/me`, {}, headers)).status, 200);
    refused(await send('POST', KEYS, { name: 'once' }, headers, writeKey), 403, 'forbidden');
    refused(await send('POST', KEYS, { name: 'once' }, { 'idempotency-key': 'x'.repeat(300) }), 400, 'bad_request');
  });

  it('does once what is asked at the same time, and answers all alike', async () => {
    const headers = { 'idempotency-key': 'at-the-same-time' };
    const body = { name: 'parallel', role: 'member' };
    const answers = await Promise.all(Array.from({ length: 6 }, () => send('POST', KEYS, body, headers)));
    for (const answer of answers) {
      assert.equal(answer.status, 201, answer.text);
      assert.equal(answer.text, answers[0].text);
    }
    assert.equal(answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true').length, 5);
    const { api_keys: keys } = (await ask('GET', KEYS)).value;
    assert.equal(keys.filter(({ name }) => name === 'parallel').length, 1);
  });

  it('counts what a key asks', async () => {
    const { headers } = await ask('GET', KEYS);
    assert.equal(headers['x-ratelimit-limit'], `${HOURLY}`);
    const next = await ask('GET', KEYS);
    assert.equal(Number(next.headers['x-ratelimit-remaining']), Number(headers['x-ratelimit-remaining']) - 1);
    const limited = (await send('POST', KEYS, { name: 'few', role: 'viewer', rate_limit: 3 })).value;
    assert.equal(limited.rate_limit, 3);
    const few = (target) => ask('GET', target, { shown: limited.api_key });
    assert.equal((await few(`${BASE}/organizations/me`)).headers['x-ratelimit-remaining'], '2');
    refused(await few(KEYS), 403, 'forbidden'); // which counts as well
    assert.equal((await few(`${BASE}/organizations/me`)).status, 200);
    const answer = await few(`${BASE}/organizations/me`);
    const value = refused(answer, 429, 'rate_limited');
    const wait = Number(answer.headers['retry-after']);
    assert.ok(wait >= 1 && wait <= 3661, `${wait}`);
    assert.equal(value.retry_after, wait);
    assert.equal(answer.headers['x-ratelimit-limit'], '3');
    assert.equal(answer.headers['x-ratelimit-remaining'], '0');
    assert.ok(Number(answer.headers['x-ratelimit-reset']) > Date.now() / 1000 - 1);
    // A limit above the server's does not raise it.
    const more = (await send('POST', KEYS, { name: 'more', rate_limit: HOURLY * 2 })).value;
    assert.equal(more.rate_limit, HOURLY);
  });
});

describe('the address that answers name', () => {
  it('must be one', async () => {
    const home = newHome('sqlite');
    fs.writeFileSync(path.join(home.data, 'albumen.conf'), '[server]\npublic_url = ftp://nowhere\n');
    await assert.rejects(Server.start(home), /public_url/);
    home.remove();
  });
});
