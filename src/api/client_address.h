/* Where a request comes from: the peer, or, when that is a proxy whose word we take ([server]
 * trusted_proxies in albumen.conf), who it says it forwards for. */
#pragma once

#include "http/http.h"

/* Proxies from a list of addresses and networks ("127.0.0.1", "10.0.0.0/8"; NULL: none); of
 * GInetAddressMask, owned by the caller. INVALID for a text that is neither. */
GPtrArray *proxies_parse(const char *const *texts, GError **error);

/* The address that attempts are counted by: of IPv6 the network, as one subscriber has a whole one.
 * Owned by the caller. */
char *client_address(const HttpRequest *request, const GPtrArray *proxies);

/* Whether the client's own connection is encrypted. */
gboolean client_is_secure(const HttpRequest *request, const GPtrArray *proxies);

/* --- for tests --- */

/* The client behind `peer`, which sent these X-Forwarded-For addresses. A new reference. */
GInetAddress *client_of_forwarded(GInetAddress *peer, const char *forwarded,
                                  const GPtrArray *proxies);
/* What client_address tells of an address. Owned by the caller. */
char *client_bucket(GInetAddress *address);
