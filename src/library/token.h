/* Session tokens: JSON Web Tokens (RFC 7519), signed with HMAC-SHA256 and nothing else. Facet's
 * own, so that a library that keeps its secret keeps its sessions. What the claims mean is told in
 * library/sign_in.h. */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <jansson.h>

/* Signs an object of claims with the bytes of `secret`. Owned by the caller. */
char *token_sign(const json_t *claims, const char *secret);

/* The claims of a token that this secret signed and that has an `exp` after `now_seconds` (since
 * 1970); NULL for any other text. A new reference. */
json_t *token_open(const char *token, const char *secret, gint64 now_seconds);
