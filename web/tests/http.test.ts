import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError, request, sendJson, whenUnauthorized } from '../src/api/http';
import { storeToken } from '../src/api/token';
import { bodyOf, serve } from './server';

const failing = (status: number) => (error: unknown) =>
  error instanceof ApiError && error.status === status;

test('a request carries the token of who is signed in', async (context) => {
  const seen: (string | undefined)[] = [];
  const url = await serve(context, (request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  });
  storeToken(null);
  await request(url);
  storeToken('abc');
  await request(url, { headers: { 'Content-Type': 'text/plain' } });
  storeToken(null);
  await request(url);
  assert.deepEqual(seen, [undefined, 'Bearer abc', undefined]);
});

test('a session that has ended is told, a sign-in that fails is not', async (context) => {
  let told = 0;
  whenUnauthorized(() => told++);
  const url = await serve(context, (_, response) => response.writeHead(401).end());
  storeToken('old');
  await assert.rejects(request(`${url}/api/auth/login`), failing(401));
  assert.equal(told, 0);
  await assert.rejects(request(`${url}/api/albumen/layout`), failing(401));
  assert.equal(told, 1);
});

test('an answer to an earlier token ends no later session', async (context) => {
  let told = 0;
  whenUnauthorized(() => told++);
  const url = await serve(context, (_, response) => {
    storeToken('new'); // Somebody signs in while this is on its way.
    response.writeHead(401).end();
  });
  storeToken('old');
  await assert.rejects(request(`${url}/api/albumen/layout`), failing(401));
  assert.equal(told, 0);
});

test('an error has the sentence of the server and the time to wait', async (context) => {
  const url = await serve(context, (_, response) => {
    response.writeHead(429, { 'Retry-After': '17' });
    response.end(JSON.stringify({ detail: 'too many attempts' }));
  });
  await assert.rejects(request(url), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual(
      [error.status, error.message, error.retryAfter],
      [429, 'Too many attempts.', 17],
    );
    return true;
  });
});

test('no answer is an error of its own', async () => {
  await assert.rejects(request('http://127.0.0.1:1/'), failing(0));
});

test('JSON goes and comes; an empty answer is null', async (context) => {
  const url = await serve(context, async (request, response) => {
    const body = await bodyOf(request);
    if (request.method === 'DELETE') response.writeHead(204).end();
    else response.end(JSON.stringify({ got: JSON.parse(body.toString()) }));
  });
  assert.deepEqual(await sendJson('PUT', url, { a: 1 }), { got: { a: 1 } });
  assert.equal(await sendJson('DELETE', url), null);
});
