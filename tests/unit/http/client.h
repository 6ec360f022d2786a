/* A client of raw sockets: what it sends and gets is exactly what is on the wire. */
#pragma once

#include <gio/gio.h>

typedef struct {
    int status;
    char *head;   /* with the status line, without the empty line */
    GBytes *body; /* unchunked */
} Answer;

void answer_free(Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)

/* Connects to a URL of http_server_urls. Close with close(). */
int client_connect(const char *url);
void client_send(int fd, const char *bytes, gsize length);
void client_send_text(int fd, const char *text);

/* Reads one answer, also when others follow in the stream. `is_head`: none has a body. NULL when
 * the server closed before it was complete. */
Answer *client_read(int fd, gboolean is_head);

/* One request on a connection of its own. `headers` are lines that end in \r\n, or NULL; `body` may
 * be NULL. */
Answer *client_ask(const char *url, const char *method, const char *target, const char *headers,
                   const char *body);

/* The value of a header, owned by the caller; NULL when absent. */
char *answer_header(const Answer *answer, const char *name);
/* The body as a NUL-terminated text; owned by the caller. */
char *answer_text(const Answer *answer);
