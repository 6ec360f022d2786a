// Who uses this page, and what they may do.

import {
  changePassword,
  fetchAuthStatus,
  lockEdition,
  signIn,
  unlockEdition,
  type AuthStatus,
} from '../api/access';
import { ApiError, whenUnauthorized } from '../api/http';
import { readToken, storeToken, whenTokenChanges } from '../api/token';

class Session {
  status = $state.raw<AuthStatus | null>(null);
  /** Whether it is known enough to begin: with a token one begins at once, and sees. */
  begun = $state(readToken() !== null);
  /** A request was turned away. */
  #refused = $state(false);
  /** For whom what the page shows was loaded. */
  #loadedFor: string | null = null;

  /** Nothing is shown until somebody signs in. */
  readonly needed = $derived(
    this.#refused || (this.status !== null && !this.status.authenticated),
  );
  /** There is somebody to sign out. */
  readonly signedIn = $derived(
    this.status !== null && this.status.authenticated && this.status.user_id !== null,
  );
  /** Nobody has to sign in here. */
  readonly open = $derived(
    this.status !== null && this.status.authenticated && this.status.user_id === null,
  );
  readonly multiUser = $derived(this.status?.multi_user === true);
  /** May change what others see too: albums, the trash, uploads. */
  readonly mayEdit = $derived(this.status?.edition_authenticated === true);
  /** Editing was unlocked by a password of its own, and can be locked again. */
  readonly lockable = $derived(this.signedIn && !this.multiUser && this.mayEdit);
  /** May make datasets and draw in them, unless a part of their own in the organization says less. */
  readonly mayAnnotate = $derived(this.multiUser ? this.signedIn : this.mayEdit);
  /** May delete what others made of datasets. */
  readonly mayManage = $derived(
    this.mayAnnotate && (!this.multiUser || this.status?.user_role !== 'user'),
  );
  /** May manage sources and users. */
  readonly mayAdminister = $derived(
    this.mayEdit && (!this.multiUser || this.status?.user_role === 'superadmin'),
  );

  constructor() {
    whenUnauthorized(() => {
      this.#refused = true;
      void this.refresh();
    });
    whenTokenChanges(() => void this.refresh());
  }

  /** Asks the server who this is. What is not answered leaves what was known. */
  async refresh(): Promise<void> {
    try {
      this.#accept(await fetchAuthStatus());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The gallery says when the server is away.
    }
    this.begun = true;
  }

  async signIn(username: string | null, password: string): Promise<void> {
    storeToken(await signIn(username, password));
    await this.refresh();
  }

  async changePassword(current: string, next: string): Promise<void> {
    storeToken(await changePassword(current, next));
    await this.refresh();
  }

  async unlock(password: string): Promise<void> {
    storeToken(await unlockEdition(password));
    await this.refresh();
  }

  async lock(): Promise<void> {
    storeToken(await lockEdition());
    await this.refresh();
  }

  /** Forgets the token and everything that was loaded with it. */
  async signOut(): Promise<void> {
    storeToken(null);
    // Asking without a token makes the server take its cookie back.
    await fetchAuthStatus().catch(() => {});
    location.assign('/');
  }

  #accept(status: AuthStatus): void {
    if (status.authenticated) {
      const who = `${status.user_id}`;
      // What was loaded for somebody else must not remain anywhere.
      if (this.#loadedFor !== null && this.#loadedFor !== who) location.reload();
      this.#loadedFor = who;
      this.#refused = false;
    }
    this.status = status;
  }
}

export const session = new Session();
