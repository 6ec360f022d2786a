// The token of who is signed in: kept by the browser, the same in all its tabs.

const STORAGE_KEY = 'albumen.token';

/** Holds it where a browser forbids storage; sign-in then lasts as long as the page. */
let unstored: string | null = null;

export function readToken(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? unstored;
  } catch {
    return unstored;
  }
}

export function storeToken(token: string | null): void {
  unstored = token;
  try {
    if (token === null) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, token);
    unstored = null;
  } catch {
    // Held above.
  }
}

/** Calls when another tab has signed in or out. */
export function whenTokenChanges(run: () => void): void {
  addEventListener('storage', (event) => {
    // A null key: everything was cleared.
    if (event.key === STORAGE_KEY || event.key === null) run();
  });
}
