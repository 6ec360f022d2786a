/* Sessions on the wire: where a request's credentials stand, and the cookie that carries them for
 * pictures. */
#pragma once

#include "api/api.h"

/* The token or key of the Authorization or X-API-Key header (of Pictograph's dialect: the other way
 * round); NULL when there is none. Owned by the
 * request. */
const char *session_header(const HttpRequest *request);

/* The session cookie's token; NULL when there is none. */
const char *session_cookie(const HttpRequest *request);

/* Whether this request's cookie counts: where a browser sends nothing else, and where nothing but
 * reading can come of it. */
gboolean session_takes_cookie(const HttpRequest *request);

/* Sets the cookie, or forgets it (`token` NULL). */
void session_set_cookie(HttpRequest *request, const char *token);

/* Where the request comes from, for signing in. Clear it. */
typedef struct {
    SignInPlace place;
    char *address;
} SessionPlace;
void session_place(const HttpRequest *request, SessionPlace *ret_place);
void session_place_clear(SessionPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SessionPlace, session_place_clear)

/* A session for who came in, as Facet answers it, with its cookie. */
gboolean session_answer(HttpRequest *request, const Principal *principal, GError **error);
