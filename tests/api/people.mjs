// Accounts, sessions and keys for tests.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './harness.mjs';

// scoring.json of a home.
export function configure(home, scoring) {
  fs.writeFileSync(path.join(home.data, 'scoring.json'), JSON.stringify(scoring));
}

// Facet's form of a password.
export function facetHash(password) {
  const salt = crypto.randomBytes(16);
  const key = crypto.pbkdf2Sync(password, salt, 100_000, 32, 'sha256');
  return `${salt.toString('hex')}:${key.toString('hex')}`;
}

// A token as Facet makes them.
export function facetToken(secret, claims, header = { alg: 'HS256', typ: 'JWT' }) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${crypto.createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
}

export const bearer = (token) => ({ authorization: `Bearer ${token}` });

// Commands of the program that must go well; what they print.
export async function command(home, args, input) {
  const done = await run([args[0], ...home.args, ...args.slice(1)], { input });
  assert.equal(done.status, 0, `${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

export const addUser = (home, name, password, ...options) =>
  command(home, ['user', 'add', name, ...options], `${password}\n`);

export const makeKey = async (home, name, ...options) =>
  (await command(home, ['key', 'create', name, ...options])).trim().split('\n').pop();

// A session's token.
export async function signIn(server, password, username) {
  const answer = await server.api('POST', '/api/auth/login', { json: { password, username } });
  return answer.access_token;
}

export async function editionSignIn(server, password) {
  return (await server.api('POST', '/api/auth/edition/login', { json: { password } })).access_token;
}

// The session cookie that an answer sets, as a browser would send it; undefined when it sets none.
export function cookieOf(answer) {
  const set = (answer.headers['set-cookie'] ?? []).find((text) => text.startsWith('albumen_session='));
  return set && { text: set, value: set.slice('albumen_session='.length).split(';')[0] };
}

// Asks until the condition holds, or fails: what another process changed is noticed soon.
export async function until(what, condition) {
  for (let i = 0; i < 300; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never: ${what}`);
}
