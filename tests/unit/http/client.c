#include "client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

void answer_free(Answer *answer)
{
    g_free(answer->head);
    g_clear_pointer(&answer->body, g_bytes_unref);
    g_free(answer);
}

int client_connect(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    g_assert_nonnull(uri);
    gboolean is_ip6 = strchr(g_uri_get_host(uri), ':') != NULL;
    in_port_t port = htons((in_port_t)g_uri_get_port(uri));
    struct sockaddr_in ip4 = {.sin_family = AF_INET, .sin_port = port};
    struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6, .sin6_port = port};
    ip4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ip6.sin6_addr = in6addr_loopback;
    int fd = socket(is_ip6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(fd, >=, 0);
    int result = is_ip6 ? connect(fd, (struct sockaddr *)&ip6, sizeof ip6)
                        : connect(fd, (struct sockaddr *)&ip4, sizeof ip4);
    g_assert_cmpint(result, ==, 0);
    return fd;
}

void client_send(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; /* the server closed: the answer tells */
        }
        bytes += sent;
        length -= (gsize)sent;
    }
}

void client_send_text(int fd, const char *text)
{
    client_send(fd, text, strlen(text));
}

static gboolean read_exactly(int fd, GByteArray *into, gsize length)
{
    gsize before = into->len;
    g_byte_array_set_size(into, (guint)(before + length));
    for (gsize got = 0; got < length;) {
        ssize_t count = recv(fd, into->data + before + got, length - got, 0);
        if (count <= 0) {
            g_byte_array_set_size(into, (guint)(before + got));
            return FALSE;
        }
        got += (gsize)count;
    }
    return TRUE;
}

/* Byte after byte, so that nothing of the next answer is taken. */
static char *read_until(int fd, const char *mark)
{
    g_autoptr(GByteArray) text = g_byte_array_new();
    gsize length = strlen(mark);
    do {
        if (!read_exactly(fd, text, 1)) {
            return NULL;
        }
    } while (text->len < length || memcmp(text->data + text->len - length, mark, length) != 0);
    return g_strndup((char *)text->data, text->len - length);
}

static gboolean read_chunks(int fd, GByteArray *body)
{
    for (;;) {
        g_autofree char *size = read_until(fd, "\r\n");
        guint64 length = size ? g_ascii_strtoull(size, NULL, 16) : 0;
        if (!size || (length > 0 && !read_exactly(fd, body, length))) {
            return FALSE;
        }
        g_autofree char *end = read_until(fd, "\r\n");
        if (length == 0 || !end) {
            return end != NULL;
        }
    }
}

char *answer_header(const Answer *answer, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(answer->head, "\r\n", -1);
    for (gsize i = 1; lines[0] && lines[i]; i++) {
        char *colon = strchr(lines[i], ':');
        if (colon && (gsize)(colon - lines[i]) == strlen(name) &&
            g_ascii_strncasecmp(lines[i], name, strlen(name)) == 0) {
            return g_strstrip(g_strdup(colon + 1));
        }
    }
    return NULL;
}

Answer *client_read(int fd, gboolean is_head)
{
    g_autoptr(Answer) answer = g_new0(Answer, 1);
    g_autoptr(GByteArray) body = g_byte_array_new();
    do { /* past "100 Continue" */
        g_free(answer->head);
        answer->head = read_until(fd, "\r\n\r\n");
        if (!answer->head || !g_str_has_prefix(answer->head, "HTTP/1.1 ")) {
            return NULL;
        }
        answer->status = (int)g_ascii_strtoll(answer->head + 9, NULL, 10);
    } while (answer->status == 100);
    g_autofree char *length = answer_header(answer, "Content-Length");
    g_autofree char *coding = answer_header(answer, "Transfer-Encoding");
    gboolean has_body = !is_head && answer->status != 304 && answer->status != 204;
    if (has_body && coding && !read_chunks(fd, body)) {
        return NULL;
    }
    if (has_body && length && !read_exactly(fd, body, g_ascii_strtoull(length, NULL, 10))) {
        return NULL;
    }
    answer->body = g_byte_array_free_to_bytes(g_steal_pointer(&body));
    return g_steal_pointer(&answer);
}

Answer *client_ask(const char *url, const char *method, const char *target, const char *headers,
                   const char *body)
{
    g_autoptr(GString) request = g_string_new(NULL);
    g_string_printf(request, "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%s", method,
                    target, headers ? headers : "");
    if (body) {
        g_string_append_printf(request, "Content-Length: %" G_GSIZE_FORMAT "\r\n", strlen(body));
    }
    g_string_append_printf(request, "\r\n%s", body ? body : "");
    int fd = client_connect(url);
    client_send(fd, request->str, request->len);
    Answer *answer = client_read(fd, g_str_equal(method, "HEAD"));
    close(fd);
    return answer;
}

char *answer_text(const Answer *answer)
{
    gsize length;
    const char *data = g_bytes_get_data(answer->body, &length);
    return g_strndup(data ? data : "", length);
}
