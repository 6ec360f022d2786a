/* Passwords: kept as Argon2id (libsodium's own text form, interactive limits); Facet's
 * PBKDF2-HMAC-SHA256 ("salt_hex:key_hex", 100,000 rounds) is read as well. Both take some tens of
 * milliseconds and Argon2id 64 MiB: never on a connection's thread, and only a few at a time
 * (library/sign_in.h sees to it). */
#pragma once

#include "base/error.h"

#include <glib.h>

/* INVALID when it is empty, too long or no UTF-8. */
gboolean password_check(const char *password, GError **error);

/* As it is kept; UNAVAILABLE when there is no memory for it. Owned by the caller. */
char *password_hash(const char *password, GError **error);

/* A kept form that is not one of ours is nobody's password. */
gboolean password_verify(const char *kept, const char *password);

/* Facet's form, which is replaced at the next successful sign-in. */
gboolean password_is_foreign(const char *kept);

/* Whether two texts are the same, in a time that tells nothing of where they differ. */
gboolean password_equal(const char *a, const char *b);
