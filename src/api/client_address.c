#include "api/client_address.h"

#include "base/limits.h"

#include <string.h>

#define IPV6_NETWORK_BYTES 8 /* a /64 */

GPtrArray *proxies_parse(const char *const *texts, GError **error)
{
    g_autoptr(GPtrArray) proxies = g_ptr_array_new_with_free_func(g_object_unref);
    for (; texts && *texts; texts++) {
        g_autoptr(GError) failure = NULL;
        GInetAddressMask *mask = g_inet_address_mask_new_from_string(*texts, &failure);
        if (!mask) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "trusted_proxies: %s",
                        failure->message);
            return NULL;
        }
        g_ptr_array_add(proxies, mask);
    }
    return g_steal_pointer(&proxies);
}

static gboolean is_proxy(GInetAddress *address, const GPtrArray *proxies)
{
    for (guint i = 0; proxies && i < proxies->len; i++) {
        if (g_inet_address_mask_matches(proxies->pdata[i], address)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Each proxy appends whom it heard from: the last that is no proxy of ours is the client, what
 * stands before it is the client's own invention. */
GInetAddress *client_of_forwarded(GInetAddress *peer, const char *forwarded,
                                  const GPtrArray *proxies)
{
    g_autoptr(GInetAddress) client = g_object_ref(peer);
    gsize end = strlen(forwarded);
    for (int seen = 0; seen < LIMIT_FORWARDED_ADDRESSES && is_proxy(client, proxies); seen++) {
        gsize begin = end;
        while (begin > 0 && forwarded[begin - 1] != ',') {
            begin--;
        }
        g_autofree char *text = g_strstrip(g_strndup(forwarded + begin, end - begin));
        GInetAddress *before = g_inet_address_new_from_string(text);
        if (!before) {
            break;
        }
        g_object_unref(client);
        client = before;
        if (begin == 0) {
            break;
        }
        end = begin - 1;
    }
    return g_steal_pointer(&client);
}

char *client_bucket(GInetAddress *address)
{
    gsize bytes = g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6
                      ? IPV6_NETWORK_BYTES
                      : g_inet_address_get_native_size(address);
    GString *text = g_string_new(NULL);
    const guint8 *raw = g_inet_address_to_bytes(address);
    for (gsize i = 0; i < bytes; i++) {
        g_string_append_printf(text, "%02x", raw[i]);
    }
    return g_string_free(text, FALSE);
}

char *client_address(const HttpRequest *request, const GPtrArray *proxies)
{
    g_autoptr(GInetAddress) peer = http_request_peer(request);
    if (!peer) {
        return g_strdup("");
    }
    g_autofree char *forwarded = http_request_header_list(request, "X-Forwarded-For");
    g_autoptr(GInetAddress) client = client_of_forwarded(peer, forwarded, proxies);
    return client_bucket(client);
}

gboolean client_is_secure(const HttpRequest *request, const GPtrArray *proxies)
{
    g_autoptr(GInetAddress) peer = http_request_peer(request);
    const char *scheme = http_request_header(request, "X-Forwarded-Proto");
    return peer && scheme && is_proxy(peer, proxies) && g_ascii_strcasecmp(scheme, "https") == 0;
}
