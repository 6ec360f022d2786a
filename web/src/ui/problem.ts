import { ApiError } from '../api/http';
import { t, tn } from '../i18n/i18n.svelte';

/** Why something failed, as a sentence for a person. */
export function problemText(error: unknown): string {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 0) return t('error.unreachable');
  if (error.status === 429 && error.retryAfter !== null) {
    return tn('error.too_many', Math.ceil(error.retryAfter));
  }
  return error.message || t('error.server');
}
