/* Identifiers and secrets, from the kernel's random numbers through libsodium. */
#pragma once

#include <glib.h>

#define UUID_CHARS 36

/* A version 7 UUID (RFC 9562): the time first, so that indexes stay compact. 36 characters and a
 * NUL. */
void uuid_new(char ret_uuid[UUID_CHARS + 1]);

/* TRUE for 36 characters in the usual 8-4-4-4-12 form, any version. */
gboolean uuid_is_valid(const char *text);

/* `bytes` random bytes as lower-case hex; owned by the caller. */
char *random_hex(gsize bytes);
