/* Listening sockets. */
#pragma once

#include <glib.h>

/* Listens on "HOST:PORT" or "[V6]:PORT"; port 0 takes a free one. Returns the descriptor and the
 * URL it is reached at (owned by the caller), or -1: INVALID when the address cannot be read or
 * found, UNAVAILABLE when it is taken or may not be used. */
int listen_open(const char *address, char **ret_url, GError **error);
