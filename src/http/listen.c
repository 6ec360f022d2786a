#include "http/listen.h"

#include "base/error.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel cuts it to net.core.somaxconn. */
#define BACKLOG 4096

static gboolean split_address(const char *address, char **ret_host, char **ret_port, GError **error)
{
    const char *colon = strrchr(address, ':');
    gsize host_length = colon ? (gsize)(colon - address) : 0;
    const char *host = address;
    if (host_length >= 2 && host[0] == '[' && host[host_length - 1] == ']') {
        host++;
        host_length -= 2;
    } else if (memchr(host, ':', host_length)) {
        host_length = 0; /* an IPv6 address without its brackets */
    }
    guint64 port;
    if (host_length == 0 ||
        !g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &port, NULL)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "%s is no address to listen on: it should look like 127.0.0.1:5000 or "
                    "[::1]:5000",
                    address);
        return FALSE;
    }
    *ret_host = g_strndup(host, host_length);
    *ret_port = g_strdup(colon + 1);
    return TRUE;
}

static void set_option(int fd, int level, int option)
{
    int on = 1;
    setsockopt(fd, level, option, &on, sizeof on); /* a server without them still works */
}

static int bind_and_listen(const struct addrinfo *info, const char *address, GError **error)
{
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) {
        set_option(fd, SOL_SOCKET, SO_REUSEADDR);
        set_option(fd, IPPROTO_TCP, TCP_NODELAY); /* accepted sockets inherit it */
        if (info->ai_family == AF_INET6) {
            set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
        }
        if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) {
            return fd;
        }
    }
    int saved = errno;
    if (saved == EADDRINUSE) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                    "%s is in use by another program", address);
    } else {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE, "cannot listen on %s: %s",
                    address, g_strerror(saved));
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

static char *url_of_socket(int fd, const char *host)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } bound = {.ip6 = {0}};
    socklen_t length = sizeof bound;
    if (getsockname(fd, &bound.any, &length) != 0) {
        return NULL;
    }
    in_port_t port = bound.any.sa_family == AF_INET6 ? bound.ip6.sin6_port : bound.ip4.sin_port;
    gboolean brackets = strchr(host, ':') != NULL;
    return g_strdup_printf("http://%s%s%s:%d", brackets ? "[" : "", host, brackets ? "]" : "",
                           ntohs(port));
}

int listen_open(const char *address, char **ret_url, GError **error)
{
    g_autofree char *host = NULL, *port = NULL;
    if (!split_address(address, &host, &port, error)) {
        return -1;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int problem = getaddrinfo(host, port, &hints, &found);
    if (problem != 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "cannot find the address %s: %s",
                    address, gai_strerror(problem));
        return -1;
    }
    int fd = bind_and_listen(found, address, error);
    freeaddrinfo(found);
    if (fd >= 0) {
        *ret_url = url_of_socket(fd, host);
    }
    return fd;
}
