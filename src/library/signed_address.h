/* Signed addresses: whoever has one may do this one thing until it expires, without a key. HMAC
 * (SHA-256) by a key of its own made of the library's secret (roster_secret), over the method, what
 * it opens, and when it ends. Nothing is kept of them: they end by time alone, or when what they
 * open is no more. */
#pragma once

#include "base/error.h"

/* How long one is good. */
#define SIGNED_UPLOAD_SECONDS   (15 * 60)
#define SIGNED_DOWNLOAD_SECONDS (24 * 3600)

/* "expires=1700000000&signature=HEX", for after the "?". `what` names the one thing
 * ("images/UUID"), and never in two ways; neither text has a line's end. Owned by the caller. */
char *signed_address_query(const char *secret, const char *method, const char *what,
                           gint64 expires_seconds);

/* FORBIDDEN when it was not signed so (`signature` may be any text), or when it has expired. In
 * constant time. */
gboolean signed_address_check(const char *secret, const char *method, const char *what,
                              gint64 expires_seconds, const char *signature, gint64 now_seconds,
                              GError **error);

/* When an address for reading that is given out now ends: at least SIGNED_DOWNLOAD_SECONDS from
 * now, and for an hour the same, so that what is seen again is found in a cache. */
gint64 signed_address_end(gint64 now_seconds);
