// Who may: sign-in, accounts, keys.

import { getJson, sendJson } from './http';

export const ROLES = ['user', 'admin', 'superadmin'] as const;
export type Role = (typeof ROLES)[number];

export interface AuthStatus {
  readonly authenticated: boolean;
  /** Whether there are accounts: somebody signs in with a name and a password. */
  readonly multi_user: boolean;
  readonly edition_authenticated: boolean;
  /** Null when nobody needs to sign in. */
  readonly user_id: string | null;
  readonly user_role: Role | null;
  readonly display_name: string | null;
  /** What this server can do, beside the photos themselves. */
  readonly features?: Readonly<Record<string, boolean>>;
}

interface TokenAnswer {
  readonly access_token: string;
}

export function fetchAuthStatus(): Promise<AuthStatus> {
  return getJson('/api/auth/status');
}

/** Resolves to the token. Without accounts, `username` is null. */
export async function signIn(username: string | null, password: string): Promise<string> {
  const body = { username, password };
  return (await sendJson<TokenAnswer>('POST', '/api/auth/login', body)).access_token;
}

export async function unlockEdition(password: string): Promise<string> {
  return (await sendJson<TokenAnswer>('POST', '/api/auth/edition/login', { password })).access_token;
}

export async function lockEdition(): Promise<string> {
  return (await sendJson<TokenAnswer>('POST', '/api/auth/edition/logout')).access_token;
}

/** Ends every session; resolves to the token of a new one. */
export async function changePassword(current: string, next: string): Promise<string> {
  const body = { current, new: next };
  return (await sendJson<TokenAnswer>('PUT', '/api/albumen/me/password', body)).access_token;
}

export async function signOutEverywhere(): Promise<void> {
  await sendJson('POST', '/api/albumen/me/sign-out-everywhere');
}

export const KEY_SCOPES = ['read', 'write', 'admin'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

export interface Key {
  readonly id: number;
  readonly name: string;
  readonly scope: KeyScope;
  readonly username: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly used_at: string | null;
}

export async function fetchKeys(): Promise<readonly Key[]> {
  return (await getJson<{ keys: Key[] }>('/api/albumen/keys')).keys;
}

/** The secret is told this once. */
export function createKey(
  name: string,
  scope: KeyScope,
  expiresAt: string | null,
): Promise<Key & { readonly secret: string }> {
  const expiry = expiresAt === null ? {} : { expires_at: expiresAt };
  return sendJson('POST', '/api/albumen/keys', { name, scope, ...expiry });
}

export async function revokeKey(id: number): Promise<void> {
  await sendJson('DELETE', `/api/albumen/keys/${id}`);
}

export const MEMBER_ROLES = ['viewer', 'annotator', 'member', 'admin', 'owner'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

export interface User {
  readonly id: number;
  readonly username: string;
  readonly display_name: string;
  readonly role: Role;
  /** What the user may do with datasets. */
  readonly member_role: MemberRole;
  /** Folders whose photos the user sees, beside those that all see. */
  readonly directories: readonly string[];
  readonly disabled: boolean;
  /** Follows a file on the server, which alone can change all but the password. */
  readonly from_settings: boolean;
  readonly created_at: string;
}

export type UserChange = Partial<Omit<User, 'id' | 'created_at' | 'from_settings'>> & { readonly password?: string };

export async function fetchUsers(): Promise<readonly User[]> {
  return (await getJson<{ users: User[] }>('/api/albumen/users')).users;
}

export function addUser(user: UserChange): Promise<User> {
  return sendJson('POST', '/api/albumen/users', user);
}

export function changeUser(id: number, change: UserChange): Promise<User> {
  return sendJson('PATCH', `/api/albumen/users/${id}`, change);
}

export async function removeUser(id: number): Promise<void> {
  await sendJson('DELETE', `/api/albumen/users/${id}`);
}

export async function fetchSharedDirectories(): Promise<readonly string[]> {
  const path = '/api/albumen/shared-directories';
  return (await getJson<{ directories: string[] }>(path)).directories;
}

export async function setSharedDirectories(directories: readonly string[]): Promise<void> {
  await sendJson('PUT', '/api/albumen/shared-directories', { directories });
}
